"""The layers of a network as a row of blocks: what the small drawings are made from. Free of Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cifar_gui.explain.names import BETWEEN, path_words
from cifar_gui.networks.graph import Graph
from cifar_gui.networks.layer_table import LayerRow

BlockKind = Literal["input", "convolution", "pooling", "dense"]

DRAWN_KINDS: dict[str, BlockKind] = {
    "Conv2d": "convolution",
    "MaxPool2d": "pooling",
    "AvgPool2d": "pooling",
    "AdaptiveAvgPool2d": "pooling",
    "AdaptiveMaxPool2d": "pooling",
    "Linear": "dense",
}
"""What is drawn. Activations, norms, dropout and flatten change no shape that can be seen."""

_IMAGE = 32


@dataclass(frozen=True, slots=True)
class Block:
    """One block. Sizes are shares of the picture's height, and of nothing in particular across."""

    kind: BlockKind
    height: float  # 0–1: spatial size over that of the input; dense layers: log of their units
    width: float  # grows with the logarithm of the channels; dense layers are thin
    label: str  # "64 × 31 × 31"
    name: str
    branches: int = 1  # so many paths side by side, drawn as strips

    @property
    def short_label(self) -> str:
        """ "64×31²" or "64×28×30", where there is little room."""
        channels, *sides = self.label.split(" × ")
        square = bool(sides) and len(set(sides)) == 1
        return f"{channels}×{sides[0]}²" if square else "×".join([channels, *sides])


def drawn(graph: Graph, names: Sequence[str]) -> list[Block]:
    """As `blocks_of` for the layers of a graph of which nothing is folded; but a module in which paths run side by side
    and end in one concatenation is one block of as many strips: one after the other they would be a comb."""
    joins = {node.block: node for node in graph.nodes if node.row.kind == "cat" and node.block}
    module = {place: key for key in joins for place in graph.layers_in(key)}
    blocks = blocks_of((), ())
    for place, (row, name) in enumerate(zip(graph.rows, names, strict=True)):
        key = module.get(place)
        if key is None:
            blocks += blocks_of([row], [name])[1:]
        elif key not in map(module.get, range(place)):
            joined = replace(joins[key].row, kind="Conv2d")
            (block,) = blocks_of([joined], [BETWEEN.join(path_words(key.removesuffix(".")))])[1:]
            paths = sum(target == joins[key].key for _, target in graph.edges)
            blocks.append(replace(block, branches=paths))
    return blocks


def blocks_of(rows: Sequence[LayerRow], names: Sequence[str]) -> list[Block]:
    """Input, convolutions, pools and dense layers of a layer table. `names`: one for each row."""
    blocks = [Block("input", 1.0, 0.7, f"3 × {_IMAGE} × {_IMAGE}", "input")]
    for row, name in zip(rows, names, strict=True):
        kind = DRAWN_KINDS.get(row.kind)
        if kind is not None:
            blocks.append(_block(kind, row, name))
    return blocks


def _block(kind: BlockKind, row: LayerRow, name: str) -> Block:
    label = shape_text(row.output_shape)
    if len(row.output_shape) < 3:
        units = row.output_shape[0]
        return Block(kind, min(math.log2(units + 1) / 12, 1.0), 0.6, label, name)
    channels, height, _ = row.output_shape
    width = 0.45 if kind == "pooling" else max(math.log2(channels + 1) / 3, 0.6)
    return Block(kind, max(height / _IMAGE, 0.06), width, label, name)


def shape_text(shape: Sequence[int]) -> str:
    """(64, 31, 31) → "64 × 31 × 31"."""
    return " × ".join(str(size) for size in shape)


def field_words(side: int) -> str:
    """What a receptive field at the end means, for this side in pixels."""
    if side > _IMAGE:
        return f"The scores see all of the {_IMAGE} × {_IMAGE} pixels and the padding around them"
    return f"Each value before the scores sees {side} × {side} of the {_IMAGE} × {_IMAGE} pixels"


def in_words(blocks: Sequence[Block]) -> str:
    """The drawing for those who cannot see it."""
    return ", then ".join(f"{block.name} {block.label}" for block in blocks)
