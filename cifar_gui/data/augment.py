"""Augmentation of a whole batch at once, on whatever device it is: crop with reflection, flip, cutout.

Everything happens on uint8: a quarter of the memory traffic of float32. What happens to a picture is a pure function of
seed, epoch, step and place in the batch, so a resumed run needs no generator state to go on exactly as it would have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from cifar_gui.recipe import Recipe

_MASK = 2**63 - 1


def stream_seed(seed: int, stream: str, number: int = 0) -> int:
    """A seed for one purpose (`stream`) and place (`number`) in a run, so that draws never depend on earlier draws."""
    mixed = seed * 0x9E3779B97F4A7C15 + number * 0xBF58476D1CE4E5B9 + int.from_bytes(stream.encode()[:7], "big")
    mixed = (mixed ^ (mixed >> 30)) * 0x94D049BB133111EB & (2**64 - 1)
    return (mixed ^ (mixed >> 31)) & _MASK


def generator(seed: int, stream: str, number: int = 0, device: torch.device | str = "cpu") -> torch.Generator:
    """A fresh generator on `device` for one purpose and place in a run."""
    return torch.Generator(device=device).manual_seed(stream_seed(seed, stream, number))


@dataclass(frozen=True, slots=True)
class Draws:
    """What happens to each of B pictures. None where the recipe does not ask for it."""

    shift_y: Tensor | None  # int64 (B,) in [0, 2 · crop]; `crop` leaves the picture where it is
    shift_x: Tensor | None
    mirrored: Tensor | None  # bool (B,)
    hole_y: Tensor | None  # int64 (B,), first row of the hole, in [1 − size, H − 1]
    hole_x: Tensor | None

    def part(self, start: int, stop: int) -> Draws:
        """The draws for the pictures from `start` to `stop`."""
        values = (self.shift_y, self.shift_x, self.mirrored, self.hole_y, self.hole_x)
        return Draws(*(None if value is None else value[start:stop] for value in values))


class Augmenter:
    """The augmentation a recipe asks for, for a training set of `count` pictures on `device`."""

    def __init__(self, recipe: Recipe, count: int, fill: Sequence[float], device: torch.device, size: int = 32) -> None:
        self.crop, self.flip, self.cutout = recipe.crop, recipe.flip, recipe.cutout
        self._seed, self._size, self._device = recipe.seed, size, device
        self._fill = torch.tensor(fill, device=device).round().clamp(0, 255).to(torch.uint8)
        self._first_flip = _coins(count, generator(recipe.seed, "first", device=device))

    def draw(self, indices: Tensor, epoch: int, step: int) -> Draws:
        """Decide what happens to the pictures with these `indices`, int64 (B,), in optimiser step `step` of `epoch`."""
        random = generator(self._seed, "augment", step, self._device)
        count = len(indices)
        shift_y = shift_x = mirrored = hole_y = hole_x = None
        if self.crop:
            shift_y, shift_x = (
                self._whole(2 * self.crop + 1, count, random),
                self._whole(2 * self.crop + 1, count, random),
            )
        if self.flip == "random":
            mirrored = _coins(count, random)
        elif self.flip == "alternating":
            # A random half in the first epoch, the other half in the next: every two epochs show both sides once.
            mirrored = self._first_flip[indices] ^ (epoch % 2 == 0)
        if self.cutout:
            reach = self._size + self.cutout - 1
            hole_y = self._whole(reach, count, random) - (self.cutout - 1)
            hole_x = self._whole(reach, count, random) - (self.cutout - 1)
        return Draws(shift_y, shift_x, mirrored, hole_y, hole_x)

    def apply(self, images: Tensor, draws: Draws) -> Tensor:
        """uint8 (B, 3, H, W) → the same shape, cropped, mirrored and cut out as drawn."""
        if draws.mirrored is not None or draws.shift_y is not None:
            images = moved(images, draws.shift_y, draws.shift_x, draws.mirrored, self.crop)
        if draws.hole_y is not None and draws.hole_x is not None:
            images = with_holes(images, draws.hole_y, draws.hole_x, self.cutout, self._fill)
        return images

    def _whole(self, below: int, count: int, random: torch.Generator) -> Tensor:
        return torch.randint(below, (count,), generator=random, device=self._device)


def moved(
    images: Tensor, shift_y: Tensor | None, shift_x: Tensor | None, mirrored: Tensor | None, border: int
) -> Tensor:
    """Crop (B, C, H, W) at rows `shift_y` and columns `shift_x`, int64 (B,), of the picture with a mirrored `border`
    around it, then mirror those that are `mirrored`, bool (B,). None leaves all pictures as they are.

    The border repeats what is inside without the edge itself, as torch's "reflect" padding does. One gather does it
    all: padding and cutting windows out costs ten times as much."""
    count, channels, height, width = images.shape
    rows = _source_lines(height, shift_y, border, images.device).expand(count, height)
    columns = _source_lines(width, shift_x, border, images.device).expand(count, width)
    if mirrored is not None:
        columns = torch.where(mirrored.view(-1, 1), columns.flip(1), columns)
    pixels = (rows.unsqueeze(2) * width + columns.unsqueeze(1)).view(count, 1, -1)
    flat = images.reshape(count, channels, -1).gather(2, pixels.expand(-1, channels, -1))
    return flat.view(images.shape)


def with_holes(images: Tensor, hole_y: Tensor, hole_x: Tensor, size: int, fill: Tensor) -> Tensor:
    """Paint a square of `size` pixels in colour `fill`, (C,), whose top left corner is at (`hole_y`, `hole_x`).

    Corners may lie outside; then less of the square is seen (DeVries & Taylor, arXiv 1708.04552)."""
    rows = torch.arange(images.shape[2], device=images.device) - hole_y.view(-1, 1)
    columns = torch.arange(images.shape[3], device=images.device) - hole_x.view(-1, 1)
    hole = ((rows >= 0) & (rows < size)).unsqueeze(2) & ((columns >= 0) & (columns < size)).unsqueeze(1)
    return torch.where(hole.unsqueeze(1), fill.view(1, -1, 1, 1), images)


def _source_lines(size: int, shift: Tensor | None, border: int, device: torch.device) -> Tensor:
    """For each line of a crop the line it comes from: int64 (B, size), or (1, size) without a shift."""
    lines = torch.arange(size, device=device).unsqueeze(0)
    if shift is None:
        return lines
    outside = (lines + shift.view(-1, 1) - border).abs()  # folded back at the first line …
    return (size - 1) - ((size - 1) - outside).abs()  # … and at the last


def _coins(count: int, random: torch.Generator) -> Tensor:
    """bool (count,), each with probability one half."""
    return torch.randint(2, (count,), generator=random, device=random.device).bool()
