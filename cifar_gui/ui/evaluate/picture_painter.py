"""Paints one entry of a gallery: pictures side by side, below them what was said, with a tick or a cross."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cifar_gui.data.base import IMAGE_SIZE, ImageData
from cifar_gui.ui.evaluate.tiles import Picture, Tile
from cifar_gui.ui.icons import icon_pixmap
from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.ui.widgets.pixels import qimage_of, whole_multiple

SIDE, GAP, MARGIN, WORDS_HEIGHT = 64, 4, 6, 18
"""Of a picture, between two, around a tile, and of the words under it, in pixels at zoom 1."""

_MARK = 12


class PicturePainter(QStyledItemDelegate):
    """Draws pictures of `data` in device pixels, so that every picture pixel covers a whole number of them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.data: ImageData | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return option.rect.size()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        tile = index.data(Qt.ItemDataRole.UserRole)
        if self.data is None or not isinstance(tile, Tile):
            return
        painter.save()
        self._frame(painter, option)
        self._pictures(painter, option.rect, [_image(self.data, picture) for picture in tile.pictures])
        self._words(painter, option.rect, tile)
        painter.restore()

    def _frame(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state, colours = option.state, tokens()
        chosen = bool(state & QStyle.StateFlag.State_Selected and state & QStyle.StateFlag.State_HasFocus)
        if not chosen and not state & QStyle.StateFlag.State_MouseOver:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.accent if chosen else colours.panel_line, 2))
        painter.setBrush(colours.accent_ground if chosen else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), px(6), px(6))

    def _pictures(self, painter: QPainter, cell: QRect, images: Sequence[QImage]) -> None:
        ratio = painter.device().devicePixelRatioF()
        side = whole_multiple(QSize(IMAGE_SIZE, IMAGE_SIZE), QSize(px(SIDE), px(SIDE)), ratio).width()
        gap = round(px(GAP) * ratio)
        width = len(images) * (side + gap) - gap
        left = round((cell.left() + cell.width() / 2) * ratio - width / 2)
        top = round((cell.top() + px(MARGIN)) * ratio)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for place, image in enumerate(images):
            painter.drawImage(QRect(left + place * (side + gap), top, side, side), image)
        painter.restore()

    def _words(self, painter: QPainter, cell: QRect, tile: Tile) -> None:
        colours, room = tokens(), cell.adjusted(px(MARGIN), 0, -px(MARGIN), 0)
        painter.setFont(font(11))
        mark = px(_MARK) + px(3) if tile.right is not None else 0
        words = painter.fontMetrics().elidedText(tile.words, Qt.TextElideMode.ElideMiddle, room.width() - mark)
        width = painter.fontMetrics().horizontalAdvance(words) + mark
        left = room.left() + max(room.width() - width, 0) // 2
        line = QRect(left, cell.top() + px(MARGIN) + px(SIDE) + px(1), width + 2, px(WORDS_HEIGHT))
        if tile.right is not None:
            symbol, colour = ("check", "good") if tile.right else ("close", "bad")
            pixmap = icon_pixmap(symbol, colour, _MARK)
            painter.drawPixmap(QRect(line.left(), line.center().y() - px(_MARK) // 2, px(_MARK), px(_MARK)), pixmap)
        painter.setPen(colours.text)
        painter.drawText(line.adjusted(mark, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)


def _image(data: ImageData, picture: Picture) -> QImage:
    split, place = picture
    return qimage_of(data.split(split).images[place].permute(1, 2, 0).numpy())
