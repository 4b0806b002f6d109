"""Six ways to make pictures worse."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.data.corruptions import CORRUPTIONS, Corruption

BY_NAME = {each.name: each for each in CORRUPTIONS}
every_corruption = pytest.mark.parametrize("corruption", CORRUPTIONS, ids=list(BY_NAME))


@pytest.fixture(scope="module")
def smooth() -> torch.Tensor:
    """Twelve pictures of soft waves, uint8 (12, 3, 32, 32): all values from 40 to 215."""
    y, x = torch.meshgrid(torch.linspace(0, 6, 32), torch.linspace(0, 5, 32), indexing="ij")
    waves = torch.stack([torch.sin(x + number) * torch.cos(y) for number in range(12)])
    return (127.5 + 87 * waves).to(torch.uint8)[:, None].repeat(1, 3, 1, 1)


def difference(corruption: Corruption, images: torch.Tensor, strength: int) -> float:
    """Mean absolute difference that it makes, of 255."""
    return float((corruption.apply(images, strength).float() - images.float()).abs().mean())


@every_corruption
def test_each_strength_does_more_than_the_one_before(corruption: Corruption, smooth: torch.Tensor) -> None:
    changes = [difference(corruption, smooth, strength) for strength in range(1, 6)]
    assert changes[0] > 0
    assert changes == sorted(changes)


@every_corruption
def test_pictures_stay_pictures_and_the_originals_as_they_were(corruption: Corruption, smooth: torch.Tensor) -> None:
    before = smooth.clone()
    found = corruption.apply(smooth, 5)
    assert (found.dtype, found.shape) == (torch.uint8, smooth.shape)
    assert torch.equal(smooth, before)
    assert corruption.apply(smooth[:0], 3).shape == (0, 3, 32, 32)


@every_corruption
def test_the_same_pictures_are_changed_in_the_same_way(corruption: Corruption, smooth: torch.Tensor) -> None:
    assert torch.equal(corruption.apply(smooth, 3), corruption.apply(smooth, 3))


@pytest.mark.parametrize("strength", [0, 6, -1])
def test_strengths_are_one_to_five(strength: int, smooth: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        CORRUPTIONS[0].apply(smooth, strength)


def test_noise_has_the_deviation_it_names() -> None:
    grey = torch.full((20, 3, 32, 32), 128, dtype=torch.uint8)
    assert float(BY_NAME["noise"].apply(grey, 2).float().std()) == pytest.approx(16, rel=0.03)
    assert BY_NAME["noise"].words(2) == "16 of 255"


def test_blur_spreads_a_point_as_a_gaussian_does() -> None:
    point = torch.zeros(1, 3, 32, 32, dtype=torch.uint8)
    point[:, :, 16, 16] = 255
    found = BY_NAME["blur"].apply(point, 3).float()[0, 0]
    assert float(found[16, 16]) == pytest.approx(255 / (2 * torch.pi * 0.9**2), abs=1.5)
    assert found[16, 17] == found[15, 16] > found[15, 17]


def test_brightness_makes_every_other_picture_lighter() -> None:
    grey = torch.full((3, 3, 32, 32), 200, dtype=torch.uint8)
    assert [int(each.unique()) for each in BY_NAME["brightness"].apply(grey, 4)] == [255, 120, 255]


def test_a_shift_goes_along_the_four_diagonals_in_turn(smooth: torch.Tensor) -> None:
    same = smooth[:1].repeat(4, 1, 1, 1)
    found = BY_NAME["shift"].apply(same, 2)
    inner = same[0, :, 8:24, 8:24]
    for number, (down, right) in enumerate(((2, 2), (2, -2), (-2, 2), (-2, -2))):
        assert torch.equal(found[number, :, 8 + down : 24 + down, 8 + right : 24 + right], inner)


def test_a_rotation_turns_about_the_middle_and_every_other_one_back() -> None:
    bar = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
    bar[:, :, 4:8, 14:18] = 240  # above the middle
    found = BY_NAME["rotation"].apply(bar, 5).float().mean(1)
    columns = (found.sum(1) * torch.arange(32)).sum(1) / found.sum((1, 2)) - 15.5
    expected = 10 * torch.sin(torch.deg2rad(torch.tensor(35.0)))
    assert torch.allclose(columns.abs(), expected.expand(2), atol=0.4)
    assert columns[0] * columns[1] < 0


def test_jpeg_is_what_pillow_would_write(smooth: torch.Tensor) -> None:
    assert difference(BY_NAME["jpeg"], smooth, 5) < 20  # still the same picture
