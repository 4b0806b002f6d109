"""What every attribution returns, and the registry it is filed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cifar_gui.data.base import Progress, no_progress
from cifar_gui.data.decode import Pixels
from cifar_gui.explain import colours
from cifar_gui.explain.base import Legend
from cifar_gui.explain.examined import Examined
from cifar_gui.registry import Registry


@dataclass(frozen=True, eq=False, slots=True)
class Attribution:
    """How much each pixel of the network's input speaks for a class (above 0) or against it (below)."""

    values: NDArray[np.float32]  # (32, 32)
    class_name: str
    caption: str  # one line with the largest number
    note: str  # one or two sentences: how it was found and how to read it

    @property
    def peak(self) -> float:
        """The largest absolute value."""
        return float(np.abs(self.values).max(initial=0.0))

    @property
    def legend(self) -> Legend:
        return Legend("signed", "against", "for", f"Full colour is ±{self.peak:.2g}; what does not matter is clear.")


class Attributor(Protocol):
    """Asks what in `pixels`, uint8 (3, 32, 32), speaks for the class with the number `target`.

    `progress` may raise Cancelled. Raises CifarGuiError where this way of asking does not suit the network.
    """

    def __call__(
        self, examined: Examined, pixels: Pixels, target: int, progress: Progress = no_progress
    ) -> Attribution: ...


ATTRIBUTIONS: Registry[Attributor] = Registry("attribution", "cifar_gui.explain.attribution")

_MOST_OPAQUE = 0.8
"""Something of the picture shines through even the strongest place."""


def heat(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(h, w) → RGBA (h, w, 4) to be laid on a picture: amber speaks for, dark blue against, the rest is clear."""
    peak = float(np.abs(values).max(initial=0.0))
    scaled = values / peak if peak > 0 else values
    painted: NDArray[np.uint8] = colours.signed(np.sign(scaled)[None])[0]  # the hue says which side, the opacity how much
    painted[..., 3] = np.rint(255 * _MOST_OPAQUE * np.abs(scaled)).astype(np.uint8)
    return painted
