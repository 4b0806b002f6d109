"""Networks whose answer is known: one without any bend, and one that looks at a corner only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.explain.examined import Examined
from cifar_gui.networks.base import build

STATS = ChannelStats((120.0, 120.0, 120.0), (60.0, 60.0, 60.0))


@pytest.fixture(scope="module")
def examined() -> Callable[..., Examined]:
    """Name and settings of a network → it, untrained, the same every time."""

    def make(name: str, classes: tuple[str, ...] = ("cat", "dog", "ship"), **settings: object) -> Examined:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            model = build(name, len(classes), settings)
        return Examined(capture(model, ModelCard(name, classes, STATS, settings)))

    return make


@pytest.fixture(scope="module")
def linear(examined) -> Examined:
    """A dense layer and nothing else."""
    return examined("custom", layers="flatten; dense")


@pytest.fixture(scope="module")
def corner(examined) -> Examined:
    """Cat is how bright the upper left 8 × 8 pixels are, dog how dark; ship is constant."""
    made = examined("simple", filters=2)
    weights = {name: torch.zeros_like(value) for name, value in made.snapshot.weights.items()}
    weights["0.weight"][0, :, 1, 1] = 1.0
    weights["0.weight"][1, :, 1, 1] = -1.0
    head = weights["4.weight"].view(3, 2, 16, 16)
    head[0, 0, :4, :4] = head[1, 1, :4, :4] = 0.1
    return Examined(ModelSnapshot(made.snapshot.card, weights))


@pytest.fixture(scope="module")
def bright_corner() -> np.ndarray:
    """Grey noise with a bright upper left corner."""
    noise = np.random.default_rng(3).integers(100, 140, (3, 32, 32)).astype(np.uint8)
    noise[:, :8, :8] = 220
    return noise
