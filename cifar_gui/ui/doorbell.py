"""How a worker thread wakes the GUI thread: it writes one byte to a socket that Qt watches.

Neither a cross-thread signal nor a polling timer: nothing of Qt is touched by the worker, nothing runs while idle.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, QSocketNotifier


class Doorbell(QObject):
    """Calls `answer` on the GUI thread soon after any thread called `ring`; several rings may give one answer."""

    def __init__(self, answer: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answer = answer
        self._inside, self._outside = socket.socketpair()
        self._inside.setblocking(False)
        self._outside.setblocking(False)
        self._notifier = QSocketNotifier(self._inside.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_rung)

    @property
    def handle(self) -> int:
        """The file descriptor that `signal.set_wakeup_fd` may write to."""
        return self._outside.fileno()

    def ring(self) -> None:
        """From any thread. After `close` it does nothing."""
        try:
            self._outside.send(b"!")
        except OSError:
            return  # full: the bell is ringing already. Closed: nobody is at home.

    def close(self) -> None:
        """Hear nothing more. On the GUI thread."""
        self._notifier.setEnabled(False)
        self._inside.close()
        self._outside.close()

    def _on_rung(self) -> None:
        with suppress(BlockingIOError):  # emptied
            while self._inside.recv(4096):
                pass
        self._answer()  # out here: what it raises is not to be told as raised by an empty socket
