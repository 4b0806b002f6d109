"""Accuracy on a whole split."""

from __future__ import annotations

import importlib
import shutil
from dataclasses import replace

import pytest
import torch

from cifar_gui.cli import data, evaluate
from cifar_gui.cli.console import Progress
from cifar_gui.data.corruptions import CORRUPTIONS
from cifar_gui.inference.evaluate import Evaluation, class_scores
from cifar_gui.inference.robustness import Robustness

KEYS = {
    *("accuracy", "n", "interval", "per_class", "confusion", "model", "split", "tta", "seen_in_training"),
    *("seconds", "images_per_second", "calibration_error", "uncalibrated_error"),
}

NAMES = ("red", "green")


@pytest.mark.parametrize("tta", [False, True])
def test_json_has_the_public_keys(cli, model, colours, tta):
    flags = ["--tta"] if tta else []
    outcome = cli("evaluate", "--model", model, "--data", colours, "--split", "test", "--json", *flags)
    result = outcome.json
    assert outcome.code == 0
    assert set(result) == KEYS
    assert (result["accuracy"], result["n"], result["split"], result["tta"]) == (1.0, 24, "test", tta)
    assert result["confusion"] == [[8, 0, 0], [0, 8, 0], [0, 0, 8]]
    assert result["per_class"]["red"] == {"precision": 1.0, "recall": 1.0}
    low, high = result["interval"]
    assert 0.8 < low < high == pytest.approx(1.0)
    assert result["seen_in_training"] is False
    assert result["model"] == str(model)


def test_the_default_split_is_validation(cli, model, colours):
    result = cli("evaluate", "--model", model, "--data", colours, "--json").json
    assert (result["split"], result["n"]) == ("validation", 6)


def test_people_get_tables_with_every_class(cli, model, colours):
    outcome = cli("evaluate", "--model", model, "--data", colours, "--split", "test")
    assert "100.00 % of 24 pictures right, one view" in outcome.out
    assert "Confusion" in outcome.out
    for name in ("red", "green", "blue"):
        assert outcome.out.count(name) >= 2


@pytest.fixture
def found():
    """An evaluation whose accuracy and calibration errors are three different numbers."""
    confusion = torch.tensor([[2, 0], [1, 1]])
    return Evaluation(
        class_names=NAMES,
        accuracy=0.75,
        n=4,
        interval=(0.3, 0.95),
        per_class=class_scores(confusion, NAMES),
        confusion=((2, 0), (1, 1)),
        loss=0.5,
        calibration_error=0.01,
        uncalibrated_error=0.05,
        views=1,
        seconds=2.0,
    )


def test_people_read_each_number_under_its_name(found):
    lines = evaluate._as_text(found, "small").splitlines()
    assert lines[:4] == [
        "small: 75.00 % of 4 pictures right, one view",
        "95 % interval 30.00 % to 95.00 %, cross-entropy 0.5000 nats",
        "calibration error 1.00 %, before calibration 5.00 %",
        "2.0 s, 2 pictures a second",
    ]
    assert [line.split() for line in lines if line.startswith("red")] == [
        ["red", "66.67", "%", "100.00", "%", "2"],  # precision, recall
        ["red", "2", "0"],
    ]


def test_a_class_that_was_never_said_has_no_precision_and_one_without_pictures_no_recall(found):
    never = replace(found, confusion=((2, 0), (2, 0)), per_class=class_scores(torch.tensor([[2, 0], [2, 0]]), NAMES))
    absent = replace(found, confusion=((2, 1), (0, 0)), per_class=class_scores(torch.tensor([[2, 1], [0, 0]]), NAMES))
    rows = [
        next(line.split() for line in evaluate._as_text(each, "small").splitlines() if line.startswith("green"))
        for each in (never, absent)
    ]
    assert rows == [["green", "–", "0.00", "%", "2"], ["green", "0.00", "%", "–", "0"]]
    read = [evaluate._as_dict(each)["per_class"]["green"] for each in (never, absent)]
    assert read == [{"precision": None, "recall": 0.0}, {"precision": 0.0, "recall": None}]


def test_programs_read_each_number_under_its_name(found):
    written = evaluate._as_dict(found)
    names = ("accuracy", "n", "calibration_error", "uncalibrated_error", "seconds", "images_per_second", "interval")
    assert [written[name] for name in names] == [0.75, 4, 0.01, 0.05, 2.0, 2.0, [0.3, 0.95]]


