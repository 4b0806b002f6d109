"""What can be said before anything is evaluated: of which pictures, and whether they may be asked about. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.data.base import ImageData, SplitName
from cifar_gui.inference.evaluate import other_classes

CHOICES: dict[SplitName, str] = {"validation": "Validation", "train": "Training", "test": "Test"}
"""The splits, the default first, as they are called."""

TEST_RULE = (
    "The test pictures are for the final score, once all settings are chosen: whoever chooses by them has, in a way, "
    "trained on them."
)

Way = Literal["", "test", "data"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said about what is chosen."""

    text: str
    doubtful: bool = False  # the result would be less than it seems
    why_not: str = ""  # why nothing can be evaluated as yet; "" if it can
    way: Way = ""  # the way out that is offered: to agree to the test pictures, to read the network's own data


def default_split(card: ModelCard, data: ImageData | None) -> SplitName | None:
    """The validation pictures; None if the network has learned from them: then a person has to choose."""
    return None if data is not None and data.was_trained_on("validation", card.trained_on) else "validation"


def standing(card: ModelCard, data: ImageData | None, split: SplitName | None, *, test_agreed: bool) -> Standing:
    """`data`: what is loaded, labelled for this network; `test_agreed`: whether the user has said that the test
    pictures are to be looked at."""
    if data is not None and (problem := other_classes(card.class_names, data.class_names)):
        return Standing(problem, why_not=problem, way="data")
    if split is None:
        name = data.name if data is not None else "its data set"
        text = f"This network has learned from all training pictures of {name}: none were held out. Choose a split."
        return Standing(text, why_not="Choose a split first.")
    if data is not None and not len(data.split(split)):
        text = f"{data.name} has no {CHOICES[split].lower()} pictures. Choose another split."
        return Standing(text, why_not=text)
    if split == "test" and not test_agreed:
        return Standing(TEST_RULE, why_not="Say first that the test pictures are to be used.", way="test")
    if data is None:
        kind = {"validation": "held-out", "train": "training", "test": "test"}[split]
        return Standing(f"The {kind} pictures are read when you press Run.")
    return _about(card, data, split)


def _about(card: ModelCard, data: ImageData, split: SplitName) -> Standing:
    found = _what(card, data, split)
    there = int(data.split(split).labels.bincount().count_nonzero())
    if there == len(card.class_names):
        return found
    some = f"They are of {there} of the {len(card.class_names)} classes that the network knows."
    return replace(found, text=f"{found.text} {some}")


def _what(card: ModelCard, data: ImageData, split: SplitName) -> Standing:
    count = f"{len(data.split(split)):,}"
    if data.was_trained_on(split, card.trained_on):
        what = f"{count} {CHOICES[split].lower()} pictures of {data.name}"
        return Standing(f"Seen in training: the network has learned from these {what}.", doubtful=True)
    if split == "train":
        known = "It is not known whether" if not card.trained_on else "As far as is known, not just from these"
        ending = "the network has learned from them." if not card.trained_on else "has the network learned."
        return Standing(f"{count} training pictures of {data.name}. {known} {ending}", doubtful=True)
    if split == "test":
        return Standing(f"The {count} test pictures of {data.name}, for the final score.")
    return Standing(f"{count} pictures of {data.name} that were held out from training.")
