"""The confusion matrix on screen: read it, walk through it, and ask for the pictures in a cell."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QImage, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from cifar_gui.inference.confusion import Confusion
from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.widgets.confusion_model import ConfusionModel
from cifar_gui.ui.widgets.confusion_paint import CellPainter, NamesAbove, least_cell
from cifar_gui.ui.widgets.csv_text import csv_text

_WIDEST, _HIGHEST = 84, 48
"""Cells do not grow beyond that, in pixels at zoom 1."""
_BESIDE, _PADDING = 160, 12
"""Names of rows are cut off there; what is kept free on either side of them: four pixels more than the stylesheet says,
or Qt cuts off names that would fit."""


class ConfusionTable(QTableView):
    """Arrow keys move, Enter or a click opens a cell. Signals: cell_opened(int, int) with its row and column."""

    cell_opened = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self._matrix = ConfusionModel()
        self._names = NamesAbove(self)
        self.setModel(self._matrix)
        self.setItemDelegate(CellPainter(self))
        self.setHorizontalHeader(self._names)
        for header in (self._names, self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(1)
            header.setSectionsClickable(False)
        self.verticalHeader().setStyleSheet("QHeaderView::section { border: none; font-weight: 400; }")
        self.verticalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Confusion matrix")
        self.clicked.connect(self._open)
        theme().changed.connect(self._fit)

    @property
    def confusion(self) -> Confusion | None:
        """What is shown."""
        return self._matrix.confusion

    def show_confusion(self, confusion: Confusion | None) -> None:
        """Replace everything; the chosen cell stays chosen if the classes are the same."""
        before, chosen = self.confusion, self.currentIndex()
        place = (chosen.row(), chosen.column()) if chosen.isValid() else (0, 0)
        same = before is not None and confusion is not None and before.class_names == confusion.class_names
        self._matrix.show(confusion)
        self._fit()
        if confusion is not None:
            self.setCurrentIndex(self._matrix.index(*(place if same else (0, 0))))
            self.setAccessibleDescription(confusion.words)

    def open_cell(self, row: int, column: int) -> None:
        """Choose a cell and ask for its pictures."""
        self.setCurrentIndex(self._matrix.index(row, column))
        self._open(self.currentIndex())

    def copy(self) -> None:
        """Put the counts, with the names, on the clipboard."""
        if self.confusion is not None:
            QGuiApplication.clipboard().setText(csv_text(self.confusion.rows, "\t"))

    def picture(self, scale: float = 2.0) -> QImage:
        """All of it, whatever is scrolled to, `scale` times its size on screen."""
        whole = ConfusionTable()
        whole.show_confusion(self.confusion)
        whole.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole.clearSelection()
        whole.resize(whole.whole_size())
        image = QImage(whole.size() * scale, QImage.Format.Format_RGB32)
        image.fill(tokens().panel)
        image.setDevicePixelRatio(scale)
        with QPainter(image) as painter:
            whole.render(painter, QPoint())
        return image

    def whole_size(self) -> QSize:
        """At which cells are as large as they get, and nothing is scrolled."""
        count, cell = self._matrix.rowCount(), self._least_cell()
        width, height = max(px(_WIDEST), cell.width()), max(px(_HIGHEST), cell.height())
        frame = 2 * self.frameWidth() + 4
        beside = self._beside()
        return QSize(count * width + beside + frame, count * height + self._names.height_for(width) + frame)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """All columns of ten classes; more are scrolled to."""
        count, cell = min(self._matrix.rowCount(), 10), self._least_cell()
        beside = self._beside() + 2 * self.frameWidth() + 6
        above = self._names.height_for(0) + 2 * self.frameWidth() + 6
        return QSize(count * cell.width() + beside, min(count, 4) * cell.height() + above)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.cell_opened.emit(index.row(), index.column())

    def _least_cell(self) -> QSize:
        if self.confusion is None:
            return least_cell([])
        return least_cell([f"{max(row):,}" for row in self.confusion.counts])

    def _beside(self) -> int:
        """What the names of the rows take: Qt's own hint is for bold type of full size."""
        metrics, names = QFontMetrics(font(11)), self.confusion.class_names if self.confusion is not None else ()
        longest = max((metrics.horizontalAdvance(name) for name in names), default=0)
        return min(longest, px(_BESIDE)) + 2 * px(_PADDING) + 4

    def _fit(self) -> None:
        """Cells share the room, as far as their numbers can be read and they do not become clumsy."""
        if not (count := self._matrix.rowCount()):
            return
        self.verticalHeader().setFixedWidth(self._beside())
        least, frame = self._least_cell(), 2 * self.frameWidth() + 4
        across = self.width() - frame - self._beside()
        if self._names.height_for(across // count) + count * least.height() + frame > self.height():
            across -= self.verticalScrollBar().sizeHint().width()
        width = min(max(across // count, least.width()), max(px(_WIDEST), least.width()))
        down = self.height() - frame - self._names.height_for(width)
        height = min(max(down // count, least.height()), max(px(_HIGHEST), least.height()))
        self._names.setDefaultSectionSize(width)
        self.verticalHeader().setDefaultSectionSize(height)
        self._names.fit(width)
