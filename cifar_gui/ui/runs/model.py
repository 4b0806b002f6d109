"""The table of runs as Qt wants it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt, Signal

from cifar_gui.ui.recipe_words import recipe_tip
from cifar_gui.ui.runs.rows import (
    STATUS_WORDS,
    TONES,
    RunRow,
    date_words,
    epochs_words,
    time_words,
)
from cifar_gui.ui.theme import font, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.words import percent

Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, what it shows, what it is sorted by."""

    title: str
    text: Callable[[RunRow], str]
    key: Callable[[RunRow], Any]
    numeric: bool = False
    editable: bool = False


COLUMNS = (
    Column("Run", lambda row: row.summary.number, lambda row: row.summary.number),
    Column("Name", lambda row: row.summary.name, lambda row: row.summary.name.lower(), editable=True),
    Column("Network", lambda row: row.network, lambda row: row.network),
    Column("Data", lambda row: row.data, lambda row: row.data),
    Column("Recipe", lambda row: row.recipe, lambda row: row.recipe),
    Column("Status", lambda row: STATUS_WORDS[row.summary.status], lambda row: STATUS_WORDS[row.summary.status]),
    Column("Epochs", lambda row: epochs_words(row.summary), lambda row: row.summary.epochs_done, numeric=True),
    Column(
        "Accuracy", lambda row: percent(row.summary.best_accuracy), lambda row: row.summary.best_accuracy or -1.0,
        numeric=True,
    ),
    Column("Time", lambda row: time_words(row.summary), lambda row: row.summary.seconds, numeric=True),
    Column("Date", lambda row: date_words(row.summary.created), lambda row: row.summary.created),
    Column(
        "Tags", lambda row: ", ".join(row.summary.tags), lambda row: ", ".join(row.summary.tags).lower(), editable=True
    ),
    Column(
        "Notes", lambda row: row.summary.notes.partition("\n")[0], lambda row: row.summary.notes.lower(), editable=True
    ),
)  # fmt: skip
RUN, NAME, RECIPE, STATUS, EPOCHS, ACCURACY, TIME, DATE, TAGS, NOTES = 0, 1, 4, 5, 6, 7, 8, 9, 10, 11


class RunsModel(QAbstractTableModel):
    """Rows in the order they are sorted by; what is selected stays so when they are sorted or read anew.

    Signals: renamed(RunRow, str), noted(RunRow, str) and tagged(RunRow, str) when the user has edited a cell.
    """

    renamed = Signal(object, str)
    noted = Signal(object, str)
    tagged = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[RunRow] = []
        self._column, self._falling = 0, True
        self.editable = True  # not in the trash

    @property
    def rows(self) -> Sequence[RunRow]:
        """As shown, from the top."""
        return self._rows

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Replace the rows. Those of the same runs stay selected."""
        rows = self._sorted(rows)
        if [row.path for row in rows] == [row.path for row in self._rows]:
            changed = rows != self._rows
            self._rows = rows
            if changed:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._column, self._falling = max(column, 0), order == Qt.SortOrder.DescendingOrder
        old = self.persistentIndexList()
        paths = [self._rows[index.row()].path for index in old]
        self._rows = self._sorted(self._rows)
        place = {row.path: number for number, row in enumerate(self._rows)}
        new = [self.index(place[path], index.column()) for path, index in zip(paths, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return COLUMNS[section].title
        if orientation == Qt.Orientation.Horizontal and role == Role.TextAlignmentRole:
            return _side(COLUMNS[section])
        return None

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> object:
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == Role.DisplayRole:
            return column.text(row)
        if role == Role.EditRole:
            return row.summary.notes if index.column() == NOTES else column.text(row)
        if role == Role.TextAlignmentRole:
            return _side(column)
        if role == Role.FontRole and index.column() == 0:
            return font(bold=True)
        if role == Role.ForegroundRole:
            tone = TONES.get(row.summary.status) if index.column() == STATUS else None
            return getattr(tokens(), tone) if tone else None
        if role == Role.ToolTipRole:
            return _tip(row, index.column())
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Role.EditRole) -> bool:
        row, text = self._rows[index.row()], str(value)
        if role != Role.EditRole or text == self.data(index, Role.EditRole):
            return False
        {NOTES: self.noted, TAGS: self.tagged}.get(index.column(), self.renamed).emit(row, text)
        return False  # it is shown once it has been written

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        damaged = self._rows[index.row()].summary.recipe is None
        if self.editable and COLUMNS[index.column()].editable and not damaged:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def _sorted(self, rows: Sequence[RunRow]) -> list[RunRow]:
        newest_first = sorted(rows, key=lambda row: row.summary.number, reverse=True)
        return sorted(newest_first, key=COLUMNS[self._column].key, reverse=self._falling)


def _side(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _tip(row: RunRow, column: int) -> str:
    summary = row.summary
    if column == STATUS and summary.record.message:
        return summary.record.message
    if column == STATUS and summary.status == "interrupted":
        return "It was ended from outside, by a crash or a kill. Continue goes on from the last saved state."
    if column == RECIPE and summary.recipe is not None:
        return recipe_tip(summary.recipe)
    if column == NOTES:
        return summary.notes
    return COLUMNS[column].text(row)
