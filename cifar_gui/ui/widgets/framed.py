"""Pictures in a grid, each with a frame around the part that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cifar_gui.ui.theme import px, theme, tokens

if TYPE_CHECKING:
    from cifar_gui.explain.response import Box

_GAP = 6


@dataclass(frozen=True, eq=False)
class Framed:
    """One picture, where its frame is (None for none), and what is said of it on hover and to screen readers."""

    image: QImage
    box: Box | None
    words: str


class FramedPictures(QWidget):
    """As large as whole multiples of their pixels allow, `columns` in a row."""

    def __init__(self, name: str, columns: int, side: int = 64, parent: QWidget | None = None) -> None:
        """`side`: of a picture at least, in pixels at zoom 1."""
        super().__init__(parent)
        self._columns, self._side = columns, side
        self._pictures: list[Framed] = []
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self.installEventFilter(self)
        theme().changed.connect(self.updateGeometry)

    @property
    def pictures(self) -> list[Framed]:
        """What is shown."""
        return list(self._pictures)

    def show_pictures(self, pictures: Sequence[Framed]) -> None:
        """Replace them."""
        self._pictures = list(pictures)
        self.setAccessibleDescription("; ".join(each.words for each in pictures))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = max(-(-len(self._pictures) // self._columns), 1)
        each = px(self._side)
        return QSize(self._columns * (each + px(_GAP)) - px(_GAP), rows * (each + px(_GAP)) - px(_GAP))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and isinstance(event, QHelpEvent):
            found = next((n for n in range(len(self._pictures)) if self._place(n).contains(QPointF(event.pos()))), None)
            QToolTip.showText(event.globalPos(), "" if found is None else self._pictures[found].words, self)
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for number, picture in enumerate(self._pictures):
                paint_framed(painter, self._place(number), picture)

    def _place(self, number: int) -> QRectF:
        side = px(self._side)
        row, column = divmod(number, self._columns)
        cell = QRectF(column * (side + px(_GAP)), row * (side + px(_GAP)), side, side)
        return place_in(cell, self._pictures[number].image.size(), self.devicePixelRatioF())


def place_in(cell: QRectF, size: QSize, ratio: float) -> QRectF:
    """Where a picture lies in a cell: each of its pixels a whole number of the screen's, centred. `ratio` is device
    pixels per device-independent pixel."""
    times = max(int(min(cell.width(), cell.height()) * ratio) // max(size.width(), size.height(), 1), 1)
    width, height = size.width() * times / ratio, size.height() * times / ratio
    left, top = cell.left() + (cell.width() - width) / 2, cell.top() + (cell.height() - height) / 2
    return QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height)


def paint_framed(painter: QPainter, place: QRectF, picture: Framed) -> None:
    """Paint a picture, and its frame unless that is around all of it."""
    painter.drawImage(place, picture.image)
    box, image = picture.box, picture.image
    if box is None or (box.bottom - box.top, box.right - box.left) == (image.height(), image.width()):
        return
    scale = place.width() / image.width()
    frame = QRectF(
        place.left() + box.left * scale,
        place.top() + box.top * scale,
        (box.right - box.left) * scale,
        (box.bottom - box.top) * scale,
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tokens().panel, 3))  # a light and a dark line: seen on any picture
    painter.drawRect(frame)
    painter.setPen(QPen(tokens().accent, 1.5))
    painter.drawRect(frame)
