"""The table of layers, and the list of what there is."""

from __future__ import annotations

import re

import pytest
import torch

from cifar_gui.checkpoint import shipped
from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import read_card, save_snapshot
from cifar_gui.checkpoint.shipped import find_model
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.cli import models
from cifar_gui.data.statistics import CENTRED
from cifar_gui.networks.base import NETWORKS, build
from cifar_gui.networks.layer_table import layer_table
from cifar_gui.words import percent


def test_keras1m_has_the_published_number_of_parameters(cli):
    outcome = cli("summary", "keras1m")
    assert outcome.code == 0
    assert "1,084,234" in outcome.out
    assert outcome.err == ""


@pytest.mark.parametrize("name", NETWORKS.names())
def test_json_has_the_public_keys_and_adds_up(cli, name):
    summary = cli("summary", name, "--json").json
    assert set(summary) == {"name", "layers", "parameters", "multiply_adds"}
    assert summary["name"] == name
    row = {"name", "kind", "output_shape", "parameters", "multiply_adds", "receptive_field"}
    assert all(set(layer) == row for layer in summary["layers"])
    assert summary["layers"][-1]["output_shape"] == [10]
    assert summary["parameters"] == sum(layer["parameters"] for layer in summary["layers"])
    assert summary["multiply_adds"] == sum(layer["multiply_adds"] for layer in summary["layers"])


def test_every_layer_is_told_as_it_is(cli):
    model = build("simple", 10)
    layers = cli("summary", "simple", "--json").json["layers"]
    rows = [line.split() for line in cli("summary", "simple").out.splitlines()]
    for told, layer in zip(layers, layer_table(model), strict=True):
        numbers = (layer.parameters, layer.multiply_adds, layer.receptive_field)
        assert told == {
            **{"name": layer.name, "kind": layer.kind, "output_shape": list(layer.output_shape)},
            **dict(zip(("parameters", "multiply_adds", "receptive_field"), numbers, strict=True)),
        }
        shape = " × ".join(map(str, layer.output_shape)).split()
        counts = [f"{layer.parameters:,}", f"{layer.multiply_adds:,}", str(layer.receptive_field)]
        assert [layer.name, *layer.kind.split(), *shape, *counts] in rows


def test_parameters_that_are_not_trained_are_counted_apart(cli, monkeypatch):
    model = build("mlp", 10, {"hidden": 3})
    next(model.parameters()).requires_grad_(requires_grad=False)
    monkeypatch.setattr("cifar_gui.cli.summary._named_network", lambda _name: ("mlp", model))
    rows = [line.split() for line in cli("summary", "mlp").out.splitlines()]
    assert ["Parameters", "9,259"] in rows
    assert ["trainable", "43"] in rows
    assert ["fixed", "9,216"] in rows


def test_the_columns_of_the_table_are_aligned(cli):
    header, _, *rows = cli("summary", "simple").out.split("\n\n")[1].splitlines()
    right_edge = header.index("Parameters") + len("Parameters")
    assert all(row[right_edge - 1].isdigit() and row[right_edge] == " " for row in rows)


def test_a_model_file_is_summarised_by_the_name_of_its_network(cli, model):
    summary = cli("summary", model, "--json").json
    assert summary["name"] == "mlp"  # not "colours", nor "best" for a file in a run folder
    assert cli("summary", model).out.splitlines()[0] == "Network: Fully connected (mlp)"
    assert summary["parameters"] == 3072 * 3 + 3 + 3 * 3 + 3


@pytest.mark.parametrize("name", ["mine.toml", "MINE.TOML"])
def test_layers_of_ones_own_are_summarised_from_their_file(cli, tmp_path, name):
    file = tmp_path / name
    file.write_text('[[layers]]\nkind = "flatten"\n[[layers]]\nkind = "dense"\n', encoding="utf-8")
    summary = cli("summary", file, "--json").json
    assert (summary["name"], summary["parameters"]) == ("custom", 3072 * 10 + 10)
    file.write_text('[[layers]]\nkind = "dense"\n', encoding="utf-8")
    outcome = cli("summary", file)
    assert (outcome.code, outcome.out) == (3, "")
    assert "Layer 1 (Dense) does not fit. It needs a row of values" in outcome.err


