"""The filters made by hand: where they look, which way, at which colours."""

from __future__ import annotations

import math

import pytest
import torch

from cifar_gui.networks.base import build
from cifar_gui.networks.handmade import blob, filter_bank, gabor


def wave(angle: float, wavelength: float, phase: float) -> torch.Tensor:
    """(3, 32, 32) grey stripes across the direction `angle`."""
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    return torch.cos(2 * math.pi * (x * math.cos(angle) + y * math.sin(angle)) / wavelength + phase).expand(3, 32, 32)


@pytest.mark.parametrize("direction", range(8))
def test_each_direction_has_the_filter_that_answers_to_it_most(direction):
    """Eight directions evenly over half a turn; for each two phases of two wavelengths."""
    filters = filter_bank()[:32]
    for block, wavelength in ((0, 3.5), (16, 6.0)):
        energy = torch.zeros(8)
        for phase in (0.0, math.pi / 2):  # where the stripes lie does not matter
            stripes = wave(direction * math.pi / 8, wavelength, phase)
            answers = torch.nn.functional.conv2d(stripes, filters[block : block + 16])
            energy += answers.square().mean((1, 2)).view(2, 8).sum(0)
        assert energy.argmax() == direction


def test_coarse_colour_edges_look_in_four_directions_at_two_pairs_of_colours():
    bank = filter_bank()
    assert bank.shape == (43, 3, 7, 7)
    edges = bank[32:40].view(2, 4, 3, 7, 7)
    torch.testing.assert_close(edges[0, :, 0], -edges[0, :, 1])
    assert edges[0, :, 2].abs().max() == 0, "red against green"
    torch.testing.assert_close(edges[1, :, 0], edges[1, :, 1])
    torch.testing.assert_close(edges[1, :, 2], -2 * edges[1, :, 0])
    # A quarter of a turn apart, two edges are each other's transpose; half of that apart, the diagonals' are.
    one = edges[0, :, 0]
    torch.testing.assert_close(one[0], one[2].T)
    torch.testing.assert_close(one[1], one[1].T)
    torch.testing.assert_close(one[3], -one[3].T)
    assert not torch.allclose(one[0], one[1], atol=0.1)


def test_grey_filters_weigh_the_channels_as_the_eye_does_and_see_no_evenly_lit_wall():
    bank = filter_bank()
    norms = bank[:32].flatten(2).norm(dim=2)
    torch.testing.assert_close(norms, torch.tensor([0.299, 0.587, 0.114]).expand(32, 3))
    assert bank[:40].sum((2, 3)).abs().max() < 1e-5


def test_blobs_are_round_and_of_norm_one_in_three_colours():
    patch = blob(1.2)
    assert patch.norm().item() == pytest.approx(1)
    assert (patch[3, 4] / patch[3, 3]).item() == pytest.approx(math.exp(-1 / (2 * 1.2**2)))
    torch.testing.assert_close(patch, patch.T)
    colours = filter_bank()[40:] / patch
    wanted = torch.tensor([[1.0, -1.0, 0.0], [0.5, 0.5, -1.0], [1 / 3, 1 / 3, 1 / 3]])
    torch.testing.assert_close(colours.mean((2, 3)), wanted)


def test_a_gabor_filter_is_a_wave_under_a_gaussian():
    patch = gabor(0.3, 4.0, 0.5, 1.5)

    def value(x: float, y: float) -> float:
        along = x * math.cos(0.3) + y * math.sin(0.3)
        return math.exp(-(x * x + y * y) / (2 * 1.5**2)) * math.cos(2 * math.pi * along / 4 + 0.5)

    wanted = torch.tensor([[value(x, y) for x in range(-3, 4)] for y in range(-3, 4)])
    wanted -= wanted.mean()
    torch.testing.assert_close(patch, wanted / wanted.norm())


def test_both_signs_of_an_answer_are_averaged_apart():
    model = build("handmade", 10, {"cells": 1}).eval()
    images = torch.randn(2, 3, 32, 32)
    answers = model.filters(images)
    wanted = torch.cat([answers.clamp(min=0), answers.clamp(max=0).neg()], 1).mean((2, 3))
    torch.testing.assert_close(model(images), model.head(model.norm(wanted)))
    assert not model.filters.weight.requires_grad
