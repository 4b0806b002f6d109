"""Paints the lines of the designer's list: number, layer, its settings in words, its figures; what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cifar_gui.ui.icons import icon_pixmap
from cifar_gui.ui.network.layer_words import UNKNOWN, Line
from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.words import NOTHING

LINE = Qt.ItemDataRole.UserRole

HEADS = ("Output shape", "Parameters", "Multiply-\nadds", "Receptive\nfield")
_SPARED = (2, 3)
"""The columns that a large font in a small window pushes out; the tool tip and the screen reader have them still."""

SIDE, NUMBER, HEIGHT = 8, 24, 30
_GAP, _SIGN, _PADDING = 14, 16, 8
_LEFT, _RIGHT = (
    Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
)
_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignTop)


def figure_widths(lines: Sequence[Line], room: int) -> list[int]:
    """Of the columns of figures, in pixels now. Where there is no room for all, those in `_SPARED` are 0 wide."""
    widths = _full_widths(lines)
    for column in _SPARED:
        if sum(widths) + _words_width(lines) > room:
            widths[column] = 0
    return widths


def least_width(lines: Sequence[Line]) -> int:
    """What the lines need, without the words on their settings."""
    return _words_width(lines) + sum(width for column, width in enumerate(_full_widths(lines)) if column not in _SPARED)


def _words_width(lines: Sequence[Line]) -> int:
    bold = QFontMetrics(font(13, bold=True))
    return max((bold.horizontalAdvance(line.label) for line in lines), default=0) + px(2 * SIDE + NUMBER)


def _full_widths(lines: Sequence[Line]) -> list[int]:
    number, head = QFontMetrics(font(12)), QFontMetrics(font(11, bold=True))
    widths = [max(map(head.horizontalAdvance, title.split("\n"))) for title in HEADS]
    for line in lines:
        widths = [max(pair) for pair in zip(widths, map(number.horizontalAdvance, line.figures), strict=True)]
    return [width + px(_GAP) for width in widths]


def columns(area: QRect, widths: Sequence[int]) -> tuple[QRect, list[QRect]]:
    """Where the words of a line stand, and each of its figures. `widths`: of the figures."""
    right, places = area.right() - px(SIDE), []
    for width in reversed(widths):
        places.append(QRect(right - width, area.top(), width, px(HEIGHT)))
        right -= width
    left = area.left() + px(SIDE + NUMBER)
    return QRect(left, area.top(), right - left, px(HEIGHT)), places[::-1]


class Heads(QWidget):
    """The titles of the columns."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widths: Sequence[int] = _full_widths([])

    def show_widths(self, widths: Sequence[int]) -> None:
        """Of the figures."""
        self._widths = widths
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            words, figures = columns(self.rect(), self._widths)
            painter.setFont(font(11, bold=True))
            painter.setPen(tokens().muted)
            painter.drawText(_as_high(words, self.height()), _LEFT, "Layer")
            for place, title in zip(figures, HEADS, strict=True):
                if place.width():
                    painter.drawText(_as_high(place, self.height()), _RIGHT, title)
            painter.setPen(tokens().panel_line)
            painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())


class LayerPainter(QStyledItemDelegate):
    """The selected line leaves room for its fields; under it, or under any other, stands why it does not fit."""

    def __init__(self, view: QListWidget, below: Callable[[int], int]) -> None:
        """`below`: how high the fields under the line at a place are, in pixels."""
        super().__init__(view)
        self._view, self._below = view, below
        self.widths: Sequence[int] = ()  # of the figures

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        line: Line = index.data(LINE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option)
        words, figures = columns(option.rect, self.widths)
        painter.setFont(font(12))
        painter.setPen(tokens().muted)
        painter.drawText(
            QRect(option.rect.left(), words.top(), px(SIDE + NUMBER - 8), words.height()), _RIGHT, line.number
        )
        self._words(painter, words, line, chosen=bool(option.state & QStyle.StateFlag.State_Selected))
        painter.setFont(font(12))
        for place, text in zip(figures, line.figures, strict=True):
            if not place.width():
                continue
            painter.setPen(tokens().muted if text in (NOTHING, UNKNOWN) else tokens().text)
            painter.drawText(place, _RIGHT, text)
        self._problems(painter, option.rect, line.problems, self._below(index.row()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        line: Line = index.data(LINE)
        width = self._view.viewport().width()
        height = px(HEIGHT) + self._below(index.row())
        if line.problems:
            height += _text_height(line.problems, _problem_width(width)) + px(_PADDING)
        return QSize(px(160), height)

    def _words(self, painter: QPainter, place: QRect, line: Line, *, chosen: bool) -> None:
        colours = tokens()
        painter.setFont(font(13, bold=True))
        painter.setPen(colours.accent_text if chosen else colours.text)
        painter.drawText(place, _LEFT, line.label)
        rest = place.adjusted(painter.fontMetrics().horizontalAdvance(line.label) + px(8), 0, 0, 0)
        painter.setFont(font(12))
        painter.setPen(colours.muted)
        text = painter.fontMetrics().elidedText(line.settings, Qt.TextElideMode.ElideRight, max(rest.width(), 0))
        painter.drawText(rest, _LEFT, text)

    def _problems(self, painter: QPainter, area: QRect, problems: Sequence[str], below: int) -> None:
        if not problems:
            return
        top, width = area.top() + px(HEIGHT) + below, _problem_width(area.width())
        left = area.left() + px(SIDE + NUMBER)
        painter.drawPixmap(left, top, icon_pixmap("error", "bad", _SIGN))
        painter.setFont(font(12))
        painter.setPen(tokens().bad)
        painter.drawText(QRect(left + px(_SIGN + 6), top, width, area.bottom() - top), _WRAP, "\n".join(problems))

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours = tokens()
        place = option.rect.adjusted(1, 1, -1, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(QPen(colours.panel_line, 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen:
            painter.setBrush(colours.accent_ground)
            if option.state & QStyle.StateFlag.State_HasFocus:
                painter.setPen(QPen(colours.accent, 2))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(colours.raised)
        else:
            return
        painter.drawRoundedRect(place, px(6), px(6))


def _as_high(place: QRect, height: int) -> QRect:
    return QRect(place.left(), 0, place.width(), height)


def _problem_width(width: int) -> int:
    return max(width - px(2 * SIDE + NUMBER + _SIGN + 6), 60)


def _text_height(problems: Sequence[str], width: int) -> int:
    room = QRect(0, 0, width, 10_000)
    return max(QFontMetrics(font(12)).boundingRect(room, _WRAP, "\n".join(problems)).height(), px(_SIGN))
