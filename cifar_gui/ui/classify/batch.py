"""Many pictures in the background: answers arrive in handfuls, whatever the network's pace, until done or cancelled."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import CifarGuiError, PictureError
from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.proposals import Way
from cifar_gui.speed import Speed
from cifar_gui.ui.background import Background
from cifar_gui.ui.classify.answers import ClassifierShelf

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot

Found = list[tuple[int, Prediction | PictureError]]
"""Places in the list of sources, and what was found there."""

_DELIVER_SECONDS = 0.1


@dataclass(frozen=True, eq=False, slots=True)
class Asking:
    """Which network is asked about many pictures, and how."""

    snapshot: ModelSnapshot
    six_views: bool
    way: Way = "proposed"

    @property
    def is_quickest(self) -> bool:
        """Whether it looks at each picture once."""
        return not self.six_views and self.way != "proposed"

    def gets_the_same(self, other: Asking) -> bool:
        """Whether both get the same answers. Weights are compared only where the cards are equal: it takes a while."""
        if (self.six_views, self.way) != (other.six_views, other.way):
            return False
        first, second = self.snapshot, other.snapshot
        return first is second or (first.card == second.card and first == second)


@dataclass(eq=False)
class _Run:
    """One pass over the pictures. The worker reads `cancelled` after each picture."""

    total: int
    cancelled: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    speed: Speed = field(default_factory=lambda: Speed(over=20))  # long enough for a few large photos


class Batch(QObject):
    """Classifies a list of pictures.

    Signals: found(Found) several times; progressed(int done, int total, float seconds left, 0 while
    nobody knows); ended(str) with what ended it before all were done, "cancelled" or "stopped by a fault", or "";
    refused(CifarGuiError) when the network cannot be used.
    """

    found = Signal(object)
    progressed = Signal(int, int, float)
    ended = Signal(str)
    refused = Signal(object)

    def __init__(self, jobs: Background, shelf: ClassifierShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._shelf = shelf
        self._run: _Run | None = None

    @property
    def running(self) -> bool:
        return self._run is not None

    def start(self, sources: Sequence[PictureSource], asking: Asking) -> None:
        """Begin anew, giving up what was running."""
        self._give_up()
        run = self._run = _Run(len(sources))
        wanted = list(sources)
        self._jobs.run(
            lambda: self._work(run, wanted, asking),
            lambda _: self._on_ended(run),
            lambda error: self._on_refused(run, error),
            broken=lambda: self._on_broken(run),
            doing="Classifying…",
        )

    def cancel(self) -> None:
        """Stop after the picture that is being looked at; what has been found stays."""
        self._end_early("cancelled")

    def _end_early(self, why: str) -> None:
        if self._run is not None:
            self._give_up()
            self.ended.emit(why)

    def _give_up(self) -> None:
        if self._run is not None:
            self._run.cancelled.set()
            self._run = None

    def _work(self, run: _Run, sources: list[PictureSource], asking: Asking) -> None:
        """On a worker."""
        classifier = self._shelf.classifier(asking.snapshot, six_views=asking.six_views)
        begun = time.monotonic()  # only now: what it takes to get the network ready is not taken again
        self._jobs.post(lambda: run.speed.note(0, begun))
        handful: Found = []
        due = time.monotonic() + _DELIVER_SECONDS
        with closing(classifier.classify_many(sources, way=asking.way)) as answers:
            for place, (_, answer) in enumerate(answers):
                if run.cancelled.is_set() or self._jobs.closing:
                    return
                handful.append((place, answer))
                if time.monotonic() >= due:
                    self._post(run, handful)
                    handful, due = [], time.monotonic() + _DELIVER_SECONDS
        self._post(run, handful)

    def _post(self, run: _Run, handful: Found) -> None:
        self._jobs.post(lambda: self._on_found(run, handful))

    def _on_found(self, run: _Run, handful: Found) -> None:
        if run is not self._run:
            return  # overtaken or cancelled
        run.done += len(handful)
        self.found.emit(handful)
        run.speed.note(run.done, time.monotonic())
        self.progressed.emit(run.done, run.total, (run.total - run.done) / (run.speed.per_second or math.inf))

    def _on_ended(self, run: _Run) -> None:
        if run is self._run:
            self._run = None
            self.ended.emit("")

    def _on_broken(self, run: _Run) -> None:
        """A fault of the app, of which the user has been told: what has been found stays."""
        if run is self._run:
            self._end_early("stopped by a fault")

    def _on_refused(self, run: _Run, error: CifarGuiError) -> None:
        if run is self._run:
            self._run = None
            self.refused.emit(error)
