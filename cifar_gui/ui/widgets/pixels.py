"""Small pictures, magnified by whole numbers without smoothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.ui.theme import px, tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def qimage_of(pixels: NDArray[np.uint8]) -> QImage:
    """uint8 (H, W, 3) → an image that owns its pixels. Grey (H, W) and (H, W, 4) are taken too."""
    import numpy as np

    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    height, width, channels = pixels.shape
    kind = QImage.Format.Format_RGBA8888 if channels == 4 else QImage.Format.Format_RGB888
    data = np.ascontiguousarray(pixels, dtype=np.uint8).tobytes()
    return QImage(data, width, height, channels * width, kind).copy()


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """An image of W × H pixels → uint8 (3, H, W)."""
    import numpy as np

    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).transpose(2, 0, 1).copy()


def whole_multiple(picture: QSize, room: QSize, ratio: float) -> QSize:
    """The largest size in device pixels, a whole multiple of `picture`, that fits `room` (device-independent pixels).

    At least once the picture's size. `ratio` is device pixels per device-independent pixel.
    """
    across = int(room.width() * ratio) // max(picture.width(), 1)
    down = int(room.height() * ratio) // max(picture.height(), 1)
    return picture * max(min(across, down), 1)


class PixelView(QWidget):
    """Shows one small picture as large as whole multiples of its pixels allow, in the middle, with square corners."""

    def __init__(self, side: int = 96, parent: QWidget | None = None) -> None:
        """`side`: the size asked for, in pixels at zoom 1."""
        super().__init__(parent)
        self._image = QImage()
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_pixels(self, pixels: NDArray[np.uint8] | None) -> None:
        """uint8 (H, W, 3), or None for nothing."""
        self.show_image(qimage_of(pixels) if pixels is not None else QImage())

    def show_image(self, image: QImage) -> None:
        """An image, or a null one for nothing."""
        self._image = image
        self.update()

    @property
    def image(self) -> QImage:
        """The picture at its own size."""
        return self._image

    def sizeHint(self) -> QSize:
        return QSize(px(self._side), px(self._side))

    def target(self) -> QRect:
        """Where the picture is painted, in device-independent pixels (rounded outwards)."""
        ratio = self.devicePixelRatioF()
        size = whole_multiple(self._image.size(), self.size(), ratio)
        width, height = round(size.width() / ratio), round(size.height() / ratio)
        return QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        size = whole_multiple(self._image.size(), self.size(), ratio)
        left = round((self.width() * ratio - size.width()) / 2)
        top = round((self.height() * ratio - size.height()) / 2)
        with QPainter(self) as painter:
            painter.scale(1 / ratio, 1 / ratio)  # device pixels: each picture pixel covers a whole number of them
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.setPen(tokens().panel_line)  # what has the colour of the panel is seen by its edge, where that fits
            painter.drawRect(left - 1, top - 1, size.width() + 1, size.height() + 1)
            painter.drawImage(QRect(left, top, size.width(), size.height()), self._image)


def folded(strip: QImage) -> QImage:
    """A strip whose rows are alike → about a square, its pixels row by row; what they do not fill is transparent."""
    columns = max(math.ceil(math.sqrt(strip.width())), 1)
    square = QImage(columns, math.ceil(strip.width() / columns), QImage.Format.Format_ARGB32_Premultiplied)
    square.fill(Qt.GlobalColor.transparent)
    with QPainter(square) as painter:
        for row in range(square.height()):
            painter.drawImage(QPoint(0, row), strip, QRect(row * columns, 0, columns, 1))
    return square


def magnified(image: QImage, side: int) -> QImage:
    """The image scaled without smoothing to fit a square of `side` pixels."""
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation)
