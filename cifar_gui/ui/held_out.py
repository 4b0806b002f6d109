"""Pictures out of the data set that is loaded: those held out from training, a random one, any one to be opened."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.data.held_out import none_held_out
from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import DataError
from cifar_gui.ui.widgets.mime import encoded
from cifar_gui.ui.widgets.pixels import qimage_of

if TYPE_CHECKING:
    from cifar_gui.checkpoint.card import ModelCard
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData, SplitName
    from cifar_gui.explain.held_out import HeldOut
    from cifar_gui.ui.context import Context
    from cifar_gui.ui.data_library import DataLibrary


class HeldOutPictures(QObject):
    """Those that explanations are looked for in. Signals: came() when there is a data set after one was asked for;
    missing(str), a sentence, when there is none."""

    came = Signal()
    missing = Signal(str)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = context.data
        self._wanted = False  # as soon as a data set has been read
        context.data.loaded.connect(self._on_loaded)
        context.data.failed.connect(self._on_failed)

    def of(self, card: ModelCard) -> HeldOut | None:
        """Those of the data set that is loaded; None if none is. Raises DataError if it has none."""
        from cifar_gui.explain.held_out import held_out  # brings torch

        data = self._library.current
        return held_out(data, card) if data is not None else None

    def known(self, card: ModelCard) -> HeldOut | None:
        """The same, and None whatever the reason."""
        try:
            return self.of(card)
        except DataError:
            return None

    def ask(self, card: ModelCard) -> None:
        """Read the data set that the network was trained on if it is here, else the one used last."""
        self._wanted = True
        self._library.request(usual_data(card, self._library))

    def give_up(self) -> None:
        """Nobody waits for them any more."""
        self._wanted = False

    def _on_loaded(self, _data: ImageData) -> None:
        if self._wanted:
            self._wanted = False
            self.came.emit()

    def _on_failed(self, why: str) -> None:
        if self._wanted:
            self._wanted = False
            self.missing.emit(why)


class RandomHeldOut(QObject):
    """A validation picture drawn at random; the data set of last time is read first if there is none.

    Signals: drawn(ImageData, int) a data set, and the place of the picture among those that it holds out.
    """

    drawn = Signal(object, int)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._random = Random()
        self._wanted = False  # as soon as a data set has been read
        context.data.failed.connect(self._on_failed)

    def take(self) -> None:
        """Draw one, now or when a data set has been read; if none is held out, it is said why."""
        data = self._context.data.current
        if data is None:
            self._wanted = True
            snapshot, library = self._context.models.snapshot, self._context.data
            library.request(library.usual_source() if snapshot is None else usual_data(snapshot.card, library))
        elif why := why_none(data, self._context.models.snapshot):
            self._context.messages.info(why)
        else:
            self.drawn.emit(data, self._random.randrange(len(data.split("validation"))))

    def on_data(self, data: ImageData | None) -> None:
        """A data set has been read, perhaps the one that is waited for."""
        if self._wanted and data is not None:
            self._wanted = False
            self.take()

    def give_up(self) -> None:
        """Nobody waits for it any more."""
        self._wanted = False

    def _on_failed(self, why: str) -> None:
        if self._wanted:
            self._wanted = False
            self._context.messages.info(why, ("Get data", self._context.actions["get_data"].trigger))


_KINDS = {"train": "training picture", "validation": "validation picture", "test": "test picture"}


def usual_data(card: ModelCard, library: DataLibrary) -> str:
    """The source to read for a network: one that is here and fits; else what it was trained on, so that it is said
    where that should be; the one used last if even this is not known."""
    return fitting_data(card, library) or _trained_on(card) or library.usual_source()


def fitting_data(card: ModelCard, library: DataLibrary) -> str:
    """The source of pictures of this network's classes that are here: what it was trained on, else the one used last,
    else any; "" if there are none."""
    from cifar_gui.data.sources import class_names

    for source in dict.fromkeys([_trained_on(card), library.usual_source(), *dict(library.available())]):
        try:
            if class_names(source) == card.class_names:
                return source
        except DataError:
            continue  # not here any more
    return ""


def _trained_on(card: ModelCard) -> str:
    return card.recipe.data if card.recipe is not None else ""


def labelled_for(data: ImageData | None, snapshot: ModelSnapshot | None) -> ImageData | None:
    """What is loaded, labelled as the network labels pictures if there is one and it knows their classes."""
    return data if data is None or snapshot is None else data.for_classes(snapshot.card.class_names)


def why_none(data: ImageData | None, snapshot: ModelSnapshot | None) -> str:
    """Why there is no picture to show that was held out from the training of this network, as a sentence; "" if there
    is one, or a data set yet to be read."""
    if data is None:
        return ""
    if len(data.split("validation")) == 0:
        return none_held_out(data.name)
    if snapshot is not None and data.was_trained_on("validation", snapshot.card.trained_on):
        return f"This network has learned from all training pictures of {data.name}: none were held out."
    return ""


def data_picture(data: ImageData, name: SplitName, place: int) -> PictureSource:
    """A picture of a split, as a lossless PNG; its name says which and what it is labelled."""
    split = data.split(name)
    label = data.class_names[int(split.labels[place])]
    image = qimage_of(split.images[place].permute(1, 2, 0).numpy())
    return encoded(image, f"{data.name}, {_KINDS[name]} {place} (labelled {label})")
