"""Every registered network keeps the promises that the rest of the app relies on."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cifar_gui.errors import CifarGuiError, RecipeError
from cifar_gui.networks.base import NETWORKS, about, build, is_designed, network_settings, presets
from cifar_gui.networks.design import MAX_PARAMETERS
from cifar_gui.networks.layer_table import layer_table, total_multiply_adds, total_parameters
from cifar_gui.networks.skeleton import build_without_weights
from cifar_gui.recipe import PRESETS

PARAMETERS = {
    "airnet": 1_972_792, "keras1m": 1_084_234, "simple": 31_066, "mlp": 1_578_506, "handmade": 61_371,
    "lenet": 62_006, "alexnet": 4_618_186, "zfnet": 6_086_378, "vgg11": 9_228_362, "vgg16": 14_724_042,
    "inception_v1": 5_976_122, "inception_v2": 6_269_834, "resnet20": 272_474, "resnet18": 11_173_962,
    "custom": 545_290,
}  # fmt: skip


MULTIPLY_ADDS = {
    "airnet": 118_147_360, "keras1m": 13_289_984, "simple": 362_496, "mlp": 1_577_984, "handmade": 6_527_744,
    "lenet": 651_720, "alexnet": 169_284_608, "zfnet": 247_239_680, "vgg11": 152_769_536, "vgg16": 313_201_664,
    "inception_v1": 391_620_608, "inception_v2": 410_249_216, "resnet20": 40_813_184, "resnet18": 555_422_720,
    "custom": 6_128_896,
}  # fmt: skip
"""For one picture: parameters do not show a stride, nor a pool, that stands where it should not."""


@pytest.fixture(params=NETWORKS.names())
def name(request: pytest.FixtureRequest) -> str:
    torch.manual_seed(0)
    return str(request.param)


def test_it_turns_images_into_logits_for_any_number_of_classes(name):
    images = torch.randn(4, 3, 32, 32)
    assert build(name, 10)(images).shape == (4, 10)
    assert build(name, 3)(images).shape == (4, 3)


def test_it_has_the_number_of_parameters_that_was_derived_by_hand(name):
    assert total_parameters(build(name, 10)) == PARAMETERS[name]


def test_it_says_how_large_it_is_and_how_much_work(name):
    words = " ".join(str(NETWORKS[name].__doc__).split())
    assert f"{PARAMETERS[name]:,} parameters for ten classes, {MULTIPLY_ADDS[name]:,} multiply-adds" in words


def test_gradients_reach_every_weight_that_is_to_learn(name):
    model = build(name, 10)
    F.cross_entropy(model(torch.randn(8, 3, 32, 32)), torch.arange(8)).backward()
    for key, weight in model.named_parameters():
        if weight.requires_grad:
            assert weight.grad is not None, key
            assert weight.grad.abs().sum() > 0, key
        else:
            assert weight.grad is None, key


def test_it_does_not_mix_pictures_of_a_batch_when_it_answers(name):
    model = build(name, 10).eval()
    images = torch.randn(3, 3, 32, 32)
    torch.testing.assert_close(model(images)[1:2], model(images[1:2]), rtol=1e-4, atol=1e-5)


def test_its_presets_are_recipes_for_itself(name):
    made = presets(name)
    assert tuple(made) == PRESETS
    for preset, recipe in made.items():
        assert (recipe.network, recipe.preset) == (name, preset)
        build(name, 10, recipe.network_settings)
    assert made["quick"].epochs < made["best"].epochs


def test_it_says_where_it_comes_from_and_what_to_expect(name):
    assert "%" in about(name) or is_designed(name), "what is put together may reach anything"
    assert NETWORKS.entry(name).label


def test_the_table_adds_up_to_the_network_and_to_the_work_that_was_derived_by_hand(name):
    model = build(name, 10)
    rows = layer_table(model)
    assert sum(row.parameters for row in rows) == total_parameters(model)
    assert total_multiply_adds(rows) == MULTIPLY_ADDS[name]
    assert rows[-1].output_shape == (10,)


def test_a_setting_that_a_network_does_not_have_is_refused_with_those_it_has(name):
    with pytest.raises(RecipeError, match="no setting called 'wings'"):
        build(name, 10, {"wings": 2})
    assert "classes" not in network_settings(name)


def test_an_unknown_network_is_refused_with_the_known_ones():
    with pytest.raises(CifarGuiError, match=r"no network called 'airnett'. Did you mean 'airnet'.*airnet, "):
        build("airnett", 10)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("airnet", {"size": "97"}), ("simple", {"kernel": 4}), ("handmade", {"cells": 5}), ("mlp", {"hidden": "many"})],
)
def test_settings_out_of_range_are_refused_in_words(name, settings):
    with pytest.raises(RecipeError, match=f"{name} cannot be built"):
        build(name, 10, settings)


def test_a_network_of_too_many_parameters_is_refused_before_there_is_memory_for_them(monkeypatch):
    def build_vast(classes=10, width=1):
        return nn.Sequential(nn.Linear(width, 10_000, bias=False), nn.Linear(10_000, classes))

    monkeypatch.setattr(NETWORKS, "_entries", dict(NETWORKS._entries))
    NETWORKS.register("vast", label="Vast")(build_vast)
    for make in (build, build_without_weights):
        with pytest.raises(RecipeError, match=r"vast cannot be built with .+: it would have more than 100,000,000"):
            make("vast", 10, {"width": 10**9})
    most = (MAX_PARAMETERS - 10_000 * 10 - 10) // 10_000
    assert total_parameters(build_without_weights("vast", 10, {"width": most})) <= MAX_PARAMETERS
    with pytest.raises(RecipeError, match="more than"):
        build_without_weights("vast", 10, {"width": most + 1})


def test_a_setting_that_torch_refuses_is_refused_in_words(monkeypatch):
    def fail(**_settings):
        raise RuntimeError("no such kernel")

    monkeypatch.setattr(NETWORKS, "_entries", dict(NETWORKS._entries))
    NETWORKS.register("broken", label="Broken")(fail)
    with pytest.raises(RecipeError, match=r"broken cannot be built with \{\}: no such kernel"):
        build("broken", 10)


def widths(model: nn.Module) -> tuple[int, int]:
    """Maps of the first convolution, and inputs of the last layer."""
    layers = [each for each in model.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
    return layers[0].out_channels, layers[-1].in_features


def units(model: nn.Module) -> list[int]:
    return [each.out_features for each in model.modules() if isinstance(each, nn.Linear)]


def dropouts(model: nn.Module) -> list[float]:
    return [each.p for each in model.modules() if isinstance(each, nn.Dropout)]


def slopes(model: nn.Module) -> list[float]:
    return [each.negative_slope for each in model.modules() if isinstance(each, nn.LeakyReLU)]


def momenta(model: nn.Module) -> set[float]:
    return {each.momentum for each in model.modules() if isinstance(each, nn.BatchNorm2d)}


def side_classifiers(model: nn.Module) -> list[int]:
    """The units of the side classifiers' last layers."""
    return [units(each)[-1] for each in model.children() if hasattr(each, "take")]


