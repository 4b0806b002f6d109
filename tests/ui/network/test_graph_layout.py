"""Where the nodes of a network's graph stand: nothing overlaps, edges run forwards and past everything else."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from cifar_gui.networks.base import NETWORKS
from cifar_gui.networks.graph import Block, Graph, Node, folded
from cifar_gui.networks.layer_table import LayerRow
from cifar_gui.ui.network.graph_layout import Box, Gaps, Layout, beside, lay_out
from cifar_gui.ui.network.graph_rows import fitted, in_rows
from cifar_gui.ui.network.overview import overview

_made: dict[str, Graph] = {}


def graph_of(name: str) -> Graph:
    if name not in _made:
        _made[name] = overview(name, name, []).graph
    return _made[name]


def sizes_of(graph: Graph) -> dict[str, tuple[float, float]]:
    """Of many widths and heights."""
    return {node.key: (40 + 23 * (place % 5), 20 + 17 * (place % 3)) for place, node in enumerate(graph.nodes)}


def foldings(graph: Graph) -> list[Graph]:
    everything = {block.key for block in graph.blocks}
    return [folded(graph, unfolded) for unfolded in ((), everything, {key for key in everything if key.count(".") < 3})]


def apart(one: Box, other: Box) -> bool:
    return one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top


def within(inner: Box, outer: Box) -> bool:
    return (
        outer.left <= inner.left and inner.right <= outer.right and outer.top <= inner.top
        and inner.bottom <= outer.bottom
    )  # fmt: skip


def around(graph: Graph, key: str) -> list[str]:
    """The blocks around a node or a block."""
    parents = {block.key: block.block for block in graph.blocks} | {node.key: node.block for node in graph.nodes}
    found = []
    while parents[key]:
        key = parents[key]
        found.append(key)
    return found


def check(graph: Graph, layout: Layout) -> None:
    """All that holds for any graph."""
    assert set(layout.nodes) == {node.key for node in graph.nodes}
    assert set(layout.frames) == {block.key for block in graph.blocks}
    assert set(layout.edges) == set(graph.edges)
    whole = Box(-0.01, -0.01, layout.width + 0.02, layout.height + 0.02)
    boxes = layout.nodes | layout.frames
    assert all(within(box, whole) for box in boxes.values())
    for one, other in combinations(boxes, 2):
        if one in around(graph, other):
            assert within(boxes[other], boxes[one]), (one, other)
        elif other in around(graph, one):
            assert within(boxes[one], boxes[other]), (one, other)
        else:
            assert apart(boxes[one], boxes[other]), (one, other)
    for edge, corners in layout.edges.items():
        source, target = (layout.nodes[key] for key in edge)
        assert corners[0] == pytest.approx((source.right, source.centre[1]))
        assert corners[-1] == pytest.approx((target.left, target.centre[1]))
        assert all(one[0] <= other[0] + 1e-6 for one, other in pairwise(corners)), edge
        in_the_way = [key for key, box in layout.nodes.items() if key not in edge and crossed(corners, box)]
        assert in_the_way == [], edge


def crossed(corners: tuple[tuple[float, float], ...], box: Box) -> bool:
    """Whether a level stretch runs through a box, or a bend has one in the strip in which it goes up or down."""
    for (left, top), (right, bottom) in pairwise(corners):
        high, low = min(top, bottom), max(top, bottom)
        if left < box.right and box.left < right and high < box.bottom and box.top < low:
            return True
        if high == low and left < box.right and box.left < right and box.top < high < box.bottom:
            return True
    return False


@pytest.mark.parametrize("name", NETWORKS.names())
def test_nothing_overlaps_and_edges_run_forwards_past_everything_else(name):
    for graph in foldings(graph_of(name)):
        check(graph, lay_out(graph, sizes_of(graph), Gaps()))


@pytest.mark.parametrize("name", ["resnet18", "inception_v1", "handmade"])
def test_the_same_graph_is_laid_out_the_same_way_every_time(name):
    graph = graph_of(name)
    assert lay_out(graph, sizes_of(graph), Gaps()) == lay_out(graph, sizes_of(graph), Gaps())


@pytest.mark.parametrize("name", ["lenet", "airnet", "vgg16"])
def test_a_sequence_is_a_straight_line(name):
    graph = folded(graph_of(name))
    layout = lay_out(graph, sizes_of(graph), Gaps())
    heights = {round(box.centre[1], 6) for box in layout.nodes.values()}
    assert len(heights) == 1
    lefts = [layout.nodes[node.key].left for node in graph.nodes]
    assert lefts == sorted(lefts)


def test_the_branches_of_an_inception_module_stand_below_each_other_in_rows():
    graph = folded(graph_of("inception_v1"), {"3a."})
    layout = lay_out(graph, {node.key: (80, 50) for node in graph.nodes}, Gaps())
    heads = [layout.nodes[key] for key in ("3a.1x1.", "3a.3x3.reduce.", "3a.5x5.reduce.", "3a.pool.")]
    assert len({box.left for box in heads}) == 1
    assert [box.top for box in heads] == sorted({box.top for box in heads})
    assert layout.nodes["3a.3x3.reduce."].centre[1] == pytest.approx(layout.nodes["3a.3x3.conv."].centre[1])
    assert layout.nodes["3a.5x5.reduce."].centre[1] == pytest.approx(layout.nodes["3a.5x5.conv."].centre[1])
    assert all(within(box, layout.frames["3a."]) for box in heads)


def test_the_main_line_goes_straight_on_behind_an_unfolded_block():
    graph = folded(graph_of("resnet18"), {"stage2.0.", "stage2.0.first."})
    layout = lay_out(graph, {node.key: (80, 50) for node in graph.nodes}, Gaps())
    (last,) = [node.key for node in graph.nodes if node.row.name == "stage2.0.act"]
    assert layout.nodes[last].centre[1] == pytest.approx(layout.nodes["stage2.1."].centre[1])
    assert layout.nodes["stage1.1."].centre[1] == pytest.approx(layout.nodes["stage2.1."].centre[1])


def test_an_unfolded_block_has_room_for_its_name_and_a_rim_around_what_is_in_it():
    graph = folded(graph_of("inception_v1"), {"3a.", "3a.pool."})
    layout = lay_out(graph, sizes_of(graph), Gaps(frame=9, header=31))
    for frame in layout.frames:
        inside = [box for key, box in (layout.nodes | layout.frames).items() if frame in around(graph, key)]
        box = layout.frames[frame]
        assert min(each.top for each in inside) - box.top == pytest.approx(31)
        assert box.bottom - max(each.bottom for each in inside) == pytest.approx(9)
        assert min(each.left for each in inside) - box.left == pytest.approx(9)


def made(nodes: dict[str, str], edges: list[tuple[str, str]], blocks: dict[str, str]) -> Graph:
    """Nodes and blocks by the block around them."""
    row = LayerRow("", "Conv2d", (1, 1, 1), 0, 0, 1)
    return Graph(
        tuple(Node(key, "layer", row, block) for key, block in nodes.items()),
        tuple(edges),
        tuple(Block(key, "Block", block) for key, block in blocks.items()),
    )


def test_an_edge_that_passes_others_is_led_round_them():
    graph = made(dict.fromkeys("abcd", ""), [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")], {})
    layout = lay_out(graph, dict.fromkeys("abcd", (50.0, 30.0)), Gaps())
    check(graph, layout)
    assert {round(layout.nodes[key].centre[1] / 3) for key in "abcd"} == {5}, "the main line stays straight"
    lowest = max(y for _, y in layout.edges["a", "d"])
    assert lowest > layout.nodes["b"].bottom


def test_edges_into_the_middle_of_a_block_and_out_of_it_are_led_round_as_well():
    graph = made(
        {"a": "", "b": "x.", "c": "x.", "d": "x.", "e": "y.", "f": "y.", "g": "y.", "h": ""},
        [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("b", "h"), ("d", "e"), ("e", "f"), ("f", "g"), ("d", "g"),
         ("c", "g"), ("g", "h"), ("a", "h")],
        {"x.": "", "y.": ""},
    )  # fmt: skip
    check(graph, lay_out(graph, {node.key: (60, 40) for node in graph.nodes}, Gaps()))


def test_paths_that_need_not_cross_do_not():
    graph = made(
        dict.fromkeys("abcdef", ""),
        [("a", "b"), ("a", "c"), ("c", "d"), ("b", "e"), ("d", "f"), ("e", "f")],
        {},
    )
    layout = lay_out(graph, {node.key: (60, 40) for node in graph.nodes}, Gaps())
    assert (layout.nodes["b"].top < layout.nodes["c"].top) == (layout.nodes["e"].top < layout.nodes["d"].top)


def test_arrow_keys_follow_the_edges_and_change_between_branches():
    graph = folded(graph_of("inception_v1"), {"3a."})
    layout = lay_out(graph, {node.key: (80, 50) for node in graph.nodes}, Gaps())

    def go(key: str, *ways: str) -> str:
        for way in ways:
            key = beside(layout, graph.edges, key, way)
        return key

    assert go("3a.1x1.", "down") == "3a.3x3.reduce."
    assert go("3a.1x1.", "down", "right") == "3a.3x3.conv."
    assert go("3a.1x1.", "down", "right", "down", "left") == "3a.5x5.reduce."
    assert go("3a.1x1.", "left") == "conv2."
    ahead = go("conv2.", "right")
    assert ahead in ("3a.3x3.reduce.", "3a.5x5.reduce."), "straight ahead, as far as there is a straight way"
    first = graph.nodes[0].key
    assert go(first, "left") == first
    assert go(graph.nodes[-1].key, "right") == graph.nodes[-1].key


# In rows


def parts(corners: tuple[tuple[float, float], ...]) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The stretches of an edge, each from left to right."""
    return [(min(pair), max(pair)) for pair in pairwise(corners)]


