"""Bars that show how values are distributed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.words import signed_text

_AXIS = 16


class Histogram(QWidget):
    """Counts as bars over an axis with its ends and zero. Hover reads a bar; Copy gives the same as a table."""

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        """`what` is counted, in the plural: "weights"."""
        super().__init__(parent)
        self._what = what
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._edges: NDArray[np.float64] = np.zeros(1)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        copy = QAction(f"Copy the histogram of the {what} as a table", self)
        copy.triggered.connect(self.copy_table)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        theme().changed.connect(self.update)

    def show_counts(self, counts: NDArray[np.int64], edges: NDArray[np.float64], summary: str) -> None:
        """`counts` (bins) and `edges` (bins + 1); `summary` says the same in a sentence."""
        self._counts, self._edges = counts, edges
        self.setAccessibleName(f"Histogram of the {self._what}")
        self.setAccessibleDescription(summary)
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.show_counts(np.zeros(0, np.int64), np.zeros(1), "")

    def table(self) -> str:
        """Low, high and count of each bar, tab-separated, with a line of titles."""
        lines = [f"from\tto\t{self._what}"]
        lines += [
            f"{low!r}\t{high!r}\t{count}"
            for low, high, count in zip(
                self._edges[:-1].tolist(), self._edges[1:].tolist(), self._counts.tolist(), strict=True
            )
        ]
        return "\n".join(lines) + "\n"

    def copy_table(self) -> None:
        """Put `table` on the clipboard."""
        QGuiApplication.clipboard().setText(self.table())

    def bar_at(self, x: float) -> int:
        """The bar at a horizontal position, −1 if there are none."""
        if not len(self._counts):
            return -1
        return int(np.clip(x * len(self._counts) / max(self.width(), 1), 0, len(self._counts) - 1))

    def text_of(self, bar: int) -> str:
        """What a bar says when it is pointed at."""
        low, high = self._edges[bar], self._edges[bar + 1]
        return f"{signed_text(low, 3)} to {signed_text(high, 3)}: {self._counts[bar]:,} {self._what}"

    def sizeHint(self) -> QSize:
        return QSize(px(200), px(92))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(80), px(60))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        bar = self.bar_at(event.position().x())
        if bar >= 0:
            QToolTip.showText(event.globalPosition().toPoint() + QPoint(8, 8), self.text_of(bar), self)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._counts):
            return
        with QPainter(self) as painter:
            colours = tokens()
            floor = self.height() - px(_AXIS)
            step = self.width() / len(self._counts)
            tallest = max(int(self._counts.max()), 1)
            for bar, count in enumerate(self._counts.tolist()):
                if count:
                    height = max(count / tallest * (floor - 2), 1.0)
                    painter.fillRect(QRectF(bar * step, floor - height, max(step - 1, 1.0), height), colours.accent)
            painter.setPen(QPen(colours.panel_line, 1))
            painter.drawLine(0, floor, self.width(), floor)
            self._axis(painter, floor)

    def _axis(self, painter: QPainter, floor: int) -> None:
        low, high = float(self._edges[0]), float(self._edges[-1])
        zero = -low / (high - low) * self.width()
        colours = tokens()
        painter.setPen(QPen(colours.control_line, 1))
        painter.drawLine(QPointF(zero, floor), QPointF(zero, floor + 3))
        painter.setFont(font(11))
        painter.setPen(colours.muted)
        band = QRectF(0, floor + 2, self.width(), px(_AXIS) - 2)
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(band, Qt.AlignmentFlag.AlignLeft | centre, signed_text(low))
        painter.drawText(band, Qt.AlignmentFlag.AlignRight | centre, signed_text(high))
        painter.drawText(QRectF(zero - 20, band.top(), 40, band.height()), Qt.AlignmentFlag.AlignCenter, "0")
