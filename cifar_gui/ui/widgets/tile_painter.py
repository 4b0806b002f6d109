"""Paints one tile of an image grid: the picture, its number, a mark if it has one, a ring around the chosen one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.ui.widgets.tile_marks import SIDE, Mark, draw_mark

if TYPE_CHECKING:
    from cifar_gui.ui.widgets.image_grid import TileSheet

MARGIN = 6
"""Around a tile, room for the ring included, in pixels at zoom 1."""

LABEL_HEIGHT = 16
"""Of the number under a tile, in pixels at zoom 1."""


class TilePainter(QStyledItemDelegate):
    """Draws from the sheet, in device pixels, so that every picture pixel covers a whole number of them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.sheet: TileSheet | None = None
        self.magnification = 1  # device pixels per picture pixel
        self.labelled = True
        self.strips = False
        self.marks: Mapping[int, Mark] = {}  # of units

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        if self.sheet is None or index.row() >= len(self.sheet.grid):
            return
        painter.save()
        ratio = painter.device().devicePixelRatioF()
        if self.strips:
            self._strip(painter, option, ratio, index)
            painter.restore()
            return
        place = self.picture_rect(option.rect, ratio)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            self._ring(painter, place, focused=bool(state & QStyle.StateFlag.State_HasFocus))
        elif state & QStyle.StateFlag.State_MouseOver:
            self._hover(painter, place)
        self._picture(painter, option.rect, ratio, index.row())
        if self.labelled:
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            painter.setFont(font(11, bold=chosen))
            painter.setPen(tokens().accent if chosen else tokens().muted)
            label = QRectF(place.left(), place.bottom() + px(1), max(place.width(), px(32)), px(LABEL_HEIGHT))
            painter.drawText(label, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, index.data())
            self._mark(painter, label.topRight() - QPointF(px(SIDE), px(SIDE - LABEL_HEIGHT) / 2), index)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return option.rect.size()

    def picture_rect(self, cell: QRect, ratio: float) -> QRectF:
        """Where the picture stands in its cell: device-independent pixels that begin at a device pixel."""
        if self.sheet is None:
            return QRectF()
        height, width = self.sheet.grid.tiles.shape[1:3]
        size = (width * self.magnification / ratio, height * self.magnification / ratio)
        left = cell.left() + (cell.width() - size[0]) / 2
        return QRectF(round(left * ratio) / ratio, round((cell.top() + px(MARGIN)) * ratio) / ratio, *size)

    def label_width(self) -> int:
        """Of the widest label that stands beside a strip, and the gap between them."""
        if self.sheet is None:
            return 0
        grid, metrics = self.sheet.grid, QFontMetrics(font(11, bold=True))
        widest = max((metrics.horizontalAdvance(grid.label(place)) for place in range(len(grid))), default=0)
        return widest + px(MARGIN) + (px(SIDE + MARGIN) if self.marks else 0)

    def _strip(self, painter: QPainter, option: QStyleOptionViewItem, ratio: float, index: AnyIndex) -> None:
        """A row of a picture that all tiles make together. The chosen one is marked by its label, and by lines."""
        beside = self.label_width()
        width = self.sheet.grid.tiles.shape[2] * self.magnification / ratio if self.sheet is not None else 0
        place = QRectF(option.rect.left() + beside, option.rect.top(), width, option.rect.height())
        self._draw(painter, place.topLeft(), ratio, index.row())
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        fits = option.rect.height() >= painter.fontMetrics().ascent()
        if chosen or (self.labelled and fits):
            painter.setFont(font(11, bold=chosen))
            painter.setPen(tokens().accent if chosen else tokens().muted)
            label = QRectF(option.rect.left(), option.rect.top(), beside - px(MARGIN), option.rect.height())
            centred = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
            painter.drawText(label, centred, index.data())
            self._mark(painter, QPointF(label.left(), label.center().y() - px(SIDE) / 2), index)
        if chosen:
            painter.setPen(QPen(tokens().accent, 2))
            painter.drawLine(place.topLeft(), place.topRight())
            painter.drawLine(place.bottomLeft(), place.bottomRight())

    def _mark(self, painter: QPainter, corner: QPointF, index: AnyIndex) -> None:
        if (mark := self.marks.get(index.data(Qt.ItemDataRole.UserRole))) is not None:
            draw_mark(painter, corner, mark)

    def _picture(self, painter: QPainter, cell: QRect, ratio: float, row: int) -> None:
        place = self.picture_rect(cell, ratio)
        painter.setPen(QPen(tokens().panel_line, 1 / ratio))  # a tile of the colour of the panel is seen by its edge
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(-0.5 / ratio, -0.5 / ratio, 0.5 / ratio, 0.5 / ratio))
        self._draw(painter, place.topLeft(), ratio, row)

    def _draw(self, painter: QPainter, place: QPointF, ratio: float, row: int) -> None:
        """A tile with its top left corner there."""
        sheet = self.sheet
        if sheet is None:
            return
        height, width = sheet.grid.tiles.shape[1:3]
        left, top = round(place.x() * ratio), round(place.y() * ratio)
        target = QRect(left, top, width * self.magnification, height * self.magnification)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawImage(target, sheet.image, sheet.place(row))
        painter.restore()

    def _frame(self, place: QRectF) -> QRectF:
        below = px(LABEL_HEIGHT) if self.labelled else 0
        room = px(MARGIN) - 2
        return place.adjusted(-room, -room, room, room + below - (px(2) if below else 0))

    def _ring(self, painter: QPainter, place: QRectF, *, focused: bool) -> None:
        colours = tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.accent, 2))
        painter.setBrush(colours.accent_ground if focused else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self._frame(place), px(6), px(6))

    def _hover(self, painter: QPainter, place: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens().panel_line, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self._frame(place), px(6), px(6))
