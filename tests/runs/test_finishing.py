"""The last thing of a training: what the run keeps becomes honest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.data.base import ImageData
from cifar_gui.errors import WriteError
from cifar_gui.runs import Run
from cifar_gui.runs.finishing import finishing
from cifar_gui.training.events import Calibrating, Event, Finished


@pytest.fixture
def finish(tell, recipe, tiny_data) -> Callable[..., tuple[Run, list[Event]]]:
    """Pull a story of events through `finishing` into a new run."""

    def follow(accuracies: tuple[float, ...], reason: str, *, stopping: bool = False, data: ImageData = tiny_data):
        run = Run.create(recipe)
        told: list[Event] = []
        for event in finishing(run, data, tell.story(accuracies, reason), lambda: stopping):
            run.record(event)
            told.append(event)
        return run, told

    return follow


def temperatures(run: Run) -> list[bool]:
    """Whether the best and the last network have temperatures for one view and for six."""
    wanted = {"temperature", "smoothing", "temperature_six_views", "smoothing_six_views"}
    return [wanted <= set(load_snapshot(path).card.calibration) for path in (run.best_path, run.last_path)]


@pytest.mark.parametrize(("reason", "honest"), [("completed", True), ("early", True), ("stopped", False)])
def test_best_and_last_network_of_a_run_that_came_to_its_end_are_calibrated(finish, reason: str, honest: bool) -> None:
    run, told = finish((0.5, 0.7, 0.6), reason)
    assert temperatures(run) == [honest, honest]
    assert (Calibrating() in told) == honest
    assert isinstance(told[-1], Finished)
    cards = [load_snapshot(path).card for path in (run.best_path, run.last_path)]
    assert [card.epoch for card in cards] == [2, 3]
    assert run.summary().status == reason


def test_a_network_that_is_both_is_looked_at_once(finish, monkeypatch) -> None:
    from cifar_gui.inference import trust

    asked = []
    plain = trust.trusted
    monkeypatch.setattr(trust, "trusted", lambda *rest: asked.append(rest[0].card.epoch) or plain(*rest))
    run, _told = finish((0.5, 0.6, 0.7), "completed")
    assert asked == [3]
    assert temperatures(run) == [True, True]
    assert load_snapshot(run.best_path) == load_snapshot(run.last_path)


def test_who_stops_now_loses_nothing(finish) -> None:
    run, told = finish((0.5, 0.7), "completed", stopping=True)
    assert temperatures(run) == [False, False]
    assert isinstance(told[-1], Finished)
    assert run.summary().status == "completed"


def test_where_the_disk_is_full_a_run_ends_as_it_is(finish, monkeypatch) -> None:
    def full(*_rest: object) -> None:
        raise WriteError("The disk is full.")

    monkeypatch.setattr("cifar_gui.checkpoint.files.save_snapshot", full)
    run, told = finish((0.5, 0.7), "completed")
    assert temperatures(run) == [False, False]
    assert isinstance(told[-1], Finished)


def test_a_run_without_held_out_pictures_ends_as_it_is(finish, tiny_data) -> None:
    import dataclasses

    train, validation, test = tiny_data.counts
    run, told = finish((0.5,), "completed", data=dataclasses.replace(tiny_data, counts=(train + validation, 0, test)))
    assert temperatures(run) == [False, False]
    assert isinstance(told[-1], Finished)
