"""A confusion matrix of a few pictures, small: to be looked at, not walked through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.widgets.confusion_paint import cell_ground

_CELL, _ROW, _NAMES = 18, 17, 80
"""Width and height of a cell, and the width of the names, in pixels at zoom 1."""

MANY = 12
"""Of more classes only those that occurred are shown."""


class SmallConfusion(QWidget):
    """Rows are what the pictures show, with their names; columns what was said, in the same order, by number."""

    def __init__(self, name: str) -> None:
        """`name`: for screen readers."""
        super().__init__()
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._names: Sequence[str] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def show_counts(self, counts: NDArray[np.int64], names: Sequence[str]) -> None:
        """(classes, classes): how many of row were called column."""
        shown = occurred(counts)
        self._counts, self._names = counts[np.ix_(shown, shown)], [names[each] for each in shown]
        self.setAccessibleDescription(in_words(counts, names))
        self.setToolTip(self.accessibleDescription())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        count = len(self._names)
        return QSize(px(_NAMES) + count * px(_CELL) + 1, (count + 1) * px(_ROW) + 1)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(font(11))
            metrics = QFontMetricsF(painter.font())
            for row, name in enumerate(self._names):
                line = QRectF(0, (row + 1) * px(_ROW), px(_NAMES - 6), px(_ROW))
                text = metrics.elidedText(f"{self._number(row)} {name}", Qt.TextElideMode.ElideRight, line.width())
                painter.setPen(tokens().muted)
                painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
                painter.drawText(self._cell(-1, row), Qt.AlignmentFlag.AlignCenter, self._number(row))
                for column in range(len(self._names)):
                    self._paint_cell(painter, row, column)

    def _number(self, row: int) -> str:
        """As the keys are called, where there are enough."""
        return str((row + 1) % 10 if len(self._names) <= 10 else row + 1)

    def _cell(self, row: int, column: int) -> QRectF:
        return QRectF(px(_NAMES) + column * px(_CELL), (row + 1) * px(_ROW), px(_CELL), px(_ROW))

    def _paint_cell(self, painter: QPainter, row: int, column: int) -> None:
        count, whole = int(self._counts[row, column]), int(self._counts[row].sum())
        place, diagonal = self._cell(row, column).adjusted(1, 1, -1, -1), row == column
        painter.fillRect(place, cell_ground(count / max(whole, 1), tokens(), diagonal=diagonal))
        painter.setPen(tokens().accent if diagonal else tokens().panel_line)
        painter.drawRect(place)
        if count:
            painter.setPen(tokens().text)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(count))


def occurred(counts: NDArray[np.int64]) -> list[int]:
    """The classes to show: all, or of many those that were shown or said."""
    if len(counts) <= MANY:
        return list(range(len(counts)))
    return np.flatnonzero(counts.sum(0) + counts.sum(1)).tolist()


def in_words(counts: NDArray[np.int64], names: Sequence[str]) -> str:
    """Every error."""
    wrong = [(row, column) for row, column in np.argwhere(counts).tolist() if row != column]
    told = [f"{names[row]} taken for {names[column]} ({counts[row, column]})" for row, column in wrong]
    return f"{', '.join(told)}." if told else "Nothing was taken for anything else."
