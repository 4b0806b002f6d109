"""A grid, its atlas and the registry of views."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cifar_gui.explain import ideal_input
from cifar_gui.explain.base import (
    EXPLAINERS,
    ORDERS,
    ImageGrid,
    Request,
    Subject,
    atlas,
    families,
    family_of,
    says,
    views,
)
from cifar_gui.explain.colours import ZERO
from cifar_gui.explain.layers import ConvLayer, class_layer, convolution_layers, weights_of
from cifar_gui.networks.base import NETWORKS

NARROW = {"width": 0.25}
SMALL = {"airnet": {"size": "93"}, "resnet18": {"width": 8}, "inception_v1": NARROW, "inception_v2": NARROW}
RED, CLEAR = [255, 0, 0, 255], [0, 0, 0, 0]


def grid_of(*tiles) -> ImageGrid:
    units = tuple(range(len(tiles)))
    pixels = np.array(tiles, np.uint8).reshape(len(tiles), 1, -1, 4) if tiles else np.zeros((0, 1, 1, 4), np.uint8)
    return ImageGrid("a layer", "filters", pixels, units, tuple(f"filter {unit}" for unit in units), "")


def test_an_atlas_lays_tiles_in_rows_with_gaps_between_them():
    sheet = atlas(grid_of([RED], [RED], [RED]), columns=2, ground=(9, 9, 9))
    assert sheet[..., 0].tolist() == [[9, 9, 9, 9, 9], [9, 255, 9, 255, 9], [9, 9, 9, 9, 9], [9, 255, 9, 9, 9], [9] * 5]


@pytest.mark.parametrize(
    ("count", "columns", "laid_out"), [(4, 0, (2, 2)), (5, 0, (2, 3)), (3, 9, (1, 3)), (3, 1, (3, 1)), (1, 0, (1, 1))]
)
def test_an_atlas_is_about_square_or_as_wide_as_asked_for(count, columns, laid_out):
    sheet = atlas(grid_of(*[[RED]] * count), columns)
    assert sheet.shape == (2 * laid_out[0] + 1, 2 * laid_out[1] + 1, 3)
    assert sheet[0, 0].tolist() == [255, 255, 255]


def test_an_atlas_shows_the_ground_through_the_gaps_inside_a_tile():
    sheet = atlas(grid_of([RED, CLEAR]), gap=0, ground=(1, 2, 3))
    assert sheet.tolist() == [[[255, 0, 0], [1, 2, 3]]]


def test_magnification_repeats_pixels_and_invents_none():
    sheet = atlas(grid_of([RED, CLEAR]), gap=0, magnification=3, ground=(1, 2, 3))
    assert sheet.shape == (3, 6, 3)
    assert sheet[:, :3].reshape(-1, 3).tolist() == [[255, 0, 0]] * 9


def test_an_empty_grid_has_no_atlas():
    with pytest.raises(ValueError, match="empty grid"):
        atlas(grid_of())


def test_a_grid_finds_the_tile_of_a_unit():
    grid = grid_of([RED], [CLEAR])
    assert grid.position(1) == 1
    assert grid.position(7) == -1
    assert grid.tile(1).tolist() == [[CLEAR]]
    with pytest.raises(KeyError):
        grid.tile(7)


ALL = [("maps", "Feature maps"), ("top", "Top pictures"), ("ideal", "Ideal input")]


def test_weights_are_shown_in_the_ways_that_suit_a_layer():
    first, deep = (ConvLayer("c", "c", (4, channels, 3, 3), 0, True) for channels in (3, 8))
    assert views(first, "weights") == [("colour", "In colour")]
    assert views(deep, "weights") == [("mosaic", "Mosaic"), ("channels", "Input channels")]
    assert views(replace(deep, stem=first), "weights") == [("colour", "In colour"), *views(deep, "weights")]
    assert views(replace(deep, shape=(4, 8, 1, 1)), "weights") == [("matrix", "Matrix"), ("mosaic", "Mosaic")]
    assert views(replace(deep, shape=(4, 8, 1, 1), classes=tuple("abcd")), "weights") == [("matrix", "Matrix")]
    assert views(ConvLayer("", "classes", (4, 0, 1, 1), 0, True, classes=tuple("abcd"))) == ALL


def test_every_layer_has_its_weights_and_what_its_units_answer():
    layer = ConvLayer("c", "c", (4, 8, 3, 3), 0, True)
    assert families(layer) == [("weights", "Weights"), *ALL]
    assert views(layer) == [*views(layer, "weights"), *ALL]
    assert families(ConvLayer("", "classes", (4, 0, 1, 1), 0, True, classes=tuple("abcd"))) == ALL
    assert (family_of("mosaic"), family_of("top")) == ("weights", "top")


def test_a_view_says_what_it_needs_and_whether_it_takes_long():
    details = ("needs_picture", "needs_pictures", "slow", "scaled")
    said = {view: tuple(says(view, detail) for detail in details) for view in ("mosaic", "maps", "top", "ideal")}
    assert said == {
        "mosaic": (False, False, False, True),
        "maps": (True, False, False, True),
        "top": (False, True, True, False),
        "ideal": (False, False, True, False),
    }


def test_strips_are_laid_one_below_the_other_without_gaps():
    grid = replace(grid_of([RED, CLEAR], [CLEAR, RED]), strips=True)
    assert atlas(grid, columns=2, ground=(0, 0, 0))[..., 0].tolist() == [[255, 0], [0, 255]]


def test_a_tile_is_called_by_its_number_or_by_its_label():
    grid = grid_of([RED], [CLEAR])
    assert grid.label(1) == "1"
    assert replace(grid, labels=("cat", "dog")).label(1) == "dog"


def check(grid: ImageGrid, units: list[int]) -> None:
    assert sorted(grid.units) == units
    assert grid.tiles.dtype == np.uint8
    assert grid.tiles.shape[0] == len(grid.captions) == len(units)
    assert grid.note


NARROW = {
    "airnet": {"size": "93"}, "resnet18": {"width": 16}, "vgg11": {"width": 16}, "vgg16": {"width": 16},
    "inception_v1": {"width": 0.25}, "inception_v2": {"width": 0.25},
}  # fmt: skip
"""Fewer units of the same layers, in a tenth of the time."""


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("view", [name for name in EXPLAINERS.names() if family_of(name) == "weights"])
def test_every_view_of_weights_shows_every_unit_of_every_layer_it_suits(network, view, snapshot_of):
    snapshot = snapshot_of(network, **NARROW.get(network, {}))
    orders = [order for order in ORDERS if order != "activity"]
    for layer in [*convolution_layers(snapshot), class_layer(snapshot)]:
        if view not in dict(views(layer)):
            continue
        for order, scale in (*((order, "own") for order in orders), ("index", "common")):
            grid = EXPLAINERS[view](snapshot, Request(layer, order, scale))
            check(grid, list(range(layer.units)))
            assert grid.legend is not None


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("view", [name for name in EXPLAINERS.names() if family_of(name) != "weights"])
def test_every_other_view_works_with_the_first_the_middle_and_the_last_layer(
    network, view, snapshot_of, pictures, monkeypatch
):
    monkeypatch.setattr(ideal_input, "STEPS", 2)
    monkeypatch.setattr(ideal_input, "STATES", (0, 2))
    snapshot = snapshot_of(network, **SMALL.get(network, {}))
    layers = [*convolution_layers(snapshot), class_layer(snapshot)]
    for layer in {layers[0], layers[len(layers) // 2], *layers[-2:]}:
        picture = Subject(pictures.split.images[3].numpy())
        grid = EXPLAINERS[view](snapshot, Request(layer, unit=1, picture=picture, pictures=pictures))
        check(grid, [1] if view == "ideal" else list(range(layer.units)))


def test_the_scale_of_the_whole_network_is_the_largest_weight_of_any_layer(snapshot_of):
    snapshot = snapshot_of("lenet")
    largest = max(float(weights_of(snapshot, layer).abs().max()) for layer in convolution_layers(snapshot))
    for layer in convolution_layers(snapshot):
        grid = EXPLAINERS[views(layer)[0][0]](snapshot, Request(layer, scale="network"))
        assert grid.legend.high == f"+{largest:.2g}"
        assert "for all layers" in grid.legend.note


def test_a_pointwise_convolution_is_a_matrix_of_its_units_and_inputs(layer_with):
    values = np.array([[1.0, 0.0, -1.0, 0.5], [0.0, 0.0, 0.0, 0.0], [2.0, -2.0, 0.0, 0.0]])[:, :, None, None]
    snapshot, layer = layer_with(values)
    grid = EXPLAINERS["matrix"](snapshot, Request(layer, "norm"))
    assert (grid.units, grid.tiles.shape, grid.strips) == ((2, 0, 1), (3, 1, 4, 4), True)
    assert grid.tile(1)[0, :, 0].tolist() == [ZERO] * 4
    assert grid.tile(0)[0, :, 0].tolist()[::2] == [255, 16]
