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
from cifar_gui.ui.widgets.pixels import qimage_of

LEAST_WITH_DIGITS = 15
"""Pixels down, at zoom 1, from which on a cell holds a number."""

_STRONGEST = 0.5
"""So much of a colour is mixed in where a value is largest: text must stay readable on it."""

_SMALLEST_DIGITS, _LARGEST_DIGITS = 9, 32
"""Pixels of the font at zoom 1."""

_LEAST_WITH_LINES = 12
"""Of smaller cells the lines between them would hide the picture that they make."""


@dataclass(frozen=True, eq=False, slots=True)
class Shades:
    """How values become grounds: `reach` is the largest of them; photographs run from black to white, other numbers
    from the panel's colour to amber, negative ones to blue."""

    reach: float
    photograph: bool = False

    def ground(self, value: float) -> QColor:
        """Behind a number."""
        red, green, blue = self.pixels(np.array([[value]]), strongest=_STRONGEST)[0, 0].tolist()
        return QColor(red, green, blue)

    def pixels(self, values: Numbers, *, strongest: float = 1.0) -> NDArray[np.uint8]:
        """uint8 (rows, columns, 3): the grounds of a whole map."""
        shares = np.clip(np.abs(values) / self.reach, 0, 1) if self.reach > 0 else np.zeros_like(values)
        if self.photograph:
            return np.repeat(np.round(255 * shares).astype(np.uint8)[..., None], 3, axis=2)
        panel, less, more = (
            np.array((each.red(), each.green(), each.blue()))
            for each in (tokens().panel, tokens().negative, tokens().positive)
        )
        ends = np.where((values < 0)[..., None], less, more)
        mixed_in = strongest * shares[..., None]
        return np.round(panel * (1 - mixed_in) + ends * mixed_in).astype(np.uint8)

    def ink(self, value: float) -> QColor:
        """Of the digits on that ground."""
        if self.photograph:
            return QColor("black" if self.ground(value).lightness() > 115 else "white")
        return tokens().text


def digits_size(texts: Iterable[str], wide: float, high: float) -> int:
    """The font, in pixels at zoom 1, with which the longest of the texts fits into a cell of `wide` × `high` pixels;
    0 where it could not be read."""
    longest = max(texts, key=len, default="0")
    advance = QFontMetricsF(font(100)).horizontalAdvance(longest) / px(100)  # of a font of one pixel
    fitting = min((wide - px(3)) / advance, 0.62 * high, px(_LARGEST_DIGITS))
    size = int(fitting * 100 / px(100))
    return size if size >= _SMALLEST_DIGITS else 0


@dataclass(frozen=True, slots=True)
class Digits:
    """How numbers are written into cells: the size of their font at zoom 1, and what `cell_text` is told."""

    size: int
    decimals: int
    small: bool

    def text(self, value: float) -> str:
        return cell_text(value, self.decimals, small=self.small)


def fitting_digits(values: Numbers, wide: float, high: float) -> Digits | None:
    """For all the values, of any shape, in cells of `wide` × `high` pixels: with fewer decimals where more could not be
    read; None if none can."""
    if high < px(LEAST_WITH_DIGITS):
        return None
    numbers = values.ravel().tolist()
    for decimals, small in ((2, True), (2, False), (1, False)):
        if size := digits_size((cell_text(value, decimals, small=small) for value in numbers), wide, high):
            return Digits(size, decimals, small)
    return None


def draw_cells(
    painter: QPainter,
    corner: QPointF,
    cell: float,
    values: Numbers,
    shades: Shades,
    digits: Digits | None,
    wide: float = 0.0,
) -> None:
    """(rows, columns) from a corner on, with lines between the cells. `wide`: of a cell, if it is no square; without
    `digits` it is a picture."""
    rows, columns = values.shape
    wide = wide or cell
    if digits is None:
        draw_pixels(painter, corner, cell, shades.pixels(values), wide)
        return
    draw_pixels(painter, corner, cell, shades.pixels(values, strongest=_STRONGEST), wide)
    painter.setFont(font(digits.size))
    numbers = values.tolist()
    for row in range(rows):
        for column in range(columns):
            painter.setPen(shades.ink(numbers[row][column]))
            place = QRectF(corner.x() + column * wide, corner.y() + row * cell, wide, cell)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, digits.text(numbers[row][column]))


def draw_pixels(painter: QPainter, corner: QPointF, cell: float, pixels: NDArray[np.uint8], wide: float = 0.0) -> None:
    """uint8 (rows, columns, 3), a cell for each pixel."""
    rows, columns = pixels.shape[:2]
    wide = wide or cell
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(QRectF(corner.x(), corner.y(), columns * wide, rows * cell), qimage_of(pixels))
    if cell >= px(_LEAST_WITH_LINES):
        draw_grid(painter, corner, cell, rows, columns, wide)
    else:  # zeros have the colour of the panel: without an edge nobody sees where the map ends
        draw_grid(painter, corner, rows * cell, 1, 1, columns * wide)


def draw_grid(painter: QPainter, corner: QPointF, cell: float, rows: int, columns: int, wide: float) -> None:
    """Thin lines between and around cells."""
    painter.setPen(QPen(tokens().panel_line, 1))
    for line in range(rows + 1):
        y = round(corner.y() + line * cell) + 0.5
        painter.drawLine(QPointF(corner.x(), y), QPointF(corner.x() + columns * wide, y))
    for line in range(columns + 1):
        x = round(corner.x() + line * wide) + 0.5
        painter.drawLine(QPointF(x, corner.y()), QPointF(x, corner.y() + rows * cell))


def draw_padding(painter: QPainter, corner: QPointF, cell: float, size: tuple[int, int], padding: int) -> None:
    """Dashed zeros around an input; `corner` is that of the padding, `size` rows and columns with it."""
    colours = tokens()
    painter.setFont(font(max(digits_size(["0"], 0.8 * cell, 0.8 * cell), 1)))
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
