"""Classifiers at the side of a network take part in its loss."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from cifar_gui.data.preprocess import standardise
from cifar_gui.training import bench
from cifar_gui.training.bench import Bench, new_model
from cifar_gui.training.events import EpochReport

SIDE = {"width": 0.1, "dropout": 0.0, "side_classifiers": True}


@pytest.fixture
def recipe(quick):
    return quick.changed(network="inception_v1", network_settings=SIDE, label_smoothing=0.1, crop=0, cutout=0)


def test_a_network_with_side_classifiers_is_trained_measured_and_kept(run, recipe):
    events = run(recipe.changed(epochs=2, precision="auto", memory_format="auto"))
    reports = [event for event in events if isinstance(event, EpochReport)]
    assert [report.epoch for report in reports] == [1, 2]
    assert any(".classifier." in name for name in reports[-1].snapshot.weights)


def test_their_loss_counts_three_tenths(recipe, tiny_data):
    gradients = []
    for weight in (0.0, 0.3, 0.6):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bench, "SIDE_WEIGHT", weight) if weight != 0.3 else None
            made = Bench(new_model(recipe, 3), tiny_data, recipe, None)
            made.forward_backward(torch.arange(8), made.augmenter.draw(torch.arange(8), 1, 0), 8, 0)
        gradients.append({name: value.grad for name, value in made.model.named_parameters()})
    none, usual, double = gradients
    for name, grad in usual.items():
        if ".classifier." in name:
            assert not none[name].any()
        torch.testing.assert_close(grad - none[name], double[name] - grad, rtol=1e-3, atol=1e-5)


def test_what_is_reported_is_the_network_s_own_loss(recipe, tiny_data):
    made = Bench(new_model(recipe.changed(flip="none"), 3), tiny_data, recipe.changed(flip="none"), None)
    made.model.train()
    inputs = standardise(made.images[:8], made.stats)
    torch.manual_seed(0)
    expected = F.cross_entropy(made.model(inputs), made.labels[:8], reduction="sum").detach()
    made.model.side_logits()
    made.forward_backward(torch.arange(8), made.augmenter.draw(torch.arange(8), 1, 0), 8, 0)
    assert made.take_sums()[0] == pytest.approx(float(expected), rel=1e-5)
