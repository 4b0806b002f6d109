"""How far a download has come: counted, timed and reported a few times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cifar_gui.speed import Speed
from cifar_gui.words import time_left

_REPORTS_PER_SECOND = 20


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download has come."""

    doing: str  # "Connecting", "Downloading", "Trying again", "Checking"
    received: int  # bytes
    total: int
    bytes_per_second: float  # over the last few seconds; 0 while there is nothing to go by

    @property
    def share(self) -> float:
        """0–1."""
        return min(self.received / self.total, 1.0) if self.total else 0.0

    @property
    def text(self) -> str:
        """For a status bar: "Downloading: 41 of 170 MB, 3.2 MB/s, 40 s left"."""
        words = f"{self.doing}: {self.received / 1e6:.0f} of {self.total / 1e6:.0f} MB"
        if self.bytes_per_second <= 0:
            return words
        seconds = (self.total - self.received) / self.bytes_per_second
        return f"{words}, {self.bytes_per_second / 1e6:.1f} MB/s, {time_left(seconds)} left"


Report = Callable[[DownloadProgress], None]
"""Called several times a second, also while nothing arrives. May raise Cancelled; what has arrived is kept."""


class Watch:
    """Counts bytes, measures speed, and reports, but not too often."""

    def __init__(self, total: int, report: Report) -> None:
        self.doing, self.received = "Connecting", 0
        self._total, self._report = total, report
        self._speed = Speed(over=5.0)
        self._reported = 0.0

    def start(self, doing: str, received: int) -> None:
        """Go over to something else, with so many bytes there already."""
        self.doing, self.received = doing, received
        self._speed.clear()
        self._reported = 0.0

    def count(self, received: int) -> None:
        self.received += received
        self.tick()

    def tick(self) -> None:
        """Report, if the last time was a moment ago. Raises what the report raises."""
        now = time.monotonic()
        if now - self._reported < 1 / _REPORTS_PER_SECOND:
            return
        self._reported = now
        self._speed.note(self.received, now)
        self._report(DownloadProgress(self.doing, self.received, self._total, self._speed.per_second))
