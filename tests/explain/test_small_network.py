"""The whole small network in plain numbers, against the same one in PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.preprocess import standardise
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.explain.small_network import suits, walk
from cifar_gui.networks.base import build

STATS = ChannelStats((125.3, 123.0, 113.9), (63.0, 62.1, 66.7))


def snapshot_of(network: str, classes: int = 10, **settings):
    torch.manual_seed(3)
    names = tuple(f"class {number}" for number in range(classes))
    return capture(build(network, classes, settings), ModelCard(network, names, STATS, settings))


@pytest.mark.parametrize("settings", [{}, {"filters": 5, "kernel": 5}, {"filters": 1, "kernel": 1}])
@pytest.mark.parametrize("classes", [10, 3])
def test_every_number_is_the_one_that_pytorch_computes(settings, classes) -> None:
    snapshot = snapshot_of("simple", classes, **settings)
    pixels = np.random.default_rng(8).integers(0, 256, (3, 32, 32), dtype=np.uint8)
    found = walk(snapshot, pixels)
    value = standardise(torch.from_numpy(pixels[None]), STATS)
    stages = [value]
    for layer in rebuild(snapshot):
        stages.append(layer(stages[-1]).detach())
    _, conv, relu, pool, _flat, logits = (each[0].numpy() for each in stages)
    for ours, theirs in (
        (found.values, stages[0][0].numpy()),
        (found.maps, conv),
        (found.rectified, relu),
        (found.pooled, pool),
        (found.logits, logits),
        (found.probabilities, torch.from_numpy(logits).softmax(0).numpy()),
    ):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, atol=2e-5)
    for label in range(classes):
        expected = float(functional.cross_entropy(torch.from_numpy(logits), torch.tensor(label)))
        assert found.loss(label) == pytest.approx(expected, abs=2e-5)
        assert found.shares(label).sum() + found.dense_biases[label] == pytest.approx(found.logits[label], abs=1e-9)


def test_the_volumes_are_those_of_the_textbook() -> None:
    found = walk(snapshot_of("simple"), np.zeros((3, 32, 32), np.uint8))
    assert found.volumes == ((32, 32, 3), (32, 32, 12), (32, 32, 12), (16, 16, 12), (10,))


def test_other_networks_are_not_walked_through() -> None:
    assert suits(snapshot_of("simple"))
    assert not suits(snapshot_of("lenet"))
