"""Arithmetic on curves: thinning, smoothing, ticks, and the same data as words and as a table. Free of Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_gui.ui.widgets.csv_text import csv_text
from cifar_gui.words import rounded

Values = NDArray[np.float64]

MAX_POINTS = 4000
"""No curve draws more points than this, however long the run."""


@dataclass(frozen=True, slots=True)
class Points:
    """One curve as plain arrays of equal length, x rising."""

    label: str
    x: Values
    y: Values


def thinned(x: Values, y: Values, limit: int = MAX_POINTS) -> tuple[Values, Values]:
    """At most `limit` of the points, the lowest and highest of each stretch among them, so that no peak is lost."""
    if len(x) <= limit:
        return x, y
    stretch = math.ceil(len(x) / (limit // 2))
    whole = len(x) // stretch * stretch
    rows = y[:whole].reshape(-1, stretch)
    start = np.arange(0, whole, stretch)
    filled = np.where(np.isfinite(rows), rows, rows[:, :1])
    picked = np.sort(np.stack([start + filled.argmin(1), start + filled.argmax(1)]), axis=0).T.ravel()
    last = [len(x) - 1] if picked[-1] != len(x) - 1 and len(picked) < limit else []
    index = np.concatenate([picked, np.array(last, picked.dtype)])
    return x[index], y[index]


def smoothed(y: Values, strength: float) -> Values:
    """Exponential moving average with weight `strength` (0: none, below 1) on the past, without a bias at the start.

    Values that are no number are passed over: they stay gaps and do not spoil what follows.
    """
    if strength <= 0:
        return y
    result = np.empty_like(y)
    total = weight = 0.0
    for i, value in enumerate(y.tolist()):
        if math.isfinite(value):
            total = strength * total + (1 - strength) * value
            weight = strength * weight + (1 - strength)
            result[i] = total / weight
        else:
            result[i] = value
    return result


def nice_ticks(low: float, high: float, most: int = 6, *, whole: bool = False) -> list[float]:
    """At most `most` round numbers within [low, high], evenly spaced by 1, 2, 2.5 or 5 times a power of ten; of
    `whole` ones there may be none."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low] if math.isfinite(low) else []
    power = 10.0 ** math.floor(math.log10(span / max(most, 1)))
    power = max(power, 1.0) if whole else power
    for factor in (1, 2, 2.5, 5, 10, 20):
        step = factor * power
        if whole and not step.is_integer():
            continue  # 2.5
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return [round(i * step, 12) for i in range(first, last + 1)]
    return []


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten within [low, high], both positive; only the powers if there are many."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if len(exponents) <= 4 else (1,)
    ticks = [factor * 10.0**exponent for exponent in exponents for factor in factors]
    return [tick for tick in ticks if low <= tick <= high]


def sparse(ticks: Sequence[float], most: int) -> list[float]:
    """Every second, third, … of the ticks, so that there are at most `most`."""
    return list(ticks[:: max(1, math.ceil(len(ticks) / max(most, 1)))])


def padded_range(curves: Sequence[Points], floor: float | None = None) -> tuple[float, float] | None:
    """Lowest and highest finite y with a little air, never below `floor`; None if there is nothing to see."""
    finite = [curve.y[np.isfinite(curve.y)] for curve in curves]
    values = np.concatenate(finite) if finite else np.empty(0)
    if len(values) == 0:
        return None
    low, high = float(values.min()), float(values.max())
    air = 0.06 * (high - low) or 0.1 * abs(high) or 0.1
    return (low - air if floor is None else max(low - air, floor)), high + air


def log_range(curves: Sequence[Points]) -> tuple[float, float]:
    """The decimal logarithms of the lowest and highest positive y with a little air; a decade if there is none."""
    positive = [curve.y[curve.y > 0] for curve in curves]
    values = np.concatenate([*positive, np.empty(0)])
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.1, 1.0)
    return math.log10(low) - 0.05, math.log10(max(high, low * 1.2)) + 0.05


def at(curve: Points, x: float) -> tuple[float, float] | None:
    """The point of the curve nearest to `x` that has a value, as (x, y); None for an empty curve."""
    finite = np.flatnonzero(np.isfinite(curve.y))
    if len(finite) == 0:
        return None
    nearest = finite[np.abs(curve.x[finite] - x).argmin()]
    return float(curve.x[nearest]), float(curve.y[nearest])


def in_words(title: str, curves: Sequence[Points], form: Callable[[float], str], unit: str) -> str:
    """What a person who cannot see the plot wants to know: for each curve where it starts, ends and peaks."""
    sentences = [text for curve in curves if (text := _curve_in_words(curve, form, unit))]
    return f"{title}. " + (" ".join(sentences) if sentences else "No data yet.")


def _curve_in_words(curve: Points, form: Callable[[float], str], unit: str) -> str:
    seen = np.isfinite(curve.y)
    x, y = curve.x[seen], curve.y[seen]
    if len(y) == 0:
        return ""
    if len(y) == 1:
        return f"{curve.label}: {form(y[0])} at {unit} {rounded(x[0])}."
    low, high = int(y.argmin()), int(y.argmax())
    return (
        f"{curve.label}: {len(y)} points, from {form(y[0])} at {unit} {rounded(x[0])} to {form(y[-1])} at {unit} "
        f"{rounded(x[-1])}; lowest {form(y[low])} at {rounded(x[low])}, highest {form(y[high])} at {rounded(x[high])}."
    )


def as_rows(curves: Sequence[Points]) -> tuple[list[float], list[list[float | None]]]:
    """All curves side by side: the sorted union of their x, and for each x one value per curve or None."""
    columns = [dict(zip(curve.x.tolist(), curve.y.tolist(), strict=True)) for curve in curves]
    xs = sorted(set().union(*columns)) if columns else []
    return xs, [[column.get(x) for column in columns] for x in xs]


def as_csv(curves: Sequence[Points], x_label: str, separator: str = ",") -> str:
    """The rows as text: full precision, decimal points, one header line; gaps are empty."""
    titles = [x_label, *(curve.label for curve in curves)]
    rows = [
        [repr(x), *("" if value is None else repr(value) for value in values)]
        for x, values in zip(*as_rows(curves), strict=True)
    ]
    return csv_text([titles, *rows], separator)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart until they are `gap` from each other, staying within [low, high] where that is possible.

    The order is kept; equal ones keep the order given.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed: list[float] = []
    for i in order:
        placed.append(max(wanted[i], low, placed[-1] + gap if placed else low))
    limit = high
    for position in range(len(placed) - 1, -1, -1):
        placed[position] = min(placed[position], limit)
        limit = placed[position] - gap
    result = [0.0] * len(wanted)
    for position, i in enumerate(order):
        result[i] = placed[position]
    return result
