"""What a network should reach is compared with what it has reached, where that can be compared."""

from __future__ import annotations

import pytest

from cifar_gui.networks.base import NETWORKS, about, presets, reach
from cifar_gui.ui.train.expectation import Expectation, comparison, expectation
from cifar_gui.words import percent_range

LENET = presets("lenet")["best"]


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_network_but_ones_own_says_what_it_should_reach_with_its_best_preset(name):
    expected = expectation(presets(name)["best"], is_cifar10=True)
    if name == "custom":
        assert expected is None
        return
    assert expected is not None
    assert expected.is_best
    low, high = expected.reach
    assert 0.1 < low < high < 1
    assert percent_range(low, high) in about(name)


def test_with_another_preset_the_best_one_is_the_measure():
    assert expectation(presets("lenet")["quick"], is_cifar10=True) == Expectation(reach("lenet"), is_best=False)
    assert expectation(LENET.changed(lr=0.5), is_cifar10=True) == Expectation(reach("lenet"), is_best=False)
    assert expectation(LENET.changed(seed=7, data="/my/pictures"), is_cifar10=True).is_best


@pytest.mark.parametrize(
    ("recipe", "is_cifar10"),
    [
        (LENET, False),
        (presets("vgg11")["best"].changed(network_settings={"width": 8}), True),
        (presets("airnet")["quick"], True),  # a smaller one
        (LENET.changed(network="of another version"), True),
    ],
)
def test_other_pictures_and_other_widths_are_not_compared(recipe, is_cifar10):
    assert expectation(recipe, is_cifar10=is_cifar10) is None


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_preset_of_the_same_network_has_its_measure(name):
    for preset, recipe in presets(name).items():
        smaller = recipe.network_settings.get("size", "94") != "94"
        assert (expectation(recipe, is_cifar10=True) is None) == (name == "custom" or smaller), preset


def test_dropout_makes_it_no_other_network_and_nonsense_none():
    silenced = presets("vgg11")["best"].changed(network_settings={"dropout": 0.9})
    assert expectation(silenced, is_cifar10=True) == Expectation(reach("vgg11"), is_best=False)
    nonsense = presets("vgg11")["best"].changed(network_settings={"width": -1})
    assert expectation(nonsense, is_cifar10=True) is None


def test_a_setting_that_says_what_is_usual_anyway_changes_nothing():
    assert expectation(presets("vgg11")["best"].changed(network_settings={"width": 64}), is_cifar10=True) is not None


@pytest.mark.parametrize(
    ("best", "is_best", "ended", "words"),
    [
        (0.748, True, True, "It reached 74.8 %; this network should reach 65–76 %."),
        (0.6496, True, True, "It reached 65.0 %; this network should reach 65–76 %."),
        (0.60, True, True, "It reached 60.0 %, less than the 65–76 % that this network should reach."),
        (0.7604, True, True, "It reached 76.0 %; this network should reach 65–76 %."),
        (0.78, True, True, "It reached 78.0 %, more than the 65–76 % that this network should reach."),
        (0.60, False, True, "It reached 60.0 %; the best preset of this network should reach 65–76 %."),
        (
            *(0.78, False, True),
            "It reached 78.0 %, more than the 65–76 % that the best preset of this network should reach.",
        ),
        (0.60, True, False, "So far 60.0 %; this network should reach 65–76 %."),
        (0.78, False, False, "So far 78.0 %; the best preset of this network should reach 65–76 %."),
    ],
)
def test_what_was_reached_stands_beside_what_should_be(best, is_best, ended, words):
    assert comparison(best, Expectation((0.65, 0.76), is_best), ended=ended) == words
