"""Training from the command line: recipes, runs, going on, stopping, and what is told meanwhile."""

from __future__ import annotations

import json
import signal
import sys

import pytest

from cifar_gui.cli.device import usable_device
from cifar_gui.cli.train_job import with_absolute_data
from cifar_gui.compute import device
from cifar_gui.compute.device import DeviceStatus
from cifar_gui.errors import TrainingError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run, list_runs
from cifar_gui.training.control import Control
from cifar_gui.training.events import EpochReport, Started

SMALL = ("--network", "mlp", "--batch-size", "10", "--set", "network_settings.hidden=8", "--set", "precision=float32")
EPOCH_KEYS = {
    *("event", "epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy"),
    *("seconds", "images_per_second", "lr"),
}


def test_json_has_a_line_for_each_event_with_the_public_keys(cli, colours, home):
    outcome = cli("train", *SMALL, "--data", colours, "--epochs", 2, "--json")
    assert outcome.code == 0
    kinds = [line["event"] for line in outcome.lines]
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"
    assert set(kinds[1:-1]) == {"step", "epoch"}
    epochs = [line for line in outcome.lines if line["event"] == "epoch"]
    assert [line["epoch"] for line in epochs] == [1, 2]
    assert all(set(line) == EPOCH_KEYS for line in epochs)
    finished = outcome.lines[-1]
    assert set(finished) == {"event", "reason", "run", "best_epoch"}
    assert (finished["reason"], finished["run"]) == ("completed", str(home / "runs" / "0001"))
    assert finished["best_epoch"] in (1, 2)


def test_people_get_a_row_an_epoch_and_are_told_how_to_use_the_result(cli, colours):
    outcome = cli("train", *SMALL, "--data", colours, "--epochs", 2)
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["Epoch", "1/2", "2/2"]
    assert "54 pictures, 6 held out" in outcome.err
    assert "cifar-gui classify --model 0001" in outcome.err


def test_with_all_data_there_is_no_validation(cli, colours):
    outcome = cli("train", *SMALL, "--data", colours, "--epochs", 1, "--all-data", "--json")
    started, epoch = outcome.lines[0], next(line for line in outcome.lines if line["event"] == "epoch")
    assert (started["training_pictures"], started["validation_pictures"]) == (60, 0)
    assert epoch["validation_loss"] is None
    assert epoch["validation_accuracy"] is None


def test_a_run_goes_on_with_more_epochs_by_its_number(cli, colours):
    cli("train", *SMALL, "--data", colours, "--epochs", 1)
    outcome = cli("train", "--resume", "1", "--epochs", 3, "--json")
    assert outcome.code == 0
    assert [line["epoch"] for line in outcome.lines if line["event"] == "epoch"] == [2, 3]
    (run,) = list_runs()
    assert (run.number, run.status, run.epochs_done) == ("0001", "completed", 3)


def test_a_run_can_be_kept_in_a_folder_of_its_own_and_go_on_there(cli, colours, tmp_path):
    here = tmp_path / "my run"
    assert cli("train", *SMALL, "--data", colours, "--epochs", 1, "--run", here).code == 0
    assert (here / "best.safetensors").is_file()
    outcome = cli("train", "--resume", here, "--epochs", 2, "--json")
    assert outcome.lines[0]["run"] == outcome.lines[-1]["run"] == str(here)
    assert f"cifar-gui classify --model {here}" in outcome.err
    taken = cli("train", *SMALL, "--data", colours, "--epochs", 1, "--run", here)
    assert taken.code == 3
    assert "not empty" in taken.err


@pytest.fixture
def stop_after(monkeypatch):
    """Have a signal come as soon as a run has kept so many epochs."""

    def plan(epoch: int, number: int) -> None:
        keep = Run.record

        def record(run, event):
            keep(run, event)
            if isinstance(event, EpochReport) and event.epoch == epoch:
                signal.raise_signal(number)

        monkeypatch.setattr(Run, "record", record)

    return plan


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_more_epochs_asked_for_are_remembered_when_a_run_is_stopped_and_goes_on(cli, colours, stop_after, number, code):
    cli("train", *SMALL, "--data", colours, "--epochs", 1)
    stop_after(2, number)
    stopped = cli("train", "--resume", "1", "--epochs", 4, "--json")
    assert (stopped.code, stopped.lines[-1]["reason"]) == (code, "stopped")
    resumed = cli("train", "--resume", "1", "--json")
    assert [line["epoch"] for line in resumed.lines if line["event"] == "epoch"] == [3, 4]


