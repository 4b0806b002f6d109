"""Probabilities that mean what they say: temperature scaling.

After Guo et al. 2017, "On Calibration of Modern Neural Networks": logits divided by one number, the temperature, chosen
on pictures the network has not learned from. It changes no answer, only how sure it sounds.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

COLDEST, HOTTEST = 0.01, 100.0
"""The temperatures looked at. A network that is always right on the pictures given would want one of 0."""


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature at which (N, classes) logits have the least mean cross-entropy to (N,) labels.

    The loss is convex in 1/temperature: Newton's method, falling back on bisection, to 1e-9. Raises ValueError when N
    is 0.
    """
    if len(labels) == 0:
        raise ValueError("a temperature needs at least one labelled picture")
    logits, labels = logits.double(), labels.long()
    low, high, inverse = 1 / HOTTEST, 1 / COLDEST, 1.0
    for _ in range(100):
        slope, curvature = _derivatives(logits, labels, inverse)
        low, high = (low, inverse) if slope > 0 else (inverse, high)
        newton = inverse - slope / curvature if curvature > 0 else low - 1
        following = newton if low < newton < high else (low + high) / 2
        if abs(following - inverse) < 1e-9:
            break
        inverse = following
    return 1 / inverse


def _derivatives(logits: Tensor, labels: Tensor, inverse: float) -> tuple[float, float]:
    """First and second derivative of the mean cross-entropy by the inverse temperature."""
    probabilities = torch.softmax(logits * inverse, dim=1)
    mean = (probabilities * logits).sum(1)
    variance = (probabilities * (logits - mean[:, None]).square()).sum(1)
    own = logits.gather(1, labels[:, None]).squeeze(1)
    return float((mean - own).mean()), float(variance.mean())


def temperature(calibration: Mapping[str, float], *, six_views: bool) -> float:
    """The temperature in a model card's `calibration`, 1 if there is none. Six views may have one of their own."""
    value = calibration.get("temperature", 1.0)
    if six_views:
        value = calibration.get("temperature_six_views", value)
    return value if COLDEST <= value <= HOTTEST else 1.0


def temperatures(plain: Tensor, several: Tensor, labels: Tensor) -> dict[str, float]:
    """For a model card's `calibration`: the temperatures at which (N, classes) logits of one view, and the mean logits
    of six, fit (N,) labels best."""
    return {
        "temperature": fit_temperature(plain, labels),
        "temperature_six_views": fit_temperature(several, labels),
    }
