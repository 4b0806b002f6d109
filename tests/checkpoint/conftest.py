"""A small network in a file: small enough to damage it in every way there is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.networks.base import build
from cifar_gui.recipe import Recipe

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def card(network: str = "simple", **changes: object) -> ModelCard:
    values: dict[str, object] = {
        "network": network,
        "class_names": CLASSES,
        "stats": ChannelStats((125.3, 123.0, 113.9), (63.0, 62.1, 66.7)),
        "recipe": Recipe(network=network, data="shapes", epochs=3),
        "data_name": "Shapes",
        "trained_on": "0f" * 16,
        "epoch": 2.0,
        "step": 40,
        "scores": {"validation_accuracy": 0.625, "validation_loss": 1.25},
        "calibration": {"temperature": 1.1},
    }
    return ModelCard(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def snapshot_of():
    """Network name and seed → a snapshot with random weights."""

    def make(network: str = "simple", seed: int = 0, **changes: object) -> ModelSnapshot:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return capture(build(network, len(CLASSES)), card(network, **changes))

    return make


@pytest.fixture
def snapshot(snapshot_of) -> ModelSnapshot:
    return snapshot_of()


@pytest.fixture
def model_file(snapshot: ModelSnapshot, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_snapshot(snapshot, path)
    return path
