"""`SweepQueue`: which trial of a sweep comes next, as its runs tell it. Window and command line train what it says."""

from __future__ import annotations

from pathlib import Path

from cifar_gui.errors import CheckpointError
from cifar_gui.runs.layout import Layout
from cifar_gui.runs.lock import FolderLock
from cifar_gui.runs.sweep_files import SweepState, TrialState, state_of


class SweepQueue:
    """Held from `open` to `close`, or until the process ends however it ends: one at a time works at a sweep.

    Nothing is written: after a crash the next queue reads the same runs, and goes on where this one was.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FolderLock(Layout(path).lock, "Sweep")
        self._tried: set[int] = set()  # what has failed is not tried twice in one go

    def open(self) -> SweepState:
        """Take the sweep; returns how far it is. Raises CheckpointError if somebody else works at it, or its file is
        damaged."""
        self._lock.acquire()
        state = state_of(self.path)
        if state.sweep is None:
            self._lock.release()
            raise CheckpointError(state.problem)
        return state

    def next(self) -> tuple[SweepState, TrialState | None]:
        """How far it is, and the trial to be trained now: the first that has begun and not ended, or else the first
        that has not begun. None when all have ended, or what is left has failed, or is being trained elsewhere."""
        state = state_of(self.path)
        left = [each for each in state.trials if not each.ended and each.trial.number not in self._tried]
        free = [each for each in left if each.run is None or not each.run.running]
        begun = [each for each in free if each.run is not None]
        following = next(iter(begun or free), None)
        if following is not None:
            self._tried.add(following.trial.number)
        return state, following

    def put_back(self, trial: TrialState) -> None:
        """What `next` has told is not trained after all: it may come again."""
        self._tried.discard(trial.trial.number)

    def close(self) -> None:
        """Give the sweep back; harmless when that is done already."""
        self._lock.release()
