from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.penultimate import features_of
from cifar_gui.explain.receipt import receipt
from cifar_gui.inference.calibration import Calibration
from cifar_gui.inference.classifier import Classifier
from cifar_gui.inference.last_layer import NotLinear, last_layer, watched
from cifar_gui.networks.base import NETWORKS

PIXELS = np.random.default_rng(5).integers(0, 256, (3, 32, 32)).astype(np.uint8)
ONE, SIX = Calibration(0.5, 0.02), Calibration(0.8, 0.1)
SMALL = {
    "custom": {"layers": "convolution depth=3; activation; global_average; dense"},
    "airnet": {"size": "93"},
    "resnet18": {"width": 4},
    "resnet20": {"width": 4},
    "mlp": {"hidden": 16},
}


@pytest.fixture
def small(snapshot_of: Callable[..., ModelSnapshot]) -> Callable[[str], ModelSnapshot]:
    """A network as small as it can be made, with a calibration for one view and another for six."""

    def take(name: str) -> ModelSnapshot:
        found = snapshot_of(name, **SMALL.get(name, {}))
        card = replace(found.card, calibration={**ONE.kept(six_views=False), **SIX.kept(six_views=True)})
        return ModelSnapshot(card, found.weights)

    return take


@pytest.mark.parametrize("name", [name for name in NETWORKS.names() if name not in ("vgg16", "alexnet", "zfnet")])
@pytest.mark.parametrize("views", [1, 6])
def test_contributions_add_up_to_the_difference_of_the_logits_of_every_network(small, name, views):
    snapshot = small(name)
    logits = Classifier(snapshot, six_views=views == 6).logits(torch.from_numpy(PIXELS[None]))[0].double()
    found = receipt(Examined(snapshot), PIXELS, 3, 5, views=views)
    scale = max(1.0, float(logits.abs().max()))
    assert found.difference == pytest.approx(float(logits[3] - logits[5]), abs=2e-5 * scale)
    assert found.logits == pytest.approx((float(logits[3]), float(logits[5])), abs=2e-5 * scale)
    shares = (SIX if views == 6 else ONE).probabilities(logits)
    assert found.probabilities == pytest.approx((float(shares[3]), float(shares[5])), rel=1e-3)
    assert (found.winner, found.other, found.views) == ("class 3", "class 5", views)
    sizes = [abs(entry.contribution) for entry in found.entries]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("most", [0, 1, 5, 1000])
def test_a_receipt_adds_up_as_it_is_written(small, most):
    found = receipt(Examined(small("lenet")), PIXELS, 0, 1, views=6)
    shown, rest, total = found.written(most)
    assert len(shown) == min(most, len(found.entries))
    assert sum(number for _entry, number in shown) + rest == total == round(100 * found.difference)
    assert all(number == round(100 * entry.contribution) for entry, number in shown)


def test_a_contribution_is_value_times_difference_of_weights(small):
    snapshot = small("lenet")
    examined = Examined(snapshot)
    features = features_of(examined, examined.inputs(PIXELS))[0]
    *_, weight, bias = snapshot.weights.values()
    found = receipt(examined, PIXELS, 0, 1)
    assert not found.per_filter
    by_name = {entry.name: entry for entry in found.entries}
    for unit in (0, 40, 83):
        entry = by_name[f"unit {unit}"]
        assert entry.value == pytest.approx(float(features[unit]))
        wanted = float(features[unit] * (weight[0] - weight[1])[unit] / 0.5)
        assert entry.contribution == pytest.approx(wanted, abs=1e-6)
        assert entry.value * entry.weight == pytest.approx(entry.contribution)
    assert by_name["bias"].contribution == pytest.approx(float((bias[0] - bias[1]) / 0.5), abs=1e-6)
    assert len(found.entries) == 85


def test_units_that_are_places_of_a_map_are_put_together_by_filter(small):
    found = receipt(Examined(small("simple")), PIXELS, 0, 1)
    assert found.per_filter
    assert {entry.name for entry in found.entries} == {*(f"filter {number}" for number in range(12)), "bias"}
    assert {entry.weight is None for entry in found.entries if entry.name != "bias"} == {True}


def test_a_map_of_one_place_has_one_weight(small):
    found = receipt(Examined(small("airnet")), PIXELS, 0, 1, views=6)
    assert found.per_filter
    for entry in found.entries[:10]:
        assert entry.value * entry.weight == pytest.approx(entry.contribution)


