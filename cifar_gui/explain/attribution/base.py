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

LUMINANCE = (0.299, 0.587, 0.114)
"""How bright red, green and blue are to the eye (Rec. 601)."""


@dataclass(frozen=True, eq=False, slots=True)
class Attribution:
    """How much each pixel of the network's input speaks for a class (above 0) or against it (below)."""

    values: NDArray[np.float32]  # (32, 32)
    class_name: str
    caption: str  # one line with the largest number
    note: str  # one or two sentences: how to read it

    @property
    def peak(self) -> float:
        """The largest absolute value."""
        return float(np.abs(self.values).max(initial=0.0))

    @property
    def legend(self) -> Legend:
        return Legend(
            "signed", "against", "for", f"Full colour is ±{self.peak:.2g}; where nothing matters, the picture is grey."
        )


class Attributor(Protocol):
    """Asks what in `pixels`, uint8 (3, 32, 32), speaks for the class with the number `target`.

    `progress` may raise Cancelled. Raises CifarGuiError where this way of asking does not suit the network.
    """

    def __call__(
        self, examined: Examined, pixels: Pixels, target: int, progress: Progress = no_progress
    ) -> Attribution: ...


ATTRIBUTIONS: Registry[Attributor] = Registry("attribution", "cifar_gui.explain.attribution")

_DARKEST, _LIGHTEST = 60, 200
"""Of the picture under a heat map: its colours and its deepest shades would be taken for the map's."""


def heat(values: NDArray[np.float32], pixels: Pixels | None = None) -> NDArray[np.uint8]:
    """(h, w) → RGB (h, w, 3): amber speaks for, dark blue against, and where nothing does, the picture `pixels`, uint8
    (3, h, w), shows in grey; without one, a plain grey."""
    peak = float(np.abs(values).max(initial=0.0))
    scaled = values / peak if peak > 0 else values
    hue = colours.signed(np.sign(scaled)[None])[0, ..., :3]  # the hue says which side, the opacity how much
    shade: colours.Numbers = np.full(values.shape, colours.ZERO, np.float32)
    if pixels is not None:
        shade = _DARKEST + (_LIGHTEST - _DARKEST) / 255 * np.tensordot(LUMINANCE, pixels.astype(np.float32), 1)
    opacity = np.abs(scaled)[..., None]
    mixed: NDArray[np.uint8] = np.rint(hue * opacity + shade[..., None] * (1 - opacity)).astype(np.uint8)
    return mixed
