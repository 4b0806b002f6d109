"""An `ImageGrid` on screen: a scrolling grid of tiles, magnified by whole numbers, walked through with arrow keys."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import QDrag, QImage, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from cifar_gui import paths
from cifar_gui.explain.base import ImageGrid
from cifar_gui.ui.theme import px, theme
from cifar_gui.ui.widgets.dragged_file import file_of
from cifar_gui.ui.widgets.indexes import ROOT, AnyIndex
from cifar_gui.ui.widgets.pixels import magnified, qimage_of
from cifar_gui.ui.widgets.tile_marks import Mark
from cifar_gui.ui.widgets.tile_painter import LABEL_HEIGHT, MARGIN, TilePainter
from cifar_gui.ui.widgets.wrapped_list import WrappedList

_SMALLEST, _LARGEST = 60, 208
"""Tiles are at least and at most so large to begin with, in pixels at zoom 1, as far as whole multiples allow."""

_HIGHEST = 24
"""Strips are at most so high, in pixels at zoom 1."""

_DRAGGED = 256
"""Side of a tile that is dragged out, in pixels."""


@dataclass(frozen=True, eq=False)
class TileSheet:
    """A grid and one image that holds all its tiles, made off the GUI thread."""

    grid: ImageGrid
    image: QImage
    columns: int
    view: str = ""  # what of the layer it shows, for names of files: "maps"

    @property
    def file_stem(self) -> str:
        """What a file with all of it is called, without its ending: "conv-1-maps"."""
        stem = paths.file_stem(self.grid.title)
        return f"{stem}-{self.view}" if self.view else stem

    def place(self, position: int) -> QRect:
        """Where a tile lies in the image."""
        height, width = self.grid.tiles.shape[1:3]
        return QRect(position % self.columns * width, position // self.columns * height, width, height)

    def tile(self, unit: int) -> QImage:
        """One unit's picture at its own size, a null image when it is not shown."""
        position = self.grid.position(unit)
        return self.image.copy(self.place(position)) if position >= 0 else QImage()


def sheet_of(grid: ImageGrid, view: str = "") -> TileSheet:
    """Lay all tiles into one image, about square. `view`: as in `TileSheet`. May be called on any thread."""
    count, height, width = grid.tiles.shape[:3]
    columns = max(math.ceil(math.sqrt(count)), 1)
    rows = math.ceil(count / columns)
    tiles = np.zeros((rows * columns, height, width, 4), np.uint8)
    tiles[:count] = grid.tiles
    laid = tiles.reshape(rows, columns, height, width, 4).transpose(0, 2, 1, 3, 4)
    image = qimage_of(laid.reshape(rows * height, columns * width, 4)) if count else QImage()
    return TileSheet(grid, image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied), columns, view)


