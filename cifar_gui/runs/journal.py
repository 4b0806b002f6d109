"""history.csv and log.txt of a run: files that grow line by line, gathered in memory between epochs."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui.atomic import write_atomically
from cifar_gui.errors import CheckpointError, WriteError, not_read, reason
from cifar_gui.runs.layout import MAX_HISTORY, Layout, read_text
from cifar_gui.runs.record import now

if TYPE_CHECKING:
    from cifar_gui.training.events import EpochReport, StepReport
    from cifar_gui.training.history import History

MAX_WAITING = 200


class Journal:
    """Appends to a run's history and log. Lines wait in memory until the next epoch or until they are many."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._waiting: list[str] = []

    def begin(self, step: int) -> History:
        """Cut the history back to the first `step` optimiser steps, where the training goes on, and return it."""
        history = read_history(self._layout).up_to(step)
        self._waiting.clear()
        write_atomically(self._layout.history, [history.to_csv().encode()])
        return history

    def add(self, event: StepReport | EpochReport) -> None:
        """Keep a line of the history."""
        from cifar_gui.training.history import csv_line

        self._waiting.append(csv_line(event) + "\n")
        if len(self._waiting) >= MAX_WAITING:
            self.flush(durable=False)

    def flush(self, *, durable: bool = True) -> None:
        """Write the waiting lines. Raises WriteError; then they go on waiting."""
        if self._waiting:
            _append(self._layout.history, "".join(self._waiting), durable=durable)
            self._waiting.clear()

    def log(self, text: str) -> None:
        """One line of the log, with the time."""
        _append(self._layout.log, f"{now()} {text}\n", durable=False)


def read_history(layout: Layout) -> History:
    """The history of a run, empty if there is none. A damaged file is set aside as .bad."""
    from cifar_gui.training.history import History

    return read_text(layout.history, History.from_csv, MAX_HISTORY) or History()


def load_history(layout: Layout) -> History:
    """The history of a run, for who asked for just this one. Raises CheckpointError naming the file if there is none
    or it is damaged; it stays where it is."""
    from cifar_gui.training.history import History

    path = layout.history
    try:
        return History.from_csv(path.read_text(encoding="utf-8"), where=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{not_read(path, error)} The run may have been moved away.") from error


def _append(path: Path, text: str, *, durable: bool) -> None:
    """Add `text` to the file, or nothing: a part of it would stand before the whole when it is added again."""
    length: int | None = None
    try:
        with path.open("ab") as file:
            length = file.tell()
            file.write(text.encode())
            file.flush()
            if durable:
                os.fsync(file.fileno())
    except OSError as error:
        if length is not None:
            with suppress(OSError):  # the write has failed already, and that is what gets reported
                os.truncate(path, length)  # only now: closing tries again to write what is left
        raise WriteError(
            f"{path} could not be written: {reason(error)}. Make room on the disk, then continue the run."
        ) from error
