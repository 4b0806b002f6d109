"""Near-duplicates between two splits."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.data.base import Split
from cifar_gui.data.duplicates import near_duplicates
from cifar_gui.errors import Cancelled


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    """Forty pictures of coarse noise, uint8 (40, 3, 32, 32)."""
    random = torch.Generator().manual_seed(4)
    coarse = torch.rand(40, 3, 8, 8, generator=random)
    return (torch.nn.functional.interpolate(coarse, size=32, mode="bicubic").clamp(0, 1) * 255).to(torch.uint8)


def split_of(images: torch.Tensor, label: int = 0) -> Split:
    return Split("some", images, torch.full((len(images),), label), "")


def test_a_planted_twin_is_found_with_its_place(pictures: torch.Tensor) -> None:
    first = pictures[:10].clone()
    darker = (pictures[27].float() * 0.7 + 20).to(torch.uint8)
    first[3] = darker
    found = near_duplicates(split_of(first), split_of(pictures[10:]))
    assert [(each.first, each.second, each.mirrored, each.same_label) for each in found] == [(3, 17, False, True)]
    assert found[0].correlation > 0.99


def test_a_mirrored_twin_is_found_and_called_mirrored(pictures: torch.Tensor) -> None:
    found = near_duplicates(split_of(pictures[5:6].flip(-1)), split_of(pictures, label=1))
    assert [(each.second, each.mirrored, each.same_label) for each in found] == [(5, True, False)]


def test_the_likest_come_first(pictures: torch.Tensor) -> None:
    noisy = pictures.float() + 12 * torch.randn(pictures.shape, generator=torch.Generator().manual_seed(1))
    first = torch.stack([noisy[2].clamp(0, 255).to(torch.uint8), pictures[9]])
    found = near_duplicates(split_of(first), split_of(pictures))
    assert [each.first for each in found] == [1, 0]
    assert [each.second for each in found] == [9, 2]


def test_skies_that_only_share_their_colours_are_no_twins() -> None:
    ramp = torch.linspace(60, 200, 32).view(1, 1, 32, 1).expand(2, 3, 32, 32)
    noise = 3 * torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    skies = (ramp + noise).to(torch.uint8)
    assert near_duplicates(split_of(skies[:1]), split_of(skies[1:])) == []


def test_pictures_of_one_colour_are_like_no_other() -> None:
    plain = torch.full((2, 3, 32, 32), 90, dtype=torch.uint8)
    assert near_duplicates(split_of(plain), split_of(plain)) == []


def test_among_many_each_twin_has_its_own_place_and_label(pictures: torch.Tensor) -> None:
    plain = torch.full((520, 3, 32, 32), 90, dtype=torch.uint8)  # more than are looked at together
    plain[510] = pictures[0]
    first = Split("some", plain, torch.arange(520), "")
    for label, same in ((510, True), (10, False)):
        found = near_duplicates(first, split_of(pictures[:1], label))
        assert [(each.first, each.second, each.same_label) for each in found] == [(510, 0, same)]


def test_nothing_has_no_twins(pictures: torch.Tensor) -> None:
    assert near_duplicates(split_of(pictures[:0]), split_of(pictures)) == []
    assert near_duplicates(split_of(pictures), split_of(pictures[:0])) == []


def test_how_far_it_is_is_told_from_the_first_picture_on(pictures: torch.Tensor) -> None:
    told: list[float] = []
    near_duplicates(
        split_of(pictures), split_of(pictures.repeat(30, 1, 1, 1)), progress=lambda share, _: told.append(share)
    )
    assert told == sorted(told)
    assert told[0] == 0.0
    assert len(told) == 3  # two chunks of those looked through, and one of those looked for


def test_it_can_be_cancelled(pictures: torch.Tensor) -> None:
    def give_up(_share: float, _doing: str) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        near_duplicates(split_of(pictures), split_of(pictures), progress=give_up)
