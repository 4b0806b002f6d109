"""A network that also tells what its last layer reads: what it makes of a picture before it decides."""

from __future__ import annotations

import threading

import torch
from torch import Tensor, nn

from cifar_gui.data.base import IMAGE_SIZE
from cifar_gui.inference.last_layer import watched


class WithFeatures(nn.Module):
    """(N, 3, 32, 32) → (N, classes + units): the logits and, behind them, what the last layer was given, maps averaged.

    Of a network none of whose layers gives a number for each class, the logits alone. May be used by several threads at
    once: each has its own place for what the layer is given."""

    def __init__(self, model: nn.Module, classes: int) -> None:
        super().__init__()
        self.model = model
        self.classes = classes
        self.units = 0
        self._given = threading.local()
        head = _head(model)
        if head is not None and len(head.weight) == classes:
            self.units = head.in_features if isinstance(head, nn.Linear) else head.in_channels
            head.register_forward_pre_hook(self._keep)

    def forward(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.model(inputs)
        if not self.units:
            return logits
        features = self._given.features
        del self._given.features  # a worker's last batch is not kept alive until its next
        return torch.cat([logits, features.mean((2, 3)) if features.dim() == 4 else features], 1)

    def split(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """(…, classes + units) → logits and features; the features have no columns where there are none."""
        return values[..., : self.classes], values[..., self.classes :]

    def _keep(self, _layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self._given.features = inputs[0]


def _head(model: nn.Module) -> nn.Linear | nn.Conv2d | None:
    """The layer that gives the answer, found by looking at one black picture."""
    with torch.inference_mode(), watched(model) as found:
        model(torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE))
    return found.head
