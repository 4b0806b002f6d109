"""One filter in figures: its numbers, their histogram, mean, deviation and norm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.arrange import norms
from cifar_gui.explain.layers import ConvLayer, bias_of, weights_of


@dataclass(frozen=True, eq=False, slots=True)
class UnitDetails:
    """The weights of one filter and what can be said of them in a line."""

    layer: ConvLayer
    unit: int
    weights: NDArray[np.float32]  # (input channels, height, width)
    bias: float | None
    mean: float
    deviation: float  # population standard deviation: sqrt(mean of (w − mean)²)
    norm: float  # sqrt(Σ w²)
    rank: int  # among the layer's filters by norm, 1 the strongest
    counts: NDArray[np.int64]  # (bins) weights in each bin of the histogram
    edges: NDArray[np.float64]  # (bins + 1), even about 0


def unit_details(snapshot: ModelSnapshot, layer: ConvLayer, unit: int, bins: int = 25) -> UnitDetails:
    """Everything about one filter. Raises IndexError for a unit that the layer does not have."""
    if not 0 <= unit < layer.units:
        raise IndexError(f"{layer.label} has filters 0 to {layer.units - 1}, not {unit}")
    everything = weights_of(snapshot, layer).numpy()
    weights = everything[unit]
    counts, edges = histogram(weights, float(np.abs(everything).max(initial=0.0)), bins)
    strengths = norms(everything)
    return UnitDetails(
        layer=layer,
        unit=unit,
        weights=weights,
        bias=bias_of(snapshot, layer, unit),
        mean=float(weights.mean(dtype=np.float64)),
        deviation=float(weights.std(dtype=np.float64)),
        norm=float(strengths[unit]),
        rank=1 + int((strengths > strengths[unit]).sum()),
        counts=counts,
        edges=edges,
    )


def histogram(values: NDArray[np.float32], reach: float, bins: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Counts (bins) and edges (bins + 1) over [−reach, reach]; `reach` 0, all values 0, becomes 1."""
    reach = reach or 1.0
    counts, edges = np.histogram(values, bins=bins, range=(-reach, reach))
    return counts.astype(np.int64), edges


def table_titles(weights: NDArray[np.float32]) -> list[str]:
    """Titles of the columns of a filter (C, h, w) written as a table: input channel, row, then w columns."""
    return ["input", "row", *(str(column) for column in range(weights.shape[2]))]


def table_row(weights: NDArray[np.float32], index: int) -> list[float]:
    """One of the C · h rows of that table: channel, row, w weights. A row at a time: there may be thousands."""
    channel, row = divmod(index, weights.shape[1])
    return [channel, row, *(float(value) for value in weights[channel, row])]
