"""One-shot work off the GUI thread: classify, explain, evaluate, load. Stale answers are dropped."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.ui.doorbell import Doorbell

T = TypeVar("T")

_log = logging.getLogger(__name__)

_WORKERS = 3


@dataclass(frozen=True, eq=False)
class _Job:
    function: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[CifarGuiError], None] | None
    broken: Callable[[], None] | None
    key: str
    generation: int
    owed: bool
    doing: str


class Background(QObject):
    """A few worker threads, started when first needed; `shutdown` joins them, so none is ever killed in its work.

    `unexpected` is told of exceptions that are not meant for people, and of `CifarGuiError`s nobody asked for.
    Signals: doing_changed() when `doing` is another text.
    """

    doing_changed = Signal()

    def __init__(
        self, unexpected: Callable[[BaseException], None] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._unexpected = unexpected
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._doorbell = Doorbell(self._deliver, self)
        self._generations: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self._outstanding: list[_Job] = []  # given and not yet answered; GUI thread only
        self._closing = threading.Event()

    @property
    def closing(self) -> bool:
        """Long jobs ask this now and then, and give up when it is true."""
        return self._closing.is_set()

    @property
    def idle(self) -> bool:
        """Whether every job has been answered."""
        return not self._outstanding

    @property
    def doing(self) -> str:
        """What the newest of the longer jobs does, for the status bar; "" while there is none."""
        return next((job.doing for job in reversed(self._outstanding) if job.doing), "")

    def run(
        self,
        function: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[CifarGuiError], None] | None = None,
        *,
        key: str = "",
        broken: Callable[[], None] | None = None,
        owed: bool = False,
        doing: str = "",
    ) -> None:
        """Call `function` on a worker, then `done` with its result, or `failed`, on the GUI thread.

        An unexpected error is told to the user; then `broken` is called, so that whoever waits need not wait for ever.
        Without `failed` so is any other.

        A newer call with the same `key` makes this one stale: it is not begun, or its answer is dropped. After
        `shutdown` nothing happens.

        What takes long says what it is `doing`, as in "Looking at the networks…": the status bar tells it meanwhile.

        What is `owed`, such as writing what the user has typed, is done even if `shutdown` comes before it has begun.
        Its errors are logged, too: nobody may be there to be told.
        """
        if self.closing:
            return
        generation = self._generations.get(key, 0) + 1
        self._generations[key] = generation
        job = _Job(function, done, failed, broken, key, generation, owed, doing)
        self._outstanding.append(job)
        self._start_thread_if_wanted()
        self._jobs.put(job)
        if doing:
            self.doing_changed.emit()

    def cancel(self, key: str) -> None:
        """Make the outstanding call with this key stale."""
        self._generations[key] = self._generations.get(key, 0) + 1

    def post(self, call: Callable[[], None]) -> None:
        """From a worker: have `call` called on the GUI thread, soon."""
        self._answers.put(call)
        self._doorbell.ring()

    def shutdown(self) -> None:
        """Drop what has not begun and is not owed, wait for the rest, deliver nothing more. Twice does no harm."""
        self._closing.set()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._doorbell.close()

    def _start_thread_if_wanted(self) -> None:
        if len(self._threads) < min(len(self._outstanding), _WORKERS):
            thread = threading.Thread(target=self._work, name=f"background {len(self._threads) + 1}")
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self.closing and not job.owed:
                continue
            if self._is_stale(job):
                self.post(partial(self._settle, job))
                continue
            self.post(self._answer_of(job))

    def _answer_of(self, job: _Job) -> Callable[[], None]:
        """Do the job; what comes back is for the GUI thread to call."""
        try:
            result = job.function()
        except CifarGuiError as error:
            problem = error
            if job.owed:
                _log.error("%s", error)
            return lambda: self._on_failed(job, problem)
        except BaseException as error:  # the thread pump: whatever it was, the user hears of it
            surprise = error
            if job.owed:
                _log.exception("what was owed failed unexpectedly")
            return lambda: self._on_surprised(job, surprise)
        return lambda: self._on_done(job, result)

    def _is_stale(self, job: _Job) -> bool:
        return bool(job.key) and self._generations.get(job.key) != job.generation

    def _settle(self, job: _Job) -> None:
        self._outstanding.remove(job)
        if job.doing:
            self.doing_changed.emit()

    def _on_done(self, job: _Job, result: Any) -> None:
        self._settle(job)
        if not self._is_stale(job):
            job.done(result)

    def _on_failed(self, job: _Job, error: CifarGuiError) -> None:
        self._settle(job)
        if self._is_stale(job):
            return
        if job.failed is not None:
            job.failed(error)
            return
        if job.broken is not None:
            self.post(job.broken)  # after the telling, whatever that does
        self._tell(error)

    def _on_surprised(self, job: _Job, error: BaseException) -> None:
        self._settle(job)
        if job.broken is not None and not self._is_stale(job):
            self.post(job.broken)  # after the telling, whatever that does
        if not isinstance(error, Cancelled):
            self._tell(error)

    def _tell(self, error: BaseException) -> None:
        if self._unexpected is None:
            raise error
        self._unexpected(error)

    def _deliver(self) -> None:
        while not self.closing:
            try:
                call = self._answers.get_nowait()
            except queue.Empty:
                return
            delivered = False
            try:
                call()
                delivered = True
            finally:
                if not delivered:  # the error goes its way; the answers behind this one come all the same
                    self._doorbell.ring()
