"""Where the nodes of a network's graph stand and how its edges run: a pure function. Free of Qt.

From left to right in columns by the longest path, branches below each other, as Sugiyama, Tagawa and Toda 1981 draw
hierarchies. An unfolded block is laid out by itself first and then stands in its surroundings as one box, so that
frames never cross. An edge that passes columns is led between their boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cifar_gui.networks.graph import Graph
from cifar_gui.ui.network.graph_columns import ENTRY, EXIT, Edge, Item, Key, into_columns, led_through, ordered, settled

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def centre(self) -> Point:
        return self.left + self.width / 2, self.top + self.height / 2

    def moved(self, right: float, down: float) -> Box:
        return Box(self.left + right, self.top + down, self.width, self.height)

    def contains(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Gaps:
    """Room between things, in pixels."""

    columns: float = 34
    rows: float = 14
    frame: float = 12  # between an unfolded block's frame and what is in it
    header: float = 24  # for the name of an unfolded block
    lead: float = 9  # an edge runs straight into a node for so long: its arrowhead


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything in its place, from (0, 0) on. Edges as corners: straight where level, bent in between."""

    nodes: dict[str, Box]
    frames: dict[str, Box]  # of the unfolded blocks, those within others after them
    edges: dict[Edge, tuple[Point, ...]]
    width: float
    height: float
    columns: tuple[tuple[float, float], ...] = ()  # left and right of each, while they stand in one row

    def box(self, key: str) -> Box | None:
        """Of a node or of an unfolded block."""
        return self.nodes.get(key) or self.frames.get(key)


def lay_out(graph: Graph, sizes: Mapping[str, tuple[float, float]], gaps: Gaps) -> Layout:
    """`graph` as it is folded; `sizes`: width and height of each of its nodes."""
    levels = _Levels(graph, sizes, gaps)
    whole = levels.arranged("")
    boxes, frames = _placed(levels, "", 0.0, whole.above, gaps)
    edges = {edge: _route(levels, edge, boxes, gaps) for edge in graph.edges}
    return Layout(boxes, frames, edges, whole.width, whole.above + whole.below, tuple(whole.columns))


def beside(layout: Layout, edges: Sequence[Edge], key: str, way: str) -> str:
    """The node that an arrow key leads to from a node: along an edge to the "left" or "right", else "up" or "down" to
    the nearest; `key` itself where there is none."""
    here = layout.nodes[key].centre
    if way in ("left", "right"):
        joined = [target if way == "right" else source for source, target in edges if key == _end(source, target, way)]
        return min(joined, key=lambda each: abs(layout.nodes[each].centre[1] - here[1]), default=key)
    sign = 1 if way == "down" else -1
    others = {each: box.centre for each, box in layout.nodes.items() if sign * (box.centre[1] - here[1]) > 1}
    return min(
        others, key=lambda each: abs(others[each][1] - here[1]) + 2 * abs(others[each][0] - here[0]), default=key
    )


def _end(source: str, target: str, way: str) -> str:
    return source if way == "right" else target


@dataclass(slots=True)
class _Level:
    """The inside of one unfolded block, or the whole."""

    items: dict[Key, Item]
    columns: list[tuple[float, float]]  # left and right
    passed: dict[Edge, list[Key]]  # for edges that pass columns here
    width: float
    above: float
    below: float

    def stretch(self, key: Key) -> tuple[float, float, float]:
        """Left and right of an item's column, and the height of its axis."""
        item = self.items[key]
        return (*self.columns[item.column], item.y)


