"""Paints the graph of a network: boxes, stacks for folded blocks, frames for unfolded ones, arrows between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from cifar_gui.networks.graph import Graph, Node
from cifar_gui.ui.network.graph_layout import Box, Gaps, Layout, Point, lay_out
from cifar_gui.ui.network.graph_rows import fitted
from cifar_gui.ui.network.graph_words import Name, count_text
from cifar_gui.ui.network.shapes import DRAWN_KINDS, shape_text
from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.tokens import mixed

_PADDING, _LEAST, _MOST = 8, 60, 160
_HIGH, _LOW, _LINE, _ROUND, _HEADER = 44, 26, 16, 5, 36
_NAME = 26
"""Of the strip with the name of an unfolded block, clear of the stacks below it."""

_SHEET = 4
"""Of a stack: how far each of the two sheets behind looks out."""

_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class Scene:
    """A graph as it is folded, in its places."""

    graph: Graph
    names: Mapping[str, Name]
    layout: Layout


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in a scene: keys of nodes or of unfolded blocks, "" for none."""

    chosen: str = ""
    hovered: str = ""
    focused: bool = False


def make_scene(graph: Graph, names: Mapping[str, Name]) -> Scene:
    """At the theme's zoom as it is now."""
    bold, small = QFontMetricsF(font(13, bold=True)), QFontMetricsF(font(11))
    sizes = {node.key: _size(node, names[node.key].short, bold, small) for node in graph.nodes}
    return Scene(graph, names, lay_out(graph, sizes, _gaps()))


def broken(scene: Scene, room: tuple[float, float], least: float, bar: float) -> Scene:
    """A scene as it was made in as many rows as `graph_rows.fitted` finds best."""
    return replace(scene, layout=fitted(scene.layout, room, least, bar, _gaps()))


def _gaps() -> Gaps:
    return Gaps(px(28), px(20), px(14), px(_HEADER), px(9))


