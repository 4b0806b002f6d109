"""Augmentation, pixel by pixel against a slow reference."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.data.augment import Augmenter, generator, moved, stream_seed, with_holes
from cifar_gui.recipe import Recipe

CPU = torch.device("cpu")
COUNT = 60


def pictures() -> torch.Tensor:
    return torch.randint(0, 256, (COUNT, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def reflected(index: int, size: int) -> int:
    """−1 → 1, −2 → 2, size → size − 2: the edge itself is not repeated."""
    return -index if index < 0 else 2 * (size - 1) - index if index >= size else index


def slow(picture, shift_y, shift_x, mirrored, hole, crop, cutout, fill):
    """One picture, one pixel at a time."""
    result = torch.zeros_like(picture)
    for y in range(32):
        for x in range(32):
            across = 31 - x if mirrored else x
            source_y = reflected(y + shift_y - crop, 32)
            source_x = reflected(across + shift_x - crop, 32)
            result[:, y, x] = picture[:, source_y, source_x]
            if hole and hole[0] <= y < hole[0] + cutout and hole[1] <= x < hole[1] + cutout:
                result[:, y, x] = torch.tensor(fill, dtype=torch.uint8)
    return result


@pytest.mark.parametrize(
    ("crop", "flip", "cutout"),
    [(0, "none", 0), (2, "none", 0), (4, "random", 0), (0, "alternating", 0), (0, "none", 7), (2, "alternating", 12)],
)
def test_a_batch_is_augmented_as_the_slow_reference_does_it(crop, flip, cutout):
    images = pictures()
    augmenter = Augmenter(Recipe(crop=crop, flip=flip, cutout=cutout, seed=3), COUNT, (125.3, 123, 113.9), CPU)
    draws = augmenter.draw(torch.arange(COUNT), epoch=2, step=17)
    result = augmenter.apply(images, draws)
    assert result.shape == images.shape
    assert result.dtype == torch.uint8
    for index in range(0, COUNT, 7):
        expected = slow(
            images[index],
            int(draws.shift_y[index]) if crop else 0,
            int(draws.shift_x[index]) if crop else 0,
            bool(draws.mirrored[index]) if flip != "none" else False,
            (int(draws.hole_y[index]), int(draws.hole_x[index])) if cutout else None,
            crop,
            cutout,
            (125, 123, 114),
        )
        assert torch.equal(result[index], expected), index


def test_micro_batches_together_get_what_the_batch_would_have_got():
    images = pictures()
    augmenter = Augmenter(Recipe(crop=2, flip="random", cutout=8), COUNT, (0, 0, 0), CPU)
    draws = augmenter.draw(torch.arange(COUNT), 1, 5)
    parts = [augmenter.apply(images[a : a + 25], draws.part(a, a + 25)) for a in range(0, COUNT, 25)]
    assert torch.equal(torch.cat(parts), augmenter.apply(images, draws))


def test_alternating_flips_show_each_side_once_in_two_epochs():
    augmenter = Augmenter(Recipe(flip="alternating"), COUNT, (0, 0, 0), CPU)
    some = torch.tensor([5, 1, 59])
    first, second, third = (augmenter.draw(some, epoch, 0).mirrored for epoch in (1, 2, 3))
    assert torch.equal(first, ~second)
    assert torch.equal(first, third)
    everyone = augmenter.draw(torch.arange(COUNT), 1, 0).mirrored
    assert torch.equal(everyone[some], first), "what happens belongs to the picture, not to its place in the batch"
    assert 10 < everyone.sum() < 50


def test_every_shift_and_every_place_of_the_hole_occurs():
    augmenter = Augmenter(Recipe(crop=2, cutout=4), 5000, (0, 0, 0), CPU)
    draws = augmenter.draw(torch.arange(5000), 1, 0)
    assert draws.shift_y.unique().tolist() == draws.shift_x.unique().tolist() == [0, 1, 2, 3, 4]
    assert draws.hole_y.unique().tolist() == draws.hole_x.unique().tolist() == list(range(-3, 32))


def test_every_row_and_every_column_is_in_a_hole_as_often_as_any_other():
    """A line is hidden by 4 of the 35 places: at the edges and in the middle, across and down."""
    black = torch.zeros(20_000, 1, 32, 32, dtype=torch.uint8)
    augmenter = Augmenter(Recipe(cutout=4), len(black), (255,), CPU)
    draws = augmenter.draw(torch.arange(len(black)), 1, 0)
    hidden = augmenter.apply(black, draws)[:, 0] == 255
    for other in (2, 1):  # of rows, then of columns; every hole is on the picture, somewhere along the line
        shares = hidden.any(other).float().mean(0)
        torch.testing.assert_close(shares, torch.full((32,), 4 / 35), rtol=0, atol=0.012)
    assert torch.corrcoef(torch.stack([draws.hole_y, draws.hole_x]).float())[0, 1].abs() < 0.05


def test_draws_depend_on_the_step_and_the_seed_and_on_nothing_else():
    def draw(seed, step):
        torch.rand(3)  # the global generator must not matter
        return Augmenter(Recipe(crop=4, seed=seed), COUNT, (0, 0, 0), CPU).draw(torch.arange(COUNT), 1, step).shift_x

    assert torch.equal(draw(1, 10), draw(1, 10))
    assert not torch.equal(draw(1, 10), draw(1, 11))
    assert not torch.equal(draw(1, 10), draw(2, 10))


def test_streams_have_seeds_of_their_own():
    seeds = {stream_seed(s, stream, n) for s in range(20) for stream in ("order", "augment") for n in range(50)}
    assert len(seeds) == 20 * 2 * 50
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert torch.rand(1, generator=generator(1, "order")) == torch.rand(1, generator=generator(1, "order"))


def test_a_shift_alone_needs_no_mirror_and_a_hole_no_shift():
    images = pictures()[:2]
    still = torch.full((2,), 3)
    assert torch.equal(moved(images, still, still, None, 3), images)
    holed = with_holes(
        images, torch.tensor([-2, 30]), torch.tensor([0, 31]), 4, torch.tensor([9, 8, 7], dtype=torch.uint8)
    )
    assert holed[0, :, 0, 0].tolist() == [9, 8, 7]
    assert holed[1, :, 31, 31].tolist() == [9, 8, 7]
    assert int((holed[0, 0] != images[0, 0]).sum()) <= 2 * 4
