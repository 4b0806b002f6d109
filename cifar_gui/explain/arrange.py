"""In which order to show the units of a layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cifar_gui.explain.base import Order


def arranged(weights: NDArray[np.float32], order: Order) -> list[int]:
    """The units of (N, …) weights in display order: by number, strongest first, or with likes side by side."""
    if order == "norm":
        return strongest_first(weights)
    if order == "similarity":
        return side_by_side(weights)
    return list(range(len(weights)))


def norms(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N, …) → (N): the Euclidean norm of each unit, sqrt(Σ w²)."""
    flat = weights.reshape(len(weights), -1).astype(np.float64)
    lengths: NDArray[np.float64] = np.sqrt(np.square(flat).sum(axis=1))
    return lengths


def strongest_first(weights: NDArray[np.float32]) -> list[int]:
    """Units by falling norm; equals keep their order."""
    return [int(unit) for unit in np.argsort(-norms(weights), kind="stable")]


def side_by_side(weights: NDArray[np.float32]) -> list[int]:
    """A chain that starts at the strongest unit and goes on, again and again, to the unused one most like the last.

    Likeness is the cosine a·b / (|a| |b|); a greedy nearest-neighbour tour: O(N²), good enough to see families."""
    count = len(weights)
    if not count:
        return []
    flat = weights.reshape(count, -1).astype(np.float64)
    length = norms(weights)
    flat = flat / np.where(length > 0, length, 1.0)[:, None]
    likeness = flat @ flat.T
    here = int(np.argmax(length))
    chain, free = [here], np.ones(count, bool)
    free[here] = False
    while len(chain) < count:
        here = int(np.argmax(np.where(free, likeness[here], -np.inf)))
        free[here] = False
        chain.append(here)
    return chain
