"""You against the network: twenty held-out pictures, what either says of them, and how that is told. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import ImageData, Split
from cifar_gui.inference.disagreement import disagreement
from cifar_gui.inference.evaluate import confusion_matrix, evaluate, wilson_interval
from cifar_gui.ui.evaluate.tiles import Tile
from cifar_gui.words import modest_percent, percent_range

LENGTH = 20
"""Pictures in a round."""

Player = Literal["you", "network"]


@dataclass(frozen=True, eq=False, slots=True)
class Round:
    """As it stands now. Answers are numbers of classes."""

    data: ImageData
    places: tuple[int, ...]  # of validation pictures
    model: str  # as the chooser calls it
    network: tuple[int, ...]  # what it has answered, to all of them
    sure: tuple[float, ...]  # and with what probability, 0–1
    yours: tuple[int, ...] = ()  # so far

    def __len__(self) -> int:
        return len(self.places)

    @property
    def finished(self) -> bool:
        return len(self.yours) == len(self.places)

    @property
    def picture(self) -> NDArray[np.uint8]:
        """The one to be answered now, uint8 (32, 32, 3)."""
        image = self.data.split("validation").images[self.places[len(self.yours)]]
        return np.ascontiguousarray(image.permute(1, 2, 0).numpy())

    @property
    def labels(self) -> tuple[int, ...]:
        labels = self.data.split("validation").labels
        return tuple(int(labels[place]) for place in self.places)

    def answered(self, answer: int) -> Round:
        """With one answer more; as it is if there is nothing left to answer, or there is no such class."""
        if self.finished or not 0 <= answer < len(self.data.class_names):
            return self
        return replace(self, yours=(*self.yours, answer))

    def undone(self) -> Round:
        """With one answer less."""
        return replace(self, yours=self.yours[:-1])

    def answers(self, player: Player) -> tuple[int, ...]:
        return self.yours if player == "you" else self.network

    def right(self, player: Player) -> NDArray[np.bool_]:
        """Whether each answer is the label."""
        answers = self.answers(player)
        right: NDArray[np.bool_] = np.array(answers, np.int64) == np.array(self.labels[: len(answers)], np.int64)
        return right

    def confusion(self, player: Player) -> NDArray[np.int64]:
        """(classes, classes): how many of row were called column."""
        answers, labels = torch.tensor(self.answers(player)), torch.tensor(self.labels)
        found: NDArray[np.int64] = confusion_matrix(answers, labels, len(self.data.class_names)).numpy()
        return found


def draw(data: ImageData, played: Collection[int], random: Random) -> tuple[int, ...]:
    """Validation pictures for a round: ones that have not been `played` as long as there are enough."""
    every = range(len(data.split("validation")))
    fresh = [place for place in every if place not in played]
    return tuple(random.sample(fresh if len(fresh) >= LENGTH else every, min(LENGTH, len(every))))


def begin(snapshot: ModelSnapshot, model: str, data: ImageData, places: tuple[int, ...]) -> Callable[[], Round]:
    """Work for a worker: what the network says of the pictures of a round. Raises DataError for other classes."""

    def work() -> Round:
        split, index = data.split("validation"), torch.tensor(places)
        some = Split(split.name, split.images[index], split.labels[index], "")
        found = evaluate(snapshot, some, keep_probabilities=True, class_names=data.class_names)
        assert found.probabilities is not None  # they were asked for
        sure, answers = found.probabilities.max(1)
        return Round(data, places, model, tuple(answers.tolist()), tuple(sure.tolist()))

    return work


def key_of(answer: int) -> str:
    """The key for a class: 1 to 9, then 0; "" for those beyond."""
    return str((answer + 1) % 10) if answer < 10 else ""


def interval_words(played: Round, player: Player) -> str:
    """How little a score of so few pictures says."""
    low, high = wilson_interval(int(played.right(player).sum()), len(played))
    return f"95 % interval: {percent_range(round(low, 2), round(high, 2))}."


def verdict_words(played: Round) -> str:
    """Who was better, and whether that can be chance."""
    found = disagreement(played.right("you"), played.right("network"))
    if found.only_first == found.only_second:
        return "A draw: both of you are right equally often."
    better = "You were" if found.only_first > found.only_second else f"{played.model} was"
    chance = f"is no chance (p = {found.p:.2g})" if found.is_significant else f"is easily chance (p = {found.p:.2g})"
    return f"{better} better. With {len(played)} pictures so large a difference {chance}."


def missed(played: Round, player: Player) -> list[Tile]:
    """What one of the two has got wrong."""
    return [_tile(played, number, player) for number in np.flatnonzero(~played.right(player)).tolist()]


def _tile(played: Round, number: int, player: Player) -> Tile:
    names, place = played.data.class_names, played.places[number]
    is_so = names[played.labels[number]]
    yours, its = names[played.yours[number]], names[played.network[number]]
    said = f"You said {yours}, {played.model} {its}, {modest_percent(played.sure[number])} sure."
    note = f"{is_so}. {said} Picture {place:,} of the validation pictures."
    wrong = yours if player == "you" else its
    return Tile((("validation", place),), f"{is_so}, not {wrong}", note)
