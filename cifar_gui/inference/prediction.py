"""What a classifier answers. Plain values, free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["confident", "unsure", "unknown"]


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of the upright picture, in its pixels: top left corner and side. May be the whole of it."""

    x: int
    y: int
    side: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in words, and why."""

    confidence: Confidence
    headline: str  # "dog", "cat or dog?", "probably none of the ten"
    reason: str  # one sentence


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer for one picture."""

    class_names: tuple[str, ...]
    probabilities: tuple[float, ...]  # in the order of class_names, sum 1
    verdict: Verdict
    views: int = 1  # 6 with test-time augmentation

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.class_names[self.probabilities.index(max(self.probabilities))]

    @property
    def probability(self) -> float:
        """Of the most probable class."""
        return max(self.probabilities)

    def top(self, count: int = 3) -> list[tuple[str, float]]:
        """The `count` most probable classes with their probabilities, best first."""
        pairs = sorted(zip(self.class_names, self.probabilities, strict=True), key=lambda pair: -pair[1])
        return pairs[:count]
