"""The list of many pictures: thumbnail, verdict, probability, second guess, and the reason."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from cifar_gui.ui.classify.badge import draw_sign, state_colour
from cifar_gui.ui.classify.results import COLUMNS, Row
from cifar_gui.ui.classify.table_model import ResultsModel
from cifar_gui.ui.classify.thumbnails import Thumbnails
from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex

_THUMBNAIL, _ROW = 32, 40
_WIDTHS = {"name": 176, "folder": 108, "verdict": 208, "probability": 92, "second": 148}


class _ResultsDelegate(QStyledItemDelegate):
    """Paints thumbnails and signs beside the text."""

    def __init__(self, thumbnails: Thumbnails, table: QTableView) -> None:
        super().__init__(table)
        self._thumbnails = thumbnails

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row = index.data(ResultsModel.ROW)
        if not isinstance(row, Row):
            return
        column = COLUMNS[index.column()]
        rect = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, tokens().accent_ground)
        rect.adjust(px(8), 0, -px(8), 0)
        if column == "name":
            rect.setLeft(self._draw_thumbnail(painter, rect, row))
        elif column == "verdict":
            side = px(9)
            box = QRectF(rect.left(), rect.center().y() - side / 2, side, side)
            draw_sign(painter, box, row.state)
            rect.setLeft(box.right() + px(8))
        self._draw_text(painter, rect, row, index)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(px(100), px(_ROW))

    def _draw_thumbnail(self, painter: QPainter, rect: QRectF, row: Row) -> float:
        box = QRectF(rect.left(), 0, px(_THUMBNAIL), px(_THUMBNAIL))
        box.moveTop(round(rect.center().y() - box.height() / 2))
        image = self._thumbnails.get(row.source)
        if image is None or image.isNull():
            painter.setPen(QPen(tokens().panel_line, 1, Qt.PenStyle.DashLine))
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > _THUMBNAIL)
            painter.drawImage(box, image)
        return float(box.right() + px(10))

    def _draw_text(self, painter: QPainter, rect: QRectF, row: Row, index: AnyIndex) -> None:
        column = COLUMNS[index.column()]
        colour = tokens().text
        if column in ("second", "reason") or row.state == "waiting":
            colour = tokens().muted
        if (column == "verdict" and row.state not in ("confident", "waiting")) or (column == "reason" and row.problem):
            colour = state_colour(row.state)
        painter.setFont(font())
        painter.setPen(colour)
        text = shortened(column, row.text(column), int(rect.width()))
        painter.drawText(rect, index.data(Qt.ItemDataRole.TextAlignmentRole), text)


def shortened(column: str, text: str, width: int) -> str:
    """A text of this column for which there is so much room: names keep their endings, guesses their percentages."""
    ends = column in ("name", "second")
    mode = Qt.TextElideMode.ElideMiddle if ends else Qt.TextElideMode.ElideRight
    return QFontMetrics(font()).elidedText(text, mode, width)


class ResultsTable(QTableView):
    """Double-click or Return opens a row; a click on a heading sorts.

    Signals: row_opened(Row); copy_wanted().
    """

    row_opened = Signal(object)
    copy_wanted = Signal()

    def __init__(self, model: ResultsModel, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setItemDelegate(_ResultsDelegate(thumbnails, self))
        self.setObjectName("classify.table")
        self.setAccessibleName("Verdicts on many pictures")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._set_up_headers()
        self._repaint = QTimer(self)  # thumbnails come in handfuls: one repaint for several
        self._repaint.setSingleShot(True)
        self._repaint.setInterval(30)
        self._repaint.timeout.connect(self.viewport().update)
        thumbnails.arrived.connect(self._repaint.start)
        theme().changed.connect(self._on_theme)
        self.activated.connect(self._on_activated)

    def selected_rows(self) -> list[Row]:
        """What is selected, from top to bottom; everything shown if nothing is."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        shown = self._model.shown_rows()
        return [shown[row] for row in chosen] if chosen else shown

    def sort_by(self, column: int | None) -> None:
        """Sort rising by a column; in the order the pictures came for None."""
        self.horizontalHeader().setSortIndicator(-1 if column is None else column, Qt.SortOrder.AscendingOrder)

    def show_folders(self, told: bool) -> None:
        """Whether what the folders of pictures say has a column."""
        self.setColumnHidden(COLUMNS.index("folder"), not told)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _set_up_headers(self) -> None:
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setStretchLastSection(True)
        self.setSortingEnabled(True)
        self.show_folders(told=False)
        self._on_theme()

    def _on_theme(self) -> None:
        self.verticalHeader().setDefaultSectionSize(px(_ROW))
        for place, column in enumerate(COLUMNS):
            if column in _WIDTHS:
                self.setColumnWidth(place, px(_WIDTHS[column]))

    def _on_activated(self, index: QModelIndex) -> None:
        self.row_opened.emit(self._model.row_at(index))
