"""Weights become colours."""

from __future__ import annotations

import numpy as np

from cifar_gui.explain import colours


def test_zero_is_mid_grey_in_both_maps():
    zero = np.zeros((1, 3, 1, 1), np.float32)
    assert colours.rgb(zero).tolist() == [[[[128, 128, 128, 255]]]]
    assert colours.signed(zero[:, 0]).tolist() == [[[[128, 128, 128, 255]]]]


def test_each_channel_of_a_colour_filter_is_one_colour():
    red_without_blue = np.array([1.0, 0.0, -1.0], np.float32).reshape(1, 3, 1, 1)
    assert colours.rgb(red_without_blue)[0, 0, 0].tolist() == [255, 128, 1, 255]


def test_signed_colours_grow_lighter_all_the_way():
    strip = colours.signed_strip(101)[0, :, :3].astype(np.float64)
    lightness = strip @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()
    assert (strip[0].tolist(), strip[50].tolist(), strip[100].tolist()) == ([16, 48, 140], [128] * 3, [255, 214, 102])


def test_own_scale_takes_the_largest_weight_of_each_filter_and_common_scale_that_of_all():
    weights = np.array([[[[1.0, -2.0]]], [[[0.5, 0.0]]], [[[0.0, 0.0]]]], np.float32)
    assert colours.largest(weights, "own").ravel().tolist() == [2.0, 0.5, 1.0]
    assert colours.largest(weights, "common").ravel().tolist() == [2.0, 2.0, 2.0]


def test_a_layer_of_zeros_has_a_scale_all_the_same():
    assert colours.largest(np.zeros((2, 3, 1, 1), np.float32), "common").ravel().tolist() == [1.0, 1.0]


def test_the_legend_says_how_brightness_was_made():
    weights = np.array([[[[0.25, -0.5]]]], np.float32)
    own = colours.legend(weights, "own", coloured=True)
    common = colours.legend(weights, "common", coloured=False)
    assert (own.kind, own.low, own.high) == ("rgb", "−max", "+max")
    assert (common.kind, common.low, common.high) == ("signed", "−0.5", "+0.5")
    assert "±0.5" in common.note


def test_one_scale_for_the_whole_network_reaches_as_far_as_that_of_all_layers_if_it_is_known():
    weights = np.array([[[[0.25, -0.5]]], [[[0.0, 0.0]]]], np.float32)
    assert colours.largest(weights, "network", 2.0).ravel().tolist() == [2.0, 2.0]
    assert colours.largest(weights, "network", 0.0).ravel().tolist() == [1.0, 1.0], "a network of zeros"
    assert colours.largest(weights, "network").ravel().tolist() == [0.5, 0.5], "it is not known yet"
    assert colours.largest(weights, "common", 2.0).ravel().tolist() == [0.5, 0.5], "that of the layer itself"
    assert colours.largest(weights, "own", 2.0).ravel().tolist() == [0.5, 1.0]
    for scale, reach, high, whose in (
        ("network", 2.0, "+2", "layers"),
        ("network", None, "+0.5", "layers"),
        ("common", 2.0, "+0.5", "units"),
    ):
        legend = colours.legend(weights, scale, coloured=False, reach=reach, of="answer", whose="units")
        assert (legend.low, legend.high) == (high.replace("+", "−"), high)
        assert legend.note == f"One scale for all {whose}: full colour is ±{high[1:]}."
    own = colours.legend(weights, "own", coloured=False, reach=2.0, of="answer", whose="units")
    assert own.note == "Each of the units is scaled to its own largest answer; grey is 0."
