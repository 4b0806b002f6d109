"""The graph of a network on screen: zoomed, dragged, folded and unfolded, walked through with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from cifar_gui.networks.graph import Graph, Node, folded
from cifar_gui.ui.network.graph_layout import Layout, beside
from cifar_gui.ui.network.graph_paint import Marks, Scene, broken, draw_scene, header_of, make_scene
from cifar_gui.ui.network.graph_words import NO_FILTERS, Name, count_sources, in_words, names_of, tip
from cifar_gui.ui.theme import px, theme, tokens
from cifar_gui.ui.widgets.picture_file import write_by_suffix, write_png, write_svg
from cifar_gui.ui.widgets.zoom_area import ZoomArea

_MARGIN = 16
_HEAD = 32
"""Room above the graph for the buttons in the corner."""

_LEAST_HEIGHT = 108
_READABLE = 0.8
"""A graph that would have to be smaller than this to fit in a row goes into several; if that does not do, it is shown
from its beginning on."""

_LARGEST = 16_000
"""Pixels on the longer side of a picture that is copied or saved; Qt paints up to 32,767."""

_NOTHING = Scene(Graph((), (), ()), {}, Layout({}, {}, {}, 1.0, 1.0))
_WAYS = {Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right", Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
_ACTIVATES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class GraphView(ZoomArea):
    """A click or Enter unfolds a block, and on its name in the frame folds it again; arrow keys walk from node to node,
    Escape goes to the block around. Signals: layers_chosen(tuple[int, ...]) with places in the layer table when another
    node is chosen; filters_wanted(str) with the path of a convolution; folding_changed() when a block has been folded
    or unfolded.
    """

    layers_chosen = Signal(object)
    filters_wanted = Signal(str)
    folding_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._whole = _NOTHING.graph
        self._names: dict[str, Name] = {}
        self._unfolded: set[str] = set()
        self._flat = self._scene = _NOTHING  # all in one row; as it is shown
        self._chosen = self._hovered = self._clicked = ""
        self._filters_possible = False
        self._fits = True  # keeps everything in sight, as far as it can be read: until one zooms
        self.clicked.connect(self._on_clicked)
        self.double_clicked.connect(self._on_double_clicked)
        self.hovered.connect(self._on_hovered)
        theme().changed.connect(self._arrange)

    # What is shown

    def show_graph(self, title: str, graph: Graph, layers: Sequence[str]) -> None:
        """Replace the graph, all its blocks folded. `layers`: names of its layers, in order."""
        self._title, self._whole, self._names = title, graph, names_of(graph, layers)
        self._unfolded = set()
        self._chosen = self._hovered = self._clicked = ""
        self._fits = True
        self.setAccessibleName(f"Graph of {title}")
        self._arrange()
        self.folding_changed.emit()

    def offer_filters(self, *, possible: bool) -> None:
        """Whether the current model is of this network, so that its filters can be looked at."""
        self._filters_possible = possible

    @property
    def graph(self) -> Graph:
        """As it is folded now."""
        return self._scene.graph

    @property
    def chosen(self) -> str:
        """Key of the chosen node or unfolded block, "" if there is none."""
        return self._chosen

    @property
    def unfolded(self) -> frozenset[str]:
        """Keys of the blocks that are not folded."""
        return frozenset(self._unfolded)

    @property
    def blocks(self) -> int:
        """How many blocks there are, folded or not."""
        return len(self._whole.blocks)

    def fold_all(self) -> None:
        """Every block as one node."""
        self._unfold(set())

    def unfold_all(self) -> None:
        """Every layer as a node of its own."""
        self._unfold({block.key for block in self._whole.blocks})

    def toggle(self, key: str) -> None:
        """Unfold a folded block, or fold an unfolded one. What is left of it stays where it is."""
        self._unfold(self._unfolded ^ {key})

    def choose(self, key: str) -> None:
        """Make a node or an unfolded block the chosen one, "" for none, and scroll it into sight."""
        self._chosen = key if self._scene.layout.box(key) is not None else ""
        if self._chosen:
            room = px(_MARGIN)
            self.show_rectangle(self.place_of(key).adjusted(-room, -room, room, room))
        self.setAccessibleDescription(self.tip_of(self._chosen) or in_words(self.graph, self._names))
        self.viewport().update()

    def choose_layer(self, place: int) -> None:
        """The node that stands for a layer, by its place in the layer table; none for a place without one."""
        self.choose(next((node.key for node in self.graph.nodes if place in node.layers), ""))

    def place_of(self, key: str) -> QRectF:
        """Where a node or an unfolded block is in the content."""
        box = self._scene.layout.box(key)
        return QRectF(box.left, box.top, box.width, box.height).translated(self._corner) if box else QRectF()

    def key_at(self, point: QPointF) -> str:
        """The node at a point of the content, or the unfolded block with its name there; "" if there is neither."""
        x, y = (point - self._corner).toTuple()
        layout = self._scene.layout
        nodes = (key for key, box in layout.nodes.items() if box.contains(x, y))
        return next(nodes, next((key for key, box in layout.frames.items() if header_of(box).contains(x, y)), ""))

    def tip_of(self, key: str) -> str:
        """All that is known of a node or an unfolded block; "" for other keys."""
        unfolded = key in self._scene.layout.frames
        graph = folded(self._whole, self._unfolded - {key}) if unfolded else self.graph
        node = next((node for node in graph.nodes if node.key == key), None)
        return tip(node, self._names[key], count_sources(graph)[key]) if node is not None else ""

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        self._fits = False
        super().zoom_to(scale, at)

    def fit(self) -> None:
        """Everything in sight, as far as it can be read then, from now on."""
        self._fits = True
        self._begin()

    # Out of it

    def image(self, scale: float = 2.0) -> QImage:
        """All of the graph as a picture on the panel's ground, `scale` times its size at 100 % if that is possible."""
        size = self._content_size()
        scale = min(scale, _LARGEST / max(size.width(), size.height()))
        image = QImage((size * scale).toSize(), QImage.Format.Format_RGB32)
        image.fill(tokens().panel)
        with QPainter(image) as painter:
            painter.scale(scale, scale)
            self._draw_plain(painter)
        return image

    def save(self, path: Path) -> None:
        """Write a PNG or SVG file, by the suffix. Raises CifarGuiError naming the file."""
        write_by_suffix(path, {".png": self._save_png, ".svg": self._save_svg}, "a graph")

    def _save_png(self, path: Path) -> None:
        write_png(path, self.image())

    def _save_svg(self, path: Path) -> None:
        words = in_words(self.graph, self._names)
        write_svg(path, self._content_size().toSize(), self.accessibleName(), words, self._draw_plain)

    def copy(self) -> None:
        """Put the picture on the clipboard, with what it shows in words beside it."""
        mime = QMimeData()
        mime.setImageData(self.image())
        mime.setText(in_words(self.graph, self._names))
        QGuiApplication.clipboard().setMimeData(mime)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(160), px(_LEAST_HEIGHT))

    # Painting

    def draw(self, painter: QPainter, seen: QRectF) -> None:
        painter.translate(self._corner)
        marks = Marks(self._chosen, self._hovered, self.hasFocus())
        draw_scene(painter, self._scene, marks, seen.translated(-self._corner))
        if self.hasFocus() and not self._chosen:
            painter.resetTransform()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens().accent, 2))
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1), px(4), px(4))

    def _draw_plain(self, painter: QPainter) -> None:
        painter.translate(self._corner)
        draw_scene(painter, self._scene)

    @property
    def _corner(self) -> QPointF:
        """Where the layout begins in the content."""
        return QPointF(px(_MARGIN), px(_HEAD + _MARGIN))

    def _content_size(self) -> QSizeF:
        layout = self._scene.layout
        return QSizeF(layout.width + 2 * px(_MARGIN), layout.height + px(_HEAD + 2 * _MARGIN))

    def _unfold(self, unfolded: set[str]) -> None:
        self._unfolded = unfolded
        self._arrange()
        self.folding_changed.emit()

    def _arrange(self) -> None:
        """Lay the graph out, as it is folded, at the theme's zoom."""
        if not self._whole.nodes:
            return
        self._flat = make_scene(folded(self._whole, self._unfolded), self._names)
        self._hovered = ""
        self._break()
        if self._fits:
            self._begin()
        if self._scene.layout.box(self._chosen) is None:
            self._chosen = ""
        self.setAccessibleDescription(self.tip_of(self._chosen) or in_words(self.graph, self._names))

    def _break(self) -> None:
        """Into the rows that there is room for."""
        room, beside = self.maximumViewportSize(), QSizeF(2 * px(_MARGIN), px(_HEAD + 2 * _MARGIN))
        bar = self.verticalScrollBar().sizeHint().width()
        size = room.width() - beside.width(), room.height() - beside.height()
        self._scene = broken(self._flat, size, _READABLE, bar)
        self.set_content_size(self._content_size())

    def _begin(self) -> None:
        """All of it, if it can be read then, else its beginning."""
        self._break()
        super().zoom_to(min(max(self.fitting_zoom(), _READABLE), 1.0))
        self.horizontalScrollBar().setValue(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self._begin()

    # Mouse and keys

    def _node(self, key: str) -> Node | None:
        return next((node for node in self.graph.nodes if node.key == key), None)

    def _take(self, key: str) -> None:
        """Choose as the user does: whoever shows the layers as well hears of it."""
        self.choose(key)
        self.layers_chosen.emit(self._whole.layers_in(key) if key else ())

    def _is_block(self, key: str) -> bool:
        return any(block.key == key for block in self._whole.blocks)

    def _on_clicked(self, point: QPointF) -> None:
        key = self._clicked = self.key_at(point)
        if self._is_block(key):
            self.toggle(key)
        self._take(key)

    def _on_double_clicked(self, point: QPointF) -> None:
        if (key := self.key_at(point)) == self._clicked:  # what the first click unfolded has put other nodes here
            self._want_filters(key)

    def _want_filters(self, key: str) -> None:
        node = self._node(key)
        if node is not None and node.row.kind == "Conv2d" and self._filters_possible:
            self.filters_wanted.emit(node.row.name)

    def _on_hovered(self, point: QPointF | None) -> None:
        key = self.key_at(point) if point is not None else ""
        if key != self._hovered:
            self._hovered = key
            hand = Qt.CursorShape.PointingHandCursor if self._is_block(key) else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(hand)
            self.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_of(self.key_at(self.to_content(QPointF(event.pos())))), self)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _WAYS:
            self._take(self._beside(_WAYS[key]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.graph.nodes:
            self._take(self.graph.nodes[0 if key == Qt.Key.Key_Home else -1].key)
        elif key in _ACTIVATES and self._is_block(self._chosen):
            self.toggle(self._chosen)
            self.choose(self._chosen)
        elif key in _ACTIVATES:
            self._want_filters(self._chosen)
        elif key == Qt.Key.Key_Escape and self._chosen:
            self._take(self._around(self._chosen))
        else:
            super().keyPressEvent(event)

    def _beside(self, way: str) -> str:
        """Where an arrow key leads from the chosen node; into an unfolded block from its frame."""
        first = next((node.key for node in self.graph.nodes), "")
        if not self._chosen:
            return first
        if self._chosen in self._scene.layout.nodes:
            return beside(self._scene.layout, self.graph.edges, self._chosen, way)
        inside = self._whole.layers_in(self._chosen)
        first = next((node.key for node in self.graph.nodes if set(node.layers) & set(inside)), first)
        return first if way in ("right", "down") else beside(self._scene.layout, self.graph.edges, first, way)

    def _around(self, key: str) -> str:
        around = {node.key: node.block for node in self.graph.nodes}
        around |= {block.key: block.block for block in self.graph.blocks}
        return around.get(key, "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        key = self.key_at(self.to_content(QPointF(event.pos()))) if by_mouse else self._chosen
        self.menu(key).popup(event.globalPos())

    def menu(self, key: str) -> QMenu:
        """What can be done with a node or an unfolded block, and with the graph."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        node = self._node(key)
        if self._is_block(key):
            menu.addAction("&Fold" if key in self._unfolded else "&Unfold", lambda: self.toggle(key))
        if node is not None and node.row.kind == "Conv2d":
            filters = menu.addAction("Show its &filters", lambda: self._want_filters(key))
            filters.setEnabled(self._filters_possible)
            filters.setToolTip("" if self._filters_possible else NO_FILTERS)
        menu.addSeparator()
        menu.addActions(self.actions())
        return menu
