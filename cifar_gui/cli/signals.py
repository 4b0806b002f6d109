"""Ctrl+C and SIGTERM: the first asks, the second insists."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

PATIENCE = 3.0
"""Seconds after which an interruption that got lost in a library, in a callback for one, ends the process anyway."""

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A signal ended the command. `exit_code` is 130 for SIGINT, 143 for SIGTERM."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


class interruptible:  # in lower case, as contextlib's own: it is read as a verb
    """Within it the first SIGINT or SIGTERM calls `on_first`, or raises Interrupted if there is none; a second one ends
    the process on the spot. Only for the main thread; the handlers before are put back afterwards."""

    def __init__(self, on_first: Callable[[int], None] | None = None) -> None:
        self.number = 0  # the first signal that came
        self._on_first = on_first
        self._before: dict[signal.Signals, Any] = {}
        self._insist: threading.Timer | None = None

    @property
    def exit_code(self) -> int:
        """What to end with after a signal."""
        return 128 + self.number

    def __enter__(self) -> interruptible:
        self._before = {number: signal.signal(number, self._handle) for number in _NUMBERS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Whatever an interruption was turned into on its way, such as an ImportError, it is an Interrupted again."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._insist is not None:
            self._insist.cancel()
            self._insist.join()
        if error is not None and self.number and self._on_first is None and not isinstance(error, Interrupted):
            raise Interrupted(self.number) from error

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.number:
            os._exit(128 + number)  # whoever asks twice wants out now; files are replaced whole, so nothing is torn
        self.number = number
        if self._on_first is not None:
            self._on_first(number)
            return
        self._insist = threading.Timer(PATIENCE, _end, (128 + number,))
        self._insist.daemon = True
        self._insist.start()
        raise Interrupted(number)


def _end(exit_code: int) -> None:
    """Say what `__main__` would have said, and end on the spot."""
    os.write(2, b"Interrupted.\n")
    os._exit(exit_code)
