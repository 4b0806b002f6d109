"""The search for a learning rate off the GUI thread: what has been tried arrives as it is, until done or cancelled."""

from __future__ import annotations

import time
from contextlib import closing

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.recipe import Recipe
from cifar_gui.training.control import Control
from cifar_gui.training.lr_finder import Tried, find_lr
from cifar_gui.ui.background import Background
from cifar_gui.ui.data_library import DataLibrary

_DELIVER_SECONDS = 0.05


class _Ask(Control):
    """One search, asked to stop by its user or by the closing window."""

    def __init__(self, jobs: Background) -> None:
        super().__init__()
        self._jobs = jobs

    @property
    def stopping(self) -> bool:
        return super().stopping or self._jobs.closing


class RateSearch(QObject):
    """At most one search is watched; one that was cancelled ends within a micro-batch, unseen.

    Signals: tried(tuple[Tried, ...]) with all there is so far; ended(bool cancelled); failed(str) with a sentence;
    busy_changed() when `busy` is another.
    """

    tried = Signal(object)
    ended = Signal(bool)
    failed = Signal(str)
    busy_changed = Signal()

    def __init__(self, jobs: Background, library: DataLibrary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._library = jobs, library
        self._watched: _Ask | None = None
        self._working = 0  # searches that have not ended, cancelled ones too

    @property
    def running(self) -> bool:
        """Whether a search is under way whose end is waited for."""
        return self._watched is not None

    @property
    def busy(self) -> bool:
        """Whether a network is still being computed, though its search may have been cancelled."""
        return self._working > 0

    def start(self, recipe: Recipe) -> None:
        """Search for a rate for this recipe, giving up what was under way."""
        self._give_up()
        ask = self._watched = _Ask(self._jobs)
        self._count(1)
        self._jobs.run(
            lambda: self._work(ask, recipe),
            lambda found: self._on_done(ask, found),
            lambda error: self._on_failed(ask, error),
            broken=lambda: self._on_broken(ask),
            doing="Looking for a learning rate…",
        )

    def cancel(self) -> None:
        """End at once, as far as anybody can see."""
        if self._watched is not None:
            self._give_up()
            self.ended.emit(True)

    def _give_up(self) -> None:
        if self._watched is not None:
            self._watched.stop()
            self._watched = None

    def _work(self, ask: _Ask, recipe: Recipe) -> tuple[Tried, ...]:
        """On a worker."""

        def while_reading(_share: float, _what: str) -> None:
            if ask.stopping:
                raise Cancelled

        data = self._library.load(recipe.data, while_reading)
        found: list[Tried] = []
        due = 0.0
        with closing(find_lr(data, recipe, ask)) as steps:
            for each in steps:
                found.append(each)
                if time.monotonic() >= due:
                    self._post(ask, tuple(found))
                    due = time.monotonic() + _DELIVER_SECONDS
        return tuple(found)

    def _post(self, ask: _Ask, found: tuple[Tried, ...]) -> None:
        self._jobs.post(lambda: self._on_tried(ask, found))

    def _on_tried(self, ask: _Ask, found: tuple[Tried, ...]) -> None:
        if ask is self._watched:
            self.tried.emit(found)

    def _on_done(self, ask: _Ask, found: tuple[Tried, ...]) -> None:
        if ask is self._watched:
            self.tried.emit(found)
            self._watched = None
            self.ended.emit(False)
        self._count(-1)

    def _on_failed(self, ask: _Ask, error: CifarGuiError) -> None:
        if ask is self._watched:
            self._watched = None
            self.failed.emit(str(error))
        self._count(-1)

    def _on_broken(self, ask: _Ask) -> None:
        """A fault of the app, of which the user has been told; or it was cancelled while the data was being read."""
        if ask is self._watched:
            self.cancel()
        self._count(-1)

    def _count(self, change: int) -> None:
        was = self.busy
        self._working += change
        if self.busy != was:
            self.busy_changed.emit()
