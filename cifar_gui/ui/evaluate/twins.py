"""Pictures that stand, nearly the same, among those learned from: looking for them, and saying it. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cifar_gui.data.base import ImageData, Progress, Split, SplitName
from cifar_gui.data.duplicates import Twins
from cifar_gui.data.known_duplicates import remembered_duplicates
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.evaluate.standing import TEST_RULE
from cifar_gui.ui.evaluate.tiles import Picture, Tile
from cifar_gui.ui.widgets.csv_text import csv_text
from cifar_gui.words import percent

CHOICES: dict[SplitName, str] = {"test": "Test pictures", "validation": "Validation pictures"}
"""Whose twins among the training pictures can be looked for."""


@dataclass(frozen=True, eq=False, slots=True)
class Search:
    """Which pictures have a twin among those that a network has learned from?"""

    data: ImageData
    split: SplitName
    all_data: bool = False  # whether it has learned from the validation pictures, too

    @property
    def asked(self) -> Split:
        return self.data.split(self.split)

    @property
    def learned(self) -> Split:
        return self.data.training(all_data=self.all_data)

    @property
    def key(self) -> tuple[str, str]:
        """Two searches with the same one find the same."""
        return self.asked.fingerprint, self.learned.fingerprint

    def learned_picture(self, place: int) -> Picture:
        """One of those learned from, as one of its split."""
        train = self.data.counts[0]
        return ("train", place) if place < train else ("validation", place - train)

    def label(self, picture: Picture) -> str:
        split, place = picture
        return self.data.class_names[int(self.data.split(split).labels[place])]


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What a search has found, the likest first."""

    search: Search
    twins: Sequence[Twins]

    @property
    def mislabelled(self) -> Sequence[Twins]:
        """Those whose labels differ."""
        return [each for each in self.twins if not each.same_label]


def search_for(outcome: Outcome, split: SplitName) -> Search:
    """Among what the network of this outcome has learned from, as far as that is known."""
    data, trained_on = outcome.question.data, outcome.question.snapshot.card.trained_on
    return Search(data, split, split == "test" and data.was_trained_on("validation", trained_on))


def look(search: Search) -> Callable[[Progress], Found]:
    """Work for a worker."""
    return lambda progress: Found(search, remembered_duplicates(search.asked, search.learned, progress=progress))


def question_words(search: Search) -> str:
    """What would be looked for, before it is."""
    count, learned = len(search.asked), len(search.learned)
    if not count:
        return f"{search.data.name} has no {search.split} pictures."
    asked = f"Which of the {count:,} {search.split} pictures stand, nearly the same, among the {learned:,} that were"
    rule = f" {TEST_RULE} This shows some of them." if search.split == "test" else ""
    return f"{asked} learned from? Whoever knows the one by heart knows the other.{rule}"


def found_words(found: Found) -> str:
    """How many there are."""
    count, of = len(found.twins), len(found.search.asked)
    if not count:
        return f"None of the {of:,} {found.search.split} pictures has a near-duplicate among those learned from."
    asked = f"{count:,} of {of:,} {found.search.split} pictures ({percent(count / of)})"
    told = f"{asked} {'has' if count == 1 else 'have'} a near-duplicate among those learned from."
    differing = len(found.mislabelled)
    if not differing:
        return told
    return f"{told} {'One pair carries' if differing == 1 else f'{differing:,} pairs carry'} two different labels."


def accuracy_words(found: Found, outcome: Outcome) -> str:
    """With the affected pictures and without; "" if the outcome is of other pictures."""
    question, search = outcome.question, found.search
    if question.data is not search.data or question.split != search.split or not found.twins:
        return ""
    affected = np.zeros(len(outcome.labels), bool)
    affected[[each.first for each in found.twins]] = True
    right = outcome.right
    if affected.all():
        return ""
    every, without, those = (percent(float(each.mean())) for each in (right, right[~affected], right[affected]))
    return (
        f"{question.model}: {every} of all are right, {without} of the {int((~affected).sum()):,} without a "
        f"near-duplicate, {those} of those with one."
    )


def tiles(found: Found, *, mislabelled: bool) -> list[Tile]:
    """The pairs, or those whose labels differ only: the picture, and its twin among those learned from."""
    return [_tile(found.search, each) for each in (found.mislabelled if mislabelled else found.twins)]


def _tile(search: Search, twins: Twins) -> Tile:
    pictures: tuple[Picture, Picture] = (search.split, twins.first), search.learned_picture(twins.second)
    first, second = map(search.label, pictures)
    labels = first if first == second else f"{first} / {second}"
    turned = ", mirrored" if twins.mirrored else ""
    (_split, place), (other, at) = pictures
    note = f"{search.split} picture {place:,}, {first}, and {other} picture {at:,}, {second}{turned}."
    alike = f"Correlation {twins.correlation:.3f}: 1 is the same picture."
    return Tile(pictures, f"{labels} {twins.correlation:.2f}", f"{note[0].upper()}{note[1:]} {alike}")


def as_csv(found: Found) -> str:
    """One row for each pair."""
    titles = ("split", "place", "label", "twin split", "twin place", "twin label", "correlation", "mirrored")
    rows: list[Sequence[object]] = [titles]
    for each in found.twins:
        first, second = (found.search.split, each.first), found.search.learned_picture(each.second)
        described = [value for picture in (first, second) for value in (*picture, found.search.label(picture))]
        rows.append([*described, each.correlation, each.mirrored])
    return csv_text(rows)