@pytest.mark.parametrize("room", [500, 900])
@pytest.mark.parametrize("name", ["resnet18", "inception_v1", "handmade", "vgg16"])
def test_in_rows_nothing_overlaps_and_no_edge_runs_through_anything(name, room):
    for graph in foldings(graph_of(name)):
        flat = lay_out(graph, sizes_of(graph), Gaps())
        layout = in_rows(flat, room, Gaps())
        assert set(layout.nodes) == set(flat.nodes)
        assert set(layout.frames) == set(flat.frames)
        whole = Box(-0.01, -0.01, layout.width + 0.02, layout.height + 0.02)
        assert all(within(box, whole) for box in (*layout.nodes.values(), *layout.frames.values()))
        assert all(apart(layout.nodes[one], layout.nodes[other]) for one, other in combinations(layout.nodes, 2))
        for edge, corners in layout.edges.items():
            source, target = (layout.nodes[key] for key in edge)
            assert corners[0] == pytest.approx((source.right, source.centre[1]))
            assert corners[-1] == pytest.approx((target.left, target.centre[1]))
            assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in corners), edge
            assert corners[-2][0] < corners[-1][0], "it comes from the left"
            hit = [
                key for key, box in layout.nodes.items()
                if key not in edge and any(crossed(part, box) for part in parts(corners))
            ]  # fmt: skip
            assert hit == [], edge


