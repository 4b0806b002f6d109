"""What `train` tells people while it runs."""

from __future__ import annotations

import dataclasses
import json

import pytest

from cifar_gui.cli.train_report import JsonReport, PlainReport, ending
from cifar_gui.training.events import EpochReport, Finished, Paused, SettingsChanged, Started, StepReport


class NotedProgress:
    """What would be shown in the line of progress."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str]] = []
        self.cleared = 0

    def __call__(self, share: float, text: str) -> None:
        self.told.append((share, text))

    def clear(self) -> None:
        self.cleared += 1


STARTED = Started("simple", 31_126, 2, 10, 5, "cpu", "float32", "contiguous", 400, 40)
STEP = StepReport(7, 0.7, 1.5, 0.25, 0.1, 1000.0)
EPOCH = EpochReport(1, 10, 1.5, 0.25, 1.25, 0.5, 0.01, True, None, 2.0, 900.0)


def test_every_event_is_told_to_programs_with_all_its_numbers(capsys):
    report = JsonReport("/runs/0001")
    for event in (STARTED, STEP, Paused(7, 0.1), EPOCH, Finished("stopped", 1, 1, "words for people")):
        report.show(event)
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {
            **{"event": "started", "network": "simple", "parameters": 31_126, "epochs": 2, "steps_per_epoch": 10},
            **{"first_step": 5, "device": "cpu", "precision": "float32", "memory_format": "contiguous"},
            **{"training_pictures": 400, "validation_pictures": 40, "run": "/runs/0001"},
        },
        {
            **{"event": "step", "step": 7, "epoch": 0.7, "loss": 1.5, "accuracy": 0.25, "lr": 0.1},
            "images_per_second": 1000.0,
        },
        {
            **{"event": "epoch", "epoch": 1, "train_loss": 1.5, "train_accuracy": 0.25, "validation_loss": 1.25},
            **{"validation_accuracy": 0.5, "seconds": 2.0, "images_per_second": 900.0, "lr": 0.01},
        },
        {"event": "finished", "reason": "stopped", "best_epoch": 1, "run": "/runs/0001"},
    ]


@pytest.mark.parametrize(("held_out", "words"), [(40, "400 pictures, 40 held out, 2"), (0, "400 pictures, 2")])
def test_people_are_told_what_is_trained_where(capsys, held_out, words):
    progress = NotedProgress()
    PlainReport(progress).show(dataclasses.replace(STARTED, validation_pictures=held_out))
    told = f"simple (31,126 parameters) on cpu in float32: {words} epochs of 10 steps.\n"
    assert capsys.readouterr().err == told
    assert progress.cleared == 1


def test_one_epoch_of_one_step_is_no_plural(capsys):
    PlainReport(NotedProgress()).show(dataclasses.replace(STARTED, epochs=1, steps_per_epoch=1))
    assert ", 1 epoch of 1 step.\n" in capsys.readouterr().err


def test_the_line_of_progress_makes_way_for_a_row(capsys):
    progress = NotedProgress()
    report = PlainReport(progress)
    report.show(STARTED)
    report.show(dataclasses.replace(STEP, epoch=2.0))
    assert progress.told == [(1.0, "epoch 2/2, loss 1.500, 25.0 %, 1,000 pictures/s")]  # there is no third
    report.show(EPOCH)
    report.show(dataclasses.replace(EPOCH, validation_loss=None, validation_accuracy=None))
    report.show(dataclasses.replace(EPOCH, validation_loss=0.0))
    assert progress.cleared == 4
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["1/2", "1.5000", "25.00", "%", loss, *share, "0.01", "900", "2.0", "s"]
        for loss, share in (("1.2500", ("50.00", "%")), ("–", ("–",)), ("0.0000", ("50.00", "%")))
    ]


@pytest.mark.parametrize(
    ("event", "trained", "words"),
    [
        (Finished("stopped", 1, 1), True, "Stopped and saved. To go on: cifar-gui train --resume 7"),
        (
            *(Finished("completed", 2, 1), False),
            "Run 7 had all of its epochs already. For more: cifar-gui train --resume 7 --epochs N",
        ),
        (
            *(Finished("completed", 2, 1), True),
            "Best was epoch 1. To use it: cifar-gui classify --model 7 PICTURE",
        ),
        (
            *(Finished("diverged", 2, 1, "It ran away."), True),
            "It ran away. Best was epoch 1. To use it: cifar-gui classify --model 7 PICTURE",
        ),
        (Finished("diverged", 0, 0, "It ran away."), False, "It ran away."),
    ],
)
def test_people_are_told_how_it_ended_and_how_to_go_on(event, trained, words):
    assert ending(event, "7", trained=trained) == words


def test_epochs_asked_for_while_it_runs_are_counted_from_then_on(capsys):
    progress = NotedProgress()
    report = PlainReport(progress)
    report.show(Started("simple", 31_126, 2, 10, 0, "cpu", "float32", "contiguous", 400, 40))
    for step, change in ((5, None), (15, SettingsChanged(15, 0.1, 4)), (20, None)):
        report.show(StepReport(step, step / 10, 1.5, 0.25, 0.1, 1000.0))
        if change:
            report.show(change)
    report.show(EpochReport(2, 20, 1.5, 0.25, 1.25, 0.5, 0.1, True, None, 2.0, 1000.0))
    assert progress.told == [
        (0.25, "epoch 1/2, loss 1.500, 25.0 %, 1,000 pictures/s"),
        (0.75, "epoch 2/2, loss 1.500, 25.0 %, 1,000 pictures/s"),
        (0.5, "epoch 3/4, loss 1.500, 25.0 %, 1,000 pictures/s"),
    ]
    rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert [[cell.strip() for cell in row if cell] for row in rows[1:]] == [
        ["2/4", "1.5000", "25.00 %", "1.2500", "50.00 %", "0.1", "1,000", "2.0 s"]
    ]
