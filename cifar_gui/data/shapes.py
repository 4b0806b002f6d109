"""The built-in synthetic data set: ten drawn shapes. No files; the same pixels on every machine.

Shapes are signed distances (negative inside), combined and evaluated for all pictures of a class at once. Only sums,
products, quotients, roots and comparisons of float64 are used, which every processor rounds alike, and numbers drawn
from the raw bits of PCG64, which numpy promises never to change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cifar_gui.data.base import DATASETS, IMAGE_SIZE, ImageData, Progress, assemble

Floats = npt.NDArray[np.float64]
Shape = Callable[[Floats, Floats], Floats]
"""Signed distance at (x, y), in units of the shape's radius, about the middle of the shape; y points down."""

NAME = "Shapes (built in)"
PER_CLASS, TEST_PER_CLASS = 500, 100
SEED = 0

_SMALLEST, _LARGEST = 8.0, 13.0  # radius, in pixels
_WANDER = 0.6  # how far shapes stray from the middle, as a share of the room they have
_TURN = 0.3  # the tangent of half the largest angle: about 33°, so that a hint of upright remains
_LEAST_CONTRAST = 0.35  # between shape and ground, root mean square over the channels, of 1
_NOISE = 0.06


def _circle(x: Floats, y: Floats) -> Floats:
    return _round(x, y, 0.85)


def _ring(x: Floats, y: Floats) -> Floats:
    return np.abs(_round(x, y, 0.72)) - 0.16


def _crescent(x: Floats, y: Floats) -> Floats:
    return np.maximum(_round(x, y, 0.95), -_round(x - 0.45, y, 0.78))


def _square(x: Floats, y: Floats) -> Floats:
    return np.maximum(np.abs(x), np.abs(y)) - 0.72


def _triangle(x: Floats, y: Floats) -> Floats:
    return _inside(x, y, [(0.0, -1.0), (0.87, 0.5), (-0.87, 0.5)])


def _star(x: Floats, y: Floats) -> Floats:
    """Five points, each a long triangle."""
    points = [(0.0, -1.0), (0.9511, -0.309), (0.5878, 0.809), (-0.5878, 0.809), (-0.9511, -0.309)]
    spikes = [_inside(x, y, [(a, b), (-0.38 * b, 0.38 * a), (0.38 * b, -0.38 * a)]) for a, b in points]
    return _smallest(spikes)


def _cross(x: Floats, y: Floats) -> Floats:
    return np.minimum(_box(x, y, 0.95, 0.24), _box(x, y, 0.24, 0.95))


def _heart(x: Floats, y: Floats) -> Floats:
    lobes = np.minimum(_round(x - 0.42, y + 0.35, 0.5), _round(x + 0.42, y + 0.35, 0.5))
    return np.minimum(lobes, _inside(x, y, [(0.0, -0.35), (0.88, -0.14), (0.0, 0.95), (-0.88, -0.14)]))


def _arrow(x: Floats, y: Floats) -> Floats:
    return np.minimum(_inside(x, y, [(0.0, -1.0), (0.75, 0.0), (-0.75, 0.0)]), _box(x, y - 0.45, 0.2, 0.5))


def _bar(x: Floats, y: Floats) -> Floats:
    return _box(x, y, 0.95, 0.24)


SHAPES: dict[str, Shape] = {
    "circle": _circle,
    "ring": _ring,
    "crescent": _crescent,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "cross": _cross,
    "heart": _heart,
    "arrow": _arrow,
    "bar": _bar,
}


@DATASETS.register("shapes", label=NAME, order=2, class_names=lambda _path: tuple(SHAPES))
def load(source: Path | None, progress: Progress) -> ImageData:
    """5,000 pictures for training and validation, 1,000 for testing, drawn in a second or two."""
    return drawn(PER_CLASS, TEST_PER_CLASS, SEED, progress)


def drawn(per_class: int, test_per_class: int, seed: int, progress: Progress) -> ImageData:
    """A data set of so many pictures of each of the ten shapes. Equal arguments give equal pixels, everywhere."""
    images, labels = [], []
    count = per_class + test_per_class
    for label, (name, shape) in enumerate(SHAPES.items()):
        progress(label / len(SHAPES), f"Drawing {name}s")
        images.append(_pictures(shape, count, _Draws(seed, label)))
        labels += [label] * count
    test = torch.arange(count * len(SHAPES)) % count >= per_class
    pixels = torch.from_numpy(np.concatenate(images))
    data = assemble(NAME, pixels, torch.tensor(labels), tuple(SHAPES), test=test)
    progress(1.0, "Drawn")
    return data