def test_rows_are_no_wider_than_their_place_if_they_can_be_and_about_as_wide_as_each_other():
    graph = folded(graph_of("resnet18"))
    layout = in_rows(lay_out(graph, {node.key: (80, 50) for node in graph.nodes}, Gaps()), 800, Gaps())
    tops = sorted({box.top for box in layout.nodes.values()})
    counts = [sum(box.top == top for box in layout.nodes.values()) for top in tops]
    assert layout.width <= 800
    assert len(graph.nodes) == sum(counts)
    assert max(counts) - min(counts) <= 1
    order = sorted(layout.nodes, key=lambda key: (layout.nodes[key].top, layout.nodes[key].left))
    assert order == [node.key for node in graph.nodes], "it reads like a text"


def test_what_fits_stays_in_a_row_and_what_cannot_be_broken_too():
    graph = folded(graph_of("mlp"))
    flat = lay_out(graph, sizes_of(graph), Gaps())
    assert in_rows(flat, flat.width, Gaps()) is flat
    assert in_rows(flat, 1, Gaps()).width < flat.width
    joined = Graph(graph.nodes[:1], (), ())
    alone = lay_out(joined, sizes_of(joined), Gaps())
    assert in_rows(alone, 1, Gaps()) is alone


@pytest.mark.parametrize(("height", "rows"), [(2000, 3), (150, 2), (20, 3)])
def test_it_is_drawn_smaller_only_where_all_can_be_seen_then(height, rows):
    graph = folded(graph_of("resnet18"))
    flat = lay_out(graph, {node.key: (80, 50) for node in graph.nodes}, Gaps())
    assert fitted(flat, (flat.width * 0.8, height), 0.8, 14, Gaps()) is flat
    layout = fitted(flat, (660, height), 0.8, 14, Gaps())
    assert len({box.top for box in layout.nodes.values()}) == rows
