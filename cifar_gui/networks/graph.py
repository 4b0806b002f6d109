"""A network as a graph: layers, the operations that join them, and the blocks that can be folded into one node."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from torch import nn

from cifar_gui.networks.layer_table import LayerRow, Step, steps


@dataclass(frozen=True, slots=True)
class Node:
    """A layer, an operation between layers, a folded block, or one of the two ends."""

    key: str
    role: Literal["input", "layer", "operation", "block", "output"]
    row: LayerRow  # of a block: its path and class, the last shape and field in it, sums of the rest
    block: str  # key of the innermost block around it, "" if there is none
    layers: tuple[int, ...] = ()  # places in the layer table of what it stands for


@dataclass(frozen=True, slots=True)
class Block:
    """A module that does something with its parts. `key`: its path and a dot, unlike any node's."""

    key: str
    kind: str  # its class
    block: str  # key of the innermost block around it, "" if there is none

    @property
    def path(self) -> str:
        return self.key.removesuffix(".")


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order of computation, edges as (from, to), and the blocks that are not folded."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]

    @property
    def rows(self) -> tuple[LayerRow, ...]:
        """The layer table, as far as it is not folded."""
        return tuple(node.row for node in self.nodes if node.role == "layer")

    def layers_in(self, key: str) -> tuple[int, ...]:
        """Places in the layer table of a node, or of all that stands in an unfolded block."""
        inside = {key}
        for block in self.blocks:  # those around others come before them
            if block.block in inside:
                inside.add(block.key)
        return tuple(place for node in self.nodes if {node.key, node.block} & inside for place in node.layers)


def network_graph(model: nn.Module) -> Graph:
    """The graph of a network, nothing folded. Raises as `layer_table.steps` does."""
    found = steps(model)
    blocks = _blocks(found)
    nodes, layers = [], 0
    for step in found:
        is_layer = step.op == "layer"
        around = [f"{path}." for path, _ in step.modules if f"{path}." in blocks]
        nodes.append(Node(step.key, step.op, step.row, around[-1] if around else "", (layers,) if is_layer else ()))
        layers += is_layer
    edges = tuple((source, step.key) for step in found for source in step.sources)
    return Graph(tuple(nodes), edges, tuple(blocks.values()))


def chain(rows: Sequence[LayerRow]) -> Graph:
    """The graph of layers one after another, without the ends."""
    nodes = tuple(Node(row.name, "layer", row, "", (place,)) for place, row in enumerate(rows))
    return Graph(nodes, tuple((a.key, b.key) for a, b in pairwise(nodes)), ())


def folded(graph: Graph, unfolded: Collection[str] = ()) -> Graph:
    """The graph with every block as one node, those whose keys are given (and those around them) aside.

    A module runs without a break, so that what is before it stays before it: there are no circles."""
    blocks = {block.key: block for block in graph.blocks}
    stands_for = {node.key: _outermost_folded(node.block, blocks, unfolded) or node.key for node in graph.nodes}
    members: dict[str, list[Node]] = {}
    for node in graph.nodes:
        members.setdefault(stands_for[node.key], []).append(node)
    nodes = [_as_one(blocks[key], inside) if key in blocks else inside[0] for key, inside in members.items()]
    joined = ((stands_for[source], stands_for[target]) for source, target in graph.edges)
    edges = dict.fromkeys((source, target) for source, target in joined if source != target)
    seen = tuple(block for block in graph.blocks if not _outermost_folded(block.key, blocks, unfolded))
    return Graph(tuple(nodes), tuple(edges), seen)


def _blocks(found: Iterable[Step]) -> dict[str, Block]:
    """The modules worth folding, in the order in which they begin: those that hold more than one node, and not merely
    other modules (a list of blocks says nothing of its own)."""
    sizes: dict[str, int] = {}
    kinds: dict[str, str] = {}
    direct = {step.modules[-1][0] for step in found if step.modules}
    parents: dict[str, str] = {}
    for step in found:
        around = ""
        for path, kind in step.modules:
            sizes[path] = sizes.get(path, 0) + 1
            kinds[path] = kind
            parents[path] = around
            around = path
    kept = [path for path, size in sizes.items() if size > 1 and path in direct]
    return {f"{path}.": Block(f"{path}.", kinds[path], _kept_around(path, parents, kept)) for path in kept}


def _kept_around(path: str, parents: dict[str, str], kept: Collection[str]) -> str:
    around = parents[path]
    while around and around not in kept:
        around = parents[around]
    return f"{around}." if around else ""


def _outermost_folded(key: str, blocks: dict[str, Block], unfolded: Collection[str]) -> str:
    """Of a block and those around it; "" if none is folded."""
    outermost = ""
    while key:
        outermost = key if key not in unfolded else outermost
        key = blocks[key].block
    return outermost


def _as_one(block: Block, inside: Sequence[Node]) -> Node:
    last = inside[-1].row
    row = replace(
        last,
        name=block.path,
        kind=block.kind,
        parameters=sum(node.row.parameters for node in inside),
        multiply_adds=sum(node.row.multiply_adds for node in inside),
    )
    return Node(block.key, "block", row, block.block, tuple(place for node in inside for place in node.layers))
