"""A graph that is wider than its place broken into rows, as a text is into lines: a pure function. Free of Qt.

It breaks only between columns where all edges come from one node or go to one: they run as one line down between the
rows and back to the left.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cifar_gui.ui.network.graph_layout import Box, Gaps, Layout, Point

_SCALES = (1.0, 0.9)
_HALVINGS = 12
_FULL = 1e-6
"""Rows that are so little too wide are not: the widths come of divisions."""


def fitted(layout: Layout, room: tuple[float, float], least: float, bar: float, gaps: Gaps) -> Layout:
    """In as few rows as make it fit into `room` (width, height), drawn at `least` of its size or larger; where even
    that does not do, as wide as the room beside a scroll bar of this width."""
    width, height = room
    if layout.width * least <= width:
        return layout
    for scale in (*_SCALES, least):
        broken = in_rows(layout, width / scale, gaps)
        if broken.width * scale <= width + _FULL and broken.height * scale <= height:
            return broken
    return in_rows(layout, (width - bar) / least, gaps)


def in_rows(layout: Layout, room: float, gaps: Gaps) -> Layout:
    """At most so wide, as far as there are places to break at; rows of about the same width."""
    turn = 0.75 * gaps.columns  # room at both sides for the edge that goes to the next row
    if layout.width <= room:
        return layout
    cuts = _cuts(layout)
    starts = _starts(layout.columns, cuts, room - 2 * turn)
    if len(starts) < 2:
        return layout
    low, high = 0.0, room - 2 * turn
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        even = _starts(layout.columns, cuts, middle)
        if len(even) == len(starts):
            starts, high = even, middle
        else:
            low = middle
    return _Rows(layout, starts, turn, gaps).broken()


def _cuts(layout: Layout) -> set[int]:
    """The columns before which it may break."""
    found = set()
    for column, ((_, right), (left, _)) in enumerate(pairwise(layout.columns), start=1):
        middle = (left + right) / 2
        crossing = [edge for edge, corners in layout.edges.items() if corners[0][0] < middle < corners[-1][0]]
        if len({source for source, _ in crossing}) == 1 or len({target for _, target in crossing}) == 1:
            found.add(column)
    return found


def _starts(columns: Sequence[tuple[float, float]], cuts: set[int], room: float) -> list[int]:
    """The first column of each row, filled one after the other."""
    starts, cut = [0], 0
    for column, (_, right) in enumerate(columns):
        if column in cuts:
            cut = column
        if right - columns[starts[-1]][0] > room and cut > starts[-1]:
            starts.append(cut)
    return starts


@dataclass(frozen=True, slots=True)
class _Row:
    left: float
    right: float
    top: float
    bottom: float


class _Rows:
    """Moves everything into its row."""

    def __init__(self, layout: Layout, starts: Sequence[int], turn: float, gaps: Gaps) -> None:
        self._layout, self._turn, self._between = layout, turn, 2.5 * gaps.rows
        self._breaks = [(layout.columns[start - 1][1] + layout.columns[start][0]) / 2 for start in starts[1:]]
        self._rows = [
            self._measured(number, layout.columns[first][0], layout.columns[last - 1][1])
            for number, (first, last) in enumerate(pairwise([*starts, len(layout.columns)]))
        ]
        self._tops, top = [], 0.0
        for row in self._rows:
            self._tops.append(top)
            top += row.bottom - row.top + self._between
        self._height = top - self._between

    def broken(self) -> Layout:
        """The layout in rows."""
        layout = self._layout
        width = max(row.right - row.left for row in self._rows) + 2 * self._turn
        return Layout(
            {key: self._moved_box(box) for key, box in layout.nodes.items()},
            {key: self._moved_box(box) for key, box in layout.frames.items()},
            {edge: self._moved_edge(corners) for edge, corners in layout.edges.items()},
            width,
            self._height,
        )

    def _measured(self, number: int, left: float, right: float) -> _Row:
        boxes = [*self._layout.nodes.values(), *self._layout.frames.values()]
        inside = [box for box in boxes if self._row_at(box.centre[0]) == number]
        points = [y for corners in self._layout.edges.values() for x, y in corners if self._row_at(x) == number]
        top, bottom = min([box.top for box in inside] + points), max([box.bottom for box in inside] + points)
        return _Row(left, right, top, bottom)

    def _row_at(self, x: float) -> int:
        return bisect_right(self._breaks, x)

    def _moved(self, x: float, y: float) -> Point:
        number = self._row_at(x)
        row = self._rows[number]
        return x - row.left + self._turn, y - row.top + self._tops[number]

    def _moved_box(self, box: Box) -> Box:
        left, top = self._moved(box.centre[0], box.top)
        return Box(left - box.width / 2, top, box.width, box.height)

    def _moved_edge(self, corners: Sequence[Point]) -> tuple[Point, ...]:
        moved = [self._moved(*corners[0])]
        for one, other in pairwise(corners):
            after = self._moved(*other)
            if self._row_at(one[0]) != self._row_at(other[0]):
                moved += self._turned(one, moved[-1][1], after)
            moved.append(after)
        return tuple(moved)

    def _turned(self, last: Point, height: float, first: Point) -> list[Point]:
        """From the end of a row to the beginning of the next: down between them and back."""
        number = self._row_at(last[0])
        row = self._rows[number]
        out = row.right - row.left + 1.5 * self._turn
        lane = self._tops[number] + row.bottom - row.top + self._between / 2
        back = self._turn / 3
        return [(out, height), (out, lane), (back, lane), (back, first[1])]
