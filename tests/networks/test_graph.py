"""The graph of a network: every layer once, everything on a way from the picture to the answer, folded or not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import torch
from torch import nn

from cifar_gui.networks.base import NETWORKS, presets
from cifar_gui.networks.graph import Graph, folded, network_graph
from cifar_gui.networks.layer_table import layer_table
from cifar_gui.networks.skeleton import build_without_weights

_made: dict[str, Graph] = {}


def graph_of(name: str) -> Graph:
    if name not in _made:
        _made[name] = network_graph(build_without_weights(name, 10, presets(name)["best"].network_settings))
    return _made[name]


def reached(edges: Iterable[tuple[str, str]], start: str) -> set[str]:
    found, waiting = {start}, [start]
    edges = list(edges)
    while waiting:
        key = waiting.pop()
        new = {target for source, target in edges if source == key} - found
        found |= new
        waiting += new
    return found


def sources(graph: Graph, key: str) -> list[str]:
    return [source for source, target in graph.edges if target == key]


def every_folding(graph: Graph) -> list[Graph]:
    """Nothing unfolded, everything, each block by itself with those around it, and all but one."""
    everything = {block.key for block in graph.blocks}
    around = {block.key: block.block for block in graph.blocks}
    choices = [set(), everything, *({key, around[key]} for key in everything), *(everything - {key} for key in around)]
    return [folded(graph, unfolded) for unfolded in choices]


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_layer_of_the_table_is_in_the_graph_once_and_in_order(name):
    model = build_without_weights(name, 10, presets(name)["best"].network_settings)
    graph = network_graph(model)
    assert graph.rows == tuple(layer_table(model))
    assert [place for node in graph.nodes for place in node.layers] == list(range(len(graph.rows)))
    keys = [*(node.key for node in graph.nodes), *(block.key for block in graph.blocks)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_node_lies_between_the_picture_and_the_answer_however_it_is_folded(name):
    for graph in every_folding(graph_of(name)):
        keys = {node.key for node in graph.nodes}
        assert [graph.nodes[0].role, graph.nodes[-1].role] == ["input", "output"]
        assert reached(graph.edges, graph.nodes[0].key) == keys
        assert reached([(target, source) for source, target in graph.edges], graph.nodes[-1].key) == keys
        places = {node.key: place for place, node in enumerate(graph.nodes)}
        assert all(places[source] < places[target] for source, target in graph.edges), "edges go forwards"
        assert len(set(graph.edges)) == len(graph.edges)


@pytest.mark.parametrize("name", NETWORKS.names())
def test_folding_loses_no_layer_no_parameter_and_no_work(name):
    whole = graph_of(name)
    for graph in every_folding(whole):
        assert sorted(place for node in graph.nodes for place in node.layers) == list(range(len(whole.rows)))
        for figure in ("parameters", "multiply_adds"):
            total = sum(getattr(row, figure) for row in whole.rows)
            assert sum(getattr(node.row, figure) for node in graph.nodes) == total


@pytest.mark.parametrize("name", NETWORKS.names())
def test_unfolding_everything_gives_the_graph_itself(name):
    graph = graph_of(name)
    assert folded(graph, {block.key for block in graph.blocks}) == graph


def test_a_plain_sequence_has_nothing_to_fold():
    graph = graph_of("lenet")
    assert graph.blocks == ()
    assert folded(graph) == graph
    assert len(graph.edges) == len(graph.nodes) - 1


def test_the_blocks_of_airnet_are_its_blocks_and_not_the_list_that_holds_them():
    assert [(block.key, block.kind, block.block) for block in graph_of("airnet").blocks] == [
        ("blocks.0.", "Block", ""), ("blocks.1.", "Block", ""), ("blocks.2.", "Block", ""),
    ]  # fmt: skip


def test_a_way_round_meets_its_block_in_an_addition_of_two():
    graph = graph_of("resnet18")
    additions = [node for node in graph.nodes if node.row.kind == "add"]
    assert [node.role for node in additions] == ["operation"] * 8
    rows = {node.key: node.row.name for node in graph.nodes}
    assert [rows[key] for key in sources(graph, additions[0].key)] == ["stage1.0.second.norm", "stage1.0.shortcut"]
    assert [rows[key] for key in sources(graph, additions[2].key)] == ["stage2.0.second.norm", "stage2.0.shortcut.norm"]
    assert {node.block for node in additions} == {f"stage{stage}.{part}." for stage in (1, 2, 3, 4) for part in (0, 1)}
    around = {block.key: block.block for block in graph.blocks}
    assert around["stage1.0.first."] == "stage1.0."
    assert around["stage1.0."] == "", "a stage merely holds blocks"


@pytest.mark.parametrize("name", ["inception_v1", "inception_v2"])
def test_an_inception_module_puts_four_branches_side_by_side(name):
    graph = graph_of(name)
    joins = [node for node in graph.nodes if node.row.kind == "cat"]
    assert [len(sources(graph, node.key)) for node in joins] == [4] * 9
    assert [block.kind for block in graph.blocks].count("Inception") == 9
    first = folded(graph, {"3a."})
    entered = [target for source, target in first.edges if source == "conv2."]
    rows = {node.key: node.row.name for node in first.nodes}
    assert [rows[key] for key in entered] == ["3a.1x1", "3a.3x3.reduce", "3a.5x5.reduce", "3a.pool"]


def test_a_folded_block_has_the_totals_and_the_last_shape_of_what_is_in_it():
    graph = folded(graph_of("resnet18"))
    (block,) = [node for node in graph.nodes if node.key == "stage2.0."]
    inside = [row for row in graph_of("resnet18").rows if row.name.startswith("stage2.0.")]
    assert (block.role, block.row.name, block.row.kind) == ("block", "stage2.0", "Residual")
    assert block.row.output_shape == (128, 16, 16)
    assert block.row.receptive_field == inside[-1].receptive_field
    assert block.row.parameters == sum(row.parameters for row in inside)
    assert len(block.layers) == len(inside) == 8


def test_a_block_within_a_folded_one_stays_folded_away():
    assert folded(graph_of("resnet18"), {"stage1.0.first."}) == folded(graph_of("resnet18"))


def test_the_layers_in_a_block_are_those_of_the_blocks_in_it_too():
    graph = graph_of("inception_v1")
    (module,) = [node for node in folded(graph).nodes if node.key == "3a."]
    assert graph.layers_in("3a.") == module.layers
    assert len(module.layers) == 13
    assert graph.layers_in("3a.1x1.") == module.layers[:2]
    assert graph.layers_in(graph.nodes[1].key) == (0,)
    assert graph.layers_in("elsewhere.") == ()


class Shared(nn.Module):
    """One block called twice, with sums in place and a way round, and a size that is a number, no tensor."""

    class Twice(nn.Sequential):
        pass

    def __init__(self) -> None:
        super().__init__()
        self.part = self.Twice(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU())
        self.head = nn.Linear(3 * 32 * 32, 4)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        once = self.part(images)
        twice = self.part(once)
        twice.add_(images)
        return self.head(twice.view(images.size(0), -1)) * self.scale


def test_a_block_that_is_called_twice_is_two_blocks_and_numbers_are_no_nodes():
    graph = network_graph(Shared())
    assert [block.key for block in graph.blocks] == ["part.", "part@1."]
    assert [(node.role, node.row.kind) for node in folded(graph).nodes] == [
        ("input", "input"), ("block", "Twice"), ("block", "Twice"), ("operation", "add"), ("operation", "view"),
        ("layer", "Linear"), ("operation", "mul"), ("output", "output"),
    ]  # fmt: skip
    (addition,) = [node for node in graph.nodes if node.row.kind == "add"]
    assert sources(folded(graph), addition.key) == ["part@1.", graph.nodes[0].key]
    assert addition.row.output_shape == (3, 32, 32)
    assert addition.row.receptive_field == 5, "as far as the longer of the paths"


def test_operations_between_layers_are_named_by_what_they_do():
    graph = graph_of("handmade")
    assert [node.row.kind for node in graph.nodes if node.role == "operation"] == ["clamp", "neg", "clamp", "cat"]
    (join,) = [node for node in graph.nodes if node.row.kind == "cat"]
    assert len(sources(graph, join.key)) == 2
    assert [node.row.kind for node in graph_of("airnet").nodes[-2:]] == ["mul", "output"]


@pytest.mark.parametrize(
    ("meet", "kind"),
    [
        (lambda one, other: one + other, "add"),
        (lambda one, other: one.add_(other), "add"),
        (lambda one, other: torch.cat([one, other], 1), "cat"),
        (lambda one, other: torch.concat([one, other], 1), "cat"),
        (lambda one, other: one * other, "mul"),
    ],
)
def test_paths_that_meet_are_named_by_how_however_it_is_written(meet, kind):
    class Meeting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = nn.Conv2d(3, 2, 1), nn.Conv2d(3, 2, 1)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return meet(self.one(images), self.other(images))

    graph = network_graph(Meeting())
    assert [(node.role, node.row.kind) for node in graph.nodes[3:-1]] == [("operation", kind)]
    assert sources(graph, graph.nodes[3].key) == ["one", "other"]
