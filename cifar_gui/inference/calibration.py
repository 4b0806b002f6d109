"""Probabilities that mean what they say.

Logits are divided by one number, the temperature (Guo et al. 2017, "On Calibration of Modern Neural Networks"). A
network that was trained with label smoothing has learned besides to keep a share for every class, whatever it sees:
one temperature cannot take that back without making it too sure in doubt, so a share of each class is taken off. Both
are chosen on pictures the network has not learned from; they change no answer, only how sure it sounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

COLDEST, HOTTEST = 0.01, 100.0
"""The temperatures looked at. A network that is always right on the pictures given would want one of 0."""

MOST_SMOOTHED = 0.3
"""The largest share taken off. Labels are smoothed by 0.1, as a rule."""

SHARPNESS = 200.0
"""How sharply a class ends that has no more than what is taken off: over a 200th of an even share."""

_STEP = 0.005
"""Between the shares that are tried."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become probabilities."""

    temperature: float = 1.0
    smoothing: float = 0.0  # taken off each class, as a share of 1 / classes

    @classmethod
    def of(cls, kept: Mapping[str, float], *, six_views: bool) -> Calibration:
        """What a model card keeps as its `calibration`; nothing changes what is not there or makes no sense. Six views
        may have one of their own."""
        ending = "_six_views" if six_views and "temperature_six_views" in kept else ""
        temperature, smoothing = kept.get(f"temperature{ending}", 1.0), kept.get(f"smoothing{ending}", 0.0)
        return cls(
            temperature if COLDEST <= temperature <= HOTTEST else 1.0,
            smoothing if 0 <= smoothing <= MOST_SMOOTHED else 0.0,
        )

    def kept(self, *, six_views: bool) -> dict[str, float]:
        """The reverse of `of`."""
        ending = "_six_views" if six_views else ""
        return {f"temperature{ending}": self.temperature, f"smoothing{ending}": self.smoothing}

    def logits(self, raw: Tensor) -> Tensor:
        """(…, classes) logits of a network, divided by the temperature."""
        return raw / self.temperature

    def probabilities(self, logits: Tensor) -> Tensor:
        """(…, classes) of what `logits` gave; they sum to 1, and their order is that of the logits."""
        shares = torch.softmax(logits, -1)
        if self.smoothing == 0:
            return shares
        above = F.softplus(SHARPNESS * (shares * shares.shape[-1] - self.smoothing))
        return above / above.sum(-1, keepdim=True)


def fit_calibration(logits: Tensor, labels: Tensor) -> Calibration:
    """The calibration with which (N, classes) logits have the least mean cross-entropy to (N,) labels.

    The share taken off rises for as long as that helps, with the temperature that then fits best. Raises ValueError
    when N is 0."""
    logits, labels = logits.double(), labels.long()
    found = Calibration(fit_temperature(logits, labels))
    least = _loss(found, logits, labels)
    while found.smoothing + _STEP <= MOST_SMOOTHED:
        following = _warmed(Calibration(found.temperature, round(found.smoothing + _STEP, 6)), logits, labels)
        loss = _loss(following, logits, labels)
        if loss >= least:
            break
        found, least = following, loss
    return found


def _warmed(found: Calibration, logits: Tensor, labels: Tensor) -> Calibration:
    """The same with the temperature that fits best, to a thousandth: a golden-section search, as a little more taken
    off wants hardly another temperature."""
    low, high = (max(min(found.temperature * factor, HOTTEST), COLDEST) for factor in (0.9, 1.15))
    golden = (5**0.5 - 1) / 2

    def loss(temperature: float) -> float:
        return _loss(Calibration(temperature, found.smoothing), logits, labels)

    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 1e-3 * found.temperature:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = loss(right)
    return Calibration((low + high) / 2, found.smoothing)


def _loss(found: Calibration, logits: Tensor, labels: Tensor) -> float:
    own = found.probabilities(found.logits(logits)).gather(1, labels[:, None])
    return float(-own.log().mean())


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
