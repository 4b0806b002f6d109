"""How the confusion matrix looks: its cells by their share of the row, and the names above it, upright if need be."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.tokens import Tokens, mixed
from cifar_gui.ui.widgets.indexes import AnyIndex

_STRONGEST = 0.5
"""Of the colour in a cell: more, and its number could not be read on it."""

_AIR, _SIZE = 6, 12
_LONGEST = 120
"""Names above the matrix are cut off there, in pixels at zoom 1."""


def cell_ground(share: float, colours: Tokens, *, diagonal: bool) -> QColor:
    """Blue for what is right, amber for errors; the square root makes rare ones visible."""
    if not share:
        return colours.panel
    strength = 0.06 + (_STRONGEST - 0.06) * (share if diagonal else min(1.5 * math.sqrt(share), 1.0))
    return mixed(colours.panel, colours.accent if diagonal else colours.doubt, strength)


class CellPainter(QStyledItemDelegate):
    """A number on its colour; a frame around those on the diagonal, a ring around the chosen one."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        diagonal = index.row() == index.column()
        share, colours = float(index.data(Qt.ItemDataRole.UserRole) or 0), tokens()
        place = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.fillRect(place, cell_ground(share, colours, diagonal=diagonal))
        if diagonal:
            painter.setPen(QPen(colours.accent, 1))
            painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setFont(font(_SIZE, bold=diagonal))
        painter.setPen(colours.text if share or diagonal else colours.muted)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, index.data())
        state = option.state
        if state & QStyle.StateFlag.State_Selected or state & QStyle.StateFlag.State_MouseOver:
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            painter.setPen(QPen(colours.text if chosen else colours.control_line, 2))
            painter.drawRect(place)
        painter.restore()


def elided(name: str, width: int) -> str:
    """A name above the matrix in such a width, cut off where one can see that it is."""
    return QFontMetrics(font(11)).elidedText(name, Qt.TextElideMode.ElideRight, width)


def least_cell(words: list[str]) -> QSize:
    """A cell in which each of these numbers can be read."""
    metrics = QFontMetrics(font(_SIZE, bold=True))
    width = max((metrics.horizontalAdvance(each) for each in words), default=0)
    return QSize(width + 2 * px(_AIR), metrics.height() + px(_AIR))


class NamesAbove(QHeaderView):
    """Names of columns: side by side where there is room, else turned, to be read from below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._width = 0

    @property
    def turned(self) -> bool:
        """Whether the names are read from below."""
        return self._longest() + px(_AIR) > self._width

    def fit(self, width: int) -> None:
        """Columns are so wide now."""
        if width != self._width:
            self._width = width
            self.updateGeometry()
            self.viewport().update()

    def height_for(self, width: int) -> int:
        """What the names need above columns of such a width."""
        longest = self._longest()
        return longest + 2 * px(_AIR) if longest + px(_AIR) > width else QFontMetrics(font(11)).height() + 2 * px(4)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height_for(self._width))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.setFont(font(11))
        painter.setPen(tokens().muted)
        name = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        if self.turned:
            painter.translate(rect.left(), rect.bottom())
            painter.rotate(-90)
            line = QRect(px(_AIR), 0, rect.height() - px(_AIR), rect.width())
            painter.drawText(
                line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided(name, line.width())
            )
        else:
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()

    def _longest(self) -> int:
        """The width of the longest name, at most so much that it does not take the room of the numbers."""
        metrics, model = QFontMetrics(font(11)), self.model()
        names = [str(model.headerData(place, Qt.Orientation.Horizontal)) for place in range(self.count())]
        return min(max((metrics.horizontalAdvance(name) for name in names), default=0) + 2, px(_LONGEST))
