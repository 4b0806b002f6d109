"""From the trainer thread to the GUI thread: a mailbox that cannot overflow, because what is superseded is replaced."""

from __future__ import annotations

import threading

from cifar_gui.training.events import ResumeState, SnapshotTaken, StepReport

_LIMIT = 512


class Mailbox:
    """Step reports beyond a few hundred are thinned, of snapshots only the newest is kept, nothing else is ever lost.

    Resume states are for the run folder only and are not delivered.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[object] = []
        self._steps = 0
        self._snapshot: SnapshotTaken | None = None

    def put(self, event: object) -> None:
        """From any thread."""
        if isinstance(event, ResumeState):
            return
        with self._lock:
            if isinstance(event, SnapshotTaken):
                self._snapshot = event
                return
            self._events.append(event)
            if isinstance(event, StepReport):
                self._steps += 1
                if self._steps > _LIMIT:
                    self._thin()

    def take(self) -> list[object]:
        """Everything since the last call, in order; a snapshot comes last."""
        with self._lock:
            events, self._events = self._events, []
            self._steps = 0
            if self._snapshot is not None:
                events.append(self._snapshot)
                self._snapshot = None
            return events

    def _thin(self) -> None:
        """Drop every other step report, never the newest."""
        kept: list[object] = []
        keep = True  # from the end, so that the newest stays
        for event in reversed(self._events):
            if isinstance(event, StepReport):
                if keep:
                    kept.append(event)
                keep = not keep
            else:
                kept.append(event)
        self._events = kept[::-1]
        self._steps = sum(isinstance(event, StepReport) for event in self._events)