@pytest.fixture
def mixed(colours, tmp_path):
    """The same pictures, and two of the red ones among the green."""
    folder = tmp_path / "mixed"
    shutil.copytree(colours, folder)
    for number in range(2):
        shutil.copy(folder / "test" / "red" / f"{number}.png", folder / "test" / "green" / f"red {number}.png")
    return folder


def test_mistakes_are_counted_for_what_the_picture_shows_and_for_what_was_said(cli, model, mixed):
    line = ("evaluate", "--model", model, "--data", mixed, "--split", "test")
    result = cli(*line, "--json").json
    assert result["confusion"] == [[8, 0, 0], [0, 8, 2], [0, 0, 8]]
    assert result["per_class"] == {
        "blue": {"precision": 1.0, "recall": 1.0},
        "green": {"precision": 1.0, "recall": 0.8},
        "red": {"precision": 0.8, "recall": 1.0},
    }
    rows = [line.split() for line in cli(*line).out.splitlines()]
    assert ["green", "100.00", "%", "80.00", "%", "10"] in rows
    assert ["red", "80.00", "%", "100.00", "%", "8"] in rows
    assert ["green", "0", "8", "2"] in rows
    assert ["red", "0", "0", "8"] in rows


@pytest.mark.parametrize(("flags", "views"), [((), "one view"), (("--tta",), "six views")])
def test_people_are_told_how_many_views_were_averaged(cli, model, colours, flags, views):
    outcome = cli("evaluate", "--model", model, "--data", colours, "--split", "test", *flags)
    assert outcome.out.splitlines()[0] == (
        f"{model} on the test split of {colours.name}: 100.00 % of 24 pictures right, {views}"
    )
    assert outcome.err == ""


def test_the_device_asked_for_is_the_one_it_is_computed_on(cli, model, colours, monkeypatch):
    wanted, used = [], []
    compute = importlib.import_module("cifar_gui.inference.evaluate").evaluate

    def noted(*arguments, device, **named):
        used.append(device)
        return compute(*arguments, device=device, **named)

    monkeypatch.setattr(evaluate, "usable_device", lambda name: wanted.append(name) or torch.device("cpu", 0))
    monkeypatch.setattr("cifar_gui.inference.evaluate.evaluate", noted)
    cli("evaluate", "--model", model, "--data", colours, "--device", "cuda:1")
    assert (wanted, used) == (["cuda:1"], [torch.device("cpu", 0)])


@pytest.mark.parametrize("module", [data, evaluate])
def test_progress_is_told_while_the_data_is_read_and_while_it_is_looked_at(cli, model, colours, monkeypatch, module):
    told = noted_progress(monkeypatch, module)
    cli("evaluate", "--model", model, "--data", colours)
    assert told[-1][0] == 1.0


def test_progress_is_told_while_pictures_are_made_worse(cli, model, colours, monkeypatch):
    told = noted_progress(monkeypatch, evaluate)
    cli("evaluate", "--model", model, "--data", colours, "--robustness")
    assert told[-1] == (1.0, "rotation, 35°")


def noted_progress(monkeypatch, module):
    """What the command tells from there on of how far it is."""
    told = []

    class NotedProgress(Progress):
        def __call__(self, share, text):
            told.append((share, text))

    monkeypatch.setattr(module, "Progress", NotedProgress)
    return told


def test_a_model_is_told_by_the_name_it_is_found_by(cli, model, colours, tmp_path, monkeypatch):
    shutil.copy(model, tmp_path / "airnet.safetensors")
    monkeypatch.setattr("cifar_gui.paths.shipped_models", lambda: tmp_path)
    cli("train", "--network", "mlp", "--data", colours, "--epochs", 1)
    for wanted, name in (("", "airnet"), ("airnet", "airnet"), ("0001", "0001/best")):
        outcome = cli("evaluate", "--model", wanted, "--data", colours, "--json")
        assert (outcome.json["model"], outcome.code) == (name, 0)


