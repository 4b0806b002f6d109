"""Snapshots of untrained networks, and a layer made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.statistics import CENTRED
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.networks.base import build

CLASSES = tuple(f"class {number}" for number in range(10))


@pytest.fixture
def snapshot_of() -> Callable[..., ModelSnapshot]:
    """Name and settings of a network → a snapshot of it, untrained, the same every time."""

    def take(name: str, **settings: Any) -> ModelSnapshot:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model = build(name, 10, settings)
        return capture(model, ModelCard(name, CLASSES, CENTRED, settings))

    return take


@pytest.fixture
def layer_with() -> Callable[..., tuple[ModelSnapshot, ConvLayer]]:
    """Weights (O, C, h, w), and biases if wanted → a snapshot that holds one such layer, and the layer."""

    def make(weights: Any, bias: Any = None, stem: ConvLayer | None = None) -> tuple[ModelSnapshot, ConvLayer]:
        values = torch.tensor(np.asarray(weights), dtype=torch.float32)
        held = {"conv.weight": values}
        if bias is not None:
            held["conv.bias"] = torch.tensor(bias, dtype=torch.float32)
        layer = ConvLayer("conv", "conv", tuple(values.shape), values.numel(), True, stem=stem)  # type: ignore[arg-type]
        return ModelSnapshot(ModelCard("made by hand", CLASSES, CENTRED), held), layer

    return make
