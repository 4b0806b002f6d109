"""The arithmetic of one cell: window × kernel = products, their sum, plus the bias, through the activation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.explain.activations import ACTIVATIONS
from cifar_gui.explain.convolution import Numbers, Step
from cifar_gui.ui.convolution.cell_paint import Shades, draw_cells, fitting_digits
from cifar_gui.ui.convolution.numbers import exact_text, signed, sum_text
from cifar_gui.ui.convolution.setup import CHANNELS
from cifar_gui.ui.theme import font, px, tokens

_GAP = 26
"""Between two grids: room for × and =."""

_SUM_WIDTH = 196
_SLICE_GAP = 6
_LABEL = 46
"""Room for the name of a channel."""

_WIDEST = 1.6
"""Times its height is a cell wide at most."""

_TALL_CELL = 38
"""Width of a cell where the sum stands below the grids."""

_COMFORTABLE = 90
"""Width and height of a grid from which on its numbers are easily read."""

_NARROWEST = 280
"""Width of the three grids, below which they do not go."""

_LEAST, _MOST = 18, 46
"""Pixels across and down a cell."""


@dataclass(frozen=True, eq=False, slots=True)
class Sum:
    """What the panel shows."""

    step: Step
    shades: Shades  # of the input
    activation: str
    result: float  # after the activation
    more: tuple[str, ...] = ()  # what comes after it, such as pooling: short lines
    slice: int = 0  # shown where there is room for one only


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum: words on the left, a number on the right."""

    words: str
    number: str
    strong: bool = False


def lines_of(sum_: Sum) -> list[Line]:
    """The sum, line by line."""
    step = sum_.step
    count = step.window[0].size
    products = f"Sum of {count} products" if count > 1 else "The product"
    if len(step.sums) == 1:
        lines = [Line(products, sum_text(float(step.sums[0])))]
    else:
        lines = [
            Line(f"{name}, {count} products" if place == 0 else name, sum_text(total) if place == 0 else signed(total))
            for place, (name, total) in enumerate(zip(CHANNELS, step.sums.tolist(), strict=False))
        ]
    lines.append(Line("Bias", signed(step.bias)))
    plain = sum_.activation == "none"
    lines.append(Line("Output", f"= {sum_text(step.value)}", strong=plain))
    if not plain:
        lines.append(Line(f"After {ACTIVATIONS[sum_.activation][0]}", sum_text(sum_.result), strong=True))
    return lines


def in_words(sum_: Sum) -> str:
    """All of it as text, with all digits: for screen readers and for the clipboard."""
    step = sum_.step
    blocks = []
    for channel in range(len(step.sums)):
        name = f"{CHANNELS[channel]}: " if len(step.sums) > 1 else ""
        grids = (step.window, step.kernel, step.products)
        words = [
            f"{what} {_rows(grid[channel])}" for what, grid in zip(("window", "kernel", "products"), grids, strict=True)
        ]
        blocks.append(f"{name}{', '.join(words)}, sum {exact_text(float(step.sums[channel]))}")
    blocks.append(f"bias {exact_text(step.bias)}, output {exact_text(step.value)}")
    if sum_.activation != "none":
        blocks.append(f"after {ACTIVATIONS[sum_.activation][0]} {exact_text(sum_.result)}")
    return "; ".join([*blocks, *sum_.more])


def _rows(grid: Numbers) -> str:
    return " / ".join(" ".join(exact_text(value) for value in row) for row in grid.tolist())


