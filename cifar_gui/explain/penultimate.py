"""The last layer of a network from inside: what goes in, and whether the answer is nothing but a weighted sum of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cifar_gui.explain.examined import Examined
from cifar_gui.inference.last_layer import NotLinear, last_layer, watched

_TOLERANCE = 1e-4
"""Largest deviation of a linear answer, relative to the largest logit: float32 sums of thousands of products."""


@dataclass(frozen=True, eq=False, slots=True)
class Head:
    """The last layer at work on N inputs: logits = scale · (features · weightᵀ + bias)."""

    features: NDArray[np.float64]  # (N, units)
    weight: NDArray[np.float64]  # (classes, units), with the scale
    bias: NDArray[np.float64]  # (classes), with the scale
    logits: NDArray[np.float64]  # (N, classes) as the network gave them, uncalibrated
    maps: tuple[int, int, int] | None  # filters, rows, columns, where the units are the places of maps


def head_of(examined: Examined, inputs: Tensor) -> Head:
    """Pass standardised (N, 3, 32, 32) through the network. Raises NotLinear where its answer is no weighted sum."""
    with examined.lock, torch.inference_mode(), watched(examined.model) as found:
        logits = examined.model(inputs).double()
        last = last_layer(found, logits.shape[1])
    weight, features, bias = last.weight.double(), last.features.double(), last.bias.double()
    raw = features @ weight.T + bias
    norm = float((raw * raw).sum())
    scale = float((raw * logits).sum()) / norm if norm > 0 else 1.0
    if float((scale * raw - logits).abs().max()) > _TOLERANCE * max(float(logits.abs().max()), 1e-6):
        raise NotLinear(
            "Something bends the answer behind the last layer of this network that has weights, such as an "
            "activation or a maximum, so it is no sum of contributions."
        )
    return Head(features.numpy(), (scale * weight).numpy(), (scale * bias).numpy(), logits.numpy(), last.maps)


def features_of(examined: Examined, inputs: Tensor) -> Tensor:
    """Standardised (N, 3, 32, 32) → float32 (N, units): what the last layer reads, computed in the precision of
    `examined`. Raises NotLinear where there is none."""
    number_format = examined.precision.autocast(inputs.device)
    with examined.lock, torch.inference_mode(), number_format, watched(examined.model) as found:
        logits = examined.model(inputs)
        return last_layer(found, logits.shape[1]).features.float()
