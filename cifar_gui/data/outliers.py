"""Pictures of nothing that a network knows, made from those it learned from or from numbers alone.

What a network makes of these says how it answers where it should not: thresholds and scores for "none of the ten" are
chosen on them, never on photos. In the spirit of Hendrycks et al. 2019, "Deep Anomaly Detection with Outlier Exposure",
without a data set of others: parts that do not belong together, two things at once, a detail filling the picture,
upside down, noise with the spectrum of nature, drawn shapes, gratings.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from PIL import Image, ImageDraw
from torch import Tensor

from cifar_gui.data.base import IMAGE_SIZE

_CANVAS = 4 * IMAGE_SIZE
"""Shapes are drawn four times as large and reduced, so that their edges are smooth."""


def outliers(images: Tensor, seed: int = 0) -> dict[str, Tensor]:
    """Of each kind as many as there are `images`, uint8 (N, 3, 32, 32); the same for the same images and seed."""
    return {name: make(images, np.random.default_rng((seed, number))) for number, (name, make) in enumerate(KINDS)}


def _shuffled(parts: int) -> Callable[[Tensor, Generator], Tensor]:
    def shuffle(images: Tensor, random: Generator) -> Tensor:
        """Cut into `parts` × `parts` squares, which change places."""
        count, channels, size = len(images), images.shape[1], images.shape[2] // parts
        squares = images.view(count, channels, parts, size, parts, size).permute(0, 2, 4, 1, 3, 5)
        squares = squares.reshape(count, parts * parts, channels, size, size)
        order = random.permuted(np.tile(np.arange(parts * parts), (count, 1)), axis=1)
        moved = squares[torch.arange(count)[:, None], torch.from_numpy(order)]
        moved = moved.view(count, parts, parts, channels, size, size).permute(0, 3, 1, 4, 2, 5)
        return moved.reshape(images.shape)

    return shuffle


def _others(images: Tensor, random: Generator) -> Tensor:
    """For each picture another one, wherever there is one."""
    shift = int(random.integers(1, max(len(images), 2)))
    return images.roll(shift, 0)


def _blended(images: Tensor, random: Generator) -> Tensor:
    """Two pictures shining through each other."""
    share = torch.from_numpy(random.uniform(0.35, 0.65, (len(images), 1, 1, 1)).astype(np.float32))
    return (share * images + (1 - share) * _others(images, random)).round().to(torch.uint8)


def _halved(images: Tensor, random: Generator) -> Tensor:
    """Half of one picture beside, or above, half of another."""
    found, others = images.clone(), _others(images, random)
    half = images.shape[-1] // 2
    beside = torch.from_numpy(random.random(len(images)) < 0.5)
    found[beside, :, :, half:] = others[beside, :, :, half:]
    found[~beside, :, half:] = others[~beside, :, half:]
    return found


def _magnified(images: Tensor, random: Generator) -> Tensor:
    """A detail of 8 to 13 pixels, filling the picture."""
    found = torch.empty_like(images)
    for place, image in enumerate(images):
        size = int(random.integers(8, 14))
        row, column = random.integers(0, IMAGE_SIZE + 1 - size, 2)
        detail = image[None, :, row : row + size, column : column + size].float()
        found[place] = F.interpolate(detail, IMAGE_SIZE, mode="bicubic")[0].round().clamp(0, 255).to(torch.uint8)
    return found


def _upside_down(images: Tensor, _random: Generator) -> Tensor:
    return images.flip(-1, -2)


def _noise(images: Tensor, random: Generator) -> Tensor:
    """Noise whose spectrum falls with a power of the frequency, as that of photographs does, more or less coloured."""
    count, frequency = len(images), np.fft.fftfreq(IMAGE_SIZE)
    radius = np.hypot(frequency[:, None], frequency)
    radius[0, 0] = 1 / IMAGE_SIZE
    spectrum = np.fft.fft2(random.normal(size=(count, 3, IMAGE_SIZE, IMAGE_SIZE)))
    fields = np.real(np.fft.ifft2(spectrum / radius ** random.uniform(0.3, 2.2, (count, 1, 1, 1))))
    grey = random.uniform(0, 1, (count, 1, 1, 1))
    fields = grey * fields[:, :1] + (1 - grey) * fields
    fields = (fields - fields.mean((2, 3), keepdims=True)) / (fields.std((2, 3), keepdims=True) + 1e-6)
    values = random.uniform(60, 190, (count, 3, 1, 1)) + fields * random.uniform(15, 70, (count, 1, 1, 1))
    return torch.from_numpy(values.round().clip(0, 255).astype(np.uint8))


def _drawn(images: Tensor, random: Generator) -> Tensor:
    """Ellipses, boxes, polygons and strokes on a ground of one or two colours."""
    pictures = [np.asarray(_drawing(random)).transpose(2, 0, 1) for _ in range(len(images))]
    return torch.from_numpy(np.stack(pictures)) if pictures else images.clone()


def _drawing(random: Generator) -> Image.Image:
    ground = Image.linear_gradient("L").resize((_CANVAS, _CANVAS))
    first, second = _colour(random), _colour(random)
    canvas = Image.composite(Image.new("RGB", ground.size, first), Image.new("RGB", ground.size, second), ground)
    if random.random() < 0.6:
        canvas = Image.new("RGB", ground.size, first)
    brush = ImageDraw.Draw(canvas)
    for _ in range(random.integers(1, 7)):
        _SHAPES[random.integers(len(_SHAPES))](brush, random)
    return canvas.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.LANCZOS)


def _colour(random: Generator) -> tuple[int, int, int]:
    red, green, blue = map(int, random.integers(0, 256, 3))
    return red, green, blue


def _points(random: Generator, count: int) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in random.integers(-10, _CANVAS + 10, (count, 2))]


def _box(random: Generator) -> tuple[int, int, int, int]:
    (left, right), (top, bottom) = (sorted(map(int, random.integers(-20, _CANVAS + 20, 2))) for _ in range(2))
    return left, top, right + 1, bottom + 1


_SHAPES: tuple[Callable[[ImageDraw.ImageDraw, Generator], None], ...] = (
    lambda brush, random: brush.ellipse(_box(random), fill=_colour(random)),
    lambda brush, random: brush.rectangle(_box(random), fill=_colour(random)),
    lambda brush, random: brush.polygon(_points(random, int(random.integers(3, 7))), fill=_colour(random)),
    lambda brush, random: brush.line(_points(random, 3), fill=_colour(random), width=int(random.integers(2, 20))),
)


def _gratings(images: Tensor, random: Generator) -> Tensor:
    """Stripes and chequers of two colours, soft or hard, at any angle, with a little noise."""
    count = len(images)
    y, x = np.mgrid[:IMAGE_SIZE, :IMAGE_SIZE].astype(np.float64)

    def drawn(low: float, high: float) -> np.ndarray:
        return random.uniform(low, high, (count, 1, 1))

    angle, period = drawn(0, np.pi), drawn(2.5, 16)
    along, across = np.cos(angle) * y + np.sin(angle) * x, np.cos(angle) * x - np.sin(angle) * y
    waves = np.sin(2 * np.pi * along / period + drawn(0, 2 * np.pi))
    waves = np.where(drawn(0, 1) < 0.4, waves * np.sin(2 * np.pi * across / period), waves)
    waves = np.where(drawn(0, 1) < 0.5, np.sign(waves), waves)[:, None]
    first, second = (random.uniform(0, 255, (count, 3, 1, 1)) for _ in range(2))
    noise = random.normal(size=(count, 3, IMAGE_SIZE, IMAGE_SIZE)) * random.uniform(0, 14, (count, 1, 1, 1))
    values = (first + second) / 2 + (first - second) / 2 * waves + noise
    return torch.from_numpy(values.round().clip(0, 255).astype(np.uint8))


KINDS: tuple[tuple[str, Callable[[Tensor, Generator], Tensor]], ...] = (
    ("quarters", _shuffled(2)),
    ("pieces", _shuffled(4)),
    ("blended", _blended),
    ("halves", _halved),
    ("details", _magnified),
    ("upside down", _upside_down),
    ("noise", _noise),
    ("drawings", _drawn),
    ("gratings", _gratings),
)
"""The kinds by name."""
