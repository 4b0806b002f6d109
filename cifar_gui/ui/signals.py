"""Ctrl+C in the terminal and SIGTERM: save, stop, close. Twice: at once."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from cifar_gui.ui.doorbell import Doorbell

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP") if hasattr(signal, name)]


@contextlib.contextmanager
def closing_on_signals(close: Callable[[], None]) -> Iterator[None]:
    """Inside it a signal calls `close` on the GUI thread; a second one ends the process.

    Python runs signal handlers between two steps of Python code, of which an idle event loop has none. So the
    interpreter writes a byte to a socket that Qt watches, which wakes the loop up.
    """
    count = 0

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count > 1:
            os._exit(128 + number)

    def answer() -> None:
        if count:
            close()

    doorbell = Doorbell(answer)
    old_wakeup = signal.set_wakeup_fd(doorbell.handle, warn_on_full_buffer=False)
    old = [(each, signal.signal(each, handle)) for each in _SIGNALS]
    try:
        yield
    finally:
        for each, handler in old:
            signal.signal(each, handler)
        signal.set_wakeup_fd(old_wakeup)
        doorbell.close()
