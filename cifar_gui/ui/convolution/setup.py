"""What the operator is set up with, and everything that follows from it. Free of Qt."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_gui.data.statistics import ChannelStats
from cifar_gui.explain.activations import ACTIVATIONS, activated, pooled
from cifar_gui.explain.convolution import Geometry, Numbers, Step, correlate, flipped, step_at
from cifar_gui.explain.kernels import PRESETS, resized
from cifar_gui.ui.convolution.drawings import CANVAS, COLOURED, LARGEST_VALUE, SEVEN, on_canvas

CHANNELS = ("Red", "Green", "Blue")
LEAST_SIDE, MOST_SIDE = 5, CANVAS
MOST_KERNEL, MOST_STRIDE, MOST_PADDING = 7, 4, 4
POOLINGS = {"none": "None", "max": "Maximum", "average": "Mean"}
MOST_POOL = 4

Place = tuple[int, int]
"""Row and column."""


@dataclass(frozen=True, eq=False)
class Setup:
    """Input, kernel, and how the window slides. Changed by `dataclasses.replace`."""

    canvas: Numbers = field(default_factory=lambda: on_canvas(SEVEN))  # (1, 32, 32): its top left corner is the input
    colour_canvas: Numbers = field(default_factory=lambda: on_canvas(COLOURED))  # (3, 32, 32)
    drawing_side: int = 7
    picture: NDArray[np.uint8] | None = None  # (3, 32, 32)
    picture_name: str = ""
    picture_label: str = ""  # the class that it is said to be of
    picture_side: int = MOST_SIDE
    draws: bool = True  # the drawing is the input, not the picture
    coloured: bool = False
    stats: ChannelStats | None = None  # pictures are standardised with these, as a network sees them
    kernel: Numbers = field(default_factory=lambda: next(iter(PRESETS.values())).kernel[None])  # (channels, size, size)
    kernel_name: str = ""  # of one that was taken from a network
    bias: float = 0.0
    flip: bool = False
    stride: int = 1
    padding: int = 0
    activation: str = "none"
    pooling: str = "none"
    pool_size: int = 2

    @property
    def is_drawing(self) -> bool:
        """Whether the drawing is the input: also as long as there is no picture."""
        return self.draws or self.picture is None

    @property
    def side(self) -> int:
        """Cells of the input across and down."""
        return self.drawing_side if self.is_drawing else self.picture_side

    @cached_property
    def values(self) -> Numbers:
        """The input: (1 or 3, side, side)."""
        if self.picture is None or self.draws:
            canvas = self.colour_canvas if self.coloured else self.canvas
            return canvas[:, : self.side, : self.side]
        pixels = np.round(reduced(self.picture.astype(np.float64), self.side))
        if self.stats is not None:
            mean, deviation = (np.array(each)[:, None, None] for each in (self.stats.mean, self.stats.std))
            pixels = (pixels - mean) / deviation
        if self.coloured:
            return pixels
        grey: Numbers = pixels.mean(axis=0, keepdims=True)
        return grey if self.stats is not None else np.round(grey)

    @cached_property
    def used_kernel(self) -> Numbers:
        """The kernel as it is laid on the input: flipped for the textbook's convolution."""
        return flipped(self.kernel) if self.flip else self.kernel

    @property
    def geometry(self) -> Geometry:
        return Geometry(self.side, self.side, self.kernel.shape[-1], self.stride, self.padding)

    @cached_property
    def raw(self) -> Numbers:
        """(rows, columns) before the activation; empty if the window does not fit."""
        geometry = self.geometry
        if not geometry.fits:
            return np.zeros((0, 0))
        kernels, biases = self.used_kernel[None], np.array([self.bias])
        one: Numbers = correlate(self.values, kernels, biases, geometry)[0]
        return one

    @cached_property
    def output(self) -> Numbers:
        """(rows, columns) after the activation."""
        return activated(self.raw, self.activation)

    @property
    def pool_geometry(self) -> Geometry | None:
        """How the output is pooled; None if it is not, or is too small for it."""
        if self.pooling == "none":
            return None
        rows, columns = self.output.shape
        geometry = Geometry(rows, columns, self.pool_size, self.pool_size)
        return geometry if geometry.fits else None

    @cached_property
    def pooled(self) -> Numbers:
        """(rows, columns) after pooling; empty without."""
        geometry = self.pool_geometry
        if geometry is None:
            return np.zeros((0, 0))
        one: Numbers = pooled(self.output[None], geometry, self.pooling)[0]
        return one

    def step(self, place: Place) -> Step:
        """The arithmetic of one cell of the output."""
        return step_at(self.values, self.used_kernel, self.bias, self.geometry, place)

    def with_kernel_size(self, size: int) -> Setup:
        """The kernel with zeros around it, or without its outermost cells."""
        return replace(self, kernel=resized(self.kernel, size))

    def with_colours(self, *, coloured: bool) -> Setup:
        """One channel or three. The kernel gets a like slice for each; the other way, slices are added up, which gives
        the same for a grey picture, whose channels are alike."""
        if coloured == (len(self.kernel) == len(CHANNELS)):
            return replace(self, coloured=coloured)
        alike = bool((self.kernel == self.kernel[:1]).all())
        one = self.kernel[:1] if alike else self.kernel.sum(axis=0, keepdims=True)
        return replace(self, coloured=coloured, kernel=np.repeat(one, len(CHANNELS), axis=0) if coloured else one)

    def seen_with(self, stats: ChannelStats) -> Setup:
        """A picture that is standardised is so with what the network standardises pictures with that is chosen now. One
        beside a kernel of a network stays as that sees it."""
        if self.stats in (None, stats) or self.kernel_name:
            return self
        return replace(self, stats=stats)

    def with_cell(self, channel: int, place: Place, value: float) -> Setup:
        """The drawing with another value in one cell."""
        canvas = (self.colour_canvas if self.coloured else self.canvas).copy()
        canvas[channel][place] = value
        return replace(self, colour_canvas=canvas) if self.coloured else replace(self, canvas=canvas)

    def cleared(self) -> Setup:
        """The drawing empty, as large as it is."""
        if self.coloured:
            return replace(self, colour_canvas=np.zeros_like(self.colour_canvas))
        return replace(self, canvas=np.zeros_like(self.canvas))


