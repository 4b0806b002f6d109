"""Painting on the network's input: brushes on 32 × 32 pixels, and what can be undone. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cifar_gui.data.decode import Pixels

Tool = Literal["draw", "erase", "blur", "shift"]
TOOLS: dict[Tool, str] = {"draw": "Draw", "erase": "Erase", "blur": "Blur", "shift": "Shift"}

Mask = NDArray[np.bool_]
Cell = tuple[int, int]
"""Column and row of a pixel."""

SIZES = (1, 2, 3, 5, 8)
"""Widths of the brush, in pixels."""

_UNDONE = 500
"""Steps that can be undone; each holds 3 kB."""


class Painting:
    """A picture, uint8 (3, h, w), and what has been done to it. `pixels` is never changed in place."""

    def __init__(self, original: Pixels) -> None:
        self.original = self.pixels = original
        self._undo: list[Pixels] = []
        self._redo: list[Pixels] = []
        self._before: Pixels | None = None  # the stroke that is being made

    @property
    def is_changed(self) -> bool:
        """Whether it looks different from the original."""
        return not np.array_equal(self.pixels, self.original)

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    def begin(self) -> None:
        """What follows, up to `end`, is one step."""
        self._before = self.pixels

    def end(self) -> None:
        """The step is done; one that changed nothing is none."""
        before, self._before = self._before, None
        if before is not None and not np.array_equal(before, self.pixels):
            self._undo = [*self._undo[-_UNDONE + 1 :], before]
            self._redo = []

    def brush(self, tool: Tool, cell: Cell, size: int, colour: tuple[int, int, int]) -> None:
        """Dab once. Outside `begin` and `end` it is a step of its own."""
        mask = disc(cell, size, self.pixels.shape[-1])
        if tool == "draw":
            self._apply(lambda pixels: np.where(mask, np.array(colour, np.uint8)[:, None, None], pixels))
        elif tool == "erase":
            self._apply(lambda pixels: np.where(mask, self.original, pixels))
        elif tool == "blur":
            self._apply(lambda pixels: np.where(mask, blurred(pixels), pixels))

    def shift(self, right: int, down: int) -> None:
        """Move everything; what comes in at an edge repeats it."""
        self._apply(lambda pixels: shifted(pixels, right, down))

    def start_over(self) -> None:
        """Back to the original, which can be undone too."""
        self._apply(lambda _pixels: self.original)

    def undo(self) -> None:
        """Take the last step back, if there is one: of a stroke that is being made, what has been made of it so far."""
        with self._between_steps():
            if self._undo:
                self._redo.append(self.pixels)
                self.pixels = self._undo.pop()

    def redo(self) -> None:
        """Do again what was undone, if anything was."""
        with self._between_steps():
            if self._redo:
                self._undo.append(self.pixels)
                self.pixels = self._redo.pop()

    @contextmanager
    def _between_steps(self) -> Iterator[None]:
        """The rest of a stroke that is being made is a step of its own."""
        making = self._before is not None
        self.end()
        yield
        if making:
            self.begin()

    def _apply(self, change: Callable[[Pixels], Pixels]) -> None:
        alone = self._before is None
        if alone:
            self.begin()
        self.pixels = change(self.pixels)
        if alone:
            self.end()


def disc(cell: Cell, size: int, side: int) -> Mask:
    """The pixels (side, side) under a round brush `size` pixels wide; one of even width reaches further left and up."""
    offset = (size - 1) % 2 / 2
    rows, columns = np.mgrid[:side, :side]
    distance = np.hypot(columns - cell[0] + offset, rows - cell[1] + offset)
    mask: Mask = distance <= max(size / 2 - 0.1, 0.75)  # four pixels for a width of 2, a cross for 3
    return mask


def blurred(pixels: Pixels) -> Pixels:
    """Each pixel the mean of the 3 × 3 around it; at the edges the nearest pixels count again."""
    padded = np.pad(pixels.astype(np.uint16), ((0, 0), (1, 1), (1, 1)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    moved: Pixels = np.rint(windows.mean(axis=(-2, -1))).astype(np.uint8)
    return moved


def shifted(pixels: Pixels, right: int, down: int) -> Pixels:
    """Moved by whole pixels; what comes in at an edge repeats it."""
    height, width = pixels.shape[1:]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return pixels[:, rows[:, None], columns]


def cells_between(first: Cell, last: Cell) -> list[Cell]:
    """The pixels on the way from one to another, without gaps, the first left out: a mouse jumps when it is fast."""
    steps = max(abs(last[0] - first[0]), abs(last[1] - first[1]))
    along = [step / steps for step in range(1, steps + 1)]
    return [(round(first[0] + t * (last[0] - first[0])), round(first[1] + t * (last[1] - first[1]))) for t in along]
