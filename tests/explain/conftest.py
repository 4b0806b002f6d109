"""Snapshots of untrained networks, a layer made by hand, and a network with pictures whose answers are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.base import Split
from cifar_gui.data.statistics import CENTRED
from cifar_gui.explain import ablation, feature_maps, ideal_input, survey
from cifar_gui.explain.held_out import HeldOut
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


EDGE, BLUE, SILENT, COPY, EMPTY, PLAIN = range(6)
"""The filters of the planted network."""


@pytest.fixture(scope="module")
def planted() -> ModelSnapshot:
    """A network of six filters, 3×3, whose answers are known, behind which ReLU, a pool and a dense layer stand: one
    finds edges from dark to light, one blue, one is never above 0, one is twice the first, one has no weights. Class 1
    is what has more edges than class 0, of any other class nothing is ever said."""
    torch.manual_seed(0)
    model = build("simple", 10, {"filters": 6})
    head = model[4].weight.detach().zero_()
    head[1].view(6, 16, 16)[EDGE] = 1.0
    model[4].bias.detach().zero_()[0] = 0.5
    model[4].bias.detach()[2:] = -100.0
    weights, bias = model[0].weight.detach().zero_(), model[0].bias.detach().zero_()
    weights[EDGE, :, 1] = torch.tensor([-1.0, 0.0, 1.0]) / 3
    weights[BLUE, 2, 1, 1] = 1.0
    weights[SILENT, 0, 1, 1], bias[SILENT] = 1.0, -100.0
    weights[COPY] = 2 * weights[EDGE]
    weights[PLAIN] = torch.randn(3, 3, 3)
    return capture(model, ModelCard("simple", CLASSES, CENTRED, {"filters": 6}))


@pytest.fixture(scope="module")
def pictures() -> HeldOut:
    """Twelve, grey: number 3 has an edge at column 10, number 5 a fainter one, number 8 a blue pixel in a corner."""
    images = torch.full((12, 3, 32, 32), 128, dtype=torch.uint8)
    images[3, :, 6:9, 10:] = 220
    images[5, :, :, 20:] = 190
    images[8, 2, 0, 31] = 255
    labels = torch.zeros(12, dtype=torch.int64)
    labels[[3, 5]] = 1
    return HeldOut(Split("validation", images, labels, "twelve"), CLASSES, "Twelve")


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    """Each test finds out for itself."""
    yield
    for module in (survey, ideal_input, ablation, feature_maps):
        module._KEPT._results.clear()
