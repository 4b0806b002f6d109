"""The arithmetic of the square crop: how a picture lies in a view, and how the square moves and grows. Pure; no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from cifar_gui.data.picture import Crop

Corner = Literal["top left", "top right", "bottom left", "bottom right"]
CORNERS: tuple[Corner, ...] = ("top left", "top right", "bottom left", "bottom right")

SMALLEST_SIDE = 8
"""A crop is never dragged smaller than this, in pixels of the picture (unless the picture itself is)."""
PIXEL_ART = 96
"""Pictures at most this wide and high are magnified by whole numbers without smoothing."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a picture lies in a view: `scale` view units per picture pixel, and its top left corner in the view."""

    scale: float
    left: float
    top: float

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale, self.top + y * self.scale

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) / self.scale, (y - self.top) / self.scale


def fit(width: int, height: int, view_width: float, view_height: float, ratio: float = 1.0) -> Fit:
    """Centre a `width` × `height` picture in a view of that many units, `ratio` device pixels each.

    It fills the view; small pictures by a whole number of device pixels, so that each pixel stays a sharp square. The
    corner lies on a whole device pixel.
    """
    device = max(1e-3, min(view_width * ratio / width, view_height * ratio / height))
    if max(width, height) <= PIXEL_ART and device >= 1:
        device = float(math.floor(device))
    left = round((view_width * ratio - width * device) / 2)
    top = round((view_height * ratio - height * device) / 2)
    return Fit(device / ratio, left / ratio, top / ratio)


def is_whole(crop: Crop, width: int, height: int) -> bool:
    """Whether nothing of the picture is outside the crop."""
    return crop.x <= 0 and crop.y <= 0 and crop.x + crop.side >= width and crop.y + crop.side >= height


def visible_part(crop: Crop, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the part of the crop that lies on the picture."""
    left, top = max(0, crop.x), max(0, crop.y)
    return left, top, min(crop.x + crop.side, width) - left, min(crop.y + crop.side, height) - top


def smallest_side(width: int, height: int) -> int:
    return min(SMALLEST_SIDE, width, height)


def inside(crop: Crop, width: int, height: int) -> Crop:
    """The nearest crop that lies within a `width` × `height` picture."""
    side = max(smallest_side(width, height), min(crop.side, width, height))
    return Crop(max(0, min(crop.x, width - side)), max(0, min(crop.y, height - side)), side)


def moved(crop: Crop, right: int, down: int, width: int, height: int) -> Crop:
    return inside(Crop(crop.x + right, crop.y + down, crop.side), width, height)


def resized(crop: Crop, by: int, width: int, height: int) -> Crop:
    """Grown by `by` pixels (shrunk where negative) about its centre, as far as the picture allows."""
    side = max(smallest_side(width, height), min(crop.side + by, width, height))
    change = side - crop.side
    return inside(Crop(crop.x - change // 2, crop.y - change // 2, side), width, height)


def dragged_corner(crop: Crop, corner: Corner, x: float, y: float, width: int, height: int) -> Crop:
    """The crop after its `corner` was dragged to (x, y) in picture pixels; the opposite corner stays where it is."""
    from_left, from_top = "left" in corner, "top" in corner
    left, top, across, down = visible_part(crop, width, height)
    fixed_x = left + across if from_left else left
    fixed_y = top + down if from_top else top
    wanted = round(max(fixed_x - x if from_left else x - fixed_x, fixed_y - y if from_top else y - fixed_y))
    room = min(fixed_x if from_left else width - fixed_x, fixed_y if from_top else height - fixed_y)
    side = max(smallest_side(width, height), min(wanted, room))
    return Crop(fixed_x - side if from_left else fixed_x, fixed_y - side if from_top else fixed_y, side)


def nudge_step(width: int, height: int, *, large: bool) -> int:
    """How far one press of an arrow key moves the crop, in picture pixels: a hundredth of the picture, or a tenth."""
    return max(1, round(min(width, height) / (10 if large else 100)))
