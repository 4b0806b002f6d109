"""What has taken seconds to find out is kept for a while, so that coming back to it takes none."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The results used last, up to a limit; for any number of threads.

    Two threads that want the same thing at once both compute it: that is rare, and harmless."""

    def __init__(self, limit: int, size_of: Callable[[T], int]) -> None:
        """`limit` in what `size_of` counts, bytes or results; the newest one is kept even if it is larger."""
        self._limit, self._size_of = limit, size_of
        self._results: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable, look: Callable[[], T | None] = lambda: None) -> T | None:
        """What is kept under `key`, else what `look` finds elsewhere, which is kept from then on."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
        found = look()
        return found if found is None else self._keep(key, found)

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What is kept under `key`, else what `compute` gives, which is kept; if it raises, nothing is."""
        found = self.find(key)
        return self._keep(key, compute()) if found is None else found

    def _keep(self, key: Hashable, found: T) -> T:
        with self._lock:
            self._results[key] = found
            while len(self._results) > 1 and sum(map(self._size_of, self._results.values())) > self._limit:
                self._results.popitem(last=False)
        return found
