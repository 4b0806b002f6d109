"""What another network says of the same square, beside what the first one says. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cifar_gui.inference.prediction import Prediction
from cifar_gui.words import NOTHING, modest_percent

_NAMED = 3
"""Of classes that the first network does not know."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The answer of a network that is called `who`."""

    who: str
    prediction: Prediction

    def on(self, class_name: str) -> Beside:
        """What it says of one class, which goes by its name: places differ from network to network."""
        shares = dict(zip(self.prediction.class_names, self.prediction.probabilities, strict=True))
        return Beside(self.who, shares.get(class_name))

    def words(self, class_names: Sequence[str]) -> str:
        """Its verdict, and in how far it knows other classes than `class_names`."""
        found, known = self.prediction, self.prediction.class_names
        sure = f", {modest_percent(found.probability)}" if found.verdict.confidence == "confident" else ""
        said = f"{found.verdict.headline}{sure}"
        shared = set(known) & set(class_names)
        if not shared:
            more = ", …" if len(known) > _NAMED else ""
            return f"{self.who} knows other classes ({', '.join(known[:_NAMED])}{more}): {said}"
        told = f"{self.who}, thin bars: {said}"
        if len(shared) < len(class_names):
            return f"{told} (it knows {len(shared)} of these {len(class_names)} classes)"
        if len(known) > len(class_names):
            return f"{told} (it knows {len(known) - len(shared)} more)"
        return told


@dataclass(frozen=True, slots=True)
class Beside:
    """What another network says of one class."""

    who: str
    share: float | None  # None: it does not know the class

    @property
    def percentage(self) -> str:
        """With one decimal, or a dash."""
        return NOTHING if self.share is None else modest_percent(self.share, 1)

    @property
    def spoken(self) -> str:
        """For screen readers."""
        return f"{self.who} does not know it" if self.share is None else f"{self.who} {self.percentage}"