def test_asked_the_other_way_round_the_receipt_is_the_same_with_the_signs_turned(small):
    examined = Examined(small("airnet"))
    one, other = receipt(examined, PIXELS, 2, 7), receipt(examined, PIXELS, 7, 2)
    assert one.difference == pytest.approx(-other.difference)
    assert [entry.name for entry in one.entries] == [entry.name for entry in other.entries]


BEFORE = "convolution depth=6 height=3 width=3 stride=4; activation; "
AVERAGED = {
    "1×1": f"{BEFORE}convolution depth=10 height=1 width=1; global_average",
    "3×3, padded and strided": f"{BEFORE}convolution depth=10 height=3 width=3 stride=2; global_average",
    "2×3, without a bias": f"{BEFORE}convolution depth=10 height=2 width=3 padding=valid bias=false; global_average",
    "of one place": f"{BEFORE}convolution depth=10 height=8 width=8 padding=valid; flatten",
    "behind the average": f"{BEFORE}average_pooling size=8; convolution depth=10 height=1 width=1; flatten",
    "rescaled": f"{BEFORE}convolution depth=10 height=1 width=1; batch_norm; global_average",
}


def _with_statistics(snapshot: ModelSnapshot) -> ModelSnapshot:
    """Batch norms rescale each class, and biases add to it, as they would after training."""
    made = torch.Generator().manual_seed(3)
    weights = {
        name: torch.rand(values.shape, generator=made) + 0.5 if "running_" in name or "bias" in name else values
        for name, values in snapshot.weights.items()
    }
    return ModelSnapshot(snapshot.card, weights)


@pytest.mark.parametrize("shape", AVERAGED)
def test_a_convolution_whose_maps_are_averaged_has_a_receipt_that_is_exact(snapshot_of, shape):
    snapshot = _with_statistics(snapshot_of("custom", layers=AVERAGED[shape]))
    logits = Classifier(snapshot, six_views=False).logits(torch.from_numpy(PIXELS[None]))[0].double()
    for views in (1, 6):
        found = receipt(Examined(snapshot), PIXELS, 3, 5, views=views)
        assert found.difference == pytest.approx(found.logits[0] - found.logits[1], abs=1e-6)
        assert {entry.name for entry in found.entries} - {"bias"} == {f"filter {number}" for number in range(6)}
        assert found.per_filter
    found = receipt(Examined(snapshot), PIXELS, 3, 5)
    assert found.difference == pytest.approx(float(logits[3] - logits[5]), abs=1e-6)
    assert float(logits[3] - logits[5]) != 0


def test_of_a_1x1_convolution_the_value_is_the_average_of_the_map_and_there_is_one_weight(snapshot_of):
    examined = Examined(snapshot_of("custom", layers=AVERAGED["1×1"]))
    with torch.inference_mode():
        maps = examined.model[:2](examined.inputs(PIXELS))[0]
    weight = examined.model[2].weight[:, :, 0, 0]
    for entry in receipt(examined, PIXELS, 0, 1).entries:
        if entry.unit is not None:
            assert entry.value == pytest.approx(float(maps[entry.unit].mean()), abs=1e-6)
            assert entry.weight == pytest.approx(float((weight[0] - weight[1])[entry.unit]))


def test_each_group_of_a_convolution_reads_channels_of_its_own():
    torch.manual_seed(0)
    convolution = nn.Conv2d(6, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)
    model = nn.Sequential(convolution, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with torch.inference_mode(), watched(model) as found:
        logits = model(torch.rand(2, 6, 9, 8))
    last = last_layer(found, 4)
    assert torch.allclose(last.features @ last.weight.T + last.bias, logits, atol=1e-6)
    assert last.maps == (6, 3, 2)


@pytest.mark.parametrize(
    ("layers", "why"),
    [
        (f"{BEFORE}convolution depth=5 height=8 width=7 padding=valid; flatten", "weighted sum for each class"),
        (f"{BEFORE}convolution depth=10 height=1 width=1; activation; global_average", "bends the answer behind"),
        (f"{BEFORE}convolution depth=10 height=1 width=1; max_pooling size=8; flatten", "bends the answer behind"),
        ("flatten; dense; activation function=tanh", "bends the answer behind"),
    ],
)
def test_a_network_without_a_linear_head_says_why_it_has_no_receipt(snapshot_of, layers, why):
    examined = Examined(snapshot_of("custom", layers=layers))
    with pytest.raises(NotLinear, match=why):
        receipt(examined, PIXELS, 0, 1)
    assert not any(module._forward_pre_hooks for module in examined.model.modules())
