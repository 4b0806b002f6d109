"""Pictures of a data set as a scrolling grid, drawn when they come into sight: there may be tens of thousands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent

from cifar_gui.data.base import ImageData
from cifar_gui.ui.evaluate.picture_painter import GAP, MARGIN, SIDE, WORDS_HEIGHT, PicturePainter
from cifar_gui.ui.evaluate.tiles import Tile
from cifar_gui.ui.theme import font, px, theme
from cifar_gui.ui.widgets.indexes import ROOT, AnyIndex
from cifar_gui.ui.widgets.wrapped_list import WrappedList

_ICON = 16
"""Of the tick or cross before the words, with the space after it, in pixels at zoom 1."""


class PictureModel(QAbstractListModel):
    """One row for each tile; its user role is the tile."""

    def __init__(self) -> None:
        super().__init__()
        self.tiles: Sequence[Tile] = ()

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        self.beginResetModel()
        self.tiles = tiles
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self.tiles)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        tile = self.tiles[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return tile.words
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return tile.note
        return tile if role == Qt.ItemDataRole.UserRole else None


class PictureList(WrappedList):
    """A click, or Enter, opens a picture; arrow keys walk. Signals: opened(Tile)."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._pictures = PictureModel()
        self._painter = PicturePainter(self)
        self.setModel(self._pictures)
        self.setItemDelegate(self._painter)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._open)
        theme().changed.connect(self._arrange)

    @property
    def tiles(self) -> Sequence[Tile]:
        """What is shown."""
        return self._pictures.tiles

    def show_tiles(self, data: ImageData | None, tiles: Sequence[Tile]) -> None:
        """Replace everything, beginning at the top."""
        self._painter.data = data
        self._pictures.show_tiles(tiles)
        self._arrange()
        self.scrollToTop()
        if tiles:
            self.setCurrentIndex(self._pictures.index(0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Two beside each other, and one and a half below."""
        cell = self._least_cell()
        return QSize(2 * cell.width() + self.verticalScrollBar().sizeHint().width() + 2, cell.height() * 3 // 2)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(index.data(Qt.ItemDataRole.UserRole))

    def _least_cell(self) -> QSize:
        """Room for the pictures, and for words of the usual length."""
        tiles = self._pictures.tiles
        across = max((len(tile.pictures) for tile in tiles[:1]), default=1)
        pictures = across * px(SIDE) + (across - 1) * px(GAP)
        words = QFontMetrics(font(11)).horizontalAdvance("automobile 99.9 %") + px(_ICON)
        return QSize(max(pictures, words) + 2 * px(MARGIN), px(SIDE) + px(WORDS_HEIGHT) + 2 * px(MARGIN))

    def _arrange(self) -> None:
        """Spread the columns over the width."""
        room = self.width() - self.verticalScrollBar().sizeHint().width() - 2
        cell = self._least_cell()
        columns = max(room // cell.width(), 1)
        wanted = QSize(max(room // columns, 1), cell.height())
        if wanted != self.gridSize():
            self.setGridSize(wanted)
