"""Kernels worth trying, and how one is brought to another size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cifar_gui.explain.convolution import Numbers


@dataclass(frozen=True, slots=True)
class Preset:
    """A kernel with a name."""

    label: str
    help: str  # what it does, in a sentence
    rows: tuple[tuple[float, ...], ...]

    @property
    def kernel(self) -> Numbers:
        """(size, size)."""
        return np.array(self.rows, dtype=np.float64)


def _ninths(*numbers: int) -> tuple[float, ...]:
    return tuple(number / 9 for number in numbers)


def _sixteenths(*numbers: int) -> tuple[float, ...]:
    return tuple(number / 16 for number in numbers)


PRESETS: dict[str, Preset] = {
    "vertical": Preset(
        "Vertical edges",
        "Left minus right: large where brightness changes from left to right, 0 where nothing does.",
        ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    ),
    "horizontal": Preset(
        "Horizontal edges",
        "Top minus bottom: large where brightness changes from top to bottom.",
        ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    ),
    "edges": Preset(
        "Edges, all ways",
        "A cell against its eight neighbours: 0 where all are alike.",
        ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    ),
    "identity": Preset(
        "Identity",
        "Only the cell in the middle counts: the output is the input.",
        ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    ),
    "blur": Preset(
        "Blur",
        "The mean of nine cells: what differs from its neighbours is smoothed away.",
        (_ninths(1, 1, 1),) * 3,
    ),
    "soft_blur": Preset(
        "Soft blur",
        "A mean in which the middle counts most.",
        (_sixteenths(1, 2, 1), _sixteenths(2, 4, 2), _sixteenths(1, 2, 1)),
    ),
    "sharpen": Preset(
        "Sharpen",
        "The cell, and once more how much it differs from its four neighbours.",
        ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    ),
    "emboss": Preset(
        "Emboss",
        "As if light fell from the top left: a cell, brighter where it rises towards the bottom right.",
        ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    ),
}
"""The first is the one that the page opens on. Their numbers are read as networks use them, not flipped."""


def preset_of(kernel: Numbers) -> str:
    """The key of the preset that every channel of a kernel (channels, size, size) is, "" if there is none."""
    for key, preset in PRESETS.items():
        same = kernel.shape[1:] == preset.kernel.shape and np.allclose(kernel, preset.kernel, rtol=0, atol=1e-12)
        if same:
            return key
    return ""


def resized(kernel: Numbers, size: int) -> Numbers:
    """(…, old, old) → (…, size, size): zeros around it, or its outermost cells taken away, evenly on all sides; an odd
    one at the bottom and on the right."""
    old = kernel.shape[-1]
    result = np.zeros((*kernel.shape[:-2], size, size))
    out, into = max((old - size) // 2, 0), max((size - old) // 2, 0)
    common = min(old, size)
    result[..., into : into + common, into : into + common] = kernel[..., out : out + common, out : out + common]
    return result


def squared(kernel: Numbers) -> Numbers:
    """(…, height, width) → square, with zeros where it was not: the same operator, its window larger."""
    height, width = kernel.shape[-2:]
    size = max(height, width)
    result = np.zeros((*kernel.shape[:-2], size, size))
    top, left = (size - height) // 2, (size - width) // 2
    result[..., top : top + height, left : left + width] = kernel
    return result


def typed_number(text: str) -> float:
    """A number as people type it: "-0.5", "−0,5", "1/9". Raises ValueError with a sentence that says what is wrong."""
    plain = text.strip().replace("−", "-").replace(",", ".")
    if not plain:
        raise ValueError("A number is missing here.")
    try:
        if "/" in plain:
            above, below = plain.split("/")
            value = float(Fraction(above.strip()) / Fraction(below.strip()))
        else:
            value = float(plain)
        if math.isnan(value):
            raise ValueError
    except ZeroDivisionError:
        raise ValueError("Nothing can be divided by 0.") from None
    except (ValueError, OverflowError):
        raise ValueError(f"“{text.strip()}” is no number. Type one such as 2, −0.5 or 1/9.") from None
    if not abs(value) <= LARGEST:
        raise ValueError(f"Numbers here go from −{LARGEST:g} to {LARGEST:g}.")
    return value


LARGEST = 1000
"""Of the numbers that can be typed: larger ones could not be read in a cell."""
