"""How good each epoch of a run is, as far as that has been asked. Free of Qt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_gui.ui.evaluate.outcome import Outcome, Question
from cifar_gui.ui.evaluate.standing import CHOICES
from cifar_gui.words import modest_percent

_Pictures = tuple[str, bool]
"""The fingerprint of the pictures, and whether in six views."""


@dataclass(frozen=True, eq=False, slots=True)
class Scores:
    """Of one run on some pictures: epochs, rising, and accuracies, 0–1."""

    epochs: NDArray[np.float64]
    accuracies: NDArray[np.float64]

    def at(self, epoch: float) -> float | None:
        """None where it has not been asked."""
        found = self.accuracies[self.epochs == epoch]
        return float(found[0]) if len(found) else None


class EpochScores:
    """Accuracies by run, pictures and epoch."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, _Pictures, int], float] = {}

    def note(self, outcome: Outcome) -> None:
        """Keep the accuracy of what is a whole epoch of a run."""
        question = outcome.question
        epoch = question.snapshot.card.epoch
        if question.run and epoch == int(epoch):
            self._known[question.run, _pictures(question), int(epoch)] = outcome.evaluation.accuracy

    def forget_all_but(self, runs: Collection[str]) -> None:
        """Only these runs are left: another one may come to have the number of one that has gone."""
        self._known = {key: value for key, value in self._known.items() if key[0] in runs}

    def of(self, question: Question) -> Scores:
        """Those of the run that this question is about, on its pictures."""
        pictures = _pictures(question)
        found = {key[2]: value for key, value in self._known.items() if key[:2] == (question.run, pictures)}
        epochs = sorted(found)
        return Scores(np.array(epochs, np.float64), np.array([found[each] for each in epochs], np.float64))


def _pictures(question: Question) -> _Pictures:
    return question.pictures.fingerprint, question.six_views


def why_not_every(question: Question | None, kept: Sequence[int]) -> str:
    """Why not every kept epoch can be asked, as a sentence; "" if it can."""
    if question is None:
        return "Choose pictures first."
    if question.split == "test":
        return "Not on the test pictures: whoever chooses an epoch by them has, in a way, trained on them."
    return "" if len(kept) > 1 else "There is one epoch only."


def scores_words(question: Question, scores: Scores, kept: Sequence[int]) -> str:
    """How many have been asked, and which is best."""
    views = ", six views" if question.six_views else ""
    what = f"Run {question.run}, {CHOICES[question.split].lower()}{views}"
    asked = sum(scores.at(epoch) is not None for epoch in kept)
    if not len(scores.epochs):
        return f"{what}: none of the {len(kept)} kept epochs has been asked yet."
    best = int(scores.accuracies.argmax())
    told = f"{what}: {asked} of {len(kept)} kept epochs asked. Best: epoch {scores.epochs[best]:.0f}"
    return f"{told}, {modest_percent(float(scores.accuracies[best]), 1)}."
