"""Testing on pictures that have been made worse, and keeping what came of it as long as the page lives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.evaluate.robust import Examples, Key, Measured, SecondFile, examples, key_of, measuring, sample_words
from cifar_gui.ui.evaluate.robustness_view import RobustnessView
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.model_choices import ModelChoice

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_TOPIC = "evaluate.robustness"
_EXAMPLES = "evaluate.examples"


class RobustnessWork(QObject):
    """What is shown is always of the outcome shown: another network's curves go with it, and are back with it."""

    def __init__(self, context: Context, view: RobustnessView, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._view = context, view
        self._outcome: Outcome | None = None
        self._known: dict[Key, Measured] = {}
        self._number = 0  # of the picture that is the example
        self._exemplified: Outcome | None = None  # whose examples are shown, or on their way
        self._work = LongWork(context.jobs, _TOPIC, self)
        self._work.progressed.connect(view.waiting.show_progress)
        self._work.ended.connect(view.end)
        view.wanted.connect(self._measure)
        view.cancelled.connect(self._work.cancel)
        view.another_wanted.connect(self._show_another)
        view.seen.connect(self._make_missing)
        context.models.choices_changed.connect(self.offer)

    def offer(self) -> None:
        """What can be chosen now."""
        self._view.offer(self._context.models.choices())

    def follow(self, outcome: Outcome) -> None:
        """Another outcome is shown."""
        self._work.cancel()
        self._outcome = outcome
        self._show_known()
        self._exemplified = None
        self._view.show_examples({})
        if self._view.isVisible():
            self._make_examples()

    def _measure(self, second: ModelChoice | None) -> None:
        if self._outcome is None:
            return
        self._context.messages.resolve(_TOPIC)
        other = SecondFile(second.path, second.label) if second is not None and second.path is not None else None
        question = self._outcome.question
        self._work.start(
            measuring(question, other, dict(self._known)),
            self._on_measured,
            self._on_failed,
            doing="Making pictures worse…",
        )
        self._view.begin(f"Asking {question.model}")

    def _on_measured(self, measured: list[Measured]) -> None:
        self._known.update((each.key, each) for each in measured)
        if self._outcome is not None:
            self._view.show_measured(measured, sample_words(self._outcome))

    def _on_failed(self, error: CifarGuiError) -> None:
        self._context.messages.error(str(error), topic=_TOPIC)

    def _show_known(self) -> None:
        """What is known of the network alone, if it has been measured."""
        if self._outcome is None:
            return
        sample, question = sample_words(self._outcome), self._outcome.question
        known = self._known.get(key_of(question))
        if known is not None:  # perhaps under another name: the best network of a run is one of its epochs
            self._view.show_measured([replace(known, model=question.model)], sample)
        else:
            self._view.clear(sample)

    def _show_another(self) -> None:
        self._number += 1
        self._make_examples()

    def _make_missing(self) -> None:
        if self._exemplified is not self._outcome:
            self._make_examples()

    def _make_examples(self) -> None:
        outcome, number = self._outcome, self._number
        if outcome is None:
            return
        self._exemplified = outcome

        def on_made(made: Examples) -> None:
            if outcome is self._outcome:
                self._view.show_examples(made)

        def on_broken() -> None:
            self._exemplified = None  # they are tried again when the view is next seen

        self._context.jobs.run(lambda: examples(outcome.question, number), on_made, key=_EXAMPLES, broken=on_broken)
