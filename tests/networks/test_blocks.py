"""What networks are built of: dropout that is drawn faster than torch's, and is the same otherwise."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cifar_gui.networks.base import NETWORKS, build
from cifar_gui.networks.blocks import Dropout


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
def test_dropout_silences_its_share_and_scales_the_rest(share, dtype, memory_format):
    torch.manual_seed(3)
    ones = torch.ones(13, 7, 33, 31, dtype=dtype).to(memory_format=memory_format)  # no multiple of four values
    dropped = Dropout(share)(ones)
    assert (dropped.dtype, dropped.stride()) == (ones.dtype, ones.stride())
    assert set(dropped.unique().tolist()) == {0.0, (torch.ones((), dtype=dtype) / (1 - share)).item()}
    assert (dropped == 0).float().mean().item() == pytest.approx(share, abs=0.007)  # five standard deviations
    by_place = (dropped == 0).flatten(1).float()
    assert by_place.mean(1).sub(share).abs().max() < 0.03  # no picture more than another
    assert torch.corrcoef(by_place).fill_diagonal_(0).abs().max() < 0.07  # nor like another


def test_dropout_passes_gradients_where_it_passed_values():
    values = torch.rand(4, 3, 5, 5).add(1).requires_grad_()
    dropped = Dropout(0.25)(values)
    dropped.sum().backward()
    assert torch.allclose(values.grad, (dropped / values).detach())


@pytest.mark.parametrize("shape", [(6, 4, 3, 3), (5, 1), (0, 8)])
def test_dropout_of_what_lies_in_memory_with_gaps(shape):
    wide = torch.ones(*shape[:-1], 2 * shape[-1])[..., ::2]
    assert Dropout(0.5)(wide).shape == shape
    assert set(Dropout(0.5)(wide).unique().tolist()) <= {0.0, 2.0}


def test_nothing_is_dropped_in_use_or_at_a_share_of_0_and_all_at_1():
    values = torch.rand(2, 3, 4, 4)
    assert torch.equal(Dropout(0.5).eval()(values), values)
    assert torch.equal(Dropout(0.0)(values), values)
    assert not Dropout(1.0)(values).any()


def test_masks_follow_the_seed():
    values = torch.ones(1000)
    drawn = [torch.manual_seed(seed) and Dropout(0.5)(values) for seed in (1, 1, 2)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[1], drawn[2])


@pytest.mark.parametrize("network", NETWORKS.names())
def test_no_network_has_the_slow_one(network):
    drops = [module for module in build(network, 10, {}).modules() if isinstance(module, nn.Dropout)]
    assert all(isinstance(module, Dropout) for module in drops)
