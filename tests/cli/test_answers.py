"""One picture's answer in the three forms, number by number."""

from __future__ import annotations

import csv
import io
import json

import pytest

from cifar_gui.cli.answers import Answer, CsvAnswers, JsonAnswers, PlainAnswers
from cifar_gui.errors import PictureError
from cifar_gui.inference.prediction import Crop, Prediction, Verdict

CLASSES = ("cat", "dog", "frog")
CROP = Crop(3, 5, 40)


def answer(confidence="confident", crop: Crop | None = CROP) -> Answer:
    shares = (0.25, 0.625, 0.125)
    return Answer("a.png", Prediction(CLASSES, shares, Verdict(confidence, "dog", "So it is."), 7.5, crop))


UNREADABLE = Answer("b.png", PictureError("b.png cannot be read."))


@pytest.mark.parametrize(
    ("confidence", "words", "why"),
    [("confident", "", ""), ("unsure", "unsure: ", ". So it is."), ("unknown", "unknown, perhaps ", ". So it is.")],
)
def test_people_are_told_how_sure_the_answer_is_and_why_it_is_not(capsys, confidence, words, why):
    form = PlainAnswers(2)
    form.add(answer(confidence))
    form.add(UNREADABLE)
    form.close()
    assert capsys.readouterr().out == f"a.png: {words}dog 62.5 %, cat 25.0 %{why}\n"


@pytest.mark.parametrize(
    ("top", "probabilities"), [(None, {"cat": 0.25, "dog": 0.625, "frog": 0.125}), (2, {"dog": 0.625, "cat": 0.25})]
)
def test_programs_get_every_number_in_its_place(capsys, top, probabilities):
    form = JsonAnswers(top)
    for each in (answer(), answer(crop=None), UNREADABLE):
        form.add(each)
    form.close()
    first, whole, unreadable = json.loads(capsys.readouterr().out)
    assert list(first["probabilities"].items()) == list(probabilities.items())
    assert first == {
        **{"path": "a.png", "label": "dog", "probability": 0.625, "probabilities": probabilities},
        **{"verdict": "confident", "familiarity": 7.5, "crop": [3, 5, 40]},
    }
    assert whole["crop"] is None
    assert unreadable == {**dict.fromkeys(first), "path": "b.png", "error": "b.png cannot be read."}


@pytest.mark.parametrize(("top", "cat", "frog"), [(None, "0.25", "0.125"), (1, "", "")])
def test_spreadsheets_get_a_row_a_picture_without_blank_lines(capsys, top, cat, frog):
    form = CsvAnswers(CLASSES, top)
    for each in (answer(), answer(crop=None), UNREADABLE):
        form.add(each)
    form.close()
    out = capsys.readouterr().out
    assert out.count("\n") == 4
    assert "\r" not in out
    first, whole, unreadable = csv.DictReader(io.StringIO(out))
    assert first == {
        **{"path": "a.png", "label": "dog", "probability": "0.625", "verdict": "confident", "familiarity": "7.5"},
        **{"crop_x": "3", "crop_y": "5", "crop_side": "40", "error": "", "cat": cat, "dog": "0.625", "frog": frog},
    }
    assert (whole["crop_x"], whole["crop_y"], whole["crop_side"]) == ("", "", "")
    assert unreadable == {**dict.fromkeys(first, ""), "path": "b.png", "error": "b.png cannot be read."}
