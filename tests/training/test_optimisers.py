"""The optimisers against plain arithmetic."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from cifar_gui.networks.base import build
from cifar_gui.recipe import Recipe, settings
from cifar_gui.training.optimisers import Group, Lookahead, Muon, Optimiser, orthogonalised


@pytest.mark.parametrize("shape", [(16, 40), (40, 16), (12, 12)])
def test_orthogonalising_brings_singular_values_near_one_and_keeps_their_directions(shape):
    torch.manual_seed(0)
    matrix = torch.randn(shape)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    result = orthogonalised(matrix, steps=5)
    values = (left.T @ result @ right.T).diagonal()
    assert values.min() > 0.6
    assert values.max() < 1.3
    assert (left.T @ result @ right.T - torch.diag(values)).abs().max() < 1e-3


@pytest.mark.parametrize("gain", [1.0, 2**0.5])
def test_a_muon_step_is_the_formula(gain):
    torch.manual_seed(1)
    start, first, second = (torch.randn(6, 3, 3, 3) for _ in range(3))
    weight = nn.Parameter(start.clone())
    optimiser = Muon([Group([weight], lr=0.1, gain=gain)], momentum=0.6)
    expected, buffer = start.clone(), torch.zeros_like(start)
    for gradient in (first, second):
        weight.grad = gradient.clone()
        optimiser.step(1.0)
        buffer = 0.6 * buffer + gradient
        direction = gradient + 0.6 * buffer
        expected = expected * gain * 6**0.5 / expected.norm()
        expected = expected - 0.1 * orthogonalised(direction.flatten(1)).view_as(expected)
    torch.testing.assert_close(weight.detach(), expected)


def test_muon_takes_filters_and_leaves_the_rest_to_sgd_with_rates_of_their_own():
    model = build("airnet", 10)
    recipe = Recipe(optimiser="muon", lr=0.24, bias_lr=0.05, head_lr=0.6, weight_decay=0.004, decoupled_decay=True)
    muon, sgd = Optimiser(model, recipe).parts
    assert {each.dim() for each in muon.parameters} == {4}
    assert all(each is not model.stem.weight for each in muon.parameters), "a frozen stem is not trained"
    assert [(group.lr, group.weight_decay) for group in sgd.groups] == [
        (0.6, 0.004 / 0.6),
        (0.05, 0.004 / 0.05),
    ]


@pytest.mark.parametrize(("network", "gain"), [("inception_v1", 2**0.5), ("inception_v2", 1.0), ("airnet", 1.0)])
def test_muon_makes_filters_larger_where_no_norm_follows(network, gain):
    muon, _ = Optimiser(build(network, 10), Recipe(optimiser="muon", lr=0.2)).parts
    assert {(group.lr, group.gain) for group in muon.groups} == {(0.2, gain)}


def test_muon_keeps_the_order_of_filters_apart_from_their_gains():
    plain, bare = nn.Conv2d(3, 4, 3, bias=False), nn.Conv2d(4, 5, 3)
    muon, _ = Optimiser(nn.Sequential(bare, plain), Recipe(optimiser="muon", lr=0.2)).parts
    assert [(group.gain, len(group.parameters)) for group in muon.groups] == [(1.0, 1), (2**0.5, 1)]
    assert [id(each) for each in muon.parameters] == [id(plain.weight), id(bare.weight)]


def small_network() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 2))


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "adamax"])
@pytest.mark.parametrize("decoupled", [False, True])
def test_heads_and_biases_may_have_rates_of_their_own(name, decoupled):
    rates = {"lr": 0.4, "head_lr": 0.2, "bias_lr": 0.1}
    recipe = Recipe(optimiser=name, weight_decay=0.04, decoupled_decay=decoupled, **rates)
    (part,) = Optimiser(small_network(), recipe).parts
    shapes = [[tuple(each.shape) for each in group.parameters] for group in part.groups]
    assert shapes == [[(4, 3, 3, 3)], [(2, 144)], [(4,), (2,)]]
    decays = [pytest.approx(0.04 / lr if decoupled else 0.04) for lr in rates.values()]
    assert [(group.lr, group.weight_decay) for group in part.groups] == list(zip(rates.values(), decays, strict=True))
    (plain,) = Optimiser(small_network(), Recipe(optimiser=name, lr=0.4)).parts
    assert [(group.lr, group.weight_decay) for group in plain.groups] == [(0.4, 0.0)] * 3


@pytest.mark.parametrize("momentum", [0.0, 0.8])
@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_is_looked_ahead_along_only_if_wanted(momentum, nesterov):
    """Two steps with the gradients 1 and 2, for a matrix of one row whose direction is its sign: SGD, then Muon."""
    weight, filters = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.ones(1, 1, 1, 1))
    sgd, muon = (
        Optimiser(nn.ParameterList([each]), Recipe(optimiser=name, lr=0.1, momentum=momentum, nesterov=nesterov))
        for name, each in (("sgd", weight), ("muon", filters))
    )
    for optimiser, parameter in ((sgd, weight), (muon, filters)):
        for gradient in (1.0, -0.6):
            parameter.grad = torch.full_like(parameter, gradient)
            optimiser.step(1.0)
    buffer = momentum - 0.6
    second = -0.6 + momentum * buffer if nesterov else buffer
    assert weight.item() == pytest.approx(-0.1 * ((1 + momentum if nesterov else 1) + second))
    step = 0.1 * abs(orthogonalised(torch.ones(1, 1)).item())
    assert filters.item() == pytest.approx(1 - math.copysign(step, second), abs=1e-5)


def test_what_has_no_gradient_is_neither_moved_nor_decayed():
    model = small_network()
    before = [each.detach().clone() for each in model[0].parameters()]
    model[2](torch.ones(1, 144)).sum().backward()
    Optimiser(model, Recipe(optimiser="muon", weight_decay=0.1)).step(1.0)
    assert all(torch.equal(each, old) for each, old in zip(model[0].parameters(), before, strict=True))


@pytest.mark.parametrize("name", ["sgd", "muon"])
@pytest.mark.parametrize("layer", [0, 2])
def test_what_is_frozen_or_not_there_has_no_part(name, layer):
    model = small_network()
    model[layer].requires_grad_(False)
    parts = Optimiser(model, Recipe(optimiser=name)).parts
    wanted = [id(each) for each in model[2 - layer].parameters()]
    assert sorted(id(each) for part in parts for each in part.parameters) == sorted(wanted)


def test_singular_values_follow_the_quintic_three_times():
    torch.manual_seed(0)
    matrix = torch.randn(5, 9)
    values = torch.linalg.svdvals(matrix) / matrix.norm()
    for _ in range(3):
        values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
    torch.testing.assert_close(torch.linalg.svdvals(orthogonalised(matrix)), values.sort(descending=True).values)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "adamax", "muon"])
def test_a_step_follows_torchs_own_optimiser_at_the_scheduled_rate(name):
    torch.manual_seed(2)
    model, twin = nn.Linear(5, 3), nn.Linear(5, 3)
    twin.load_state_dict(model.state_dict())
    recipe = Recipe(optimiser=name, lr=0.02, momentum=0.8, weight_decay=0.01)
    reference = {
        "sgd": lambda p: torch.optim.SGD(p, 0.01, 0.8, weight_decay=0.01, nesterov=True),
        "adam": lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.01),
        "adamw": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.01),
        "adamax": lambda p: torch.optim.Adamax(p, 0.01, weight_decay=0.01),
        "muon": lambda p: torch.optim.SGD(p, 0.01, 0.85, weight_decay=0.01, nesterov=True),  # there are no filters
    }[name](twin.parameters())
    optimiser = Optimiser(model, recipe)
    for _ in range(3):
        inputs = torch.randn(4, 5)
        for each in (model, twin):
            each(inputs).square().sum().backward()
        optimiser.step(fraction=0.5)
        reference.step()
        reference.zero_grad()
    for mine, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)
        assert mine.grad is None, "gradients are cleared"


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "adamax", "muon"])
def test_an_optimiser_that_was_saved_goes_on_as_if_nothing_had_happened(name):
    def steps(model, optimiser, seeds):
        for seed in seeds:
            generator = torch.Generator().manual_seed(seed)
            model(torch.randn(2, 3, 8, 8, generator=generator)).square().sum().backward()
            optimiser.step(1.0)

    def fresh():
        torch.manual_seed(4)
        model = small_network()
        return model, Optimiser(model, Recipe(optimiser=name, lr=0.01, weight_decay=0.01))

    straight, optimiser = fresh()
    steps(straight, optimiser, range(6))
    model, optimiser = fresh()
    steps(model, optimiser, range(3))
    resumed, second = fresh()
    resumed.load_state_dict(model.state_dict())
    second.load(optimiser.state())
    steps(resumed, second, range(3, 6))
    for one, other in zip(straight.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)


def test_lookahead_blends_on_schedule_and_ends_on_the_average():
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 1.0)
    lookahead = Lookahead(model, every=2)
    with torch.no_grad():
        model.weight.fill_(2.0)
    lookahead.after_step(1, 4)
    assert model.weight.item() == 2.0, "not yet"
    lookahead.after_step(2, 4)
    decay = 0.95**5 * 0.5**3
    assert model.weight.item() == pytest.approx(1.0 * decay + 2.0 * (1 - decay))
    average = model.weight.item()
    with torch.no_grad():
        model.weight.fill_(9.0)
    lookahead.after_step(4, 4)
    assert model.weight.item() == pytest.approx(average)


def test_lookahead_averages_running_statistics_too_and_leaves_counts_alone():
    model = nn.BatchNorm2d(1)
    lookahead = Lookahead(model, every=1)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.fill_({"num_batches_tracked": 7}.get(name, 5))
    lookahead.after_step(1, 2)
    decay = 0.95**5 * 0.5**3
    half_way = {name: start * decay + 5 * (1 - decay) for name, start in (("of one", 1.0), ("of none", 0.0))}
    assert {name: value.tolist() for name, value in model.state_dict().items()} == {
        "weight": [pytest.approx(half_way["of one"])],
        "bias": [pytest.approx(half_way["of none"])],
        "running_mean": [pytest.approx(half_way["of none"])],
        "running_var": [pytest.approx(half_way["of one"])],
        "num_batches_tracked": 7,
    }


STEPS = """
import sys
import torch
from torch import nn
from cifar_gui.recipe import Recipe, settings
from cifar_gui.training.optimisers import Optimiser
for name in sys.argv[1:]:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 2))
    optimiser = Optimiser(model, Recipe(optimiser=name))
    for _ in range(2):
        model(torch.ones(2, 3, 8, 8)).sum().backward()
        optimiser.step(1.0)
print({"torch._dynamo", "sympy"} & set(sys.modules))
"""


def test_stepping_does_not_pull_in_the_compiler(run_python):
    done = run_python(STEPS, *settings()["optimiser"].choices)
    assert (done.stdout, done.returncode) == ("set()\n", 0), done.stderr
