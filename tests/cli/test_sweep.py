"""`cifar-gui sweep`, to its end, interrupted, and gone on with."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cifar_gui import paths
from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.cli.sweep_report import SweepReport, _values
from cifar_gui.errors import WriteError
from cifar_gui.networks.base import presets
from cifar_gui.runs import Run, list_runs, move_to_trash
from cifar_gui.runs.axis import Axis
from cifar_gui.runs.sweep import Sweep
from cifar_gui.runs.sweep_files import SweepState, TrialState
from cifar_gui.training.events import EpochReport

TEXT = """
[[vary]]
setting = "lr"
values = [0.01, 0.02]
[recipe]
network = "mlp"
network_settings = {{ hidden = 4 }}
data = "{data}"
epochs = 2
batch_size = 18
"""


@pytest.fixture
def file(colours: Path, tmp_path: Path) -> Path:
    path = tmp_path / "rates.toml"
    path.write_text(TEXT.format(data=colours))
    return path


def test_every_trial_becomes_a_run_and_the_best_is_told(cli, file) -> None:
    done = cli("sweep", file)
    assert (done.code, done.err.splitlines()[0]) == (0, "Sweep rates: 2 runs.")
    assert [(run.record.sweep, run.recipe.lr, run.status) for run in list_runs()] == [
        ("rates", 0.02, "completed"),
        ("rates", 0.01, "completed"),
    ]
    cards = [load_snapshot(run.path / "best.safetensors").card for run in list_runs()]
    assert all("temperature" in card.calibration for card in cards), "a trial is a run like any other, calibrated"
    header, _rule, *rows = done.out.splitlines()
    assert header.split() == ["Accuracy", "Run", "Learning", "rate", "Epochs", "Time"]
    assert {row.split()[2] for row in rows} == {"0001", "0002"}
    assert cli("sweep", "rates", "--results").out == done.out
    again = cli("sweep", file)
    assert (again.code, again.err) == (
        2,
        "cifar-gui: There is a sweep called rates already. Add --resume to go on with it, or rename the file.\n",
    )


def test_the_best_stands_first_what_has_no_accuracy_last_and_progress_is_of_the_whole_sweep(capsys) -> None:
    sweep = Sweep(presets("simple")["best"].changed(data="shapes"), (Axis("lr", (0.1, 0.2, 0.3, 0.4)),))
    trained = {"0001": ("completed", 0.3), "0002": ("failed", None), "0003": ("completed", 0.5)}
    runs: list[Any] = [
        SimpleNamespace(
            number=number, status=status, best_accuracy=best, epochs_done=1, epochs_planned=2, seconds=9.0, path=number
        )
        for number, (status, best) in trained.items()
    ]
    trials = tuple(TrialState(trial, run) for trial, run in zip(sweep.trials(), [*runs, None], strict=True))
    report, state = SweepReport(json=False), SweepState(Path("rates"), sweep, trials)
    assert report.position(state, trials[3], 1.5, 3) == (0.625, "sweep 3 of 4, epoch 2/3: learning rate 0.4")
    report.trial(state, trials[2])
    assert capsys.readouterr().err == "2 of 4: 50.00 %, run 0003, learning rate 0.3\n"
    report.end(state)
    told = capsys.readouterr()
    assert [line.split() for line in told.out.splitlines()[2:]] == [
        ["50.00", "%", "0003", "0.3", "1/2", "9.0", "s"],
        ["30.00", "%", "0001", "0.1", "1/2", "9.0", "s"],
        ["–", "0002", "0.2", "1/2", "9.0", "s"],
    ]
    assert told.err == "Best on the held-out pictures: run 0003, 50.00 %.\n"
    values = [_values(state, trial) for trial in trials]
    assert [(each["seconds"], each["run"]) for each in values] == [(9.0, number) for number in trained] + [(None, None)]
    report.standing(replace(state, trials=trials[1:2]))
    assert capsys.readouterr().out.split()[-6:] == ["–", "0002", "0.2", "1/2", "9.0", "s"]
    report.standing(replace(state, trials=trials[3:]))
    assert capsys.readouterr() == ("", "Sweep rates: 1 run.\n"), "where nothing has been trained that is said"


def test_a_sweep_that_was_interrupted_goes_on_in_the_middle_of_its_trial_from_any_folder(
    cli, colours, file, tmp_path, monkeypatch
) -> None:
    file.write_text(TEXT.format(data=colours.name))
    monkeypatch.chdir(colours.parent)
    keep = Run.record
    with monkeypatch.context() as patch:

        def interrupting(run: Run, event: object) -> None:
            keep(run, event)
            if isinstance(event, EpochReport):
                os.kill(os.getpid(), signal.SIGINT)

        patch.setattr(Run, "record", interrupting)
        stopped = cli("sweep", file, "--json")
    assert stopped.code == 130
    assert "To go on: cifar-gui sweep rates --resume" in stopped.err
    assert [line["status"] for line in stopped.lines if line["event"] == "trial"] == ["stopped"]
    monkeypatch.chdir(tmp_path)
    done = cli("sweep", "rates", "--resume", "--json")
    assert done.code == 0
    assert [(line["trial"], line["values"]) for line in done.lines[:-1]] == [(1, {"lr": 0.01}), (2, {"lr": 0.02})]
    assert done.lines[-1] == {
        "event": "sweep", "sweep": "rates", "trials": 2, "done": 2, "best_run": done.lines[-1]["best_run"],
    }  # fmt: skip
    assert [(run.number, run.epochs_done) for run in list_runs()] == [("0002", 2), ("0001", 2)]
    assert cli("sweep", "rates", "--results", "--json").lines == done.lines, "all of it, as when it was trained"
    move_to_trash(paths.runs() / "0001")
    *trials, _end = cli("sweep", "rates", "--results", "--json").lines
    assert [(line["trial"], line["status"]) for line in trials] == [(1, "waiting"), (2, "completed")]
    assert len(cli("sweep", "rates", "--resume", "--json").lines) == 2, "that one alone, and the result"


def test_a_full_disk_ends_the_sweep_and_a_trial_that_cannot_go_on_does_not(cli, file, monkeypatch) -> None:
    keep = Run.record
    with monkeypatch.context() as patch:

        def full(run: Run, event: object) -> None:
            if isinstance(event, EpochReport):
                raise WriteError("The disk is full.")
            keep(run, event)

        patch.setattr(Run, "record", full)
        ended = cli("sweep", file)
    assert (ended.code, len(list_runs())) == (1, 1), "the next trial could not be written either"
    assert "The disk is full." in ended.err
    (paths.runs() / "0001" / "resume.safetensors").write_bytes(b"damaged")
    resumed = cli("sweep", "rates", "--resume")
    assert "Trial 1, run 0001: " in resumed.err
    newest = list_runs()[0]
    assert (newest.number, newest.status) == ("0002", "completed")
    assert resumed.code == 1, "not all of it is trained"


def test_what_cannot_be_swept_is_said_and_leaves_nothing(cli, file) -> None:
    file.write_text(file.read_text().replace("[0.01, 0.02]", "[0.01, 0]"))
    refused = cli("sweep", file)
    assert (refused.code, refused.err) == (3, "cifar-gui: Learning rate must be more than 0, not 0.\n")
    assert not paths.sweeps().exists()
    assert cli("sweep", "nothing", "--resume").err.startswith("cifar-gui: There is no sweep called nothing.")
    assert cli("sweep", "nothing.toml").err == "cifar-gui: There is no file nothing.toml.\n"
