"""Heat maps made on a worker: what in the network's input speaks for a class."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.ui.background import Background
from cifar_gui.ui.classify.examined_shelf import ExaminedShelf
from cifar_gui.ui.newest import Newest
from cifar_gui.ui.widgets.pixels import qimage_of

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import Progress
    from cifar_gui.data.decode import Pixels
    from cifar_gui.explain.attribution.occlusion import Covered
    from cifar_gui.explain.examined import Examined

_STRIP = 64


@dataclass(frozen=True, eq=False, slots=True)
class HeatQuestion:
    """What speaks for the class with the number `target`, asked in the way called `method`."""

    snapshot: ModelSnapshot
    pixels: Pixels  # uint8 (3, 32, 32)
    target: int
    method: str
    shown: str  # the verdict's class, perhaps of several views


@dataclass(frozen=True, eq=False, slots=True)
class Heat:
    """The answer: `image` is the map on the 32 × 32 pixels in grey, `strip` its colours from "against" to "for"."""

    question: HeatQuestion
    image: QImage
    strip: QImage
    words: str  # what is to be learned from it
    note: str  # how to read it
    scale: str  # what full colour means


class HeatMaps(QObject):
    """Makes the newest heat map that was asked for.

    Signals: found(Heat); refused(str) with the reason why there is none.
    """

    found = Signal(object)
    refused = Signal(str)

    def __init__(self, jobs: Background, shelf: ExaminedShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._shelf = jobs, shelf
        self._covered: tuple[ModelSnapshot, bytes, Covered] | None = None  # on workers
        self._newest: Newest[HeatQuestion, Heat] = Newest(
            jobs, self._look, self.found.emit, self._on_refused, key="classify.heatmap"
        )

    def ask(self, question: HeatQuestion) -> None:
        """Make this one next."""
        self._newest.ask(question)

    def forget(self) -> None:
        """None is wanted any more."""
        self._newest.forget()

    def _on_refused(self, error: CifarGuiError) -> None:
        self.refused.emit(str(error))

    def _look(self, question: HeatQuestion) -> Heat:
        import numpy as np

        from cifar_gui.explain.attribution.base import heat
        from cifar_gui.explain.mind import attribution_of

        found, changes = attribution_of(
            question.method,
            self._shelf.examined(question.snapshot),
            question.pixels,
            question.target,
            self._go_on,
            shown=question.shown,
            covering=partial(self._cover, question.snapshot),
        )
        strip = heat(np.linspace(-1, 1, _STRIP, dtype=np.float32)[None])
        image = qimage_of(heat(found.values, question.pixels))
        return Heat(question, image, qimage_of(strip), changes or found.caption, found.note, found.legend.note)

    def _cover(self, snapshot: ModelSnapshot, examined: Examined, pixels: Pixels, progress: Progress) -> Covered:
        """Asked about another class of the same picture, it is known what the network says of the covered ones."""
        from cifar_gui.explain.attribution.occlusion import cover

        known, key = self._covered, pixels.tobytes()
        if known is None or known[0] is not snapshot or known[1] != key:
            known = self._covered = (snapshot, key, cover(examined, pixels, progress))
        return known[2]

    def _go_on(self, _share: float, _doing: str) -> None:
        if self._jobs.closing:
            raise Cancelled
