"""Whether an outcome's confidence can be believed, as curves and as words. Free of Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_gui.inference.reliability import Bin, Coverage, calibration_error, coverage, error_by_chance, reliability
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.widgets.csv_text import csv_text
from cifar_gui.words import percent

_EVEN = 0.005
"""Mean confidence and accuracy no farther apart than this are called equal; nor are they if chance alone sets them as
far apart in one of twenty cases."""


@dataclass(frozen=True, eq=False, slots=True)
class Trust:
    """What there is to draw."""

    bins: tuple[Bin, ...]
    coverage: Coverage
    uncalibrated: float  # the calibration error that there would be without its calibration, 0–1

    @property
    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean confidence in per cent, rising, and accuracy, 0–1, of each bin."""
        said = [100 * each.confidence for each in self.bins]
        return np.array(said), np.array([each.accuracy for each in self.bins])


def trust(outcome: Outcome) -> Trust:
    """Of the answers to all its pictures."""
    confidence, right = outcome.confidence, outcome.right
    return Trust(reliability(confidence, right), coverage(confidence, right), outcome.evaluation.uncalibrated_error)


def reliability_words(found: Trust) -> str:
    """The calibration error, calibrated and not, in which direction it goes, and what was counted."""
    bins, error = found.bins, calibration_error(found.bins)
    before = "" if percent(error) == percent(found.uncalibrated) else f" Uncalibrated, {percent(found.uncalibrated)}."
    total = max(sum(each.count for each in bins), 1)
    too_sure = sum(each.count * (each.confidence - each.accuracy) for each in bins) / total
    even = max(_EVEN, 2 * math.sqrt(sum(each.count * each.confidence * (1 - each.confidence) for each in bins)) / total)
    manner = "too sure" if too_sure > even else "too modest" if too_sure < -even else "neither too sure nor too modest"
    by_chance = error_by_chance(bins)
    chance = (
        f" With {total:,} pictures, chance alone makes it about {percent(by_chance)}." if by_chance > error / 2 else ""
    )
    few, many = min(each.count for each in bins), max(each.count for each in bins)
    each_holds = f"{few:,}" if few == many else f"{few:,} or {many:,}"
    return (
        f"Calibration error {percent(error)}: so far apart are what it says and how often that is right."
        f"{before}{chance} On the whole it is {manner}. {len(bins)} points of {each_holds} pictures each."
    )


def coverage_words(found: Coverage, threshold: float) -> str:
    """What remains if doubtful answers are withheld."""
    share, accuracy = found.at(threshold)
    if not share:
        return f"No answer is at least {percent(threshold)} sure."
    return f"At least {percent(threshold)} sure: answers {percent(share)} of the pictures, {percent(accuracy)} right."


def as_csv(found: Trust) -> str:
    """One row for each group of answers; shares 0–1."""
    rows = [(each.low, each.high, each.confidence, each.accuracy, each.count) for each in found.bins]
    return csv_text([("least sure", "surest", "mean confidence", "right", "pictures"), *rows])
