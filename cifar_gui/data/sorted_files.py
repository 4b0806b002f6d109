"""Files into folders by name: copied or moved, none overwritten, and moved ones can be put back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cifar_gui.data.base import Progress
from cifar_gui.errors import not_read, not_written, reason
from cifar_gui.paths import file_stem

Stopping = Callable[[], bool]
_Place = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Sorted:
    """What has been done: from where to where, in order, and a sentence for each file that could not be."""

    done: tuple[tuple[Path, Path], ...]
    problems: tuple[str, ...] = ()
    given_up: bool = False  # before all were done
    there: int = 0  # files that lay where they belong


def sort_files(
    files: Sequence[tuple[Path, str]],
    target: Path,
    progress: Progress,
    *,
    move: bool,
    stopping: Stopping = lambda: False,
) -> Sorted:
    """Copy or move each file into the folder in `target` that is named after its label; of two files of one name the
    second becomes "name (2)", and one that is in its folder already stays as it is. A file that cannot be read or
    written is told of, nothing half-written of it is left, and the others go on."""
    pairs = ((file, target / file_stem(label) / file.name) for file, label in files)
    return _carried(pairs, len(files), progress, _move if move else _copy, stopping)


def put_back(done: Sequence[tuple[Path, Path]], progress: Progress, stopping: Stopping = lambda: False) -> Sorted:
    """Move what was moved to where it came from, the last first; folders left empty by that go."""
    found = _carried(((there, here) for here, there in reversed(done)), len(done), progress, _move, stopping)
    for folder in {there.parent for _, there in done}:
        with suppress(OSError):  # it is not empty, or not ours to take away
            folder.rmdir()
    return found


def _carried(
    pairs: Iterator[tuple[Path, Path]],
    count: int,
    progress: Progress,
    carry: Callable[[Path, Path], object],
    stopping: Stopping,
) -> Sorted:
    done: list[tuple[Path, Path]] = []
    problems: list[str] = []
    there, given_up = 0, False
    for number, (source, wanted) in enumerate(pairs):
        if given_up := stopping():
            break
        progress(number / count, "sorting files")
        place = None
        try:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            if _is_at(source, wanted):
                there += 1
                continue
            place = _free(wanted)
            carry(source, place)
        except OSError as error:
            problems.append(_problem(source, wanted, error))
            if place is not None and os.path.lexists(source):
                with suppress(OSError):  # it has failed already, and that is what gets reported
                    place.unlink(missing_ok=True)
        else:
            done.append((source, place))
    return Sorted(tuple(done), tuple(problems), given_up, there)


def _copy(source: _Place, place: _Place) -> None:
    """With its times where they can be kept: some network drives and memory cards refuse, and that is no loss."""
    shutil.copyfile(source, place)
    with suppress(OSError):
        shutil.copystat(source, place)


def _move(source: Path, place: Path) -> None:
    shutil.move(source, place, copy_function=_copy)


def _is_at(source: Path, wanted: Path) -> bool:
    """Whether a file is where it is wanted, whatever the way there is called."""
    return source.name == wanted.name and source.parent.samefile(wanted.parent)


def _problem(source: Path, wanted: Path, error: OSError) -> str:
    """Which of the two makes the trouble."""
    if not os.access(source, os.R_OK):
        return not_read(source, error)
    if error.filename == os.fspath(source):  # to be taken away once its copy is there
        return f"{source} could not be moved: {reason(error)}. Copy it instead."
    return not_written(wanted, error)


def _free(wanted: Path) -> Path:
    """A path that is not taken, not by a link that leads nowhere either: this one, or "name (2).jpg" …"""
    number, place = 1, wanted
    while os.path.lexists(place):
        number += 1
        place = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
    return place
