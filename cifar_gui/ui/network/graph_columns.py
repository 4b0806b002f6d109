"""The parts of one block in columns from left to right, and how high each of them stands. Free of Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Edge = tuple[str, str]

ENTRY, EXIT = " in", " out"
"""The borders of a block, as ends of edges that cross them. No key begins with a space."""

_SWEEPS = 4
_PLIANT = 0.02
"""How firmly a way round keeps its place where a node wants the same, to the node's 1: the main line stays straight."""


Key = str | tuple[Edge, int]
"""Of a node, an unfolded block, or an edge in a column that it passes."""


@dataclass(slots=True)
class Item:
    """What stands in a column: a node, an unfolded block, or a stretch of an edge that passes."""

    width: float
    above: float  # its axis
    below: float
    firmness: float = 1.0
    column: int = 0
    y: float = 0.0  # of its axis, from the axis of the block around it
    before: list[Key] = field(default_factory=list)
    after: list[Key] = field(default_factory=list)


def into_columns(items: dict[Key, Item], links: Sequence[Edge]) -> None:
    """By the longest path. Items stand in the order of computation: what comes before has its column already."""
    before: dict[Key, list[str]] = {key: [] for key in items}
    for source, target in links:
        if source != ENTRY and target != EXIT:
            before[target].append(source)
    for key, item in items.items():
        item.column = max((items[source].column + 1 for source in before[key]), default=0)


def led_through(items: dict[Key, Item], links: Sequence[Edge]) -> dict[Edge, list[Key]]:
    """Put a stretch of each edge into the columns it passes, and note who is joined to whom."""
    last = max(item.column for item in items.values())
    passed: dict[Edge, list[Key]] = {}
    leaving = Counter(source for source, _ in links)
    for link in links:
        source, target = link
        start = -1 if source == ENTRY else items[source].column
        end = last + 1 if target == EXIT else items[target].column
        stretches: list[Key] = [(link, column) for column in range(start + 1, end)]
        for key, column in zip(stretches, range(start + 1, end), strict=True):
            items[key] = Item(0, 1, 1, _PLIANT if leaving[source] > 1 else 1.0, column)
        if stretches:
            passed[link] = stretches
        chain: list[Key] = [source, *stretches, target]
        for one, other in pairwise(chain):
            if one in items and other in items:
                items[one].after.append(other)
                items[other].before.append(one)
    return passed


def ordered(items: dict[Key, Item]) -> list[list[Key]]:
    """The columns, each from top to bottom: in the order of computation, then by the mean of what they are joined to,
    so that few edges cross."""
    columns: list[list[Key]] = [[] for _ in range(max(item.column for item in items.values()) + 1)]
    for key, item in items.items():
        columns[item.column].append(key)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for place in range(len(columns)) if forward else reversed(range(len(columns))):
            ranks = {key: rank for column in columns for rank, key in enumerate(column)}
            columns[place].sort(key=lambda key: _mean_rank(items[key], ranks, ranks[key], forward=forward))
    return columns


def _mean_rank(item: Item, ranks: Mapping[Key, int], own: int, *, forward: bool) -> float:
    joined = item.before if forward else item.after
    return sum(ranks[key] for key in joined) / len(joined) if joined else own


def settled(items: dict[Key, Item], order: Sequence[Sequence[Key]], gap: float) -> None:
    """Give each item its height: as level with what it is joined to as the others in its column allow."""
    for sweep in range(_SWEEPS + 1):
        forward = sweep % 2 == 0
        for column in order if forward else reversed(order):
            wanted = []
            for key in column:
                joined = items[key].before if forward else items[key].after
                wanted.append(_middle([items[each] for each in joined]) if joined else items[key].y)
            _spread([items[key] for key in column], wanted, gap)


def _middle(joined: Sequence[Item]) -> float:
    return sum(item.y * item.firmness for item in joined) / sum(item.firmness for item in joined)


def _spread(column: Sequence[Item], wanted: Sequence[float], gap: float) -> None:
    """Heights nearest to those wanted (least squares, weighted by firmness) at which nothing overlaps: neighbours that
    come too close are pooled and move as one (isotonic regression)."""
    offset, offsets = 0.0, []
    for place, item in enumerate(column):
        offset += column[place - 1].below + gap + item.above if place else 0.0
        offsets.append(offset)
    pools: list[tuple[float, float, int]] = []  # height, firmness, how many
    for item, height, shift in zip(column, wanted, offsets, strict=True):
        pool = (height - shift, item.firmness, 1)
        while pools and pools[-1][0] > pool[0]:
            other = pools.pop()
            firmness = other[1] + pool[1]
            pool = ((other[0] * other[1] + pool[0] * pool[1]) / firmness, firmness, other[2] + pool[2])
        pools.append(pool)
    heights = [height for height, _, count in pools for _ in range(count)]
    for item, height, shift in zip(column, heights, offsets, strict=True):
        item.y = height + shift
