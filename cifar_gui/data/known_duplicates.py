"""Near-duplicates that were looked for once, kept in a file: looking takes a minute.

A file belongs to the pictures themselves, by their fingerprints: where they lie makes no difference, and a split of the
same pictures always has the same order. Whatever is wrong with a file, they are looked for again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from pathlib import Path

from cifar_gui import paths
from cifar_gui.atomic import write_atomically
from cifar_gui.data.base import Progress, Split, no_progress
from cifar_gui.data.duplicates import ALIKE, Twins, near_duplicates
from cifar_gui.errors import WriteError

_VERSION = 1  # part of every name: raise it when the layout, or what is found, changes


def remembered_duplicates(first: Split, second: Split, *, progress: Progress = no_progress) -> list[Twins]:
    """As `near_duplicates`, from the file if there is one. `progress` may raise Cancelled."""
    place = entry_path(first, second)
    found = read(place, len(first), len(second))
    if found is None:
        found = near_duplicates(first, second, progress=progress)
        with contextlib.suppress(WriteError, OSError):  # a full disk costs the next look a minute, nothing else
            write(found, place)
    return found


def entry_path(first: Split, second: Split) -> Path:
    """Where the twins of these pictures are kept."""
    what = json.dumps([_VERSION, ALIKE, first.fingerprint, second.fingerprint])
    return paths.cache() / "duplicates" / f"{hashlib.blake2b(what.encode(), digest_size=10).hexdigest()}.json"


def read(place: Path, first: int, second: int) -> list[Twins] | None:
    """What a file holds for splits of so many pictures; None if there is none or anything about it is wrong."""
    try:
        found = [Twins(**each) for each in json.loads(place.read_text(encoding="utf-8"))]
        fitting = all(0 <= each.first < first and 0 <= each.second < second for each in found)
        return found if fitting and all(0 <= each.correlation <= 1.01 for each in found) else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def write(found: list[Twins], place: Path) -> None:
    """Raises WriteError, OSError."""
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place, [json.dumps([dataclasses.asdict(each) for each in found]).encode()])
