"""The last layer of a network from inside: what goes in, and whether the answer is nothing but a weighted sum of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.examined import Examined

_TOLERANCE = 1e-4
"""Largest deviation of a linear answer, relative to the largest logit: float32 sums of thousands of products."""


class NotLinear(CifarGuiError):
    """The logits are no weighted sum of what the last layer reads. The message says why."""


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
    with examined.lock, torch.inference_mode(), _watched(examined.model) as steps:
        logits = examined.model(inputs).double()
    head, read, maps = _last(steps, logits.shape[1])
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
    with examined.lock, torch.inference_mode(), number_format, _watched(examined.model) as steps:
        logits = examined.model(inputs)
    return _last(steps, logits.shape[1])[1].float()


Step = tuple[nn.Module, Tensor]
"""A layer, and what it was given."""


@contextmanager
def _watched(model: nn.Module) -> Iterator[list[Step]]:
    """What every dense and every flattening layer is given inside the block, in the order of computation."""
    steps: list[Step] = []
    handles = [
        module.register_forward_pre_hook(lambda module, inputs: steps.append((module, inputs[0])))
        for module in model.modules()
        if isinstance(module, nn.Linear | nn.Flatten)
    ]
    try:
        yield steps
    finally:
        for handle in handles:
            handle.remove()


def _last(steps: list[Step], classes: int) -> tuple[nn.Linear, Tensor, tuple[int, int, int] | None]:
    """The dense layer that gives the answer, what it reads, and the maps that this is made of, if it is."""
    dense = [place for place, (module, _given) in enumerate(steps) if isinstance(module, nn.Linear)]
    head = steps[dense[-1]][0] if dense else None
    if not isinstance(head, nn.Linear) or head.out_features != classes:
        raise NotLinear("The answer of this network does not come from a dense layer, so it is no weighted sum of one.")
    read, before = steps[dense[-1]][1], steps[: dense[-1]]
    maps = None
    if before and isinstance(before[-1][0], nn.Flatten):
        shape = before[-1][1].shape[1:]
        if len(shape) == 3 and shape.numel() == head.in_features:
            maps = (int(shape[0]), int(shape[1]), int(shape[2]))
    return head, read, maps
