"""The confusion matrix as a table model: rows are what the pictures show, columns what the network said."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt

from cifar_gui.inference.confusion import Confusion
from cifar_gui.ui.widgets.indexes import ROOT, AnyIndex


class ConfusionModel(QAbstractTableModel):
    """Counts as text; the user role is a cell's share of its row, 0–1."""

    def __init__(self) -> None:
        super().__init__()
        self.confusion: Confusion | None = None

    def show(self, confusion: Confusion | None) -> None:
        """Replace everything."""
        self.beginResetModel()
        self.confusion = confusion
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() or self.confusion is None else len(self.confusion.class_names)

    def columnCount(self, parent: AnyIndex = ROOT) -> int:
        return self.rowCount(parent)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.confusion is None:
            return None
        row = self.confusion.counts[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row[index.column()]:,}"
        if role == Qt.ItemDataRole.UserRole:
            return row[index.column()] / max(sum(row), 1)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.confusion.cell_words(index.row(), index.column())
        return int(Qt.AlignmentFlag.AlignCenter) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.confusion is None:
            return None
        name = self.confusion.class_names[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"said: {name}" if orientation == Qt.Orientation.Horizontal else f"shown: {name}"
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Vertical:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None
