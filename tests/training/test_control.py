"""The control object: what is said by one thread is heard by another, once."""

from __future__ import annotations

import threading

import pytest

from cifar_gui.training.control import Changes, Control


def test_changes_are_taken_once_and_the_latest_counts():
    control = Control()
    control.set_lr(0.1)
    control.set_epochs(5)
    control.set_lr(0.2)
    assert control.take_changes() == Changes(lr=0.2, epochs=5)
    assert control.take_changes() == Changes()


def test_a_snapshot_is_asked_for_once():
    control = Control()
    assert not control.take_snapshot_request()
    control.request_snapshot()
    control.request_snapshot()
    assert control.take_snapshot_request()
    assert not control.take_snapshot_request()


@pytest.mark.parametrize("lr", [0.0, -1.0, float("nan"), float("inf")])
def test_a_learning_rate_must_be_a_positive_number(lr):
    with pytest.raises(ValueError, match="positive number"):
        Control().set_lr(lr)


def test_at_least_one_epoch_must_be_wanted():
    with pytest.raises(ValueError, match="at least 1"):
        Control().set_epochs(0)


@pytest.mark.parametrize("release", ["resume", "stop", "pause_after_epoch"])
def test_whoever_waits_in_a_pause_is_released(release, monkeypatch):
    control = Control()
    control.pause()
    waits, wait = threading.Event(), control._condition.wait

    def waiting_now(timeout=None):
        waits.set()  # with the lock held: whoever releases gets it only once this thread waits indeed
        return wait(timeout)

    monkeypatch.setattr(control._condition, "wait", waiting_now)
    waiting = threading.Thread(target=control.wait_while_paused, daemon=True)
    waiting.start()
    assert waits.wait(timeout=10)
    getattr(control, release)()
    waiting.join(timeout=10)
    assert not waiting.is_alive()


def test_a_pause_planned_for_the_end_of_the_epoch_comes_then():
    control = Control()
    control.pause_after_epoch()
    assert not control.paused
    control.end_of_epoch()
    assert control.paused
    control.resume()
    control.end_of_epoch()
    assert not control.paused, "it was planned once"


@pytest.mark.parametrize("later", [False, True])
def test_going_on_forgets_a_pause_planned_for_the_end_of_the_epoch(later):
    control = Control()
    control.pause_after_epoch()
    if later:
        control.pause()
    control.resume()
    control.end_of_epoch()
    assert not control.paused


def test_an_epoch_ends_without_a_pause_unless_one_was_planned():
    control = Control()
    control.end_of_epoch()
    assert not control.paused
    control.pause()
    control.end_of_epoch()
    assert control.paused, "a pause asked for already stays"


@pytest.mark.parametrize(
    ("first", "second"), [(("set_lr", 0.1), ("set_epochs", 5)), (("set_epochs", 5), ("set_lr", 0.1))]
)
def test_one_change_does_not_undo_another(first, second):
    control = Control()
    for name, value in (first, second):
        getattr(control, name)(value)
    assert control.take_changes() == Changes(lr=0.1, epochs=5)
