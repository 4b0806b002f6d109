"""The table of runs on screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from cifar_gui.ui.runs.model import (
    ACCURACY,
    COLUMNS,
    DATE,
    EPOCHS,
    NAME,
    NOTES,
    RECIPE,
    RUN,
    STATUS,
    TAGS,
    TIME,
    RunsModel,
)
from cifar_gui.ui.runs.rows import RunRow
from cifar_gui.ui.theme import font, px, theme

_WIDTHS = (58, 0, 112, 116, 0, 90, 72, 74, 84, 104, 0, 0)
"""Of the columns at zoom 1, in pixels, where the words need no more; those with 0 share what is left."""

_NEVER_ELIDED = (RUN, STATUS, EPOCHS, ACCURACY, TIME, DATE)
"""Columns that get what their words need. Names are of any length: what does not fit is in the tool tip."""

_SHARES = {NAME: 1.0, RECIPE: 2.4, TAGS: 1.2, NOTES: 1.2}
_TITLE_PADDING = 8
_NEEDED_FOR_TAGS = 180  # pixels left to share, below which the tags are seen in the panel below only
_NEEDED_FOR_NOTES = 320  # pixels left to share, below which the notes are seen in the panel below only

_TYPING_WIDTH = 240
"""Of the field to type in, at least, in pixels at zoom 1: the column may be narrower than a name of two words."""


class _RoomToType(QStyledItemDelegate):
    """Fields that reach over the next columns while one types."""

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().updateEditorGeometry(editor, option, index)
        room = option.widget.viewport().width() - editor.x() if isinstance(option.widget, QTableView) else 0
        editor.resize(max(editor.width(), min(px(_TYPING_WIDTH), room)), editor.height())


class RunTable(QTableView):
    """Select one run or several; double-click a name or a note to edit it.

    Signals: chosen(list[RunRow]) when what is selected, or what is known of it, has changed.
    """

    chosen = Signal(object)

    def __init__(self, model: RunsModel) -> None:
        super().__init__()
        self.runs = model
        self._needed: dict[int, int] = {}  # column → pixels, now
        self.setModel(model)
        self.setItemDelegate(_RoomToType(self))
        self.setObjectName("runs.table")
        self.setAccessibleName("Training runs")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setStyleSheet("QTableView::item { padding: 0 4px; }")  # as the header's
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self._measure()
        theme().changed.connect(self._measure)
        header.sortIndicatorChanged.connect(lambda *_: self._measure())
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit(self.selected()))

    def selected(self) -> list[RunRow]:
        """The selected runs, from the top."""
        return [self.runs.rows[index.row()] for index in sorted(self.selectionModel().selectedRows())]

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Replace the rows; the same runs stay selected, and if none is, the first one gets selected."""
        wanted = {row.path for row in self.selected()}
        self.runs.show_rows(rows)
        self._measure()
        if not self.selected():
            self.select(wanted)
        self.chosen.emit(self.selected())

    def select(self, paths: set[Path]) -> None:
        """Select these runs, or the first one if none of them is there."""
        places = [place for place, row in enumerate(self.runs.rows) if row.path in paths] or [0]
        if not self.runs.rows:
            return
        selection = QItemSelection()
        for place in places:
            selection.select(self.runs.index(place, 0), self.runs.index(place, len(COLUMNS) - 1))
        self.selectionModel().setCurrentIndex(self.runs.index(places[0], 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def rename(self) -> None:
        """Let the user type a name for the selected run."""
        rows = self.selectionModel().selectedRows()
        if len(rows) == 1:
            index = self.runs.index(rows[0].row(), NAME)
            self.setCurrentIndex(index)
            self.edit(index)

    def copy_rows(self) -> None:
        """Put the selected rows, or all, on the clipboard, tab-separated."""
        rows = self.selected() or list(self.runs.rows)
        lines = ["\t".join(column.title for column in COLUMNS)]
        lines += ["\t".join(column.text(row) for column in COLUMNS) for row in rows]
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size()

    def _measure(self) -> None:
        """Find how wide the columns must be, and make them so."""
        self._needed = {column: self._needed_by(column) for column in _NEVER_ELIDED}
        self._size()

    def _needed_by(self, column: int) -> int:
        """The width of the longest text: to ask every cell for its size takes too long where there are many runs."""
        metrics = QFontMetrics(font())
        widths = [metrics.horizontalAdvance(COLUMNS[column].text(row)) for row in self.runs.rows]
        longest = self.sizeHintForIndex(self.runs.index(widths.index(max(widths)), column)).width() if widths else 0
        return max(longest, self._needed_by_title(column))

    def _needed_by_title(self, column: int) -> int:
        """Qt's own hint keeps room for the arrow in every heading; it stands in one."""
        header = self.horizontalHeader()
        if column == header.sortIndicatorSection():
            return header.sectionSizeHint(column)
        return QFontMetrics(font(11, bold=True)).horizontalAdvance(COLUMNS[column].title) + 2 * px(_TITLE_PADDING) + 2

    def _size(self) -> None:
        self.verticalHeader().setDefaultSectionSize(px(30))
        widths = [max(px(width), self._needed.get(column, 0)) for column, width in enumerate(_WIDTHS)]
        left = self.viewport().width() - sum(widths)
        self.setColumnHidden(NOTES, left < px(_NEEDED_FOR_NOTES))
        tagged = any(row.summary.tags for row in self.runs.rows)
        self.setColumnHidden(TAGS, not tagged or left < px(_NEEDED_FOR_TAGS))
        shares = {column: share for column, share in _SHARES.items() if not self.isColumnHidden(column)}
        for column, width in enumerate(widths):
            share = shares.get(column, 0.0) / sum(shares.values())
            self.setColumnWidth(column, width or max(int(left * share), px(60)))