def test_a_run_may_be_asked_to_have_as_many_epochs_as_it_has_and_no_fewer(cli, colours):
    cli("train", *SMALL, "--data", colours, "--epochs", 2)
    assert cli("train", "--resume", "1", "--epochs", 2).code == 0
    fewer = cli("train", "--resume", "1", "--epochs", 1)
    assert (fewer.code, "has trained 2 epochs already: give --epochs 2 or more" in fewer.err) == (2, True)


def test_a_run_shortened_while_it_trained_goes_on_to_the_epochs_it_was_to_have_at_first(cli, colours, monkeypatch):
    class Shortened(Control):
        def __init__(self):
            super().__init__()
            self.set_epochs(2)

    with monkeypatch.context() as patch:
        patch.setattr("cifar_gui.cli.train.Control", Shortened)
        cli("train", *SMALL, "--data", colours, "--epochs", 3)
    outcome = cli("train", "--resume", "1", "--epochs", 3, "--json")
    assert [line["epoch"] for line in outcome.lines if line["event"] == "epoch"] == [3]


@pytest.mark.parametrize("name", ["9" * 400, "a" * 400])
def test_a_run_whose_name_is_too_long_is_not_there(cli, name):
    outcome = cli("train", "--resume", name)
    assert outcome.code == 3
    assert "There is no run in" in outcome.err


def test_a_complete_run_has_nothing_left_to_do_and_says_so(cli, colours):
    cli("train", *SMALL, "--data", colours, "--epochs", 1)
    outcome = cli("train", "--resume", "1")
    assert outcome.code == 0
    assert "all of its epochs already" in outcome.err


def test_the_data_may_have_moved_when_a_run_goes_on(cli, colours, tmp_path):
    moved = tmp_path / "first place"
    moved.symlink_to(colours)
    cli("train", *SMALL, "--data", "first place", "--epochs", 1)
    (tmp_path / "second place").symlink_to(colours)
    assert cli("train", "--resume", "1", "--epochs", 2, "--data", "second place").code == 0


def test_the_device_may_be_another_when_a_run_goes_on(cli, colours):
    cli("train", *SMALL, "--data", colours, "--epochs", 1)
    run = Run.open(list_runs()[0].path)
    run.layout.recipe.write_text(run.recipe.changed(device="cuda:99").to_toml())  # begun on a larger machine
    assert cli("train", "--resume", "1", "--epochs", 2).code == 5
    outcome = cli("train", "--resume", "1", "--epochs", 2, "--device", "cpu", "--json")
    assert (outcome.code, outcome.lines[0]["device"]) == (0, "cpu")
    assert [line["epoch"] for line in outcome.lines if line["event"] == "epoch"] == [2]


def test_what_cannot_change_is_refused_when_a_run_goes_on(cli, colours):
    cli("train", *SMALL, "--data", colours, "--epochs", 1)
    outcome = cli("train", "--resume", "1", "--lr", 0.5, "--seed", 3, "--preset", "best", "--recipe", "mine.toml")
    assert outcome.code == 2
    assert "lr, seed, --recipe, --preset cannot change" in outcome.err


def test_a_run_that_does_not_exist_is_bad_input(cli):
    assert cli("train", "--resume", "17").code == 3


def test_a_loss_that_is_no_number_fails_and_names_the_setting(cli, colours):
    outcome = cli("train", *SMALL, "--data", colours, "--epochs", 5, "--lr", "1e6", "--set", "optimiser=sgd", "--json")
    assert outcome.code == 1
    assert outcome.lines[-1]["reason"] == "diverged"
    assert "Lower the learning rate" in outcome.err


