"""The pictures that explanations are looked for in: those held out from training, never the official test pictures."""

from __future__ import annotations

from dataclasses import dataclass

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.data.base import ImageData, Split
from cifar_gui.data.held_out import none_held_out
from cifar_gui.errors import DataError


@dataclass(frozen=True, eq=False, slots=True)
class HeldOut:
    """The validation pictures of a data set, as one network sees them."""

    split: Split
    class_names: tuple[str, ...]
    name: str  # of the data set: "CIFAR-10"
    seen: bool = False  # whether this network has learned from them all the same

    @property
    def kind(self) -> str:
        """What they are to this network, in the plural."""
        return "pictures that the network has learned from" if self.seen else "held-out pictures"

    @property
    def words(self) -> str:
        """For notes: "5,000 held-out pictures of CIFAR-10"."""
        kind = "pictures it has learned from, out of" if self.seen else "held-out pictures of"
        return f"{len(self.split):,} {kind} {self.name}"

    def label(self, picture: int) -> str:
        """The class a picture is labelled with."""
        return self.class_names[int(self.split.labels[picture])]


def held_out(data: ImageData, card: ModelCard) -> HeldOut:
    """The validation pictures of `data` for the network of a card. Raises DataError if there are none."""
    data = data.for_classes(card.class_names)
    split = data.split("validation")
    if not len(split):
        raise DataError(none_held_out(data.name))
    return HeldOut(split, data.class_names, data.name, data.was_trained_on("validation", card.trained_on))
