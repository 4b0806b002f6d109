"""Pictures for the page: opened, pasted, dropped, or one that was held out from training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QObject, Signal

from cifar_gui import paths
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import network_input, open_picture
from cifar_gui.ui.context import Context
from cifar_gui.ui.held_out import RandomHeldOut
from cifar_gui.ui.opening import Opened, Opener
from cifar_gui.ui.widgets.mime import picture_sources
from cifar_gui.ui.widgets.pixels import pixels_of

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData


_SAMPLE = "cat"
_KEY = "convolution.picture"


@dataclass(frozen=True, eq=False, slots=True)
class SmallPicture:
    """What a network would see of a picture."""

    pixels: NDArray[np.uint8]  # (3, 32, 32)
    name: str
    label: str = ""  # the class that it is said to be of, "" if nobody has said


class Pictures(QObject):
    """Signals: taken(SmallPicture)."""

    taken = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._held_out = RandomHeldOut(context, self)
        self._held_out.drawn.connect(lambda data, place: self.taken.emit(held_out_picture(data, place)))
        self._opener = Opener(context.jobs, context.messages, self, key="convolution.open")
        self._opener.opened.connect(self._on_opened)
        self._opener.many_found.connect(lambda sources: self._opener.open(sources[:1]))

    def open(self, sources: list[PictureSource]) -> None:
        """The first of them."""
        self._opener.open(sources[:1])

    def take(self, mime: QMimeData) -> None:
        """What was dropped or pasted."""
        self._opener.take(picture_sources(mime))

    def take_shown(self) -> None:
        """The one that Classify shows, as the network sees it."""
        shown = self._context.picture
        if not shown.image.isNull():
            self._forget_others()
            self.taken.emit(SmallPicture(pixels_of(shown.image), shown.name))

    def ask_to_fetch(self, links: tuple[str, ...]) -> None:
        """Pictures on the web are fetched after a visible yes."""
        self._opener.ask_about(links)

    def take_held_out(self) -> None:
        """One of the validation pictures; the data set of last time is read first if need be."""
        self._forget_others()
        self._held_out.take()

    def on_data(self, data: ImageData | None) -> None:
        """A data set has been read, perhaps the one that is waited for."""
        self._held_out.on_data(data)

    def _forget_others(self) -> None:
        """What was asked for before, and is yet to come, would take the place of what is asked for now."""
        self._held_out.give_up()
        self._opener.give_up()
        self._context.jobs.cancel(_KEY)

    def _on_opened(self, opened: Opened) -> None:
        self._forget_others()
        self._context.jobs.run(
            lambda: SmallPicture(network_input(opened.picture), opened.source.name),
            self.taken.emit,
            key=_KEY,
        )


def held_out_picture(data: ImageData, place: int) -> SmallPicture:
    """One of the validation pictures. Its name does not say that it was held out: the next network that is chosen may
    have learned from it."""
    split = data.split("validation")
    label = data.class_names[int(split.labels[place])]
    return SmallPicture(split.images[place].numpy().copy(), f"{data.name}, validation picture {place} ({label})", label)


def sample_picture() -> SmallPicture:
    """One of the drawings that come with the app. For a worker: a file is read."""
    path = paths.resources() / "samples" / f"{_SAMPLE}.png"
    return SmallPicture(network_input(open_picture(PictureSource.from_path(path))), path.name, _SAMPLE)