def test_a_missing_data_set_is_exit_code_4_and_leaves_no_run(cli):
    outcome = cli("train", *SMALL)
    assert outcome.code == 4
    assert "--data shapes" in outcome.err
    assert list_runs() == []


@pytest.mark.parametrize(("wanted", "present"), [("auto", True), ("auto", False), ("cpu", True)])
def test_a_gpu_that_had_to_be_passed_over_is_spoken_of(capsys, monkeypatch, wanted, present):
    broken = DeviceStatus("cuda:0", False, "its memory is full", present)
    monkeypatch.setattr(device, "devices", lambda: [broken, DeviceStatus("cpu", True, "2 threads")])
    assert usable_device(wanted).type == "cpu"
    told = "cpu was chosen, because cuda:0 cannot be used: its memory is full.\n"
    assert capsys.readouterr().err == (told if wanted == "auto" and present else "")


def test_a_failed_attempt_to_go_on_leaves_the_run_free(cli, colours):
    cli("train", *SMALL, "--data", colours, "--epochs", 1)
    assert cli("train", "--resume", "1", "--epochs", 2, "--data", "nowhere").code == 4
    assert cli("train", "--resume", "1", "--epochs", 2, "--data", "shapes").code == 3
    assert cli("train", "--resume", "1", "--epochs", 2).code == 0


def test_a_folder_that_is_called_by_a_number_is_gone_on_with_where_it_is(cli, colours, tmp_path):
    assert cli("train", *SMALL, "--data", colours, "--epochs", 1, "--run", "7").code == 0
    assert cli("train", "--resume", "7", "--epochs", 2, "--json").lines[-1]["run"] == "7"
    assert (tmp_path / "7" / "best.safetensors").is_file()


def test_a_data_set_that_is_built_in_is_not_a_folder_of_its_name(tmp_path):
    (tmp_path / "shapes").mkdir()
    (tmp_path / "mine").mkdir()
    recipes = [with_absolute_data(Recipe(network="mlp", data=name)) for name in ("shapes", "mine", "missing")]
    assert [recipe.data for recipe in recipes] == ["shapes", str(tmp_path / "mine"), "missing"]


def test_a_training_that_fails_is_told_and_noted_in_its_run(cli, colours, monkeypatch):
    def fail(_model, _data, recipe, _control, _resume, _ranks):
        yield Started("mlp", 1, recipe.epochs, 6, 0, "cpu", "float32", "contiguous", 54, 6)
        raise TrainingError("The device has gone.")

    monkeypatch.setattr("cifar_gui.training.engine.train", fail)
    outcome = cli("train", *SMALL, "--data", colours)
    assert outcome.code == 1
    assert "cifar-gui: The device has gone." in outcome.err
    assert list_runs()[0].status == "failed"


def test_an_unusable_device_is_exit_code_5_before_anything_is_read_and_leaves_no_run(cli):
    assert cli("train", *SMALL, "--data", "nowhere", "--device", "cuda:99").code == 5
    assert list_runs() == []


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ((), "--network NAME"),
        (("--network", "nonsense"), "airnet"),
        (("--network", "mlp", "--epochs", "0"), "at least 1"),
        (("--network", "mlp", "--epochs", "many"), "--epochs"),
        (("--network", "mlp", "--set", "momentun=0.5"), "momentun"),
        (("--network", "mlp", "--set", "momentum"), "NAME=VALUE"),
        (("--network", "mlp", "--set", "=0.5"), "NAME=VALUE"),
        (("--network", "mlp", "--run", "a", "--resume", "b"), "not allowed with"),
    ],
)
def test_flags_that_do_not_fit_are_usage_errors(cli, flags, words):
    outcome = cli("train", *flags)
    assert outcome.code == 2
    assert words in outcome.err


def test_a_network_setting_that_does_not_exist_is_refused_before_anything_is_made(cli, colours):
    outcome = cli("train", "--network", "mlp", "--data", colours, "--set", "network_settings.depth=3")
    assert outcome.code == 3
    assert "hidden" in outcome.err
    assert list_runs() == []


