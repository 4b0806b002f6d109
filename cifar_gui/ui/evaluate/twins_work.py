"""Looking for near-duplicates, and keeping what was found as long as the page lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cifar_gui.data.base import SplitName
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.evaluate.twins import Found, accuracy_words, found_words, look, question_words, search_for
from cifar_gui.ui.evaluate.twins_view import TwinsView
from cifar_gui.ui.long_work import LongWork

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context


class TwinsWork(QObject):
    """What is shown is of the pictures of the outcome shown; the test pictures are looked at after a click only."""

    def __init__(self, context: Context, view: TwinsView, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._outcome: Outcome | None = None
        self._split: SplitName = "test"
        self._known: dict[tuple[str, str], Found] = {}
        self._sought: tuple[str, str] | None = None  # what is looked for, or was last
        self._work = LongWork(context.jobs, "evaluate.twins", self)
        self._work.progressed.connect(view.waiting.show_progress)
        self._work.broken.connect(self._show)
        view.split_chosen.connect(self._choose)
        view.wanted.connect(self._look)
        view.cancelled.connect(self._give_up)

    def follow(self, outcome: Outcome) -> None:
        """Another outcome is shown: what is looked for goes on if it is the same."""
        before, self._outcome = self._outcome, outcome
        if outcome.question.split != "train" and (before is None or before.question.split != outcome.question.split):
            self._split = outcome.question.split
        if not (self._work.running and self._sought == search_for(outcome, self._split).key):
            self._give_up()

    def _choose(self, split: SplitName) -> None:
        self._split = split
        self._give_up()

    def _look(self) -> None:
        if self._outcome is None:
            return
        search = search_for(self._outcome, self._split)
        self._sought = search.key
        self._work.start(look(search), self._on_found, doing="Looking for near-duplicates…")
        self._view.begin(f"Comparing the {search.split} pictures with those learned from")

    def _give_up(self) -> None:
        self._work.cancel()
        self._show()

    def _on_found(self, found: Found) -> None:
        self._known[found.search.key] = found
        self._show()

    def _show(self) -> None:
        if self._outcome is None:
            return
        search = search_for(self._outcome, self._split)
        known = self._known.get(search.key)
        if known is None:
            self._view.clear(self._split, question_words(search), possible=len(search.asked) > 0)
            return
        found = Found(search, known.twins)
        self._view.show_found(found, found_words(found), accuracy_words(found, self._outcome))
