"""How signals fare through a network, on networks made so that the answer is known."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.statistics import CENTRED
from cifar_gui.explain import signals
from cifar_gui.explain.signals import LayerSignals, judge, layer_signals
from cifar_gui.networks.base import NETWORKS, build

IMAGES = torch.randint(0, 256, (16, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))
LABELS = torch.arange(16) % 10


def layered(function: str, depth: int, scale: float = 1.0):
    """A design of so many dense layers with an activation function between them; weights times `scale`."""
    layers = f"flatten; {f'dense units=24; activation function={function}; ' * depth}dense"
    torch.manual_seed(0)
    model = build("custom", 10, {"layers": layers})
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear):
                module.weight.mul_(scale)
    return capture(model, ModelCard("custom", tuple("abcdefghij"), CENTRED, {"layers": layers}))


@pytest.mark.parametrize("network", NETWORKS.names())
def test_every_network_has_signals_of_every_layer_that_learns(network, snapshot_of):
    snapshot = snapshot_of(network)
    found = layer_signals(snapshot, IMAGES, LABELS)
    assert len({each.name for each in found}) == len(found) > 0
    assert all(each.weight > 0 and each.activation > 0 and 0 <= each.silent <= 1 for each in found)
    assert all(each.gradient > 0 for each in found)
    assert layer_signals(snapshot, IMAGES, LABELS) == found, "the same again: nothing was drawn, nothing was learned"


def test_signals_are_those_of_the_loss(snapshot_of):
    (conv, dense) = layer_signals(snapshot_of("simple"), IMAGES, LABELS)
    model = build("simple", 10)
    model.load_state_dict(snapshot_of("simple").weights)
    inputs = IMAGES.float() / 255 - 0.5
    hidden = model[:2](inputs).detach()
    nn.functional.cross_entropy(model(inputs), LABELS).backward()
    assert conv.gradient == pytest.approx(float(model[0].weight.grad.square().mean().sqrt()), rel=1e-4)
    assert conv.weight == pytest.approx(float(model[0].weight.detach().square().mean().sqrt()), rel=1e-4)
    assert conv.activation == pytest.approx(float(hidden.square().mean().sqrt()), rel=1e-4)
    assert conv.silent == pytest.approx(float((hidden == 0).float().mean()))
    assert dense.gradient == pytest.approx(float(model[4].weight.grad.square().mean().sqrt()), rel=1e-4)
    assert dense.silent == 0


def test_a_deep_sigmoid_network_has_vanishing_gradients_and_a_relu_network_has_not():
    found = judge(layer_signals(layered("sigmoid", 8), IMAGES, LABELS))
    assert (found.state, found.headline) == ("vanishing", "Vanishing gradients.")
    assert "In dense 2 they are 63," in found.detail
    assert "than in dense 9" in found.detail
    assert judge(layer_signals(layered("relu", 8), IMAGES, LABELS)).state == "fine"


def test_weights_that_are_all_negative_make_a_silent_layer():
    snapshot = layered("relu", 2)
    weights = {name: -value.abs() if name.endswith("weight") and len(value) == 24 and value.shape[1] == 24 else value
               for name, value in snapshot.weights.items()}  # fmt: skip
    biases = {name: torch.full_like(value, -1e-6) for name, value in weights.items() if name.endswith("bias")}
    silent = replace(snapshot, weights={**weights, **biases})
    layers = layer_signals(silent, IMAGES, LABELS)
    assert layers[1].silent == 1
    assert judge(layers).state in ("silent", "vanishing"), "what is silent passes nothing back"


def of(*ratios: float, silent: float = 0.0) -> list[LayerSignals]:
    return [LayerSignals(f"layer {place}", 1.0, ratio, 1.0, silent) for place, ratio in enumerate(ratios, start=1)]


@pytest.mark.parametrize(
    ("layers", "state", "words"),
    [
        (of(1.0, 0.5, 2.0), "fine", "answers"),
        (of(0.9e-3, 0.5, 1.0), "vanishing", "In layer 1 they are 1,111 times smaller, in proportion, than in layer 3"),
        (of(1.1e-3, 0.5, 1.0), "fine", ""),
        (of(0.0, 1.0), "vanishing", "infinitely smaller"),
        (of(2.0, 1001.0, 1.0), "exploding", "In layer 2 they are 1,001 times larger"),
        (of(2.0, 999.0, 1.0), "fine", ""),
        (of(1.0, float("nan")), "broken", "Lower the learning rate"),
        (of(1.0, float("inf")), "broken", ""),
        (of(1.0, 1.0, silent=0.91), "silent", "Of what layer 1 hands on 91 % is 0"),
        (of(1.0, 1.0, silent=0.9), "fine", ""),
        (of(1.0, silent=1.0), "fine", ""),
        (of(0.0, 0.0), "fine", ""),
        ([], "fine", "nothing that learns"),
    ],
)
def test_the_last_layer_is_the_measure_of_the_others(layers, state, words):
    found = judge(layers)
    assert found.state == state
    assert words in found.detail


def test_weights_that_are_zero_have_no_proportion_and_nothing_is_said_of_them():
    still = LayerSignals("a", 0.0, 1.0, 1.0, 0.0)
    assert still.ratio == 0.0
    assert judge([still, *of(0.5, 1.0)]).state == "fine"
    assert judge([still, *of(0.5e-3, 1.0)]).detail.startswith("In layer 1 they are 2,000 times smaller")
    assert judge([still]).state == "fine"


def test_frozen_layers_are_left_out(snapshot_of):
    names = [each.name for each in layer_signals(snapshot_of("airnet"), IMAGES, LABELS)]
    assert not any("stem" in name and "conv" in name for name in names) or "stem" not in names[0]
    assert len(names) == 7


def test_nothing_is_left_on_the_layers_after_an_error(snapshot_of, monkeypatch):
    model = build("simple", 10)
    monkeypatch.setattr(signals, "rebuild", lambda _snapshot: model)
    with pytest.raises(IndexError):
        layer_signals(snapshot_of("simple"), IMAGES, LABELS + 10)
    assert not any(module._forward_hooks for module in model.modules())
