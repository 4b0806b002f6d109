"""The recipes that come with the networks: published figures and shipped models rest on them."""

from __future__ import annotations

from typing import Any

import pytest

from cifar_gui.checkpoint.files import read_card
from cifar_gui.checkpoint.shipped import shipped_models
from cifar_gui.networks.base import NETWORKS, presets
from cifar_gui.recipe import Recipe

# airbench gives the figures of its SGD recipe per 1,024 examples, its gain 1 + 1/(1 − 0.85) included.
GAIN = 1024 * (1 + 1 / 0.15)
TEXTBOOK: dict[str, dict[str, Any]] = {
    "airnet": {
        "network_settings": {"unit_head": False}, "epochs": 10, "batch_size": 1000, "lr": pytest.approx(11.5 / GAIN),
        "bias_lr": pytest.approx(64 * 11.5 / GAIN), "momentum": 0.85,
        "weight_decay": pytest.approx(0.0153 * 1000 / GAIN),
        "decoupled_decay": True, "lookahead_every": 5, "warm_up": 0.23, "final_lr": 0.07, "loss_reduction": "sum",
        "label_smoothing": 0.2, "crop": 2, "flip": "alternating",
    },
    "keras1m": {
        "epochs": 10, "batch_size": 32, "micro_batch": 32, "optimiser": "adamax", "lr": 0.005,
        "schedule": "exponential", "pixel_scaling": "centre", "flip": "none",
    },
    "simple": {"epochs": 10, "batch_size": 32, "micro_batch": 32, "lr": 0.01, "schedule": "constant", "flip": "none"},
    "mlp": {"epochs": 20, "batch_size": 128, "micro_batch": 128, "lr": 0.01, "schedule": "constant", "flip": "none"},
}  # fmt: skip
"""What is published or taught, beside the defaults."""


@pytest.mark.parametrize("network", TEXTBOOK)
def test_a_textbook_preset_is_what_is_published_or_taught(network):
    expected = {**Recipe().to_dict(), "network": network, "preset": "textbook", **TEXTBOOK[network]}
    assert presets(network)["textbook"].to_dict() == expected


@pytest.mark.parametrize("network", NETWORKS.names())
def test_the_quick_preset_is_the_best_one_cut_short(network):
    quick, best = presets(network)["quick"], presets(network)["best"]
    assert set(quick.differences(best)) <= {"preset", "epochs", "network_settings"}
    assert quick.epochs <= best.epochs / 2


def test_who_changes_the_presets_in_hand_changes_nothing_else():
    presets("simple").clear()
    assert presets("simple")


@pytest.mark.parametrize("path", shipped_models(), ids=lambda path: path.stem)
def test_a_shipped_model_was_trained_as_its_networks_best_preset_or_a_rung_of_its_ladder_says(path):
    """Or the figures that are shown beside them would be those of another recipe."""
    recipe = read_card(path).recipe
    assert recipe is not None
    rungs = [rung.recipe for rung in NETWORKS.entry(recipe.network).details.get("ladder", ())]
    assert any(
        set(recipe.differences(each)) <= {"seed", "preset"} for each in [presets(recipe.network)["best"], *rungs]
    )
