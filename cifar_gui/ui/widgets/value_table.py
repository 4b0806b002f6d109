"""A table of values to read, copy and export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QItemSelection, QItemSelectionModel, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QGuiApplication, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.widgets.csv_text import csv_text
from cifar_gui.ui.widgets.framed import Framed, paint_framed, place_in
from cifar_gui.ui.widgets.indexes import ROOT, AnyIndex


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is exported, and as it is shown."""

    value: object  # None: there is none, which is less than any other
    text: str
    note: str = ""  # tool tip
    muted: bool = False  # of less interest
    bold: bool = False
    picture: Framed | None = None  # in place of the text, in a table of pictures


CELL = Qt.ItemDataRole.UserRole
"""What a model gives for it is the cell itself."""


class CellModel(QAbstractTableModel):
    """Rows of cells. Numbers stand on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.rows: Sequence[Sequence[Cell]] = []

    def show_rows(self, titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        self.beginResetModel()
        self.titles, self.rows = list(titles), rows
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By what is exported, not by what is shown. Equal ones stay as they are, and what is selected stays so."""
        if column < 0 or not self.rows:
            return
        self.layoutAboutToBeChanged.emit()
        falling = order == Qt.SortOrder.DescendingOrder
        values = [row[column].value for row in self.rows]
        places = sorted(range(len(values)), key=lambda row: (values[row] is not None, values[row]), reverse=falling)
        self.rows = [self.rows[place] for place in places]
        new_place = {before: now for now, before in enumerate(places)}
        kept = self.persistentIndexList()
        self.changePersistentIndexList(kept, [self.index(new_place[each.row()], each.column()) for each in kept])
        self.layoutChanged.emit()

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self.titles)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == CELL:
            return cell
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.note or None
        if role == Qt.ItemDataRole.AccessibleTextRole and cell.picture is not None:
            return cell.picture.words
        if role == Qt.ItemDataRole.TextAlignmentRole and cell.picture is not None:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if isinstance(cell.value, str) else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and cell.muted:
            return tokens().muted
        if role == Qt.ItemDataRole.FontRole and cell.bold:
            return font(bold=True)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and self.rows:
            return self.data(self.index(0, section), role)
        return None


_LEAST_HEIGHT = 108
_TIGHT = "QTableView::item { padding: 0; } QHeaderView::section { padding: 4px 3px; }"
"""What is beside pictures has to do with less room."""

_PICTURE = 32
"""Side of a picture in a cell, in pixels at zoom 1."""


