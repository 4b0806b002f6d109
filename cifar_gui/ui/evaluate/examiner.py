"""What is chosen to be evaluated, whether it can be, and the work itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import ImageData, SplitName
from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.epochs import run_of
from cifar_gui.ui.evaluate.outcome import Outcome, Question, examine
from cifar_gui.ui.evaluate.outcomes import Outcomes
from cifar_gui.ui.evaluate.standing import Standing, default_split, standing
from cifar_gui.ui.held_out import fitting_data, labelled_for, usual_data
from cifar_gui.ui.long_work import LongWork

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_RECALL = "evaluate.recall"
_NO_NETWORK = Standing("", why_not="Choose a network at the top right first.")


class Examiner(QObject):
    """Signals: changed() when something else is chosen, or can be said of it; began(str), progressed(float, str),
    then found(Outcome), refused(str) with a sentence, or lacking(str) when there are no pictures, and why."""

    changed = Signal()
    began = Signal(str)
    progressed = Signal(float, str)
    found = Signal(object)
    refused = Signal(str)
    lacking = Signal(str)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._snapshot: ModelSnapshot | None = None
        self._data: ImageData | None = None
        self._asked_split: SplitName | None = None  # as the user has chosen; never remembered
        self._test_agreed = False
        self._six_views = False
        self._waits = False  # for pictures, to ask about them
        self._outcomes = Outcomes()
        self._last: Outcome | None = None  # that was found
        self._work = LongWork(context.jobs, "evaluate.run", self)
        self.changed.connect(self._recall)
        self._work.progressed.connect(self.progressed)
        self._work.broken.connect(self.changed)
        context.data.progress.connect(self._on_reading)
        context.data.failed.connect(self._on_no_data)
        context.data.cancelled.connect(self._on_reading_given_up)

    @property
    def snapshot(self) -> ModelSnapshot | None:
        """The network that is asked."""
        return self._snapshot

    @property
    def split(self) -> SplitName | None:
        """The pictures that are chosen: by the user, else those held out; None if the network has learned from them."""
        if self._asked_split is not None or self._snapshot is None:
            return self._asked_split
        return default_split(self._snapshot.card, self._pictures)

    @property
    def _pictures(self) -> ImageData | None:
        return labelled_for(self._data, self._snapshot)

    @property
    def busy(self) -> bool:
        """Whether it is being worked on."""
        return self._waits or self._work.running

    def standing(self) -> Standing:
        """What can be said of what is chosen."""
        if self._snapshot is None:
            return _NO_NETWORK
        return standing(self._snapshot.card, self._pictures, self.split, test_agreed=self._test_agreed)

    def question(self) -> Question | None:
        """What would be asked now; None as long as it cannot be."""
        snapshot, data, split = self._snapshot, self._pictures, self.split
        if snapshot is None or data is None or split is None or self.standing().why_not:
            return None
        loaded = self._context.models.loaded
        name = loaded.label if loaded is not None else snapshot.card.title
        run = run_of(loaded, "") if loaded is not None else ""
        return Question(snapshot, name, data, split, self._six_views, run)

    # What changes

    def set_snapshot(self, snapshot: ModelSnapshot | None) -> None:
        self._snapshot, self._test_agreed = snapshot, False
        self.changed.emit()

    def set_data(self, data: ImageData | None) -> None:
        if self._data is not None and data is not self._data:
            self._test_agreed = False
        self._data = data
        waited, self._waits = self._waits, False  # first: the pictures may be none that this network can be asked about
        self.changed.emit()
        if waited:
            self.run()

    def choose_split(self, split: SplitName) -> None:
        """What the user has chosen."""
        if split != self._asked_split:
            self._test_agreed = False
        self._asked_split = split
        self.changed.emit()

    def set_six_views(self, *, on: bool) -> None:
        self._six_views = on
        self.changed.emit()

    def remember(self, outcome: Outcome) -> None:
        """Show it at once when it is asked for."""
        self._outcomes.remember(outcome)

    # What is done

    def way(self) -> str:
        """Words for the way out of what keeps it from being asked; "" if there is none."""
        offered = self.standing().way
        if offered == "test":
            return "Use the test pictures"
        if offered == "data":
            source = self._own_source()
            return (
                f"Read {dict(self._context.data.available()).get(source, Path(source).name)}" if source else "Get data"
            )
        return ""

    def take_way(self) -> None:
        """The way out is wanted."""
        offered = self.standing().way
        if offered == "test":
            self._test_agreed = True
            self.changed.emit()
        elif offered == "data" and (source := self._own_source()):
            self._context.data.request(source)
        elif offered == "data":
            self._context.actions["get_data"].trigger()

    def run(self) -> None:
        """Ask, reading the pictures first if need be."""
        if self._snapshot is None or self.standing().why_not:
            return
        question = self.question()
        if question is None:
            self._waits = True
            self.began.emit("Reading the pictures")
            self._context.data.request(usual_data(self._snapshot.card, self._context.data))
            return
        self._work.start(
            lambda progress: examine(question, progress), self._on_found, self._on_failed, doing="Evaluating…"
        )
        self.began.emit(f"Asking {question.words}")

    def cancel(self) -> None:
        """Give up what is under way."""
        if self._waits:
            self._waits = False
            self._context.data.cancel()
        self._work.cancel()
        self.changed.emit()

    def _own_source(self) -> str:
        """Of pictures such as the network was trained on; "" if they are not here, or are what is loaded."""
        if self._snapshot is None:
            return ""
        source = fitting_data(self._snapshot.card, self._context.data)
        return source if source != self._context.data.current_source else ""

    def _recall(self) -> None:
        """Look whether the answer to what is asked now is known."""
        question, last = self.question(), self._last
        known = last is not None and question is not None and question.asks_the_same(last.question)
        if question is None or known or self.busy or not len(self._outcomes) or self._context.models.is_live:
            self._context.jobs.cancel(_RECALL)
            return

        def on_recalled(outcome: Outcome | None) -> None:
            now = self.question()
            if outcome is not None and now is not None and now.asks_the_same(outcome.question) and not self.busy:
                self._last = outcome
                self.found.emit(outcome)
                self.changed.emit()

        self._context.jobs.run(lambda: self._outcomes.recall(question), on_recalled, key=_RECALL)

    def _on_found(self, outcome: Outcome) -> None:
        self._outcomes.remember(outcome)
        self._last = outcome
        self.found.emit(outcome)
        self.changed.emit()

    def _on_failed(self, error: CifarGuiError) -> None:
        self.refused.emit(str(error))
        self.changed.emit()

    def _on_reading(self, share: float, what: str) -> None:
        if self._waits:
            self.progressed.emit(share, what)

    def _on_no_data(self, why: str) -> None:
        if self._waits:
            self._waits = False
            self.changed.emit()
            self.lacking.emit(why)

    def _on_reading_given_up(self) -> None:
        if self._waits:
            self._waits = False
            self.changed.emit()
