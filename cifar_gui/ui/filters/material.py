"""The picture that is explained on the Filters page: where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui import paths
from cifar_gui.data.base import ImageData
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import network_input, open_picture
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.base import Subject
from cifar_gui.ui.held_out import RandomHeldOut, why_none
from cifar_gui.ui.widgets.pixels import pixels_of

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_SAMPLE = "dog.png"
_KEY = "filters.subject"


class Material(QObject):
    """Finds it and remembers it. Signals: subject_changed(Subject)."""

    subject_changed = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._random = RandomHeldOut(context, self)
        self._random.drawn.connect(self._on_drawn)
        self.subject: Subject | None = None
        context.picture.changed.connect(self._on_classified)

    def on_data(self, data: ImageData | None) -> None:
        """A data set has been read."""
        self._random.on_data(data)

    def give_up(self) -> None:
        """Nobody waits for a random one any more, or for a file that is still being read."""
        self._random.give_up()
        self._context.jobs.cancel(_KEY)

    def ensure_subject(self) -> None:
        """If no picture has been chosen yet: the one last classified, else a held-out one, else a sample."""
        if self.subject is not None:
            return
        if not self._context.picture.image.isNull():
            self._on_classified()
        elif self._context.data.current is not None and not self._why_none():
            self.take_random()
        else:
            self.open(PictureSource.from_path(paths.resources() / "samples" / _SAMPLE))

    def take_random(self) -> None:
        """A held-out picture, reading a data set first if need be."""
        self.give_up()  # what was asked for last is what is shown, however long the others take
        self._random.take()

    def open(self, source: PictureSource) -> None:
        """A picture from a file, or that was dropped."""
        self.give_up()
        self._context.jobs.run(lambda: _opened(source), self._show, self._on_refused, key=_KEY)

    def _why_none(self) -> str:
        """Why no picture was held out from this network, as a sentence; "" if there is one."""
        return why_none(self._context.data.current, self._context.models.snapshot)

    def _show(self, subject: Subject) -> None:
        self.subject = subject
        self.subject_changed.emit(subject)

    def _on_classified(self) -> None:
        self.give_up()
        shown = self._context.picture
        self._show(Subject(pixels_of(shown.image), shown.name))

    def _on_refused(self, error: CifarGuiError) -> None:
        self._context.messages.error(str(error))

    def _on_drawn(self, data: ImageData, place: int) -> None:
        """Its name says where it lies, and not that it was held out: the next network may have learned from it."""
        split = data.split("validation")
        label = data.class_names[int(split.labels[place])]
        self._show(Subject(split.images[place].numpy(), f"{label}, validation picture {place:,}"))


def _opened(source: PictureSource) -> Subject:
    return Subject(network_input(open_picture(source)), source.name)
