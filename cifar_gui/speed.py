"""How quickly something grows of late."""

from __future__ import annotations

from collections import deque

_SURE_SECONDS = 0.5


class Speed:
    """Of a number that grows: by how much in a second, over the last few seconds."""

    def __init__(self, over: float) -> None:
        """`over`: so many seconds are looked back."""
        self._over = over
        self._counted: deque[tuple[float, float]] = deque()

    def clear(self) -> None:
        self._counted.clear()

    def note(self, number: float, now: float) -> None:
        """It was so large at this time, in seconds on a clock that is never set back."""
        self._counted.append((now, number))
        while now - self._counted[0][0] > self._over and len(self._counted) > 2:
            self._counted.popleft()

    @property
    def per_second(self) -> float:
        """0 as long as there is less than half a second to go by."""
        if not self._counted:
            return 0.0
        (start, first), (end, last) = self._counted[0], self._counted[-1]
        return (last - first) / (end - start) if end - start > _SURE_SECONDS else 0.0
