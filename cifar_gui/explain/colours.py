"""Weights → colours. Zero is the same mid-grey everywhere; nothing is told by hue alone."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cifar_gui.explain.base import Legend, Scale

Numbers = NDArray[np.floating[Any]]

ZERO = 128
"""The grey level of a weight of 0."""

_STOPS = np.array([[-1.0, 0.0, 1.0], [16, ZERO, 255], [48, ZERO, 214], [140, ZERO, 102]], np.float64)
# ^ position, red, green, blue: dark blue, mid-grey, amber, so that lightness rises all the way, after the colour map
#   cividis (Nuñez, Anderton and Renslow, 2018, doi:10.1371/journal.pone.0199239), which reads the same for the
#   colour-blind and in black and white


def largest(weights: Numbers, scale: Scale, reach: float | None = None) -> Numbers:
    """(N, …) → (N, 1, …): the absolute value that becomes full colour for each unit; 1 where all weights are 0.
    `reach`: that of all layers, for the scale of the whole network."""
    if scale == "network" and reach is not None:
        return np.full((len(weights),) + (1,) * (weights.ndim - 1), reach or 1.0, np.float32)
    across = tuple(range(1, weights.ndim)) if scale == "own" else tuple(range(weights.ndim))
    peak = np.abs(weights).max(axis=across, keepdims=True, initial=0.0)
    peak = np.broadcast_to(peak, (len(weights),) + (1,) * (weights.ndim - 1))
    return np.where(peak > 0, peak, np.float32(1))


def rgb(values: Numbers) -> NDArray[np.uint8]:
    """(N, 3, h, w) in [−1, 1] → opaque RGBA (N, h, w, 4): 128 is 0, 255 is 1, 1 is −1, channel by channel."""
    grey = np.rint(ZERO + 127 * np.clip(values, -1, 1)).astype(np.uint8)
    return _opaque(grey.transpose(0, 2, 3, 1))


def signed(values: Numbers) -> NDArray[np.uint8]:
    """(N, h, w) in [−1, 1] → opaque RGBA (N, h, w, 4), from dark blue over mid-grey to amber."""
    position, *channels = _STOPS
    mapped = [np.rint(np.interp(values, position, channel)).astype(np.uint8) for channel in channels]
    return _opaque(np.stack(mapped, axis=-1))


def signed_strip(width: int) -> NDArray[np.uint8]:
    """RGBA (1, width, 4): the colours of `signed` from −1 to 1, for a legend."""
    strip: NDArray[np.uint8] = signed(np.linspace(-1, 1, width)[None, None])[0]
    return strip


def legend(
    weights: Numbers,
    scale: Scale,
    *,
    coloured: bool,
    reach: float | None = None,
    of: str = "weight",
    whose: str = "filters",
) -> Legend:
    """The legend of pictures of `weights` (N, …) drawn with `largest(weights, scale, reach)`."""
    kind: Literal["rgb", "signed"] = "rgb" if coloured else "signed"
    if scale == "own":
        return Legend(kind, "−max", "+max", f"Each of the {whose} is scaled to its own largest {of}; grey is 0.")
    peak = reach if scale == "network" and reach is not None else float(np.abs(weights).max(initial=0.0))
    shared = "layers" if scale == "network" else whose
    return Legend(kind, f"−{peak:.2g}", f"+{peak:.2g}", f"One scale for all {shared}: full colour is ±{peak:.2g}.")


def _opaque(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(…, 3) → (…, 4) with full opacity."""
    return np.concatenate([colours, np.full_like(colours[..., :1], 255)], axis=-1)