def draw_scene(painter: QPainter, scene: Scene, marks: Marks = Marks(), seen: QRectF | None = None) -> None:
    """From (0, 0) on. `seen`: what need not be in it may be left out."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    layout = scene.layout
    for key, box in layout.frames.items():
        frame = _rectangle(box)
        if seen is None or seen.intersects(frame):
            _draw_frame(painter, frame, scene.names[key].short, key, marks)
    _draw_edges(painter, layout, seen)
    for node in scene.graph.nodes:
        place = _rectangle(layout.nodes[node.key])
        if seen is None or seen.intersects(place.adjusted(-px(9), -px(12), px(9), px(9))):
            _draw_node(painter, node, place, scene.names[node.key].short, marks)


def header_of(frame: Box) -> Box:
    """The strip with the name of an unfolded block."""
    return Box(frame.left, frame.top, frame.width, px(_NAME))


def is_quiet(node: Node) -> bool:
    """Of less interest: it changes no shape and is drawn small."""
    return node.role == "layer" and node.row.kind not in DRAWN_KINDS


def _lines(node: Node, title: str) -> list[str]:
    lines = [title, shape_text(node.row.output_shape)]
    return [*lines, f"▸ {count_text(node)}"] if node.role == "block" else lines


def _size(node: Node, title: str, bold: QFontMetricsF, small: QFontMetricsF) -> tuple[float, float]:
    if node.role == "operation" or is_quiet(node):
        width = small.horizontalAdvance(title) + px(2 * _PADDING - 2)
        return max(width, px(_LOW)) if len(title) > 1 else px(_LOW), px(_LOW)
    first, *others = _lines(node, title)
    widest = max(bold.horizontalAdvance(first), *map(small.horizontalAdvance, others)) + 2 * px(_PADDING)
    return min(max(widest, px(_LEAST)), px(_MOST)), px(_HIGH + (len(others) - 1) * _LINE)


def _draw_node(painter: QPainter, node: Node, place: QRectF, title: str, marks: Marks) -> None:
    fill, edge, text = _colours(node)
    chosen, hovered = node.key == marks.chosen, node.key == marks.hovered
    radius = place.height() / 2 if node.role != "layer" and node.role != "block" else px(_ROUND)
    pen = QPen(tokens().accent, px(2)) if chosen else QPen(mixed(edge, text, 0.5) if hovered else edge, 1)
    painter.setPen(pen)
    painter.setBrush(fill)
    if node.role == "block":
        for sheet in (2, 1):
            out = sheet * px(_SHEET)
            painter.drawRoundedRect(place.adjusted(out, -out, -out, -out), radius, radius)
    painter.drawRoundedRect(place, radius, radius)
    if chosen and marks.focused:
        _draw_ring(painter, place.adjusted(0, -2 * px(_SHEET) if node.role == "block" else 0, 0, 0), radius)
    if node.role == "operation" or is_quiet(node):
        _draw_line(painter, place, title, text, bold=False)
        return
    lines = _lines(node, title)
    top = place.center().y() - len(lines) * px(_LINE) / 2
    for number, line in enumerate(lines):
        strip = QRectF(place.left(), top + number * px(_LINE), place.width(), px(_LINE))
        _draw_line(painter, strip, line, text if number != 1 else tokens().text, bold=number == 0)


def _draw_line(painter: QPainter, place: QRectF, text: str, colour: QColor, *, bold: bool) -> None:
    painter.setFont(font(13, bold=True) if bold else font(11))
    painter.setPen(colour)
    if len(text) > 1:
        room = place.width() - px(_PADDING)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room))
    painter.drawText(place, _CENTRE, text)


def _colours(node: Node) -> tuple[QColor, QColor, QColor]:
    """Fill, edge and text, as in the small drawing of the layers."""
    colours = tokens()
    kind = DRAWN_KINDS.get(node.row.kind)
    if node.role == "block" or kind == "convolution":
        return colours.accent_ground, colours.accent, colours.accent_text
    if node.role in ("input", "output"):
        return colours.panel, colours.control_line, colours.text
    if kind == "dense":
        return mixed(colours.panel, colours.muted, 0.22), colours.muted, colours.text
    if kind == "pooling":
        return colours.raised, colours.control_line, colours.text
    return colours.panel, colours.panel_line if is_quiet(node) else colours.control_line, colours.muted


def _draw_frame(painter: QPainter, place: QRectF, title: str, key: str, marks: Marks) -> None:
    colours = tokens()
    chosen, hovered = key == marks.chosen, key == marks.hovered
    ground = QColor(colours.raised)
    ground.setAlpha(150)
    painter.setBrush(ground)
    edge = colours.control_line if hovered else colours.panel_line
    painter.setPen(QPen(colours.accent, px(2)) if chosen else QPen(edge, 1))
    painter.drawRoundedRect(place, px(8), px(8))
    if chosen and marks.focused:
        _draw_ring(painter, place, px(8))
    painter.setFont(font(11, bold=True))
    painter.setPen(colours.accent_text if hovered or chosen else colours.muted)
    strip = QRectF(place.left() + px(10), place.top(), place.width() - px(16), px(_NAME))
    text = painter.fontMetrics().elidedText(f"▾ {title}", Qt.TextElideMode.ElideRight, int(strip.width()))
    painter.drawText(strip, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _draw_ring(painter: QPainter, place: QRectF, radius: float) -> None:
    out = px(4)
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tokens().accent, px(2)))
    painter.drawRoundedRect(place.adjusted(-out, -out, out, out), radius + out, radius + out)
    painter.restore()


def _draw_edges(painter: QPainter, layout: Layout, seen: QRectF | None) -> None:
    colour = tokens().control_line
    lines, heads = QPainterPath(), QPainterPath()
    for corners in layout.edges.values():
        if seen is None or seen.intersects(_around(corners)):
            _add_line(lines, corners)
            tip = QPointF(*corners[-1])
            back = QPointF(-px(7), -px(3.5))
            heads.addPolygon(QPolygonF([tip, tip + back, tip + QPointF(back.x(), -back.y()), tip]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.4))
    painter.drawPath(lines)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour))
    painter.drawPath(heads)


def _add_line(path: QPainterPath, corners: Sequence[Point]) -> None:
    """Straight where level, bent in between."""
    path.moveTo(*corners[0])
    for (left, top), (right, bottom) in pairwise([*corners[:-1], (corners[-1][0] - px(5), corners[-1][1])]):
        if abs(top - bottom) < 0.5:
            path.lineTo(right, bottom)
        else:
            middle = (left + right) / 2
            path.cubicTo(middle, top, middle, bottom, right, bottom)


def _around(corners: Sequence[Point]) -> QRectF:
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return QRectF(min(across) - 1, min(down) - px(4), max(across) - min(across) + 2, max(down) - min(down) + px(8))


def _rectangle(box: Box) -> QRectF:
    return QRectF(box.left, box.top, box.width, box.height)
