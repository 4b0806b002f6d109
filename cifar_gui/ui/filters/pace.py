"""Not more often than so: calls that come too soon are put off and melt into one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer


class Pace(QObject):
    """Calls `action` at once when asked, but never sooner than `gap_ms` after the last time."""

    def __init__(self, action: Callable[[], None], gap_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._action, self._gap = action, gap_ms
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)

    def ask(self) -> None:
        """Act now if it is time, else once as soon as it is."""
        elapsed = self._since.elapsed() if self._since.isValid() else self._gap
        if elapsed >= self._gap:
            self.now()
        elif not self._timer.isActive():
            self._timer.start(int(self._gap - elapsed))

    def now(self) -> None:
        """Act at once."""
        self._timer.stop()
        self._since.start()
        self._action()

    def cancel(self) -> None:
        """Forget what was put off."""
        self._timer.stop()
