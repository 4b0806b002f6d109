from __future__ import annotations

import dataclasses
import json

import pytest
import torch

from cifar_gui.checkpoint.files import load_snapshot, read_card, save_resume_state, save_snapshot
from cifar_gui.checkpoint.state import ResumeState
from cifar_gui.errors import CheckpointError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run
from cifar_gui.runs.journal import MAX_WAITING, load_history
from cifar_gui.runs.layout import MAX_HISTORY, MAX_TEXT_FILE, Layout
from cifar_gui.runs.summary import read_record
from cifar_gui.training.engine import REPORTS_PER_EPOCH
from cifar_gui.training.events import Finished, Paused, Resumed, SettingsChanged, SnapshotTaken, StepReport
from cifar_gui.training.history import History, csv_line


@pytest.fixture
def finished_run(recipe, tell) -> Run:
    run = Run.create(recipe)
    for event in tell.story():
        run.record(event)
    return run


def test_runs_are_numbered_from_one(recipe, runs_folder):
    paths = []
    for _ in range(3):
        with Run.create(recipe) as run:
            paths.append(run.path)
    assert paths == [runs_folder / "0001", runs_folder / "0002", runs_folder / "0003"]


def test_a_number_is_not_used_again_while_its_run_is_in_the_trash(recipe, runs_folder):
    with Run.create(recipe) as run:
        pass
    run.move_to_trash()
    with Run.create(recipe) as run:
        assert run.number == "0002"


def test_a_file_in_the_way_of_a_number_is_stepped_over(recipe, runs_folder):
    runs_folder.mkdir()
    (runs_folder / "0001").touch()
    with Run.create(recipe) as run:
        assert run.number == "0002"


def test_a_run_folder_holds_what_the_events_told(finished_run, tell, recipe):
    files = {str(path.relative_to(finished_run.path)).replace("\\", "/") for path in finished_run.path.rglob("*")}
    assert files == {
        "recipe.toml", "run.json", "history.csv", "log.txt", "lock", "best.safetensors", "last.safetensors",
        "resume.safetensors", "resume-previous.safetensors", "epochs", "epochs/001.safetensors",
        "epochs/002.safetensors", "epochs/003.safetensors",
    }  # fmt: skip
    assert Recipe.load(finished_run.layout.recipe) == recipe
    assert load_snapshot(finished_run.best_path) == tell.snapshot_after(2)
    assert load_snapshot(finished_run.last_path) == tell.snapshot_after(3)
    assert read_card(finished_run.epoch_path(1)).epoch == 1


def test_the_history_on_disk_is_the_history_of_the_events(finished_run, tell):
    expected = History()
    for event in tell.story():
        expected.record(event)
    found = finished_run.history()
    torch.testing.assert_close(found.steps, expected.steps)
    torch.testing.assert_close(found.epochs, expected.epochs)


def test_the_summary_says_how_far_the_run_came(finished_run):
    summary = finished_run.summary()
    assert (summary.epochs_done, summary.epochs_planned, summary.best_accuracy) == (3, 4, 0.7)
    assert (summary.status, summary.seconds, summary.kept_epochs) == ("stopped", 6.0, (1, 2, 3))
    assert (summary.record.device, summary.record.best_epoch, summary.resumable) == ("cpu", 2, True)
    assert summary.title == "simple on shapes"


def test_a_run_goes_on_at_its_resume_state_and_rows_beyond_it_are_cut_off(recipe, tell):
    run = Run.create(recipe)
    for event in [tell.started(), *tell.epoch_events(1, 0.5, is_best=True)]:
        run.record(event)
    for event in list(tell.epoch_events(2, 0.9, is_best=True))[:-1]:  # all but the resume state
        run.record(event)
    run.close()
    again = Run.open(run.path)
    state = again.resume_state()
    assert state is not None
    assert (state.step, state.values) == (10, {"epoch": 1})
    again.record(tell.started(first_step=10))
    assert list(again.history().epochs["epoch"]) == [1]
    assert (again.summary().epochs_done, again.summary().best_accuracy, again.summary().seconds) == (1, 0.5, 2.0)
    for event in [*tell.epoch_events(2, 0.6, is_best=True), Finished("completed", 2, 2)]:
        again.record(event)
    assert list(again.history().epochs["validation_accuracy"]) == [0.5, 0.6]
    assert list(again.history().steps["step"]) == [5, 10, 15, 20]


