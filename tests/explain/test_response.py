"""Where answers are read, and what each place of a map sees."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.explain.layers import class_layer, convolution_layers, filter_layers
from cifar_gui.explain.response import Box, maps_at, response_of, silenced, tapped
from cifar_gui.inference.forward import evaluating
from cifar_gui.networks.base import NETWORKS
from cifar_gui.networks.design import Activation, BatchNorm, Convolution, Dense, Design, Flatten, MaxPooling

NARROW = {"width": 0.125}
SMALL = {"airnet": {"size": "93"}, "resnet18": {"width": 8}, "inception_v1": NARROW, "inception_v2": NARROW}


def layer_called(snapshot, label):
    return next(layer for layer in filter_layers(snapshot) if layer.label == label)


def hooks_of(model) -> int:
    return sum(len(module._forward_hooks) for module in model.modules())


@pytest.mark.parametrize(
    ("network", "label", "words", "rectified"),
    [
        ("airnet", "stem", "after gelu", True),
        ("airnet", "block 1 · conv 1", "after pool, norm and gelu", True),
        ("keras1m", "conv 1", "after leaky relu", False),
        ("mlp", "dense 1", "after relu", True),
        ("handmade", "filters", "straight from the convolution", False),
        ("resnet20", "stage 1.1 · first · conv", "after norm and relu", True),
        ("resnet20", "stage 1.1 · second · conv", "after norm", False),
    ],
)
def test_answers_are_read_behind_the_activation_if_there_is_one_of_their_own(
    network, label, words, rectified, snapshot_of
):
    snapshot = snapshot_of(network)
    response = response_of(snapshot, layer_called(snapshot, label))
    assert (response.words, response.rectified) == (words, rectified)


@pytest.mark.parametrize("network", NETWORKS.names())
def test_every_layer_of_every_network_gives_a_map_for_each_unit(network, snapshot_of):
    snapshot = snapshot_of(network, **SMALL.get(network, {}))
    model = rebuild(snapshot)
    with evaluating(model):
        for layer in [*filter_layers(snapshot), class_layer(snapshot)]:
            response = response_of(snapshot, layer)
            maps = maps_at(model, response.answer, torch.zeros(2, 3, 32, 32))
            assert maps.shape == (2, layer.units, *response.size)
            assert maps_at(model, response.drive, torch.zeros(1, 3, 32, 32)).shape[1] == layer.units
    assert hooks_of(model) == 0


def seen_by(snapshot, layer, row, column) -> Box:
    """What a place of the map depends on: where its gradient is not 0."""
    model, response = rebuild(snapshot), response_of(snapshot, layer)
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1), requires_grad=True)
    maps_at(model, response.drive, image)[0, :, row, column].sum().backward()
    rows, columns = (np.flatnonzero(image.grad[0].abs().sum((0, axis)).numpy()) for axis in (2, 1))
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (2, 3), (4, 1)])
def test_a_place_sees_exactly_what_its_answer_depends_on(row, column, snapshot_of):
    design = Design(
        (
            Convolution(depth=4, height=5, width=3, stride=2, padding=1),
            BatchNorm(),
            Convolution(depth=3, height=3, width=3, padding="same"),
            Activation("tanh"),
            Convolution(depth=2, height=2, width=2, stride=2, padding="valid"),
            Flatten(),
            Dense(),
        )
    )
    snapshot = snapshot_of("custom", layers=design.to_text())
    for layer in convolution_layers(snapshot)[:2]:
        assert response_of(snapshot, layer).box(row, column).clipped() == seen_by(snapshot, layer, row, column)


def test_behind_a_pool_a_place_sees_more_than_its_answer_depends_on_but_never_less(snapshot_of):
    snapshot = snapshot_of("airnet", size="93")
    for layer in convolution_layers(snapshot)[:4]:
        known, found = response_of(snapshot, layer).box(3, 4).clipped(), seen_by(snapshot, layer, 3, 4)
        assert known.top <= found.top < found.bottom <= known.bottom
        assert known.left <= found.left < found.right <= known.right


def test_what_is_seen_beyond_the_border_sticks_out_and_is_clipped(snapshot_of):
    snapshot = snapshot_of("simple")
    response = response_of(snapshot, layer_called(snapshot, "conv 1"))
    assert response.box(0, 31) == Box(-1, 30, 2, 33)
    assert response.box(0, 31).clipped() == Box(0, 30, 2, 32)
    assert response.window(0, 31) == response.box(0, 31)


def test_what_sees_more_than_the_picture_is_shown_the_picture(snapshot_of):
    snapshot = snapshot_of("airnet", size="93")
    response = response_of(snapshot, layer_called(snapshot, "block 3 · conv 2"))
    assert response.field() == (32, 32)
    assert response.window(0, 2) == Box(0, 0, 32, 32)


def test_the_answers_of_the_network_are_a_layer_with_the_classes_as_units(snapshot_of):
    snapshot = snapshot_of("airnet", size="93")
    layer = class_layer(snapshot)
    assert (layer.name, layer.label, layer.shape) == ("head", "classes", (10, 128, 1, 1))
    assert layer.unit_words(3) == "class 3"
    model, image = rebuild(snapshot), torch.rand(1, 3, 32, 32)
    with evaluating(model):
        assert torch.equal(maps_at(model, response_of(snapshot, layer).answer, image).flatten(), model(image)[0])


def test_a_network_that_does_not_end_in_a_dense_layer_has_classes_without_weights(snapshot_of):
    design = Design((Convolution(depth=4), Activation(), MaxPooling(), Flatten(), Dense(), Activation("tanh")))
    layer = class_layer(snapshot_of("custom", layers=design.to_text()))
    assert (layer.name, layer.units, layer.parameters) == ("", 10, 0)


def test_a_tap_is_gone_after_an_error_too(snapshot_of):
    model = rebuild(snapshot_of("simple"))
    with pytest.raises(RuntimeError):
        maps_at(model, "1", torch.zeros(1, 4, 32, 32))
    with pytest.raises(ValueError, match="on the way"), tapped(model, "0"):
        raise ValueError("on the way")
    with pytest.raises(RuntimeError), silenced(model, "0", 1):
        model(torch.zeros(1, 4, 32, 32))
    assert hooks_of(model) == 0


def test_nothing_behind_a_tap_is_computed(snapshot_of):
    model = rebuild(snapshot_of("simple"))
    later = []
    model[2].register_forward_hook(lambda *_: later.append(True))
    maps_at(model, "1", torch.zeros(1, 3, 32, 32))
    assert later == []


def test_a_silenced_unit_says_nothing_and_the_others_what_they_always_say(snapshot_of):
    model, image = rebuild(snapshot_of("simple")), torch.rand(1, 3, 32, 32)
    with torch.inference_mode():
        usual = maps_at(model, "1", image)
        with silenced(model, "1", 4):
            without = maps_at(model, "1", image)
    assert not without[:, 4].any()
    others = [unit for unit in range(12) if unit != 4]
    assert torch.equal(without[:, others], usual[:, others])
    assert hooks_of(model) == 0
