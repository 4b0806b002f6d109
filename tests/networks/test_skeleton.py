"""Networks without weights: as those with, but nothing drawn and nothing in memory."""

from __future__ import annotations

import math

import pytest
import torch

from cifar_gui.networks.base import NETWORKS, build, network_settings
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


@pytest.mark.parametrize(
    ("name", "key", "value", "reason"),
    [
        ("airnet", "batch_norm_weight", math.nan, "batch_norm_weight must be a number from 0.001 to 1"),
        ("airnet", "batch_norm_weight", math.inf, "batch_norm_weight must be a number from 0.001 to 1"),
        ("airnet", "batch_norm_weight", "nan", "batch_norm_weight must be a number from 0.001 to 1"),
        ("airnet", "batch_norm_weight", 0.0, "batch_norm_weight must be a number from 0.001 to 1"),
        ("airnet", "batch_norm_weight", -1.0, "batch_norm_weight must be a number from 0.001 to 1"),
        ("airnet", "batch_norm_weight", 1e9, "batch_norm_weight must be a number from 0.001 to 1"),
        ("airnet", "batch_norm_weight", 10**400, "batch_norm_weight must be a number from 0.001 to 1"),
        ("airnet", "unit_head", "perhaps", "unit_head must be true or false"),
        ("keras1m", "conv_dropout", math.nan, "conv_dropout must be a number from 0 to 0.99"),
        ("keras1m", "slope", -1.0, "slope must be a number from 0 to 1"),
        ("mlp", "dropout", math.nan, "dropout must be a number from 0 to 0.99"),
        ("mlp", "hidden", -5, "hidden must be a whole number from 1 to 32,000"),
        ("mlp", "hidden", 0, "hidden must be a whole number from 1 to 32,000"),
        ("mlp", "hidden", 2.5, "hidden must be a whole number from 1 to 32,000"),
        ("airnet", "batch_norm_weight", 1.001, "batch_norm_weight must be a number from 0.001 to 1"),
        ("keras1m", "slope", 1.001, "slope must be a number from 0 to 1"),
        ("mlp", "hidden", True, "hidden must be a whole number from 1 to 32,000"),
        ("mlp", "hidden", 32_001, "hidden must be a whole number from 1 to 32,000"),
        ("mlp", "hidden", [64, math.inf], "hidden must be a whole number from 1 to 32,000"),
        ("mlp", "hidden", {"a": 1}, "mlp cannot take {'a': 1} as hidden"),
        ("mlp", "hidden", None, "mlp cannot take None as hidden"),
        ("mlp", "dropout", 1.5, "dropout must be a number from 0 to 0.99"),
        ("simple", "kernel", 33, "kernel must be odd, from 1 to 31"),
        ("simple", "kernel", -1, "kernel must be odd, from 1 to 31"),
        ("simple", "filters", 0, "filters must be a whole number from 1 to 10,000"),
        ("simple", "filters", 10_001, "filters must be a whole number from 1 to 10,000"),
        ("handmade", "cells", 32, "cells must be 1, 2, 4, 8 or 16"),
        ("simple", "kernel", "3", "kernel must be odd, from 1 to 31"),
        ("handmade", "cells", 8.0, "cells must be 1, 2, 4, 8 or 16"),
        ("mlp", "dropout", 1.0, "dropout must be a number from 0 to 0.99"),
        ("inception_v2", "width", 3.01, "width must be a number from 0.05 to 3"),
        ("inception_v2", "width", 0.04, "width must be a number from 0.05 to 3"),
        ("inception_v2", "side_classifiers", "False", "side_classifiers must be true or false"),
        ("resnet18", "width", 129, "width must be a whole number from 1 to 128"),
        ("simple", "filters", 10**9, "filters must be a whole number from 1 to 10,000"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_words(name, key, value, reason):
    assert refused_settings(name, {key: value}) == {key: reason}


OF_NO_KIND = ("False", "3", -1, [1], ["94", [True]], math.nan, -math.inf, 10**5000)
OF_ANOTHER_KIND = {bool: (0, 1), int: (True, 2.5), float: (True,), str: (True, 2.5)}


@pytest.mark.parametrize("name", NETWORKS.names())
def test_a_setting_of_another_kind_is_refused_by_its_name(name):
    for key, default in network_settings(name).items():
        for value in OF_NO_KIND + OF_ANOTHER_KIND[type(default)]:
            reason = refused_settings(name, {key: value}).get(key, "")
            assert key in reason.lower() or "no known kind: " in reason, (key, default)
            assert len(reason) < 400


def test_a_size_may_be_written_as_a_number():
    assert refused_settings("airnet", {"size": 96}) == {}
    assert refused_settings("airnet", {"size": 97}) == {"size": "size must be one of 93, 94, 95, 96, not 97"}


@pytest.mark.parametrize(
    ("name", "key", "values"),
    [
        ("airnet", "batch_norm_weight", (0.001, 1.0, 1)),
        ("alexnet", "units", (1, 4096)),
        ("inception_v1", "width", (0.05, 3)),
        ("inception_v2", "width", (0.05, 3)),
        ("keras1m", "slope", (0, 0.0, 1, 1.0)),
        ("mlp", "hidden", (1, 32_000)),
        ("mlp", "dropout", (0, 0.99)),
        ("simple", "filters", (1, 10_000)),
        ("simple", "kernel", (1, 31)),
        ("handmade", "cells", (1, 2, 4, 8, 16)),
        ("resnet18", "width", (1, 128)),
        ("resnet20", "width", (1, 128)),
        ("vgg11", "width", (1, 128)),
        ("vgg16", "width", (1, 128)),
        ("zfnet", "units", (1, 4096)),
    ],
)
def test_the_ends_of_a_range_are_allowed(name, key, values):
    assert [refused_settings(name, {key: value}) for value in values] == [{}] * len(values)


@pytest.fixture
def rectangle(monkeypatch):
    """A network whose two settings must fit each other."""
    monkeypatch.setattr(NETWORKS, "_entries", dict(NETWORKS._entries))

    @NETWORKS.register("rectangle", label="Rectangle")
    def build_rectangle(classes: int = 10, width: int = 1, height: int = 1) -> torch.nn.Module:
        if width < 0:
            raise ValueError("width must not be below 0")
        if width + height > 8:
            raise ValueError("width and height must be 8 together at most.")
        return torch.nn.Linear(width, classes)


@pytest.mark.usefixtures("rectangle")
@pytest.mark.parametrize(
    ("width", "height", "blamed"),
    [(4, 4, set()), (-1, 2, {"width"}), (1, 8, {"height"}), (8, 8, {"width", "height"}), (5, 5, {"width", "height"})],
)
def test_settings_that_fit_alone_but_not_together_are_all_blamed(width, height, blamed):
    refused = refused_settings("rectangle", {"width": width, "height": height})
    assert set(refused) == blamed
    words = "width must not be below 0" if width < 0 else "width and height must be 8 together at most"
    assert set(refused.values()) <= {words}
