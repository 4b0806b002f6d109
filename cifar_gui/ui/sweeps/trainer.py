"""Trains the trials of a sweep one after another: tells the session what comes next whenever it has nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import CifarGuiError
from cifar_gui.training.events import Event, Finished
from cifar_gui.ui.background import Background
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.session import TrainingSession
from cifar_gui.words import counted, percent

if TYPE_CHECKING:
    from cifar_gui.runs.sweep import Sweep
    from cifar_gui.runs.sweep_files import SweepState, TrialState
    from cifar_gui.runs.sweep_queue import SweepQueue

_TOPIC = "sweep"


class SweepTrainer(QObject):
    """At most one sweep at a time. Pausing is the session's: a paused run pauses its sweep. So is stopping: who stops a
    trial stops the sweep, and `start` goes on in the middle of that trial.

    Signals: changed() when a sweep has begun, come farther or ended.
    """

    changed = Signal()

    def __init__(
        self, session: TrainingSession, jobs: Background, messages: Messages, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._messages = session, jobs, messages
        self._queue: SweepQueue | None = None  # of the sweep under way
        self._state: SweepState | None = None
        self._now: TrialState | None = None  # what the session trains for us
        self._stopping = False
        self._problem = ""  # why a trial that has begun cannot be gone on with: that stands nowhere else
        session.event.connect(self._on_event)
        session.failed.connect(self._on_session_failed)
        session.state_changed.connect(self._on_session)

    @property
    def path(self) -> Path | None:
        """The folder of the sweep under way."""
        return None if self._queue is None else self._queue.path

    @property
    def words(self) -> str:
        """ "sweep 3 of 12"; "" if none is under way."""
        if self._state is None:
            return ""
        count = len(self._state.trials)
        return f"sweep {min(self._state.done + 1, count)} of {count}"

    def why_not(self) -> str:
        """Why none can be started now; "" if one can."""
        if self._queue is not None:
            return "A sweep is under way: stop it first."
        return "" if self._session.state == "idle" else "A run is under way: stop it first."

    def begin(self, sweep: Sweep, name: str, begun: Callable[[Path], None]) -> None:
        """Keep a new sweep and start it; `begun` is called with its folder."""
        from cifar_gui.runs.sweep_files import create_sweep

        def on_created(path: Path) -> None:
            begun(path)
            self.start(path)

        self._jobs.run(lambda: create_sweep(sweep, name), on_created)

    def start(self, path: Path) -> None:
        """Begin the sweep in a folder, or go on with it. Refused, with a message, while something is under way."""
        if refusal := self.why_not():
            self._messages.warn(refusal, topic=_TOPIC)
            return
        from cifar_gui.runs.sweep_queue import SweepQueue

        self._messages.resolve(_TOPIC)
        queue = self._queue = SweepQueue(path)
        self._jobs.run(queue.open, self._on_opened, self._on_failed, broken=self._end, doing="Reading the sweep…")

    def offer_cut_off(self) -> None:
        """If the newest sweep was cut off, say so and offer to go on with it."""
        from cifar_gui.runs.sweep_files import newest_sweep

        self._jobs.run(newest_sweep, self._on_newest)

    def stop(self) -> None:
        """End the sweep; the trial under way is saved, to be gone on with."""
        if self._queue is None:
            return
        self._stopping = True
        if self._now is not None:
            self._session.stop()

    def shutdown(self) -> None:
        """Give the sweep up for another process; the session is shut down already."""
        if self._queue is not None:
            self._queue.close()
            self._queue = None

    def _on_newest(self, state: SweepState | None) -> None:
        if state is not None and state.cut_off and self._queue is None:
            text = f"Sweep {state.name} was cut off after {state.done} of {counted(len(state.trials), 'run')}."
            self._messages.info(text, ("Resume", lambda: self._resume(text, state.path)))

    def _on_opened(self, state: SweepState) -> None:
        self._tell(state)
        self._advance()

    def _advance(self) -> None:
        if self._queue is not None:
            self._now = None
            self._jobs.run(self._queue.next, self._on_next, self._on_failed, key="sweep", broken=self._end)

    def _on_next(self, found: tuple[SweepState, TrialState | None]) -> None:
        state, following = found
        self._tell(state)
        if self._stopping or following is None:
            self._report(state)
            self._end()
        elif self._session.state != "idle":  # the user was faster: it is the sweep's turn again after that
            if self._queue is not None:
                self._queue.put_back(following)
        else:
            self._now = following
            if following.run is None:
                self._session.start(following.trial.recipe, state.name)
            else:
                self._session.continue_run(following.run.path)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Finished) and self._now is not None:
            self._stopping = self._stopping or event.reason == "stopped"

    def _on_session_failed(self, text: str, _details: str) -> None:
        if self._now is not None and self._now.run is not None and self._session.run is None:
            self._problem = f"Run {self._now.run.number}: {text}"

    def _on_session(self, state: str) -> None:
        if self._queue is None:
            return
        if state == "stopping" and self._now is not None and self._session.stop_wanted:
            self._stopping = True  # it has been asked to stop, whether or not there will be anything to stop
        elif state == "idle":
            if self._now is not None and self._now.run is None and self._session.run is None:
                self._stopping = True  # it could not even begin: the others could not either
            self._advance()

    def _tell(self, state: SweepState) -> None:
        self._state = state
        self.changed.emit()

    def _report(self, state: SweepState) -> None:
        """Say how it ended."""
        path, best = state.path, state.best
        reached = (
            "" if best is None else f" The best so far has {percent(best.accuracy)} of the held-out pictures right."
        )
        count = len(state.trials)
        if state.finished:
            self._messages.info(f"Sweep {state.name} is done: {counted(count, 'run')}.{reached.replace(' so far', '')}")
        elif self._stopping:
            text = f"Sweep {state.name} has stopped after {state.done} of {counted(count, 'run')}.{reached}"
            self._messages.info(text, ("Resume", lambda: self._resume(text, path)))
        else:
            left = count - state.done
            failed = "A run of it has failed" if left == 1 else f"{left} runs of it have failed"
            why = f". {self._problem}" if self._problem else "; why stands in its table."
            text = f"Sweep {state.name} has ended. {failed} or train elsewhere{why}"
            self._messages.warn(text, action=("Try again", lambda: self._resume(text, path)))

    def _resume(self, text: str, path: Path) -> None:
        self._messages.dismiss(text)
        self.start(path)

    def _on_failed(self, error: CifarGuiError) -> None:
        self._messages.error(str(error), topic=_TOPIC)
        self._end()

    def _end(self) -> None:
        if self._queue is not None:
            self._queue.close()
        self._queue = self._state = self._now = None
        self._stopping, self._problem = False, ""
        self.changed.emit()
