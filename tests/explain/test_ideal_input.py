"""Ideal inputs: of a filter that is known they look like its weights; of a class the network says it is one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.checkpoint.shipped import find_model
from cifar_gui.errors import Cancelled
from cifar_gui.explain import ideal_input
from cifar_gui.explain.base import EXPLAINERS, Request
from cifar_gui.explain.ideal_input import STATES, _blurred, ideal_inputs, known_ideals
from cifar_gui.explain.layers import class_layer, convolution_layers, weights_of
from cifar_gui.inference.classifier import Classifier

EDGE, BLUE, SILENT, COPY, EMPTY, PLAIN = range(6)


@pytest.fixture
def layer(planted):
    return convolution_layers(planted)[0]


@pytest.mark.parametrize("unit", [EDGE, BLUE, SILENT, PLAIN])
def test_what_a_linear_filter_wants_to_see_looks_like_its_weights(planted, layer, unit):
    wanted = ideal_inputs(planted, layer, [unit]).states[-1, 0].astype(float) - 128
    weights = weights_of(planted, layer)[unit].numpy()
    assert wanted.shape == weights.shape
    assert np.corrcoef(wanted.ravel(), weights.ravel())[0, 1] > 0.97


def test_a_filter_without_weights_wants_nothing(planted, layer):
    assert np.abs(ideal_inputs(planted, layer, [EMPTY]).states[-1].astype(int) - 128).max() < 20


def test_it_forms_from_grey_and_its_answer_rises(planted, layer):
    found = ideal_inputs(planted, layer, [EDGE])
    assert len(found.states) == len(STATES)
    contrast = found.states[:, 0].astype(float).std((1, 2, 3))
    assert contrast[0] < 10 < contrast[-1]
    swing = found.states[-1, 0, :, 1].astype(float)
    assert found.answers[0] == pytest.approx((swing[:, 2] - swing[:, 0]).mean() / 255, abs=0.01)
    assert found.answers[0] > 0.5


def test_the_same_is_drawn_every_time_whichever_units_are_drawn_with_it(planted, layer, monkeypatch):
    everything = ideal_inputs(planted, layer)
    ideal_input._KEPT._results.clear()
    monkeypatch.setattr(ideal_input, "_PORTION", 2)
    again, alone = ideal_inputs(planted, layer), ideal_inputs(planted, layer, [PLAIN])
    assert np.array_equal(everything.states, again.states)
    assert np.array_equal(alone.states[:, 0], everything.states[:, PLAIN])


def test_no_random_numbers_of_others_are_drawn(planted, layer):
    before = torch.get_rng_state()
    ideal_inputs(planted, layer, [EDGE])
    assert torch.equal(torch.get_rng_state(), before)


def test_a_whole_layer_is_kept_and_tells_of_each_of_its_units(planted, layer, monkeypatch):
    assert known_ideals(planted, layer) is None
    everything = ideal_inputs(planted, layer)
    monkeypatch.setattr(ideal_input, "rebuild", lambda _snapshot: pytest.fail("drawn again"))
    assert known_ideals(planted, layer) is everything
    one = ideal_inputs(planted, layer, [BLUE])
    assert np.array_equal(one.states[:, 0], everything.states[:, BLUE])
    assert one.answers[0] == everything.answers[BLUE]


def test_whoever_has_had_enough_gets_nothing(planted, layer):
    told: list[float] = []

    def until_half(share: float, _what: str) -> None:
        told.append(share)
        if share >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        ideal_inputs(planted, layer, None, until_half)
    assert told == sorted(told)
    assert known_ideals(planted, layer) is None


def test_the_grid_shows_ideal_inputs_at_the_size_that_the_units_see(planted, layer):
    grid = EXPLAINERS["ideal"](planted, Request(layer, "norm"))
    assert grid.tiles.shape == (6, 3, 3, 4)
    assert grid.units[-1] == EMPTY
    assert grid.captions[grid.position(EDGE)].startswith("filter 0 · answers ")
    one = EXPLAINERS["ideal"](planted, Request(layer, unit=EDGE))
    assert one.units == (EDGE,)
    assert np.array_equal(one.tile(EDGE), grid.tile(EDGE))


def test_a_unit_at_the_middle_of_a_small_picture_sees_what_it_would_of_a_whole_one(snapshot_of, monkeypatch):
    """The pictures that are climbed on are as small as can be; that changes nothing but the time it takes."""
    snapshot = snapshot_of("airnet", size="93")
    layer = next(each for each in convolution_layers(snapshot) if each.label == "block 1 · conv 2")
    small = ideal_input._climb_all(snapshot, layer, (7,), lambda _share, _what: None)
    monkeypatch.setattr(ideal_input, "_SIDES", ())
    whole = ideal_input._climb_all(snapshot, layer, (7,), lambda _share, _what: None)
    assert small.states.shape == whole.states.shape == (len(STATES), 1, 3, 9, 9)
    assert small.answers[0] == pytest.approx(whole.answers[0], rel=0.2)


@pytest.fixture(scope="module")
def airnet():
    snapshot = load_snapshot(find_model("airnet"))
    return snapshot, torch.from_numpy(ideal_inputs(snapshot, class_layer(snapshot)).states[-1])


@pytest.mark.parametrize("six_views", [False, True])
def test_the_shipped_network_is_sure_of_every_ideal_input_of_its_classes(airnet, six_views):
    snapshot, pictures = airnet
    says = Classifier(snapshot, six_views=six_views).classify_inputs(pictures)
    assert says.argmax(1).tolist() == list(range(10))
    assert float(says.diagonal().min()) > 0.99


@pytest.mark.parametrize("shift", [(2, -3), (-3, 2), (0, 3)])
def test_a_blurred_and_shifted_copy_of_it_is_still_the_same_class(airnet, shift):
    snapshot, pictures = airnet
    moved = _blurred(pictures.float()).roll(shift, (2, 3)).round().to(torch.uint8)
    assert Classifier(snapshot).classify_inputs(moved).argmax(1).tolist() == list(range(10))
