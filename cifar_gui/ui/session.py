"""Training seen from the GUI thread: one trainer thread pulls the engine, a timer empties its mailbox."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from cifar_gui import paths
from cifar_gui.errors import Cancelled, CifarGuiError, MemoryShortage, in_words
from cifar_gui.recipe import Recipe
from cifar_gui.training.control import Control
from cifar_gui.training.events import Calibrating, EpochReport, Event, Finished, Paused, Resumed, SnapshotTaken, Started
from cifar_gui.ui.mailbox import Mailbox
from cifar_gui.ui.trainer import LoadData, Loaded, Opened, Trainer

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData
    from cifar_gui.runs import Run, RunSummary
    from cifar_gui.training.history import History

_log = logging.getLogger(__name__)

_PERIOD_MS = 40

STATES = ("idle", "starting", "running", "paused", "stopping")


class _Signals(QObject):
    """Apart from the session, because a QObject has a method called `event` already."""

    happened = Signal(object)
    opened = Signal(object)
    state_changed = Signal(str)
    progress = Signal(float, str)
    failed = Signal(str, str)
    refused = Signal(str)
    recipe_proposed = Signal(object)


class TrainingSession:
    """At most one run at a time. All methods are for the GUI thread.

    Signals: event(Event) in order, step reports thinned when the GUI is slow; state_changed(str), one of `STATES`;
    opened(Opened) when run and data are there, before the first event; progress(float, str) while the data set is
    being loaded; failed(str, str) with a sentence and details; refused(str) when a request cannot be met now;
    recipe_proposed(Recipe) when another page offers the Train page a recipe to look at.
    """

    def __init__(self, load_data: LoadData, loaded: Loaded = lambda: None, parent: QObject | None = None) -> None:
        self._signals = _Signals(parent)
        self.event = self._signals.happened
        self.opened = self._signals.opened
        self.state_changed = self._signals.state_changed
        self.progress = self._signals.progress
        self.failed = self._signals.failed
        self.refused = self._signals.refused
        self.recipe_proposed = self._signals.recipe_proposed
        self._load_data, self._loaded = load_data, loaded
        self._state = "idle"
        self._control = Control()
        self._mailbox = Mailbox()
        self._thread: threading.Thread | None = None
        self._problem: BaseException | None = None
        self._loading: tuple[float, str] | None = None  # written by the thread, read by the timer
        self._timer = QTimer(self._signals)
        self._timer.setInterval(_PERIOD_MS)
        self._timer.timeout.connect(self._on_tick)
        self._history: History | None = None
        self.run: Run | None = None
        self.data: ImageData | None = None  # of the run under way, and no longer: it is large
        self.recipe: Recipe | None = None
        self.last_snapshot: ModelSnapshot | None = None
        self.smaller_micro_batch = 0
        """With which a run that has just failed for want of memory may go on; 0: it has not, or nothing is smaller."""
        self.started: Started | None = None
        """The first event of the run: device, precision, sizes."""

    @property
    def state(self) -> str:
        """One of `STATES`."""
        return self._state

    @property
    def history(self) -> History:
        """The curves of this run, from its first epoch even when it was continued."""
        if self._history is None:
            from cifar_gui.training.history import History

            self._history = History()
        return self._history

    def start(self, recipe: Recipe, sweep: str = "") -> None:
        """Begin a new run, perhaps as a trial of the sweep of this name. Refused while one is under way."""
        self._begin(recipe, sweep=sweep)

    def continue_run(self, path: Path, extra_epochs: int = 0, micro_batch: int = 0) -> None:
        """Go on where a run was stopped, or train `extra_epochs` more; from now on in pieces of `micro_batch` pictures,
        if that is given. Refused while one is under way."""
        self._begin(path, extra_epochs, micro_batch)

    def pause(self) -> None:
        """Wait before the next micro-batch."""
        if self._state == "running":
            self._control.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._state == "paused":
            self._control.resume()

    def stop(self) -> None:
        """Stop within one micro-batch and keep everything."""
        if self._state != "idle":
            self._control.stop()
            self._set_state("stopping")

    @property
    def stop_wanted(self) -> bool:
        """Whether the run has been asked to stop; one that comes to its end is "stopping", too."""
        return self._control.stopping

    def one_more_epoch(self, newest: RunSummary | None = None) -> None:
        """Train to the end of this epoch, or one more after a pause, then pause.

        When idle: one more of the last run; of the `newest` there is if none has been trained since the start, or it
        has gone to the trash."""
        if self._state in ("running", "paused"):
            self._control.pause_after_epoch()
        elif self._state == "idle":
            run = self.run.summary() if self.run is not None and paths.is_folder(self.run.path) else newest
            if run is not None:
                self.continue_run(run.path, run.epochs_to_add)
                self._control.pause_after_epoch()

    def set_lr(self, lr: float) -> None:
        """Change the peak learning rate of the run under way. Raises ValueError unless it is positive."""
        self._control.set_lr(lr)

    def set_epochs(self, epochs: int) -> None:
        """Change how many epochs the run under way trains. Raises ValueError below 1."""
        self._control.set_epochs(epochs)

    def request_snapshot(self) -> None:
        """Ask for a `SnapshotTaken` event soon."""
        if self._state == "running":
            self._control.request_snapshot()

    def shutdown(self) -> None:
        """Stop, wait until everything is saved, and deliver nothing more."""
        self._timer.stop()
        self._control.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._state = "idle"  # so that nobody is asked about it any more

    def _begin(self, what: Recipe | Path, extra_epochs: int = 0, micro_batch: int = 0, sweep: str = "") -> None:
        if self._state != "idle":
            self.refused.emit("A run is under way. Stop it first, then start another one.")
            return
        self._control, self._mailbox = Control(), Mailbox()
        self._history = None
        self.smaller_micro_batch = 0
        self.run = self.data = self.recipe = self.last_snapshot = self.started = None
        self._set_state("starting")
        trainer = Trainer(self._control, self._mailbox, self._load_data, self._set_loading, self._loaded)
        work = partial(trainer.work, what, extra_epochs, micro_batch, sweep)
        self._thread = threading.Thread(target=self._pump, args=(trainer, work), name="trainer")
        self._thread.start()
        self._timer.start()

    def _pump(self, trainer: Trainer, work: Callable[[], None]) -> None:
        """The whole body of the trainer thread."""
        try:
            work()
        except BaseException as error:  # the thread pump: the GUI thread tells the user
            self._problem = error
            _note(error)
            trainer.fail(error)
        finally:
            trainer.close()

    def _set_loading(self, share: float, what: str) -> None:
        self._loading = (share, what)

    def _on_tick(self) -> None:
        thread_is_done = self._thread is not None and not self._thread.is_alive()  # asked before emptying the mailbox
        if self._loading is not None:
            (share, what), self._loading = self._loading, None
            self.progress.emit(share, what)
        for event in self._mailbox.take():
            self._deliver(event)
        if thread_is_done:
            self._on_thread_done()

    def _deliver(self, event: Any) -> None:
        if isinstance(event, Opened):
            self.run, self.data, self.recipe, self._history = event.run, event.data, event.recipe, event.history
            self.opened.emit(event)
            return
        self.history.record(event)
        if isinstance(event, EpochReport | SnapshotTaken):
            self.last_snapshot = event.snapshot
        if isinstance(event, Started):
            self.started = event
        self.event.emit(event)
        self._follow(event)

    def _follow(self, event: Event) -> None:
        """What an event says about the state. A stop that has been asked for is not taken back."""
        if self._state == "stopping":
            return
        if isinstance(event, Started | Resumed):
            self._set_state("running")
        elif isinstance(event, Paused):
            self._set_state("paused")
        elif isinstance(event, Calibrating | Finished):
            self._set_state("stopping")  # the last files are being written

    def _on_thread_done(self) -> None:
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        problem, self._problem = self._problem, None
        self.data = None
        if problem is not None and not isinstance(problem, Cancelled):
            self._report(problem)  # before the window, which may wait for the end of the run to close, hears of that
        self._set_state("idle")

    def _report(self, problem: BaseException) -> None:
        if isinstance(problem, MemoryShortage):
            self.smaller_micro_batch = problem.micro_batch
        if isinstance(problem, CifarGuiError):
            self.failed.emit(str(problem), "")
            return
        from traceback import format_exception

        details = "".join(format_exception(problem))
        text = f"Training stopped. {in_words(problem)} The run keeps its last saved state."
        self.failed.emit(text, details)

    def _set_state(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)


def _note(error: BaseException) -> None:
    """Into the log, whether or not there is still a window to tell it."""
    if isinstance(error, CifarGuiError):
        _log.warning("training ended: %s", error)
    elif not isinstance(error, Cancelled):
        _log.error("training failed unexpectedly", exc_info=error)
