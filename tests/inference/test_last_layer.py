"""What the last layer of a network reads."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cifar_gui.inference.last_layer import NotLinear, answers_and_features
from cifar_gui.networks.base import build


def test_answers_are_those_of_the_network_and_follow_from_the_features() -> None:
    model = build("lenet", 10).eval()
    inputs = torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        logits, features = answers_and_features(model, inputs)
        head = [layer for layer in model.modules() if isinstance(layer, nn.Linear)][-1]
        assert torch.equal(logits, model(inputs))
        assert torch.equal(head(features), logits)


def test_a_network_that_does_not_end_in_a_dense_layer_is_refused_and_left_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.Flatten(), nn.Identity(), nn.Conv1d(1, 1, 1))
    with pytest.raises(RuntimeError):
        answers_and_features(model, torch.zeros(2, 5))
    pool = nn.Sequential(nn.Conv2d(3, 10, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(NotLinear, match="does not come from a dense layer"):
        answers_and_features(pool, torch.zeros(2, 3, 32, 32))
    assert not any(layer._forward_pre_hooks for each in (model, pool) for layer in each.modules())
