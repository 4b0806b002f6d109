"""Small pictures in a row, wrapping, each pixel a whole number of pixels wide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.pixels import qimage_of, whole_multiple

_GAP = 4


class PictureStrip(QWidget):
    """As many pictures as fit into one row."""

    def __init__(self, name: str, side: int = 32) -> None:
        """`side` of a picture, in pixels at zoom 1."""
        super().__init__()
        self._side = side
        self._images: list[QImage] = []
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_pictures(self, pictures: NDArray[np.uint8]) -> None:
        """uint8 (N, 3, H, W)."""
        self._images = [qimage_of(np.ascontiguousarray(picture.transpose(1, 2, 0))) for picture in pictures]
        self.setAccessibleDescription(f"{len(self._images)} pictures")
        self.update()

    @property
    def shown(self) -> int:
        """How many there is room for."""
        return min(len(self._images), max(1, (self.width() + _GAP) // (px(self._side) + _GAP)))

    def sizeHint(self) -> QSize:
        return QSize(px(4 * self._side), px(self._side))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(self._side), px(self._side))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            ratio = self.devicePixelRatioF()
            painter.scale(1 / ratio, 1 / ratio)
            room = QSize(px(self._side), px(self._side))
            for index, image in enumerate(self._images[: self.shown]):
                size = whole_multiple(image.size(), room, ratio)
                left = round(index * (px(self._side) + _GAP) * ratio)
                painter.drawImage(QRect(left, 0, size.width(), size.height()), image)
