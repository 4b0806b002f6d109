"""The operator itself, number by number: where the window stands, what it multiplies, what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def output_size(size: int, kernel: int, stride: int, padding: int) -> int:
    """⌊(size + 2·padding − kernel) / stride⌋ + 1: at how many places the window fits; 0 if it does not fit at all."""
    room = size + 2 * padding - kernel
    return room // stride + 1 if room >= 0 else 0


def unread_lines(size: int, kernel: int, stride: int, padding: int) -> list[int]:
    """Rows (or columns) that no window reads, counted from the first of the padding: those that a stride leaves over
    at the end, and those between windows that stand further apart than they are wide."""
    read = {
        place * stride + inside
        for place in range(output_size(size, kernel, stride, padding))
        for inside in range(kernel)
    }
    return [line for line in range(size + 2 * padding) if line not in read]


@dataclass(frozen=True, slots=True)
class Geometry:
    """A square window that slides over an input with padding around it. Lengths in cells."""

    height: int
    width: int
    kernel: int
    stride: int = 1
    padding: int = 0

    @property
    def rows(self) -> int:
        """Of the output; 0 if the window does not fit."""
        return output_size(self.height, self.kernel, self.stride, self.padding)

    @property
    def columns(self) -> int:
        """Of the output; 0 if the window does not fit."""
        return output_size(self.width, self.kernel, self.stride, self.padding)

    @property
    def fits(self) -> bool:
        """Whether there is any output."""
        return self.rows > 0 and self.columns > 0

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """Top and left cell of the window of an output cell, in the input; negative in the padding."""
        return row * self.stride - self.padding, column * self.stride - self.padding

    def nearest(self, row: int, column: int) -> tuple[int, int]:
        """The output cell whose window has its middle nearest to a cell of the input or of its padding."""
        return self._nearest(row, self.rows), self._nearest(column, self.columns)

    def readers(self, row: int, column: int) -> list[tuple[int, int]]:
        """The output cells whose windows read a cell of the input (or of its padding, with negative places)."""
        return [(i, j) for i in self._reading(row, self.rows) for j in self._reading(column, self.columns)]

    def unread(self) -> NDArray[np.bool_]:
        """(height + 2·padding, width + 2·padding): True where no window reads."""
        marks = np.zeros((self.height + 2 * self.padding, self.width + 2 * self.padding), dtype=np.bool_)
        marks[unread_lines(self.height, self.kernel, self.stride, self.padding), :] = True
        marks[:, unread_lines(self.width, self.kernel, self.stride, self.padding)] = True
        return marks

    def _nearest(self, line: int, count: int) -> int:
        place = (line + self.padding - (self.kernel - 1) // 2) / self.stride
        return min(max(round(place), 0), max(count - 1, 0))

    def _reading(self, line: int, count: int) -> range:
        """Places of the windows, along one side, that read this line: place·stride ≤ line < place·stride + kernel."""
        at = line + self.padding
        first = max(-((self.kernel - 1 - at) // self.stride), 0)
        return range(first, min(at // self.stride, count - 1) + 1)


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """The arithmetic of one output cell. Arrays are (channels, kernel, kernel), `sums` is (channels)."""

    window: Numbers
    kernel: Numbers
    products: Numbers
    sums: Numbers
    bias: float

    @property
    def value(self) -> float:
        """All products of all channels, plus the bias."""
        return float(self.sums.sum()) + self.bias


def padded(values: Numbers, padding: int, fill: float = 0.0) -> Numbers:
    """(channels, height, width) with `padding` cells of `fill` on each of the four sides."""
    return np.pad(values, ((0, 0), (padding, padding), (padding, padding)), constant_values=fill)


def windows(values: Numbers, geometry: Geometry, fill: float = 0.0) -> Numbers:
    """(channels, height, width) → (rows, columns, channels, kernel, kernel): what each output cell reads.

    Raises ValueError if the window is larger than the input with its padding.
    """
    if not geometry.fits:
        raise ValueError(f"a window of {geometry.kernel} does not fit {geometry.height} × {geometry.width}")
    size, stride = geometry.kernel, geometry.stride
    every = sliding_window_view(padded(values, geometry.padding, fill), (size, size), axis=(1, 2))
    return every[:, ::stride, ::stride].transpose(1, 2, 0, 3, 4)


def flipped(kernel: Numbers) -> Numbers:
    """Upside down and back to front, (…, height, width): what the textbook's convolution does to a kernel first.
    Networks do not; strictly, they compute the cross-correlation."""
    return np.ascontiguousarray(kernel[..., ::-1, ::-1])


def correlate(values: Numbers, kernels: Numbers, biases: Numbers, geometry: Geometry) -> Numbers:
    """What a convolution layer computes: (channels, height, width) with kernels (filters, channels, kernel, kernel)
    and biases (filters) → (filters, rows, columns)."""
    summed: Numbers = np.tensordot(kernels, windows(values, geometry), axes=((1, 2, 3), (2, 3, 4)))
    return summed + biases[:, None, None]


def step_at(values: Numbers, kernel: Numbers, bias: float, geometry: Geometry, place: tuple[int, int]) -> Step:
    """One cell of `correlate` in full. `kernel`: (channels, kernel, kernel); `place`: row and column of the output."""
    window = windows(values, geometry)[place]
    products = window * kernel
    return Step(window, kernel, products, products.sum(axis=(1, 2)), bias)