class _PicturePainter(QStyledItemDelegate):
    """Paints the pictures of cells that have one. A cell without one is as it is in any table."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        super().paint(painter, option, index)
        if (picture := index.data(CELL).picture) is not None:
            ratio = option.widget.devicePixelRatioF()
            paint_framed(painter, place_in(QRectF(option.rect), picture.image.size(), ratio), picture)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return hint if index.data(CELL).picture is None else QSize(px(_PICTURE + 8), px(_PICTURE + 6))


_TITLE_PADDING = 8
_LEAST_NAME = 56
"""Names in the first column are not made shorter, in pixels at zoom 1."""


class ValueTable(QTableView):
    """Read-only. Copy takes the selected rows, or all when none is selected, tab-separated and in full precision.

    Signals: rows_chosen(tuple[int, ...]) when the user has selected others, in rising order."""

    rows_chosen = Signal(object)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        small: bool = False,
        spreads: bool = False,
        pictures: bool = False,
        sortable: bool = False,
        spare: Sequence[str] = (),
    ) -> None:
        """`small`: low rows of small text; `spreads`: the columns share what is left of the width; `pictures`: rows
        whose cells hold some are as high as these are, which for thousands of rows would take long; `sortable`: a click
        on a title sorts the rows, which then no longer have their places; `spare`: titles of columns that are left out
        where there is no room for all, the first one first. They are copied all the same."""
        super().__init__(parent)
        self._small, self._spreads, self._pictures = small, spreads, pictures
        self._spare = tuple(spare)
        self._cells = CellModel()
        self.setModel(self._cells)
        if pictures:
            self.setItemDelegate(_PicturePainter(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setStyleSheet(_TIGHT if pictures else "QTableView::item { padding: 0 4px; }")  # as the header's
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        copy = QAction("Copy", self)
        copy.triggered.connect(self.copy_rows)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.selectionModel().selectionChanged.connect(lambda: self.rows_chosen.emit(self.chosen_rows))
        theme().changed.connect(self._on_theme)
        self._on_theme()
        if sortable:
            self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.horizontalHeader().setSortIndicatorClearable(True)
            self.setSortingEnabled(True)
            self.horizontalHeader().sortIndicatorChanged.connect(lambda *_: self._spread())

    def show_rows(self, titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Replace everything; what has been sorted is sorted again. Titles may have two lines."""
        self._cells.show_rows(titles, rows)
        if self.isSortingEnabled():
            header = self.horizontalHeader()
            self._cells.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())
        self._fit_rows()
        self._spread()

    def renew_rows(self, titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """As `show_rows`, when the same things have other values: those selected, and the one the keyboard is on, stay
        so, known by what their first cells export; and what is scrolled to stays in sight."""
        chosen, current = {self.rows[row][0].value for row in self.chosen_rows}, self.currentIndex()
        scrolled = self.verticalScrollBar().value()
        focused = self.rows[current.row()][0].value if current.isValid() else None
        self.show_rows(titles, rows)
        names = [row[0].value for row in self.rows]
        if chosen.intersection(names):
            self.choose_rows([row for row, name in enumerate(names) if name in chosen])
        if focused in names:
            place = self._cells.index(names.index(focused), min(current.column(), len(titles) - 1))
            self.selectionModel().setCurrentIndex(place, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.verticalScrollBar().setValue(scrolled)

    @property
    def titles(self) -> list[str]:
        return list(self._cells.titles)

    @property
    def rows(self) -> Sequence[Sequence[Cell]]:
        return self._cells.rows

    @property
    def chosen_rows(self) -> tuple[int, ...]:
        """The selected rows, in rising order."""
        return tuple(sorted({index.row() for index in self.selectedIndexes()}))

    def choose_rows(self, rows: Sequence[int]) -> None:
        """Select these rows and no others, with the keyboard on the first, which is scrolled into sight; nobody is
        told."""
        chosen = QItemSelection()
        for row in rows:
            chosen.select(self._cells.index(row, 0), self._cells.index(row, self._cells.columnCount() - 1))
        was_blocked = self.blockSignals(True)
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            first = self._cells.index(rows[0], 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)
        self.blockSignals(was_blocked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def minimumSizeHint(self) -> QSize:
        """A heading and a few rows; the rest is scrolled to."""
        return QSize(px(160), px(_LEAST_HEIGHT))

    def _on_theme(self) -> None:
        self.setFont(font(11 if self._small else 13))
        self.verticalHeader().setDefaultSectionSize(px(20 if self._small else 26))
        self._fit_rows()
        self._spread()

    def _fit_rows(self) -> None:
        if self._pictures:
            self.resizeRowsToContents()

    def _spread(self) -> None:
        header = self.horizontalHeader()
        if not self._spreads or not header.count():
            return
        for column in range(header.count()):
            header.showSection(column)
        self.resizeColumnsToContents()
        if header.isSortIndicatorShown():
            self._take_arrow_room()
        self._leave_out()
        self._shorten_names()
        shown = [column for column in range(header.count()) if not header.isSectionHidden(column)]
        share = max(self.viewport().width() - header.length(), 0) // len(shown)
        for column in shown:
            header.resizeSection(column, header.sectionSize(column) + share)

    def _leave_out(self) -> None:
        """Columns that can be spared, one after the other, until there is room for the others."""
        header = self.horizontalHeader()
        for title in self._spare:
            if header.length() > self.viewport().width() and title in self.titles:
                header.hideSection(self.titles.index(title))

    def _shorten_names(self) -> None:
        """Where it is still too wide, long words in the first column are cut short: the numbers are what is read."""
        header, rows = self.horizontalHeader(), self._cells.rows
        over = header.length() - self.viewport().width()
        if over > 0 and rows and isinstance(rows[0][0].value, str):
            header.resizeSection(0, max(header.sectionSize(0) - over, min(header.sectionSize(0), px(_LEAST_NAME))))

    def _take_arrow_room(self) -> None:
        """Qt keeps room for the arrow in every title; it stands in one."""
        header, metrics = self.horizontalHeader(), QFontMetrics(font(11, bold=True))
        for column, title in enumerate(self.titles):
            if column != header.sortIndicatorSection():
                needed = metrics.horizontalAdvance(title) + 2 * px(_TITLE_PADDING) + 2
                header.resizeSection(column, max(self.sizeHintForColumn(column), needed))

    def as_text(self, delimiter: str = "\t", *, selected: bool = False) -> str:
        """The table as TSV (or CSV with ","), C locale, full precision; only selected rows if there are any."""
        wanted = self.chosen_rows if selected else ()
        titles = [title.replace("\n", " ") for title in self._cells.titles]
        rows = (self._cells.rows[row] for row in wanted or range(len(self._cells.rows)))
        return csv_text([titles, *([cell.value for cell in row] for row in rows)], delimiter)

    def copy_rows(self) -> None:
        """Put the selected rows, or all, on the clipboard."""
        QGuiApplication.clipboard().setText(self.as_text(selected=True))
