"""A small trained-looking network to write in other forms."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.networks.base import build

NAMES = ("boat", "c\"a't", "Würfel", "fourth")
STATS = ChannelStats((125.0, 120.0, 100.0), (60.0, 50.0, 70.0))


def snapshot_of(network: str, seed: int = 3, **settings: object) -> ModelSnapshot:
    """Random weights, running statistics that are not those of a new network, and calibrations, of which the one of
    several views is not that of an export."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build(network, len(NAMES), settings)
        for name, value in model.state_dict().items():
            if name.endswith(("running_mean", "running_var")):
                value.copy_(torch.rand(value.shape) + 0.5)
    calibration = {"temperature": 0.4, "smoothing": 0.2, "temperature_six_views": 0.9}
    card = ModelCard(network, NAMES, STATS, settings, data_name="Toys", calibration=calibration)
    return capture(model, card)


@pytest.fixture(scope="session")
def snapshot() -> ModelSnapshot:
    return snapshot_of("simple")
