"""Accuracy on a whole split."""

from __future__ import annotations

import shutil

import pytest

KEYS = {
    *("accuracy", "n", "interval", "per_class", "confusion", "model", "split", "tta", "seen_in_training"),
    *("seconds", "images_per_second"),
}


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


def test_a_data_set_of_other_classes_is_bad_input(cli, model):
    outcome = cli("evaluate", "--model", model, "--data", "shapes")
    assert outcome.code == 3
    assert "classes" in outcome.err


def test_an_unusable_device_is_exit_code_5(cli, model, colours):
    outcome = cli("evaluate", "--model", model, "--data", colours, "--device", "cuda:99")
    assert outcome.code == 5
    assert "cannot be used" in outcome.err


def test_a_split_that_does_not_exist_is_a_usage_error(cli, model):
    assert cli("evaluate", "--model", model, "--split", "holdout").code == 2
