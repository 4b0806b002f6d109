"""The session: state, events, stop, pause, resume and failure, with the real engine on tiny data."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace

import pytest
import torch

from cifar_gui.errors import DataError, DataMissing
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run
from cifar_gui.training.control import Control
from cifar_gui.training.events import (
    Calibrating,
    EpochReport,
    Finished,
    Paused,
    Resumed,
    SettingsChanged,
    SnapshotTaken,
    Started,
    StepReport,
)
from cifar_gui.training.history import csv_line
from cifar_gui.ui.mailbox import Mailbox
from cifar_gui.ui.session import STATES, TrainingSession
from cifar_gui.ui.trainer import Trainer

RECIPE = Recipe(
    network="mlp", data="tiny", epochs=2, batch_size=20, micro_batch=20, device="cpu", precision="float32",
    memory_format="contiguous", lr=0.01,
)  # fmt: skip

STARTED = Started("mlp", 1, 400, 8, 0, "cpu", "float32", "contiguous", 160, 40)


class Watched:
    """A session, with everything it has said."""

    def __init__(self, session: TrainingSession) -> None:
        self.session = session
        self.events: list[object] = []
        self.states: list[str] = []
        self.failures: list[tuple[str, str]] = []
        self.refusals: list[str] = []
        session.event.connect(self.events.append)
        session.state_changed.connect(self.states.append)
        session.failed.connect(lambda text, details: self.failures.append((text, details)))
        session.refused.connect(self.refusals.append)

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def watched(qtbot, tiny_data):
    made = Watched(TrainingSession(lambda _source, _progress: tiny_data))
    yield made
    made.session.shutdown()


def until_idle(qtbot, watched: Watched) -> None:
    qtbot.waitUntil(lambda: watched.session.state == "idle")


def test_a_new_run_has_nothing_of_the_one_before(qtbot, watched) -> None:
    session = watched.session
    session.start(RECIPE)
    until_idle(qtbot, watched)
    parts = ("run", "recipe", "started", "last_snapshot")
    assert [name for name in parts if getattr(session, name) is None] == []
    assert session.data is None, "it is large, and of the run under way only"
    session.start(RECIPE)
    assert [name for name in (*parts, "data") if getattr(session, name) is not None] == []
    assert session.history.epoch_rows == []
    until_idle(qtbot, watched)


def test_a_run_goes_from_start_to_finish_and_is_on_disk(qtbot, watched, home) -> None:
    watched.session.start(RECIPE)
    assert watched.session.state == "starting"
    until_idle(qtbot, watched)
    assert watched.kinds()[0] is Started
    assert watched.of(Finished) == [Finished("completed", 2, watched.of(Finished)[0].best_epoch)]
    assert [event.epoch for event in watched.of(EpochReport)] == [1, 2]
    assert len(watched.session.history.epochs["epoch"]) == 2
    assert watched.session.last_snapshot == watched.of(EpochReport)[-1].snapshot
    assert watched.session.run is not None
    assert watched.session.run.last_path.is_file()
    assert set(watched.states) <= set(STATES)
    assert watched.failures == []


def test_only_one_run_at_a_time(qtbot, watched) -> None:
    watched.session.start(RECIPE.changed(epochs=500))
    watched.session.start(RECIPE)
    assert len(watched.refusals) == 1
    watched.session.stop()
    until_idle(qtbot, watched)


def test_stop_keeps_everything_and_the_run_goes_on_where_it_was(qtbot, watched) -> None:
    session = watched.session
    session.start(RECIPE.changed(epochs=300))
    qtbot.waitUntil(lambda: len(watched.of(EpochReport)) >= 1)
    session.stop()
    assert session.state == "stopping"
    until_idle(qtbot, watched)
    assert watched.of(Finished)[-1].reason == "stopped"
    done = len(session.history.epochs["epoch"])
    path = session.run.path
    watched.events.clear()
    session.continue_run(path)
    qtbot.waitUntil(lambda: bool(watched.of(EpochReport)))
    session.stop()
    until_idle(qtbot, watched)
    assert watched.of(Started)[0].first_step > 0
    assert watched.of(EpochReport)[0].epoch == done + 1
    assert list(session.history.epochs["epoch"])[: done + 1] == list(range(1, done + 2))


def test_a_finished_run_trains_more_epochs(qtbot, watched) -> None:
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    watched.events.clear()
    watched.session.continue_run(watched.session.run.path, extra_epochs=2)
    until_idle(qtbot, watched)
    assert [event.epoch for event in watched.of(EpochReport)] == [3, 4]


@pytest.mark.parametrize("same", [True, False])
def test_a_run_whose_pictures_have_moved_goes_on_with_the_same_ones_that_are_loaded(
    qtbot, watched, tiny_data, same
) -> None:
    def nothing(_source: str, _progress: object) -> None:
        raise DataMissing("Nothing is there.")

    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    fingerprints = tiny_data.fingerprints if same else ("other", *tiny_data.fingerprints[1:])
    loaded = replace(tiny_data, fingerprints=fingerprints)
    moved = Watched(TrainingSession(nothing, lambda: loaded))
    moved.session.continue_run(watched.session.run.path, extra_epochs=1)
    until_idle(qtbot, moved)
    assert [event.epoch for event in moved.of(EpochReport)] == ([3] if same else [])
    assert [text.startswith("Nothing is there. If") for text, _details in moved.failures] == ([] if same else [True])


def test_pause_resume_and_one_more_epoch(qtbot, watched) -> None:
    session = watched.session
    session.start(RECIPE.changed(epochs=400))
    qtbot.waitUntil(lambda: session.state == "running")
    session.pause()
    qtbot.waitUntil(lambda: session.state == "paused")
    epochs = len(watched.of(EpochReport))
    session.one_more_epoch()
    qtbot.waitUntil(lambda: len(watched.of(Paused)) == 2)
    assert len(watched.of(EpochReport)) == epochs + 1
    assert session.state == "paused"
    session.resume()
    qtbot.waitUntil(lambda: session.state == "running")
    session.stop()
    until_idle(qtbot, watched)


def test_one_more_epoch_of_a_finished_run_trains_exactly_one(qtbot, watched) -> None:
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    watched.events.clear()
    watched.session.one_more_epoch()
    until_idle(qtbot, watched)
    assert [event.epoch for event in watched.of(EpochReport)] == [3]
    assert watched.of(Finished)[-1].reason == "completed"


def test_what_a_killed_run_wrote_after_its_last_saved_state_is_not_in_the_curves_it_goes_on_with(
    qtbot, watched
) -> None:
    session = watched.session
    session.start(RECIPE)
    until_idle(qtbot, watched)
    step = watched.of(EpochReport)[-1].step
    with session.run.layout.history.open("a", encoding="utf-8") as file:
        file.write(csv_line(StepReport(step + 1, 2.125, 0.5, 0.5, 0.01)) + "\n")
    opened = []
    session.opened.connect(lambda event: opened.extend(event.history.steps["step"]))
    session.continue_run(session.run.path, extra_epochs=1)
    until_idle(qtbot, watched)
    assert opened == list(range(1, step + 1))
    assert list(session.run.history().steps["step"]) == list(range(1, watched.of(EpochReport)[-1].step + 1))


def test_a_run_shortened_while_it_trained_trains_one_more_epoch_each_time_it_is_asked_to(qtbot, watched) -> None:
    watched.session.start(RECIPE.changed(epochs=3))
    watched.session.set_epochs(2)
    until_idle(qtbot, watched)
    for _ in range(2):
        watched.session.one_more_epoch()
        until_idle(qtbot, watched)
    assert [event.epoch for event in watched.of(EpochReport)] == [1, 2, 3, 4]


def test_a_run_shortened_to_less_than_it_had_trained_trains_one_more_epoch_at_once(qtbot, watched, monkeypatch) -> None:
    from cifar_gui.runs import Run

    record = Run.record

    def shorten_in_the_second_epoch(run, event):
        record(run, event)
        if isinstance(event, StepReport) and 1 < event.epoch < 2:
            watched.session.set_epochs(1)

    with monkeypatch.context() as patch:
        patch.setattr(Run, "record", shorten_in_the_second_epoch)
        watched.session.start(RECIPE.changed(epochs=3))
        until_idle(qtbot, watched)
    summary = watched.session.run.summary()
    assert (summary.epochs_done, summary.epochs_planned) == (2, 1)
    watched.session.one_more_epoch()
    until_idle(qtbot, watched)
    assert [event.epoch for event in watched.of(EpochReport)] == [1, 2, 3]


def test_a_run_lengthened_while_it_trained_keeps_the_longer_plan_when_it_goes_on(qtbot, watched) -> None:
    watched.session.start(RECIPE)
    watched.session.set_epochs(400)
    qtbot.waitUntil(lambda: len(watched.of(EpochReport)) >= 1)
    watched.session.stop()
    until_idle(qtbot, watched)
    watched.session.continue_run(watched.session.run.path)
    qtbot.waitUntil(lambda: len(watched.of(Started)) == 2)
    watched.session.stop()
    until_idle(qtbot, watched)
    assert watched.of(Started)[1].epochs == 400


def test_one_more_epoch_of_an_unfinished_run_pauses_behind_it(qtbot, watched) -> None:
    session = watched.session
    session.start(RECIPE.changed(epochs=300))
    qtbot.waitUntil(lambda: bool(watched.of(EpochReport)))
    session.stop()
    until_idle(qtbot, watched)
    newest, session.run = session.run.summary(), None  # as after a restart
    watched.events.clear()
    session.one_more_epoch(newest)
    qtbot.waitUntil(lambda: session.state == "paused")
    assert [event.epoch for event in watched.of(EpochReport)] == [newest.epochs_done + 1]
    assert watched.of(Started)[0].epochs == 300, "as planned"
    session.stop()
    until_idle(qtbot, watched)


def test_without_any_run_there_is_no_epoch_more(watched) -> None:
    watched.session.one_more_epoch()
    assert watched.session.state == "idle"


def test_settings_changed_while_running_take_effect(qtbot, watched) -> None:
    session = watched.session
    session.start(RECIPE.changed(epochs=400))
    qtbot.waitUntil(lambda: session.state == "running")
    session.set_lr(0.002)
    newest = {}
    session.event.connect(lambda event: newest.setdefault(type(event), (event, session.last_snapshot)))
    session.request_snapshot()
    qtbot.waitUntil(lambda: {SettingsChanged, SnapshotTaken, EpochReport} <= set(newest))
    assert watched.of(SettingsChanged)[0].lr == pytest.approx(0.002)
    assert all(event.snapshot is last for event, last in (newest[SnapshotTaken], newest[EpochReport]))
    session.stop()
    until_idle(qtbot, watched)


def test_data_that_cannot_be_loaded_is_told_and_leaves_no_run(qtbot, home) -> None:
    def refuse(_source, _progress):
        raise DataError("The folder is empty.")

    watched = Watched(TrainingSession(refuse))
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    assert watched.failures == [("The folder is empty.", "")]
    assert not list(home.glob("runs/*"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            "elsewhere",
            "Nothing is there. If the pictures lie elsewhere now, load them as the data and continue the run again, "
            "or: cifar-gui train --resume 0001 --data PATH",
        ),
        ("cifar10", "Nothing is there."),
    ],
)
def test_a_run_whose_pictures_have_moved_says_how_it_goes_on(home, monkeypatch, data, told) -> None:
    monkeypatch.setattr("cifar_gui.ui.trainer._give_way", lambda: None)  # that is for a thread of its own

    def nothing(_source: str, _progress: object) -> None:
        raise DataMissing("Nothing is there.")

    with Run.create(RECIPE.changed(data=data)) as run:
        path = run.path
    trainer = Trainer(Control(), Mailbox(), nothing, lambda _share, _what: None)
    with pytest.raises(DataMissing) as raised:
        trainer.work(path)
    trainer.close()
    assert str(raised.value) == told


def test_a_fault_of_the_app_is_told_with_its_details(qtbot) -> None:
    def break_down(_source, _progress):
        raise ZeroDivisionError("nobody expected this")

    watched = Watched(TrainingSession(break_down))
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    ((text, details),) = watched.failures
    assert "nobody expected this" in text
    assert "break_down" in details


def test_stop_while_data_is_being_loaded_gives_up_without_a_word(qtbot) -> None:
    loading = threading.Event()

    def load(_source, progress):
        loading.set()
        while True:
            progress(0.5, "Reading pictures")

    watched = Watched(TrainingSession(load))
    shown = []
    watched.session.progress.connect(lambda share, what: shown.append((share, what)))
    watched.session.start(RECIPE)
    qtbot.waitUntil(loading.is_set)
    qtbot.waitUntil(lambda: (0.5, "Reading pictures") in shown)
    watched.session.stop()
    until_idle(qtbot, watched)
    assert watched.failures == []


def test_shutdown_in_the_middle_saves_and_joins(qtbot, watched) -> None:
    watched.session.start(RECIPE.changed(epochs=400))
    qtbot.waitUntil(lambda: bool(watched.of(EpochReport)))
    run = watched.session.run
    watched.session.shutdown()
    assert not watched.session._timer.isActive(), "nothing more is delivered"
    assert (run.summary().status, run.summary().epochs_done < 400) == ("stopped", True)
    assert run.resume_state() is not None
    run.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "trainer"]


def test_a_failure_while_recording_ends_the_run_with_the_reason(qtbot, watched, monkeypatch) -> None:
    from cifar_gui.errors import CheckpointError
    from cifar_gui.runs import Run

    record = Run.record

    def fail_at_epochs(run, event):
        if isinstance(event, EpochReport):
            raise CheckpointError("The disk is full.")
        record(run, event)

    monkeypatch.setattr(Run, "record", fail_at_epochs)
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    assert watched.failures == [("The disk is full.", "")]
    assert watched.session.run.summary().status == "failed"


@pytest.mark.parametrize("late", [STARTED, Resumed(3), Paused(3, 0.01)], ids=["started", "resumed", "paused"])
def test_what_was_under_way_before_a_stop_does_not_take_the_stop_back(qtbot, watched, late) -> None:
    watched.session.start(RECIPE.changed(epochs=400))
    qtbot.waitUntil(lambda: watched.session.state == "running")
    watched.session.stop()
    watched.session._deliver(late)
    assert watched.session.state == "stopping"
    until_idle(qtbot, watched)
    assert watched.states == ["starting", "running", "stopping", "idle"]


def test_the_calibration_at_the_end_can_be_given_up(qtbot, watched) -> None:
    watched.session.start(RECIPE.changed(epochs=400))
    qtbot.waitUntil(lambda: watched.session.state == "running")
    watched.session._deliver(Calibrating())
    assert (watched.session.state, watched.session.stop_wanted) == ("stopping", False)
    watched.session.stop()
    assert watched.session.stop_wanted
    until_idle(qtbot, watched)


def test_the_timer_rests_when_nothing_runs(qtbot, watched) -> None:
    assert not watched.session._timer.isActive()
    watched.session.start(RECIPE)
    assert watched.session._timer.isActive()
    until_idle(qtbot, watched)
    assert not watched.session._timer.isActive()


def test_progress_is_told_once(qtbot) -> None:
    go_on = threading.Event()

    def load(_source, progress):
        progress(0.5, "Reading pictures")
        go_on.wait(60)
        raise DataError("There is nothing there.")

    session, shown = TrainingSession(load), []
    session.progress.connect(lambda share, what: shown.append((share, what)))
    session.start(RECIPE)
    qtbot.waitUntil(lambda: (0.5, "Reading pictures") in shown)
    for _ in range(3):
        session._timer.timeout.emit()
    go_on.set()
    qtbot.waitUntil(lambda: session.state == "idle")
    assert shown.count((0.5, "Reading pictures")) == 1


def test_a_stop_while_a_run_is_about_to_go_on_leaves_it_as_it_was(qtbot, tiny_data) -> None:
    loading = threading.Event()

    def load(_source, progress):
        while loading.is_set():
            progress(0.5, "Reading pictures")
        return tiny_data

    watched = Watched(TrainingSession(load))
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    run = watched.session.run
    loading.set()
    watched.session.continue_run(run.path, extra_epochs=1)
    watched.session.stop()
    until_idle(qtbot, watched)
    assert watched.failures == []
    assert run.summary().status == "completed"


def test_what_happens_before_a_run_has_begun_is_no_pause(qtbot, watched) -> None:
    watched.session.start(RECIPE)
    watched.session.pause()
    qtbot.waitUntil(lambda: watched.session.state in ("idle", "paused"))
    assert watched.of(Paused) == []


def test_a_failure_that_cannot_be_written_down_is_told_all_the_same(qtbot, watched, monkeypatch, caplog) -> None:
    from cifar_gui.runs import Run

    def fail(*_given):
        raise OSError("no space left")

    monkeypatch.setattr(Run, "record", fail)
    monkeypatch.setattr(Run, "failed", fail)
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    ((text, _details),) = watched.failures
    assert text == "Training stopped. No space left. The run keeps its last saved state."
    assert "could not record its failure" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
def test_the_window_comes_before_the_training(qtbot, tiny_data) -> None:
    niceness = []

    def load(_source, _progress):
        niceness.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return tiny_data

    watched = Watched(TrainingSession(load))
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    assert niceness[0] >= 5


def test_memory_that_is_short_ends_the_run_and_names_what_it_may_go_on_with(qtbot, watched, monkeypatch) -> None:
    from cifar_gui.training.bench import Bench

    forward = Bench.forward_backward

    def fail_when_large(bench, *arguments):
        if bench.micro_batch > 10:
            raise torch.OutOfMemoryError("CUDA out of memory")
        forward(bench, *arguments)

    monkeypatch.setattr(Bench, "forward_backward", fail_when_large)
    assert watched.session.smaller_micro_batch == 0
    watched.session.start(RECIPE)
    until_idle(qtbot, watched)
    assert watched.session.smaller_micro_batch == 10
    assert "Go on with micro-batches of 10" in watched.failures[0][0]
    run = watched.session.run.path
    watched.session.continue_run(run, micro_batch=10)
    assert watched.session.smaller_micro_batch == 0
    until_idle(qtbot, watched)
    summary = watched.session.run.summary()
    assert (summary.path, summary.status, summary.recipe.micro_batch) == (run, "completed", 10)
