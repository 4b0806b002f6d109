"""run.json, log.txt and what lists make of them: nothing that was told is lost, nothing is said that was not told."""

from __future__ import annotations

import dataclasses
import json
import os

import pytest

from cifar_gui.errors import CheckpointError, WriteError
from cifar_gui.runs import Run, journal, list_runs, summarise
from cifar_gui.runs.layout import Layout, read_text, write_json
from cifar_gui.runs.lock import FolderLock
from cifar_gui.runs.record import STATUSES, Notes, RunRecord, cleaned
from cifar_gui.runs.summary import read_notes, read_record
from cifar_gui.training.events import Finished, Paused, Resumed, ResumeState, SettingsChanged, Started, StepReport

RECORD = RunRecord(
    status="stopped", created="2026-01-31T12:00:00+00:00", epochs_done=3, epochs_planned=5, lr=0.05, micro_batch=50,
    best_accuracy=0.5, best_epoch=2, seconds=12.5, device="cuda:0", precision="bfloat16",
    memory_format="channels_last", parameters=7, training_pictures=400, validation_pictures=40, message="Stopped.",
    sweep="rates", first_weights="abc", classes=4,
)  # fmt: skip


def test_everything_a_record_says_comes_back(tmp_path):
    unset = [each.name for each in dataclasses.fields(RECORD) if getattr(RECORD, each.name) == each.default]
    assert unset == [], "a field that has its default would come back if it were forgotten"
    write_json(tmp_path / "run.json", RECORD.to_dict())
    assert read_record(Layout(tmp_path)) == RECORD


def test_a_record_of_an_earlier_version_has_no_learning_rate_nor_micro_batch_of_its_own():
    values = {name: value for name, value in RECORD.to_dict().items() if name not in ("lr", "micro_batch")}
    assert RunRecord.from_dict(values) == dataclasses.replace(RECORD, lr=None, micro_batch=None)


def test_a_run_whose_micro_batch_was_lowered_goes_on_so_and_is_listed_so(recipe):
    with Run.create(recipe) as run:
        run.set_micro_batch(3)
        assert run.recipe == recipe.changed(micro_batch=3)
    with Run.open(run.path) as opened:
        assert opened.recipe == recipe.changed(micro_batch=3)
    assert list_runs()[0].recipe == recipe.changed(micro_batch=3)


def test_a_status_that_is_none_is_damage(tmp_path):
    write_json(tmp_path / "run.json", {**RECORD.to_dict(), "status": "sleeping"})
    assert read_record(Layout(tmp_path)) is None
    assert (tmp_path / "run.json.bad").exists()


def test_a_record_says_what_the_training_said_when_it_began(recipe):
    with Run.create(recipe) as run:
        created = read_record(run.layout).created
        run.record(Started("simple", 7, 5, 10, 0, "cuda:0", "bfloat16", "channels_last", 400, 40))
        record = read_record(run.layout)
    assert record == RunRecord(
        status="running", created=created, epochs_planned=5, device="cuda:0", precision="bfloat16",
        memory_format="channels_last", parameters=7, training_pictures=400, validation_pictures=40,
    )  # fmt: skip
    assert created


def test_a_run_that_goes_on_no_longer_says_why_it_ended(recipe, tell):
    with Run.create(recipe) as run:
        run.record(tell.started())
        run.record(Finished("diverged", 0, 0, "Lower the learning rate."))
        run.record(tell.started())
        assert (read_record(run.layout).status, read_record(run.layout).message) == ("running", "")


def test_a_run_that_was_opened_and_went_on_writes_down_that_it_failed(recipe, tell):
    with Run.create(recipe) as run:
        pass
    with Run.open(run.path) as again:
        again.record(tell.started())
        again.failed("The disk is full.")
    assert (run.summary().status, run.summary().record.message) == ("failed", "The disk is full.")


