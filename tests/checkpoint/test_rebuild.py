from __future__ import annotations

import dataclasses
import re

import pytest
import torch
from torch import nn

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import load_snapshot, save_snapshot
from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import CheckpointError
from cifar_gui.networks.base import NETWORKS, build


@pytest.mark.parametrize("network", NETWORKS.names())
def test_a_rebuilt_network_answers_as_the_one_that_was_captured(network):
    torch.manual_seed(1)
    model = build(network, 10)
    images = torch.randn(6, 3, 32, 32)
    model.train()
    model(images)  # moves running statistics away from where they start
    snapshot = capture(model, ModelCard(network, tuple("abcdefghij"), CENTRED))
    model.eval()
    rebuilt = rebuild(snapshot)
    with torch.no_grad():
        assert torch.equal(rebuilt(images), model(images))
    assert not any(module.training for module in rebuilt.modules())


@pytest.mark.parametrize("network", NETWORKS.names())
def test_rebuilding_draws_no_random_numbers_and_keeps_what_is_frozen(network, snapshot_of):
    snapshot = snapshot_of(network)
    state = torch.get_rng_state()
    rebuilt = rebuild(snapshot)
    assert torch.equal(torch.get_rng_state(), state)
    frozen = [parameter.requires_grad for parameter in rebuilt.parameters()]
    assert frozen == [parameter.requires_grad for parameter in build(network, 10).parameters()]


def test_training_a_rebuilt_network_leaves_its_snapshot_alone(snapshot):
    digest = snapshot.digest
    with torch.no_grad():
        for parameter in rebuild(snapshot).parameters():
            parameter.add_(1)
    del snapshot.__dict__["digest"]  # cached
    assert snapshot.digest == digest


def damaged(snapshot: ModelSnapshot, what: str) -> ModelSnapshot:
    weights = dict(snapshot.weights)
    name = next(iter(weights))
    if what == "missing":
        del weights[name]
    elif what == "added":
        weights["extra"] = torch.zeros(1)
    elif what == "shape":
        weights[name] = weights[name][:-1]
    card = dataclasses.replace(snapshot.card, network="none") if what == "network" else snapshot.card
    return ModelSnapshot(card, weights)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("missing", "is missing"),
        ("added", "has no tensor called 'extra'"),
        ("shape", "has the shape"),
        ("network", "There is no network called 'none'"),
    ],
)
def test_weights_that_do_not_fit_are_refused_with_the_reason(what, words, snapshot):
    with pytest.raises(CheckpointError, match=f"cannot be rebuilt: .*{re.escape(words)}"):
        rebuild(damaged(snapshot, what))


class Unusual(nn.Module):
    """A buffer that is computed and not stored, and one weight under two names."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.register_buffer("ramp", torch.arange(32.0) + 1, persistent=False)
        self.register_buffer("offset", torch.full((1,), 3.0))
        self.inner = nn.Linear(32, 32)
        self.again = nn.Linear(32, 32)
        self.head = nn.Linear(32, classes)


class Tied(Unusual):
    def __init__(self, classes: int) -> None:
        super().__init__(classes)
        self.ramp = None
        self.again.weight = self.inner.weight


@pytest.fixture
def unusual_networks(monkeypatch):
    entries = dict(NETWORKS._entries)
    monkeypatch.setattr(NETWORKS, "_entries", entries)
    NETWORKS.register("unusual", label="Unusual")(Unusual)
    NETWORKS.register("tied", label="Tied")(Tied)


def test_buffers_that_are_computed_are_computed_again(unusual_networks, tmp_path):
    model = build("unusual", 4)
    snapshot = capture(model, ModelCard("unusual", tuple("abcd"), CENTRED))
    save_snapshot(snapshot, tmp_path / "m")
    state = torch.get_rng_state()
    rebuilt = rebuild(load_snapshot(tmp_path / "m"))
    assert torch.equal(torch.get_rng_state(), state)
    assert rebuilt.ramp.shape == (32,)
    assert not rebuilt.ramp.is_meta
    assert torch.equal(rebuilt.offset, torch.tensor([3.0]))
    assert torch.equal(rebuilt.inner.weight, model.inner.weight)


def test_shared_weights_are_shared_again(unusual_networks):
    rebuilt = rebuild(capture(build("tied", 4), ModelCard("tied", tuple("abcd"), CENTRED)))
    assert rebuilt.again.weight is rebuilt.inner.weight
    assert rebuilt.again.bias is not rebuilt.inner.bias


def test_rebuilding_airnet_does_not_pull_in_the_compiler(snapshot_of, run_python, tmp_path):
    save_snapshot(snapshot_of("airnet"), tmp_path / "m")
    program = (
        "import sys; from pathlib import Path; from cifar_gui.checkpoint.files import load_snapshot\n"
        "from cifar_gui.checkpoint.rebuild import rebuild\n"
        "rebuild(load_snapshot(Path(sys.argv[1]))); print({'torch._dynamo', 'sympy'} & set(sys.modules))"
    )
    assert run_python(program, tmp_path / "m").stdout == "set()\n"
