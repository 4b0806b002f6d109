"""Pictures of nothing that a network knows."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.data.outliers import KINDS, outliers


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    """Twelve pictures, each of whose pixels tells its picture, row and column: uint8 (12, 3, 32, 32)."""
    number, row, column = torch.meshgrid(torch.arange(12), torch.arange(32), torch.arange(32), indexing="ij")
    return torch.stack([20 * number, 7 * row, 7 * column], dim=1).to(torch.uint8)


@pytest.fixture(scope="module")
def found(images) -> dict[str, torch.Tensor]:
    return outliers(images)


@pytest.mark.parametrize("name", [name for name, _make in KINDS])
def test_there_are_as_many_of_each_kind_and_none_is_an_original(name, images, found) -> None:
    assert (found[name].shape, found[name].dtype) == (images.shape, torch.uint8)
    assert (found[name] != images).flatten(1).any(1).all()
    assert len({each.numpy().tobytes() for each in found[name]}) == 12


def test_they_depend_on_the_seed_and_on_nothing_else(images, found) -> None:
    again, others = outliers(images), outliers(images, seed=1)
    for name, _make in KINDS:
        assert torch.equal(again[name], found[name])
        assert torch.equal(others[name], found[name]) == (name == "upside down")


def parts_of(image: torch.Tensor, size: int) -> set[bytes]:
    places = [(row, column) for row in range(0, 32, size) for column in range(0, 32, size)]
    return {image[:, row : row + size, column : column + size].numpy().tobytes() for row, column in places}


@pytest.mark.parametrize(("name", "size"), [("quarters", 16), ("pieces", 8)])
def test_shuffled_parts_are_whole_and_all_there(name, size, images, found) -> None:
    for before, after in zip(images, found[name], strict=True):
        parts = [
            {
                each[:, r : r + size, c : c + size].numpy().tobytes()
                for r in range(0, 32, size)
                for c in range(0, 32, size)
            }
            for each in (before, after)
        ]
        assert parts[0] == parts[1]


def test_halves_are_of_two_pictures_side_by_side_or_one_above_the_other(found) -> None:
    ways = set()
    for number, each in enumerate(found["halves"][:, 0].div(20, rounding_mode="floor")):
        assert each[0, 0] == number
        other = int(each[31, 31])
        assert other != number
        beside = bool((each[:, 16:] == other).all() and (each[:, :16] == number).all())
        above = bool((each[16:] == other).all() and (each[:16] == number).all())
        assert beside != above
        ways.add(beside)
    assert ways == {True, False}


def test_a_blend_lies_between_two_pictures(images, found) -> None:
    red = found["blended"][:, 0].float()
    own = images[:, 0].float()
    assert (red.flatten(1).std(1) < 1).all()
    assert ((red - own).abs().flatten(1).mean(1) > 5).all()
    assert torch.equal(found["blended"][:, 1], images[:, 1])  # rows are the same in all
    step = int((red - own)[:, 0, 0].argmax())  # one of them shines through from a brighter one
    assert own[step, 0, 0] < red[step, 0, 0] < own.amax()


def test_a_detail_fills_the_picture(found) -> None:
    spread = found["details"][:, 1].float().flatten(1)
    assert ((spread.amax(1) - spread.amin(1)) < 7 * 14).all()
    assert ((spread.amax(1) - spread.amin(1)) > 7 * 5).all()


def test_upside_down_is_turned_and_not_mirrored(images, found) -> None:
    assert torch.equal(found["upside down"], torch.rot90(images, 2, (2, 3)))


def test_nothing_is_made_of_nothing(images) -> None:
    assert all(len(each) == 0 for each in outliers(images[:0]).values())
