"""Receipts made on a worker, for the class of the verdict against the one that is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cifar_gui.ui.background import Background
from cifar_gui.ui.classify.answers import Answer
from cifar_gui.ui.classify.examined_shelf import ExaminedShelf
from cifar_gui.ui.classify.receipt_panel import ReceiptPanel
from cifar_gui.ui.newest import Newest

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.decode import Pixels
    from cifar_gui.explain.receipt import Receipt


@dataclass(frozen=True, eq=False, slots=True)
class _Question:
    snapshot: ModelSnapshot
    pixels: Pixels
    winner: int
    other: int
    views: int


class Receipts:
    """Keeps a panel up to date with the answer shown."""

    def __init__(self, jobs: Background, shelf: ExaminedShelf) -> None:
        self._shelf = shelf
        self.panel = ReceiptPanel()
        self._newest: Newest[_Question, Receipt] = Newest(
            jobs,
            self._make,
            self.panel.show_receipt,
            lambda error: self.panel.say(str(error)),
            key="classify.receipt",
        )

    def follow(self, answer: Answer, chosen: str) -> None:
        """Explain this answer, against the class `chosen`, or the runner-up if that is "" or the verdict itself."""
        prediction, snapshot, pixels = answer.prediction, answer.question.snapshot, answer.pixels
        if prediction is None or snapshot is None or pixels is None:
            return
        if len(prediction.class_names) < 2:
            self.panel.say("This network knows one class only: there is nothing to compare it with.")
            return
        first, second = (name for name, _share in prediction.top(2))
        other = chosen if chosen not in ("", first) else second
        places = prediction.class_names.index
        self._newest.ask(_Question(snapshot, pixels, places(first), places(other), prediction.views))

    def forget(self) -> None:
        """There is no answer now."""
        self._newest.forget()
        self.panel.say("The receipt follows when there is an answer.")

    def _make(self, question: _Question) -> Receipt:
        from cifar_gui.explain.receipt import receipt

        examined = self._shelf.examined(question.snapshot)
        return receipt(examined, question.pixels, question.winner, question.other, views=question.views)
