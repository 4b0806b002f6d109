"""What excites each unit, how active it is, and what is the matter with it: of a network whose answers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import Split
from cifar_gui.data.preprocess import standardise
from cifar_gui.errors import Cancelled, CifarGuiError, DataError
from cifar_gui.explain import health, survey
from cifar_gui.explain.arrange import units_in_order
from cifar_gui.explain.base import EXPLAINERS, Request
from cifar_gui.explain.health import Finding, finding_of, findings
from cifar_gui.explain.held_out import HeldOut, held_out
from cifar_gui.explain.layers import class_layer, convolution_layers
from cifar_gui.explain.response import Box
from cifar_gui.explain.top_pictures import patch, top_pictures

EDGE, BLUE, SILENT, COPY, EMPTY, PLAIN = range(6)


@pytest.fixture
def layer(planted):
    return convolution_layers(planted)[0]


@pytest.fixture
def found(planted, layer, pictures):
    return survey.survey(planted, layer, pictures)


def test_the_pictures_that_excite_an_edge_detector_are_those_with_edges_strongest_first(found):
    assert found.pictures[EDGE, :2].tolist() == [3, 5]
    assert found.answers[EDGE, :2] == pytest.approx([92 / 255, 62 / 255], rel=0.01)  # a third of each of three colours


def test_the_strongest_place_is_where_the_edge_is_and_its_patch_is_what_the_unit_sees(planted, layer, found, pictures):
    first = top_pictures(found, EDGE, pictures)[0]
    assert first.number == 3
    assert (first.box.left, first.box.right) == (8, 11)
    assert first.box.top >= 5
    assert (first.label, first.pixels.tolist()) == ("class 1", pictures.split.images[3].tolist())


def test_of_equals_the_earlier_pictures_are_kept(found):
    assert found.pictures[EDGE, 2:].tolist() == [8, 0, 1, 2, 4, 6, 7]  # a blue pixel is an edge, too


def test_the_patch_at_a_corner_is_clipped_and_what_lies_outside_is_transparent(planted, layer, found, pictures):
    first = top_pictures(found, BLUE, pictures)[0]
    assert (first.number, first.box) == (8, Box(0, 30, 2, 32))
    tile = EXPLAINERS["top"](planted, Request(layer, pictures=pictures)).tile(BLUE)[:3, :3]
    assert tile[..., 3].tolist() == [[0, 0, 0], [255, 255, 0], [255, 255, 0]]
    assert tile[1, 1, :3].tolist() == [128, 128, 255]


def test_activity_is_the_mean_over_all_places_of_all_pictures(planted, layer, found, pictures):
    blue = pictures.split.images[:, 2].float() / 255 - 0.5
    assert found.mean[BLUE] == pytest.approx(float(blue.clamp_min(0).mean()), rel=1e-4)
    assert found.active[BLUE] == pytest.approx(float((blue > 0).float().mean()), rel=1e-4)
    shown = units_in_order(planted, Request(layer, "activity", pictures=pictures))
    assert found.mean[shown].tolist() == sorted(found.mean.tolist(), reverse=True)


def test_the_least_the_most_and_how_often_it_is_above_zero_are_those_of_its_maps(planted, layer, found, pictures):
    weights, bias = planted.weights["0.weight"], planted.weights["0.bias"]
    inputs = standardise(pictures.split.images, planted.card.stats)
    maps = torch.nn.functional.conv2d(inputs, weights, bias, padding=1).relu()
    assert found.active[SILENT] == found.active[EMPTY] == 0
    assert 0 < float((maps[:, PLAIN] > 0).float().mean()) < 1
    for unit in (BLUE, SILENT, EMPTY, PLAIN):  # what an edge detector says to a plain ground is 0 but for rounding
        assert found.active[unit] == pytest.approx(float((maps[:, unit] > 0).float().mean()), abs=1e-3)
    for unit in range(6):
        assert found.mean[unit] == pytest.approx(float(maps[:, unit].mean()), rel=1e-3)
        assert found.lowest[unit] == pytest.approx(float(maps[:, unit].min()), abs=1e-5)
        assert found.highest[unit] == pytest.approx(float(maps[:, unit].max()), abs=1e-5)


def test_it_is_said_how_much_of_the_pictures_a_unit_sees(planted, layer, pictures):
    for each, seen in ((layer, "the 3×3 pixels that it sees"), (class_layer(planted), "it sees all of them")):
        note = EXPLAINERS["top"](planted, Request(each, pictures=pictures)).note
        assert f", the nine that excite each most, strongest first: {seen}" in note


def test_however_the_pictures_are_portioned_out_the_same_is_found(planted, layer, found, pictures, monkeypatch):
    monkeypatch.setattr(survey, "_PORTION", 5)
    again = survey._look(planted, layer, pictures.split.images, lambda _share, _what: None)
    assert np.array_equal(again.pictures, found.pictures)
    assert np.array_equal(again.places, found.places)
    assert np.allclose(again.mean, found.mean)


def test_with_fewer_than_nine_pictures_all_of_them_are_kept(planted, layer, pictures):
    few = replace(pictures, split=Split("validation", pictures.split.images[:4], pictures.split.labels[:4], "four"))
    found = survey.survey(planted, layer, few)
    assert found.answers.shape == (6, 4)
    assert len(top_pictures(found, EDGE, few)) == 4
    assert EXPLAINERS["top"](planted, Request(layer, pictures=few)).tiles.shape == (6, 11, 11, 4)


def test_a_survey_is_made_once_for_a_network_a_layer_and_pictures(planted, layer, found, pictures, monkeypatch):
    monkeypatch.setattr(survey, "rebuild", lambda _snapshot: pytest.fail("looked again"))
    same = ModelSnapshot(planted.card, dict(planted.weights))
    assert survey.survey(same, layer, pictures) is found
    assert survey.known_survey(planted, layer, pictures) is found
    others = replace(pictures, split=replace_fingerprint(pictures.split))
    assert survey.known_survey(planted, layer, others) is None


def test_another_session_has_the_same_without_looking(planted, layer, found, pictures, monkeypatch):
    survey._KEPT._results.clear()
    monkeypatch.setattr(survey, "_look", lambda *_arguments: pytest.fail("looked again"))
    again = survey.survey(planted, layer, pictures)
    assert again.response == found.response
    assert all(np.array_equal(again.arrays[name], values) for name, values in found.arrays.items())
    others = replace(pictures, split=replace_fingerprint(pictures.split))
    assert survey.known_survey(planted, layer, others) is None


@pytest.mark.parametrize(
    ("name", "impossible"),
    [("pictures", 12), ("pictures", -1), ("places", -1), ("places", 32), ("mean", np.nan), ("answers", np.inf)],
)
def test_what_cannot_be_is_not_believed(planted, layer, found, pictures, name, impossible):
    arrays = {each: values.copy() for each, values in found.arrays.items()}
    arrays[name].flat[3] = impossible
    survey._STORE.write(survey._key(planted, layer, pictures), arrays)
    survey._KEPT._results.clear()
    assert survey.known_survey(planted, layer, pictures) is None


def replace_fingerprint(split: Split) -> Split:
    return Split(split.name, split.images, split.labels, "others")


def test_progress_counts_pictures_and_whoever_has_had_enough_gets_nothing(planted, layer, pictures, monkeypatch):
    monkeypatch.setattr(survey, "_PORTION", 5)
    told: list[tuple[float, str]] = []

    def until_half(share: float, what: str) -> None:
        told.append((share, what))
        if share > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        survey.survey(planted, layer, pictures, until_half)
    assert told[-1] == (10 / 12, "Looked at 10 of 12 pictures")
    assert survey.known_survey(planted, layer, pictures) is None
    survey.survey(planted, layer, pictures, lambda share, what: told.append((share, what)))
    assert told[-1] == (1.0, "Looked at 12 of 12 pictures")


def test_without_pictures_it_is_said_what_to_do(planted, layer):
    with pytest.raises(CifarGuiError, match="Get data first"):
        survey.survey(planted, layer, None)


def test_the_classes_are_surveyed_like_filters(planted, pictures):
    found = survey.survey(planted, class_layer(planted), pictures)
    assert found.pictures[1, 0] == 5  # its edge, fainter, is 32 pixels high and not 3
    assert top_pictures(found, 1, pictures)[0].box == Box(0, 0, 32, 32)


def test_what_is_never_above_zero_is_called_dead_and_has_no_pictures(planted, layer, found, pictures):
    (silent,) = finding_of(findings(planted, layer, found, pictures), SILENT)
    assert (silent.kind, silent.units) == ("dead", (SILENT,))
    assert "not one of the held-out pictures" in silent.text
    (learned,) = finding_of(findings(planted, layer, found, replace(pictures, seen=True)), SILENT)
    assert "not one of the pictures that the network has learned from" in learned.text
    assert top_pictures(found, SILENT, pictures) == []
    grid = EXPLAINERS["top"](planted, Request(layer, pictures=pictures))
    assert not grid.tile(SILENT)[..., 3].any()
    assert "the same for every picture" in grid.captions[SILENT]


def test_a_filter_without_weights_is_called_dead_without_looking_at_pictures(planted, layer):
    assert [(each.kind, each.units) for each in findings(planted, layer, None, None)] == [
        ("dead", (EMPTY,)),
        ("duplicate", (EDGE, COPY)),
    ]


def test_filters_that_look_for_the_same_are_found_however_strong_they_are(planted, layer, found, pictures):
    (alike,) = finding_of(findings(planted, layer, found, pictures), COPY)
    assert alike.text == "Filters 0 and 3 look for the same thing: their weights point the same way (cosine 1.000)."
    assert finding_of(findings(planted, layer, found, pictures), PLAIN) == []


def test_three_alike_are_one_group_and_opposites_are_not_alike(layer_with):
    weights = np.zeros((5, 1, 3, 3))
    weights[:3, 0, 1, 1], weights[3, 0, 1, 1], weights[4, 0, 0, 0] = 1.0, -1.0, 1.0
    weights[2, 0, 0, 0] = 0.05
    snapshot, layer = layer_with(weights)
    assert [each.units for each in findings(snapshot, layer, None, None)] == [(0, 1, 2)]
    assert health.summary(findings(snapshot, layer, None, None)) == "alike: 0, 1 and 2"


def test_what_says_the_same_to_every_picture_is_called_constant(planted, layer, found, pictures):
    still = replace(found, lowest=found.highest.copy(), response=replace(found.response, rectified=False))
    still.lowest[EDGE] -= 1
    kinds = {each.units: each.kind for each in findings(planted, layer, still, pictures) if len(each.units) == 1}
    assert kinds[BLUE,] == "constant"
    assert (EDGE,) not in kinds


def test_a_summary_names_six_of_the_dead_and_three_groups_that_are_alike():
    def dead(*units: int) -> list[Finding]:
        return [Finding("constant" if unit == 7 else "dead", (unit,), "") for unit in units]

    def alike(*groups: tuple[int, ...]) -> list[Finding]:
        return [Finding("duplicate", group, "") for group in groups]

    assert health.summary([]) == ""
    assert health.summary(dead(7)) == "1 dead filter (7)"
    assert health.summary([*dead(1, 7), *alike((3, 9))]) == "2 dead filters (1, 7) · alike: 3 and 9"
    assert health.summary(dead(1, 7), "unit") == "2 dead units (1, 7)"
    assert health.summary(dead(1), "unit") == "1 dead unit (1)"
    assert health.summary(dead(*range(6))) == "6 dead filters (0, 1, 2, 3, 4, 5)"
    assert health.summary(dead(*range(7))) == "7 dead filters (0, 1, 2, 3, 4, 5, …)"
    pairs = [(place, place + 10) for place in range(4)]
    assert health.summary(alike(*pairs[:3])) == "alike: 0 and 10; 1 and 11; 2 and 12"
    assert health.summary(alike(*pairs)) == "alike: 0 and 10; 1 and 11; 2 and 12; …"


def test_what_is_said_of_filters_that_are_alike_holds_for_the_least_alike_of_them(layer_with):
    weights = np.zeros((4, 1, 3, 3))
    weights[:3, 0, 1, 1], weights[2, 0, 0, 0], weights[3, 0, 2, 2] = 1.0, 0.1, 1.0
    (three,) = findings(*layer_with(weights), None, None)
    assert three.text.endswith("(cosine at least 0.995).")
    snapshot, layer = layer_with(np.zeros((2, 1, 3, 3)), [0.0, 0.5])
    texts = [each.text for each in findings(snapshot, layer, None, None)]
    assert texts == ["Dead: all its weights are 0.", "Dead: all its weights are 0 but its bias."]


def test_the_summary_counts_the_dead_and_names_them(planted, layer, found, pictures):
    assert health.summary(findings(planted, layer, found, pictures)) == "2 dead filters (2, 4) · alike: 0 and 3"
    assert health.summary([]) == ""


def test_units_of_a_dense_layer_are_not_called_filters(planted, layer):
    dense = replace(layer, noun="unit")
    assert finding_of(findings(planted, dense, None, None), COPY)[0].text.startswith("Units 0 and 3 look for the same")


def test_nothing_is_found_about_classes(planted):
    assert findings(planted, class_layer(planted), None, None) == []


def test_the_held_out_pictures_are_the_validation_pictures(tiny_data, planted):
    pictures = held_out(tiny_data, planted.card)
    assert torch.equal(pictures.split.images, tiny_data.split("validation").images)
    assert (pictures.seen, pictures.words) == (False, f"{tiny_data.counts[1]} held-out pictures of Tiny")
    everything = replace(planted.card, trained_on=tiny_data.fingerprints[3])
    assert held_out(tiny_data, everything).seen
    assert "has learned from" in held_out(tiny_data, everything).words


def test_a_data_set_without_validation_pictures_says_so(tiny_data, planted):
    with pytest.raises(DataError, match="no pictures that were held out"):
        held_out(replace(tiny_data, counts=(tiny_data.counts[0], 0, tiny_data.counts[2])), planted.card)


def test_a_picture_is_called_by_its_label(pictures):
    assert isinstance(pictures, HeldOut)
    assert [pictures.label(number) for number in (0, 3)] == ["class 0", "class 1"]


def test_answers_are_those_behind_the_activation(found):
    assert found.lowest.min() == 0.0


def test_a_patch_at_the_left_border_is_transparent_at_its_left(found, pictures):
    seen = patch(pictures.split.images[8].numpy(), found.response, 31, 0)
    assert seen[..., 3].tolist() == [[0, 255, 255], [0, 255, 255], [0, 0, 0]]