def reduced(pixels: Numbers, side: int) -> Numbers:
    """(channels, n, n) → (channels, side, side), side ≤ n: each new pixel is the mean of the area that it covers."""
    old = pixels.shape[-1]
    edges = np.arange(side + 1) * old / side
    cells = np.arange(old)
    shares = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    weights = np.clip(shares, 0, None) * side / old  # (side, old): each row adds up to 1
    return np.asarray(weights @ pixels @ weights.T, dtype=np.float64)


# What is remembered between sessions

_WHOLE = {
    "drawing_side": (LEAST_SIDE, MOST_SIDE),
    "picture_side": (LEAST_SIDE, MOST_SIDE),
    "stride": (1, MOST_STRIDE),
    "padding": (0, MOST_PADDING),
    "pool_size": (2, MOST_POOL),
}
_TEXTS = ("picture_name", "picture_label")
_YES_OR_NO = ("draws", "coloured", "flip")
_CHOICES = {"activation": tuple(ACTIVATIONS), "pooling": tuple(POOLINGS)}


def to_state(setup: Setup) -> dict[str, Any]:
    """As JSON-able values."""
    plain = {name: getattr(setup, name) for name in (*_WHOLE, *_YES_OR_NO, *_CHOICES, "bias", "kernel_name")}
    stats = [list(setup.stats.mean), list(setup.stats.std)] if setup.stats is not None else None
    picture = base64.b64encode(setup.picture.tobytes()).decode() if setup.picture is not None else ""
    arrays = {name: getattr(setup, name).tolist() for name in ("canvas", "colour_canvas", "kernel")}
    return {**plain, **arrays, "stats": stats, "picture": picture, **{name: getattr(setup, name) for name in _TEXTS}}


def from_state(state: dict[str, Any]) -> Setup:
    """The reverse of `to_state`. What is missing, of the wrong kind or out of range is as at the beginning."""
    found: dict[str, Any] = {}
    for name, (low, high) in _WHOLE.items():
        if isinstance(value := state.get(name), int) and not isinstance(value, bool) and low <= value <= high:
            found[name] = value
    found |= {name: state[name] for name in _YES_OR_NO if isinstance(state.get(name), bool)}
    found |= {name: state[name] for name, choices in _CHOICES.items() if state.get(name) in choices}
    for name, shapes in (("canvas", ((1, CANVAS, CANVAS),)), ("colour_canvas", ((3, CANVAS, CANVAS),))):
        if (array := _array(state.get(name), shapes, LARGEST_VALUE)) is not None:
            found[name] = array
    kernels = tuple((channels, size, size) for channels in (1, 3) for size in range(1, MOST_KERNEL + 1))
    if (kernel := _array(state.get("kernel"), kernels, np.inf)) is not None:
        found |= {"kernel": kernel, "kernel_name": str(state.get("kernel_name", ""))}
    if isinstance(bias := state.get("bias"), int | float) and np.isfinite(bias):
        found["bias"] = float(bias)
    if (picture := _picture(state.get("picture"))) is not None:
        found |= {name: str(state.get(name, "")) for name in _TEXTS}
        found |= {"picture": picture, "stats": _stats(state)}
    setup = Setup(**found)
    return setup.with_colours(coloured=setup.coloured)


def _array(value: Any, shapes: tuple[tuple[int, ...], ...], largest: float) -> Numbers | None:
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    good = array.shape in shapes and bool(np.isfinite(array).all()) and bool((np.abs(array) <= largest).all())
    return array if good else None


def _picture(value: Any) -> NDArray[np.uint8] | None:
    try:
        content = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return None
    pixels = np.frombuffer(content, dtype=np.uint8)
    return pixels.reshape(3, CANVAS, CANVAS) if len(pixels) == 3 * CANVAS * CANVAS else None


def _stats(state: dict[str, Any]) -> ChannelStats | None:
    array = _array(state.get("stats"), ((2, 3),), np.inf)
    if array is None or not (array[1] > 0).all():
        return None
    return ChannelStats(tuple(array[0].tolist()), tuple(array[1].tolist()))