def test_an_unknown_name_is_bad_input_and_names_the_networks(cli):
    outcome = cli("summary", "resnet152")
    assert outcome.code == 3
    assert "keras1m" in outcome.err
    assert outcome.out == ""


def test_models_lists_networks_and_shipped_models_with_the_public_keys(cli):
    listed = cli("models", "--json").json
    assert set(listed) == {"networks", "shipped"}
    assert [each["name"] for each in listed["networks"]] == NETWORKS.names()
    assert all(set(each) == {"name", "label", "parameters", "multiply_adds"} for each in listed["networks"])
    keys = {"name", "network", "file", "accuracy", "accuracy_six_views", "classes"}
    assert all(set(each) == keys for each in listed["shipped"])


def test_models_tells_accuracies_with_one_view_and_with_six_apart(cli, monkeypatch):
    path = find_model("lenet")
    scores = read_card(path).scores
    one, six = scores["test_accuracy"], scores["test_accuracy_six_views"]
    monkeypatch.setattr(models, "_networks", list)
    monkeypatch.setattr(shipped, "shipped_models", lambda: [path])
    (found,) = cli("models", "--json").json["shipped"]
    assert (found["accuracy"], found["accuracy_six_views"]) == (one, six)
    *_, head, _rule, row = cli("models").out.splitlines()
    assert re.split(" {2,}", head.strip())[2:4] == ["Accuracy", "Six views"]
    assert re.split(" {2,}", row.strip())[2:4] == [percent(one, 2), percent(six, 2)]


@pytest.mark.parametrize("command", [("models",), ("summary", "resnet18")], ids=" ".join)
def test_networks_are_counted_without_making_up_their_weights(cli, command):
    before = torch.get_rng_state()
    assert "11,173,962" in cli(*command).out
    assert torch.equal(torch.get_rng_state(), before), "no random number was drawn"


def test_a_damaged_shipped_model_is_passed_over_with_a_sentence(cli, monkeypatch, tmp_path, model):
    (tmp_path / "airnet.safetensors").write_bytes(model.read_bytes())
    (tmp_path / "broken.safetensors").write_bytes(b"nothing of the kind")
    monkeypatch.setattr("cifar_gui.paths.shipped_models", lambda: tmp_path)
    outcome = cli("models", "--json")
    assert outcome.code == 0
    assert [each["name"] for each in outcome.json["shipped"]] == ["airnet"]
    assert outcome.json["shipped"][0]["classes"] == ["blue", "green", "red"]
    assert "broken.safetensors" in outcome.err


def test_a_shipped_model_is_told_with_its_network_and_both_accuracies(cli, monkeypatch, tmp_path):
    scores = {"test_accuracy": 0.5, "test_accuracy_six_views": 0.625}
    save_snapshot(
        capture(build("mlp", 2), ModelCard("mlp", ("a", "b"), CENTRED, scores=scores)), tmp_path / "best.safetensors"
    )
    monkeypatch.setattr("cifar_gui.paths.shipped_models", lambda: tmp_path)
    (told,) = cli("models", "--json").json["shipped"]
    file = str(tmp_path / "best.safetensors")
    assert told == {
        **{"name": "best", "network": "mlp", "file": file, "classes": ["a", "b"]},
        **{"accuracy": 0.5, "accuracy_six_views": 0.625},
    }
    rows = [line.split() for line in cli("models").out.splitlines()]
    assert ["best", "mlp", "50.00", "%", "62.50", "%", "2", file] in rows


def test_without_shipped_models_it_says_so(cli, monkeypatch, tmp_path):
    monkeypatch.setattr("cifar_gui.paths.shipped_models", lambda: tmp_path)
    assert "No trained models are shipped" in cli("models").out


def test_people_see_every_network_by_name(cli):
    rows = [line.split() for line in cli("models").out.splitlines()]
    for told in cli("models", "--json").json["networks"]:
        numbers = [f"{told[each]:,}" for each in ("parameters", "multiply_adds")]
        assert [told["name"], *told["label"].split(), *numbers] in rows
