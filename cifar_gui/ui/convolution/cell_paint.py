"""Paints numbers in cells: grounds by value, digits as large as they fit, hatches, frames and outlines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from cifar_gui.explain.convolution import Numbers
from cifar_gui.ui.convolution.numbers import cell_text
from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.tokens import mixed

LEAST_WITH_DIGITS = 15
"""Pixels across and down, at zoom 1, from which on a cell holds a number."""

_STRONGEST = 0.5
"""So much of a colour is mixed in where a value is largest: text must stay readable on it."""

_LARGEST_DIGITS = 32


@dataclass(frozen=True, eq=False, slots=True)
class Shades:
    """How values become grounds: `reach` is the largest of them; photographs run from black to white, other numbers
    from the panel's colour to blue, negative ones to red."""

    reach: float
    photograph: bool = False

    def ground(self, value: float) -> QColor:
        share = min(abs(value) / self.reach, 1.0) if self.reach > 0 else 0.0
        if self.photograph:
            level = round(255 * share)
            return QColor(level, level, level)
        colours = tokens()
        return mixed(colours.panel, colours.bad if value < 0 else colours.accent, _STRONGEST * share)

    def ink(self, value: float) -> QColor:
        """Of the digits on that ground."""
        if self.photograph:
            return QColor("black" if self.ground(value).lightness() > 115 else "white")
        return tokens().text


def digits_size(texts: Iterable[str], cell: float) -> int:
    """The font, in pixels at zoom 1, with which the longest of the texts fits into a cell of `cell` pixels; 0: none."""
    if cell < px(LEAST_WITH_DIGITS):
        return 0
    longest = max(texts, key=len, default="0")
    advance = QFontMetricsF(font(100)).horizontalAdvance(longest) / px(100)  # of a font of one pixel
    fitting = min((cell - px(4)) / advance, 0.62 * cell, px(_LARGEST_DIGITS))
    return int(fitting * 100 / px(100))


def draw_cells(painter: QPainter, corner: QPointF, cell: float, values: Numbers, shades: Shades) -> None:
    """(rows, columns) from a corner on, with lines between the cells."""
    rows, columns = values.shape
    texts = [[cell_text(value) for value in row] for row in values.tolist()]
    size = digits_size((text for row in texts for text in row), cell)
    painter.setFont(font(max(size, 1)))
    for row in range(rows):
        for column in range(columns):
            value = float(values[row, column])
            place = cell_rect(corner, cell, row, column)
            painter.fillRect(place, shades.ground(value))
            if size:
                painter.setPen(shades.ink(value))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, texts[row][column])
    if cell >= px(6):
        draw_grid(painter, corner, cell, rows, columns)


def draw_colours(painter: QPainter, corner: QPointF, cell: float, colours: NDArray[np.uint8]) -> None:
    """(rows, columns, 3), without digits."""
    for row in range(colours.shape[0]):
        for column in range(colours.shape[1]):
            painter.fillRect(cell_rect(corner, cell, row, column), QColor(*colours[row, column].tolist()))
    if cell >= px(6):
        draw_grid(painter, corner, cell, *colours.shape[:2])


def draw_grid(painter: QPainter, corner: QPointF, cell: float, rows: int, columns: int) -> None:
    """Thin lines between and around cells."""
    painter.setPen(QPen(tokens().panel_line, 1))
    for line in range(rows + 1):
        y = round(corner.y() + line * cell) + 0.5
        painter.drawLine(QPointF(corner.x(), y), QPointF(corner.x() + columns * cell, y))
    for line in range(columns + 1):
        x = round(corner.x() + line * cell) + 0.5
        painter.drawLine(QPointF(x, corner.y()), QPointF(x, corner.y() + rows * cell))


def draw_padding(painter: QPainter, corner: QPointF, cell: float, size: tuple[int, int], padding: int) -> None:
    """Dashed zeros around an input; `corner` is that of the padding, `size` rows and columns with it."""
    colours = tokens()
    painter.setFont(font(max(digits_size(["0"], 0.8 * cell), 1)))
    pen = QPen(colours.control_line, 1, Qt.PenStyle.DashLine)
    for row in range(size[0]):
        for column in range(size[1]):
            inside = padding <= row < size[0] - padding and padding <= column < size[1] - padding
            if inside:
                continue
            place = cell_rect(corner, cell, row, column)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen)
            if cell >= px(6):
                painter.drawRect(place.adjusted(1.5, 1.5, -1.5, -1.5))
            else:
                painter.drawPoint(place.center())
            if cell >= px(LEAST_WITH_DIGITS):
                painter.setPen(colours.muted)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "0")


def draw_hatch(painter: QPainter, corner: QPointF, cell: float, marks: NDArray[np.bool_]) -> None:
    """Over cells that no window reads."""
    painter.setPen(Qt.PenStyle.NoPen)
    ground = QColor(tokens().panel)
    ground.setAlpha(130)
    for row, column in np.argwhere(marks).tolist():
        place = cell_rect(corner, cell, row, column)
        painter.fillRect(place, ground)
        painter.fillRect(place, QBrush(tokens().doubt, Qt.BrushStyle.BDiagPattern))


def draw_frame(painter: QPainter, place: QRectF, *, strong: bool) -> None:
    """The window, or the outline of one that has been there."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if strong:
        painter.setPen(QPen(tokens().panel, px(5)))  # seen on any ground
        painter.drawRect(place)
        painter.setPen(QPen(tokens().accent, px(3)))
    else:
        painter.setPen(QPen(mixed(tokens().accent, tokens().panel, 0.35), 1))
    painter.drawRect(place)


def cell_rect(corner: QPointF, cell: float, row: int, column: int, size: int = 1) -> QRectF:
    """Where a cell is, or a square of `size` of them."""
    return QRectF(corner.x() + column * cell, corner.y() + row * cell, size * cell, size * cell)
