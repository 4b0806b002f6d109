"""What a design would cost if its layers were fully connected."""

from __future__ import annotations

import pytest

from cifar_gui.networks.base import build
from cifar_gui.networks.custom import START
from cifar_gui.networks.design import Design
from cifar_gui.networks.sharing import comparison, connected, dense_parameters


def of(words: str) -> Design:
    return Design.from_text(words)


def test_a_neuron_of_a_dense_first_layer_needs_3072_weights_and_a_bias():
    (first, *_) = connected(of("convolution depth=32; flatten; dense"))
    assert (first.dense_weights, first.neurons) == (3072, 32 * 32 * 32)
    assert first.dense_parameters == 32 * 32 * 32 * 3073


def test_each_layer_is_connected_to_what_comes_out_of_the_one_before_pooling_included():
    made = of("convolution depth=8; max_pooling; convolution depth=4 padding=valid; flatten; dense units=5; dense")
    assert [(each.dense_weights, each.neurons) for each in connected(made)] == [
        (3072, 8 * 32 * 32),
        (8 * 16 * 16, 4 * 14 * 14),
        (4 * 14 * 14, 5),
        (5, 10),
    ]
    assert dense_parameters(made) == 8192 * 3073 + 784 * 2049 + 5 * 785 + 10 * 6


@pytest.mark.parametrize("text", ["flatten; dense", "flatten; dense units=70; activation; dense units=30; dense"])
def test_a_network_that_is_fully_connected_costs_what_it_costs(text):
    made = of(text)
    model = build("custom", 10, {"layers": text})
    assert dense_parameters(made) == sum(each.numel() for each in model.parameters())


def test_a_convolution_that_sees_everything_at_one_place_shares_nothing():
    made = of("convolution depth=7 height=32 width=32 padding=valid; flatten; dense")
    assert dense_parameters(made) == sum(step.parameters for step in made.steps())


def test_as_many_classes_as_there_are_count():
    assert dense_parameters(of("flatten; dense"), classes=2) == 2 * 3073


def test_only_what_fits_is_compared():
    made = of("convolution depth=2; dense; flatten; dense")
    assert [each.layer.kind for each in connected(made)] == ["convolution"]
    assert comparison(made) == comparison(of("dense")) == comparison(Design()) == ""


def test_the_first_design_is_compared_in_words():
    assert comparison(START) == (
        "Fully connected, each of the 32,768 neurons of the first convolution would need 3,072 weights and a bias; "
        "each of its 32 filters has 27, shared by all 32 × 32 places. Fully connected layers of the same width would "
        f"have {dense_parameters(START):,} parameters in all, {round(dense_parameters(START) / 545_290)} times the "
        "545,290 of this design."
    )


@pytest.mark.parametrize(("bias", "words"), [("", "3,072 weights and a bias"), (" bias=false", "3,072 weights")])
def test_a_design_without_a_convolution_is_told_what_one_would_save(bias, words):
    assert comparison(of(f"flatten; dense units=70{bias}; dense")) == (
        f"Each of the 70 neurons of the first layer has {words}. A filter of 3 × 3 would have 27, shared by all places "
        "of the picture."
    )


def test_small_factors_are_not_rounded_away():
    said = comparison(of("convolution depth=3 height=32 width=31 padding=0; flatten; dense"))
    assert "each of its 3 filters has 2,976, shared by all 1 × 2 places." in said
    assert said.endswith("18,508 parameters in all, 2.06 times the 9,001 of this design.")
