"""Module paths become words."""

from __future__ import annotations

import pytest

from cifar_gui.explain.names import readable_names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stem", "stem"),
        ("blocks.0.conv2", "block 1 · conv 2"),
        ("stem_gelu", "stem gelu"),
        ("3a.5x5.reduce.conv", "3a · 5x5 · reduce · conv"),
        ("conv3.1.norm", "conv 3.2 · norm"),
        ("stage2.0.first.conv", "stage 2.1 · first · conv"),
        ("features.stages.1.branch_a.conv", "stage 2 · branch a · conv"),
    ],
)
def test_a_named_layer_keeps_its_name_in_words(name, words):
    assert readable_names([name], ["Conv2d"]) == [words]


def test_layers_that_are_only_numbered_are_called_by_their_kind_and_counted():
    names = readable_names(["0", "1", "2", "4"], ["Conv2d", "LeakyReLU", "Conv2d", "Linear"])
    assert names == ["conv 1", "leaky relu 1", "conv 2", "dense 1"]


def test_numbered_layers_are_counted_within_their_block():
    names = readable_names(["blocks.0.0", "blocks.0.2", "blocks.1.0"], ["Conv2d"] * 3)
    assert names == ["block 1 · conv 1", "block 1 · conv 2", "block 2 · conv 1"]
