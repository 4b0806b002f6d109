"""What `train` writes while it runs: a table for people, or a line of JSON for each event."""

from __future__ import annotations

from typing import Any, Protocol

from cifar_gui.cli.console import Progress, say, write, write_json
from cifar_gui.training.events import Calibrating, EpochReport, Event, Finished, SettingsChanged, Started, StepReport
from cifar_gui.words import counted, duration, loss_words, percent, rounded

_COLUMNS = ("Epoch", "Train loss", "accuracy", "Validation loss", "accuracy", "Learning rate", "Pictures/s", "Time")
_WIDTHS = (7, 10, 9, 15, 9, 13, 10, 10)


class Report(Protocol):
    """Told of every event, in order."""

    def show(self, event: Event) -> None: ...


_JSON: dict[type, tuple[str, str]] = {
    Started: (
        "started",
        "network parameters epochs steps_per_epoch first_step device precision memory_format "
        "training_pictures validation_pictures",
    ),
    StepReport: ("step", "step epoch loss accuracy lr images_per_second"),
    EpochReport: (
        "epoch",
        "epoch train_loss train_accuracy validation_loss validation_accuracy seconds images_per_second lr",
    ),
    Finished: ("finished", "reason best_epoch"),
}
"""Class of event → its public name and fields; other events are not written."""


class JsonReport:
    """One line of JSON for each event that has a public form; `run` is the folder of the run."""

    def __init__(self, run: str) -> None:
        self._run = run

    def show(self, event: Event) -> None:
        if type(event) in _JSON:
            kind, names = _JSON[type(event)]
            line: dict[str, Any] = {"event": kind, **{name: getattr(event, name) for name in names.split()}}
            if kind in ("started", "finished"):
                line["run"] = self._run
            write_json(line, indent=False)


class PlainReport:
    """A row for each epoch on stdout; on stderr what is trained where, how far it is, and how it ended."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._epochs = 0

    def show(self, event: Event) -> None:
        match event:
            case Started():
                self._started(event)
            case StepReport():
                self._step(event)
            case EpochReport():
                self._epoch(event)
            case SettingsChanged():
                self._epochs = event.epochs
            case Calibrating():
                self._progress(1.0, "calibrating")
            case _:
                pass  # kept in the run, nothing to show

    def _started(self, event: Started) -> None:
        self._epochs = event.epochs
        self._progress.clear()
        held_out = f", {event.validation_pictures:,} held out" if event.validation_pictures else ""
        say(
            f"{event.network} ({event.parameters:,} parameters) on {event.device} in {event.precision}: "
            f"{event.training_pictures:,} pictures{held_out}, {counted(event.epochs, 'epoch')} of "
            f"{counted(event.steps_per_epoch, 'step')}."
        )
        write(_row(_COLUMNS))

    def _step(self, event: StepReport) -> None:
        epoch = min(int(event.epoch) + 1, self._epochs)
        speed = f"{event.images_per_second:,.0f} pictures/s"
        text = f"epoch {epoch}/{self._epochs}, loss {loss_words(event.loss)}, {percent(event.accuracy)}, {speed}"
        self._progress(event.epoch / max(self._epochs, 1), text)

    def _epoch(self, event: EpochReport) -> None:
        self._progress.clear()
        loss = "–" if event.validation_loss is None else loss_words(event.validation_loss, 4)
        cells = (
            f"{event.epoch}/{self._epochs}",
            loss_words(event.train_loss, 4),
            percent(event.train_accuracy, 2),
            loss,
            percent(event.validation_accuracy, 2),
            rounded(event.lr, 4),
            f"{event.images_per_second:,.0f}",
            duration(event.seconds),
        )
        write(_row(cells))


def _row(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))


def ending(event: Finished, run: str, *, trained: bool) -> str:
    """What to tell people when a run has ended, and how to go on. `run` is what --resume and --model take; `trained`:
    whether any epoch was finished just now."""
    if event.reason == "stopped":
        return f"Stopped and saved. To go on: cifar-gui train --resume {run}"
    if event.reason == "completed" and not trained:
        return f"Run {run} had all of its epochs already. For more: cifar-gui train --resume {run} --epochs N"
    words = [event.message] if event.message else []
    if event.best_epoch:
        words.append(f"Best was epoch {event.best_epoch}. To use it: cifar-gui classify --model {run} PICTURE")
    return " ".join(words)
