"""Asking another network about what the first has answered, each time with the same 32 × 32 pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.classify.answers import Answer, ClassifierShelf
from cifar_gui.ui.classify.opinion import Opinion
from cifar_gui.ui.model_choices import ModelChoice
from cifar_gui.ui.newest import Newest

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.ui.classify.verdict_panel import VerdictPanel
    from cifar_gui.ui.context import Context

_TOPIC = "classify.second"


@dataclass(frozen=True, eq=False, slots=True)
class _Question:
    """What the first network has answered, and who else is to."""

    answer: Answer
    choice: ModelChoice


class SecondOpinion(QObject):
    """Keeps the second network's bars up to date with the answer shown. It is asked when the first has answered, by a
    worker of its own, and loaded when there is something to ask."""

    def __init__(self, context: Context, panel: VerdictPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._panel = context, panel
        self._wanted = ""  # key of the network; it may be one that is not offered for now
        self._answer: Answer | None = None
        self._loaded: tuple[ModelChoice, ModelSnapshot] | None = None
        self._shelf = ClassifierShelf()
        self._newest: Newest[_Question, tuple[_Question, Opinion | CifarGuiError]] = Newest(
            context.jobs, self._work, lambda found: self._on_answered(*found), self._on_failed, key=_TOPIC
        )
        panel.compare.activated.connect(self._on_chosen)
        context.models.choices_changed.connect(self.offer)
        self.offer()

    @property
    def wanted(self) -> str:
        """The key of the network to compare with, "" for none: to be remembered."""
        return self._wanted

    def restore(self, wanted: object) -> None:
        """What was `wanted`, or anything else."""
        if isinstance(wanted, str):
            self._wanted = wanted
            self.offer()

    def offer(self) -> None:
        """What can be chosen now. The network that is wanted is taken as soon as it is there."""
        before = self._panel.compare.chosen
        self._panel.compare.offer(self._context.models.choices())
        self._panel.compare.choose(self._wanted)
        now = self._panel.compare.chosen
        if (now and now.key) != (before and before.key):
            self._ask()

    def follow(self, answer: Answer) -> None:
        """The answer shown is this one now: what was said of another is taken away."""
        self._answer = answer
        self._ask()

    def forget(self) -> None:
        """There is no answer any more."""
        self._answer = None
        self._ask()

    def _on_chosen(self) -> None:
        chosen = self._panel.compare.chosen
        self._wanted = chosen.key if chosen is not None else ""
        self._loaded = None  # its file may have been written anew
        self._ask()

    def _ask(self) -> None:
        choice, answer = self._panel.compare.chosen, self._answer
        if choice is None:
            self._newest.forget()
            self._loaded = None
            self._panel.show_alone()
        elif answer is None or answer.prediction is None:
            self._panel.show_opinion(None)
        else:
            self._panel.show_opinion(None)
            self._newest.ask(_Question(answer, choice))

    def _work(self, question: _Question) -> tuple[_Question, Opinion | CifarGuiError]:
        """On a worker: the answer, or why there is none, and to what."""
        import torch

        answer, choice = question.answer, question.choice
        try:
            classifier = self._shelf.classifier(self._snapshot(choice), six_views=answer.question.six_views)
        except CifarGuiError as error:
            return question, error
        prediction = classifier.predict(torch.from_numpy(answer.pixels)[None], [answer.crop])[0]
        return question, Opinion(called(choice), prediction)

    def _snapshot(self, choice: ModelChoice) -> ModelSnapshot:
        from cifar_gui.checkpoint.files import load_snapshot

        loaded = self._loaded
        if loaded is None or loaded[0] != choice or choice.path is None:
            assert choice.path is not None, "only networks with a file are offered"
            loaded = self._loaded = (choice, load_snapshot(choice.path))
        return loaded[1]

    def _on_answered(self, question: _Question, found: Opinion | CifarGuiError) -> None:
        if isinstance(found, Opinion):
            self._on_found(question, found)
        elif question.choice == self._panel.compare.chosen:  # else another has been chosen meanwhile, and is asked
            self._on_failed(found)

    def _on_found(self, question: _Question, opinion: Opinion) -> None:
        if question.answer is self._answer and question.choice == self._panel.compare.chosen:
            self._context.messages.resolve(_TOPIC)
            self._panel.show_opinion(opinion)

    def _on_failed(self, error: CifarGuiError) -> None:
        """It would fail again at every move of the frame."""
        self._wanted = ""
        self._panel.compare.choose("")
        self._ask()
        self._context.messages.error(str(error), topic=_TOPIC)


def called(choice: ModelChoice) -> str:
    """Short enough to stand before a verdict: "ResNet-20", "run 0007 · best"."""
    return choice.label.removesuffix(" · shipped")