def test_pictures_seen_in_training_are_called_so(cli, colours):
    trained = cli("train", "--network", "mlp", "--data", colours, "--epochs", 1, "--run", "here", "--seed", 1)
    assert trained.code == 0
    evaluated = {
        split: cli("evaluate", "--model", "here", "--data", colours, "--split", split, "--json").json
        for split in ("train", "validation", "test")
    }
    assert [evaluated[split]["seen_in_training"] for split in evaluated] == [True, False, False]
    warned = cli("evaluate", "--model", "here", "--data", colours, "--split", "train")
    assert "learned from these very pictures" in warned.err
    assert cli("evaluate", "--model", "here", "--data", colours, "--split", "test").err == ""


def test_who_has_learned_from_all_is_asked_about_nothing_unless_a_split_is_named(cli, colours):
    assert cli("train", "--network", "mlp", "--data", colours, "--epochs", 1, "--all-data", "--run", "all").code == 0
    refused = cli("evaluate", "--model", "all", "--data", colours)
    assert (refused.code, refused.out) == (2, "")
    assert "none were held out. Say which to take: --split test" in refused.err
    asked = cli("evaluate", "--model", "all", "--data", colours, "--split", "validation", "--json")
    assert (asked.code, asked.json["seen_in_training"], asked.json["split"]) == (0, True, "validation")


def test_a_missing_data_set_is_exit_code_4_and_names_the_ways_out(cli, model):
    outcome = cli("evaluate", "--model", model)
    assert outcome.code == 4
    assert "--data shapes" in outcome.err
    assert "--data PATH" in outcome.err


def test_without_data_it_is_what_the_model_was_trained_on_as_long_as_that_is_there(cli, colours, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(colours, own)
    assert cli("train", "--network", "mlp", "--data", own, "--epochs", 1, "--run", "here").code == 0
    assert cli("evaluate", "--model", "here", "--json").json["n"] == 6
    own.rename(tmp_path / "away")
    outcome = cli("evaluate", "--model", "here")
    assert outcome.code == 4
    assert "CIFAR-10 is not on this machine" in outcome.err


def test_a_data_set_may_have_some_of_the_classes_only(cli, model, mixed):
    whole = cli("evaluate", "--model", model, "--data", mixed, "--json").json
    for split in ("train", "test"):
        shutil.rmtree(mixed / split / "blue")  # the first: the others have moved up
    some = cli("evaluate", "--model", model, "--data", mixed, "--json").json
    assert some["confusion"][1:] == whole["confusion"][1:]
    assert some["confusion"][0] == [0, 0, 0]
    text = cli("evaluate", "--model", model, "--data", mixed).out
    row = next(line.split() for line in text.splitlines() if line.startswith("blue"))
    assert row[-2:] == ["–", "0"], "no recall of what there is nothing of"


def test_a_data_set_of_other_classes_is_bad_input(cli, model, mixed):
    for split in ("train", "test"):
        (mixed / split / "red").rename(mixed / split / "crimson")
    outcome = cli("evaluate", "--model", model, "--data", mixed)
    assert outcome.code == 3
    assert "the data set has 3 classes (blue, crimson, green)" in outcome.err


def test_an_unusable_device_is_exit_code_5(cli, model, colours):
    outcome = cli("evaluate", "--model", model, "--data", colours, "--device", "cuda:99")
    assert outcome.code == 5
    assert "cannot be used" in outcome.err


def test_a_split_that_does_not_exist_is_a_usage_error(cli, model):
    assert cli("evaluate", "--model", model, "--split", "holdout").code == 2


def test_pictures_are_made_worse_if_that_is_wanted(cli, model, colours):
    line = ("evaluate", "--model", model, "--data", colours, "--robustness")
    worse = cli(*line, "--json").json["robustness"]
    assert (worse["n"], worse["intact"]) == (6, 1.0)
    assert [len(worse[way]) for way in ("noise", "blur", "brightness", "jpeg", "shift", "rotation")] == [5] * 6
    text = cli(*line).out
    assert "6 pictures made worse, one view; as they are 100.0 % are right" in text
    assert sum(line.startswith("Rotation ") for line in text.splitlines()) == 1
    ways = {each.name: (0.9, 0.8, 0.7, 0.6, 0.5) for each in CORRUPTIONS}
    table = evaluate._robust_text(Robustness(6, 1.0, ways))
    assert "Noise 90.0 % 80.0 % 70.0 % 60.0 % 50.0 %" in " ".join(table.split()), "the weakest first"
