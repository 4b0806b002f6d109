"""The layers of a network that can be looked into, one below the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cifar_gui.explain.layers import ConvLayer
from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.ui.widgets.painted_list import PaintedList

_LAYER = Qt.ItemDataRole.UserRole
_PADDING, _SIDE, _LINE = 8, 10, 17
_LEAST_WIDTH = 140


class LayerList(PaintedList):
    """Name, shape and parameters of each layer. Signals: layer_chosen(ConvLayer) when another one is chosen."""

    layer_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Layers", _LayerPainter, parent, least_width=_LEAST_WIDTH)
        self.currentItemChanged.connect(self._on_current_changed)

    @property
    def layers(self) -> list[ConvLayer]:
        """What is listed."""
        return [self.item(row).data(_LAYER) for row in range(self.count())]

    @property
    def chosen(self) -> ConvLayer | None:
        """The chosen layer."""
        item = self.currentItem()
        layer: ConvLayer | None = item.data(_LAYER) if item is not None else None
        return layer

    def show_layers(self, layers: Sequence[ConvLayer], chosen: ConvLayer | None) -> None:
        """Replace the list without emitting anything."""
        if list(layers) == self.layers and chosen == self.chosen:
            return
        was_blocked = self.blockSignals(True)
        self.clear()
        for layer in layers:
            item = QListWidgetItem(layer.label)
            item.setData(_LAYER, layer)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join([layer.label, *lines_of(layer)]))
            item.setToolTip(tool_tip(layer))
            self.addItem(item)
        if chosen is not None and chosen in layers:
            self.setCurrentRow(layers.index(chosen))
        self.blockSignals(was_blocked)
        self.updateGeometry()

    def choose(self, name: str) -> None:
        """Choose a layer by its name, as the user does; one that is not listed changes nothing."""
        names = [layer.name for layer in self.layers]
        if name in names:
            self.setCurrentRow(names.index(name))

    def needed_width(self) -> int:
        bold, usual = QFontMetricsF(font(13, bold=True)), QFontMetricsF(font(11))
        widths = [bold.horizontalAdvance(layer.label) for layer in self.layers]
        widths += [usual.horizontalAdvance(line) for layer in self.layers for line in lines_of(layer)]
        return math.ceil(max(widths, default=0)) + 2 * px(_SIDE)  # of half a pixel less the last letters are left out

    def _on_current_changed(self, current: QListWidgetItem | None) -> None:
        if current is not None:
            self.layer_chosen.emit(current.data(_LAYER))


def lines_of(layer: ConvLayer) -> list[str]:
    """What stands under a layer's name: shape and parameters, and whether it is learned."""
    filters, channels, height, width = layer.shape
    if layer.classes:
        return [f"{filters} × {channels} · {layer.parameters:,}" if layer.name else f"{filters} answers"]
    shape = f"{filters} × {height}×{width}×{channels} · {layer.parameters:,}"
    return [shape] if layer.learned else [shape, layer.note]


def tool_tip(layer: ConvLayer) -> str:
    """The same in a sentence."""
    filters, channels, height, width = layer.shape
    if layer.classes:
        return f"The answers of the network: {', '.join(layer.classes)}."
    text = (
        f"{filters} {layer.nouns}, {height} pixels high and {width} wide, over {channels} input channels: "
        f"{layer.parameters:,} weights and biases."
    )
    return f"{text} {layer.note.capitalize()}." if layer.note else text


class _LayerPainter(QStyledItemDelegate):
    """A bold name over captions; the chosen one on accent ground, with a ring while it has the focus."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        layer: ConvLayer = index.data(_LAYER)
        colours = tokens()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option)
        left, top = option.rect.left() + px(_SIDE), option.rect.top() + px(_PADDING) - 1
        width = option.rect.width() - 2 * px(_SIDE)
        painter.setFont(font(13, bold=True))
        painter.setPen(colours.accent if chosen else colours.text)
        self._line(painter, QRect(left, top, width, px(_LINE)), layer.label)
        painter.setFont(font(11))
        painter.setPen(colours.accent if chosen else colours.muted)
        for number, text in enumerate(lines_of(layer), start=1):
            self._line(painter, QRect(left, top + number * px(_LINE), width, px(_LINE)), text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        lines = 1 + len(lines_of(index.data(_LAYER)))
        return QSize(px(120), lines * px(_LINE) + 2 * px(_PADDING))

    @staticmethod
    def _line(painter: QPainter, place: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    @staticmethod
    def _ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours = tokens()
        place = option.rect.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(colours.accent_ground)
            if option.state & QStyle.StateFlag.State_HasFocus:
                painter.setPen(QPen(colours.accent, 2))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(colours.raised)
        else:
            return
        painter.drawRoundedRect(place, px(6), px(6))
