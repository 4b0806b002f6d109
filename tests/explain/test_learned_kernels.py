"""Kernels of a network as plain numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.statistics import CENTRED
from cifar_gui.explain.learned_kernels import learned_kernel, small_layers
from cifar_gui.networks.base import build


@pytest.fixture(scope="module")
def lenet():
    torch.manual_seed(1)
    return capture(build("lenet", 10), ModelCard("lenet", tuple("abcdefghij"), CENTRED))


def test_a_filter_of_the_first_layer_comes_with_its_three_slices_and_its_bias(lenet) -> None:
    first = small_layers(lenet, 7)[0]
    found = learned_kernel(lenet, first, 4)
    weights = lenet.weights[f"{first.name}.weight"]
    assert np.array_equal(found.kernel, weights[4].double().numpy())
    assert found.bias == pytest.approx(float(lenet.weights[f"{first.name}.bias"][4]))
    assert found.label == f"{first.label} · filter 4"
    assert found.stride == 1


def test_of_a_deeper_filter_one_slice_is_taken(lenet) -> None:
    second = small_layers(lenet, 7)[1]
    found = learned_kernel(lenet, second, 15, 5)
    assert np.array_equal(found.kernel[0], lenet.weights[f"{second.name}.weight"][15, 5].double().numpy())
    assert found.label == f"{second.label} · filter 15, input 5"


def test_layers_with_larger_kernels_are_left_out(lenet) -> None:
    assert len(small_layers(lenet, 5)) == 2
    assert small_layers(lenet, 4) == []


@pytest.mark.parametrize(("unit", "channel"), [(6, 0), (0, 3), (-1, 0)])
def test_what_a_layer_does_not_have_is_refused(lenet, unit, channel) -> None:
    with pytest.raises(IndexError, match="filters 0 to 5"):
        learned_kernel(lenet, small_layers(lenet, 7)[0], unit, channel)