@pytest.mark.parametrize("value", ["nan", "inf", "-1.0"])
def test_a_network_setting_that_makes_no_sense_is_refused_on_the_line_and_in_a_file(cli, colours, tmp_path, value):
    file = tmp_path / "recipe.toml"
    file.write_text(f'network = "airnet"\n[network_settings]\nbatch_norm_weight = {value}\n', encoding="utf-8")
    on_the_line = ("--network", "airnet", "--set", f"network_settings.batch_norm_weight={value}")
    for flags in (on_the_line, ("--recipe", file)):
        outcome = cli("train", "--data", colours, *flags)
        assert outcome.code == 3
        assert "batch_norm_weight must be" in outcome.err
    assert list_runs() == []


def test_the_run_knows_its_data_by_absolute_path(cli, colours, tmp_path, monkeypatch):
    monkeypatch.chdir(colours.parent)
    cli("train", *SMALL, "--data", colours.name, "--epochs", 1)
    monkeypatch.chdir(tmp_path)
    assert Run.open(list_runs()[0].path).recipe == Recipe.load(list_runs()[0].path / "recipe.toml")
    assert list_runs()[0].recipe.data == str(colours)


def next_event(process, kind):
    """Read the child's lines up to the first event of this kind."""
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == kind:
            return event
    pytest.fail(f"no {kind} event: {process.communicate()[1]}")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_saves_and_stops_and_the_run_goes_on_where_it_was(cli, child, colours):
    process = child("train", *SMALL, "--data", colours, "--epochs", 10_000, "--json")
    step = next_event(process, "step")["step"]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert json.loads(out.splitlines()[-1])["reason"] == "stopped"
    assert "cifar-gui train --resume 0001" in err
    (run,) = list_runs()
    assert run.status == "stopped"
    resumed = cli("train", "--resume", "1", "--epochs", run.epochs_done + 1, "--json")
    assert resumed.code == 0
    assert resumed.lines[0]["first_step"] >= step


def test_a_run_cannot_go_on_to_fewer_epochs_than_it_has(cli, colours):
    assert cli("train", *SMALL, "--data", colours, "--epochs", 2).code == 0
    refused = cli("train", "--resume", "1", "--epochs", 1)
    assert refused.code == 2
    assert "Run 0001 has trained 2 epochs already: give --epochs 2 or more." in refused.err
    (run,) = list_runs()
    assert (run.status, run.epochs_done, run.epochs_planned) == ("completed", 2, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes that break this way")
def test_a_reader_that_goes_away_saves_and_stops(child, colours):
    process = child("train", *SMALL, "--data", colours, "--epochs", 10_000, "--json")
    next_event(process, "step")
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert "cifar-gui train --resume 0001" in err
    assert list_runs()[0].status == "stopped"


# In the time there is


@pytest.fixture
def quick_pace(monkeypatch):
    """Every recipe takes a second an epoch, and is tried with what it says."""
    from cifar_gui.training import minutes

    tried = []

    def measure(recipe, data):
        tried.append(recipe)
        return minutes.Pace(set_up=0, epoch=1, validation=0)

    monkeypatch.setattr(minutes, "measure_pace", measure)
    return tried


@pytest.fixture
def tiny_ladder(monkeypatch):
    """One small rung in place of those of the real networks."""
    from cifar_gui.networks.base import Rung
    from cifar_gui.training import minutes

    recipe = Recipe(network="mlp", network_settings={"hidden": 8}, batch_size=10, precision="float32")
    monkeypatch.setattr(minutes, "rungs", lambda like, _pictures: [Rung(recipe.placed_as(like), ((1, 0.4), (3, 0.5)))])


def test_in_the_minutes_there_are_it_trains_what_fits_and_tells_whether_it_kept_its_promise(
    cli, colours, quick_pace, tiny_ladder
):
    outcome = cli("train", "--minutes", "0.04", "--data", colours, "--seed", 4)
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["Epoch", "1/2", "2/2"]
    assert quick_pace[0].seed == 4
    assert "Training Fully connected (hidden 8) for a moment" in outcome.err
    assert (
        "2 epochs: ready in about 2.0 s, 2.0 s of it training. How good it gets can be promised for CIFAR-10 only."
        in outcome.err
    )
    assert "2.0 s of training were promised and it took " in outcome.err
    recipe = list_runs()[0].recipe
    assert (recipe.preset, recipe.epochs, recipe.promised_minutes) == ("minutes", 2, round(2 / 60, 3))


def test_what_takes_longer_than_the_minutes_there_are_is_not_begun(cli, colours, quick_pace, tiny_ladder):
    outcome = cli("train", "--minutes", "0.01", "--data", colours)
    assert (outcome.code, list_runs()) == (1, [])
    assert "Nothing worth having is ready in 0.6 s on this machine. The shortest is Fully connected" in outcome.err
    assert outcome.err.rstrip().endswith("To train that, give --minutes 0.1.")


def test_other_runs_tell_of_no_promise(cli, colours):
    outcome = cli("train", *SMALL, "--data", colours, "--epochs", 1)
    assert "romise" not in outcome.err


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("--network", "mlp"), "network"),
        (("--epochs", "3"), "epochs"),
        (("--preset", "best"), "--preset"),
        (("--set", "crop=2"), "crop"),
    ],
)
def test_with_minutes_nothing_else_says_how_to_train(cli, colours, flags, named):
    outcome = cli("train", "--minutes", "5", "--data", colours, *flags)
    assert outcome.code == 2
    assert f"leave out {named}." in outcome.err


