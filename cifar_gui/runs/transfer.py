"""A run as one file, to be taken to another machine, and such a file as a run again.

The file is a ZIP archive with the files of the run folder under their own names, stored as they are: weights do not
become smaller. What is read comes from anyone: only names that a run folder has are taken, nothing outside the new
folder is written, and every file in it is read by the same careful readers as ever.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cifar_gui import paths
from cifar_gui.errors import CheckpointError, WriteError, not_read, not_written
from cifar_gui.runs.layout import EXPORTED, MAX_HISTORY, MAX_TEXT_FILE, Layout
from cifar_gui.runs.lock import is_locked
from cifar_gui.runs.summary import read_recipe, take_number

if TYPE_CHECKING:
    from cifar_gui.data.base import Progress

MAX_FILES = 10_100
"""A run has at most 10,000 epochs, and a dozen files beside them."""

MAX_WEIGHTS = 4 << 30
"""Bytes of one network or resume state."""

_CHUNK = 1 << 20


def _silent(_share: float, _what: str) -> None:
    """A progress that nobody looks at."""


def pack(run: Path, file: Path, progress: Progress = _silent) -> Path:
    """Write the run in the folder `run` as `file`, its suffix added if missing; returns where it is.

    Raises CheckpointError if some process trains it or there is no run, WriteError if the file cannot be written, and
    what `progress` raises to give up; then nothing is written, and a file that was there is as it was."""
    layout = Layout(run)
    if is_locked(layout.lock):
        raise CheckpointError(f"Run {run.name} is being trained. Stop it first, then export it.")
    if read_recipe(layout) is None:
        raise CheckpointError(f"There is no run in {run}, or its recipe is damaged.")
    if file.suffix.lower() != EXPORTED:
        file = file.with_name(file.name + EXPORTED)
    temporary = file.with_name(f".{file.name}.tmp")
    try:
        try:
            members = list(_members(layout))
            copied = _Copied(sum(member.stat().st_size for member in members), f"Packing run {run.name}", progress)
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
                for member in members:
                    info = zipfile.ZipInfo.from_file(
                        member, member.relative_to(run).as_posix(), strict_timestamps=False
                    )
                    with member.open("rb") as source, archive.open(info, "w") as target:
                        copied.copy(source, target)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(not_written(file, error)) from error
    return file


def unpack(file: Path, root: Path | None = None, progress: Progress = _silent) -> Path:
    """Make a run of what `pack` has written, under the next free number in `root` (by default `paths.runs()`).

    Raises CheckpointError if the file is no such file or damaged, WriteError if there is no room, and what `progress`
    raises to give up; nothing is left then.
    """
    root = root or paths.runs()
    try:
        root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".import-", dir=root))
    except OSError as error:
        raise WriteError(not_written(root, error)) from error
    try:
        _extract(file, draft, progress)
        if read_recipe(Layout(draft)) is None:
            raise CheckpointError(f"{file.name} holds no run: there is no recipe in it that makes sense.")
        return take_number(draft, root)
    except BaseException:  # a KeyboardInterrupt too: a half-read run must not stay
        shutil.rmtree(draft, ignore_errors=True)
        raise


class _Copied:
    """Copies files, and says how much of all of them has been copied."""

    def __init__(self, size: int, what: str, progress: Progress) -> None:
        self._size, self._what, self._progress = max(size, 1), what, progress
        self._done = 0

    def copy(self, source: IO[bytes], target: IO[bytes]) -> None:
        """One more file, piece by piece."""
        while chunk := source.read(_CHUNK):
            self._progress(min(self._done / self._size, 1.0), self._what)  # first: whoever gives up writes no more
            target.write(chunk)
            self._done += len(chunk)


def _members(layout: Layout) -> Iterator[Path]:
    """The files of a run that belong to it wherever it is."""
    files = sorted(path for path in layout.path.rglob("*") if path.is_file())
    yield from (path for path in files if _limit(path.relative_to(layout.path).as_posix()))


def _limit(name: str) -> int:
    """How large the file of this name may be in a run folder, in bytes; 0 if there is none of this name."""
    layout = Layout(Path())
    texts = {layout.recipe: MAX_TEXT_FILE, layout.record: MAX_TEXT_FILE, layout.notes: MAX_TEXT_FILE}
    others = {layout.history: MAX_HISTORY, layout.log: MAX_HISTORY}
    weights = dict.fromkeys((layout.best, layout.last, layout.resume, layout.resume_previous), MAX_WEIGHTS)
    known = {path.as_posix(): limit for path, limit in {**texts, **others, **weights}.items()}
    stem = name.removeprefix("epochs/").partition(".")[0]
    if stem.isascii() and stem.isdigit() and layout.epoch(int(stem)).as_posix() == name:
        return MAX_WEIGHTS
    return known.get(name, 0)


def _extract(file: Path, folder: Path, progress: Progress) -> None:
    """Write the members of an archive into an empty folder. Raises CheckpointError or WriteError."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check(file.name, members)
            copied = _Copied(sum(member.file_size for member in members), f"Unpacking {file.name}", progress)
            for member in members:
                target = folder / member.filename
                target.parent.mkdir(exist_ok=True)
                with archive.open(member) as source, target.open("wb") as copy:
                    copied.copy(source, copy)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise CheckpointError(
            f"{file.name} is no exported run, or it is damaged ({error}). Export the run again, and copy it whole."
        ) from error
    except OSError as error:
        if error.filename and Path(error.filename) == file:
            raise CheckpointError(not_read(file, error)) from error
        raise WriteError(not_written(folder.parent, error)) from error


def _check(name: str, members: list[zipfile.ZipInfo]) -> None:
    """Raises CheckpointError unless every member is a file that a run folder has, and none of them twice."""
    if len(members) > MAX_FILES:
        raise CheckpointError(f"{name} is no exported run: it holds {len(members):,} files.")
    seen: set[str] = set()
    for member in members:
        limit = _limit(member.filename)
        if not limit or member.filename in seen or member.compress_type != zipfile.ZIP_STORED:
            raise CheckpointError(f"{name} is no exported run: it holds {member.filename!r:.80}.")
        if member.file_size > limit or member.file_size != member.compress_size:
            raise CheckpointError(f"{name} is no exported run: {member.filename} in it is too large.")
        seen.add(member.filename)
