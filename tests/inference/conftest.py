"""A small network with random weights, and pictures to ask it about."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.networks.base import build

NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
STATS = ChannelStats((125.3, 123.0, 113.9), (63.0, 62.1, 66.7))


@pytest.fixture(scope="session")
def snapshot() -> ModelSnapshot:
    """Random weights, with a temperature for one view and another for six."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        model = build("airnet", 10, {"size": "93"}).eval()
    calibration = {"temperature": 0.5, "temperature_six_views": 0.25}
    return capture(model, ModelCard("airnet", NAMES, STATS, {"size": "93"}, calibration=calibration))


@pytest.fixture
def inputs() -> torch.Tensor:
    """Twenty pictures of noise, uint8 (20, 3, 32, 32)."""
    generator = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (20, 3, 32, 32), generator=generator, dtype=torch.uint8)


@pytest.fixture
def sources() -> list[PictureSource]:
    """Seventy pictures of different sizes as PNG files in memory; every ninth is damaged."""
    random = np.random.default_rng(5)
    made = []
    for number in range(70):
        buffer = io.BytesIO()
        size = (int(random.integers(20, 90)), int(random.integers(20, 90)), 3)
        Image.fromarray(random.integers(0, 256, size, np.uint8)).save(buffer, "PNG")
        content = buffer.getvalue()
        made.append(PictureSource.from_bytes(content[:60] if number % 9 == 4 else content, f"{number}.png"))
    return made
