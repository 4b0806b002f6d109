"""Which convolution layers a network has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.explain import feature_maps, ideal_input, layers, survey
from cifar_gui.explain.layers import (
    bias_of,
    class_layer,
    convolution_layers,
    filter_layers,
    first_learned_layer,
    weights_of,
)
from cifar_gui.networks.base import NETWORKS, build
from cifar_gui.networks.layer_table import steps


@pytest.mark.parametrize("network", NETWORKS.names())
def test_every_convolution_of_every_network_is_listed_with_its_true_shape(network, snapshot_of):
    snapshot = snapshot_of(network)
    modules = {name: module for name, module in build(network, 10).named_modules() if isinstance(module, nn.Conv2d)}
    found = {layer.name: layer for layer in convolution_layers(snapshot)}
    assert found.keys() == modules.keys()
    for name, layer in found.items():
        assert layer.shape == tuple(modules[name].weight.shape)
        assert layer.parameters == sum(each.numel() for each in modules[name].parameters())
        assert weights_of(snapshot, layer).shape == layer.shape


def test_layers_of_the_whitening_network_have_names_for_people(snapshot_of):
    labels = [layer.label for layer in convolution_layers(snapshot_of("airnet", size="93"))]
    assert labels == ["stem", *(f"block {block} · conv {conv}" for block in (1, 2, 3) for conv in (1, 2))]


def test_a_fixed_stem_is_called_computed_and_the_next_layer_is_seen_through_it(snapshot_of):
    stem, following, third, *_ = convolution_layers(snapshot_of("airnet", size="93"))
    assert (stem.learned, stem.note, stem.coloured) == (False, "computed, not learned", True)
    assert following.learned
    assert following.stem == stem
    assert following.coloured
    assert following.note == "seen in colour through stem"
    assert third.note == ""
    assert third.stem is None
    assert not third.coloured


@pytest.mark.parametrize(
    ("network", "label"),
    [("airnet", "block 1 · conv 1"), ("keras1m", "conv 1"), ("mlp", "dense 1"), ("handmade", None)],
)
def test_the_first_layer_that_learns(network, label, snapshot_of):
    layer = first_learned_layer(snapshot_of(network))
    assert (layer and layer.label) == label


def test_a_dense_layer_of_the_picture_itself_is_one_of_filters_as_large_as_it(snapshot_of):
    snapshot = snapshot_of("mlp", hidden=5)
    (layer,) = filter_layers(snapshot)
    assert (layer.label, layer.noun, layer.shape, layer.coloured) == ("dense 1", "unit", (5, 3, 32, 32), True)
    assert layer.parameters == 5 * 3073
    picture = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(1))
    answers = rebuild(snapshot).get_submodule(layer.name)(picture.flatten())
    expected = (weights_of(snapshot, layer) * picture).sum((1, 2, 3)) + snapshot.weights[f"{layer.name}.bias"].float()
    assert torch.allclose(answers, expected, atol=1e-3)


@pytest.mark.parametrize("network", ["keras1m", "simple", "handmade"])
def test_a_dense_layer_of_anything_else_is_none_of_filters(network, snapshot_of):
    snapshot = snapshot_of(network)
    assert filter_layers(snapshot) == convolution_layers(snapshot)
    assert class_layer(snapshot).shape[2:] == (1, 1)


def test_a_learned_first_layer_is_no_stem(snapshot_of):
    assert [layer.stem for layer in convolution_layers(snapshot_of("keras1m"))] == [None] * 4


def test_a_network_is_looked_at_once_however_many_snapshots_come(snapshot_of, monkeypatch):
    first = convolution_layers(snapshot_of("simple"))
    monkeypatch.setattr(layers, "rebuild", lambda snapshot: pytest.fail("built again"))
    assert convolution_layers(snapshot_of("simple")) == first


def test_only_so_many_architectures_are_remembered():
    for number in range(layers._ARCHITECTURES + 3):
        layers._KNOWN.get(str(number), tuple)
        layers._STEPS.get(str(number), tuple)
    assert {len(kept._results) for kept in (layers._KNOWN, layers._STEPS)} == {layers._ARCHITECTURES}


def test_looking_leaves_no_hook_behind():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 1))
    found = layers._look(model)
    assert [layer.label for layer in found] == ["conv 1", "conv 2"]
    assert [layer.shape for layer in found] == [(4, 3, 3, 3), (2, 4, 1, 1)]
    assert not any(module._forward_hooks for module in model.modules())


def fixed(layer: nn.Conv2d) -> nn.Conv2d:
    return layer.requires_grad_(False)


@pytest.mark.parametrize(
    ("modules", "through_the_first"),
    [
        ([fixed(nn.Conv2d(3, 4, 3)), nn.ReLU(), nn.Conv2d(4, 2, 1)], True),
        ([nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 1)], False),
        ([fixed(nn.Conv2d(3, 4, 3)), nn.MaxPool2d(2), nn.Conv2d(4, 2, 1)], False),
        ([nn.PixelUnshuffle(2), fixed(nn.Conv2d(12, 4, 3)), nn.Conv2d(4, 2, 1)], False),
        ([fixed(nn.Conv2d(3, 3, 3, groups=3)), nn.Conv2d(3, 2, 1)], False),
        ([fixed(nn.Conv2d(3, 4, 3)), nn.Conv2d(4, 2, 1, groups=2)], False),
        ([fixed(nn.Conv2d(3, 4, 3)), nn.PixelShuffle(2), nn.Upsample(scale_factor=0.5), nn.Conv2d(1, 2, 1)], False),
    ],
)
def test_a_layer_is_seen_through_a_fixed_one_only_if_it_reads_that_pixel_by_pixel(modules, through_the_first):
    first, second = layers._look(nn.Sequential(*modules))
    assert second.stem == (first if through_the_first else None)


def test_a_fixed_layer_behind_a_fixed_stem_is_called_computed_and_a_single_layer_has_no_stem():
    first, second = layers._look(nn.Sequential(fixed(nn.Conv2d(3, 4, 3)), fixed(nn.Conv2d(4, 2, 1))))
    assert (second.stem, second.note) == (first, "computed, not learned")
    assert [layer.stem for layer in layers._look(nn.Sequential(fixed(nn.Conv2d(3, 4, 3))))] == [None]


def test_strides_are_noted_down_and_across():
    (layer,) = layers._look(nn.Sequential(nn.Conv2d(3, 4, 3, stride=(2, 1))))
    assert layer.stride == (2, 1)


def test_networks_of_one_kind_with_other_settings_are_looked_at_again(snapshot_of):
    assert [convolution_layers(snapshot_of("simple", filters=count))[0].units for count in (5, 7, 5)] == [5, 7, 5]


def test_no_hook_is_left_behind_when_the_network_fails():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(5, 5))
    with pytest.raises(RuntimeError):
        layers._look(model)
    assert not any(module._forward_hooks for module in model.modules())


def test_looking_draws_no_random_numbers(snapshot_of):
    snapshot = snapshot_of("simple", filters=5)
    before = torch.get_rng_state()
    convolution_layers(snapshot)
    assert torch.equal(torch.get_rng_state(), before)


def test_weights_kept_in_half_precision_are_read_as_float32(layer_with):
    snapshot, layer = layer_with([[[[0.5]]], [[[0.5]]]], bias=[0.25, -0.5])
    snapshot.weights["conv.weight"] = snapshot.weights["conv.weight"].half()
    assert weights_of(snapshot, layer).dtype == torch.float32
    assert [bias_of(snapshot, layer, unit) for unit in (0, 1)] == [0.25, -0.5]


def test_a_layer_without_biases_has_none(layer_with):
    snapshot, layer = layer_with([[[[0.5]]]])
    assert bias_of(snapshot, layer, 0) is None


def test_layers_of_one_label_in_containers_of_other_names_share_no_results(snapshot_of, pictures):
    snapshot = snapshot_of("keras1m")
    first, second = (replace(layer, label="conv 1") for layer in convolution_layers(snapshot)[:2])
    pixels = pictures.split.images[0].numpy()
    own = [feature_maps._feature_maps(snapshot, [layer], pixels)[0] for layer in (first, second)]
    found = [feature_maps.feature_maps(snapshot, [layer], pixels)[0] for layer in (first, second)]
    assert all(np.array_equal(*each) for each in zip(own, found, strict=True))
    assert not np.array_equal(*found)
    assert survey._key(snapshot, first, pictures) != survey._key(snapshot, second, pictures)
    assert ideal_input._key(snapshot, first, (0,)) != ideal_input._key(snapshot, second, (0,))


def test_classes_without_weights_of_their_own_have_a_key(snapshot_of):
    classes = replace(class_layer(snapshot_of("simple")), name="")
    assert classes.key == "classes"


def test_an_answer_that_is_put_together_of_two_is_that_of_neither():
    class Two(nn.Module):
        def __init__(self, scale: bool) -> None:
            super().__init__()
            self.one, self.other, self.scale = nn.Linear(3072, 4), nn.Linear(3072, 4), scale

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            flat = pictures.flatten(1)
            return self.one(flat) * 0.5 if self.scale else self.one(flat) + self.other(flat)

    def kinds(model: nn.Module) -> list[str]:
        return [step.row.kind for step in layers._last_steps(steps(model))]

    assert "Linear" not in kinds(Two(scale=False))
    assert "Linear" in kinds(Two(scale=True)), "merely rescaled"
