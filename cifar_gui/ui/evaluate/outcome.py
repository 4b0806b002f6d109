"""What was asked of a network, what came of it, and which pictures are where in it. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.device import choose_device
from cifar_gui.data.base import ImageData, Progress, Split, SplitName
from cifar_gui.inference.confusion import Confusion
from cifar_gui.inference.evaluate import Evaluation, evaluate
from cifar_gui.ui.evaluate.standing import CHOICES

Places = NDArray[np.int64]
"""Which pictures of a split, in the order in which to show them."""


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """How good is this network on these pictures?"""

    snapshot: ModelSnapshot
    model: str  # as the chooser calls it: "AirNet · shipped"
    data: ImageData
    split: SplitName
    six_views: bool = False
    run: str = ""  # the number of the run that the network is an epoch of: "0007"

    @property
    def pictures(self) -> Split:
        return self.data.split(self.split)

    @property
    def seen(self) -> bool:
        """Whether the network has learned from these very pictures."""
        return self.data.was_trained_on(self.split, self.snapshot.card.trained_on)

    @property
    def words(self) -> str:
        """ "AirNet · shipped, validation, six views"."""
        views = ["six views"] if self.six_views else []
        return ", ".join([self.model, CHOICES[self.split].lower(), *views])

    def asks_the_same(self, other: Question) -> bool:
        """Whether the answer to `other` answers this one too."""
        mine, others = (self.split, self.six_views), (other.split, other.six_views)
        return self.snapshot is other.snapshot and self.data is other.data and mine == others


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """The answer. Arrays (n,), one entry for each picture of the split."""

    question: Question
    evaluation: Evaluation
    labels: Places
    answers: Places
    confidence: NDArray[np.float32]  # calibrated probability of the answer

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether each answer is the label."""
        right: NDArray[np.bool_] = self.answers == self.labels
        return right

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.evaluation.class_names

    @property
    def confusion(self) -> Confusion:
        return Confusion(self.class_names, self.evaluation.confusion)

    def cell(self, row: int, column: int) -> Places:
        """Pictures of `row` that were called `column`, worst first: errors from the surest on, what is right from the
        least sure on."""
        return self._worst_first((self.labels == row) & (self.answers == column), errors=row != column)

    def missed(self, row: int) -> Places:
        """Pictures of `row` that were called something else, the surest first."""
        return self._worst_first((self.labels == row) & ~self.right, errors=True)

    def _worst_first(self, chosen: NDArray[np.bool_], *, errors: bool) -> Places:
        places = np.flatnonzero(chosen)
        confidence = self.confidence[places]
        return places[np.argsort(-confidence if errors else confidence, kind="stable")]


def examine(question: Question, progress: Progress) -> Outcome:
    """Ask the network about every picture, on the fastest device there is. `progress` may raise Cancelled. Raises
    DataError if the pictures are of other classes."""
    found = evaluate(
        question.snapshot,
        question.pictures,
        six_views=question.six_views,
        progress=progress,
        keep_probabilities=True,
        class_names=question.data.class_names,
        device=choose_device("auto").device,
    )
    assert found.probabilities is not None  # they were asked for
    _ = question.snapshot.function_digest  # hashed here once, so that nobody waits for it on the GUI thread
    confidence, answers = (each.numpy() for each in found.probabilities.max(1))
    found = replace(found, probabilities=None)  # large, and nobody asks for them any more
    return Outcome(question, found, question.pictures.labels.numpy(), answers, confidence)
