"""What is lost without a unit, of a network in which one filter decides everything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.errors import Cancelled, DataError
from cifar_gui.explain import ablation
from cifar_gui.explain.ablation import ablate
from cifar_gui.explain.layers import class_layer, convolution_layers

EDGE, BLUE = range(2)


@pytest.fixture
def layer(planted):
    return convolution_layers(planted)[0]


def test_without_the_filter_that_decides_its_class_is_lost(planted, layer, pictures):
    result = ablate(planted, layer, EDGE, pictures)
    assert (result.before[:2], result.after[:2]) == ((1.0, 1.0), (1.0, 0.0))
    assert (result.accuracy_before, result.accuracy_after) == (1.0, 10 / 12)
    assert (result.count, result.changed) == (12, 2)
    assert result.losses[0] == ("class 1", 1.0)
    split = replace(pictures.split, labels=pictures.split.labels * 0 + 1, fingerprint="wrong labels")
    assert ablate(planted, layer, EDGE, replace(pictures, split=split)).changed == 2, "whatever they are labelled"


def test_without_a_filter_that_nothing_depends_on_nothing_changes(planted, layer, pictures):
    result = ablate(planted, layer, BLUE, pictures)
    assert result.before == result.after
    assert result.changed == 0


def test_the_network_itself_is_as_it_was(planted, layer, pictures):
    first = ablate(planted, layer, EDGE, pictures)
    assert ablate(planted, layer, EDGE, pictures) == first
    assert not any(module._forward_hooks for module in rebuild(planted).modules())


def test_the_answers_of_the_whole_network_are_found_out_once(planted, layer, pictures):
    told: list[float] = []
    ablate(planted, layer, EDGE, pictures, lambda share, _what: told.append(share))
    assert told == [0.0, 0.5, 0.5, 1.0]
    told.clear()
    ablate(planted, layer, BLUE, pictures, lambda share, _what: told.append(share))
    assert told == [0.0, 1.0]


def test_answers_to_other_pictures_are_others(planted, layer, pictures):
    ablate(planted, layer, EDGE, pictures)
    split = pictures.split
    reversed_split = replace(split, images=split.images.flip(0), labels=split.labels.flip(0), fingerprint="backwards")
    assert ablate(planted, layer, EDGE, replace(pictures, split=reversed_split)).accuracy_before == 1.0


def test_it_can_be_given_up(planted, layer, pictures, monkeypatch):
    monkeypatch.setattr(ablation, "_PORTION", 3)

    def enough(share: float, _what: str) -> None:
        if share > 0.6:
            raise Cancelled

    with pytest.raises(Cancelled):
        ablate(planted, layer, EDGE, pictures, enough)


def test_pictures_of_other_classes_are_refused(planted, layer, pictures):
    with pytest.raises(DataError, match="Twelve has others"):
        ablate(planted, layer, EDGE, replace(pictures, class_names=("bright", "dark")))


def test_a_class_that_is_switched_off_is_never_the_answer(planted, pictures):
    """Not even where all the others are far below 0."""
    weights = {**planted.weights, "4.bias": planted.weights["4.bias"] - 50}
    lowered = ModelSnapshot(planted.card, weights)
    result = ablate(lowered, class_layer(lowered), 0, pictures)
    assert (result.before[0], result.after[0]) == (1.0, 0.0)
    assert result.changed == 10


@pytest.mark.parametrize(("seen", "kind"), [(False, "held-out"), (True, "the network has learned from")])
def test_it_knows_whether_the_pictures_were_held_out_from_this_network(planted, layer, pictures, seen, kind):
    assert kind in ablate(planted, layer, EDGE, replace(pictures, seen=seen)).kind
