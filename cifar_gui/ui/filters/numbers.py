"""The weights of one filter as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QSize

from cifar_gui.explain.units import UnitDetails, table_row, table_titles
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.value_table import Cell, ValueTable
from cifar_gui.words import signed_text, true_minus

_COLOURS = ("red", "green", "blue")
_PLACES = 2
"""Columns before the weights: channel and row."""

_LEAST_WIDTH = 228
"""At zoom 1, whatever is shown: a panel that grew with the numbers of a filter would move with every filter. Three
columns of usual weights fit; what is longer is scrolled to."""


class WeightTable(ValueTable):
    """Every column of weights is as wide as the widest of them all: a number without its end is a wrong one."""

    _widest = QModelIndex()

    def __init__(self) -> None:
        super().__init__(small=True, spreads=True)
        self.setAccessibleName("Weights of the chosen filter")
        self.horizontalHeader().setResizeContentsPrecision(16)  # rows measured: there may be hundreds

    def show_details(self, details: UnitDetails | None) -> None:
        """The numbers of a filter, scrolled to where those of the one before were; None for none."""
        self._widest = QModelIndex()
        if details is None:
            self.show_rows([], [])
            return
        scrolled = self.verticalScrollBar().value()
        self.show_rows(table_titles(details.weights), _Rows(details))
        self.setColumnHidden(1, True)  # the row: one sees it; whoever copies the table wants it
        self._widest = self._find_widest(details)
        self._spread()
        self.verticalScrollBar().setValue(scrolled)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(_LEAST_WIDTH), super().minimumSizeHint().height())

    def _find_widest(self, details: UnitDetails) -> QModelIndex:
        """The cell with the longest text. Measured as text: to ask every cell would take longer than to draw it."""
        metrics = self.fontMetrics()
        widths = [metrics.horizontalAdvance(_text(value)) for value in details.weights.ravel().tolist()]
        row, column = divmod(int(np.argmax(widths)), details.weights.shape[2])
        return self.model().index(row, _PLACES + column)

    def _spread(self) -> None:
        header = self.horizontalHeader()
        weights = header.count() - _PLACES
        if not self._widest.isValid() or weights <= 0:
            return
        first = max(self.sizeHintForColumn(0), header.sectionSizeHint(0))
        each = max(self.sizeHintForIndex(self._widest).width(), header.sectionSizeHint(header.count() - 1))
        share = max(self.viewport().width() - first - weights * each, 0) // weights
        header.resizeSection(0, first)
        for column in range(_PLACES, header.count()):
            header.resizeSection(column, each + share)


class _Rows(Sequence[list[Cell]]):
    """The rows of the table, each made when it is looked at: a deep filter has hundreds."""

    def __init__(self, details: UnitDetails) -> None:
        self._weights = details.weights
        self._colours = details.layer.shape[1] == len(_COLOURS)

    def __len__(self) -> int:
        return int(self._weights.shape[0] * self._weights.shape[1])

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(index)
        channel, row, *values = table_row(self._weights, index)
        name = _COLOURS[int(channel)] if self._colours else str(int(channel))
        place = [Cell(name, "" if row else name, muted=True), Cell(int(row), str(int(row)))]
        return [*place, *(Cell(value, _text(value), f"{value:.9g}") for value in values)]


def _text(value: float) -> str:
    """With three decimals, so that points stand below each other; nothing is 0, and what is large is shorter."""
    shown = round(value, 3)
    if shown == 0:
        return "0"
    return true_minus(f"{shown:.3f}") if abs(shown) < 10 else signed_text(shown, 3)
