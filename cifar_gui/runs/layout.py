"""Where things are in a run folder, and how its small files are read however damaged they may be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from cifar_gui.atomic import write_atomically
from cifar_gui.checkpoint.container import Refusal, parse_json
from cifar_gui.checkpoint.shipped import SUFFIX, epoch_file
from cifar_gui.errors import CifarGuiError

T = TypeVar("T")

EXPORTED = ".cifarrun"
"""Suffix of a run as one file."""

MAX_TEXT_FILE = 4 << 20
MAX_HISTORY = 64 << 20
"""Bytes. The longest run there can be, 10,000 epochs with 50 reports in each, writes 40 MB of history."""


class Layout:
    """The paths inside one run folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recipe = path / "recipe.toml"
        self.record = path / "run.json"
        self.notes = path / "notes.json"
        self.history = path / "history.csv"
        self.log = path / "log.txt"
        self.best = path / f"best{SUFFIX}"
        self.last = path / f"last{SUFFIX}"
        self.resume = path / f"resume{SUFFIX}"
        self.resume_previous = path / f"resume-previous{SUFFIX}"
        self.epochs = path / "epochs"
        self.lock = path / "lock"

    def epoch(self, number: int) -> Path:
        """The float16 weights after epoch `number`."""
        return epoch_file(self.path, number)

    def kept_epochs(self) -> list[int]:
        """The epochs whose weights are there, ascending."""
        files = self.epochs.glob(f"*{SUFFIX}")
        return sorted(int(file.stem) for file in files if file.stem.isascii() and file.stem.isdigit())


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write atomically. Raises WriteError."""
    write_atomically(path, [json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"])


def read_json(path: Path, build: Callable[[Mapping[str, Any]], T]) -> T | None:
    """What `build` makes of a JSON file; None if there is none. One that makes no sense is set aside as .bad."""
    return _guarded(path, lambda text: build(parse_json(text.encode())))


def read_text(path: Path, build: Callable[[str], T], limit: int = MAX_TEXT_FILE) -> T | None:
    """The same for a text file of another kind, of at most `limit` bytes."""
    return _guarded(path, build, limit)


def set_aside(path: Path) -> None:
    """Rename a damaged file to NAME.bad, so that it is neither read again nor lost."""
    try:
        path.replace(path.with_name(path.name + ".bad"))
    except OSError:  # a folder that cannot be written to: it will be skipped again next time
        return


def _guarded(path: Path, build: Callable[[str], T], limit: int = MAX_TEXT_FILE) -> T | None:
    try:
        if path.stat().st_size > limit:
            raise ValueError("too large")
        text = path.read_text(encoding="utf-8")
    except OSError:
        return None
    except ValueError:
        set_aside(path)
        return None
    try:
        return build(text)
    except (Refusal, CifarGuiError, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        set_aside(path)
        return None
