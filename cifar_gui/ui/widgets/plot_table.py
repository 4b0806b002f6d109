"""The table twin of a plot: the same numbers, for those who read rather than look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from cifar_gui.ui.widgets.curves import Points, as_rows
from cifar_gui.ui.widgets.indexes import ROOT, AnyIndex


class CurveTable(QAbstractTableModel):
    """One row for each x, one column for each curve; gaps are empty."""

    def __init__(self, x_label: str, form: Callable[[float], str], x_form: Callable[[float], str]) -> None:
        super().__init__()
        self._x_label, self._form, self._x_form = x_label, form, x_form
        self._labels: list[str] = []
        self._xs: list[float] = []
        self._rows: list[list[float | None]] = []

    def show_curves(self, curves: Sequence[Points]) -> None:
        self.beginResetModel()
        self._labels = [curve.label for curve in curves]
        self._xs, self._rows = as_rows(curves)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._xs)

    def columnCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else 1 + len(self._labels)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if index.column() == 0:
            return self._x_form(self._xs[index.row()])
        value = self._rows[index.row()][index.column() - 1]
        return "" if value is None else self._form(value)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1)
        return self._x_label if section == 0 else self._labels[section - 1]


class PlotTable(QTableView):
    """Shows a `CurveTable`. Copying is the plot's business."""

    def __init__(
        self, title: str, x_label: str, form: Callable[[float], str], x_form: Callable[[float], str] = "{:.3f}".format
    ) -> None:
        super().__init__()
        self._table = CurveTable(x_label, form, x_form)
        self.setModel(self._table)
        self.setAccessibleName(f"{title}, as a table")
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def show_curves(self, curves: list[Points]) -> None:
        """Replace the numbers, staying where the reader is."""
        where = self.verticalScrollBar().value()
        self._table.show_curves(curves)
        self.executeDelayedItemsLayout()  # else the bar would not reach as far yet
        self.verticalScrollBar().setValue(where)
