"""Files into folders by name: copied or moved, none overwritten, and moved ones can be put back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cifar_gui.data.base import Progress
from cifar_gui.errors import not_written
from cifar_gui.paths import file_stem


@dataclass(frozen=True, slots=True)
class Sorted:
    """What has been done: from where to where, in order, and a sentence for each file that could not be."""

    done: tuple[tuple[Path, Path], ...]
    problems: tuple[str, ...] = ()
    given_up: bool = False  # before all were done


def sort_files(
    files: Sequence[tuple[Path, str]],
    target: Path,
    progress: Progress,
    *,
    move: bool,
    stopping: Callable[[], bool] = lambda: False,
) -> Sorted:
    """Copy or move each file into the folder in `target` that is named after its label; of two files of one name the
    second becomes "name (2)". A file that cannot be read or written is told of, and the others go on."""
    pairs = ((file, target / file_stem(label) / file.name) for file, label in files)
    return _carried(pairs, len(files), progress, shutil.move if move else shutil.copy2, stopping)


def put_back(done: Sequence[tuple[Path, Path]], progress: Progress) -> Sorted:
    """Move what was moved to where it came from, the last first; folders left empty by that go."""
    found = _carried(((there, here) for here, there in reversed(done)), len(done), progress, shutil.move, lambda: False)
    for folder in {there.parent for _, there in done}:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return found


def _carried(
    pairs: Iterator[tuple[Path, Path]],
    count: int,
    progress: Progress,
    carry: Callable[[Path, Path], object],
    stopping: Callable[[], bool],
) -> Sorted:
    done: list[tuple[Path, Path]] = []
    problems: list[str] = []
    for number, (source, wanted) in enumerate(pairs):
        if stopping():
            return Sorted(tuple(done), tuple(problems), given_up=True)
        progress(number / count, "sorting files")
        try:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            place = _free(wanted)
            carry(source, place)
        except OSError as error:
            problems.append(not_written(wanted, error))
        else:
            done.append((source, place))
    return Sorted(tuple(done), tuple(problems))


def _free(wanted: Path) -> Path:
    """A path that is not taken: this one, or "name (2).jpg" …"""
    number, place = 1, wanted
    while place.exists():
        number += 1
        place = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
    return place