def test_the_seconds_of_all_epochs_are_added_up(recipe, tell):
    with Run.create(recipe) as run:
        for event in (tell.started(), *tell.epoch_events(1, 0.5, is_best=True)):
            run.record(event)
        run.record(tell.started(first_step=10))
        for event in tell.epoch_events(2, 0.4, is_best=False):
            run.record(event)
        record = read_record(run.layout)
    assert (record.seconds, record.epochs_done, record.best_epoch, record.best_accuracy) == (4.0, 2, 1, 0.5)


def test_an_accuracy_of_nothing_is_a_best_too(recipe, tell):
    with Run.create(recipe) as run:
        for event in (tell.started(), *tell.epoch_events(1, 0.0, is_best=True), tell.started(first_step=10)):
            run.record(event)
        assert (read_record(run.layout).best_accuracy, read_record(run.layout).best_epoch) == (0.0, 1)


def without_validation(events):
    for event in events:
        if hasattr(event, "validation_accuracy"):
            event = dataclasses.replace(event, validation_loss=None, validation_accuracy=None)
        yield event


def test_a_run_on_all_data_has_no_best(recipe, tell):
    with Run.create(recipe) as run:
        for event in (tell.started(), *without_validation(tell.epoch_events(1, 0.9, is_best=True))):
            run.record(event)
        assert read_record(run.layout).best_accuracy is None
        run.record(tell.started(first_step=10))
        assert (read_record(run.layout).best_accuracy, read_record(run.layout).best_epoch) == (None, 0)
        assert "epoch 1: accuracy 0.4000, the best so far\n" in run.layout.log.read_text(), "that of the training"


def test_the_log_tells_the_run_line_by_line(recipe, tell):
    with Run.create(recipe) as run:
        for event in (
            tell.started(), *tell.epoch_events(1, 0.5, is_best=True), Paused(13, 0.1), Resumed(13),
            SettingsChanged(13, 0.05, 6), *tell.epoch_events(2, 0.25, is_best=False), Finished("stopped", 2, 1),
            tell.started(first_step=20), Finished("diverged", 2, 1, "Lower it."),
        ):  # fmt: skip
            run.record(event)
    lines = [line.split(" ", 1) for line in run.layout.log.read_text().splitlines()]
    assert [text for _, text in lines] == [
        "started at step 0: simple on cpu, float32, contiguous, 4 epochs of 10 steps",
        "epoch 1: accuracy 0.5000, the best so far",
        "paused at step 13",
        "running at step 13",
        "from step 13: learning rate 0.05, 6 epochs",
        "epoch 2: accuracy 0.2500",
        "stopped.",
        "started at step 20: simple on cpu, float32, contiguous, 4 epochs of 10 steps",
        "diverged. Lower it.",
    ]
    assert all(time.endswith("+00:00") for time, _ in lines), "in UTC"


def test_the_lines_of_an_epoch_are_safe_when_it_is_over_and_others_take_no_time(recipe, tell, monkeypatch):
    with Run.create(recipe) as run:
        run.record(tell.started())
        synced, real = [], os.fsync
        monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_ino) or real(file))
        for step in range(1, journal.MAX_WAITING + 1):
            run.record(StepReport(step, step / 1000, 2.0, 0.1, 0.1))
        assert synced == []
        *steps, epoch, _state = tell.epoch_events(30, 0.5, is_best=True)
        for event in (*steps, epoch):
            run.record(event)
        assert run.layout.history.stat().st_ino in synced


@pytest.mark.parametrize(
    "end",
    [
        lambda run: run.record(ResumeState(5, {}, {})),
        lambda run: run.record(Finished("stopped", 0, 0)),
        lambda run: run.failed("The disk is full."),
        lambda run: run.close(),
    ],
    ids=["state", "finished", "failed", "closed"],
)
def test_the_steps_before_an_end_of_any_kind_are_on_disk(end, recipe, tell):
    """The history reaches as far as the state from which the run may go on, whatever happens next."""
    run = Run.create(recipe)
    run.record(tell.started())
    run.record(StepReport(5, 0.5, 2.0, 0.1, 0.1))
    end(run)
    assert list(run.history().steps["step"]) == [5]
    run.close()


