"""The kernel as a grid of fields: typed in, half-typed, wrong, with the reason below."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from cifar_gui.explain.convolution import Numbers
from cifar_gui.explain.kernels import typed_number
from cifar_gui.ui.convolution.numbers import cell_text, exact_text
from cifar_gui.ui.convolution.setup import CHANNELS
from cifar_gui.ui.widgets.fields import mark_wrong
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.text import WrappedLabel

_WAYS = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Return: (1, 0), Qt.Key.Key_Enter: (1, 0)}


_MANY = 6
"""Cells side by side that leave room for two digits each."""


class _Cell(QLineEdit):
    """One number. Narrower than Qt would have it: as many as seven stand side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("cell", True)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumSizeHint().width(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("−0.5"), super().minimumSizeHint().height())


class KernelEditor(QWidget):
    """A slice of the kernel. What is typed and is no number stays as typed, and the kernel as it was before.

    Signals: edited(numpy array) the kernel (channels, size, size) with what has been typed; slice_chosen(int).
    """

    edited = Signal(object)
    slice_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("convolution.kernel")
        self.setAccessibleName("Kernel")
        self._kernel: Numbers = np.zeros((0, 0, 0))
        self._wrong: dict[tuple[int, int, int], str] = {}  # slice, row, column → what was typed and is no number
        self.cells: list[list[_Cell]] = []
        self.slices = Segmented([(str(place), name) for place, name in enumerate(CHANNELS)])
        self.slices.setAccessibleName("Slice of the kernel")
        self.problem = WrappedLabel()
        self.problem.setProperty("bad", True)
        self.problem.hide()
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slices)
        layout.addLayout(self._grid)
        layout.addWidget(self.problem)
        self.slices.chosen.connect(self._on_slice)
        self.slices.hide()

    @property
    def slice(self) -> int:
        """The channel whose slice is shown."""
        return int(self.slices.current) if len(self._kernel) > 1 else 0

    def show_kernel(self, kernel: Numbers) -> None:
        """(channels, size, size). What is wrong in a field stays there as long as the kernel is the same one."""
        if kernel.shape == self._kernel.shape and bool((kernel == self._kernel).all()):
            return
        shape = self._kernel.shape
        self._wrong.clear()
        self._kernel = kernel
        if kernel.shape[1:] != shape[1:]:
            self._make_cells(kernel.shape[-1])
        self.slices.setVisible(len(kernel) > 1)
        self._fill()

    def choose_slice(self, place: int) -> None:
        """Show the slice of another channel."""
        self.slices.choose(str(place))
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, Down and Enter go to the field above or below."""
        if isinstance(watched, _Cell) and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            way = _WAYS.get(Qt.Key(event.key()))
            if way is not None:
                row, column = watched.property("place")
                self._focus(row + way[0], column + way[1])
                return True
        return super().eventFilter(watched, event)

    def _focus(self, row: int, column: int) -> None:
        if 0 <= row < len(self.cells):
            self.cells[row][column].setFocus(Qt.FocusReason.TabFocusReason)

    def _make_cells(self, size: int) -> None:
        for row in self.cells:
            for cell in row:
                self._grid.removeWidget(cell)
                cell.hide()
                cell.deleteLater()
        self.cells = [[self._cell(row, column, size) for column in range(size)] for row in range(size)]

    def _cell(self, row: int, column: int, size: int) -> _Cell:
        cell = _Cell()
        cell.setProperty("place", (row, column))
        cell.setProperty("small", size >= _MANY)
        cell.setAccessibleName(f"Kernel, row {row + 1}, column {column + 1}")
        cell.installEventFilter(self)
        cell.textEdited.connect(lambda text: self._on_typed(row, column, text))
        cell.editingFinished.connect(self._on_left)
        self._grid.addWidget(cell, row, column)
        return cell

    def _fill(self) -> None:
        for row, cells in enumerate(self.cells):
            for column, cell in enumerate(cells):
                value = float(self._kernel[self.slice, row, column])
                wrong = self._wrong.get((self.slice, row, column))
                cell.setText(self._short(value) if wrong is None else wrong)
                cell.setCursorPosition(0)
                cell.setToolTip(exact_text(value))
        self._judge()

    def _short(self, value: float) -> str:
        """What fits into a cell: where many stand side by side, a decimal less. The tool tip has them all."""
        return cell_text(value, 1, small=False) if len(self.cells) >= _MANY else cell_text(value)

    def _on_typed(self, row: int, column: int, text: str) -> None:
        place = (self.slice, row, column)
        try:
            value = typed_number(text)
        except ValueError:
            self._wrong[place] = text
            self._judge()
            return
        self._wrong.pop(place, None)
        kernel = self._kernel.copy()
        kernel[place] = value
        self._kernel = kernel  # so that what is being typed is not written anew
        self.cells[row][column].setToolTip(exact_text(value))
        self._judge()
        self.edited.emit(kernel)

    def _on_left(self) -> None:
        """Write the numbers as numbers are written here, but leave what is wrong."""
        for row, cells in enumerate(self.cells):
            for column, cell in enumerate(cells):
                if (self.slice, row, column) not in self._wrong and not cell.hasFocus():
                    cell.setText(self._short(float(self._kernel[self.slice, row, column])))

    def _judge(self) -> None:
        """Mark what is wrong, and say why below."""
        reason = ""
        for row, cells in enumerate(self.cells):
            for column, cell in enumerate(cells):
                wrong = self._wrong.get((self.slice, row, column))
                mark_wrong(cell, wrong=wrong is not None)
                cell.setAccessibleDescription("" if wrong is None else _why(wrong))
                if wrong is not None and not reason:
                    reason = f"Row {row + 1}, column {column + 1}: {_why(wrong)} Until then it counts as before."
        for channel, row, column in self._wrong:
            if not reason:
                reason = f"{CHANNELS[channel]}, row {row + 1}, column {column + 1} is no number yet."
        self.problem.setText(reason)
        self.problem.setVisible(bool(reason))

    def _on_slice(self, key: str) -> None:
        self._fill()
        self.slice_chosen.emit(int(key))


def _why(text: str) -> str:
    try:
        typed_number(text)
    except ValueError as error:
        return str(error)
    return ""
