"""Work of which there is one at a time: with progress, and given up as soon as other work is begun."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.ui.background import Background

if TYPE_CHECKING:
    from cifar_gui.data.base import Progress  # brings torch: the window is there before it

T = TypeVar("T")

_FIRST_AFTER = 0.15
"""Seconds: what is done sooner needs no progress."""
_EVERY = 0.1


class LongWork(QObject):
    """Off the GUI thread, under one key. Signals: progressed(float, str), the share done, 0–1, and what is done;
    ended() when nothing is under way any more, however it came; broken() after that if neither `done` nor `failed` will
    be called, nor has it been cancelled: a fault of the app, of which the user has been told."""

    progressed = Signal(float, str)
    ended = Signal()
    broken = Signal()

    def __init__(self, jobs: Background, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._key = jobs, key
        self._given_up: threading.Event | None = None  # of what is under way
        self._stopped: Callable[[], None] | None = None  # to be called if that gives up

    @property
    def running(self) -> bool:
        """Whether something is under way."""
        return self._given_up is not None

    def start(
        self,
        function: Callable[[Progress], T],
        done: Callable[[T], None],
        failed: Callable[[CifarGuiError], None] | None = None,
        *,
        doing: str = "",
    ) -> None:
        """Give up what is under way, and call `function` with its progress on a worker, then `done` or `failed`;
        without that errors go to the message bar. The status bar tells what it is `doing`."""
        self._forget()
        given_up = self._given_up = threading.Event()
        report = self._reporter(given_up)

        def on_done(result: Any) -> None:
            self._end()
            done(result)

        def on_broken() -> None:
            if given_up is self._given_up:  # else other work has been begun meanwhile
                stopped = self._stopped or self.broken.emit
                self._end()
                stopped()

        def on_failed(error: CifarGuiError) -> None:
            self._end()
            if failed is not None:
                failed(error)

        self._jobs.run(
            lambda: function(report),
            on_done,
            on_failed if failed is not None else None,
            key=self._key,
            broken=on_broken,
            doing=doing,
        )

    def stop(self, stopped: Callable[[], None]) -> None:
        """Ask what is under way to give up, and call `stopped` when it has. If it was done before it heard of that, it
        ends as if it had not been asked: what writes files must not say that it has not."""
        if self._given_up is not None:
            self._stopped = stopped
            self._given_up.set()

    def cancel(self) -> None:
        """Forget what is under way at once; nothing comes of it."""
        if self._given_up is not None:
            self._forget()
            self._jobs.cancel(self._key)
            self.ended.emit()

    def _forget(self) -> None:
        if self._given_up is not None:
            self._given_up.set()
            self._given_up = self._stopped = None

    def _end(self) -> None:
        self._given_up = self._stopped = None
        self.ended.emit()

    def _reporter(self, given_up: threading.Event) -> Progress:
        next_time = time.monotonic() + _FIRST_AFTER

        def report(share: float, what: str) -> None:
            """On the worker."""
            nonlocal next_time
            if given_up.is_set() or self._jobs.closing:
                raise Cancelled
            now = time.monotonic()
            if now >= next_time:
                next_time = now + _EVERY
                self._jobs.post(lambda: self._tell(given_up, share, what))

        return report

    def _tell(self, given_up: threading.Event, share: float, what: str) -> None:
        if given_up is self._given_up and not given_up.is_set():
            self.progressed.emit(share, what)
