"""What follows a convolution, in plain numbers: activations, pooling, the dense layer, softmax and its loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cifar_gui.explain.convolution import Geometry, Numbers, windows

LEAK = 0.01
"""What leaky ReLU leaves of negative values, as in PyTorch."""

ACTIVATIONS: dict[str, tuple[str, Callable[[Numbers], Numbers]]] = {
    "none": ("None", lambda values: values),
    "relu": ("ReLU", lambda values: np.maximum(values, 0.0)),
    "leaky_relu": ("Leaky ReLU", lambda values: np.where(values < 0, LEAK * values, values)),
    "tanh": ("tanh", np.tanh),
    "sigmoid": ("Sigmoid", lambda values: 0.5 * (1 + np.tanh(0.5 * values))),  # 1 / (1 + e^−x), without overflow
}
"""Key → what it is called, and the function."""


def activated(values: Numbers, name: str) -> Numbers:
    """Of every number by itself, any shape. `name` is a key of ACTIVATIONS."""
    return ACTIVATIONS[name][1](values)


def pooled(values: Numbers, geometry: Geometry, kind: str) -> Numbers:
    """(channels, height, width) → (channels, rows, columns): the largest ("max") or the mean ("average") of each
    window. As in PyTorch, padding never wins a maximum, and counts as zeros in a mean."""
    if kind == "max":
        seen = windows(values, geometry, fill=-np.inf)
        result = seen.max(axis=(3, 4))
    else:
        result = windows(values, geometry).mean(axis=(3, 4))
    return np.asarray(result, dtype=np.float64).transpose(2, 0, 1)


def dense(values: Numbers, weights: Numbers, biases: Numbers) -> Numbers:
    """A fully connected layer: (inputs), (units, inputs), (units) → (units)."""
    return weights @ values + biases


def softmax(logits: Numbers) -> Numbers:
    """(classes) → probabilities: e^logit over the sum of all e^logit. The largest is taken off first, which changes
    nothing but keeps e^… from overflowing."""
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)


def cross_entropy(logits: Numbers, label: int) -> float:
    """−ln of the probability of the class at `label`, in nats."""
    rest = logits - logits.max()
    return float(np.log(np.exp(rest).sum()) - rest[label])
