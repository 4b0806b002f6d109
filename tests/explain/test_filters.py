"""Weights as pictures, with weights that are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d, gelu

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.base import Request
from cifar_gui.explain.filters import filter_images, in_colour, matrix, mosaic, one_channel, seen_through
from cifar_gui.explain.layers import ConvLayer, class_layer, convolution_layers

GREY, AMBER, BLUE = [128, 128, 128, 255], [255, 214, 102, 255], [16, 48, 140, 255]


def test_a_first_layer_is_shown_in_the_colours_it_looks_for(layer_with):
    snapshot, layer = layer_with([[[[0.5]], [[0.0]], [[-0.5]]], [[[0.0]], [[0.1]], [[0.0]]]])
    grid = in_colour(snapshot, Request(layer))
    assert grid.tiles[:, 0, 0].tolist() == [[255, 128, 1, 255], [128, 255, 128, 255]]
    assert grid.captions == ("filter 0 · norm 0.707", "filter 1 · norm 0.1")


def test_classes_that_weigh_the_pixels_are_pictures_under_their_names(snapshot_of):
    snapshot = snapshot_of("custom", layers="flatten; dense")
    layer = class_layer(snapshot)
    grid = filter_images(snapshot, layer)
    assert (grid.tiles.shape, grid.noun, grid.labels) == ((10, 32, 32, 4), "classes", snapshot.card.class_names)
    assert in_colour(snapshot, Request(layer, scale="network")).note.endswith(
        "what weighs the classes is no convolution."
    )


def test_the_first_tiles_are_a_grid_of_their_own(layer_with):
    snapshot, layer = layer_with([[[[0.1]]] * 3, [[[0.3]]] * 3, [[[0.2]]] * 3])
    grid = in_colour(snapshot, Request(layer, "norm")).first(2)
    assert (grid.units, len(grid.tiles), len(grid.captions)) == ((1, 2), 2, 2)


def test_on_a_common_scale_weak_filters_look_weak(layer_with):
    snapshot, layer = layer_with([[[[0.5]], [[0.0]], [[0.0]]], [[[0.1]], [[0.0]], [[0.0]]]])
    grid = in_colour(snapshot, Request(layer, scale="common"))
    assert grid.tiles[:, 0, 0, 0].tolist() == [255, 153]
    assert grid.legend.high == "+0.5"


def test_tiles_follow_the_order_asked_for_and_keep_their_numbers(layer_with):
    snapshot, layer = layer_with([[[[0.1]]] * 3, [[[0.3]]] * 3, [[[0.2]]] * 3])
    grid = in_colour(snapshot, Request(layer, "norm"))
    assert grid.units == (1, 2, 0)
    assert grid.captions[0].startswith("filter 1 ")
    assert (grid.tile(0) == grid.tiles[2]).all()


@pytest.mark.parametrize("view", [in_colour, mosaic, one_channel])
def test_every_view_arranges_whole_tiles_with_their_captions(view, layer_with):
    """Sorted by the strength of the whole filter, whatever part of it is shown."""
    snapshot, layer = layer_with(
        [[[[0.1]], [[0.3]], [[0.2]]], [[[0.0]], [[0.9]], [[-0.8]]], [[[0.5]], [[0.1]], [[0.1]]]]
    )
    plain, sorted_ = (view(snapshot, Request(layer, order)) for order in ("index", "norm"))
    assert sorted_.units == (1, 2, 0)
    for unit in range(3):
        assert (sorted_.tile(unit) == plain.tile(unit)).all()
        assert sorted_.captions[sorted_.position(unit)] == plain.captions[unit]
        assert plain.captions[unit].startswith(f"filter {unit} ")


@pytest.mark.parametrize(("view", "strongest"), [(in_colour, 255), (mosaic, 255), (one_channel, 255)])
def test_every_view_has_a_common_scale_and_says_how_far_it_reaches(view, strongest, layer_with):
    snapshot, layer = layer_with([[[[1.0]], [[-2.0]], [[1.0]]], [[[0.5]], [[0.5]], [[0.5]]]])
    own, common = (view(snapshot, Request(layer, scale=scale)) for scale in ("own", "common"))
    assert own.tiles[1, 0, 0, 0] == strongest
    assert common.tiles[1, 0, 0, 0] == 160  # a quarter of the way from 128
    assert (own.legend.high, common.legend.low, common.legend.high) == ("+max", "−2", "+2")


def test_the_scale_and_the_order_asked_for_reach_the_view_that_opens(layer_with):
    snapshot, layer = layer_with([[[[0.1]]] * 3, [[[0.3]]] * 3])
    grid = filter_images(snapshot, layer, order="norm", scale="common")
    assert grid.units == (1, 0)
    assert grid.legend.high == "+0.3"


def test_captions_of_one_channel_are_about_that_channel(layer_with):
    snapshot, layer = layer_with([[[[3.0]], [[4.0]]]])
    assert one_channel(snapshot, Request(layer, channel=1)).captions == ("filter 0 · norm 4 in channel 1",)
    assert mosaic(snapshot, Request(layer)).captions == ("filter 0 · norm 5",)


def test_a_mosaic_lays_slices_by_strength_with_gaps_between_them(layer_with):
    weak, strong = np.full((3, 3), 0.5), np.full((3, 3), -1.0)
    snapshot, layer = layer_with([[weak, strong]])
    tile = mosaic(snapshot, Request(layer)).tiles[0]
    assert tile.shape == (3, 7, 4)
    assert tile[0, 0].tolist() == BLUE
    assert tile[:, 3, 3].tolist() == [0, 0, 0]
    assert tile[0, 4, 3] == 255


def test_a_mosaic_of_single_weights_has_no_gaps(layer_with):
    snapshot, layer = layer_with([[[[1.0]], [[-1.0]], [[0.0]], [[0.0]]]])
    tile = mosaic(snapshot, Request(layer)).tiles[0]
    assert tile.tolist() == [[AMBER, BLUE], [GREY, GREY]]


def test_places_in_a_mosaic_that_no_slice_fills_stay_transparent(layer_with):
    snapshot, layer = layer_with([[[[1.0]], [[1.0]], [[1.0]]]])
    assert mosaic(snapshot, Request(layer)).tiles[0, ..., 3].tolist() == [[255, 255], [255, 0]]


def test_one_input_channel_is_shown_on_the_scale_of_all(layer_with):
    snapshot, layer = layer_with([[[[1.0]], [[0.5]]], [[[0.0]], [[-2.0]]]])
    tiles = one_channel(snapshot, Request(layer, channel=1)).tiles
    assert tiles[1, 0, 0].tolist() == BLUE
    assert tiles[0, 0, 0, 0] == round(128 + 127 / 2)


def test_a_channel_past_the_end_shows_the_last(layer_with):
    snapshot, layer = layer_with([[[[1.0]], [[-1.0]]]])
    grid = one_channel(snapshot, Request(layer, channel=99))
    assert grid.tiles[0, 0, 0].tolist() == BLUE
    assert "channel 1, of those from 0 to 1," in grid.note
    assert one_channel(snapshot, Request(layer, channel=-1)).tiles[0, 0, 0].tolist() == AMBER


def test_two_convolutions_in_a_row_answer_like_the_filters_seen_through_the_stem():
    generator = torch.Generator().manual_seed(0)
    stem = torch.randn(5, 3, 2, 2, generator=generator, dtype=torch.float64)
    weights = torch.randn(4, 5, 3, 3, generator=generator, dtype=torch.float64)
    pictures = torch.randn(2, 3, 9, 9, generator=generator, dtype=torch.float64)
    for stride in ((1, 1), (2, 2), (1, 2)):
        seen = seen_through(weights, stem, stride)
        assert seen.shape == (4, 3, 2 * stride[0] + 2, 2 * stride[1] + 2)
        in_a_row = conv2d(conv2d(pictures, stem, stride=stride), weights)
        assert torch.allclose(conv2d(pictures, seen, stride=stride), in_a_row)


def test_through_a_whitening_stem_the_projection_is_twice_the_odd_part_of_the_true_answer():
    generator = torch.Generator().manual_seed(1)
    half = torch.randn(6, 3, 2, 2, generator=generator, dtype=torch.float64)
    stem = torch.cat([half, -half])
    weights = torch.randn(4, 12, 3, 3, generator=generator, dtype=torch.float64)
    picture = torch.randn(1, 3, 4, 4, generator=generator, dtype=torch.float64)

    def answer(to: torch.Tensor) -> torch.Tensor:
        return conv2d(gelu(conv2d(to, stem)), weights)

    odd = (answer(picture) - answer(-picture)) / 2
    assert torch.allclose(conv2d(picture, seen_through(weights, stem)), 2 * odd)


def test_the_layer_after_a_fixed_stem_opens_in_colour_and_says_through_what(snapshot_of):
    snapshot = snapshot_of("airnet", size="93")
    following = convolution_layers(snapshot)[1]
    grid = filter_images(snapshot, following)
    assert grid.tiles.shape == (64, 4, 4, 4)
    assert "through stem" in grid.note
    assert "computed, not learned" in grid.note


@pytest.mark.parametrize("which", [0, 3])
def test_a_layer_opens_in_colour_where_it_has_colours_and_as_a_mosaic_elsewhere(which, snapshot_of):
    snapshot = snapshot_of("keras1m")
    grid = filter_images(snapshot, convolution_layers(snapshot)[which], order="norm")
    assert grid.legend.kind == ("rgb" if which == 0 else "signed")


def test_through_a_stem_that_takes_larger_steps_filters_look_larger(layer_with):
    stem = ConvLayer("stem", "stem", (2, 3, 2, 2), 24, False, "fixed", stride=(2, 3))
    snapshot, layer = layer_with(np.full((1, 2, 3, 3), 0.5), stem=stem)
    snapshot.weights["stem.weight"] = torch.ones(2, 3, 2, 2)
    grid = in_colour(snapshot, Request(layer))
    assert grid.tiles.shape == (1, 6, 8, 4)
    assert grid.captions == (f"filter 0 · norm {0.5 * 18**0.5:.3g}",), "the norm of what the layer itself has learned"


def test_filters_seen_through_a_stem_are_sorted_by_the_norms_in_their_captions(layer_with):
    stem = ConvLayer("stem", "stem", (2, 3, 1, 1), 6, False, "fixed")
    snapshot, layer = layer_with([[[[0.1]], [[0.2]]], [[[0.9]], [[0.0]]], [[[0.5]], [[0.0]]]], stem=stem)
    snapshot.weights["stem.weight"] = torch.tensor([0.1, 10.0]).view(2, 1, 1, 1).expand(2, 3, 1, 1)
    assert in_colour(snapshot, Request(layer, "norm")).units == (1, 2, 0)
    assert in_colour(snapshot, Request(layer, "similarity")).units[0] == 0, "what is seen starts with what is seen best"


@pytest.mark.parametrize("of", [0, 1])
def test_the_scale_of_the_network_reaches_as_far_as_its_largest_weight_be_it_negative(of, snapshot_of):
    snapshot = snapshot_of("keras1m")
    first, *others = convolution_layers(snapshot)
    name = f"{[first, *others][of].name}.weight"
    weights = snapshot.weights[name].clone()
    weights[0, 0, 0, 0] = -7.0
    lowered = ModelSnapshot(snapshot.card, {**snapshot.weights, name: weights})
    for layer in (first, others[0]):
        assert filter_images(lowered, layer, scale="network").legend.low == "−7"


def test_what_is_no_learned_convolution_has_a_scale_of_its_own_and_does_not_grey_out_the_others(snapshot_of):
    snapshot = snapshot_of("airnet", size="93")
    stem, first, *others = convolution_layers(snapshot)
    classes = class_layer(snapshot)
    large = {f"{layer.name}.weight": snapshot.weights[f"{layer.name}.weight"] * 100 for layer in (stem, classes)}
    loud = ModelSnapshot(snapshot.card, {**snapshot.weights, **large})
    learned = [loud.weights[f"{layer.name}.weight"].abs().max() for layer in (first, *others)]
    peak = f"+{float(max(learned)):.2g}"
    for layer in (first, others[0]):
        grid = mosaic(loud, Request(layer, scale="network"))
        assert (grid.legend.high, "scale of its own" in grid.note) == (peak, False)
    for view, layer, why in (
        (in_colour, stem, "computed, not learned."),
        (in_colour, first, "seen through stem"),
        (matrix, classes, "what weighs the classes is no convolution"),
    ):
        grid = view(loud, Request(layer, scale="network"))
        assert "scale of its own" in grid.note
        assert why in grid.note
        assert grid.legend == view(loud, Request(layer, scale="common")).legend


@pytest.mark.parametrize(("inputs", "high"), [(3, 1), (40, 10), (6000, 24)])
def test_few_rows_of_a_matrix_are_made_higher_but_never_so_high_that_they_hide_each_other(layer_with, inputs, high):
    snapshot, layer = layer_with([[[[0.5]]] * inputs, [[[0.1]]] * inputs])
    assert matrix(snapshot, Request(layer)).tiles.shape == (2, high, inputs, 4)
