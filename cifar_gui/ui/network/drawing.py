"""Paints the layers of a network: blocks as high as their maps and as wide as the logarithm of their channels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLineF, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cifar_gui.ui.network.shapes import Block, in_words
from cifar_gui.ui.theme import font, px, theme, tokens

_WIDEST_SMALL, _WIDEST_LARGE = 16, 30
"""Pixels at zoom 1 for a block of width 1, at most: on a card, and in the large drawing."""

_THINNEST, _BETWEEN = 2.0, 2.0
"""Pixels: of the strips of a block with several paths."""


def placed(blocks: Sequence[Block], area: QRectF, widest: int = _WIDEST_SMALL) -> list[QRectF]:
    """Where each block stands: side by side around the middle, filling the width as far as looks well."""
    if not blocks:
        return []
    total = sum(block.width for block in blocks)
    gap = min(px(widest) * 0.7, area.width() / (3 * len(blocks)))
    unit = min((area.width() - gap * (len(blocks) - 1)) / total, px(widest))
    left, places = area.left(), []
    for block in blocks:
        height = max(block.height * area.height(), 3.0)
        places.append(QRectF(left, area.center().y() - height / 2, block.width * unit, height))
        left += block.width * unit + gap
    return places


def draw_network(painter: QPainter, blocks: Sequence[Block], area: QRectF, widest: int = _WIDEST_SMALL) -> None:
    """Into `area`, in device-independent pixels."""
    places = placed(blocks, area, widest)
    if not places:
        return
    colours = tokens()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colours.control_line, 1))
    middle = area.center().y()
    painter.drawLine(QLineF(places[0].left(), middle, places[-1].right(), middle))
    for block, place in zip(blocks, places, strict=True):
        _draw_block(painter, block, place)
    painter.restore()


def _draw_block(painter: QPainter, block: Block, place: QRectF) -> None:
    colours = tokens()
    if block.kind == "input":
        _draw_input(painter, place)
        return
    fill, edge = {
        "convolution": (colours.accent_ground, colours.accent),
        "pooling": (colours.raised, colours.control_line),
        "dense": (colours.muted, colours.muted),
    }[block.kind]
    painter.setPen(QPen(edge, 1))
    painter.setBrush(fill)
    for strip in strips(place.adjusted(0.5, 0.5, -0.5, -0.5), block.branches):
        painter.drawRoundedRect(strip, 2, 2)


def strips(place: QRectF, branches: int) -> list[QRectF]:
    """A block's paths below each other; as many as can be told apart."""
    count = max(min(branches, int((place.height() + _BETWEEN) / (_THINNEST + _BETWEEN))), 1)
    height = (place.height() - (count - 1) * _BETWEEN) / count
    return [
        QRectF(place.left(), place.top() + number * (height + _BETWEEN), place.width(), height)
        for number in range(count)
    ]


def _draw_input(painter: QPainter, place: QRectF) -> None:
    """Three sheets: red, green and blue."""
    dark = theme().is_dark
    for number, name in enumerate(("#E5484D", "#30A46C", "#3E63DD")):
        colour = QColor(name).lighter(115) if dark else QColor(name)
        shift = number * place.width() / 4
        sheet = QRectF(place.left() + shift, place.top(), place.width() / 2, place.height())
        painter.setPen(QPen(tokens().panel, 1))
        painter.setBrush(colour)
        painter.drawRoundedRect(sheet, 2, 2)


class NetworkDrawing(QWidget):
    """One network, large, with the shapes under the blocks; pointing at a block names it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks: list[Block] = []
        self.installEventFilter(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The layers, drawn")
        theme().changed.connect(self.updateGeometry)

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Replace the drawing."""
        self._blocks = list(blocks)
        self.setAccessibleDescription(in_words(self._blocks))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(112))

    def block_at(self, position: QPointF) -> Block | None:
        """The block under a point, its column counting, however low it is."""
        for block, place in zip(self._blocks, placed(self._blocks, self._area(), _WIDEST_LARGE), strict=True):
            if place.left() - 3 <= position.x() <= place.right() + 3:
                return block
        return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            block = self.block_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), f"{block.name}: {block.label}" if block else "", self)
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            area = self._area()
            draw_network(painter, self._blocks, area, _WIDEST_LARGE)
            painter.setFont(font(11))
            painter.setPen(tokens().muted)
            free_from = 0.0
            for block, place in zip(self._blocks, placed(self._blocks, area, _WIDEST_LARGE), strict=True):
                width = painter.fontMetrics().horizontalAdvance(block.short_label) + px(4)
                left = max(place.center().x() - width / 2, 0.0)
                if block.kind == "pooling" or left < free_from or left + width > self.width():
                    continue
                line = QRectF(left, area.bottom() + px(2), width, px(16))
                painter.drawText(line, Qt.AlignmentFlag.AlignCenter, block.short_label)
                free_from = left + width

    def _area(self) -> QRectF:
        return QRectF(1, 2, self.width() - 2, self.height() - px(20))
