"""Features made by hand: fixed filters for edges, bars, blobs and colours, and a linear head that is all that learns.

What people did before networks learned their own features; the difference in accuracy is what learning them is worth.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from cifar_gui.networks.base import NETWORKS, is_whole
from cifar_gui.recipe import Recipe

KERNEL = 7
LUMINANCE = (0.299, 0.587, 0.114)
COLOURS = ((1.0, -1.0, 0.0), (0.5, 0.5, -1.0), (1 / 3, 1 / 3, 1 / 3))
"""Red against green, yellow against blue, and brightness."""

_BEST = Recipe(
    network="handmade",
    preset="best",
    epochs=20,
    batch_size=250,
    micro_batch=250,
    optimiser="adam",
    lr=2e-3,
    weight_decay=1e-4,
    schedule="one_cycle",
    flip="random",
)


def gabor(angle: float, wavelength: float, phase: float, sigma: float) -> Tensor:
    """(7, 7) patch of a wave under a Gaussian (Gabor 1946), without mean and with norm 1.

    `angle` and `phase` in radians, `wavelength` and `sigma` in pixels."""
    axis = torch.arange(KERNEL, dtype=torch.float64) - KERNEL // 2
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    along = x * math.cos(angle) + y * math.sin(angle)
    patch = torch.exp(-(x * x + y * y) / (2 * sigma * sigma)) * torch.cos(2 * math.pi * along / wavelength + phase)
    patch = patch - patch.mean()
    unit: Tensor = patch / patch.norm()
    return unit.float()


def blob(sigma: float) -> Tensor:
    """(7, 7) Gaussian of deviation `sigma` pixels with norm 1."""
    axis = torch.arange(KERNEL, dtype=torch.float32) - KERNEL // 2
    profile = torch.exp(-axis * axis / (2 * sigma * sigma))
    patch = torch.outer(profile, profile)
    unit: Tensor = patch / patch.norm()
    return unit


def filter_bank() -> Tensor:
    """(43, 3, 7, 7): edges and bars in eight directions and two sizes, coarse colour edges, and colour blobs."""
    weights = torch.tensor(LUMINANCE).view(3, 1, 1)
    filters = [
        weights * gabor(step * math.pi / 8, wavelength, phase, wavelength / 3)
        for wavelength in (3.5, 6.0)
        for phase in (0.0, math.pi / 2)
        for step in range(8)
    ]
    for colour in COLOURS[:2]:
        opponent = torch.tensor(colour).view(3, 1, 1)
        filters += [opponent * gabor(step * math.pi / 4, 7.0, math.pi / 2, 2.3) for step in range(4)]
    filters += [torch.tensor(colour).view(3, 1, 1) * blob(1.2) for colour in COLOURS]
    return torch.stack(filters)


class Handmade(nn.Module):
    """Fixed filters, both signs of their answers, averages over a grid, a linear head. (N, 3, 32, 32) → logits."""

    def __init__(self, classes: int, cells: int) -> None:
        super().__init__()
        bank = filter_bank()
        self.filters = nn.Conv2d(3, len(bank), KERNEL, padding=KERNEL // 2, bias=False)
        with torch.no_grad():
            self.filters.weight.copy_(bank)
        self.filters.weight.requires_grad_(False)
        self.pool = nn.AvgPool2d(32 // cells)
        self.flatten = nn.Flatten()
        features = 2 * len(bank) * cells * cells
        self.norm = nn.BatchNorm1d(features, affine=False)
        self.head = nn.Linear(features, classes)

    def forward(self, images: Tensor) -> Tensor:
        answers = self.filters(images)
        # Averaging the two signs apart keeps light-on-dark and dark-on-light from cancelling in a cell.
        both = torch.cat([answers.clamp(min=0), (-answers).clamp(min=0)], dim=1)
        return self.head(self.norm(self.flatten(self.pool(both))))  # type: ignore[no-any-return]


@NETWORKS.register(
    "handmade",
    label="Hand-made features",
    order=80,
    about="Fixed filters for edges, colours and textures; only a linear layer learns. How far it stays behind the "
    "others is what learning the features is worth.",
    reach=(0.62, 0.69),
    presets={
        "quick": _BEST.changed(preset="quick", epochs=4),
        "best": _BEST,
        "textbook": _BEST.changed(
            preset="textbook", epochs=20, optimiser="sgd", lr=0.01, schedule="constant", flip="none"
        ),
    },
)
def build(classes: int = 10, cells: int = 8) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 61,371 parameters for ten classes, 6,527,744 multiply-adds.

    `cells` × `cells` averages are kept of each filter's answers; 1, 2, 4, 8 or 16."""
    if not is_whole(cells) or cells not in (1, 2, 4, 8, 16):
        raise ValueError("cells must be 1, 2, 4, 8 or 16")
    return Handmade(classes, cells)