class _Draws:
    """Numbers that look random and are the same everywhere."""

    def __init__(self, seed: int, label: int) -> None:
        self._bits = np.random.PCG64([seed, label])

    def uniform(self, low: float, high: float, *shape: int) -> Floats:
        """Uniform in [low, high), float64 of this shape."""
        raw = self._bits.random_raw(int(np.prod(shape))).reshape(shape)
        share: Floats = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return low + (high - low) * share

    def bell(self, *shape: int) -> Floats:
        """Mean 0, deviation 1, nearly normal: four 16-bit numbers from each draw, added up."""
        raw = self._bits.random_raw(int(np.prod(shape))).reshape(shape)
        total = np.zeros(shape)
        for part in range(4):
            total += ((raw >> np.uint64(16 * part)) & np.uint64(0xFFFF)).astype(np.float64)
        return (total / 65535 - 2.0) * math.sqrt(3.0)


def _pictures(shape: Shape, count: int, draws: _Draws) -> npt.NDArray[np.uint8]:
    """`count` pictures of one shape, uint8 (count, 3, 32, 32): somewhere, turned, of any colour."""
    radius = draws.uniform(_SMALLEST, _LARGEST, count, 1, 1)
    room = _WANDER * (IMAGE_SIZE / 2 - 0.7 * radius)
    middle_x, middle_y = (IMAGE_SIZE / 2 + room * draws.uniform(-1, 1, count, 1, 1) for _ in range(2))
    cosine, sine = _turns(draws, count)
    at = np.arange(IMAGE_SIZE) + 0.5
    x, y = (at[None, None, :] - middle_x) / radius, (at[None, :, None] - middle_y) / radius
    distance = shape(cosine * x + sine * y, cosine * y - sine * x) * radius  # in pixels
    cover = np.clip(0.5 - distance, 0.0, 1.0)[:, None]  # the share of each pixel inside: antialiased edges
    ground, paint = _colours(draws, count)
    colours = ground * (1 - cover) + paint * cover + _NOISE * draws.bell(count, 3, IMAGE_SIZE, IMAGE_SIZE)
    return np.rint(np.clip(colours, 0.0, 1.0) * 255).astype(np.uint8)


def _turns(draws: _Draws, count: int) -> tuple[Floats, Floats]:
    """Cosine and sine of an angle, (count, 1, 1), without trigonometry, which differs from machine to machine."""
    half = draws.uniform(-_TURN, _TURN, count, 1, 1)  # the tangent of half the angle
    return (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)


def _colours(draws: _Draws, count: int) -> tuple[Floats, Floats]:
    """Ground, a gradient (count, 3, 32, 32), and paint (count, 3, 1, 1); values 0–1, never too much alike."""
    corners = draws.uniform(0, 1, count, 3, 1, 1), draws.uniform(-0.15, 0.15, count, 3, 1, 1)
    slope = (np.arange(IMAGE_SIZE) - (IMAGE_SIZE - 1) / 2) / IMAGE_SIZE
    along, across = draws.uniform(-1, 1, count, 1, 1, 1), draws.uniform(-1, 1, count, 1, 1, 1)
    ground = corners[0] + corners[1] * (along * slope[:, None] + across * slope[None, :]) * 2
    paint = draws.uniform(0, 1, count, 3, 1, 1)
    apart = (paint - corners[0]) * (paint - corners[0])
    contrast = np.sqrt((apart[:, :1] + apart[:, 1:2] + apart[:, 2:]) / 3)
    opposite = np.where(corners[0] < 0.5, corners[0] + 0.45, corners[0] - 0.45)
    return ground, np.where(contrast < _LEAST_CONTRAST, opposite, paint)


def _round(x: Floats, y: Floats, radius: float) -> Floats:
    return np.sqrt(x * x + y * y) - radius


def _box(x: Floats, y: Floats, half_width: float, half_height: float) -> Floats:
    return np.maximum(np.abs(x) - half_width, np.abs(y) - half_height)


def _inside(x: Floats, y: Floats, corners: Sequence[tuple[float, float]]) -> Floats:
    """Distance to a convex polygon whose corners go round clockwise, y pointing down."""
    edges = []
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        length = math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay))
        edges.append(((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / length)
    largest = edges[0]
    for edge in edges[1:]:
        largest = np.maximum(largest, edge)
    return largest


def _smallest(distances: Sequence[Floats]) -> Floats:
    least = distances[0]
    for each in distances[1:]:
        least = np.minimum(least, each)
    return least
