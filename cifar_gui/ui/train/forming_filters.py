"""The filters of the first layer that learns, as they form."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.base import ImageGrid, atlas
from cifar_gui.explain.filters import filter_images
from cifar_gui.explain.layers import NOT_LEARNED, filter_layers, first_learned_layer
from cifar_gui.ui.theme import px, theme, tokens
from cifar_gui.ui.widgets.pixels import qimage_of

_GAP = 2  # device pixels between two filters
_WIDTH, _HEIGHT = 238, 140  # usual, and at most, at zoom 1


@dataclass(frozen=True, eq=False, slots=True)
class Forming:
    """Pictures of the filters and what to say of them; without pictures `note` says why."""

    grid: ImageGrid | None
    caption: str
    note: str
    stem: str = ""  # what to say of a fixed layer before these filters


def look_at(snapshot: ModelSnapshot) -> Forming:
    """The first filters that learn in this network. Takes milliseconds; meant for a worker."""
    layers = filter_layers(snapshot)
    layer = first_learned_layer(snapshot)
    if layer is None:
        why = f"All of its filters are {NOT_LEARNED}." if layers else "No layer of this network is made of filters."
        return Forming(None, "", why)
    grid = filter_images(snapshot, layer)
    shown = cut_to_fit(grid, QSize(_WIDTH, _HEIGHT))
    caption = f"all {len(grid)}" if shown is grid else f"{len(shown)} of {len(grid)}"
    stem = f"Seen through the {layer.stem.label}, which is {layer.stem.note}" if layer.stem else ""
    return Forming(shown, caption, f"{layer.label}: {grid.note}", stem)


def fitting(count: int, tile: QSize, room: QSize, gap: int = _GAP) -> tuple[int, int]:
    """Columns and magnification with which `count` tiles are largest in `room` (device pixels); magnification ≥ 1."""
    best = (max(1, room.width() // (tile.width() + gap)), 1)
    for magnification in range(2, 65):
        width, height = tile.width() * magnification + gap, tile.height() * magnification + gap
        columns = min(max(0, room.width() - gap) // width, count)
        if columns < 1 or -(-count // columns) * height + gap > room.height():
            break
        best = (columns, magnification)
    return best


def cut_to_fit(grid: ImageGrid, room: QSize, gap: int = _GAP) -> ImageGrid:
    """The grid, or, if it does not fit into `room` even as it is, the tiles that do."""
    height, width = grid.tiles.shape[1:3]
    count = (room.height() // (height + gap)) * (room.width() // (width + gap))
    return grid if len(grid) <= count else grid.first(max(count, 1))


class FormingFilters(QWidget):
    """One picture with all filters, each pixel magnified by a whole number."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("train.filters")
        self.setAccessibleName("Filters of the first layer that learns")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._forming: Forming | None = None
        self._image = QImage()
        self._empty_text = ""
        theme().changed.connect(self._draw)

    def show_forming(self, forming: Forming | None) -> None:
        """Other filters; None: there are none yet."""
        self._forming = forming
        note = forming.note if forming else self._empty_text
        self.setAccessibleDescription(note)
        self.setToolTip(note if forming and forming.grid else "")
        self._draw()

    def set_empty_text(self, text: str) -> None:
        """What stands there while there are no filters."""
        self._empty_text = text
        self.update()

    @property
    def image(self) -> QImage:
        """What is shown, in device pixels; null if there is nothing."""
        return self._image

    def sizeHint(self) -> QSize:
        ratio = self.devicePixelRatioF()
        height = px(_HEIGHT) if self._image.isNull() else round(self._image.height() / ratio)
        return QSize(px(_WIDTH), height)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        grid = self._forming.grid if self._forming else None
        self._image = QImage()
        if grid is not None and len(grid):
            tile = QSize(grid.tiles.shape[2], grid.tiles.shape[1])
            room = QSize(self.width(), px(_HEIGHT)) * self.devicePixelRatioF()
            columns, magnification = fitting(len(grid), tile, room)
            panel = tokens().panel
            ground = (panel.red(), panel.green(), panel.blue())
            self._image = qimage_of(atlas(grid, columns, magnification=magnification, gap=_GAP, ground=ground))
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._image.isNull():
                painter.setPen(tokens().muted)
                text = self._forming.note if self._forming else self._empty_text
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.rect().adjusted(px(8), 0, -px(8), 0), flags, text)
            else:
                ratio = self.devicePixelRatioF()
                painter.scale(1 / ratio, 1 / ratio)
                painter.drawImage(QRect(-_GAP, -_GAP, self._image.width(), self._image.height()), self._image)
