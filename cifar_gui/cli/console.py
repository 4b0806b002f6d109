"""What a command says: data to stdout, everything else, above all progress, to stderr."""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from cifar_gui.words import time_left

_FIRST_AFTER = 0.5  # seconds; what is done sooner needs no progress
_LINE_EVERY = 0.1  # seconds, on a terminal
_LOG_EVERY = 15.0  # seconds, in a file, where every line stays


def say(text: str) -> None:
    """One line for people, to stderr."""
    print(text, file=sys.stderr, flush=True)


def write(text: str) -> None:
    """One or more lines of data, to stdout. Raises BrokenPipeError if nobody reads them any more."""
    print(text, flush=True)


def write_json(value: Any, *, indent: bool = True) -> None:
    """`value` as JSON to stdout; numbers that JSON cannot write become null."""
    write(json.dumps(_finite(value), indent=2 if indent else None, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value


class Progress:
    """A share and a phrase: one line that is written over on a terminal, a line now and then in a file.

    Nothing is shown of what takes less than half a second. Use it in a `with` block, which clears the line.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._on_terminal = self._stream is not None and self._stream.isatty()
        self._started = time.monotonic()
        self._next = self._started + (_FIRST_AFTER if self._on_terminal else _LOG_EVERY)
        self._shown = False
        self._first_share: float | None = None  # what was done before we began to watch says nothing of the speed

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, share: float, text: str) -> None:
        """`share` of the work done, 0–1, and what is being done."""
        if self._first_share is None:
            self._first_share = share
        now = time.monotonic()
        if self._stream is None or now < self._next:
            return
        self._next = now + (_LINE_EVERY if self._on_terminal else _LOG_EVERY)
        left = _left(now - self._started, share - self._first_share, 1 - share)
        if self._on_terminal:
            self._overwrite(f"{_bar(share)} {share:4.0%}  {text}{left}")
        else:
            print(f"{share:4.0%}  {text}{left}", file=self._stream, flush=True)

    def clear(self) -> None:
        """Take the line away, so that something else can be written."""
        if self._shown and self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False

    def _overwrite(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\x1b[K{line[:width]}")
        self._stream.flush()
        self._shown = True


def _bar(share: float, width: int = 20) -> str:
    full = round(max(0.0, min(share, 1.0)) * width)
    return "[" + "#" * full + "-" * (width - full) + "]"


def _left(elapsed: float, done: float, to_do: float) -> str:
    if elapsed < 2 or done < 0.02 or to_do <= 0:
        return ""
    return f", {time_left(elapsed / done * to_do)} left"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Columns set to their widest entry under a ruled header; those numbered in `right` (from 0) are flush right."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        set_cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(set_cells).rstrip()

    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([line(header), rule, *(line(row) for row in rows)])
