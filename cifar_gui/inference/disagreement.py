"""Two networks on the same pictures: where each is right and the other wrong, and whether that can be chance.

The test is that of McNemar 1947, in its exact form: were both equally good, the pictures that only one of them gets
right would fall to either as a fair coin does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How two networks fared on the same pictures."""

    both: int  # pictures that both get right
    only_first: int
    only_second: int
    neither: int
    p: float  # the probability of a difference as large as this or larger, were both equally good

    @property
    def is_significant(self) -> bool:
        return self.p < SIGNIFICANT


def disagreement(first_right: ArrayLike, second_right: ArrayLike) -> Disagreement:
    """Compare answers, bool (N,) each: whether the first and whether the second network was right."""
    first, second = np.asarray(first_right, bool), np.asarray(second_right, bool)
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    both, neither = int((first & second).sum()), int((~first & ~second).sum())
    return Disagreement(both, only_first, only_second, neither, mcnemar(only_first, only_second))


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p-value of the exact test: twice the tail of Binomial(n, ½), at most 1."""
    n, few = only_first + only_second, min(only_first, only_second)
    log_tail = [_log_choose(n, k) - n * math.log(2) for k in range(few + 1)]
    return min(2 * math.fsum(map(math.exp, log_tail)), 1.0)


def in_words(found: Disagreement, first: str, second: str) -> str:
    """What the comparison says, as two sentences."""
    if not found.only_first + found.only_second:
        return f"{first} and {second} are right on the very same pictures."
    better, worse = (first, second) if found.only_first > found.only_second else (second, first)
    told = f"{first} alone is right on {found.only_first:,}, {second} alone on {found.only_second:,}."
    if not found.is_significant:
        return f"{told} So small a difference is easily chance (p = {found.p:.2g}): neither is shown to be better."
    return f"{told} That is no chance (p {_p_words(found.p)}): {better} is better than {worse} on pictures like these."


def _p_words(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.2g}"


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
