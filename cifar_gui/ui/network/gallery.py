"""The networks as cards, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cifar_gui.ui.network.drawing import draw_network
from cifar_gui.ui.network.layer_words import UNKNOWN
from cifar_gui.ui.network.overview import NetworkOverview
from cifar_gui.ui.network.shapes import drawn
from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.ui.widgets.painted_list import PaintedList
from cifar_gui.words import percent, short_number

_OVERVIEW = Qt.ItemDataRole.UserRole
_PADDING, _DRAWING, _LINE, _GAP = 14, 56, 16, 10
_LEAST_WIDTH = 216
NOT_MEASURED = "not measured"
_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignTop)


class Gallery(PaintedList):
    """One card for each network. Signals: network_chosen(str) with its name."""

    network_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Networks", _CardPainter, parent, least_width=_LEAST_WIDTH)
        self.currentItemChanged.connect(self._on_current_changed)

    @property
    def chosen(self) -> str:
        """The name of the chosen network, "" if none."""
        item = self.currentItem()
        return str(item.data(_OVERVIEW).name) if item is not None else ""

    def networks(self) -> list[NetworkOverview]:
        """What the cards show."""
        return [self.item(row).data(_OVERVIEW) for row in range(self.count())]

    def show_networks(self, networks: Sequence[NetworkOverview], chosen: str) -> None:
        """Replace the cards; `chosen` by name, the first if it is not there."""
        self.clear()
        for network in networks:
            item = QListWidgetItem(network.label)
            _fill(item, network)
            self.addItem(item)
        names = [network.name for network in networks]
        if names:
            self.setCurrentRow(names.index(chosen) if chosen in names else 0)
        self.updateGeometry()

    def choose(self, name: str) -> None:
        """Choose a network by its name, as a click would; nothing if it has no card."""
        names = [network.name for network in self.networks()]
        if name in names:
            self.setCurrentRow(names.index(name))

    def show_network(self, network: NetworkOverview) -> None:
        """Draw the card of this network anew."""
        for item in map(self.item, range(self.count())):
            if item.data(_OVERVIEW).name == network.name:
                _fill(item, network)
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()

    def needed_width(self) -> int:
        return max(map(_card_width, self.networks()), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.doItemsLayout()  # cards are as high as their text is at this width
        self.scheduleDelayedItemsLayout()  # and that is another one once the scroll bar has come or gone

    def _on_current_changed(self, current: QListWidgetItem | None) -> None:
        if current is not None:
            self.network_chosen.emit(current.data(_OVERVIEW).name)


def _fill(item: QListWidgetItem, network: NetworkOverview) -> None:
    item.setData(_OVERVIEW, network)
    item.setToolTip(f"{network.multiply_adds:,} multiply-adds for one picture" if network.is_whole else "")
    spoken = f"{network.label}. {result(network)}. {figures(network)}. {network.about}"
    item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)


def figures(network: NetworkOverview) -> str:
    """Size and work in a line short enough for a card."""
    if not network.is_whole:
        return f"{UNKNOWN} parameters · {UNKNOWN} mult-adds"
    return f"{short_number(network.parameters)} parameters · {short_number(network.multiply_adds)} mult-adds"


def result(network: NetworkOverview) -> str:
    """ "93.6 % · 18 min on two cores of an AMD EPYC", or "not measured": for screen readers."""
    if network.measured is None:
        return NOT_MEASURED
    return " · ".join(filter(None, (accuracy_text(network), network.measured.training)))


def accuracy_text(network: NetworkOverview) -> str:
    """ "93.6 %", or "–" when it has not been measured."""
    return percent(network.measured.accuracy if network.measured else None)


def _lines(network: NetworkOverview) -> list[str]:
    """What stands between drawing and description."""
    training = network.measured.training if network.measured else ""
    return [figures(network), training] if training else [figures(network)]


def _card_width(network: NetworkOverview) -> int:
    """How wide a card must be, so that its name and its figures stand on a line each. A line that is a part of a pixel
    too long would lose its end."""
    bold, small = QFontMetricsF(font(13, bold=True)), QFontMetricsF(font(11))
    known = network.measured is not None
    beside = bold.horizontalAdvance(accuracy_text(network)) if known else small.horizontalAdvance(NOT_MEASURED)
    head = bold.horizontalAdvance(network.label) + px(_GAP) + beside
    return ceil(max(head, *map(small.horizontalAdvance, _lines(network)))) + 2 * px(_PADDING) + 2


def _about(network: NetworkOverview) -> str:
    """What is said of it, with no line that begins with a percent sign."""
    return network.about.replace(" %", "\N{NO-BREAK SPACE}%")


class _CardPainter(QStyledItemDelegate):
    """Name and accuracy, the drawing, the figures, what is to be said of it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        network: NetworkOverview = index.data(_OVERVIEW)
        colours = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = self._ground(painter, option)
        chosen, known = bool(option.state & QStyle.StateFlag.State_Selected), network.measured is not None
        head = QRect(inside.left(), inside.top(), inside.width(), px(20))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(13, bold=True))
        painter.setPen(colours.accent if chosen else colours.text)
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft | middle, network.label)
        painter.setFont(font(13 if known else 11, bold=known))
        painter.setPen(colours.text if known else colours.muted)
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | middle, accuracy_text(network) if known else NOT_MEASURED)
        picture = QRectF(inside.left(), head.bottom() + px(8), inside.width(), px(_DRAWING))
        draw_network(painter, drawn(network.graph, network.layers), picture)
        below = QRect(inside.left(), int(picture.bottom()) + px(8), inside.width(), px(_LINE))
        painter.setFont(font(11))
        painter.setPen(colours.text)
        for words in _lines(network):
            words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | middle, words)
            below.translate(0, px(_LINE))
        painter.setPen(colours.muted)
        text = QRect(inside.left(), below.top() + px(4), inside.width(), inside.bottom() - below.top())
        painter.drawText(text, _WRAP, _about(network))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        network: NetworkOverview = index.data(_OVERVIEW)
        view = self.parent()
        width = view.viewport().width() if isinstance(view, Gallery) else px(280)
        room = QRect(0, 0, max(width - 2 * px(_PADDING) - 2, 60), 10_000)
        text = QFontMetrics(font(11)).boundingRect(room, _WRAP, _about(network)).height()
        return QSize(
            px(160),
            px(20 + 8 + _DRAWING + 8 + 6) + len(_lines(network)) * px(_LINE) + text + 2 * px(_PADDING) + px(_GAP),
        )

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> QRect:
        """The card; returns the room inside."""
        colours = tokens()
        card = QRectF(option.rect).adjusted(1, 1, -1, -px(_GAP) - 1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = chosen and bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setBrush(colours.panel)
        painter.setPen(QPen(colours.accent if chosen else colours.control_line if hovered else colours.panel_line, 1))
        if chosen:
            painter.setPen(QPen(colours.accent, 2 if focused else 1.5))
        painter.drawRoundedRect(card, px(10), px(10))
        return card.toRect().adjusted(px(_PADDING), px(_PADDING), -px(_PADDING), -px(_PADDING))