@pytest.mark.parametrize(("first_step", "best"), [(0, (None, 0)), (10, (0.5, 1)), (20, (0.7, 2)), (30, (0.7, 2))])
def test_a_run_that_goes_on_knows_the_best_of_its_epochs(finished_run, tell, first_step, best):
    with Run.open(finished_run.path) as run:
        run.record(tell.started(first_step=first_step))
        record = read_record(run.layout)
    assert (record.best_accuracy, record.best_epoch) == best


def test_a_run_without_resume_state_begins_at_the_beginning(recipe, tell):
    run = Run.create(recipe)
    run.record(tell.started())
    run.record(StepReport(5, 0.5, 2.0, 0.1, 0.1))
    run.close()
    with Run.open(run.path) as again:
        assert again.resume_state() is None
        again.record(tell.started())
        assert len(again.history().steps["step"]) == 0


def test_when_the_newest_resume_state_is_damaged_the_one_before_is_used(finished_run):
    finished_run.layout.resume.write_bytes(finished_run.layout.resume.read_bytes()[:-1])
    with Run.open(finished_run.path) as run:
        state = run.resume_state()
    assert state is not None
    assert state.step == 20


def test_when_all_resume_states_are_damaged_the_reason_is_told(finished_run):
    for path in (finished_run.layout.resume, finished_run.layout.resume_previous):
        path.write_bytes(b"rot")
    run = Run.open(finished_run.path)
    with pytest.raises(CheckpointError, match="too short to be a model file"):
        run.resume_state()
    Run.open(finished_run.path).resume_state  # noqa: B018 - and the lock is free again
    assert not finished_run.summary().running


def test_epochs_asked_for_while_running_are_planned_when_it_goes_on(recipe, tell):
    with Run.create(recipe) as run:
        run.record(tell.started())
        run.record(SettingsChanged(5, 0.05, 12))
    assert Run.open(run.path).recipe == recipe.changed(epochs=12)
    assert Run.open(run.path).summary().epochs_planned == 12


def test_what_was_changed_while_it_trained_is_shown_but_not_trained_from(recipe, tell):
    """The engine keeps a changed learning rate as a share of the one that the run began with."""
    with Run.create(recipe) as run:
        run.record(tell.started())
        run.record(SettingsChanged(5, 0.05, 12))
    assert run.summary().recipe == recipe.changed(epochs=12, lr=0.05)
    assert Run.open(run.path).recipe.lr == recipe.lr != 0.05


def test_a_changed_learning_rate_that_was_not_saved_in_time_is_no_longer_shown(recipe, tell):
    with Run.create(recipe) as run:
        run.record(tell.started())
        run.record(SettingsChanged(5, 0.05, 4))
        run.record(tell.started())
    assert run.summary().recipe == recipe


@pytest.mark.parametrize(("name", "value"), [("lr", -3.0), ("epochs_planned", 10**9)])
def test_changes_that_make_no_sense_leave_the_recipe_as_it_was(name, value, recipe, tell):
    run = Run.create(recipe)
    run.close()
    record = json.loads(run.layout.record.read_text(encoding="utf-8"))
    run.layout.record.write_text(json.dumps({**record, name: value}), encoding="utf-8")
    assert run.summary().recipe == recipe


def test_a_running_run_says_so_and_a_dead_one_was_interrupted(recipe, tell):
    run = Run.create(recipe)
    run.record(tell.started())
    assert run.summary().status == "running"
    run.record(Paused(3, 0.1))
    assert run.summary().status == "paused"
    run.record(Resumed(3))
    run.close()
    assert (run.summary().status, run.summary().resumable) == ("interrupted", True)


def test_a_run_that_failed_keeps_the_reason(recipe, tell):
    run = Run.create(recipe)
    run.record(tell.started())
    run.failed("The memory was not enough.")
    assert (run.summary().status, run.summary().record.message) == ("failed", "The memory was not enough.")
    assert "The memory was not enough." in run.layout.log.read_text()


def test_looking_at_a_network_writes_nothing(recipe, tell):
    run = Run.create(recipe)
    before = sorted(run.path.rglob("*"))
    run.record(SnapshotTaken(3, 0.3, tell.snapshot_after(1)))
    assert sorted(run.path.rglob("*")) == before
    run.close()


def test_step_reports_wait_in_memory(recipe, tell):
    with Run.create(recipe) as run:
        run.record(tell.started())
        size = run.layout.history.stat().st_size
        for step in range(1, 100):
            run.record(StepReport(step, step / 1000, 2.0, 0.1, 0.1))
        assert run.layout.history.stat().st_size == size
    assert len(run.history().steps["step"]) == 99  # written at the end


