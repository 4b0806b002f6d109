"""A few fixed held-out pictures with what the network says of them while it learns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.train.wall_rows import TOP, Bar, bars, in_words, is_right
from cifar_gui.ui.widgets.pixels import qimage_of, whole_multiple

CAPACITY = 16
"""As many pictures are classified; as many are shown as there is room for."""

_SIDE, _ROW, _GAP, _LABEL, _MARK = 64, 72, 10, 74, 14


class Wall(QWidget):
    """Pictures with bars: length is probability, the true class ticked, bold and green, a wrong winner crossed and red.

    Shows as many whole rows as there is room for, in as many columns as fit.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("train.wall")
        self.setAccessibleName("Held-out pictures, and what the network says of them")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._images: list[QImage] = []
        self._truths: list[int] = []
        self._class_names: Sequence[str] = ()
        self._rows: list[list[Bar]] = []
        self._empty_text = ""
        theme().changed.connect(self.update)

    def set_pictures(self, images: NDArray[np.uint8], labels: Sequence[int], class_names: Sequence[str]) -> None:
        """Other pictures: uint8 (N, 3, 32, 32) and the number of each one's true class."""
        self._images = [qimage_of(np.ascontiguousarray(image.transpose(1, 2, 0))) for image in images]
        self._truths, self._class_names, self._rows = list(labels), class_names, []
        self.setAccessibleDescription(self.text())
        self.update()

    def show_probabilities(self, probabilities: NDArray[np.float32] | None) -> None:
        """float32 (N, classes) for the pictures set last; None: nothing has been said of them yet."""
        pairs = zip(probabilities, self._truths, strict=True) if probabilities is not None else ()
        self._rows = [bars(row, truth, self._class_names) for row, truth in pairs]
        self.setAccessibleDescription(self.text())
        self.update()

    def set_empty_text(self, text: str) -> None:
        """What stands there while there are no pictures."""
        self._empty_text = text
        self.update()

    def text(self) -> str:
        """The wall in words."""
        if not self._images:
            return self._empty_text
        if not self._rows:
            return f"{len(self._images)} pictures, not classified yet."
        return in_words(self._rows, [self._class_names[truth] for truth in self._truths])

    @property
    def shown(self) -> int:
        """How many pictures there is room for."""
        columns, rows = self._layout()
        return min(columns * rows, len(self._images))

    @property
    def right(self) -> tuple[int, int]:
        """How many of the pictures are named rightly, and how many were classified, those without room among them."""
        return sum(map(is_right, self._rows)), len(self._rows)

    def sizeHint(self) -> QSize:
        return QSize(px(238), px(6 * _ROW))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(180), px(3 * _ROW))

    def _layout(self) -> tuple[int, int]:
        """Columns and rows that fit."""
        return max(1, self.width() // px(230)), max(1, (self.height() + px(_ROW - _SIDE)) // px(_ROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if not self._images:
                painter.setPen(tokens().muted)
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(QRectF(self.rect()).adjusted(px(8), 0, -px(8), 0), flags, self._empty_text)
            columns, _rows = self._layout()
            width = self.width() / columns
            for index in range(self.shown):
                row, column = divmod(index, columns)
                cell = QRectF(column * width, row * px(_ROW), width - (px(16) if columns > 1 else 0), px(_SIDE))
                self._paint_picture(painter, cell, self._images[index])
                self._paint_bars(painter, cell, index)

    def _paint_picture(self, painter: QPainter, cell: QRectF, image: QImage) -> None:
        ratio = self.devicePixelRatioF()
        size = whole_multiple(image.size(), QSize(px(_SIDE), px(_SIDE)), ratio)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)  # device pixels: each pixel of the picture covers a whole number of them
        painter.drawImage(QRect(round(cell.left() * ratio), round(cell.top() * ratio), *size.toTuple()), image)
        painter.restore()

    def _paint_bars(self, painter: QPainter, cell: QRectF, index: int) -> None:
        rows = self._rows[index] if index < len(self._rows) else []
        height = cell.height() / TOP
        left = cell.left() + px(_SIDE + _GAP)
        track = cell.width() - px(_SIDE + _GAP + _LABEL + _MARK + 6)
        for position in range(TOP):
            middle = cell.top() + (position + 0.5) * height
            bar = QRectF(left, middle - px(5), track, px(10))
            painter.fillRect(bar, tokens().raised)
            if position < len(rows):
                self._paint_bar(painter, bar, rows[position])
        if not rows:
            self._paint_truth(painter, QRectF(left, cell.top(), 0, height).translated(track + px(6 + _MARK), 0), index)

    def _paint_bar(self, painter: QPainter, bar: QRectF, said: Bar) -> None:
        colour = {"right": tokens().good, "wrong": tokens().bad, "other": tokens().control_line}[said.role]
        filled = QRectF(bar)
        filled.setWidth(max(bar.width() * said.probability, 1))
        painter.fillRect(filled, colour)
        mark = QRectF(bar.right() + px(4), bar.center().y() - px(5), px(10), px(10))
        painter.setPen(QPen(colour, 1.8))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if said.role == "right":
            knee = QPointF(mark.left() + mark.width() * 0.4, mark.bottom() - 2)
            painter.drawPolyline([QPointF(mark.left() + 1, mark.center().y()), knee, mark.topRight() + QPointF(-1, 2)])
        elif said.role == "wrong":
            inner = mark.adjusted(2, 2, -2, -2)
            painter.drawLine(inner.topLeft(), inner.bottomRight())
            painter.drawLine(inner.bottomLeft(), inner.topRight())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(font(11, bold=said.role == "right"))
        painter.setPen(tokens().muted if said.role == "other" else colour)
        self._paint_label(painter, bar.right() + px(_MARK + 4), bar.center().y(), said.label)

    def _paint_truth(self, painter: QPainter, where: QRectF, index: int) -> None:
        """Where the network has said nothing, or what is no number, only the true class."""
        painter.setFont(font(11))
        painter.setPen(tokens().muted)
        self._paint_label(painter, where.left(), where.center().y(), self._class_names[self._truths[index]])

    def _paint_label(self, painter: QPainter, left: float, middle: float, text: str) -> None:
        box = QRectF(left, middle - px(8), px(_LABEL), px(16))
        fitting = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, fitting)
