"""Ctrl+C and SIGTERM: the first asks, the second insists."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A signal ended the command. `exit_code` is 130 for SIGINT, 143 for SIGTERM."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


class Received:
    """The first signal that came, or 0."""

    def __init__(self) -> None:
        self.number = 0

    @property
    def exit_code(self) -> int:
        return 128 + self.number


@contextmanager
def interruptible(on_first: Callable[[int], None] | None = None) -> Iterator[Received]:
    """Within it the first SIGINT or SIGTERM calls `on_first`, or raises Interrupted if there is none; a second one ends
    the process on the spot. Only for the main thread; the handlers before are put back afterwards."""
    received = Received()

    def handle(number: int, _frame: FrameType | None) -> None:
        if received.number:
            os._exit(128 + number)  # whoever asks twice wants out now; files are replaced whole, so nothing is torn
        received.number = number
        if on_first is None:
            raise Interrupted(number)
        on_first(number)

    before: dict[signal.Signals, Any] = {number: signal.signal(number, handle) for number in _NUMBERS}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
