"""The maps of a layer for a picture, against the convolution worked out by torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cifar_gui.errors import CifarGuiError
from cifar_gui.explain import feature_maps as module
from cifar_gui.explain.base import EXPLAINERS, Request, Subject
from cifar_gui.explain.colours import ZERO
from cifar_gui.explain.feature_maps import feature_maps
from cifar_gui.explain.layers import class_layer, convolution_layers, weights_of

EDGE, BLUE, SILENT = range(3)


@pytest.fixture
def picture(pictures) -> Subject:
    return Subject(pictures.split.images[3].numpy(), "an edge")


def test_maps_are_the_convolution_and_its_activation(planted, picture):
    (layer,) = convolution_layers(planted)
    (maps,) = feature_maps(planted, [layer], picture.pixels)
    image = torch.from_numpy(picture.pixels)[None].float() / 255 - 0.5
    expected = F.relu(F.conv2d(image, weights_of(planted, layer), planted.weights["0.bias"], padding=1))
    assert np.allclose(maps, expected[0].numpy(), atol=1e-4)


def test_an_edge_detector_answers_at_the_edge_alone(planted, picture):
    (maps,) = feature_maps(planted, convolution_layers(planted), picture.pixels)
    inside = maps[EDGE, 1:-1, 1:-1] > 0.01  # at the border the padding is an edge itself
    assert set(np.flatnonzero(inside.any(0)) + 1) == {9, 10}
    assert set(np.flatnonzero(inside.any(1)) + 1) == {6, 7, 8}


def test_the_grid_shows_silence_as_the_grey_of_zero_and_excitement_as_amber(planted, picture):
    (layer,) = convolution_layers(planted)
    grid = EXPLAINERS["maps"](planted, Request(layer, picture=picture))
    assert grid.units == tuple(range(6))
    assert set(grid.tile(SILENT)[..., :3].ravel().tolist()) == {ZERO}
    assert grid.tile(EDGE)[7, 9].tolist() == [255, 214, 102, 255]
    assert "after relu: 32 × 32 places" in grid.note
    assert grid.captions[SILENT] == "filter 2 · mean 0, highest 0"


def test_one_scale_for_all_makes_the_weaker_fainter(planted, picture):
    (layer,) = convolution_layers(planted)
    own, common, network = (
        EXPLAINERS["maps"](planted, Request(layer, "index", scale, picture=picture)).tile(EDGE)[7, 9]
        for scale in ("own", "common", "network")
    )
    assert own[0] > common[0] > ZERO
    assert common.tolist() == network.tolist()  # it has one layer


def test_one_scale_for_all_layers_reaches_as_far_as_the_lowest_value(planted, picture, monkeypatch):
    layer, deeper = convolution_layers(planted)[0], np.full((6, 4, 4), -4, np.float32)
    monkeypatch.setattr(module, "filter_layers", lambda _snapshot: [layer, layer])
    monkeypatch.setattr(module, "feature_maps", lambda _snapshot, layers, _pixels: [deeper + 3, deeper][: len(layers)])
    grid = EXPLAINERS["maps"](planted, Request(layer, scale="network", picture=picture))
    assert (grid.legend.low, grid.legend.high) == ("−4", "+4")


def test_the_maps_of_the_classes_are_the_answers_of_the_network(planted, picture):
    grid = EXPLAINERS["maps"](planted, Request(class_layer(planted), picture=picture))
    assert grid.tiles.shape == (10, 1, 1, 4)
    assert grid.label(1) == "class 1"
    assert grid.captions[0] == "class 0 · answers 0.5"


def test_classes_are_on_a_scale_of_their_own_and_the_legend_says_so(planted, picture):
    legends = {
        layer.label: EXPLAINERS["maps"](planted, Request(layer, scale="network", picture=picture)).legend
        for layer in (*convolution_layers(planted), class_layer(planted))
    }
    assert legends["classes"].note.startswith("One scale for all classes")
    assert legends["conv 1"].note.startswith("One scale for all layers")
    assert legends["classes"].high == "+1e+02", "planted: of most classes nothing is ever said"


def test_single_values_share_a_scale_for_on_their_own_each_would_be_in_full_colour(planted, picture):
    grid = EXPLAINERS["maps"](planted, Request(class_layer(planted), scale="own", picture=picture))
    assert grid.legend.high == "+1e+02"
    assert grid.note.endswith("They share a scale: one value on a scale of its own is always in full colour.")


def test_the_same_comes_of_the_same_and_is_kept(planted, picture, monkeypatch):
    layers = convolution_layers(planted)
    first = feature_maps(planted, layers, picture.pixels)
    assert np.array_equal(module._feature_maps(planted, layers, picture.pixels)[0], first[0])
    monkeypatch.setattr(module, "rebuild", lambda _snapshot: pytest.fail("computed again"))
    assert feature_maps(planted, layers, picture.pixels.copy()) is first


def test_without_a_picture_it_is_said(planted):
    with pytest.raises(CifarGuiError, match="no picture to explain"):
        EXPLAINERS["maps"](planted, Request(convolution_layers(planted)[0]))
