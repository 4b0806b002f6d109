"""Pictures in, answers out: in every form, in order, whatever is broken among them."""

from __future__ import annotations

import csv
import io
import math
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cifar_gui.cli import classify
from cifar_gui.cli.answers import PlainAnswers
from cifar_gui.cli.console import Progress
from cifar_gui.inference.verdict import judged


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch):
    """Put bytes on stdin."""
    return lambda content: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


KEYS = {"path", "label", "probability", "probabilities", "verdict", "familiarity", "crop"}


def test_json_has_the_public_keys_and_the_right_answers(cli, model, colours):
    pictures = [colours / "test" / name / "0.png" for name in ("red", "blue", "green")]
    outcome = cli("classify", *pictures, "--model", model, "--json")
    assert outcome.code == 0
    assert [each["label"] for each in outcome.json] == ["red", "blue", "green"]
    for path, answer in zip(pictures, outcome.json, strict=True):
        assert set(answer) == KEYS
        assert answer["path"] == str(path)
        assert answer["crop"] == [0, 0, 32]
        assert answer["verdict"] == "confident"
        assert math.isclose(sum(answer["probabilities"].values()), 1, abs_tol=1e-5)
        assert answer["probability"] == max(answer["probabilities"].values())


def test_a_broken_picture_gets_a_sentence_and_the_others_go_on(cli, model, colours, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG but not really")
    fine = colours / "test" / "green" / "1.png"
    outcome = cli("classify", broken, fine, tmp_path / "missing.jpg", "--model", model, "--json")
    assert outcome.code == 0
    first, second, third = outcome.json
    assert first["label"] is None
    assert "broken.png" in first["error"]
    assert second["label"] == "green"
    assert "missing.jpg" in third["error"]
    assert "broken.png" in outcome.err


def test_pictures_of_one_name_in_several_folders_are_told_apart_on_stderr(cli, model, tmp_path):
    files = [tmp_path / folder / "empty.jpg" for folder in ("one", "two")]
    for file in files:
        file.parent.mkdir()
        file.touch()
    lines = cli("classify", tmp_path, "--model", model).err.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [["cifar-gui", str(file)] for file in files]


def test_a_name_that_is_too_long_gets_a_sentence_and_the_others_go_on(cli, model, colours):
    too_long, fine = "a" * 400 + ".png", colours / "test" / "green" / "1.png"
    outcome = cli("classify", too_long, fine, "--model", model, "--json")
    assert outcome.code == 0
    assert outcome.json[0]["error"].startswith(f"{too_long} cannot be read")
    assert outcome.json[1]["label"] == "green"


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_the_exit_code_is_3_only_if_no_picture_could_be_read(cli, model, tmp_path, form):
    empty = tmp_path / "empty"
    empty.mkdir()
    outcome = cli("classify", tmp_path / "missing.jpg", empty, "--model", model, *form)
    assert outcome.code == 3
    assert "missing.jpg" in outcome.err
    assert "empty holds no pictures" in outcome.err


def test_a_folder_is_read_to_the_bottom(cli, model, colours):
    answers = cli("classify", colours / "test", "--model", model, "--json").json
    assert len(answers) == 24
    assert all(Path(each["path"]).parent.name == each["label"] for each in answers)


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_folders_named_after_classes_say_how_many_answers_are_right(cli, model, colours, tmp_path, form):
    shutil.copytree(colours / "test" / "red", tmp_path / "Red")
    shutil.copytree(colours / "test" / "blue", tmp_path / "other")
    shutil.copy(colours / "test" / "blue" / "0.png", tmp_path / "Red" / "blue.png")
    told = ["88.9 % as folders say: 8 of 9", "red taken for blue: 1"]
    assert cli("classify", tmp_path, "--model", model, *form).err.splitlines() == told
    assert cli("classify", tmp_path / "other", tmp_path / "Red" / "0.png", "--model", model, *form).err == ""
    right = cli("classify", colours / "test" / "red", "--model", model, *form).err
    assert right == "100.0 % as folders say: 8 of 8\n"


def test_csv_has_one_row_a_picture_and_a_column_a_class(cli, model, colours, tmp_path):
    odd = tmp_path / 'a "quoted", name.png'
    shutil.copy(colours / "test" / "red" / "2.png", odd)
    outcome = cli("classify", odd, tmp_path / "missing.jpg", "--model", model, "--csv")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert [row["path"] for row in rows] == [str(odd), str(tmp_path / "missing.jpg")]
    assert rows[0]["label"] == "red"
    assert rows[0]["crop_side"] == "32"
    assert float(rows[0]["red"]) == float(rows[0]["probability"]) > 0.9
    assert rows[0]["error"] == ""
    assert rows[1]["label"] == ""
    assert "no such file" in rows[1]["error"]
    (best,) = csv.DictReader(io.StringIO(cli("classify", odd, "--model", model, "--csv", "--top", 1).out))
    assert (best["red"], best["green"], best["blue"]) == (rows[0]["red"], "", "")


def test_people_get_a_line_a_picture_with_the_best_classes(cli, model, colours):
    outcome = cli("classify", colours / "test" / "red" / "0.png", "--model", model, "--top", "2")
    (line,) = outcome.out.splitlines()
    assert "red 9" in line
    assert line.count("%") == 2
    assert outcome.err == ""


def test_the_line_of_progress_is_taken_away_before_each_answer(cli, model, colours, monkeypatch):
    told = []

    class NotedProgress(Progress):
        def __call__(self, share, text):
            told.append(text)

        def clear(self):
            told.append("cleared")

    class NotedAnswers(PlainAnswers):
        def add(self, answer):
            told.append("answered")

    monkeypatch.setattr(classify, "Progress", NotedProgress)
    monkeypatch.setattr(classify, "PlainAnswers", NotedAnswers)
    cli("classify", colours / "test", "--model", model)
    assert "4 pictures classified" in told  # the first handful
    assert [told[place - 1] for place, what in enumerate(told) if what == "answered"] == ["cleared"] * 24
    assert told[-1] == "cleared"


@pytest.mark.parametrize(
    ("flags", "crop"), [([], None), (["--crop", "centre"], [20, 0, 60]), (["--crop", "whole"], [0, -20, 100])]
)
def test_where_to_look_can_be_said(cli, model, tmp_path, flags, crop):
    noise = np.random.default_rng(1).integers(0, 256, (60, 100, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    [answer] = cli("classify", tmp_path / "noise.png", "--model", model, "--json", "--one-view", *flags).json
    assert answer["crop"] == crop if crop else answer["crop"][2] <= 60


def test_top_limits_the_classes_in_json_best_first(cli, model, colours):
    (answer,) = cli("classify", colours / "test" / "blue" / "0.png", "--model", model, "--top", "1", "--json").json
    assert list(answer["probabilities"]) == ["blue"]


def test_a_picture_is_read_from_stdin(cli, model, colours, piped):
    piped((colours / "test" / "green" / "0.png").read_bytes())
    (answer,) = cli("classify", "-", "--model", model, "--json").json
    assert (answer["path"], answer["label"]) == ("-", "green")


@pytest.mark.parametrize("stdin", [io.TextIOWrapper(io.BytesIO()), None], ids=["empty", "none"])
def test_nothing_on_stdin_is_said_so(cli, model, monkeypatch, stdin):
    monkeypatch.setattr(sys, "stdin", stdin)
    outcome = cli("classify", "-", "--model", model)
    assert outcome.code == 3
    assert "nothing was piped in" in outcome.err


@pytest.mark.parametrize("top", ["0", "-1", "three", "1.5"])
def test_top_must_be_a_whole_number(cli, top):
    outcome = cli("classify", "x.png", "--top", top)
    assert outcome.code == 2
    assert "--top" in outcome.err


def test_sure_is_what_the_user_calls_sure(cli, model, colours, monkeypatch):
    picture = colours / "test" / "red" / "0.png"
    seen = []
    monkeypatch.setattr(classify, "judged", lambda found, line: seen.append(line) or judged(found, line))
    assert cli("classify", picture, "--model", model, "--sure-from", "92.5", "--json").code == 0
    assert cli("classify", picture, "--model", model).code == 0
    assert seen == [0.925, 0.85]


@pytest.mark.parametrize("share", ["49", "0.85", "99.5", "nan", "much"])
def test_what_is_sure_lies_between_one_half_and_nearly_certain(cli, share):
    outcome = cli("classify", "x.png", "--sure-from", share)
    assert outcome.code == 2
    assert repr(share) in outcome.err
    assert share == "much" or f"{share!r} is not between 50 and 99" in outcome.err


def test_a_model_that_does_not_exist_is_bad_input(cli, colours):
    outcome = cli("classify", colours / "test", "--model", "nonsense")
    assert outcome.code == 3
    assert "nonsense" in outcome.err
    assert outcome.out == ""


def test_a_file_that_is_no_model_is_bad_input(cli, colours, tmp_path):
    fake = tmp_path / "fake.safetensors"
    fake.write_bytes(b"not a model at all")
    outcome = cli("classify", colours / "test", "--model", fake)
    assert outcome.code == 3
    assert "fake.safetensors" in outcome.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes that break this way")
def test_a_reader_that_goes_away_ends_it_quietly(child, model, colours):
    process = child("classify", *[colours / "test"] * 40, "--model", model, bufsize=0)
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1
    assert err == ""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names that are not text exist on Linux only")
def test_a_file_name_need_not_be_text_and_stdin_may_stand_among_files(child, model, colours, tmp_path):
    name = tmp_path.joinpath("caf\udce9.png")
    shutil.copy(colours / "test" / "red" / "0.png", name)
    with (colours / "test" / "green" / "0.png").open("rb") as picture:
        process = child("classify", name, "-", "--model", model, stdin=picture, errors="surrogateescape")
        out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    first, second = out.splitlines()
    assert first.startswith(f"{name}: red")
    assert second.startswith("-: green")