@pytest.mark.parametrize("minutes", ["0", "-1", "soon", "nan", "inf", "1e6"])
def test_what_is_no_number_of_minutes_is_refused(cli, colours, minutes):
    outcome = cli("train", f"--minutes={minutes}", "--data", colours)
    assert outcome.code == 2
    assert "is no number of minutes from above 0 to 100,000, such as 10" in outcome.err


def test_a_run_does_not_go_on_for_another_time(cli, colours):
    cli("train", *SMALL, "--data", colours, "--epochs", 1)
    outcome = cli("train", "--resume", "1", "--minutes", "5")
    assert outcome.code == 2
    assert "--minutes cannot change" in outcome.err


# When memory is short


def test_a_run_that_is_short_of_memory_goes_on_in_smaller_pieces(cli, colours, monkeypatch):
    import torch

    from cifar_gui.training.bench import Bench

    forward = Bench.forward_backward

    def fail_when_large(bench, *arguments):
        if bench.micro_batch > 5:
            raise torch.OutOfMemoryError("CUDA out of memory")
        forward(bench, *arguments)

    monkeypatch.setattr(Bench, "forward_backward", fail_when_large)
    failed = cli("train", *SMALL, "--data", colours, "--epochs", 1)
    assert failed.code == 1
    assert "not enough for micro-batches of 10" in failed.err
    assert "To go on: cifar-gui train --resume 0001 --set micro_batch=5" in failed.err
    assert cli("train", "--resume", "1", "--set", "micro_batch=5").code == 0
    assert (list_runs()[0].status, list_runs()[0].recipe.micro_batch) == ("completed", 5)


def test_other_failures_are_not_said_to_be_of_memory(cli, colours, monkeypatch):
    from cifar_gui.training.bench import Bench

    def fail(*_):
        raise TrainingError("The device is gone.")

    monkeypatch.setattr(Bench, "forward_backward", fail)
    assert "micro_batch" not in cli("train", *SMALL, "--data", colours, "--epochs", 1).err


def test_several_processes_are_not_tried_as_if_they_were_one(cli, colours, monkeypatch):
    from contextlib import nullcontext

    from cifar_gui.training import distributed
    from cifar_gui.training.ranks import Ranks

    two = Ranks()
    two.count = 2
    monkeypatch.setattr(distributed, "joined", lambda: nullcontext(two))
    outcome = cli("train", "--minutes", "5", "--data", colours)
    assert outcome.code == 2
    assert "--minutes tries one process alone" in outcome.err
