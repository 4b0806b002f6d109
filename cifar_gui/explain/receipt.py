"""Why dog, not cat? The difference of two logits as the sum that it is: so much from each unit of the last layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.data.decode import Pixels
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.penultimate import head_of
from cifar_gui.inference.last_layer import NotLinear
from cifar_gui.inference.threads import one_core
from cifar_gui.inference.views import VIEW_WEIGHTS, six_views

DIGITS = 2
"""Decimals in which a receipt is written."""

_TOLERANCE = 1e-4
"""Of the logits, relative: what float32 sums of the network may deviate from the exact sum."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a receipt."""

    name: str  # "filter 21", "unit 7", "bias"
    value: float  # how strongly the unit answers, the mean over the views; of maps, their mean
    weight: float | None  # its weight for the winner − its weight for the other; None of maps, which have many
    contribution: float  # to the difference of the calibrated logits, in full precision
    unit: int | None = None  # its number among those that the last layer reads; None of the bias


@dataclass(frozen=True, eq=False, slots=True)
class Receipt:
    """logit of `winner` − logit of `other` = the sum of all contributions, to the last digit of float64."""

    winner: str
    other: str
    entries: tuple[Entry, ...]  # the largest contributions first, whatever their sign
    logits: tuple[float, float]  # calibrated, as the network gave them: of the winner and of the other
    probabilities: tuple[float, float]  # of the two, 0–1
    views: int  # 1 or 6: then values and contributions are the means over the views, which is exact too
    per_filter: bool  # whether an entry stands for all places of a filter's map

    @property
    def difference(self) -> float:
        """The sum of all contributions."""
        return float(np.sum([entry.contribution for entry in self.entries], dtype=np.float64))

    def written(self, most: int) -> tuple[list[tuple[Entry, int]], int, int]:
        """The first `most` entries, what the rest comes to, and the total, as whole numbers of 10^−DIGITS.

        The numbers add up as they are written: what rounding leaves over is in the rest."""
        unit = 10**DIGITS
        shown = [(entry, round(entry.contribution * unit)) for entry in self.entries[:most]]
        total = round(self.difference * unit)
        return shown, total - sum(number for _entry, number in shown), total


def receipt(examined: Examined, pixels: Pixels, winner: int, other: int, *, views: int = 1) -> Receipt:
    """Take apart the logits for uint8 (3, 32, 32). With six views, logits, features and so contributions are the same
    weighted means. Raises NotLinear where the answer of the network is no weighted sum."""
    images = torch.from_numpy(np.ascontiguousarray(pixels))[None]
    seen, weights = (six_views(images)[:, 0], np.array(VIEW_WEIGHTS)) if views == 6 else (images, np.ones(1))
    with one_core():
        head = head_of(examined, examined.inputs(seen.numpy()))
    calibration = examined.calibration(six_views=views == 6)
    warmth = calibration.temperature
    features = weights @ head.features  # (units)
    weight = (head.weight[winner] - head.weight[other]) / warmth
    entries = _by_filter(features, weight, head.maps) if head.maps is not None else _by_unit(features, weight)
    bias = float(head.bias[winner] - head.bias[other]) / warmth
    if head.bias.any():
        entries.append(Entry("bias", 1.0, bias, bias))
    entries.sort(key=lambda entry: -abs(entry.contribution))
    logits = weights @ head.logits / warmth
    shares = calibration.probabilities(torch.from_numpy(logits))
    found = Receipt(
        examined.class_names[winner],
        examined.class_names[other],
        tuple(entries),
        (float(logits[winner]), float(logits[other])),
        (float(shares[winner]), float(shares[other])),
        views,
        per_filter=head.maps is not None,
    )
    if abs(found.difference - (logits[winner] - logits[other])) > _TOLERANCE * max(float(np.abs(logits).max()), 1.0):
        raise NotLinear("The contributions of this network's units do not add up to its answer.")
    return found


def _by_unit(features: NDArray[np.float64], weight: NDArray[np.float64]) -> list[Entry]:
    lines = zip(features.tolist(), weight.tolist(), (features * weight).tolist(), strict=True)
    return [Entry(f"unit {unit}", *line, unit) for unit, line in enumerate(lines)]


def _by_filter(features: NDArray[np.float64], weight: NDArray[np.float64], maps: tuple[int, int, int]) -> list[Entry]:
    """The units of `features` are the places of maps: a line for each map. One of a single place has one weight."""
    values = features.reshape(maps[0], -1)
    parts = (features * weight).reshape(maps[0], -1).sum(1)
    weights = weight.tolist() if maps[1] * maps[2] == 1 else [None] * maps[0]
    lines = zip(values.mean(1).tolist(), weights, parts.tolist(), strict=True)
    return [Entry(f"filter {number}", *line, number) for number, line in enumerate(lines)]
