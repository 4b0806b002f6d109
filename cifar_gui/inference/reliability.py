"""Can what a network says of itself be believed? Reliability, calibration error, and accuracy against coverage.

After Guo et al. 2017, "On Calibration of Modern Neural Networks", with bins of equal mass as in Nguyen and O'Connor
2015; and El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification", for coverage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers that were given with about the same confidence."""

    low: float  # least and greatest confidence in it, 0–1
    high: float
    confidence: float  # mean, 0–1
    accuracy: float  # share of them that was right, 0–1
    count: int


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> tuple[Bin, ...]:
    """Answers (N,) sorted by confidence into bins that hold equally many, give or take one; fewer if N is less.

    `confidence` in [0, 1], `right` bool, both (N,)."""
    said, hit = _sorted(confidence, right)
    parts = zip(*(np.array_split(each, max(min(bins, len(said)), 1)) for each in (said, hit)), strict=True)
    return tuple(
        Bin(float(part[0]), float(part[-1]), float(part.mean()), float(hits.mean()), len(part))
        for part, hits in parts
        if len(part)
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: how far confidence and accuracy lie apart, 0–1, weighted by count; 0 of nothing."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.accuracy) for each in bins) / total if total else 0.0


def error_by_chance(bins: Sequence[Bin]) -> float:
    """The calibration error, 0–1, that answers whose confidence is exactly right would show: few of them are rarely as
    often right as was said."""
    total = sum(each.count for each in bins)
    return sum(_strays(each.count, each.confidence) for each in bins) / total if total else 0.0


def _strays(n: int, p: float) -> float:
    """By how many, on average, those that are right of n answers stray from n p: de Moivre's mean absolute deviation of
    the binomial distribution, 2 ν (1 − p) b(ν; n, p) with ν = ⌊n p⌋ + 1."""
    nu = math.floor(n * p) + 1
    if nu > n or p <= 0:
        return 0.0
    ways = math.lgamma(n + 1) - math.lgamma(nu + 1) - math.lgamma(n - nu + 1)
    return 2 * nu * (1 - p) * math.exp(ways + nu * math.log(p) + (n - nu) * math.log1p(-p))


@dataclass(frozen=True, eq=False, slots=True)
class Coverage:
    """What remains, and how good it is, if the less confident answers are withheld. Arrays (K,), K ≤ N: one entry for
    each confidence that was given, the highest first."""

    threshold: NDArray[np.float64]  # answers with at least this confidence are given
    share: NDArray[np.float64]  # of all pictures that get an answer, rising to 1
    accuracy: NDArray[np.float64]  # of those answers, 0–1

    def at(self, threshold: float) -> tuple[float, float]:
        """Share and accuracy of the answers of at least `threshold`; (0, 1) if none is: who says nothing errs not."""
        given = int(np.searchsorted(-self.threshold, -threshold, side="right"))
        return (float(self.share[given - 1]), float(self.accuracy[given - 1])) if given else (0.0, 1.0)


def coverage(confidence: ArrayLike, right: ArrayLike) -> Coverage:
    """Accuracy against the share of pictures that get an answer, for every threshold. As `reliability`."""
    said, hit = (each[::-1] for each in _sorted(confidence, right))
    given = np.arange(1, len(said) + 1)
    last = np.append(said[1:] != said[:-1], True)[: len(said)]  # answers of equal confidence come and go together
    accuracy = np.cumsum(hit) / given
    return Coverage(said[last], given[last] / max(len(said), 1), accuracy[last])


def _sorted(confidence: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both in the order of rising confidence."""
    said, hit = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    order = np.argsort(said, kind="stable")
    return said[order], hit[order]
