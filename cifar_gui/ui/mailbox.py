"""From the trainer thread to the GUI thread: a mailbox that cannot overflow, because what is superseded is replaced."""

from __future__ import annotations

import threading
from collections import deque

from cifar_gui.training.events import ResumeState, SnapshotTaken, StepReport

_LIMIT = 512


class Mailbox:
    """Step reports beyond a few hundred are thinned, of snapshots only the newest is kept, nothing else is ever lost.

    Resume states are for the run folder only and are not delivered. One thread puts, another takes. Putting an event
    takes no lock: in a flood of them the taker would hardly ever get it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # while events are thinned or taken, and around the snapshot
        self._events: deque[object] = deque()
        self._room = _LIMIT
        self._snapshot: SnapshotTaken | None = None

    def put(self, event: object) -> None:
        """From the one thread that puts."""
        if isinstance(event, ResumeState):
            return
        if isinstance(event, SnapshotTaken):
            with self._lock:
                self._snapshot = event
            return
        if len(self._events) >= self._room:
            self._thin()
        self._events.append(event)

    def take(self) -> list[object]:
        """Everything since the last call, in order; a snapshot comes last."""
        with self._lock:
            events = [self._events.popleft() for _ in range(len(self._events))]
            self._room = _LIMIT
            if self._snapshot is not None:
                events.append(self._snapshot)
                self._snapshot = None
            return events

    def _thin(self) -> None:
        """Drop every other step report, never the newest."""
        with self._lock:
            kept: list[object] = []
            keep = True  # from the end, so that the newest stays
            for event in reversed(self._events):
                if isinstance(event, StepReport):
                    if keep:
                        kept.append(event)
                    keep = not keep
                else:
                    kept.append(event)
            self._events.clear()
            self._events.extend(reversed(kept))
            self._room = max(_LIMIT, 2 * len(kept))  # where all that is left must be kept, not at every event again