def kinds(model: nn.Module) -> list[type[nn.Module]]:
    return [type(each) for each in model.children()]


CHOSEN = {
    ("airnet", "size"): ("96", widths, (24, 512)),
    ("airnet", "batch_norm_weight"): (0.5, momenta, {0.5}),
    ("airnet", "unit_head"): (False, lambda model: model.output_scale, 1 / 9),
    ("resnet20", "width"): (3, widths, (3, 12)),
    ("resnet18", "width"): (3, widths, (3, 24)),
    ("vgg11", "width"): (3, widths, (3, 24)),
    ("vgg11", "dropout"): (0.3, dropouts, [0.3]),
    ("vgg16", "width"): (3, widths, (3, 24)),
    ("vgg16", "dropout"): (0.3, dropouts, [0.3]),
    ("inception_v1", "width"): (0.125, widths, (8, 128)),
    ("inception_v1", "dropout"): (0.3, dropouts, [0.3]),
    ("inception_v1", "side_classifiers"): (True, side_classifiers, [10, 10]),
    ("inception_v2", "width"): (0.125, widths, (8, 128)),
    ("inception_v2", "dropout"): (0.3, dropouts, [0.3]),
    ("inception_v2", "side_classifiers"): (True, side_classifiers, [10, 10]),
    ("alexnet", "units"): (7, units, [7, 7, 10]),
    ("alexnet", "dropout"): (0.3, dropouts, [0.3, 0.3]),
    ("zfnet", "units"): (7, units, [7, 7, 10]),
    ("zfnet", "dropout"): (0.3, dropouts, [0.3, 0.3]),
    ("keras1m", "conv_dropout"): (0.1, dropouts, [0.1, 0.1, 0.5]),
    ("keras1m", "dense_dropout"): (0.1, dropouts, [0.25, 0.25, 0.1]),
    ("keras1m", "slope"): (0.3, slopes, [0.3] * 5),
    ("simple", "filters"): (5, widths, (5, 5 * 256)),
    ("simple", "kernel"): (7, lambda model: model[0].kernel_size, (7, 7)),
    ("mlp", "hidden"): (7, units, [7, 10]),
    ("mlp", "dropout"): (0.3, dropouts, [0.3]),
    ("handmade", "cells"): (2, lambda model: model.head.in_features, 2 * 43 * 4),
    ("custom", "layers"): ("flatten; dense", kinds, [nn.Flatten, nn.Linear]),
}
"""Each setting of each network: another value than the usual, and what it makes of the network."""


@pytest.mark.parametrize(("name", "key"), CHOSEN)
def test_what_is_chosen_of_a_network_is_built(name, key):
    value, found, expected = CHOSEN[name, key]
    chosen, usual = (build_without_weights(name, 10, settings) for settings in ({key: value}, {}))
    assert found(chosen) == expected
    assert found(usual) != expected


def test_there_is_no_other_setting():
    assert set(CHOSEN) == {(entry.name, key) for entry in NETWORKS for key in network_settings(entry.name)}


@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_the_filters_of_the_keras_network_start_as_wide_as_its_slope_wants(slope):
    """He et al.: the variance that keeps the size of the signals, 2 / (1 + slope²) over the inputs."""
    torch.manual_seed(0)
    for layer in build("keras1m", 10, {"slope": slope}):
        if isinstance(layer, nn.Conv2d):
            wanted = (2 / (1 + slope**2) / (9 * layer.in_channels)) ** 0.5
            assert layer.weight.std().item() == pytest.approx(wanted, rel=0.1)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("alexnet", "conv1 pool1 conv2 pool2 conv3 conv4 conv5 pool5 dense6 dense7 dense8"),
        ("zfnet", "conv1 pool1 conv2 conv3 conv4 conv5 pool5 dense6 dense7 dense8"),
        ("vgg11", "conv1 pool1 conv2 pool2 conv3 pool3 conv4 pool4 conv5 pool5 dense"),
        ("inception_v2", "conv1 pool1 conv2_reduce conv2 3a 3b pool3 4a 4b 4c 4d 4e pool4 5a 5b pool5 dense"),
    ],
)
def test_the_parts_of_a_textbook_network_are_called_as_in_its_paper(name, parts):
    quiet = ("flatten", "dropout", "act")
    found = [part for part, _ in build(name, 10).named_children() if not part.startswith(quiet)]
    assert found == parts.split()
