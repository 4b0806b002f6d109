"""In which order to show the units of a layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.base import Order, Request
from cifar_gui.explain.layers import weights_of
from cifar_gui.explain.survey import survey


def units_in_order(snapshot: ModelSnapshot, request: Request, seen: NDArray[np.float32] | None = None) -> list[int]:
    """The units of the request's layer in the order it asks for. `seen` (N, …): what likeness is judged by, if that is
    not the layer's weights. Raises CifarGuiError for the order by activity without pictures."""
    layer, order = request.layer, request.order
    if order == "activity":
        mean = survey(snapshot, layer, request.pictures, request.progress).mean
        return [int(unit) for unit in np.argsort(-mean, kind="stable")]
    if order == "index" or not layer.name:
        return list(range(layer.units))
    if order == "similarity" and seen is not None:
        return arranged(seen, order)
    return arranged(weights_of(snapshot, layer).numpy(), order)


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


def likeness(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N, …) → (N, N): the cosine a·b / (|a| |b|) of each pair; 0 beside one whose weights are all 0."""
    flat = weights.reshape(len(weights), -1).astype(np.float64)
    length = norms(weights)
    flat = flat / np.where(length > 0, length, 1.0)[:, None]
    cosines: NDArray[np.float64] = flat @ flat.T
    return cosines


def strongest_first(weights: NDArray[np.float32]) -> list[int]:
    """Units by falling norm; equals keep their order."""
    return [int(unit) for unit in np.argsort(-norms(weights), kind="stable")]


def side_by_side(weights: NDArray[np.float32]) -> list[int]:
    """A chain that starts at the strongest unit and goes on, again and again, to the unused one most like the last.

    By `likeness`; a greedy nearest-neighbour tour: O(N²), good enough to see families."""
    count = len(weights)
    if not count:
        return []
    alike = likeness(weights)
    here = int(np.argmax(norms(weights)))
    chain, free = [here], np.ones(count, bool)
    free[here] = False
    while len(chain) < count:
        here = int(np.argmax(np.where(free, alike[here], -np.inf)))
        free[here] = False
        chain.append(here)
    return chain
