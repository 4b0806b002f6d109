"""Two networks on the same pictures."""

from __future__ import annotations

import pytest

from cifar_gui.inference.disagreement import Disagreement, disagreement, in_words, mcnemar


def test_pictures_are_counted_by_who_gets_them_right() -> None:
    found = disagreement([True, True, False, False, True], [True, False, True, False, False])
    assert found == Disagreement(both=1, only_first=2, only_second=1, neither=1, p=1.0)


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [(0, 0, 1.0), (5, 0, 2 / 32), (0, 5, 2 / 32), (8, 2, 2 * (1 + 10 + 45) / 1024), (3, 3, 1.0), (60, 40, 0.056888)],
)
def test_p_is_twice_the_tail_of_a_fair_coin(only_first: int, only_second: int, p: float) -> None:
    assert mcnemar(only_first, only_second) == pytest.approx(p, abs=1e-6)


def test_thousands_of_pictures_are_no_trouble() -> None:
    assert mcnemar(5000, 4000) < 1e-20


def test_what_is_no_chance_is_said_and_who_is_better() -> None:
    said = in_words(Disagreement(900, 10, 60, 30, mcnemar(10, 60)), "LeNet", "AirNet")
    assert said == (
        "LeNet alone is right on 10, AirNet alone on 60. That is no chance (p < 0.001): AirNet is better than LeNet on "
        "pictures like these."
    )
    assert "AirNet is better than LeNet" in in_words(Disagreement(9, 60, 10, 3, mcnemar(60, 10)), "AirNet", "LeNet")


def test_what_may_be_chance_is_called_so() -> None:
    said = in_words(Disagreement(90, 6, 4, 0, mcnemar(6, 4)), "A", "B")
    assert said.endswith("So small a difference is easily chance (p = 0.75): neither is shown to be better.")


def test_networks_that_never_differ() -> None:
    assert in_words(Disagreement(7, 0, 0, 3, 1.0), "A", "B") == "A and B are right on the very same pictures."
