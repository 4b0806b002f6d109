"""Thumbnails of files, made in the background for those that are on screen, the rest forgotten."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from cifar_gui.data.picture import PictureSource, centre_crop
from cifar_gui.errors import PictureError
from cifar_gui.ui.background import Background
from cifar_gui.ui.opening import crop_thumbnail

SIDE = 96
"""Pixels: 32 device-independent ones at up to three device pixels each."""

_KEPT = 1000
_AT_A_TIME = 4


class Thumbnails(QObject):
    """Gives what it has and fetches what it lacks, what was asked for last first.

    Signals: arrived() when there are new ones.
    """

    arrived = Signal()

    def __init__(self, jobs: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._images: OrderedDict[PictureSource, QImage] = OrderedDict()
        self._wanted: OrderedDict[PictureSource, None] = OrderedDict()
        self._making: list[PictureSource] = []

    def get(self, source: PictureSource) -> QImage | None:
        """The thumbnail; None while it is on its way; a null image for what cannot be read."""
        if source in self._images:
            self._images.move_to_end(source)
            return self._images[source]
        if source in self._making:
            return None  # whoever paints asks again and again
        self._wanted[source] = None
        self._wanted.move_to_end(source)
        if len(self._wanted) > _KEPT:
            self._wanted.popitem(last=False)
        self._fetch()
        return None

    def _fetch(self) -> None:
        if self._making or not self._wanted:
            return
        sources = self._making = [self._wanted.popitem()[0] for _ in range(min(_AT_A_TIME, len(self._wanted)))]
        self._jobs.run(
            lambda: list(map(thumbnail, sources)),
            self._on_made,
            broken=lambda: self._on_made([QImage() for _ in sources]),  # not tried again with each repaint
        )

    def _on_made(self, images: list[QImage]) -> None:
        self._images.update(zip(self._making, images, strict=True))
        self._making = []
        while len(self._images) > _KEPT:
            self._images.popitem(last=False)
        self.arrived.emit()
        self._fetch()


def thumbnail(source: PictureSource) -> QImage:
    """Runs on a worker. The centre of the picture, or a null image: why it cannot be read is said elsewhere."""
    from cifar_gui.data.decode import open_picture

    try:
        picture = open_picture(source)
    except PictureError:
        return QImage()
    return crop_thumbnail(picture, centre_crop(picture.width, picture.height), SIDE)
