"""Paints one tile of an image grid: the picture, its number, a ring around the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex

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

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        if self.sheet is None or index.row() >= len(self.sheet.grid):
            return
        painter.save()
        ratio = painter.device().devicePixelRatioF()
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

    def _picture(self, painter: QPainter, cell: QRect, ratio: float, row: int) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        place = self.picture_rect(cell, ratio)
        height, width = sheet.grid.tiles.shape[1:3]
        left, top = round(place.left() * ratio), round(place.top() * ratio)
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