class TileModel(QAbstractListModel):
    """One row for each tile. Its user role is the unit; the sheet holds the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet: TileSheet | None = None
        self.marks: Mapping[int, Mark] = {}

    def show_sheet(self, sheet: TileSheet | None) -> bool:
        """Replace the pictures; whether the units or their order are others than before."""
        before = self.sheet.grid.units if self.sheet else ()
        after = sheet.grid.units if sheet else ()
        if before != after:
            self.beginResetModel()
        self.sheet = sheet
        if before != after:
            self.endResetModel()
        elif after:
            self.dataChanged.emit(self.index(0), self.index(len(after) - 1))
        return before != after

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() or self.sheet is None else len(self.sheet.grid)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.sheet is None or not index.isValid():
            return None
        grid = self.sheet.grid
        if role == Qt.ItemDataRole.DisplayRole:
            return grid.label(index.row())
        if role == Qt.ItemDataRole.UserRole:
            return grid.units[index.row()]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            mark = self.marks.get(grid.units[index.row()])
            return grid.captions[index.row()] + (f"\n{mark.text}" if mark is not None else "")
        return None

    def mimeTypes(self) -> list[str]:
        return ["image/png", "text/uri-list"]

    def mimeData(self, indexes: Any) -> QMimeData:
        """A tile as a picture, and as a file for those who want one."""
        mime = QMimeData()
        if self.sheet is None or not indexes:
            return mime
        unit = self.sheet.grid.units[indexes[0].row()]
        picture = magnified(self.sheet.tile(unit), _DRAGGED)
        mime.setImageData(picture)
        if (path := file_of(picture, f"{self.sheet.file_stem}-{unit}.png")) is not None:
            mime.setUrls([QUrl.fromLocalFile(str(path))])
        return mime

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled


class ImageGridView(WrappedList):
    """Shows a grid of units and says which one is chosen.

    Arrow keys walk (past the end of a row into the next), Home and End jump; Ctrl+wheel, + and − change the size of the
    tiles, 0 resets it. Signals: unit_chosen(int) when another unit becomes the chosen one.
    """

    unit_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, labelled: bool = True) -> None:
        """`labelled`: whether each tile's number stands under it."""
        super().__init__(parent)
        self._tiles = TileModel()
        self._labelled = labelled
        self._steps = 0  # of enlargement the user asked for
        self._columns = 1
        self._chosen: int | None = None
        self._painter = TilePainter(self)
        self.setModel(self._tiles)
        self.setItemDelegate(self._painter)
        self.setDragEnabled(True)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        theme().changed.connect(self._arrange)

    @property
    def grid(self) -> ImageGrid | None:
        """What is shown."""
        return self._tiles.sheet.grid if self._tiles.sheet else None

    @property
    def sheet(self) -> TileSheet | None:
        """What is shown, with its pictures."""
        return self._tiles.sheet

    @property
    def columns(self) -> int:
        """How many tiles stand in a row now."""
        return self._columns

    @property
    def chosen(self) -> int | None:
        """The chosen unit."""
        return self._chosen

    def show_sheet(self, sheet: TileSheet | None) -> None:
        """Replace the pictures. The chosen unit stays chosen if it is still there, else it is the first."""
        chosen, scrolled = self._chosen, self.verticalScrollBar().value()
        shape = self._tile_shape()
        others = self._tiles.show_sheet(sheet)
        self._painter.sheet = sheet
        if others or shape != self._tile_shape():
            self._arrange()
        if sheet is None or not len(sheet.grid):
            return
        self._describe()  # the same unit may stand for another one, of another layer or view
        if not others:
            return
        self.choose(chosen if chosen in sheet.grid.units else sheet.grid.units[0])
        if chosen in sheet.grid.units:
            self.verticalScrollBar().setValue(scrolled)

    def show_marks(self, marks: Mapping[int, Mark]) -> None:
        """Mark the tiles of some units, and of no others."""
        if marks != self._painter.marks:
            self._painter.marks = self._tiles.marks = marks
            self._describe()
            self._arrange()  # beside strips marks take room

    def choose(self, unit: int | None) -> None:
        """Make a unit the chosen one and scroll it into sight; one that is not shown changes nothing."""
        grid = self.grid
        if grid is None or unit is None or unit not in grid.units:
            return
        index = self._tiles.index(grid.position(unit))
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def enlarge(self, steps: int) -> None:
        """Larger or smaller tiles; 0 goes back to what fits."""
        self._steps = 0 if steps == 0 else min(max(self._steps + steps, -8), 24)
        self._arrange()
        self.scrollTo(self.currentIndex())  # it is the chosen one that is to be seen better

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.enlarge(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: Any) -> None:
        steps = {"+": 1, "=": 1, "-": -1, "0": 0}.get(event.text())
        if steps is not None and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.enlarge(steps)
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Typing a number would fight with the keys for the size of the tiles."""

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        count = self._tiles.rowCount()
        if not count:
            return QModelIndex()
        here = max(self.currentIndex().row(), 0)
        page = max(self.viewport().height() // max(self.gridSize().height(), 1), 1) * self._columns
        do = QAbstractItemView.CursorAction
        steps = {
            do.MoveLeft: -1,
            do.MovePrevious: -1,
            do.MoveRight: 1,
            do.MoveNext: 1,
            do.MoveUp: -self._columns,
            do.MoveDown: self._columns,
            do.MovePageUp: -page,
            do.MovePageDown: page,
            do.MoveHome: -here,
            do.MoveEnd: count - 1 - here,
        }
        there = here + steps.get(action, 0)
        if abs(steps.get(action, 0)) == self._columns and not 0 <= there < count:
            there = here  # no row above or below
        return self._tiles.index(min(max(there, 0), count - 1))

    def startDrag(self, supported: Qt.DropAction) -> None:
        drag = QDrag(self)
        mime = self._tiles.mimeData(self.selectedIndexes())
        drag.setMimeData(mime)
        drag.setPixmap(QPixmap.fromImage(magnified(mime.imageData(), px(64))))
        drag.setHotSpot(QPoint(px(32), px(32)))
        drag.exec(Qt.DropAction.CopyAction)

    def _on_current_changed(self, current: QModelIndex) -> None:
        unit = current.data(Qt.ItemDataRole.UserRole)
        if unit is None or unit == self._chosen:
            return
        self._chosen = unit
        self._describe()
        self.unit_chosen.emit(unit)

    def _describe(self) -> None:
        """What is said of the chosen unit now."""
        grid = self.grid
        if grid is not None and self._chosen in grid.units:
            index = self._tiles.index(grid.position(self._chosen))
            self.setAccessibleDescription(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))

    def _tile_shape(self) -> tuple[int, int]:
        """Height and width of a tile in its own pixels."""
        grid = self.grid
        return (grid.tiles.shape[1], grid.tiles.shape[2]) if grid is not None and len(grid) else (0, 0)

    def _arrange(self) -> None:
        """Choose the magnification, spread the columns over the width."""
        height, width = self._tile_shape()
        if not height:
            return
        ratio = self.devicePixelRatioF()
        room = QSize(self.width() - self.verticalScrollBar().sizeHint().width() - 2, self.height())
        strips = self.grid is not None and self.grid.strips
        if strips != self._painter.strips:
            self._painter.strips = strips
            self._lie_in_strips(strips=strips)
        if strips:
            self._arrange_strips(QSize(width, height), room, ratio)
            return
        label = px(LABEL_HEIGHT) if self._labelled else 0
        times = fitting_magnification(self._tiles.rowCount(), QSize(width, height), room, ratio, label)
        times = max(times + self._steps, 1)
        tile = QSize(math.ceil(width * times / ratio), math.ceil(height * times / ratio))
        fitting = max(room.width() // (tile.width() + 2 * px(MARGIN)), 1)
        self._columns = evenly(self._tiles.rowCount(), fitting)
        self._painter.magnification, self._painter.labelled = times, self._labelled
        cell = QSize(room.width() // self._columns, tile.height() + 2 * px(MARGIN) + label)
        if cell != self.gridSize():
            self.setGridSize(cell)
        self.viewport().update()

    def _lie_in_strips(self, *, strips: bool) -> None:
        """One below the other and as wide as they are, or row by row."""
        self.setWrapping(not strips)
        self.setFlow(QListView.Flow.TopToBottom if strips else QListView.Flow.LeftToRight)
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if strips else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(policy)

    def _arrange_strips(self, strip: QSize, room: QSize, ratio: float) -> None:
        """One below the other, their labels at their left, all as wide as there is room for."""
        beside = self._painter.label_width()
        fitting = int((room.width() - beside) * ratio) // strip.width()
        times = max(min(fitting, int(px(_HIGHEST) * ratio) // strip.height()) + self._steps, 1)
        self._columns = 1
        self._painter.magnification, self._painter.labelled = times, self._labelled
        width = beside + math.ceil(strip.width() * times / ratio)
        cell = QSize(max(width, room.width()), math.ceil(strip.height() * times / ratio))
        if cell != self.gridSize():
            self.setGridSize(cell)
        self.viewport().update()


def evenly(count: int, columns: int) -> int:
    """Columns, of those that fit, with which no more rows are as full as can be: 16 as four by four, not in fives."""
    rows = math.ceil(count / columns)
    return math.ceil(count / rows) if rows > 1 else columns


def fitting_magnification(count: int, tile: QSize, room: QSize, ratio: float, label: int) -> int:
    """The whole number of device pixels per picture pixel at which `count` tiles fill the room best.

    The largest at which all are in sight; if none is, or the tiles would be tiny, the smallest that can be seen well.
    """
    longest = max(tile.width(), tile.height())
    smallest = max(math.ceil(px(_SMALLEST) * ratio / longest), 1)
    largest = max(int(px(_LARGEST) * ratio / longest), smallest)
    for times in range(largest, smallest, -1):
        across = math.ceil(tile.width() * times / ratio) + 2 * px(MARGIN)
        down = math.ceil(tile.height() * times / ratio) + 2 * px(MARGIN) + label
        if math.ceil(count / max(room.width() // across, 1)) * down <= room.height():
            return times
    return smallest
