"""What the last layer of a network reads."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cifar_gui.inference.features import WithFeatures
from cifar_gui.inference.last_layer import NotLinear, last_layer, watched
from cifar_gui.networks.base import build

INPUTS = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def test_answers_are_those_of_the_network_and_follow_from_the_features() -> None:
    model = build("lenet", 10).eval()
    telling = WithFeatures(model, 10).eval()
    head = [layer for layer in model.modules() if isinstance(layer, nn.Linear)][-1]
    with torch.inference_mode():
        logits, features = telling.split(telling(INPUTS))
        assert torch.equal(logits, model(INPUTS))
        assert torch.allclose(head(features), logits, atol=1e-5)


def test_of_a_convolution_the_features_are_the_averages_of_what_it_reads() -> None:
    telling = WithFeatures(nn.Sequential(nn.Conv2d(3, 10, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()), 10).eval()
    with torch.inference_mode(), watched(telling.model) as found:
        logits, features = telling.split(telling(INPUTS))
    assert torch.equal(features, INPUTS.mean((2, 3)))
    assert torch.equal(last_layer(found, 10).features, features)
    assert logits.shape == (2, 10)


def test_units_are_places_of_maps_only_where_the_last_layer_reads_maps_in_a_row() -> None:
    flat = [nn.AvgPool2d(8), nn.Flatten()]  # 3 × 4 × 4 values
    for behind, maps in (([], (3, 4, 4)), ([nn.Linear(48, 48), nn.ReLU()], None)):  # as many units, but no places
        model = nn.Sequential(*flat, *behind, nn.Linear(48, 10))
        with torch.inference_mode(), watched(model) as found:
            model(INPUTS)
        assert last_layer(found, 10).maps == maps


def test_a_network_without_a_last_layer_for_the_classes_has_answers_and_no_features() -> None:
    pool = nn.Sequential(nn.Conv2d(3, 4, 1), nn.AdaptiveAvgPool2d((2, 1)), nn.Flatten())
    logits, features = WithFeatures(pool, 8).split(WithFeatures(pool, 8)(INPUTS))
    assert (logits.shape, features.shape) == ((2, 8), (2, 0))
    with watched(pool) as found:
        pool(INPUTS)
    with pytest.raises(NotLinear, match="neither a dense layer nor a convolution"):
        last_layer(found, 8)


def test_watching_leaves_a_network_as_it_was_even_after_an_error() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.Flatten())
    with pytest.raises(RuntimeError), watched(model):
        model(torch.zeros(2, 5))
    assert not any(layer._forward_pre_hooks for layer in model.modules())
