"""The rows of the table as Qt wants them. Sorts and filters by itself: a proxy that asks row by row is too slow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import PictureError
from cifar_gui.inference.by_folder import truth_of
from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.verdict import CONFIDENT, judged
from cifar_gui.ui.classify.results import COLUMNS, Row, RowFilter, SortKey, Tally, arranged
from cifar_gui.ui.widgets.indexes import AnyIndex

TITLES = {
    "name": "Picture",
    "folder": "Its folder says",
    "verdict": "Verdict",
    "probability": "Probability",
    "second": "Second guess",
    "reason": "Reason",
}


class ResultsModel(QAbstractTableModel):
    """All rows in the order they came; `order` is what is shown of them."""

    ROW = Qt.ItemDataRole.UserRole

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._order: list[int] = []
        self._shown_at: dict[int, int] = {}  # place → row, once somebody has asked
        self._keys: list[SortKey | None] = []  # what the rows sort by in the column chosen, where it is known
        self._tally = Tally()
        self._filter = RowFilter()
        self._column = -1
        self._falling = False
        self._sure_from = CONFIDENT

    @property
    def rows(self) -> Sequence[Row]:
        """All rows, as they came."""
        return self._rows

    @property
    def tally(self) -> Tally:
        """All rows, counted."""
        return self._tally

    def shown_rows(self) -> list[Row]:
        """Those that pass the filter, as sorted."""
        return [self._rows[place] for place in self._order]

    def row_at(self, index: AnyIndex) -> Row:
        return self._rows[self._order[index.row()]]

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Begin a new table, in the order given."""
        self.beginResetModel()
        self._rows = list(rows)
        self._column = -1
        self._count_anew()
        self._order, self._shown_at = self._arranged(), {}
        self.endResetModel()

    def forget_answers(self) -> None:
        """Keep the pictures and wait for new answers."""
        self._rows = [Row(row.source) for row in self._rows]
        self._count_anew()
        self._everything_changed()
        self.rearrange()

    def put(self, found: Sequence[tuple[int, Prediction | PictureError]]) -> None:
        """Fill in answers by their places in `rows`. Rows keep their places until `rearrange`."""
        for place, answer in found:
            if isinstance(answer, PictureError):
                self._put(place, replace(self._rows[place], problem=str(answer), prediction=None))
            else:
                row, judgement = self._rows[place], judged(answer, self._sure_from)
                truth = truth_of(row.source, answer.class_names)
                self._put(place, replace(row, problem="", prediction=judgement, truth=truth))
        self._changed([place for place, _ in found])

    def follow(self, moved: Mapping[Path, Path]) -> None:
        """Files are elsewhere now."""
        for place, row in enumerate(self._rows):
            if row.source.path is not None and (there := moved.get(row.source.path)) is not None:
                self._put(place, replace(row, source=PictureSource.from_path(there)))
        self._everything_changed()

    def judge(self, sure_from: float) -> None:
        """Answers of at least this probability are sure, those there are and those to come. Rows keep their places
        until `rearrange`."""
        low, high = sorted((self._sure_from, sure_from))
        self._sure_from = sure_from
        for place, row in enumerate(self._rows):
            found = row.prediction
            if found is not None and low <= found.probability < high:  # of no other can the verdict be another
                self._put(place, replace(row, prediction=judged(found, sure_from)))
        self._everything_changed()

    def set_filter(self, chosen: RowFilter) -> None:
        """Show only some of the rows."""
        self._filter = chosen
        self.rearrange()

    def rearrange(self) -> None:
        """Sort and filter again, as answers have come in. What is selected and current stays so where it is shown."""
        order = self._arranged()
        if order == self._order:
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        places = [self._order[index.row()] for index in old]
        self._order, self._shown_at = order, {}
        row_of = self._row_of() if old else {}
        new = [
            self.index(row_of[place], index.column()) if place in row_of else QModelIndex()
            for index, place in zip(old, places, strict=True)
        ]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column != self._column:
            self._keys = [None] * len(self._rows)
        self._column, self._falling = column, order == Qt.SortOrder.DescendingOrder
        self.rearrange()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[COLUMNS[section]]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row_at(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text(COLUMNS[index.column()])
        if role == Qt.ItemDataRole.ToolTipRole:
            if COLUMNS[index.column()] == "name":
                return str(row.source.path or row.source.name)
            return row.prediction.verdict.reason if row.prediction else row.problem
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return row if role == self.ROW else None

    def _put(self, place: int, row: Row) -> None:
        self._tally.change(self._rows[place], row)
        self._rows[place], self._keys[place] = row, None

    def _count_anew(self) -> None:
        self._tally, self._keys = Tally(self._rows), [None] * len(self._rows)

    def _row_of(self) -> dict[int, int]:
        """Place → row, of those that are shown."""
        if not self._shown_at:
            self._shown_at = {place: row for row, place in enumerate(self._order)}
        return self._shown_at

    def _changed(self, places: Sequence[int]) -> None:
        """One signal for these, from the first to the last that is shown: what is not on screen costs no painting."""
        row_of = self._row_of()
        rows = [row_of[place] for place in places if place in row_of]
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), len(COLUMNS) - 1))

    def _everything_changed(self) -> None:
        """One signal for all: only what is on screen is painted anew."""
        if self._order:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._order) - 1, len(COLUMNS) - 1))

    def _arranged(self) -> list[int]:
        column = COLUMNS[self._column] if 0 <= self._column < len(COLUMNS) else None
        return arranged(self._rows, self._filter, column, falling=self._falling, keys=self._keys, begin=self._order)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if COLUMNS[column] == "probability" else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
