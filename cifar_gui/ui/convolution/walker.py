"""Where the window is, where it has been, and where it goes next. Free of Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cifar_gui.ui.convolution.setup import Place


class Walker:
    """A place in an output of some size, row by row from the top left."""

    def __init__(self) -> None:
        self._size: tuple[int, int] = (0, 0)
        self.place: Place = (0, 0)
        self.visited: list[Place] = []  # in the order of the last visits

    @property
    def number(self) -> int:
        """Of the place, counted from 1; 0 if there is no output."""
        return self.place[0] * self._size[1] + self.place[1] + 1 if self.count else 0

    @property
    def count(self) -> int:
        """Of all places."""
        return self._size[0] * self._size[1]

    @property
    def is_at_end(self) -> bool:
        return self.number == self.count

    def fit(self, rows: int, columns: int) -> None:
        """The output has another size: what has been visited is forgotten, the place stays inside."""
        if (rows, columns) != self._size:
            self._size = (rows, columns)
            self.visited.clear()
            self.go(self.place)

    def go(self, place: Place) -> bool:
        """Move the window to a place, or the nearest one there is. Returns whether it has moved."""
        if not self.count:
            self.place = (0, 0)
            return False
        row, column = (min(max(at, 0), size - 1) for at, size in zip(place, self._size, strict=True))
        moved = (row, column) != self.place or not self.visited
        self.place = (row, column)
        if moved:
            if self.place in self.visited:
                self.visited.remove(self.place)
            self.visited.append(self.place)
        return moved

    def step(self, by: int = 1) -> bool:
        """So many places on, row after row; not beyond the first and the last one."""
        if not self.count:
            return False
        number = min(max(self.number - 1 + by, 0), self.count - 1)
        return self.go(divmod(number, self._size[1]))

    def restart(self) -> None:
        """Back to the first place, with nothing visited."""
        self.visited.clear()
        self.go((0, 0))

    def unvisited(self) -> NDArray[np.bool_]:
        """(rows, columns): where the window has not been."""
        mask = np.ones(self._size, dtype=np.bool_)
        for place in self.visited:
            mask[place] = False
        return mask