def test_the_networks_of_the_slider_take_half_the_room(recipe, tell):
    with Run.create(recipe) as run:
        for event in (tell.started(), *tell.epoch_events(1, 0.5, is_best=True)):
            run.record(event)
    whole, half = (path.stat().st_size for path in (run.last_path, run.epoch_path(1)))
    assert half < 0.6 * whole
    assert run.best_path.stat().st_size == whole


# What lists say


@pytest.mark.parametrize(
    ("status", "held", "shown"),
    [(status, False, status) for status in STATUSES if status not in ("running", "paused")]
    + [(status, True, "running") for status in STATUSES if status != "paused"]
    + [("running", False, "interrupted"), ("paused", False, "interrupted"), ("paused", True, "paused")],
)
def test_a_run_is_as_its_record_says_unless_its_lock_says_otherwise(status, held, shown, recipe):
    with Run.create(recipe) as run:
        pass
    write_json(run.layout.record, {**RECORD.to_dict(), "status": status})
    lock = FolderLock(run.layout.lock)
    if held:
        lock.acquire()
    summary = run.summary()
    lock.release()
    assert summary.status == shown
    assert summary.running is held
    assert summary.resumable is not held
    assert summary.unfinished is (not held and status not in ("completed", "early"))
    assert summary.epochs_to_add == (0 if summary.unfinished else 1)


def test_a_run_that_began_and_was_killed_before_it_said_so_was_interrupted(recipe):
    with Run.create(recipe) as run:
        pass
    assert run.summary().status == "new"
    run.layout.history.touch()
    assert run.summary().status == "interrupted"


def test_a_damaged_run_still_has_its_name_and_figures(recipe, tell):
    with Run.create(recipe) as run:
        run.rename("wide")
        run.set_notes("Twice as wide.")
    write_json(run.layout.record, RECORD.to_dict())
    run.layout.recipe.unlink()
    summary = run.summary()
    assert (summary.status, summary.title, summary.name, summary.notes) == ("damaged", "wide", "wide", "Twice as wide.")
    assert (summary.record, summary.recipe, summary.unfinished) == (RECORD, None, False)


def test_a_name_does_not_undo_the_notes(recipe):
    with Run.create(recipe) as run:
        run.set_notes("Twice as wide.")
        run.rename("wide")
    assert (run.summary().name, run.summary().notes) == ("wide", "Twice as wide.")


def test_a_run_without_a_name_is_called_after_what_it_trains_on(recipe):
    with Run.create(recipe.changed(data="/somewhere/far/photos")) as run:
        assert run.summary().title == "simple on photos"


def test_what_is_left_tells_how_far_a_run_without_record_came(recipe, tell):
    with Run.create(recipe) as run:
        for event in tell.story():
            run.record(event)
    run.layout.record.unlink()
    run.epoch_path(2).unlink()  # thinned
    run.best_path.unlink()
    summary = run.summary()
    assert (summary.epochs_done, summary.epochs_planned, summary.best_accuracy) == (3, recipe.epochs, None)


@pytest.mark.parametrize("kept", ["recipe", "record"])
def test_a_folder_of_any_name_is_a_run_if_it_has_one_of_its_files(kept, recipe, runs_folder):
    with Run.create_at(runs_folder / "mine", recipe) as run:
        pass
    {"recipe": run.layout.record, "record": run.layout.recipe}[kept].unlink()
    assert [each.number for each in list_runs()] == ["mine"]


def test_a_number_in_the_trash_or_beyond_four_digits_counts(recipe, runs_folder):
    for name in (".trash/0041-2", "12345", "²", "photos-9"):
        (runs_folder / name).mkdir(parents=True)
    with Run.create(recipe) as run:
        assert run.number == "12346"


