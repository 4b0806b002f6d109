"""Where to look in a photo: squares of several sizes and places, of which those that look familiar decide together.

A network was trained on pictures that one thing fills. In a photo the thing stands somewhere, and a crop in the middle
may miss it. Pure arithmetic; free of torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

from cifar_gui.data.picture import Crop, centre_crop, whole_crop

Way = Literal["proposed", "centre", "whole"]
"""How to find out where to look."""

SCALES = (0.8, 0.62)
"""Sides of the smaller squares, as a share of the shorter side of the picture."""

PLACES = 3
"""Across and down, of each size."""

SMALLEST = 32
"""Pixels: smaller squares would only be magnified."""

DECIDING = 0.3
"""The share of the squares that decides: those that look most familiar."""


def proposals(width: int, height: int) -> list[Crop]:
    """The squares to look at in a picture of `width` × `height` pixels; the largest one in the middle is the first.

    The largest square at both ends and in the middle of the longer side, and smaller ones in three by three places, as
    far as they are large enough to be reduced to what a network sees."""
    short = min(width, height)
    found = [centre_crop(width, height)]
    sides = [short] + [side for side in (round(scale * short) for scale in SCALES) if side >= SMALLEST]
    for side in sides:
        for down in _places(height - side):
            found += [Crop(across, down, side) for across in _places(width - side)]
    return list(dict.fromkeys(found))


SQUARES: dict[Way, Callable[[int, int], list[Crop]]] = {
    "proposed": proposals,
    "centre": lambda width, height: [centre_crop(width, height)],
    "whole": lambda width, height: [whole_crop(width, height)],
}
"""What is looked at in a picture of some width and height, each way."""


def deciding(familiarity: Sequence[float]) -> list[int]:
    """The places of those squares that decide, the most familiar first."""
    count = max(1, math.ceil(DECIDING * len(familiarity) - 0.5))
    return sorted(range(len(familiarity)), key=lambda place: -familiarity[place])[:count]


def _places(room: int) -> list[int]:
    """Where a square may begin along one side, from end to end."""
    return [room * step // (PLACES - 1) for step in range(PLACES)]
