"""Any picture → the network's input: the one path for training, evaluation, classification and export.

    file or bytes ─ open_picture → Picture ─ network_input → uint8 (3, 32, 32) ─ standardise → float32

A data set goes the first two steps once, when it is imported; a dropped photo goes all three.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cifar_gui.data.decode import Picture, Pixels, open_picture
from cifar_gui.data.picture import Crop, centre_crop
from cifar_gui.data.statistics import ChannelStats

__all__ = ["INPUT_SIZE", "Picture", "centre_crop", "network_input", "open_picture", "standardise"]

INPUT_SIZE = 32
"""Height and width of what a network sees, in pixels."""


def network_input(picture: Picture, crop: Crop | None = None) -> Pixels:
    """What the network sees of `picture`: uint8 (3, 32, 32), a fresh array.

    The square `crop`, in true pixels of the picture, or the central one; the part of a crop outside the picture is cut
    off. Reduced (or enlarged) with an antialiased bicubic filter; 32 × 32 pixels pass through unchanged.
    """
    left, top, right, bottom = _box(picture, crop or centre_crop(picture.width, picture.height))
    first_column, first_row = math.floor(left), math.floor(top)
    square = picture.pixels[first_row : math.ceil(bottom), first_column : math.ceil(right)]  # nothing beyond it counts
    box = (left - first_column, top - first_row, right - first_column, bottom - first_row)
    if box != (0, 0, INPUT_SIZE, INPUT_SIZE):
        size = (INPUT_SIZE, INPUT_SIZE)
        square = np.asarray(Image.fromarray(np.ascontiguousarray(square)).resize(size, Image.Resampling.BICUBIC, box))
    return square.transpose(2, 0, 1).copy()


def _box(picture: Picture, crop: Crop) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the crop in `picture.pixels`, at least one true pixel large."""
    across, down = picture.scale
    left = min(max(crop.x, 0), picture.width - 1)
    top = min(max(crop.y, 0), picture.height - 1)
    right = max(min(crop.x + crop.side, picture.width), left + 1)
    bottom = max(min(crop.y + crop.side, picture.height), top + 1)
    return left * across, top * down, right * across, bottom * down


def standardise(
    images: Tensor, stats: ChannelStats, memory_format: torch.memory_format = torch.contiguous_format
) -> Tensor:
    """uint8 (N, 3, H, W) in [0, 255] → float32 of the same shape, mean 0 and deviation 1 per channel by `stats`.

    Raises ValueError when the channel count differs from that of `stats`."""
    if images.shape[1] != len(stats.mean):
        raise ValueError(f"{images.shape[1]} channels cannot be standardised with statistics of {len(stats.mean)}")
    # Reordering bytes is cheaper than reordering floats; a whole map broadcasts faster than a value per channel.
    pixels = images.contiguous(memory_format=memory_format).to(torch.float32)
    like = (1, *images.shape[1:])
    mean = _map_of(stats.mean, like, images.device, memory_format)
    std = _map_of(stats.std, like, images.device, memory_format)
    return pixels.sub_(mean).div_(std)


@lru_cache(maxsize=32)
def _map_of(
    values: tuple[float, ...], shape: tuple[int, ...], device: torch.device, memory_format: torch.memory_format
) -> Tensor:
    """One value per channel, spread over (1, C, H, W). Kept: building it on a GPU would wait for the host each time."""
    with torch.inference_mode(False):
        spread = torch.tensor(values, device=device).view(1, -1, 1, 1).expand(shape)
        return spread.contiguous(memory_format=memory_format)
