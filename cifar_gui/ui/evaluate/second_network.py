"""Asking a second network what the first was asked, and showing where they differ."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.evaluate.compare_view import CompareView
from cifar_gui.ui.evaluate.comparison import Comparison, compare
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.model_choices import ModelChoice

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_TOPIC = "evaluate.compare"


class SecondNetwork(QObject):
    """Signals: pictures_wanted(str, list[Tile]) with what they are."""

    pictures_wanted = Signal(str, object)

    def __init__(self, context: Context, view: CompareView, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._view = context, view
        self._first: Outcome | None = None
        self._work = LongWork(context.jobs, _TOPIC, self)
        self._work.progressed.connect(view.waiting.show_progress)
        self._work.broken.connect(self._show_found)
        view.wanted.connect(self._ask)
        view.cancelled.connect(self._give_up)
        view.side_chosen.connect(self._show_side)
        context.models.choices_changed.connect(self.offer)

    @property
    def found(self) -> Comparison | None:
        """The last comparison, None as long as there is none of the outcome shown."""
        return self._view.found

    def offer(self) -> None:
        """What can be chosen now."""
        self._view.offer(self._context.models.choices())

    def forget(self, first: Outcome) -> None:
        """There is another outcome to compare with."""
        self._work.cancel()
        self._first = first
        self._view.clear()
        if (loaded := self._context.models.loaded) is not None:
            self._view.choice.propose_beside(loaded)

    def _ask(self, choice: ModelChoice) -> None:
        if self._first is None or choice is None or choice.path is None:
            return
        self._context.messages.resolve(_TOPIC)
        work = compare(self._first, choice.path, choice.label)
        failed = partial(self._on_failed, choice.label)
        self._work.start(work, self._view.show_comparison, failed, doing="Comparing…")
        self._view.begin(f"Asking {choice.label}")

    def _give_up(self) -> None:
        self._work.cancel()
        self._show_found()

    def _on_failed(self, name: str, error: CifarGuiError) -> None:
        self._show_found()
        self._context.messages.error(f"{name} cannot be compared. {error}", topic=_TOPIC)

    def _show_found(self) -> None:
        """The last comparison, if there is one."""
        if self.found is not None:
            self._view.show_comparison(self.found)
        else:
            self._view.clear()

    def _show_side(self, first_right: bool, second_right: bool) -> None:
        if self.found is not None:
            side = (first_right, second_right)
            self.pictures_wanted.emit(self.found.gallery_words(side), self.found.tiles(side))
