"""A map of numbers under a window: an input with its padding, an output, or what pooling leaves of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.explain.convolution import Numbers
from cifar_gui.ui.convolution.cell_paint import (
    Shades,
    cell_rect,
    draw_cells,
    draw_frame,
    draw_hatch,
    draw_padding,
    draw_pixels,
    fitting_digits,
)
from cifar_gui.ui.convolution.numbers import exact_text
from cifar_gui.ui.convolution.setup import Place
from cifar_gui.ui.theme import font, px, tokens

_LEAST_CELL, _MOST_CELL = 3, 64
_DIGITS_CELL = 26
"""Of a small map, which is to be read from afar, at least so large."""

_SMALL = 12
"""Cells across up to which a map is small."""

_EDGE = 4
"""Room for the focus ring and the window's frame."""

_WAYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


@dataclass(frozen=True, eq=False, slots=True)
class MapContent:
    """What a map shows. Places are rows and columns of `values`; those in the padding are negative or beyond it."""

    values: Numbers  # (rows, columns)
    shades: Shades
    padding: int = 0
    colours: NDArray[np.uint8] | None = None  # (rows, columns, 3): shown in place of the values
    unread: NDArray[np.bool_] | None = None  # with the padding: cells that no window reads
    frame: tuple[Place, int] | None = None  # corner and size of the window
    outlines: tuple[tuple[Place, int], ...] = ()  # of windows that have been
    marked: tuple[Place, ...] = field(default=())  # cells with a dot
    hidden: NDArray[np.bool_] | None = None  # cells that are not to be seen yet
    cursor: Place | None = None  # where the keyboard would draw


