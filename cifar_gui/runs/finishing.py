"""The last thing of a training: calibrations and familiarity for the networks that a run keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui.errors import Cancelled, CheckpointError, DataError, WriteError
from cifar_gui.training.events import Calibrating, Event, Finished

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData
    from cifar_gui.runs.run import Run

PICTURES = 1000
"""Held-out pictures that are looked at: more make the end of a training longer than they make its network better."""


def finishing(run: Run, data: ImageData, events: Iterable[Event], stopping: Callable[[], bool]) -> Iterator[Event]:
    """The `events` of a training, in whose run the best and the last network are made honest before it is said to have
    come to its end. Given up, without a loss, as soon as the user is `stopping`."""
    for event in events:
        if isinstance(event, Finished) and event.reason in ("completed", "early"):
            yield Calibrating()
            with suppress(Cancelled):
                _make_honest(run, data, stopping)
        yield event


def _make_honest(run: Run, data: ImageData, stopping: Callable[[], bool]) -> None:
    from cifar_gui.checkpoint.files import load_snapshot, save_snapshot
    from cifar_gui.inference.trust import trusted

    def ask() -> None:
        if stopping():
            raise Cancelled

    done: dict[float, Path] = {}
    for path in (run.best_path, run.last_path):
        # no held-out pictures, a file that somebody has taken away, a full disk: what has been trained is kept as it is
        with suppress(DataError, CheckpointError, WriteError):
            snapshot = load_snapshot(path)
            if twin := done.get(snapshot.card.epoch):
                found = load_snapshot(twin)
            else:
                found = trusted(snapshot, data, PICTURES, ask)
                done[snapshot.card.epoch] = path
            save_snapshot(found, path)