def test_many_step_reports_do_not_wait_for_the_end_of_an_epoch(recipe, tell):
    with Run.create(recipe) as run:
        run.record(tell.started())
        for step in range(1, MAX_WAITING + 8):
            run.record(StepReport(step, step / 1000, 2.0, 0.1, 0.1))
        assert list(run.history().steps["step"]) == list(range(1, MAX_WAITING + 1))
    assert list(run.history().steps["step"]) == list(range(1, MAX_WAITING + 8))


def test_steps_that_waited_when_a_run_begins_anew_are_forgotten(recipe, tell):
    with Run.create(recipe) as run:
        run.record(tell.started())
        run.record(StepReport(5, 0.5, 2.0, 0.1, 0.1))
        run.record(tell.started())
        run.record(StepReport(3, 0.3, 2.0, 0.1, 0.1))
    assert list(run.history().steps["step"]) == [3]


def test_names_and_notes_survive_the_training_that_goes_on(recipe, tell):
    run = Run.create(recipe)
    run.record(tell.started())
    other = Run.open(run.path)  # another window may do it
    other.rename("  wide  ")
    other.set_notes("Twice as wide.\nSame seed.")
    for event in tell.epoch_events(1, 0.5, is_best=True):
        run.record(event)
    run.close()
    assert (run.summary().title, run.summary().notes) == ("wide", "Twice as wide.\nSame seed.")


def test_two_writers_never_have_one_run(recipe, tell):
    run = Run.create(recipe)
    other = Run.open(run.path)
    for use in (other.resume_state, other.move_to_trash, lambda: other.record(tell.started())):
        with pytest.raises(CheckpointError, match=r"Run 0001 is in use by another window or process \(process \d+"):
            use()
    run.close()
    assert other.resume_state() is None
    other.close()


def test_going_on_that_did_not_begin_leaves_the_run_as_it_was(finished_run, tell):
    before = finished_run.summary()
    log = finished_run.layout.log.read_text()
    finished_run.close()
    with Run.open(finished_run.path) as again:
        again.resume_state()
        again.failed("The folder of its pictures is gone.")
    assert finished_run.summary() == before
    assert finished_run.layout.log.read_text() == log


def test_what_fails_before_its_first_event_is_written_down(recipe, tell, finished_run):
    new = Run.create(recipe)
    new.failed("Memory ran out.")
    finished_run.record(tell.started(first_step=20))
    finished_run.failed("The disk is full.")
    for run, why in ((new, "Memory ran out."), (finished_run, "The disk is full.")):
        run.close()
        record = read_record(run.layout)
        assert (record.status, record.message) == ("failed", why)


def test_a_run_can_be_made_in_a_folder_of_ones_own(recipe, tmp_path):
    with Run.create_at(tmp_path / "mine", recipe) as run:
        assert (run.number, run.summary().status) == ("mine", "running")
    with pytest.raises(CheckpointError, match="there already and not empty"):
        Run.create_at(tmp_path / "mine", recipe)


def test_what_is_no_run_is_not_opened(tmp_path):
    with pytest.raises(CheckpointError, match="There is no run in"):
        Run.open(tmp_path / "absent")


def test_a_lost_recipe_is_found_in_the_network(finished_run, recipe):
    finished_run.layout.recipe.write_text("epochs = = 3")
    assert Run.open(finished_run.path).recipe == recipe
    assert finished_run.layout.recipe.with_name("recipe.toml.bad").exists()


@pytest.mark.parametrize("lost", ["last_path", "best_path"])
def test_a_lost_recipe_is_found_in_the_one_network_that_can_be_read(finished_run, recipe, lost):
    finished_run.layout.recipe.unlink()
    getattr(finished_run, lost).write_bytes(b"rot")
    assert Run.open(finished_run.path).recipe == recipe


def test_a_lost_record_is_guessed_from_the_networks(finished_run):
    finished_run.layout.record.write_text(json.dumps({"status": 3}))
    summary = finished_run.summary()
    assert (summary.status, summary.epochs_done, summary.resumable) == ("interrupted", 3, True)
    assert finished_run.layout.record.with_name("run.json.bad").exists()


def test_the_best_of_a_lost_record_is_that_of_the_best_network(finished_run, tell):
    snapshot = tell.snapshot_after(2)
    card = dataclasses.replace(snapshot.card, scores={"validation_accuracy": 0.7})
    save_snapshot(dataclasses.replace(snapshot, card=card), finished_run.best_path)
    finished_run.layout.record.unlink()
    summary = finished_run.summary()
    assert (summary.best_accuracy, summary.record.best_epoch, summary.epochs_done) == (0.7, 2, 3)


