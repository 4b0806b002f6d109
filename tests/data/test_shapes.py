"""The drawn shapes: the same everywhere, varied, and worth learning."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cifar_gui.data import shapes, sources
from cifar_gui.data.base import ImageData, no_progress
from cifar_gui.errors import Cancelled


@pytest.fixture(scope="module")
def small() -> ImageData:
    return shapes.drawn(30, 10, 0, no_progress)


def test_the_pixels_are_the_same_on_every_machine(small: ImageData) -> None:
    assert [fingerprint[:8] for fingerprint in small.fingerprints] == ["68774de5", "3873636f", "15869e3b", "2e0c10e2"]


def test_equal_seeds_give_equal_pictures_and_others_do_not(small: ImageData) -> None:
    assert torch.equal(shapes.drawn(30, 10, 0, no_progress).images, small.images)
    assert shapes.drawn(30, 10, 1, no_progress).fingerprints != small.fingerprints


def test_the_whole_set_is_loaded_by_name() -> None:
    data = sources.load("shapes")
    assert data.fingerprints[3] == "463e2fe411f3623dde11cc811ccfeba7"
    assert data.counts == (4500, 500, 1000)
    assert data.labels.bincount().tolist() == [600] * 10
    assert data.split("test").labels.bincount().tolist() == [100] * 10
    assert all(name.isalpha() and name.islower() for name in data.class_names)


def test_no_two_pictures_are_the_same(small: ImageData) -> None:
    assert len({picture.numpy().tobytes() for picture in small.images}) == 400


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_every_shape_fits_into_its_circle_and_fills_some_of_it(name: str) -> None:
    across = (np.arange(200) - 99.5) / 75
    x, y = np.meshgrid(across, across)
    inside = shapes.SHAPES[name](x, y) < 0
    assert np.hypot(x, y)[inside].max() < 1.05
    assert 0.15 < inside.sum() * (1 / 75) ** 2 / np.pi < 0.95


def test_shapes_are_told_apart_from_their_ground(small: ImageData) -> None:
    spread = small.images.float().std(dim=(2, 3)).amax(dim=1)
    assert spread.min() > 20


def test_colours_give_nothing_away(small: ImageData) -> None:
    means = torch.stack([small.images[small.labels == label].float().mean(dim=(0, 2, 3)) for label in range(10)])
    assert (means - means.mean(dim=0)).abs().max() < 40


def test_drawing_can_be_cancelled() -> None:
    def cancel(share: float, doing: str) -> None:
        if doing == "Drawing stars":
            raise Cancelled

    with pytest.raises(Cancelled):
        shapes.drawn(3, 1, 0, cancel)
