"""What is said of an outcome, and which pictures are where in it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from cifar_gui.data.base import Split
from cifar_gui.inference.evaluate import evaluate
from cifar_gui.ui.evaluate.outcome import Question, examine
from cifar_gui.ui.evaluate.telling import (
    accuracy_words,
    as_csv,
    cell_words,
    class_rows,
    interval_words,
    missed_words,
    tile,
)


@pytest.fixture
def outcome(make_outcome):
    """Four bright ones, three of them missed; two dark ones and one striped, all right."""
    return make_outcome([0, 0, 1, 0, 1, 2, 0], [1, 0, 1, 1, 1, 2, 2], [0.6, 0.9, 0.8, 0.7, 0.5, 1.0, 0.65])


def test_errors_come_the_surest_first_and_what_is_right_the_least_sure_first(outcome):
    assert outcome.cell(0, 1).tolist() == [3, 0]
    assert outcome.cell(1, 1).tolist() == [4, 2]
    assert outcome.cell(2, 0).tolist() == []
    assert outcome.missed(0).tolist() == [3, 6, 0]


def test_a_number_of_the_matrix_is_put_into_words(outcome):
    assert cell_words(outcome, 0, 1) == "bright, taken for dark: 2 of 4, 50.0 %. Surest first."
    assert cell_words(outcome, 1, 1) == "dark, recognised: 2 of 2, 100.0 %. Least sure first."
    assert missed_words(outcome, 0) == "bright, taken for something else: 3. Surest first."


def test_a_class_of_which_there_is_no_picture_has_no_share(make_outcome):
    assert cell_words(make_outcome([0], [0], [1.0]), 2, 1) == "striped, taken for dark: 0 of 0. Surest first."


def test_accuracy_is_told_with_what_it_stands_for(outcome):
    assert accuracy_words(outcome) == "57.1 %"
    assert interval_words(outcome) == "4 of 7 right. 95 % interval: 25.0 % to 84.2 %."


def test_what_is_not_quite_perfect_is_not_called_perfect(make_outcome):
    labels = [0] * 5000
    assert accuracy_words(make_outcome(labels, [1, *labels[1:]], [1.0] * 5000)) == "> 99.9 %"
    assert accuracy_words(make_outcome(labels, labels, [1.0] * 5000)) == "100.0 %"


def test_the_precision_of_a_class_says_whether_anything_was_called_so(make_outcome):
    rows = class_rows(make_outcome([0, 0], [0, 1], [0.9, 0.9]))
    told = [row[1].note for row in rows]
    assert told[1:] == ["Of what was called dark, so much was.", "Nothing was called so."]


def test_classes_are_rows_of_exact_numbers(outcome):
    assert [[cell.value for cell in row] for row in class_rows(outcome)] == [
        ["bright", 1.0, 0.25, 4], ["dark", 0.5, 1.0, 2], ["striped", 0.5, 1.0, 1],
    ]  # fmt: skip


def test_a_picture_carries_the_verdict_on_it(outcome):
    wrong, right = tile(outcome, 3), tile(outcome, 2)
    assert (wrong.pictures, wrong.words, wrong.right) == ((("validation", 3),), "dark 70.0 %", False)
    assert wrong.note == "bright, taken for dark, 70.0 % sure. Picture 3 of the validation pictures."
    assert (right.words, right.right, right.note.split(",")[1]) == ("dark 80.0 %", True, " recognised")


def test_the_file_holds_scores_and_confusion_in_full_precision(make_outcome):
    made = make_outcome([0, 0, 0, 1, 2], [0, 1, 1, 1, 2], [1.0] * 5)
    rows = list(csv.DictReader(io.StringIO(as_csv(made))))
    assert [row["class"] for row in rows] == ["bright", "dark", "striped"]
    assert (float(rows[0]["recall"]), float(rows[1]["precision"])) == (1 / 3, 1 / 3)
    assert [int(rows[0][f"called {name}"]) for name in ("bright", "dark", "striped")] == [1, 2, 0]


def test_the_file_has_no_precision_or_recall_of_nothing_as_the_page_has_none(make_outcome):
    made = make_outcome([0, 0], [0, 1], [0.9, 0.9])
    rows = list(csv.DictReader(io.StringIO(as_csv(made))))
    assert [(row["precision"], row["recall"]) for row in rows] == [("1.0", "0.5"), ("0.0", ""), ("", "")]


def test_an_outcome_agrees_with_the_evaluation(tiny_data, snapshot):
    told: list[float] = []
    outcome = examine(
        Question(snapshot, "Small", tiny_data, "train", six_views=True), lambda share, _what: told.append(share)
    )
    whole: Split = tiny_data.split("train")
    plain = evaluate(snapshot, whole, six_views=True)
    assert outcome.evaluation.confusion == plain.confusion
    assert outcome.right.mean() == pytest.approx(plain.accuracy)
    assert told[-1] == 1
    assert len(told) > 1  # it can be given up on the way
    for row in range(3):
        cells = [outcome.cell(row, column) for column in range(3)]
        assert tuple(map(len, cells)) == plain.confusion[row]
        assert sorted(np.concatenate(cells)) == np.flatnonzero(whole.labels.numpy() == row).tolist()


def test_a_question_knows_whether_another_asks_the_same(tiny_data, snapshot):
    one = Question(snapshot, "Small", tiny_data, "validation")
    assert one.asks_the_same(Question(snapshot, "of another name", tiny_data, "validation"))
    assert not one.asks_the_same(Question(snapshot, "Small", tiny_data, "train"))
    assert not one.asks_the_same(Question(snapshot, "Small", replace(tiny_data), "validation"))
    assert not one.asks_the_same(Question(snapshot, "Small", tiny_data, "validation", six_views=True))
    assert Question(snapshot, "Small", tiny_data, "test", six_views=True).words == "Small, test, six views"
