"""What a model has learned, from the command line."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import load_snapshot, save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.cli import explaining
from cifar_gui.cli.data import load_data
from cifar_gui.cli.explaining import EXPLANATIONS, class_number, read_pictures, read_subject
from cifar_gui.cli.explanations.attribution import METHODS
from cifar_gui.data.sources import load
from cifar_gui.data.statistics import CENTRED
from cifar_gui.explain import health, ideal_input, survey
from cifar_gui.explain.arrange import strongest_first
from cifar_gui.explain.attribution.base import ATTRIBUTIONS
from cifar_gui.explain.attribution.occlusion import cover
from cifar_gui.explain.base import EXPLAINERS, Request, Subject
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.feature_maps import feature_maps
from cifar_gui.explain.held_out import held_out
from cifar_gui.explain.ideal_input import ideal_inputs
from cifar_gui.explain.layers import ConvLayer, class_layer, convolution_layers, weights_of
from cifar_gui.explain.mind import what_would_change_it
from cifar_gui.networks.base import build, presets


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """A network of four filters that knows three colours by name, untrained."""
    torch.manual_seed(2)
    network = build("simple", 3, {"filters": 4})
    card = ModelCard("simple", ("blue", "green", "red"), CENTRED, {"filters": 4})
    path = tmp_path_factory.mktemp("explained") / "four.safetensors"
    save_snapshot(capture(network, card), path)
    return path


@pytest.fixture
def snapshot(model) -> ModelSnapshot:
    return load_snapshot(model)


@pytest.fixture
def layer(snapshot) -> ConvLayer:
    return convolution_layers(snapshot)[0]


@pytest.fixture
def red(colours):
    return colours / "test" / "red" / "0.png"


def pixels_in(file: Path) -> NDArray[np.uint8]:
    """(H, W, 3) of a picture file."""
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


def test_every_kind_is_offered_and_has_a_help_of_its_own(cli):
    assert EXPLANATIONS.names() == ["weights", "maps", "top", "ideal", "attribution"]
    for kind in EXPLANATIONS.names():
        assert cli("explain", kind, "--help").code == 0
        assert kind in cli("explain", "--help").out


def test_without_a_kind_it_is_asked_for(cli):
    outcome = cli("explain")
    assert (outcome.code, outcome.out) == (2, "")
    assert "One of weights, maps, top, ideal, attribution" in outcome.err


def test_weights_are_told_a_line_each_or_as_numbers(cli, model, snapshot, layer):
    lines = cli("explain", "weights", model).out.splitlines()
    assert len(lines) == 1 + layer.units
    assert lines[0].startswith(f"{layer.label}: Red, green and blue")
    found = cli("explain", "weights", model, "--unit", 2, "--json").json
    assert (found["layer"], [each["name"] for each in found["units"]]) == (layer.label, ["filter 2"])
    (unit,) = found["units"]
    assert np.allclose(unit["weights"], weights_of(snapshot, layer)[2].numpy())
    assert unit["norm"] == pytest.approx(float(weights_of(snapshot, layer)[2].norm()), rel=1e-5)


def test_units_are_told_in_the_order_that_was_asked_for(cli, model, snapshot, layer):
    asked = ("explain", "weights", model, "--order", "norm")
    expected = [f"filter {unit}" for unit in strongest_first(weights_of(snapshot, layer).numpy())]
    assert expected != sorted(expected)
    assert [each["name"] for each in cli(*asked, "--json").json["units"]] == expected
    assert [line.split(" ·")[0] for line in cli(*asked).out.splitlines()[1:]] == expected


@pytest.mark.parametrize("kind", ["weights", "maps", "top", "ideal"])
def test_numbers_are_those_of_their_unit_in_whatever_order(cli, model, red, colours, kind):
    asked = ["explain", kind, model, *{"maps": [red], "top": ["--data", colours]}.get(kind, []), "--json"]
    units, sorted_units = cli(*asked).json["units"], cli(*asked, "--order", "norm").json["units"]
    assert units != sorted_units
    assert sorted(sorted_units, key=lambda unit: unit["unit"]) == units


def test_numbers_are_asked_for_once_of_all_units_and_only_where_they_are_told(cli, model, snapshot, layer, monkeypatch):
    asked = []
    monkeypatch.setattr(health, "findings", lambda *arguments: asked.append(arguments) or [])
    cli("explain", "weights", model)
    assert asked == []
    told = cli("explain", "weights", model, "--order", "norm", "--json").json["units"]
    assert len(asked) == 1
    norms = weights_of(snapshot, layer).flatten(1).norm(dim=1)
    assert [each["norm"] for each in told] == pytest.approx([float(norms[each["unit"]]) for each in told], rel=1e-5)


def test_maps_are_those_of_the_picture(cli, model, snapshot, layer, red):
    found = cli("explain", "maps", model, red, "--layer", "1", "--unit", "0", "--json").json
    pixels = pixels_in(red).transpose(2, 0, 1).copy()
    (maps,) = feature_maps(snapshot, [layer], pixels)
    (unit,) = found["units"]
    assert np.allclose(unit["map"], maps[0])
    row, column = unit["place"]
    assert maps[0][row, column] == pytest.approx(unit["highest"])
    top, left, bottom, right = unit["sees"]
    assert (bottom - top, right - left) <= layer.shape[2:]


def test_what_a_map_sees_is_told_as_far_as_it_lies_in_the_picture(cli, model, red):
    units = cli("explain", "maps", model, red, "--json").json["units"]
    assert any(set(unit["place"]) & {0, 31} for unit in units), "one is strongest at the edge, and sees beyond it"
    assert all(0 <= edge <= 32 for unit in units for edge in unit["sees"])


def test_a_filter_that_no_picture_brings_above_zero_is_told_to_be_dead(cli, snapshot, colours, tmp_path):
    path = tmp_path / "dead.safetensors"
    biases = snapshot.weights["0.bias"].clone()
    biases[2] = -100.0
    save_snapshot(dataclasses.replace(snapshot, weights={**snapshot.weights, "0.bias": biases}), path)
    found = cli("explain", "top", path, "--data", colours, "--unit", 2, "--json").json
    assert found["units"][0]["findings"][0].startswith("Dead: not one of the held-out pictures brings it above 0")


def test_top_pictures_are_held_out_and_labelled(cli, model, colours):
    found = cli("explain", "top", model, "--data", colours, "--json").json
    tops = [top for unit in found["units"] for top in unit["pictures"]]
    assert {top["label"] for top in tops} <= {"red", "green", "blue"}
    assert {top["number"] for top in tops} == set(range(6))
    assert "6 held-out pictures" in found["note"]


def test_numbers_of_top_pictures_and_of_maps_are_those_of_every_unit(cli, model, snapshot, layer, colours, red):
    told = cli("explain", "top", model, "--data", colours, "--json").json["units"]
    found = survey.survey(snapshot, layer, held_out(load(colours), snapshot.card))
    assert sorted(unit["unit"] for unit in told) == [0, 1, 2, 3]
    for each in told:
        unit = each["unit"]
        assert (each["mean"], each["active"]) == (pytest.approx(found.mean[unit]), pytest.approx(found.active[unit]))
        tops = each["pictures"]
        assert [top["number"] for top in tops] == found.pictures[unit, : len(tops)].tolist()
        assert [top["answer"] for top in tops] == pytest.approx(found.answers[unit, : len(tops)].tolist())
    (maps,) = feature_maps(snapshot, [layer], pixels_in(red).transpose(2, 0, 1).copy())
    for each in cli("explain", "maps", model, red, "--json").json["units"]:
        values = maps[each["unit"]]
        assert (each["mean"], each["highest"]) == (pytest.approx(values.mean(), rel=1e-4), pytest.approx(values.max()))
        assert "map" not in each, "of one unit only"


def test_what_another_session_has_found_is_not_looked_for_again(cli, model, colours, monkeypatch):
    top = ("explain", "top", model, "--data", colours, "--json")
    ideal = ("explain", "ideal", model, "--layer", "classes", "--unit", "red", "--json")

    def found() -> list[object]:
        for module in (survey, ideal_input):
            module._KEPT._results.clear()  # as it is in a process that has just started
        return [cli(*asked).json for asked in (top, ideal)]

    before = found()
    for module, work in ((survey, "_look"), (ideal_input, "_climb_all")):
        monkeypatch.setattr(module, work, lambda *_arguments: pytest.fail("done again"))
    assert found() == before


def test_pictures_that_were_learned_from_are_called_so(cli, model, colours, tmp_path, monkeypatch):
    from cifar_gui.data.base import ImageData

    monkeypatch.setattr(ImageData, "was_trained_on", lambda *_: True)
    assert "has learned from these very pictures" in cli("explain", "top", model, "--data", colours).err


def test_pictures_are_of_what_it_was_trained_on_if_that_is_here(snapshot, colours, tmp_path, monkeypatch):
    asked, data = [], load_data(str(colours))
    monkeypatch.setattr(explaining, "load_data", lambda source: asked.append(source) or data)
    for source in (str(colours), str(tmp_path / "gone")):
        card = dataclasses.replace(snapshot.card, recipe=presets("simple")["best"].changed(data=source))
        for given in ("", "shapes"):
            read_pictures(Namespace(data=given), dataclasses.replace(snapshot, card=card))
    assert asked == [str(colours), "shapes", "cifar10", "shapes"]


def test_a_missing_data_set_and_a_missing_picture_have_codes_of_their_own(cli, model, tmp_path):
    assert cli("explain", "top", model, "--data", tmp_path / "nowhere").code == 4
    assert cli("explain", "maps", model, tmp_path / "nowhere.png").code == 3
    assert cli("explain", "weights", tmp_path / "nowhere.safetensors").code == 3


def test_ideal_inputs_of_one_class_are_drawn_alone(cli, model, snapshot, tmp_path):
    out = tmp_path / "ideal"
    found = cli("explain", "ideal", model, "--layer", "classes", "--unit", "red", "--out", out, "--json").json
    assert [file.name for file in out.iterdir()] == ["red.png"]
    layer = class_layer(snapshot)
    expected = ideal_inputs(snapshot, layer, [layer.classes.index("red")])
    (unit,) = found["units"]
    assert unit["probability"] == pytest.approx(float(expected.answers[0]))
    drawn = pixels_in(out / "red.png")[4:-4, 4:-4]
    assert np.array_equal(drawn[::3, ::3], expected.states[-1, 0].transpose(1, 2, 0))


def test_what_was_drawn_of_a_class_is_said(cli, model, tmp_path):
    out = tmp_path / "red.png"
    outcome = cli("explain", "weights", model, "--layer", "classes", "--unit", "red", "--out", out)
    assert outcome.err.startswith(f"Wrote {out}: weights of red, ")


def test_a_folder_is_not_made_for_who_wants_another_kind_of_picture(cli, model, red, tmp_path):
    for kind, *more in (("maps", red), ("attribution", red), ("weights",)):
        outcome = cli("explain", kind, model, *more, "--out", tmp_path / "all.JPG")
        assert (outcome.code, outcome.out) == (2, "")
        assert "written as PNG, not as .JPG" in outcome.err
    assert not list(tmp_path.iterdir())


def test_names_of_classes_that_lead_elsewhere_or_are_alike_stay_in_the_folder(cli, snapshot, tmp_path):
    card = dataclasses.replace(snapshot.card, class_names=("../../evil", "evil", "a/b"))
    hostile, out = tmp_path / "hostile.safetensors", tmp_path / "deep" / "out"
    save_snapshot(dataclasses.replace(snapshot, card=card), hostile)
    assert cli("explain", "ideal", hostile, "--layer", "classes", "--out", out).code == 0
    assert sorted(file.name for file in out.iterdir()) == ["a-b.png", "evil-1.png", "evil.png"]
    assert [path for path in tmp_path.rglob("*evil*") if path.parent != out] == []


def test_the_class_in_the_name_of_an_attribution_leads_nowhere_either(cli, snapshot, red, tmp_path):
    card = dataclasses.replace(snapshot.card, class_names=("../a", "../b", "../c"))
    hostile, out = tmp_path / "hostile.safetensors", tmp_path / "deep" / "out"
    save_snapshot(dataclasses.replace(snapshot, card=card), hostile)
    assert cli("explain", "attribution", hostile, red, "--class", "../b", "--out", out).code == 0
    assert [file.name for file in out.iterdir()] == ["occlusion-..-b.png"]


def test_a_file_holds_all_in_one_and_a_folder_one_for_each(cli, model, layer, tmp_path, red):
    one, many = tmp_path / "new" / "folder" / "all.png", tmp_path / "deep" / "each"
    outcome = cli("explain", "maps", model, red, "--out", one)
    assert (outcome.code, outcome.out) == (0, "")
    across, down = pixels_in(one).shape[1::-1]
    assert outcome.err.strip() == f"Wrote {one}: maps of 4 filters of {layer.label!r}, {across} × {down} pixels."
    said = cli("explain", "maps", model, red, "--out", many).err
    each = "104 × 104 pixels each."  # 32 × 32 three times as large, and an edge around it
    assert said.strip() == f"Wrote 4 pictures to {many}: maps of 4 filters of {layer.label!r}, {each}"
    assert sorted(file.name for file in many.iterdir()) == sorted(f"filter-{n}.png" for n in range(layer.units))
    assert pixels_in(one).shape[1] > pixels_in(many / "filter-0.png").shape[1]


def test_what_is_drawn_is_what_the_page_shows(cli, model, snapshot, layer, red, tmp_path):
    cli("explain", "maps", model, red, "--unit", 1, "--out", tmp_path / "one.png")
    pixels = pixels_in(red).transpose(2, 0, 1).copy()
    tile = EXPLAINERS["maps"](snapshot, Request(layer, picture=Subject(pixels))).tile(1)
    drawn = pixels_in(tmp_path / "one.png")[4:-4, 4:-4]
    times = drawn.shape[0] // tile.shape[0]
    assert np.array_equal(drawn[::times, ::times], tile[..., :3])


@pytest.mark.parametrize(
    ("layer", "unit", "words"),
    [
        ("nine", "", "no layer 'nine'. It has"),
        ("1", "999", "no unit '999'. It has filters 0 to 3."),
        ("classes", "rod", "no unit 'rod'. Did you mean 'red'? It has: blue, green, red."),
    ],
)
def test_what_there_is_not_is_a_matter_of_usage_and_what_there_is_is_named(cli, model, layer, unit, words):
    outcome = cli("explain", "weights", model, "--layer", layer, "--unit", unit)
    assert outcome.code == 2
    assert words in outcome.err


def test_a_layer_is_found_by_its_name_its_path_and_its_number(cli):
    for name in ("block 1 conv 2", "block 1 · conv 2", "blocks.0.conv2", "Blocks.0.Conv2", "3"):
        assert cli("explain", "weights", "airnet", "--layer", name, "--unit", 0, "--json").json["layer"] == (
            "block 1 · conv 2"
        )


def test_a_number_is_a_number_even_where_a_path_is_one_too(cli):
    numbered = {str(n): cli("explain", "weights", "keras1m", "--layer", n, "--json").json["layer"] for n in range(1, 5)}
    assert numbered == {str(n): f"conv {n}" for n in range(1, 5)}  # their paths are 0, 2, 6 and 8
    assert cli("explain", "weights", "keras1m", "--layer", 5, "--unit", 0, "--json").json["layer"] == "classes"
    assert cli("explain", "weights", "keras1m", "--layer", 6).code == 2


def test_a_place_that_cannot_be_written_to_is_named(cli, model, tmp_path):
    (tmp_path / "a file").touch()
    for out in (tmp_path / "a file" / "all.png", tmp_path / "a file" / "each"):
        outcome = cli("explain", "weights", model, "--out", out)
        assert outcome.code == 1
        assert f"{out} could not be written: a part of its path is no folder." in outcome.err


# Which parts of a picture speak for a class


@pytest.mark.parametrize("method", METHODS)
def test_an_attribution_is_told_in_numbers_and_written_as_a_picture(cli, model, snapshot, red, tmp_path, method):
    outcome = cli(
        "explain", "attribution", model, red, "--class", "green", "--method", method, "--json",
        "--out", tmp_path / "heat.png",
    )  # fmt: skip
    told = outcome.json
    assert (told["class"], told["method"], told["note"][-1]) == ("green", method, ".")
    examined = Examined(snapshot)
    pixels = read_subject(str(red)).pixels
    found = ATTRIBUTIONS[method](examined, pixels, 1)
    assert np.allclose(told["values"], found.values)
    assert (told["caption"], told["note"]) == (found.caption, found.note)
    with Image.open(tmp_path / "heat.png") as picture:
        assert picture.size == (256, 256)


def test_what_would_change_the_answer_is_told_as_on_the_page_where_parts_are_covered(cli, model, snapshot, red):
    words = what_would_change_it(cover(Examined(snapshot), read_subject(str(red)).pixels), snapshot.card.class_names)
    assert cli("explain", "attribution", model, red, "--json").json["changes"] == words
    assert words in cli("explain", "attribution", model, red).out.splitlines()
    assert "changes" not in cli("explain", "attribution", model, red, "--method", "grad_cam", "--json").json


def test_without_a_class_it_is_the_answer_that_is_explained(cli, model, snapshot, red, tmp_path):
    said = cli("explain", "attribution", model, red, "--json").json["class"]
    examined = Examined(snapshot)
    logits = examined.logits(examined.inputs(read_subject(str(red)).pixels))
    assert said == examined.class_names[int(logits.argmax())]
    words = cli("explain", "attribution", model, red).out
    assert said in words
    assert cli("explain", "attribution", model, red, "--out", tmp_path / "heat.png").out == words, "of a picture, too"


@pytest.mark.parametrize("asked", [("--layer", "conv 1"), ("--unit", "2")])
def test_an_attribution_of_a_layer_is_refused_with_what_to_do_instead(cli, model, red, asked):
    outcome = cli("explain", "attribution", model, red, *asked)
    assert (outcome.code, outcome.out) == (2, "")
    assert "not of one layer: leave out --layer" in outcome.err
    assert "usage:" not in outcome.err
    assert "--layer" not in cli("explain", "attribution", "--help").out


def test_a_class_that_is_none_is_refused_with_those_there_are(cli, model, red):
    outcome = cli("explain", "attribution", model, red, "--class", "gren")
    assert outcome.code == 2
    assert "no class 'gren'. Did you mean 'green'? It knows: blue, green, red." in outcome.err


def test_a_class_is_found_in_whatever_case_unless_several_differ_in_nothing_else(cli, model, red):
    asked = cli("explain", "weights", model, "--layer", "classes", "--unit", "RED", "--json").json
    assert [unit["name"] for unit in asked["units"]] == ["red"]
    assert cli("explain", "attribution", model, red, "--class", "Green", "--json").json["class"] == "green"
    assert class_number(("cat", "Cat", "dog"), "Cat") == 1
    assert class_number(("cat", "Cat", "dog"), "CAT") is None


def test_the_methods_are_those_that_there_are():
    assert tuple(ATTRIBUTIONS.names()) == METHODS
