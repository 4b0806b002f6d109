"""Writing a file so that at every instant either the old or the new one is there, whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from cifar_gui.errors import WriteError, reason

TEMPORARY = ".tmp"
"""Suffix of files being written. One that a killed process left behind may be deleted."""


def write_atomically(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    """Replace `path` by the joined `chunks`; durable on return. Raises WriteError; what is there is whole."""
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}{TEMPORARY}")
    try:
        try:
            _write(temporary, chunks)
            temporary.replace(path)
        except BaseException:  # KeyboardInterrupt too: the temporary file must not stay behind
            _remove(temporary)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise WriteError(
            f"{path} could not be written: {reason(error)}. What is there is whole, the old file or the new one; "
            "check that the disk has room and the folder may be written to."
        ) from error


def remove_leftovers(folder: Path) -> None:
    """Delete the temporary files that writers killed in the middle left in `folder`. Nobody may be writing there."""
    for path in folder.glob(f".*{TEMPORARY}"):
        _remove(path)


def _write(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the write has failed already, and that is what gets reported
        return


def _sync_folder(folder: Path) -> None:
    """Make the renaming durable. Windows has no such call; there the file system's journal does it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
