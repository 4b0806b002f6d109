"""Outcomes kept as long as the page lives, so that what has been asked once is there at once. Free of Qt."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_gui.inference.evaluate import Evaluation
from cifar_gui.ui.evaluate.outcome import Outcome, Places, Question

_MOST = 200
"""Kept; each holds a few numbers for each picture."""

Key = tuple[str, str, bool]
"""What the network computes, which pictures, and whether in six views."""


@dataclass(frozen=True, eq=False, slots=True)
class _Answers:
    """An outcome without its network, whose weights nobody needs."""

    evaluation: Evaluation
    labels: Places
    answers: Places
    confidence: NDArray[np.float32]


def key_of(question: Question) -> Key:
    """Hashes the weights: quick only where that has been done before."""
    return question.snapshot.function_digest, question.pictures.fingerprint, question.six_views


class Outcomes:
    """The ones asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, _Answers] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def remember(self, outcome: Outcome) -> None:
        """Keep it, in place of what was asked for longest ago."""
        kept = _Answers(outcome.evaluation, outcome.labels, outcome.answers, outcome.confidence)
        key = key_of(outcome.question)
        self._kept.pop(key, None)  # else it would keep the place of the first time
        self._kept[key] = kept
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def recall(self, question: Question) -> Outcome | None:
        """The answer to this question, if it is known."""
        found = self._kept.get(key_of(question))
        if found is None:
            return None
        return Outcome(question, found.evaluation, found.labels, found.answers, found.confidence)
