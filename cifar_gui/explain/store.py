"""What took long to find out is written down, so that the next start of the app has it at once.

A result is some arrays under the digest of all that they were found from. A file of the cache holds one result, a file
that comes with the app those of several layers of a shipped model. Of a file that cannot be used nothing is made, as if
it were not there: what it should hold is found out anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui import paths
from cifar_gui.checkpoint.container import opened, read_header, read_payload, write_container
from cifar_gui.checkpoint.shipped import SUFFIX
from cifar_gui.checkpoint.tensors import tensor_bytes, tensors_of
from cifar_gui.errors import CheckpointError, WriteError

FORMAT = "cifar-gui results 1"

Key = tuple[str | int | tuple[int, ...], ...]
"""What a result was found from: digests, names and numbers."""

Arrays = Mapping[str, NDArray[Any]]
Forms = Mapping[str, tuple[type[np.generic], tuple[int | None, ...]]]
"""Type and shape of each array. None: of any length."""


class Store:
    """Results of one kind. For any number of threads and processes."""

    def __init__(self, name: str, version: int, limit: int) -> None:
        """`name`: of the folders they lie in; `version`: to be raised when other results come from the same; `limit`:
        of the cache, in bytes. The results used last stay, the newest even if it is larger."""
        self._name, self._version, self._limit = name, version, limit

    def cached(self) -> Path:
        """Where results lie that were found here. Not created here."""
        return paths.cache() / self._name

    def shipped(self) -> Path:
        """Where those lie that come with the app."""
        return paths.shipped_models() / self._name

    def place(self, key: Key) -> Path:
        """The file of the cache that a result has."""
        return self.cached() / f"{self.digest(key)}{SUFFIX}"

    def digest(self, key: Key) -> str:
        """The name of a result."""
        return hashlib.sha256(json.dumps([self._name, self._version, *key]).encode()).hexdigest()[:32]

    def ships(self, key: Key) -> bool:
        """Whether a result comes with the app."""
        return self.digest(key) in _contents(self.shipped())

    def read(self, key: Key, forms: Forms) -> Arrays | None:
        """The arrays of a result; None if there are none, or not of these types and shapes."""
        digest, place = self.digest(key), self.place(key)
        for path in (_contents(self.shipped()).get(digest), place):
            arrays = _read(path, digest) if path is not None else {}
            if _fit(arrays, forms):
                with suppress(OSError):
                    os.utime(place)  # what was used last stays
                return arrays
        return None

    def write(self, key: Key, arrays: Arrays) -> None:
        """Keep a result in the cache. A disk that is full costs the next start some seconds, nothing else."""
        place = self.place(key)
        with suppress(WriteError, OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(place, {self.digest(key): arrays})
            self._prune()

    def ship(self, name: str, results: Mapping[Key, Arrays]) -> Path:
        """Write results into one file that comes with the app. Raises WriteError."""
        path = self.shipped() / f"{name}{SUFFIX}"
        path.parent.mkdir(exist_ok=True)
        _write(path, {self.digest(key): arrays for key, arrays in results.items()})
        _contents.cache_clear()
        return path

    def _prune(self) -> None:
        """Remove what was not used for longest; what a killed process left half written ages with it."""
        found = sorted(((path.stat(), path) for path in self.cached().iterdir()), key=lambda each: -each[0].st_mtime_ns)
        size = 0
        for position, (status, path) in enumerate(found):
            size += status.st_size
            if position and size > self._limit:
                path.unlink(missing_ok=True)


@lru_cache
def _contents(folder: Path) -> Mapping[str, Path]:
    """Digest → file, of all results in a folder that nobody writes to."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with suppress(CheckpointError), opened(path) as file:
            found |= {tensor.name.partition("/")[0]: path for tensor in read_header(file, FORMAT).tensors}
    return found


def _read(path: Path, digest: str) -> Arrays:
    """One of the results in a file, or nothing."""
    with suppress(CheckpointError), opened(path) as file:
        header = read_header(file, FORMAT)
        tensors = tensors_of(header, read_payload(file, header))
        own = f"{digest}/"
        return {name.removeprefix(own): each.numpy() for name, each in tensors.items() if name.startswith(own)}
    return {}


def _fit(arrays: Arrays, forms: Forms) -> bool:
    return arrays.keys() == forms.keys() and all(
        arrays[name].dtype.type is kind
        and arrays[name].ndim == len(shape)
        and all(wanted in (None, size) for wanted, size in zip(shape, arrays[name].shape, strict=True))
        for name, (kind, shape) in forms.items()
    )


def _write(path: Path, results: Mapping[str, Arrays]) -> None:
    tensors = {
        f"{digest}/{name}": torch.from_numpy(np.ascontiguousarray(values))
        for digest, arrays in results.items()
        for name, values in arrays.items()
    }
    write_container(path, FORMAT, {}, tensor_bytes(tensors))
