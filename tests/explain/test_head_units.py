"""Of which layer the units are that the last layer adds up, and where they look."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.head_units import head_units, maps_on_picture
from cifar_gui.explain.ideal_input import ideal_inputs
from cifar_gui.explain.penultimate import features_of
from cifar_gui.explain.response import maps_at, response_of
from cifar_gui.explain.survey import survey
from cifar_gui.inference.forward import evaluating
from cifar_gui.networks.base import NETWORKS

NARROW = {"width": 0.125}
SMALL = {
    "airnet": {"size": "93"},
    "resnet18": {"width": 4},
    "resnet20": {"width": 4},
    "inception_v1": NARROW,
    "inception_v2": NARROW,
    "mlp": {"hidden": 16},
    "lenet": {},
}
BLUE = 1
"""The filter of the planted network that finds it."""


@pytest.mark.parametrize(
    ("network", "labels", "nouns"),
    [
        ("airnet", ["block 3 · conv 2"], "filters"),
        ("simple", ["conv 1"], "filters"),
        ("lenet", ["dense 2"], "units"),
        ("mlp", ["dense 1"], "units"),
        ("resnet20", ["before pool"], "maps"),
        ("handmade", ["before pool"], "maps"),
        (
            "inception_v1",
            ["5b · 1x1 · conv", "5b · 3x3 · conv · conv", "5b · 5x5 · conv · conv", "5b · pool · project · conv"],
            "filters",
        ),
    ],
)
def test_the_units_are_of_the_last_layer_whose_answers_stay_apart(network, labels, nouns, snapshot_of):
    units = head_units(snapshot_of(network, **SMALL.get(network, {})))
    assert [layer.label for layer in units.layers] == labels
    assert {layer.nouns for layer in units.layers} == {nouns}


@pytest.mark.parametrize("network", [name for name in NETWORKS.names() if name not in ("vgg16", "alexnet", "zfnet")])
def test_units_of_every_network_can_be_read_where_it_says_and_driven(network, snapshot_of):
    snapshot = snapshot_of(network, **SMALL.get(network, {}))
    units, model = head_units(snapshot), rebuild(snapshot)
    inputs = torch.rand(1, 3, 32, 32)
    with evaluating(model):
        together = maps_at(model, units.tap, inputs)[0]
        apart = [maps_at(model, response_of(snapshot, layer).answer, inputs)[0] for layer in units.layers]
        for layer in units.layers:
            assert maps_at(model, response_of(snapshot, layer).drive, inputs).shape[1] == layer.units
    assert torch.allclose(torch.cat(apart), together, atol=1e-6)
    assert len(together) == len(units)


def test_a_number_is_found_in_its_layer(snapshot_of):
    units = head_units(snapshot_of("inception_v1", **NARROW))
    first, second = units.layers[:2]
    assert units.seat(first.units - 1) == (first, first.units - 1)
    assert units.seat(first.units) == (second, 0)
    for number in (-1, len(units)):
        with pytest.raises(IndexError):
            units.seat(number)


@pytest.mark.parametrize(
    "layers", ["flatten; dense", "convolution depth=10 height=3 width=3 padding=same; global_average"]
)
def test_pixels_are_no_units(snapshot_of, layers):
    assert head_units(snapshot_of("custom", layers=layers)) is None


def test_the_units_of_a_convolution_whose_maps_are_averaged_are_what_it_reads(snapshot_of):
    layers = "convolution depth=6 height=3 width=3; activation; convolution depth=10 height=1 width=1; global_average"
    units = head_units(snapshot_of("custom", layers=layers))
    assert (len(units), units.size, units.layers[0].noun) == (6, (32, 32), "filter")


def test_the_units_are_those_whose_pooled_answers_the_last_layer_reads(snapshot_of):
    snapshot = snapshot_of("airnet", size="93")
    examined, pixels = Examined(snapshot), np.random.default_rng(2).integers(0, 256, (3, 32, 32)).astype(np.uint8)
    units = head_units(snapshot)
    maps = maps_at(examined.model, units.tap, examined.inputs(pixels))[0]
    assert torch.allclose(maps.amax((1, 2)), features_of(examined, examined.inputs(pixels))[0])
    assert units.size == (3, 3)


def test_a_map_lies_over_the_picture_where_the_unit_looks(planted, pictures):
    units = head_units(planted)
    blue = maps_on_picture(Examined(planted), units, pictures.split.images[8].numpy())[BLUE]
    assert blue.shape == (32, 32)
    assert np.unravel_index(blue.argmax(), blue.shape) == (0, 31)
    assert blue[0, 31] > 1.5 * blue[0, 30] > 0


def test_a_coarse_map_is_laid_over_the_middles_of_what_its_places_see(snapshot_of):
    snapshot = snapshot_of("airnet", size="93")
    units, examined = head_units(snapshot), Examined(snapshot)
    pixels = np.random.default_rng(2).integers(0, 256, (3, 32, 32)).astype(np.uint8)
    maps = maps_at(examined.model, units.tap, examined.inputs(pixels))[0].numpy()
    laid = maps_on_picture(examined, units, pixels)
    middles = [units.view.start[0] + (units.view.field[0] - 1) / 2 + 8 * place for place in range(3)]
    assert middles == [4.0, 12.0, 20.0]
    assert laid[:, 4::8, 4::8][:, :3, :3] == pytest.approx(maps, abs=1e-5)
    assert laid[:, 8, 4] == pytest.approx((maps[:, 0, 0] + maps[:, 1, 0]) / 2, abs=1e-5)


def test_units_that_look_at_the_whole_picture_have_no_maps(snapshot_of):
    snapshot = snapshot_of("lenet")
    assert maps_on_picture(Examined(snapshot), head_units(snapshot), np.zeros((3, 32, 32), np.uint8)) is None


@pytest.mark.parametrize("network", ["lenet", "resnet20"])
def test_top_pictures_and_ideal_inputs_are_there_for_units_that_are_no_filters_too(network, snapshot_of, pictures):
    snapshot = snapshot_of(network, **SMALL.get(network, {}))
    (layer,) = head_units(snapshot).layers
    assert survey(snapshot, layer, pictures).pictures.shape == (layer.units, 9)
    ideal = ideal_inputs(snapshot, layer, [1])
    height, width = response_of(snapshot, layer).field()
    assert ideal.states.shape[1:] == (1, 3, height, width)
    assert ideal.states[-1].std() > 10
