"""The trash of a folder of runs: moved there, taken back, emptied after thirty days."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from cifar_gui import paths
from cifar_gui.errors import CheckpointError, reason
from cifar_gui.runs.layout import Layout
from cifar_gui.runs.lock import FolderLock
from cifar_gui.runs.summary import TRASH, RunSummary, list_runs

KEPT_DAYS = 30


def move_to_trash(run: Path, what: str = "Run") -> Path:
    """Move a run folder, whatever state it is in, or that of a sweep, into the trash beside it and return where it is
    now. Raises CheckpointError, also while some process trains it; `what` it is, as a sentence begins."""
    lock = FolderLock(Layout(run).lock, what)
    lock.acquire()
    lock.release()  # an open file cannot be moved on Windows
    trash = run.parent / TRASH
    place = _free(trash / run.name)
    try:
        trash.mkdir(exist_ok=True)
        os.utime(run)  # its days in the trash count from now; first, for without it they might be over at once
        run.rename(place)
    except OSError as error:
        raise CheckpointError(f"{run} could not be moved to the trash: {reason(error)}.") from error
    return place


def restore(trashed: Path) -> Path:
    """Move a run from the trash back to where it was and return that place. Raises CheckpointError."""
    place = trashed.parent.parent / trashed.name
    if place.exists():
        raise CheckpointError(f"{trashed.name} could not be taken back: there is another run of that number now.")
    try:
        trashed.rename(place)
    except OSError as error:
        raise CheckpointError(f"{trashed} could not be taken back: {reason(error)}.") from error
    return place


def list_trash(root: Path | None = None) -> list[RunSummary]:
    """The runs in the trash, the newest first."""
    return list_runs((root or paths.runs()) / TRASH)


def is_trash_empty(root: Path | None = None) -> bool:
    """Whether there is nothing to be taken back, without reading any run. Never raises."""
    try:
        return not any(child.is_dir() for child in ((root or paths.runs()) / TRASH).iterdir())
    except OSError:
        return True


def empty_old(root: Path | None = None, *, days: float = KEPT_DAYS) -> int:
    """Delete for good what has been in the trash for more than `days`; returns how many runs. Nothing is raised: what
    cannot be deleted now stays for the next time."""
    return delete_old([summary.path for summary in list_trash(root)], days)


def delete_old(trashed: Iterable[Path], days: float = KEPT_DAYS) -> int:
    """The same with the folders given."""
    oldest = time.time() - days * 86_400
    gone = 0
    for path in trashed:
        try:
            if path.stat().st_mtime < oldest:
                shutil.rmtree(path)
                gone += 1
        except OSError:
            continue
    return gone


def _free(path: Path) -> Path:
    """`path`, or `path` with a number appended that is not taken."""
    candidate, count = path, 1
    while candidate.exists():
        count += 1
        candidate = path.with_name(f"{path.name}-{count}")
    return candidate
