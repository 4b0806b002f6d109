"""What a consumer can tell a running training. Thread-safe; the engine reads it after every micro-batch."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """Settings asked for since they were last taken; None means unchanged."""

    lr: float | None = None
    epochs: int | None = None


class Control:
    """Stop, pause, learning rate, more epochs, a snapshot now. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._stopping = False
        self._paused = False
        self._pause_after_epoch = False
        self._snapshot_wanted = False
        self._changes = Changes()

    def stop(self) -> None:
        """End the run within one micro-batch; it can be resumed exactly there."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()

    def pause(self) -> None:
        """Wait before the next micro-batch until `resume` or `stop`."""
        with self._condition:
            self._paused = True

    def pause_after_epoch(self) -> None:
        """Train to the end of the current epoch, then pause: what the +1 epoch button does."""
        with self._condition:
            self._pause_after_epoch = True
            self._paused = False
            self._condition.notify_all()

    def resume(self) -> None:
        """Go on after a pause, and forget a pause planned for the end of the epoch."""
        with self._condition:
            self._paused = self._pause_after_epoch = False
            self._condition.notify_all()

    def set_lr(self, lr: float) -> None:
        """Scale the rest of the schedule so that its peak is `lr`. Raises ValueError unless lr > 0."""
        if not lr > 0 or lr == float("inf"):
            raise ValueError("the learning rate must be a positive number")
        with self._condition:
            self._changes = Changes(lr, self._changes.epochs)

    def set_epochs(self, epochs: int) -> None:
        """Train until `epochs` are done; fewer than are done already ends the run after the current one."""
        if epochs < 1:
            raise ValueError("the number of epochs must be at least 1")
        with self._condition:
            self._changes = Changes(self._changes.lr, epochs)

    def request_snapshot(self) -> None:
        """Ask for one `SnapshotTaken` event after the current micro-batch."""
        with self._condition:
            self._snapshot_wanted = True

    # What follows is for the engine.

    @property
    def stopping(self) -> bool:
        return self._stopping

    @property
    def paused(self) -> bool:
        return self._paused

    def end_of_epoch(self) -> None:
        """Turn a pause planned for the end of the epoch into a pause."""
        with self._condition:
            if self._pause_after_epoch:
                self._pause_after_epoch, self._paused = False, True

    def agree(self) -> None:
        """Between two steps, where several processes settle what they all do. One has settled it with itself."""

    def wait_while_paused(self, at_most: float | None = None) -> None:
        """Block until resumed or stopped, or for `at_most` seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._stopping or not self._paused, at_most)

    def take_changes(self) -> Changes:
        """The settings asked for since the last call."""
        with self._condition:
            changes, self._changes = self._changes, Changes()
            return changes

    def take_snapshot_request(self) -> bool:
        """Whether a snapshot was asked for since the last call."""
        with self._condition:
            wanted, self._snapshot_wanted = self._snapshot_wanted, False
            return wanted
