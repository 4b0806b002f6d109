"""Keeps imported data sets, so that the next start reads one file instead of 60,000.

An entry is a line of JSON, then the pictures, then the labels, with a checksum. It belongs to a path and to a signature
of the names, sizes and times of the files there. Whatever is wrong with an entry, the data set is imported again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import threading
import weakref
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from cifar_gui import paths
from cifar_gui.atomic import TEMPORARY, write_atomically
from cifar_gui.data.base import IMAGE_SIZE, ImageData
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.errors import WriteError

_VERSION = 1  # part of every key: raise it when the layout, or what an import yields, changes
_HEADER_LIMIT = 10_000_000
_KEPT = 6
_SUFFIX = ".images"
_LINKED_LEVELS = 2
"""So far down, for train/<class>, links to folders are followed, as they are when an image folder is read."""

_alive: weakref.WeakValueDictionary[str, ImageData] = weakref.WeakValueDictionary()
_lock = threading.Lock()


def folder() -> Path:
    """Where entries lie. Not created here."""
    return paths.cache() / "data"


def remembered(source: Path, load: Callable[[], ImageData]) -> ImageData:
    """The data at `source`: the very object if it is in memory still, else from the cache, else from `load()`."""
    place = entry_path(source)  # before loading: if files change meanwhile, the entry will not be found again
    with _lock:
        data = _alive.get(place.name)
    if data is None:
        data = read(place)
    if data is None:
        data = load()
        with contextlib.suppress(WriteError, OSError):  # a full disk costs the next start some seconds, nothing else
            write(data, place)
            prune(place)
    with _lock:
        return _alive.setdefault(place.name, data)


def entry_path(source: Path) -> Path:
    """Where the entry of a file or folder as it is now would lie. The first half of the name is the path's."""
    resolved = str(source.resolve())
    return folder() / f"{_digest([_VERSION, resolved])}-{_digest(_listing(Path(resolved)))}{_SUFFIX}"


def read(place: Path) -> ImageData | None:
    """The data of an entry; None if there is none or anything about it is not as it was written."""
    try:
        with place.open("rb") as file:
            header = json.loads(file.readline(_HEADER_LIMIT))
            described = header["data"]
            count = sum(described["counts"])
            if os.fstat(file.fileno()).st_size - file.tell() != count * (3 * IMAGE_SIZE * IMAGE_SIZE + 8):
                return None  # before memory is asked for
            images = _read_tensor(file, torch.empty((count, 3, IMAGE_SIZE, IMAGE_SIZE), dtype=torch.uint8))
            labels = _read_tensor(file, torch.empty(count, dtype=torch.int64))
            if header["checksum"] != _checksum(described, images, labels):
                return None
            data = _rebuilt(described, images, labels)
        os.utime(place)  # the entries used last are kept
        return data
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None


def write(data: ImageData, place: Path) -> None:
    """Store an entry, whole or not at all. Raises WriteError, OSError."""
    place.parent.mkdir(parents=True, exist_ok=True)
    described = _described(data)
    header = {"data": described, "checksum": _checksum(described, data.images, data.labels)}
    pictures, labels = (tensor.contiguous().numpy().data for tensor in (data.images, data.labels))
    write_atomically(place, [json.dumps(header).encode() + b"\n", pictures, labels])


def prune(newest: Path) -> None:
    """Remove older entries of the same path, all but the few used last, and what a killed import left behind."""
    entries = sorted(newest.parent.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    same = newest.name.partition("-")[0]
    stale = [path for path in entries if path != newest and path.name.startswith(same)]
    kept = [path for path in entries if path not in stale]
    leftovers = [
        path for path in newest.parent.glob(f"*{TEMPORARY}") if path.stat().st_mtime < newest.stat().st_mtime - 3600
    ]
    for path in (*stale, *kept[_KEPT:], *leftovers):
        path.unlink(missing_ok=True)


def _described(data: ImageData) -> dict[str, Any]:
    return {
        "name": data.name,
        "class_names": list(data.class_names),
        "counts": list(data.counts),
        "fingerprints": list(data.fingerprints),
        "stats": {name: list(values) for name, values in dataclasses.asdict(data.stats).items()},
    }


def _rebuilt(described: dict[str, Any], images: Tensor, labels: Tensor) -> ImageData:
    stats = ChannelStats(tuple(described["stats"]["mean"]), tuple(described["stats"]["std"]))
    fields = {name: tuple(described[name]) for name in ("class_names", "counts", "fingerprints")}
    return ImageData(name=described["name"], images=images, labels=labels, stats=stats, **fields)


def _read_tensor(file: BinaryIO, tensor: Tensor) -> Tensor:
    wanted = tensor.numpy().data.cast("B")
    if file.readinto(wanted) != len(wanted):  # type: ignore[attr-defined]
        raise ValueError("cut short")
    return tensor


def _checksum(described: dict[str, Any], images: Tensor, labels: Tensor) -> int:
    """Against rot, not malice: who can write here can change the app's files, too."""
    checksum = zlib.crc32(json.dumps(described, sort_keys=True).encode())
    checksum = zlib.crc32(images.contiguous().numpy().data, checksum)
    return zlib.crc32(labels.contiguous().numpy().data, checksum)


def _digest(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=10).hexdigest()


def _listing(source: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of every visible file at `source`, in a fixed order. Unreadable folders count as empty."""
    if source.is_file():
        status = source.stat()
        return [("", status.st_size, status.st_mtime_ns)]
    return sorted(_files(str(source), "", {}))


def _files(folder: str, below: str, met: dict[tuple[int, int], str]) -> Iterator[tuple[str, int, int]]:
    """What lies in `folder`, called `below` here. `met`: the folders met already; one that a link leads to again, a
    parent perhaps, is named and not listed again."""
    with contextlib.suppress(OSError):
        status = Path(folder).stat()
        known = met.setdefault((status.st_dev, status.st_ino), below) if status.st_ino else below
        if known != below:
            yield f"{below} is {known}", 0, 0
            return
        with os.scandir(folder) as entries:
            visible = sorted((each for each in entries if not each.name.startswith(".")), key=lambda each: each.name)
        for entry in visible:
            name = f"{below}/{entry.name}"
            if entry.is_dir(follow_symlinks=below.count("/") < _LINKED_LEVELS):
                yield from _files(entry.path, name, met)
            else:
                yield _entry(entry, name)


def _entry(entry: os.DirEntry[str], name: str) -> tuple[str, int, int]:
    try:
        status = entry.stat()
    except OSError:  # a link to nothing, or a file that is just being removed: the others count all the same
        return name, -1, 0
    return name, status.st_size, status.st_mtime_ns
