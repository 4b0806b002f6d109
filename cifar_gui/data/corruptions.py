"""Pictures made worse, in six ways and five strengths: how much does a network still recognise?

After the idea of Hendrycks and Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations"; ways and strengths are our own, chosen for 32×32. What happens to a picture depends on its pixels, the
strength and its place alone, so that two networks are asked about the very same pictures.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from cifar_gui.data.augment import generator


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to make pictures worse, in five strengths."""

    name: str
    label: str
    unit: str  # of the amounts, with the space before it: " px"
    amounts: tuple[float, ...]  # for the strengths 1–5
    change: Callable[[Tensor, float], Tensor]

    def apply(self, images: Tensor, strength: int) -> Tensor:
        """uint8 (N, 3, H, W) → a fresh tensor alike. Raises ValueError unless `strength` is 1–5."""
        amount = self._amount(strength)
        return self.change(images, amount) if len(images) else images.clone()

    def words(self, strength: int) -> str:
        """What a strength means: "12°"."""
        return f"{self._amount(strength):g}{self.unit}"

    def _amount(self, strength: int) -> float:
        if not 1 <= strength <= len(self.amounts):
            raise ValueError(f"a strength is 1 to {len(self.amounts)}, not {strength}")
        return self.amounts[strength - 1]


def _noise(images: Tensor, deviation: float) -> Tensor:
    """Normally distributed noise of this standard deviation on every value."""
    drawn = torch.randn(images.shape, generator=generator(0, "noise", int(deviation)))
    return _bytes(images + deviation * drawn)


def _blur(images: Tensor, deviation: float) -> Tensor:
    """A Gaussian blur of this standard deviation; edges are mirrored."""
    reach = math.ceil(3 * deviation)
    weights = torch.exp(-torch.arange(-reach, reach + 1).double().square() / (2 * deviation**2)).float()
    weights /= weights.sum()
    planes = F.pad(images.float().flatten(0, 1)[:, None], (reach,) * 4, mode="reflect")
    blurred = F.conv2d(F.conv2d(planes, weights.view(1, 1, 1, -1)), weights.view(1, 1, -1, 1))
    return _bytes(blurred.view(images.shape))


def _brightness(images: Tensor, change: float) -> Tensor:
    """Every other picture lighter by this much, the others darker."""
    return _bytes(images + change * _signs(images).view(-1, 1, 1, 1))


def _jpeg(images: Tensor, quality: float) -> Tensor:
    """Stored as a JPEG of this quality and read again."""
    return torch.stack([_through_jpeg(picture, int(quality)) for picture in images])


def _through_jpeg(picture: Tensor, quality: int) -> Tensor:
    stored = io.BytesIO()
    Image.fromarray(picture.permute(1, 2, 0).contiguous().numpy()).save(stored, "JPEG", quality=quality)
    with Image.open(stored) as found:
        return torch.from_numpy(np.asarray(found).transpose(2, 0, 1).copy())


def _shift(images: Tensor, by: float) -> Tensor:
    """Moved by so many pixels along a diagonal, one of the four in turn; what is left bare is mirrored."""
    steps = int(by)
    padded = F.pad(images.float(), (steps,) * 4, mode="reflect").to(torch.uint8)
    size, shifted = images.shape[-1], torch.empty_like(images)
    for turn, (down, right) in enumerate(((0, 0), (0, 2), (2, 0), (2, 2))):
        top, left = down * steps, right * steps
        shifted[turn::4] = padded[turn::4, :, top : top + images.shape[-2], left : left + size]
    return shifted


def _rotation(images: Tensor, degrees: float) -> Tensor:
    """Turned about the middle by so much, every other picture the other way; corners are mirrored in."""
    angle = math.radians(degrees) * _signs(images)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(-1, 2, 2)
    grid = F.affine_grid(F.pad(turn, (0, 1)), list(images.shape), align_corners=False)
    turned = F.grid_sample(images.float(), grid, padding_mode="reflection", align_corners=False)
    return _bytes(turned)


def _signs(images: Tensor) -> Tensor:
    """float32 (N,): 1, −1, 1, −1, …"""
    return 1.0 - 2.0 * (torch.arange(len(images)) % 2).float()


def _bytes(values: Tensor) -> Tensor:
    return values.round().clamp(0, 255).to(torch.uint8)


CORRUPTIONS = (
    Corruption("noise", "Noise", " of 255", (8, 16, 26, 38, 52), _noise),
    Corruption("blur", "Blur", " px", (0.5, 0.7, 0.9, 1.2, 1.6), _blur),
    Corruption("brightness", "Brightness", " of 255", (20, 40, 60, 80, 100), _brightness),
    Corruption("jpeg", "JPEG", " quality", (80, 50, 30, 18, 10), _jpeg),
    Corruption("shift", "Shift", " px", (1, 2, 4, 6, 8), _shift),
    Corruption("rotation", "Rotation", "°", (6, 12, 18, 25, 35), _rotation),
)
