"""Speed of late."""

from __future__ import annotations

from cifar_gui.speed import Speed


def test_the_speed_is_that_of_the_last_seconds() -> None:
    speed = Speed(over=4)
    found = []
    for second, number in enumerate((0, 10, 20, 30, 40, 140, 240, 340, 440)):
        speed.note(number, now=100.0 + second)
        found.append(speed.per_second)
    assert found == [0.0, 10.0, 10.0, 10.0, 10.0, 32.5, 55.0, 77.5, 100.0]


def test_there_is_none_before_there_is_something_to_go_by() -> None:
    speed = Speed(over=4)
    assert speed.per_second == 0
    speed.note(5, now=1.0)
    speed.note(50, now=1.5)
    assert speed.per_second == 0
    speed.note(65, now=2.0)
    assert speed.per_second == 60
    speed.clear()
    assert speed.per_second == 0


def test_what_comes_less_often_still_has_a_speed() -> None:
    speed = Speed(over=4)
    for second in (0, 10, 20):
        speed.note(3 * second, now=second)
    assert speed.per_second == 3