class Arithmetic(QWidget):
    """Grids on the left, the sum on the right; a slice of each channel below the other where there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("convolution.arithmetic")
        self.setAccessibleName("Arithmetic of the window: products, sum, bias and activation")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._sum: Sum | None = None
        self._empty = ""
        self._beside = False

    @property
    def shown(self) -> Sum | None:
        return self._sum

    def show_sum(self, sum_: Sum | None, empty: str = "") -> None:
        """None: there is none, and `empty` says why."""
        old = self._shape()
        self._sum, self._empty = sum_, empty
        if self._shape() != old:
            self.updateGeometry()
        self.setAccessibleDescription(in_words(sum_) if sum_ is not None else empty)
        self.update()

    def stand_beside(self, *, beside: bool) -> None:
        """Beside the maps it is narrow and takes their height; below them it takes their width."""
        if beside != self._beside:
            self._beside = beside
            grows, fixed = QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
            self.setSizePolicy(fixed if beside else grows, grows if beside else fixed)
            self.updateGeometry()
            self.update()

    @property
    def _tall(self) -> bool:
        """Whether the sum stands below the grids: beside them it takes more width than there is."""
        return self._beside or self.width() < self._flat_width()

    def _flat_width(self) -> int:
        _channels, size = self._shape()
        return px(3 * size * max(_LEAST, _COMFORTABLE // size) + 3 * _GAP + _SUM_WIDTH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def slices_shown(self) -> list[int]:
        """The channels whose grids are drawn: all, or the chosen one where cells would be too small for numbers."""
        if self._sum is None:
            return []
        channels, size = self._shape()
        everyone = list(range(channels))
        return everyone if self._cell(channels, size) >= px(_LEAST) - 1 else [self._sum.slice]

    def sizeHint(self) -> QSize:
        channels, size = self._shape()
        rows = channels * size if channels * size <= 10 else size
        if self._tall:
            wide = max(3 * size * _TALL_CELL + 2 * _GAP + _LABEL, 300)
            cell = max(_LEAST, _COMFORTABLE // rows)
            return QSize(px(wide) + 2, self._grids_height(rows, size, cell) + self._text_height() + px(8))
        cell = max(_LEAST, min(_MOST, 204 // max(rows, 1)))
        height = self._grids_height(rows, size, cell)
        return QSize(px(3 * size * cell + 3 * _GAP + _SUM_WIDTH), max(height, self._text_height(), px(112)))

    def minimumSizeHint(self) -> QSize:
        if self._beside:
            return self.sizeHint()
        channels, size = self._shape()
        cell = min(_LEAST, _NARROWEST // (3 * size))
        label = _LABEL if channels > 1 else 0
        return QSize(px(3 * size * cell + 2 * _GAP + label) + 2, self.sizeHint().height())

    def _grids_height(self, rows: int, size: int, cell: int) -> int:
        slices = rows // max(size, 1)
        return px(rows * cell + (slices - 1) * _SLICE_GAP + 2)

    def _shape(self) -> tuple[int, int]:
        return self._sum.step.window.shape[:2] if self._sum is not None else (1, 3)

    def _text_height(self) -> int:
        if self._sum is None:
            return 0
        return px(26) * len(lines_of(self._sum)) + px(18) * len(self._sum.more)

    def _wide(self, cell: float, size: int) -> float:
        """Cells are wider than high where numbers are long: there is room beside them."""
        return float(min(max(self._room() // (3 * size), cell), _WIDEST * cell))

    def _room(self) -> int:
        """For the three grids across."""
        beside = px(_GAP) * 2 if self._tall else px(_SUM_WIDTH) + 3 * px(_GAP)
        return self.width() - beside - (px(_LABEL) if self._shape()[0] > 1 else 0) - 2

    def _cell(self, slices: int, size: int) -> float:
        across = self._room() / (3 * size)
        below = self._text_height() + px(8) if self._tall else 0
        down = (self.height() - below - 2 - (slices - 1) * px(_SLICE_GAP)) / (slices * size)
        return float(min(int(across), int(down), px(_MOST)))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._sum is None:
                painter.setFont(font())
                painter.setPen(tokens().muted)
                flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
                painter.drawText(self.rect(), flags, self._empty)
                return
            self._paint_grids(painter, self._sum)

    def _paint_grids(self, painter: QPainter, sum_: Sum) -> None:
        step, slices = sum_.step, self.slices_shown()
        size = step.window.shape[-1]
        cell = self._cell(len(slices), size)
        many = len(step.sums) > 1
        label = px(_LABEL) if many else 0
        gap = px(_GAP)
        wide = self._wide(cell, size)
        block, across = size * cell, size * wide
        height = len(slices) * block + (len(slices) - 1) * px(_SLICE_GAP)
        left, top = 1.0 + label, 1.0 if self._tall else max((self.height() - height) / 2, 0)
        grids = (
            (step.window, sum_.shades),
            (step.kernel, Shades(float(np.abs(step.kernel).max(initial=0)))),
            (step.products, Shades(float(np.abs(step.products).max(initial=0)))),
        )
        digits = [fitting_digits(grid[slices], wide, cell) for grid, _ in grids]  # alike in the slices below each other
        for place, channel in enumerate(slices):
            y = top + place * (block + px(_SLICE_GAP))
            if many:
                painter.setFont(font(11))
                painter.setPen(tokens().muted)
                painter.drawText(QRectF(0, y, label, block), Qt.AlignmentFlag.AlignVCenter, CHANNELS[channel])
            for number, (grid, shades) in enumerate(grids):
                corner = QPointF(left + number * (across + gap), y)
                draw_cells(painter, corner, cell, grid[channel], shades, digits[number], wide)
            self._paint_signs(painter, left + across, y, across, block)
        if self._tall:
            below = QRectF(1, top + height + px(8), self.width() - 2, self._text_height())
        else:
            x = max(left + 3 * across + 3 * gap, self.width() - px(320))
            below = QRectF(x, 0, self.width() - x, self.height())
        self._paint_sum(painter, sum_, below)

    def _paint_signs(self, painter: QPainter, x: float, y: float, across: float, block: float) -> None:
        painter.setFont(font(20))
        painter.setPen(tokens().muted)
        for number, sign in enumerate("×="):
            place = QRectF(x + number * (across + px(_GAP)), y, px(_GAP), block)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, sign)

    def _paint_sum(self, painter: QPainter, sum_: Sum, room: QRectF) -> None:
        lines, colours = lines_of(sum_), tokens()
        more = px(18) * len(sum_.more)
        height = min(px(34), (room.height() - more) / max(len(lines), 1))
        left, width = room.left(), room.width()
        top = room.top() + (room.height() - height * len(lines) - more) / 2
        size = min(int(0.75 * height * 100 / px(100)), 24)
        for place, line in enumerate(lines):
            row = QRectF(left, top + place * height, width, height)
            if line.strong:
                painter.setPen(colours.control_line)
                painter.drawLine(row.topLeft(), row.topRight())
            painter.setFont(font(13, bold=line.strong))
            painter.setPen(colours.text if line.strong else colours.muted)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, line.words)
            painter.setFont(font(size, bold=line.strong))
            painter.setPen(colours.accent if line.strong else colours.text)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, line.number)
        painter.setFont(font(11))
        painter.setPen(colours.muted)
        for place, text in enumerate(sum_.more):
            row = QRectF(left, top + len(lines) * height + place * px(18), width, px(18))
            shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, shown)
