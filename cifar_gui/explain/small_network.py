"""INPUT–CONV–RELU–POOL–FC on one picture, every number of it: the network called `simple`, in plain numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.activations import activated, cross_entropy, dense, pooled, softmax
from cifar_gui.explain.convolution import Geometry, Numbers, correlate

NETWORK = "simple"
"""Whose layers these are."""

POOL = 2
"""Cells across and down of a block that is pooled, in that network."""


def suits(snapshot: ModelSnapshot) -> bool:
    """Whether a network can be walked through here."""
    return snapshot.card.network == NETWORK


@dataclass(frozen=True, eq=False, slots=True)
class Walk:
    """What each layer makes of a picture. Shapes for 12 filters and ten classes."""

    snapshot: ModelSnapshot
    pixels: NDArray[np.uint8]  # (3, 32, 32)
    kernels: Numbers  # (12, 3, 3, 3)
    biases: Numbers  # (12)
    weights: Numbers  # (10, 12, 16, 16), of the dense layer: one for each pooled cell
    dense_biases: Numbers  # (10)
    values: Numbers  # (3, 32, 32), the picture standardised
    maps: Numbers  # (12, 32, 32), after the convolution
    rectified: Numbers  # (12, 32, 32), after ReLU
    pooled: Numbers  # (12, 16, 16)
    logits: Numbers  # (10)
    probabilities: Numbers  # (10)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.snapshot.card.class_names

    @property
    def volumes(self) -> tuple[tuple[int, ...], ...]:
        """Of the input, after the convolution, after ReLU, after pooling (height, width, depth), and of the logits."""
        stages = (self.values, self.maps, self.rectified, self.pooled)
        return (*((each.shape[1], each.shape[2], each.shape[0]) for each in stages), self.logits.shape)

    def shares(self, label: int) -> Numbers:
        """(12) What each map adds to the logit of a class: the sum of its pooled cells times their weights. With the
        bias they add up to the logit."""
        return np.asarray((self.pooled * self.weights[label]).sum(axis=(1, 2)), dtype=np.float64)

    def loss(self, label: int) -> float:
        """Cross-entropy, in nats, if the picture is of this class."""
        return cross_entropy(self.logits, label)


def walk(snapshot: ModelSnapshot, pixels: NDArray[np.uint8]) -> Walk:
    """Through the network of a snapshot that `suits`, with a picture uint8 (3, 32, 32). Milliseconds."""
    weights = {name: value.double().numpy() for name, value in snapshot.weights.items()}
    kernels, biases = weights["0.weight"], weights["0.bias"]
    mean, deviation = (np.array(each)[:, None, None] for each in (snapshot.card.stats.mean, snapshot.card.stats.std))
    values = (pixels - mean) / deviation
    _, height, width = values.shape
    size = kernels.shape[-1]
    maps = correlate(values, kernels, biases, Geometry(height, width, size, 1, size // 2))
    rectified = activated(maps, "relu")
    small = pooled(rectified, Geometry(height, width, POOL, POOL), "max")
    logits = dense(small.ravel(), weights["4.weight"], weights["4.bias"])
    return Walk(
        snapshot=snapshot,
        pixels=pixels,
        kernels=kernels,
        biases=biases,
        weights=weights["4.weight"].reshape(-1, *small.shape),
        dense_biases=weights["4.bias"],
        values=values,
        maps=maps,
        rectified=rectified,
        pooled=small,
        logits=logits,
        probabilities=softmax(logits),
    )
