"""What stands on the nodes of a network's graph, and what is said of them. Free of Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from cifar_gui.explain.names import BETWEEN, kind_word, path_words
from cifar_gui.networks.graph import Block, Graph, Node
from cifar_gui.ui.network.shapes import shape_text
from cifar_gui.words import counted

_SYMBOLS = {"add": "+", "sub": "−", "mul": "×", "cat": "concat", "neg": "negate"}
NO_FILTERS = "Choose a model of this network in the model chooser first; the chosen one is another network"
_JOINS = {"add": "Sum", "sub": "Difference", "mul": "Product", "cat": "Concatenation"}


@dataclass(frozen=True, slots=True)
class Name:
    """Of a node or a block: for its tip, and as short as it can be in the frame around it."""

    full: str
    short: str


def names_of(graph: Graph, layers: Sequence[str]) -> dict[str, Name]:
    """For every node and block of a graph of which nothing is folded. `layers`: names of its layers, in order."""
    kinds: dict[str, list[str]] = {}  # of the layers in each block
    around = {block.key: block.block for block in graph.blocks}
    for node in graph.nodes:
        block = node.block if node.role == "layer" else ""
        while block:
            kinds.setdefault(block, []).append(node.row.kind)
            block = around[block]
    names = {block.key: _block_name(block, kinds.get(block.key, [])) for block in graph.blocks}
    sources = count_sources(graph)
    for node in graph.nodes:
        if node.role == "layer":
            words = layers[node.layers[0]].split(BETWEEN)
            names[node.key] = Name(BETWEEN.join(words), _within(words, node.block))
        else:
            word = _symbol(node, sources[node.key])
            names[node.key] = Name(word, word)
    return names


def count_sources(graph: Graph) -> dict[str, int]:
    """How many edges end at each node."""
    counts = dict.fromkeys((node.key for node in graph.nodes), 0)
    for _, target in graph.edges:
        counts[target] += 1
    return counts


def count_text(node: Node) -> str:
    """How much is folded into a block."""
    return counted(len(node.layers), "layer")


def tip(node: Node, name: Name, sources: int) -> str:
    """All that is known of a node, line by line."""
    row = node.row
    shape = shape_text(row.output_shape)
    if node.role in ("input", "output"):
        what = "one picture" if node.role == "input" else "a score for each class"
        return f"{name.full}: {shape}, {what}"
    if node.role == "operation":
        how = f"{_JOINS.get(row.kind, row.kind)} of {sources} paths" if sources > 1 else "Computed, not a layer"
        return f"{name.full}: {how}\nOutput {shape}\nReceptive field {row.receptive_field} px"
    kind = f"{row.kind}, {count_text(node)}" if node.role == "block" else row.kind
    return (
        f"{name.full}: {kind}\nOutput {shape}\n{row.parameters:,} parameters\n"
        f"{row.multiply_adds:,} multiply-adds\nReceptive field {row.receptive_field} px"
    )


def in_words(graph: Graph, names: Mapping[str, Name]) -> str:
    """The graph for those who cannot see it, as it is folded."""
    counts = [f"{len(graph.nodes)} boxes"]
    if blocks := sum(node.role == "block" for node in graph.nodes):
        counts.append(f"{blocks} of them folded blocks")
    if graph.blocks:
        counts.append(f"{counted(len(graph.blocks), 'block')} unfolded")
    boxes = ", then ".join(f"{names[node.key].full} {shape_text(node.row.output_shape)}" for node in graph.nodes)
    return f"{', '.join(counts)}: {boxes}"


def _block_name(block: Block, kinds: Sequence[str]) -> Name:
    """The words of its path; one that is only numbered is called by its class too, or by its first layer."""
    words = path_words(block.path)
    full, short = BETWEEN.join(words), _within(words, block.block)
    if short.isdecimal():
        word = kind_word(kinds[0]) if block.kind == "Sequential" and kinds else block.kind.lower()
        return Name(f"{full}{BETWEEN}{word}", f"{short}{BETWEEN}{word}")
    return Name(full, short)


def _within(words: Sequence[str], block: str) -> str:
    """What the frame around it does not say already, at least the last word."""
    around = path_words(block.removesuffix("."))
    pairs = zip(words[:-1], around, strict=False)
    known = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return BETWEEN.join(words[known:])


def _symbol(node: Node, sources: int) -> str:
    if node.role in ("input", "output"):
        return {"input": "picture", "output": "logits"}[node.role]
    symbol = _SYMBOLS.get(node.row.kind, node.row.kind)
    return f"{symbol} constant" if len(symbol) == 1 and sources < 2 else symbol
