"""One way to every data set: by name, or by the path of whatever holds the pictures."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

from cifar_gui import paths
from cifar_gui.data import cache
from cifar_gui.data.base import DATASETS, ImageData, Progress, Recognised, no_progress
from cifar_gui.errors import DataError, DataMissing


def load(source: str | Path, progress: Progress = no_progress) -> ImageData:
    """The data set called `source` ("cifar10", "shapes"), or what lies at that path; cached after the first time.

    Raises DataMissing if it is not there, DataError if it is not what it should be, Cancelled if `progress` does.
    """
    progress(0.0, "Looking for the data")
    found = find(source)
    if isinstance(found, str):
        make = DATASETS[found]
        # what a source draws changes when the file does that draws it
        data = cache.remembered(Path(inspect.getfile(make)), lambda: make(None, progress))
    else:
        data = cache.remembered(found.path, lambda: DATASETS[found.source](found.path, progress))
    progress(1.0, data.name)
    return data


def is_available(source: str | Path) -> bool:
    """Whether `load(source)` has something to load, without reading any of it."""
    try:
        find(source)
    except DataError:
        return False
    return True


def class_names(source: str | Path) -> tuple[str, ...]:
    """The classes of what `load(source)` would load, in the order of their labels; no picture is read.

    Raises DataMissing if it is not there, DataError if it is not what it should be.
    """
    found = find(source)
    name, path = (found, None) if isinstance(found, str) else (found.source, found.path)
    classes: tuple[str, ...] = DATASETS.entry(name).details["class_names"](path)
    return classes


def built_in() -> list[tuple[str, str]]:
    """Name and label of every data set that can be asked for by name, in display order."""
    return [(entry.name, entry.label) for entry in DATASETS if not entry.details.get("needs_path")]


def recognise(path: Path) -> Recognised:
    """What lies at `path`. Raises DataMissing if nothing, DataError saying why it is no data set."""
    path = path.expanduser()
    if not paths.exists(path):
        raise DataMissing(f"There is nothing at {path}. Check the path, or choose the archive or folder again.")
    for entry in DATASETS:
        ask: Callable[[Path], Recognised | None] | None = entry.details.get("recognise")
        found = ask(path) if ask else None
        if found is not None:
            return found
    raise DataError(_why_not(path))


def find(source: str | Path) -> Recognised | str:
    """What is to be read for `source`, or its name if that needs no files. Raises DataMissing or DataError."""
    if isinstance(source, str) and source in dict(built_in()):
        details = DATASETS.entry(source).details
        if "locate" not in details:
            return source
        place = details["locate"]()
        if place is None:
            raise DataMissing(details["missing"])
        return recognise(place)
    if not str(source):
        raise DataMissing("No data set was chosen. Give its name or its path.")
    return recognise(Path(source))


def _why_not(path: Path) -> str:
    if path.is_dir():
        return (
            f"{path} is a folder, but not one of pictures: it should hold train/<class>/ and test/<class>/, or one "
            "folder of pictures for each class, or the unpacked files of CIFAR-10. Choose such a folder."
        )
    if path.suffix.lower() == ".zip":
        return f"{path.name} is a ZIP archive. Unpack it and choose the folder of its pictures."
    return (
        f"{path.name} is not a data set: it should be cifar-10-binary.tar.gz, cifar-10-python.tar.gz or a folder of "
        "pictures. Choose one of these."
    )
