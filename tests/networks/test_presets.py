"""The recipes that come with the networks, setting by setting: published figures and shipped models rest on them."""

from __future__ import annotations

from typing import Any

import pytest

from cifar_gui.checkpoint.files import read_card
from cifar_gui.checkpoint.shipped import shipped_models
from cifar_gui.networks.base import NETWORKS, network_settings, presets
from cifar_gui.recipe import Recipe

AIRNET = {
    "batch_size": 2000, "optimiser": "muon", "lr": 0.24, "bias_lr": 0.053, "head_lr": 0.67, "momentum": 0.6,
    "weight_decay": 0.004, "decoupled_decay": True, "schedule": "linear", "loss_reduction": "sum",
    "label_smoothing": 0.2, "crop": 2, "flip": "alternating", "cutout": 8,
}  # fmt: skip
KERAS = {"batch_size": 250, "micro_batch": 250, "lr": 0.05, "weight_decay": 5e-4, "crop": 2, "flip": "alternating"}
SIMPLE = {"batch_size": 250, "micro_batch": 250, "optimiser": "adam", "lr": 3e-3, "weight_decay": 1e-4}
MLP = {
    "network_settings": {"dropout": 0.2}, "batch_size": 250, "micro_batch": 250, "optimiser": "adamw", "lr": 1e-3,
    "weight_decay": 0.05,
}  # fmt: skip
HANDMADE = {"batch_size": 250, "micro_batch": 250, "optimiser": "adam", "lr": 2e-3, "weight_decay": 1e-4}

# Beside the defaults. airbench's SGD recipe gives its figures per 1,024 examples, its gain 1 + 1/(1 − 0.85) included.
GAIN = 1024 * (1 + 1 / 0.15)
EXPECTED: dict[str, dict[str, dict[str, Any]]] = {
    "airnet": {
        "quick": {**AIRNET, "epochs": 4, "network_settings": {"size": "93"}},
        "best": {**AIRNET, "epochs": 12},
        "textbook": {
            "network_settings": {"unit_head": False}, "epochs": 10, "batch_size": 1000,
            "lr": pytest.approx(11.5 / GAIN), "bias_lr": pytest.approx(64 * 11.5 / GAIN), "momentum": 0.85,
            "weight_decay": pytest.approx(0.0153 * 1000 / GAIN), "decoupled_decay": True, "lookahead_every": 5,
            "warm_up": 0.23, "final_lr": 0.07, "loss_reduction": "sum", "label_smoothing": 0.2, "crop": 2,
            "flip": "alternating",
        },
    },
    "keras1m": {
        "quick": KERAS,
        "best": {**KERAS, "epochs": 40},
        "textbook": {
            "epochs": 10, "batch_size": 32, "micro_batch": 32, "optimiser": "adamax", "lr": 0.005,
            "schedule": "exponential", "pixel_scaling": "centre", "flip": "none",
        },
    },
    "simple": {
        "quick": {**SIMPLE, "epochs": 5},
        "best": {**SIMPLE, "epochs": 30},
        "textbook": {
            "epochs": 10, "batch_size": 32, "micro_batch": 32, "lr": 0.01, "schedule": "constant", "flip": "none",
        },
    },
    "mlp": {
        "quick": MLP,
        "best": {**MLP, "epochs": 40},
        "textbook": {
            "epochs": 20, "batch_size": 128, "micro_batch": 128, "lr": 0.01, "schedule": "constant", "flip": "none",
        },
    },
    "handmade": {
        "quick": {**HANDMADE, "epochs": 4},
        "best": {**HANDMADE, "epochs": 20},
        "textbook": {
            **HANDMADE, "epochs": 20, "optimiser": "sgd", "lr": 0.01, "schedule": "constant", "flip": "none",
        },
    },
}  # fmt: skip

SETTINGS = {
    "airnet": {"size": "94", "batch_norm_weight": 0.12, "unit_head": True},
    "keras1m": {"conv_dropout": 0.25, "dense_dropout": 0.5, "slope": 0.1},
    "simple": {"filters": 12, "kernel": 3},
    "mlp": {"hidden": 512, "dropout": 0.0},
    "handmade": {"cells": 8},
}


def test_networks_are_offered_in_their_order():
    assert NETWORKS.names() == list(EXPECTED)


@pytest.mark.parametrize("network", EXPECTED)
def test_a_preset_is_what_was_published_or_measured(network):
    for preset, recipe in presets(network).items():
        expected = {**Recipe().to_dict(), "network": network, "preset": preset, **EXPECTED[network][preset]}
        assert recipe.to_dict() == expected, preset


@pytest.mark.parametrize("network", SETTINGS)
def test_a_network_is_as_in_its_paper_or_course_unless_told_otherwise(network):
    assert network_settings(network) == SETTINGS[network]


def test_who_changes_the_presets_in_hand_changes_nothing_else():
    presets("simple").clear()
    assert presets("simple")


@pytest.mark.parametrize("path", shipped_models(), ids=lambda path: path.stem)
def test_a_shipped_model_was_trained_as_its_networks_best_preset_says(path):
    """Or the figures that are shown beside the preset would be those of another recipe."""
    recipe = read_card(path).recipe
    assert recipe is not None
    assert set(recipe.differences(presets(recipe.network)["best"])) <= {"seed"}
