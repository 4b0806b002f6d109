"""Probabilities that mean what they say: temperature scaling.

After Guo et al. 2017, "On Calibration of Modern Neural Networks": logits divided by one number, the temperature, chosen
on pictures the network has not learned from. It changes no answer, only how sure it sounds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import torch
from torch import Tensor

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import ImageData
from cifar_gui.errors import DataError
from cifar_gui.inference.forward import Ask, gathered, logits_of
from cifar_gui.inference.views import mean_logits_of

COLDEST, HOTTEST = 0.01, 100.0
"""The temperatures looked at. A network that is always right on the pictures given would want one of 0."""

EVERY_PICTURE = 2**31


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


def calibrated(
    snapshot: ModelSnapshot, data: ImageData, most: int = EVERY_PICTURE, ask: Ask | None = None
) -> ModelSnapshot:
    """The same network with temperatures for one view and for six, fitted on the validation pictures of `data`, at most
    so many of them. Raises DataError if there are none, or if the network has learned from them."""
    split = data.split("validation").some(most)
    if len(split) == 0:
        raise DataError(f"{data.name} has no validation pictures to calibrate on.")
    if data.was_trained_on("validation", snapshot.card.trained_on):
        raise DataError("This network has learned from the validation pictures; calibrating on them would flatter it.")
    model, stats = rebuild(snapshot), snapshot.card.stats
    with torch.inference_mode():
        plain = gathered(logits_of(model, split.images, stats, Precision()), ask)
        several = gathered(mean_logits_of(model, split.images, stats, Precision()), ask)
    temperatures = {
        "temperature": fit_temperature(plain, split.labels),
        "temperature_six_views": fit_temperature(several, split.labels),
    }
    card = dataclasses.replace(snapshot.card, calibration={**snapshot.card.calibration, **temperatures})
    return ModelSnapshot(card, snapshot.weights)
