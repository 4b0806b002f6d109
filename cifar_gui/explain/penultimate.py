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
    with examined.lock, torch.inference_mode(), watched(examined.model) as steps:
        logits = examined.model(inputs).double()
    head, read, maps = last_layer(steps, logits.shape[1])
    weight, features = head.weight.double(), read.double()
    bias = head.bias.double() if head.bias is not None else torch.zeros(len(weight), dtype=torch.float64)
    raw = features @ weight.T + bias
    norm = float((raw * raw).sum())
    scale = float((raw * logits).sum()) / norm if norm > 0 else 1.0
    if float((scale * raw - logits).abs().max()) > _TOLERANCE * max(float(logits.abs().max()), 1e-6):
        raise NotLinear(
            "Something bends the answer behind the last dense layer of this network, so it is no sum of contributions."
        )
    return Head(features.numpy(), (scale * weight).numpy(), (scale * bias).numpy(), logits.numpy(), maps)


def features_of(examined: Examined, inputs: Tensor) -> Tensor:
    """Standardised (N, 3, 32, 32) → float32 (N, units): what the last dense layer reads, computed in the precision of
    `examined`. Raises NotLinear where there is none."""
    number_format = examined.precision.autocast(inputs.device)
    with examined.lock, torch.inference_mode(), number_format, watched(examined.model) as steps:
        logits = examined.model(inputs)
    return last_layer(steps, logits.shape[1])[1].float()