class CellMap(QWidget):
    """Signals: pointed(row, column) the mouse is over a cell; pressed(row, column, erase) a button is down on it;
    nudged(down, right) by an arrow key; typed(str) a digit, or " ", "+" or "-"; left() the mouse has gone."""

    pointed = Signal(int, int)
    pressed = Signal(int, int, bool)
    nudged = Signal(int, int)
    typed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = MapContent(np.zeros((0, 0)), Shades(0))
        self._shared = 0.0  # cells are not to be larger than those of the map beside it
        self._empty = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def content(self) -> MapContent:
        return self._content

    def show_content(self, content: MapContent, empty: str = "") -> None:
        """`empty`: what is said where there is nothing to show."""
        resized = content.values.shape != self._content.values.shape or content.padding != self._content.padding
        self._content, self._empty = content, empty
        if resized:
            self.updateGeometry()
        self.update()

    def share_cell(self, cell: float) -> None:
        """Cells no larger than this: maps that belong together have cells of one size."""
        if cell != self._shared:
            self._shared = cell
            self.update()

    @property
    def columns(self) -> int:
        """Cells across, with the padding."""
        return self._extent()[1]

    def most_width(self, height: int) -> int:
        """Where it may be so high, it has no use for more than this; what is said in place of a map may be as wide."""
        rows, columns = self._extent()
        cell = min(max((height - 2 * px(_EDGE)) // max(rows, 1), 1), px(_MOST_CELL))
        return columns * cell + 2 * px(_EDGE) if columns else max(height, px(200))

    def own_cell(self) -> float:
        """The size that cells could have here, in pixels."""
        rows, columns = self._extent()
        room = min((self.width() - 2 * px(_EDGE)) / max(columns, 1), (self.height() - 2 * px(_EDGE)) / max(rows, 1))
        return float(max(min(int(room), px(_MOST_CELL)), 1))

    def holds_digits(self, cell: float) -> bool:
        """Whether its numbers can be written into cells of this size."""
        return self._content.colours is None and fitting_digits(self._content.values, cell, cell) is not None

    @property
    def cell(self) -> float:
        """The size that they have."""
        return min(self.own_cell(), self._shared) if self._shared else self.own_cell()

    def sizeHint(self) -> QSize:
        rows, columns = self._extent()
        cell = px(44 if max(rows, columns) <= _SMALL else 10)
        return QSize(columns * cell + 2 * px(_EDGE), rows * cell + 2 * px(_EDGE))

    def minimumSizeHint(self) -> QSize:
        rows, columns = self._extent()
        cell = px(_DIGITS_CELL if max(rows, columns) <= _SMALL else _LEAST_CELL)
        return QSize(max(columns * cell, px(48)) + 2 * px(_EDGE), max(rows * cell, px(48)) + 2 * px(_EDGE))

    def place_at(self, point: QPointF) -> Place | None:
        """The cell under a point; None beside the map."""
        corner, cell = self._corner(), self.cell
        row, column = int((point.y() - corner.y()) // cell), int((point.x() - corner.x()) // cell)
        rows, columns = self._extent()
        if not (0 <= row < rows and 0 <= column < columns):
            return None
        return row - self._content.padding, column - self._content.padding

    def rect_of(self, place: Place, size: int = 1) -> QRectF:
        """Where a cell is painted, or a square of `size` cells from it on."""
        padding = self._content.padding
        return cell_rect(self._corner(), self.cell, place[0] + padding, place[1] + padding, size)

    def _extent(self) -> tuple[int, int]:
        rows, columns = self._content.values.shape
        around = 2 * self._content.padding
        return (rows + around, columns + around) if rows and columns else (0, 0)

    def _corner(self) -> QPointF:
        return QPointF(px(_EDGE), px(_EDGE))

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place is None:
            return
        self._explain(place)
        self.pointed.emit(*place)
        buttons = event.buttons()
        if buttons & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
            self.pressed.emit(*place, bool(buttons & Qt.MouseButton.RightButton))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (place := self.place_at(event.position())) is not None:
            self.pressed.emit(*place, event.button() == Qt.MouseButton.RightButton)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _WAYS:
            self.nudged.emit(*_WAYS[key])
        elif event.text() in tuple("0123456789"):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _explain(self, place: Place) -> None:
        row, column = place
        rows, columns = self._content.values.shape
        where = f"row {row + 1}, column {column + 1}"
        hidden = self._content.hidden
        if not (0 <= row < rows and 0 <= column < columns):
            self.setToolTip("Padding: a zero that is not part of the input")
        elif hidden is not None and hidden[place]:
            self.setToolTip(f"{where}: not computed yet")
        else:
            self.setToolTip(f"{where}: {exact_text(float(self._content.values[place]))}")

    # Looks

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            if self._content.values.size:
                self._paint_map(painter)
            else:
                painter.setFont(font())
                painter.setPen(tokens().muted)
                flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
                painter.drawText(self.rect(), flags, self._empty)
            if self.hasFocus():
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(tokens().accent, 2))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(4), px(4))

    def _paint_map(self, painter: QPainter) -> None:
        content, cell, corner = self._content, self.cell, self._corner()
        inner = QPointF(corner.x() + content.padding * cell, corner.y() + content.padding * cell)
        if content.padding:
            draw_padding(painter, corner, cell, self._extent(), content.padding)
        if content.colours is not None:
            draw_pixels(painter, inner, cell, content.colours)
        else:
            digits = fitting_digits(content.values, cell, cell)
            draw_cells(painter, inner, cell, content.values, content.shades, digits)
        if content.hidden is not None:
            for row, column in np.argwhere(content.hidden).tolist():
                covered = cell_rect(inner, cell, row, column).adjusted(1, 1, 0, 0)
                painter.fillRect(covered, tokens().panel)
        if content.unread is not None:
            draw_hatch(painter, corner, cell, content.unread)
        for place, size in content.outlines:
            draw_frame(painter, self.rect_of(place, size).adjusted(1.5, 1.5, -1.5, -1.5), strong=False)
        self._paint_marks(painter)
        if content.frame is not None:
            draw_frame(painter, self.rect_of(*content.frame), strong=True)

    def _paint_marks(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = max(self.cell / 8, 1.5)
        painter.setPen(QPen(tokens().panel, 1))
        painter.setBrush(tokens().accent)
        for place in self._content.marked:
            corner = self.rect_of(place).topRight()
            painter.drawEllipse(QPointF(corner.x() - 1.6 * size, corner.y() + 1.6 * size), size, size)
        if self._content.cursor is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens().text, px(2), Qt.PenStyle.DotLine))
            painter.drawRect(self.rect_of(self._content.cursor).adjusted(2, 2, -2, -2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
