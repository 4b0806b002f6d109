"""The table of layers, and the list of what there is."""

from __future__ import annotations

import pytest

from cifar_gui.networks.base import NETWORKS


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


def test_the_columns_of_the_table_are_aligned(cli):
    header, _, *rows = cli("summary", "simple").out.split("\n\n")[1].splitlines()
    right_edge = header.index("Parameters") + len("Parameters")
    assert all(row[right_edge - 1].isdigit() and row[right_edge] == " " for row in rows)


def test_a_model_file_is_summarised_by_the_name_of_its_network(cli, model):
    summary = cli("summary", model, "--json").json
    assert summary["name"] == "mlp"  # not "colours", nor "best" for a file in a run folder
    assert cli("summary", model).out.splitlines()[0] == "Network: Fully connected (mlp)"
    assert summary["parameters"] == 3072 * 3 + 3 + 3 * 3 + 3


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


def test_a_damaged_shipped_model_is_passed_over_with_a_sentence(cli, monkeypatch, tmp_path, model):
    (tmp_path / "airnet.safetensors").write_bytes(model.read_bytes())
    (tmp_path / "broken.safetensors").write_bytes(b"nothing of the kind")
    monkeypatch.setattr("cifar_gui.paths.shipped_models", lambda: tmp_path)
    outcome = cli("models", "--json")
    assert outcome.code == 0
    assert [each["name"] for each in outcome.json["shipped"]] == ["airnet"]
    assert outcome.json["shipped"][0]["classes"] == ["blue", "green", "red"]
    assert "broken.safetensors" in outcome.err


def test_people_see_every_network_by_name(cli):
    outcome = cli("models")
    assert all(name in outcome.out for name in NETWORKS.names())