class _Levels:
    """Arranges every unfolded block from the innermost on."""

    def __init__(self, graph: Graph, sizes: Mapping[str, tuple[float, float]], gaps: Gaps) -> None:
        self._sizes, self._gaps = sizes, gaps
        self._around = {block.key: block.block for block in graph.blocks}
        self._around |= {node.key: node.block for node in graph.nodes}
        self._paths = {node.key: self._path(node.key) for node in graph.nodes}
        self._children: dict[str, dict[str, None]] = {}  # of each block, in the order of computation
        self._links: dict[str, dict[Edge, None]] = {}  # in each block, its borders standing for what is outside
        for path in self._paths.values():
            for child, block in pairwise(path):
                self._children.setdefault(block, {})[child] = None
        for edge in graph.edges:
            for block, link in self.links(edge):
                self._links.setdefault(block, {})[link] = None
        self.done: dict[str, _Level] = {}

    def _path(self, key: str) -> tuple[str, ...]:
        """The node and the blocks around it, the innermost first; the whole, "", at the end."""
        return (key, *self._path(self._around[key])) if key else ("",)

    def links(self, edge: Edge) -> list[tuple[str, Edge]]:
        """An edge as it is in each block that it crosses: out of those around its source, the innermost first; in the
        block that holds both; into those around its target, the innermost last."""
        source, target = self._paths[edge[0]], self._paths[edge[1]]
        common = next(key for key in source[1:] if key in target[1:])
        out, into = source[: source.index(common, 1)], target[: target.index(common, 1)]
        return [
            *((block, (child, EXIT)) for child, block in pairwise(out)),
            (common, (out[-1], into[-1])),
            *((block, (ENTRY, child)) for child, block in reversed(list(pairwise(into)))),
        ]

    def arranged(self, block: str) -> _Level:
        """The inside of a block, all that is in it included."""
        items: dict[Key, Item] = {child: self._item(child) for child in self._children[block]}
        links = list(self._links.get(block, ()))
        into_columns(items, links)
        passed = led_through(items, links)
        order = ordered(items)
        settled(items, order, self._gaps.rows)
        columns, left = [], 0.0
        for column in order:
            width = max(items[key].width for key in column)
            columns.append((left, left + width))
            left += width + self._gaps.columns
        above = max(item.above - item.y for item in items.values())
        below = max(item.below + item.y for item in items.values())
        self.done[block] = _Level(items, columns, passed, left - self._gaps.columns, above, below)
        return self.done[block]

    def _item(self, key: str) -> Item:
        if key in self._sizes:
            width, height = self._sizes[key]
            return Item(width, height / 2, height / 2)
        inside, frame = self.arranged(key), self._gaps.frame
        return Item(inside.width + 2 * frame, inside.above + self._gaps.header, inside.below + frame)


def _placed(levels: _Levels, block: str, left: float, axis: float, gaps: Gaps) -> tuple[dict[str, Box], dict[str, Box]]:
    """Boxes of the nodes and frames of the unfolded blocks in a block whose inside begins at `left`."""
    nodes: dict[str, Box] = {}
    frames: dict[str, Box] = {}
    level = levels.done[block]
    level.columns = [(start + left, end + left) for start, end in level.columns]
    for key, item in level.items.items():
        item.y += axis
        if not isinstance(key, str):
            continue
        start, end = level.columns[item.column]
        box = Box((start + end - item.width) / 2, item.y - item.above, item.width, item.above + item.below)
        if key not in levels.done:
            nodes[key] = box
            continue
        frames[key] = box
        inner_nodes, inner_frames = _placed(levels, key, box.left + gaps.frame, item.y, gaps)
        nodes |= inner_nodes
        frames |= inner_frames
    return nodes, frames


def _route(levels: _Levels, edge: Edge, boxes: Mapping[str, Box], gaps: Gaps) -> tuple[Point, ...]:
    """From the right of one node to the left of another: out of the blocks around the first, past what lies between,
    into those around the second."""
    start, end = boxes[edge[0]], boxes[edge[1]]
    out: list[Point] = [(start.right, start.centre[1])]
    into: list[Point] = [(end.left, end.centre[1])]
    links = levels.links(edge)
    for block, link in links:
        if link[0] != ENTRY:
            level = levels.done[block]
            out.append((level.stretch(link[0])[1], out[-1][1]))
            for left, right, y in map(level.stretch, level.passed.get(link, ())):
                out += [(left - gaps.lead, y), (right, y)]
    for block, link in reversed(links):
        if link[1] != EXIT:
            level = levels.done[block]
            into.append((level.stretch(link[1])[0] - gaps.lead, into[-1][1]))
            if link[0] == ENTRY:
                for left, right, y in map(level.stretch, reversed(level.passed.get(link, []))):
                    into += [(right, y), (left - gaps.lead, y)]
    return (*out, *reversed(into))