def test_the_trash_alone_keeps_its_numbers(recipe, runs_folder):
    (runs_folder / ".trash" / "0041-2").mkdir(parents=True)
    with Run.create(recipe) as run:
        assert run.number == "0042"


def test_foreign_files_among_the_networks_are_passed_over(recipe, tell):
    with Run.create(recipe) as run:
        for event in tell.story():
            run.record(event)
    for name in ("notes", "²", "x1"):
        (run.layout.epochs / f"{name}.safetensors").touch()
    run.epoch_path(2).rename(run.epoch_path(1000))
    assert run.kept_epochs() == [1, 3, 1000]


def test_a_text_file_may_be_exactly_as_large_as_it_may_be(tmp_path):
    path = tmp_path / "text"
    path.write_text("12345678")
    assert read_text(path, str.upper, 8) == "12345678"
    assert read_text(path, str.upper, 7) is None
    assert path.with_name("text.bad").exists()


# Runs that cannot be made or opened


def test_no_run_is_made_where_there_is_no_folder(recipe, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="could not be made: a part of its path is no folder"):
        Run.create(recipe, tmp_path / "file")
    with pytest.raises(CheckpointError, match="there already and not empty"):
        Run.create_at(tmp_path / "file", recipe)
    with pytest.raises(CheckpointError, match="There is no run in"):
        Run.open(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    with Run.create_at(tmp_path / "empty", recipe) as run:
        assert summarise(run.path).status == "running"


def test_a_number_that_cannot_be_had_is_an_error_rather_than_tried_for_ever(recipe, runs_folder, monkeypatch):
    def refuse(_path, _target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.rename", refuse)
    with pytest.raises(WriteError, match="0001 could not be made: access is not allowed"):
        Run.create(recipe)


def test_a_number_that_another_window_was_quicker_to_take_is_left_to_it(recipe, monkeypatch):
    with Run.create(recipe.changed(seed=1)) as quicker:
        pass
    numbers = iter((1, 2))
    monkeypatch.setattr("cifar_gui.runs.summary.next_number", lambda _root: next(numbers))
    with Run.create(recipe) as run:
        assert run.number == "0002"
    assert quicker.summary().recipe == recipe.changed(seed=1)


def test_a_run_for_which_no_epoch_is_planned_goes_on_for_one(recipe):
    with Run.create(recipe) as run:
        pass
    write_json(run.layout.record, {**RECORD.to_dict(), "epochs_planned": 0})
    assert Run.open(run.path).recipe.epochs == 1
    assert run.summary().recipe == recipe.changed(lr=RECORD.lr, micro_batch=RECORD.micro_batch)
    run.layout.record.write_text(json.dumps([1]))
    assert Run.open(run.path).recipe.epochs == recipe.epochs


def test_tags_are_kept_beside_name_and_notes_each_once_and_short(recipe):
    with Run.create(recipe) as run:
        run.set_tags([" wide ", "", "Wide", "a,b", "x" * 60, "two\nlines"])
        run.rename("mine")
        run.set_notes("good")
        run.set_tags([*read_notes(run.layout).tags[:2], "new"])
    (summary,) = list_runs()
    assert (summary.tags, summary.name, summary.notes) == (("wide", "a b", "new"), "mine", "good")
    assert cleaned(["x" * 60, "two\nlines"]) == ("x" * 40, "two lines")
    assert len(cleaned(map(str, range(50)))) == 20


def test_notes_of_an_earlier_version_have_no_tags():
    assert Notes.from_dict({"name": "a", "notes": "b"}) == Notes("a", "b")


def test_what_a_run_started_from_is_remembered_when_it_goes_on(recipe, tell):
    with Run.create(recipe) as run:
        run.record(dataclasses.replace(tell.started(), first_weights="abc"))
        run.record(tell.started(10))
    assert list_runs()[0].record.first_weights == "abc"
