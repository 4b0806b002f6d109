"""Heat maps made on a worker: what in the network's input speaks for a class."""

from __future__ import annotations

from dataclasses import dataclass
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
    from cifar_gui.data.decode import Pixels
    from cifar_gui.explain.attribution.occlusion import Covered

OCCLUSION = "occlusion"
"""The way of asking that also knows what would change the answer."""

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
        self._covered: tuple[ModelSnapshot, bytes, Covered] | None = None  # on workers, of whom one works at a time
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

        from cifar_gui.explain.attribution.base import ATTRIBUTIONS, heat
        from cifar_gui.explain.attribution.occlusion import occlusion_map
        from cifar_gui.explain.mind import what_would_change_it

        examined = self._shelf.examined(question.snapshot)
        names = examined.class_names
        if question.method == OCCLUSION:
            covered = self._cover(question)
            found = occlusion_map(covered, question.target, names[question.target])
            words = what_would_change_it(covered, names, question.shown)
        else:
            found = ATTRIBUTIONS[question.method](examined, question.pixels, question.target, self._go_on)
            words = found.caption
        strip = heat(np.linspace(-1, 1, _STRIP, dtype=np.float32)[None])
        image = qimage_of(heat(found.values, question.pixels))
        return Heat(question, image, qimage_of(strip), words, found.note, found.legend.note)

    def _cover(self, question: HeatQuestion) -> Covered:
        """Asked about another class of the same picture, it is known what the network says of the covered ones."""
        from cifar_gui.explain.attribution.occlusion import cover

        key = question.pixels.tobytes()
        if self._covered is None or self._covered[0] is not question.snapshot or self._covered[1] != key:
            examined = self._shelf.examined(question.snapshot)
            self._covered = (question.snapshot, key, cover(examined, question.pixels, self._go_on))
        return self._covered[2]

    def _go_on(self, _share: float, _doing: str) -> None:
        if self._jobs.closing:
            raise Cancelled
