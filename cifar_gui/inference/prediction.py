"""What a classifier answers. Plain values, free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cifar_gui.data.picture import Crop

__all__ = ["Confidence", "Crop", "Prediction", "Standing", "Verdict"]

Confidence = Literal["confident", "unsure", "unknown"]

Standing = Literal["familiar", "unusual", "strange"]
"""How a picture compares with those that the network learned from. Networks that do not know call all familiar."""


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
    familiarity: float = 0.0
    # ^ higher = more like the training pictures (`inference.familiarity`), from 0 on enough for a sure answer; of a
    #   network to which none was fitted, the energy of the logits
    crop: Crop | None = None  # of the picture, in its true pixels; None when there was no picture, only an input
    views: int = 1  # 6 with test-time augmentation
    crops: int = 1  # squares of the picture that decided together; `crop` is one of them
    standing: Standing = "familiar"
    votes: tuple[int, ...] = ()  # how many of the views, or of the squares if there are several, say each class

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
