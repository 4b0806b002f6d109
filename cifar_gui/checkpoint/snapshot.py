"""`ModelSnapshot`, the one currency for networks: the engine yields it, files hold it, everything else looks at it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from cifar_gui.checkpoint.card import ModelCard

_OF_THE_FUNCTION = ("network", "network_settings", "class_names", "stats", "calibration")


@dataclass(frozen=True, eq=False)
class ModelSnapshot:
    """A card and the weights it describes, on the CPU. Two are equal when their digests are."""

    card: ModelCard
    weights: Mapping[str, Tensor]  # the network's state_dict: names → CPU tensors, never changed in place

    @cached_property
    def digest(self) -> str:
        """SHA-256, hex, of the card and of every weight's name, type, shape and bytes."""
        return self._digest_with(self.card.to_dict())

    @cached_property
    def function_digest(self) -> str:
        """SHA-256, hex, of the weights and of that part of the card that its answers depend on: a title, a recipe and
        scores make no difference."""
        card = self.card.to_dict()
        return self._digest_with({name: card[name] for name in _OF_THE_FUNCTION})

    @cached_property
    def _weights_digest(self) -> bytes:
        return weights_digest(self.weights)

    def _digest_with(self, values: Mapping[str, Any]) -> str:
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode() + self._weights_digest).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelSnapshot) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def weights_digest(weights: Mapping[str, Tensor]) -> bytes:
    """SHA-256 of every weight's name, type, shape and bytes, wherever they are."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        weight = weights[name].detach().to("cpu").contiguous()
        digest.update(f"{name} {weight.dtype} {tuple(weight.shape)}".encode())
        digest.update(weight.flatten().view(torch.uint8).numpy().data)
    return digest.digest()


def capture(model: nn.Module, card: ModelCard) -> ModelSnapshot:
    """Copy the weights of a live model, wherever it is, into a snapshot."""
    weights = {name: value.detach().to("cpu", copy=True) for name, value in model.state_dict().items()}
    return ModelSnapshot(card, weights)
