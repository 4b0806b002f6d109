"""Why there is no held-out picture is said in the same words wherever it is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.data.held_out import none_held_out
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import DataError
from cifar_gui.explain.held_out import held_out
from cifar_gui.ui.held_out import why_none


def test_explanations_and_the_window_give_the_same_reason_and_the_way_out(tiny_data):
    train, _validation, test = tiny_data.counts
    without = replace(tiny_data, counts=(train, 0, test))
    card = ModelCard("simple", without.class_names, CENTRED)
    with pytest.raises(DataError) as refused:
        held_out(without, card)
    assert str(refused.value) == why_none(without, None) == none_held_out("Tiny")
    assert "Use a data set with" in none_held_out("Tiny")
