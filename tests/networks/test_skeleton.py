"""Networks without weights: as those with, but nothing drawn and nothing in memory."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.networks.base import NETWORKS, build
from cifar_gui.networks.layer_table import layer_table
from cifar_gui.networks.skeleton import build_without_weights, refused_settings


@pytest.mark.parametrize("name", NETWORKS.names())
def test_a_network_without_weights_is_the_whole_one_but_for_its_memory(name):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    skeleton = build_without_weights(name, 10)
    assert torch.equal(torch.get_rng_state(), before), "no random number was drawn"
    assert all(weight.is_meta for weight in skeleton.parameters())
    whole = build(name, 10)
    assert {key: value.shape for key, value in skeleton.state_dict().items()} == {
        key: value.shape for key, value in whole.state_dict().items()
    }
    assert layer_table(skeleton) == layer_table(whole)


@pytest.mark.parametrize(
    ("name", "settings", "blamed"),
    [
        ("simple", {"kernel": 4, "filters": 6}, {"kernel": "kernel must be odd, from 1 to 31"}),
        ("mlp", {"hidden": 64}, {}),
        ("airnet", {}, {}),
    ],
)
def test_the_setting_that_is_refused_is_named(name, settings, blamed):
    assert refused_settings(name, settings) == blamed


def test_a_negative_size_is_refused_too():
    assert "negative" in refused_settings("mlp", {"hidden": -5})["hidden"]
