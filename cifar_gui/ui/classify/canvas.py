"""The 32 × 32 pixels, large, to be painted on with the mouse or the keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from cifar_gui.ui.classify.painting import Cell, cells_between
from cifar_gui.ui.theme import px, tokens
from cifar_gui.ui.widgets.pixels import PixelView

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_PRESSED = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LEAST = 96


class Canvas(PixelView):
    """Shows the picture and, on it, the brush. Arrow keys move the brush, Space dabs, Shift with an arrow dabs on the
    way; when `grips`, a drag and the arrow keys move the picture instead.

    Signals: begun(); touched(Cell) for every pixel that is dabbed on; dragged(int right, int down) in pixels; ended().
    """

    begun = Signal()
    touched = Signal(object)
    dragged = Signal(int, int)
    ended = Signal()

    def __init__(self) -> None:
        super().__init__(14 * 32)
        self.grips = False
        self._brush = 1
        self._cell: Cell = (16, 16)  # where the brush is
        self._seen = False  # whether it is to be seen
        self._pressed: Cell | None = None  # where the mouse was last while its button is down
        self.setObjectName("classify.canvas")
        self.setAccessibleName("Canvas: what the network sees, to be painted on")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def cell(self) -> Cell:
        """The pixel the brush is on."""
        return self._cell

    def set_brush(self, size: int) -> None:
        """How wide the outline of the brush is, in pixels."""
        self._brush = size
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(px(_LEAST), px(_LEAST))

    def cell_at(self, position: QPointF) -> Cell:
        """The pixel at a point of the widget, the nearest one for points beside the picture."""
        target, side = self.target(), max(self.image.width(), 1)
        scale = side / max(target.width(), 1)
        column, row = (position.x() - target.left()) * scale, (position.y() - target.top()) * scale
        return min(max(int(column), 0), side - 1), min(max(int(row), 0), side - 1)

    def centre_of(self, cell: Cell) -> QPointF:
        """The point of the widget in the middle of a pixel."""
        target = self.target()
        scale = target.width() / max(self.image.width(), 1)
        return QPointF(target.left() + (cell[0] + 0.5) * scale, target.top() + (cell[1] + 0.5) * scale)

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.image.isNull():
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.hasFocus():
                painter.setPen(QPen(tokens().accent, 2))
                painter.drawRect(QRectF(self.target()).adjusted(-1, -1, 1, 1))
            if self._seen and not self.grips:
                self._draw_brush(painter)

    def _draw_brush(self, painter: QPainter) -> None:
        """A ring around the pixels under the brush, light in dark: to be seen on any picture."""
        scale = self.target().width() / max(self.image.width(), 1)
        centre = self.centre_of(self._cell)
        centre -= QPointF(1, 1) * ((self._brush - 1) % 2 / 2 * scale)
        radius = max(self._brush * scale / 2, 4.0)
        for colour, width in ((QColor(0, 0, 0, 160), 3), (QColor("white"), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(centre, radius, radius)

    # --- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.image.isNull():
            event.ignore()
            return
        self._pressed = self._move_to(self.cell_at(event.position()))
        self.begun.emit()
        if not self.grips:
            self.touched.emit(self._pressed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.image.isNull():
            return
        self._seen = True
        cell = self._move_to(self.cell_at(event.position()))
        if self._pressed is None or cell == self._pressed:
            return
        before, self._pressed = self._pressed, cell
        if self.grips:
            self.dragged.emit(cell[0] - before[0], cell[1] - before[1])
            return
        for each in cells_between(before, cell):
            self.touched.emit(each)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = None
            self.ended.emit()

    def leaveEvent(self, event: object) -> None:
        self._seen = self.hasFocus()
        self.update()

    # --- keys

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)  # which has it painted anew
        self._seen = True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._seen = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        other = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if self.image.isNull() or other or (key not in _ARROWS and key not in _PRESSED):
            super().keyPressEvent(event)
        elif key in _ARROWS and self.grips:
            self.dragged.emit(*_ARROWS[key])
        elif key in _ARROWS:
            right, down = _ARROWS[key]
            side = self.image.width() - 1
            column, row = self._cell[0] + right, self._cell[1] + down
            self._move_to((min(max(column, 0), side), min(max(row, 0), side)))
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.touched.emit(self._cell)
        elif not self.grips:
            self.touched.emit(self._cell)

    def _move_to(self, cell: Cell) -> Cell:
        if cell != self._cell:
            self._cell = cell
            self.setAccessibleDescription(f"Brush at column {cell[0] + 1}, row {cell[1] + 1} of {self.image.width()}.")
            self.update()
        return cell
