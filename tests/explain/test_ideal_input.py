"""Ideal inputs: of a filter that is known they look like its weights; of a class the network says it is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.checkpoint.shipped import find_model, shipped_models
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.errors import Cancelled
from cifar_gui.explain import climb, ideal_input
from cifar_gui.explain.base import EXPLAINERS, Request
from cifar_gui.explain.climb import STATES
from cifar_gui.explain.ideal_input import ideal_inputs, known_ideals
from cifar_gui.explain.layers import class_layer, convolution_layers, weights_of
from cifar_gui.explain.store import _contents
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
    def draw(*units: int) -> ideal_input.Ideals:
        return ideal_input._climb_all(planted, layer, units, lambda _share, _what: None)

    everything = draw(*range(6))
    monkeypatch.setattr(ideal_input, "_PORTION", 2)
    again, alone = draw(*range(6)), draw(PLAIN)
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
    caption = grid.captions[grid.position(EDGE)]
    assert caption.startswith("filter 0 · answers ")
    assert caption.endswith(" before its activation")
    assert grid.note.startswith("Made by climbing from grey, 64 steps")
    one = EXPLAINERS["ideal"](planted, Request(layer, unit=EDGE))
    assert one.units == (EDGE,)
    assert np.array_equal(one.tile(EDGE), grid.tile(EDGE))


def test_a_unit_at_the_middle_of_a_small_picture_sees_what_it_would_of_a_whole_one(snapshot_of, monkeypatch):
    """The pictures that are climbed on are as small as can be; that changes nothing but the time it takes."""
    snapshot = snapshot_of("airnet", size="93")
    layer = next(each for each in convolution_layers(snapshot) if each.label == "block 1 · conv 2")
    small = ideal_input._climb_all(snapshot, layer, (7,), lambda _share, _what: None)
    monkeypatch.setattr(climb, "_SIDES", ())
    whole = ideal_input._climb_all(snapshot, layer, (7,), lambda _share, _what: None)
    assert small.states.shape == whole.states.shape == (len(STATES), 1, 3, 9, 9)
    assert small.answers[0] == pytest.approx(whole.answers[0], rel=0.2)


def another_session(monkeypatch) -> None:
    """From now on nothing is in memory, and nothing can be drawn."""
    ideal_input._KEPT._results.clear()
    monkeypatch.setattr(ideal_input, "rebuild", lambda _snapshot: pytest.fail("drawn again"))


@pytest.mark.parametrize("units", [None, [BLUE], [PLAIN, EDGE]])
def test_another_session_has_the_same_without_drawing_it(planted, layer, units, monkeypatch):
    before = ideal_inputs(planted, layer, units)
    another_session(monkeypatch)
    found = ideal_inputs(ModelSnapshot(replace(planted.card, title="Renamed"), planted.weights), layer, units)
    assert found.units == before.units
    assert np.array_equal(found.states, before.states)
    assert np.array_equal(found.answers, before.answers)
    assert (known_ideals(planted, layer) is None) == (units is not None)


def test_it_is_drawn_anew_for_other_weights_and_another_standardisation(planted, layer):
    ideal_inputs(planted, layer)
    weights = {**planted.weights, "0.bias": planted.weights["0.bias"] + 1}
    darker = replace(planted.card.stats, mean=(100.0, 128.0, 128.0))
    assert known_ideals(ModelSnapshot(planted.card, weights), layer) is None
    assert known_ideals(ModelSnapshot(replace(planted.card, stats=darker), planted.weights), layer) is None


@pytest.mark.parametrize("impossible", [np.nan, np.inf])
def test_answers_that_cannot_be_are_not_believed(planted, layer, impossible):
    found = ideal_inputs(planted, layer)
    answers = np.where(np.arange(6) == BLUE, np.float32(impossible), found.answers)
    ideal_input._STORE.write(ideal_input._key(planted, layer, found.units), {**found.arrays, "answers": answers})
    ideal_input._KEPT._results.clear()
    assert known_ideals(planted, layer) is None


def test_how_sure_it_is_of_a_class_is_told_calibrated(planted):
    card = replace(planted.card, calibration={"temperature": 4.0, "smoothing": 0.1})
    weights = {**planted.weights, "4.weight": planted.weights["4.weight"] / 50}  # so that it is not sure of anything
    calm = ModelSnapshot(card, weights)
    found = ideal_inputs(calm, class_layer(calm), [1])
    says = Classifier(calm, six_views=False).classify_inputs(torch.from_numpy(found.states[-1]))
    assert 0.1 < found.answers[0] < 0.9
    assert found.answers[0] == pytest.approx(float(says[0, 1]), abs=1e-3)


@pytest.mark.parametrize("impossible", [np.nan, -0.1, 1.1])
def test_probabilities_that_cannot_be_are_not_believed(planted, impossible):
    layer = class_layer(planted)
    found = ideal_inputs(planted, layer, [1])
    arrays = {**found.arrays, "answers": np.array([impossible], np.float32)}
    ideal_input._STORE.write(ideal_input._key(planted, layer, (1,)), arrays)
    ideal_input._KEPT._results.clear()
    assert ideal_input._known(planted, layer, (1,)) is None


SHIPPED = [path for path in shipped_models() if path.stem != "mlp"]  # that one has no filters to look into


@pytest.fixture(params=SHIPPED, ids=lambda path: path.stem)
def shipped(request) -> tuple[str, ModelSnapshot]:
    return request.param.stem, load_snapshot(request.param)


def test_every_shipped_network_brings_its_ideal_inputs(shipped, monkeypatch):
    """Those of the classes and of its first layers, as many as fit, and nothing that is not its own."""
    name, snapshot = shipped
    another_session(monkeypatch)
    store, layers = ideal_input._STORE, [class_layer(snapshot), *convolution_layers(snapshot)]
    brought = [each for each in layers if known_ideals(snapshot, each) is not None]
    assert len(brought) >= 2
    assert brought == layers[: len(brought)]
    path = store.shipped() / f"{name}.safetensors"
    assert path.stat().st_size <= 1_200_000
    own = {store.digest(ideal_input._key(snapshot, each, ideal_input._all(each))) for each in brought}
    assert {digest for digest, file in _contents(store.shipped()).items() if file == path} == own


def test_what_no_shipped_network_is_called_is_not_shipped():
    assert {path.name for path in ideal_input._STORE.shipped().iterdir()} == {path.name for path in SHIPPED}


def test_each_shipped_network_calls_what_it_brings_for_a_class_that_class(shipped):
    _name, snapshot = shipped
    pictures = torch.from_numpy(known_ideals(snapshot, class_layer(snapshot)).states[-1])
    says = Classifier(snapshot, six_views=False).classify_inputs(pictures)
    assert says.argmax(1).tolist() == list(range(10))
    assert says.diagonal().tolist() == pytest.approx(
        known_ideals(snapshot, class_layer(snapshot)).answers.tolist(), abs=1e-3
    )


def test_that_it_was_shipped_is_said(shipped):
    _name, snapshot = shipped
    grid = EXPLAINERS["ideal"](snapshot, Request(class_layer(snapshot)))
    assert grid.note.startswith("Shipped with the model, made by climbing from grey")


@pytest.fixture(scope="module")
def airnet():
    snapshot = load_snapshot(find_model("airnet"))
    return snapshot, torch.from_numpy(known_ideals(snapshot, class_layer(snapshot)).states[-1])


@pytest.mark.parametrize("six_views", [False, True])
def test_the_shipped_network_is_sure_of_every_ideal_input_of_its_classes(airnet, six_views):
    snapshot, pictures = airnet
    says = Classifier(snapshot, six_views=six_views).classify_inputs(pictures)
    assert says.argmax(1).tolist() == list(range(10))
    assert float(says.diagonal().min()) > 0.99


@pytest.mark.parametrize("shift", [(2, -3), (-3, 2), (0, 3)])
def test_a_blurred_and_shifted_copy_of_it_is_still_the_same_class(airnet, shift):
    snapshot, pictures = airnet
    moved = climb.blurred(pictures.float()).roll(shift, (2, 3)).round().to(torch.uint8)
    assert Classifier(snapshot).classify_inputs(moved).argmax(1).tolist() == list(range(10))


def test_what_would_be_drawn_now_is_as_good(airnet):
    snapshot, _pictures = airnet
    cat, dog = 3, 5
    drawn = ideal_input._climb_all(snapshot, class_layer(snapshot), (cat, dog), lambda _share, _what: None)
    says = Classifier(snapshot).classify_inputs(torch.from_numpy(drawn.states[-1]))
    assert float(says[[0, 1], [cat, dog]].min()) > 0.99
