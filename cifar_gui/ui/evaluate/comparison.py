"""Two networks on the same pictures: where one is right and the other wrong. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.data.base import Progress
from cifar_gui.inference.disagreement import Disagreement, disagreement, in_words
from cifar_gui.ui.evaluate.outcome import Outcome, Places, examine
from cifar_gui.ui.evaluate.telling import accuracy_words
from cifar_gui.ui.evaluate.tiles import Tile
from cifar_gui.ui.widgets.csv_text import csv_text
from cifar_gui.words import modest_percent

SIDES: dict[tuple[bool, bool], str] = {
    (True, True): "Both are right",
    (True, False): "Only {first} is right",
    (False, True): "Only {second} is right",
    (False, False): "Both are wrong",
}
"""Whether the first and whether the second network is right → what that is called."""


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """The answers of both to the same pictures."""

    first: Outcome
    second: Outcome

    @property
    def disagreement(self) -> Disagreement:
        return disagreement(self.first.right, self.second.right)

    @property
    def names(self) -> tuple[str, str]:
        return self.first.question.model, self.second.question.model

    def counts(self) -> dict[tuple[bool, bool], int]:
        """How many pictures there are on each of the `SIDES`."""
        return {side: len(self.places(*side)) for side in SIDES}

    def places(self, first_right: bool, second_right: bool) -> Places:
        """The pictures there: errors the surest first, what both get right the least sure first."""
        chosen = (self.first.right == first_right) & (self.second.right == second_right)
        places = np.flatnonzero(chosen)
        first, second = self.first.confidence[places], self.second.confidence[places]
        if first_right and second_right:
            return places[np.argsort(np.minimum(first, second), kind="stable")]
        wrong = np.maximum(np.where(first_right, 0, first), np.where(second_right, 0, second))
        return places[np.argsort(-wrong, kind="stable")]

    def side_words(self, side: tuple[bool, bool]) -> str:
        """What a side is called."""
        first, second = self.names
        return SIDES[side].format(first=first, second=second)

    def words(self) -> str:
        """Who is better, and whether that can be chance."""
        first, second = self.names
        accuracies = f"{first} {accuracy_words(self.first)}, {second} {accuracy_words(self.second)}."
        return f"{accuracies} {in_words(self.disagreement, first, second)}"

    def gallery_words(self, side: tuple[bool, bool]) -> str:
        """Of the pictures on a side."""
        return (
            f"{self.side_words(side)}: {len(self.places(*side)):,}. First what {', then what '.join(self.names)} says."
        )

    def tiles(self, side: tuple[bool, bool]) -> list[Tile]:
        """The pictures on a side, with both verdicts."""
        return [self._tile(place) for place in self.places(*side).tolist()]

    def _tile(self, place: int) -> Tile:
        names, split = self.first.class_names, self.first.question.split
        said = [
            (each.question.model, names[int(each.answers[place])], modest_percent(float(each.confidence[place]), 1))
            for each in (self.first, self.second)
        ]
        verdicts = ", ".join(f"{model}: {answer}, {share}" for model, answer, share in said)
        note = f"{names[int(self.first.labels[place])]}. {verdicts}. Picture {place:,} of the {split} pictures."
        return Tile(((split, place),), " / ".join(answer for _model, answer, _share in said), note)


def as_csv(found: Comparison) -> str:
    """One row for each picture: what it shows, what each network says of it, and how sure it is, 0–1."""
    names, titles = found.first.class_names, ["picture", "label"]
    columns: list[Iterable[object]] = [(names[label] for label in found.first.labels.tolist())]
    for outcome in (found.first, found.second):
        model = outcome.question.model
        titles += [model, f"{model}, confidence"]
        columns += [(names[answer] for answer in outcome.answers.tolist()), outcome.confidence.tolist()]
    return csv_text([titles, *zip(range(len(found.first.labels)), *columns, strict=True)])


def compare(first: Outcome, path: Path, model: str) -> Callable[[Progress], Comparison]:
    """Work for a worker: ask the network in a file what another has been asked. Raises CifarGuiError."""

    def work(progress: Progress) -> Comparison:
        progress(0.0, f"Reading {model}")
        question = replace(first.question, snapshot=load_snapshot(path), model=model)
        return Comparison(first, examine(question, progress))

    return work
