"""A grid, its atlas and the registry of views."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cifar_gui.explain.base import EXPLAINERS, ORDERS, ImageGrid, Request, atlas, views
from cifar_gui.explain.layers import ConvLayer, convolution_layers
from cifar_gui.networks.base import NETWORKS

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


def test_the_first_layer_has_one_view_and_a_deep_one_two():
    first, deep = (ConvLayer("c", "c", (4, channels, 3, 3), 0, True) for channels in (3, 8))
    assert views(first) == [("colour", "In colour")]
    assert views(deep) == [("mosaic", "Mosaic"), ("channels", "Input channels")]
    assert views(replace(deep, stem=first)) == [("colour", "In colour"), *views(deep)]


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("view", EXPLAINERS.names())
def test_every_view_shows_every_unit_of_every_layer_it_suits(network, view, snapshot_of):
    snapshot = snapshot_of(network, **({"size": "93"} if network == "airnet" else {}))
    for layer in convolution_layers(snapshot):
        if view not in dict(views(layer)):
            continue
        for order, scale in (*((order, "own") for order in ORDERS), ("index", "common")):
            grid = EXPLAINERS[view](snapshot, Request(layer, order, scale))
            assert sorted(grid.units) == list(range(layer.units))
            assert grid.tiles.dtype == np.uint8
            assert grid.tiles.shape[0] == len(grid.captions) == layer.units
            assert grid.note
            assert grid.legend is not None