def test_a_run_whose_record_is_lost_goes_on_and_has_one_again(finished_run, tell, recipe):
    finished_run.layout.record.unlink()
    with Run.open(finished_run.path) as run:
        assert run.recipe == recipe
        run.record(tell.started(first_step=20))
        for event in (*tell.epoch_events(3, 0.8, is_best=True), Finished("stopped", 3, 3)):
            run.record(event)
    summary = run.summary()
    record = summary.record
    assert (summary.status, record.epochs_done, record.epochs_planned) == ("stopped", 3, recipe.epochs)
    assert (record.best_accuracy, record.best_epoch, record.seconds, bool(record.created)) == (0.8, 3, 6.0, True)


def test_a_damaged_history_does_not_keep_a_run_from_going_on(finished_run, tell):
    finished_run.layout.history.write_text("kind,step\nrow,what\n")
    with Run.open(finished_run.path) as run:
        run.record(tell.started(first_step=30))
        assert len(run.history().epoch_rows) == 0
    assert finished_run.layout.history.with_name("history.csv.bad").exists()


def test_a_history_that_was_asked_for_and_is_not_there_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(CheckpointError, match=r"history\.csv cannot be read"):
        load_history(Layout(tmp_path))


@pytest.mark.parametrize("damage", [b"kind,step\nrow,what\n", b"\xff\xfe\n"], ids=["no number", "no text"])
def test_a_damaged_history_that_was_asked_for_is_an_error_and_stays_where_it_is(finished_run, damage):
    finished_run.layout.history.write_bytes(damage)
    with pytest.raises(CheckpointError, match=r"history\.csv (is damaged at line 2|cannot be read)"):
        load_history(finished_run.layout)
    assert finished_run.layout.history.read_bytes() == damage


def test_the_kept_epochs_are_thinned(recipe, tell, monkeypatch):
    monkeypatch.setattr("cifar_gui.runs.thinning.epochs_to_drop.__kwdefaults__", {"max_files": 5, "max_bytes": 10**9})
    with Run.create(recipe.changed(epochs=12)) as run:
        run.record(tell.started(epochs=12))
        for epoch in range(1, 13):
            for event in tell.epoch_events(epoch, 0.9 - abs(epoch - 4) / 100, is_best=epoch <= 4):
                run.record(event)
        kept = run.kept_epochs()
    assert len(kept) == 5
    assert {1, 4, 12} <= set(kept)


def test_an_epoch_that_was_the_best_until_now_makes_room_for_the_newest_best(recipe, tell, monkeypatch):
    monkeypatch.setattr("cifar_gui.runs.thinning.epochs_to_drop.__kwdefaults__", {"max_files": 2, "max_bytes": 10**9})
    kept = []
    with Run.create(recipe) as run:
        run.record(tell.started())
        for epoch in range(1, 5):
            for event in tell.epoch_events(epoch, epoch / 10, is_best=True):
                run.record(event)
            kept.append(run.kept_epochs())
    assert kept == [[1], [1, 2], [1, 3], [1, 4]]


def test_a_state_with_the_same_step_can_be_saved_twice(recipe):
    with Run.create(recipe) as run:
        for value in (1.0, 2.0):
            run.record(ResumeState(7, {"weight": torch.full((1,), value)}, {}))
        state = run.resume_state()
    assert state is not None
    assert state.tensors["weight"].item() == 2.0


def test_leftovers_of_a_killed_writer_are_gone_when_the_run_goes_on(finished_run, tell):
    leftovers = [finished_run.path / ".last.safetensors.12345678.tmp"]
    leftovers.append(finished_run.layout.epochs / ".003.safetensors.12345678.tmp")
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    with Run.open(finished_run.path) as run:
        run.record(tell.started(first_step=30))
    assert [leftover for leftover in leftovers if leftover.exists()] == []
    assert finished_run.kept_epochs() == [1, 2, 3]


def test_summaries_are_values(finished_run):
    assert dataclasses.replace(finished_run.summary()) == finished_run.summary()
    save_resume_state(ResumeState(1, {}, {}), finished_run.layout.resume)
    assert finished_run.summary().resumable


def test_the_history_of_the_longest_run_is_read(recipe, tell):
    third = 1 / 3
    line = csv_line(StepReport(10**9, 9999 + third, 2 + third, third, third / 100, 10**4 + third)) + "\n"
    longest = 10_000 * REPORTS_PER_EPOCH
    assert len(line) * longest < MAX_HISTORY
    with Run.create(recipe) as run:
        run.record(tell.started())
        lines = MAX_TEXT_FILE // len(line) + 1  # more than any other text file may hold
        run.layout.history.write_text(History().to_csv() + lines * line)
    with Run.open(run.path) as again:
        assert len(again.history().steps["step"]) == lines
