"""The receipt in words: how many times as likely one class is as the other."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.receipt import Entry, Receipt
from cifar_gui.ui.classify.receipt_pictures import RowPictures
from cifar_gui.ui.classify.receipt_rows import ROWS, in_words, odds_words, rows, titles
from cifar_gui.ui.widgets.framed import Framed


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (1.0, "just"),
        (1.002, "just"),
        (1.27, "1.27 times"),
        (87.6, "87.6 times"),
        (169.02, "169 times"),
        (999.4, "999 times"),
        (1001.0, "more than a thousand times"),
        (1e300, "more than a thousand times"),
    ],
)
def test_the_odds_are_written_as_people_say_them_whichever_class_is_ahead(times, words):
    assert odds_words(0.5, 0.5 / times) == odds_words(0.5 / times, 0.5) == words


def test_a_class_that_has_no_share_at_all_has_odds_all_the_same():
    assert odds_words(1.0, 0.0) == "more than a thousand times"


@pytest.mark.parametrize(
    ("difference", "shares", "said"),
    [
        (7.433, (0.845, 0.005), "dog is 169 times as likely as cat."),
        (-7.433, (0.005, 0.845), "cat is 169 times as likely as dog."),
    ],
)
def test_the_sum_says_which_is_likelier(difference, shares, said):
    entry = Entry("unit 1", difference, 1.0, difference)
    receipt = Receipt("dog", "cat", (entry,), (difference, 0.0), shares, 1, per_filter=False)
    assert said in in_words(receipt)
    assert in_words(receipt).startswith("The logit of dog is ")
    of_several = in_words(receipt, squares=6)  # the bars beside it are of all of them, and other odds
    assert of_several.startswith("Of the framed square alone (the bars are the mean of 6), the logit of dog is ")


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (3, [("rounding", "+0.01"), ("together", "+0.01")]),
        (1, [("unit 0", "+0.00"), ("together", "+0.00")]),
        (13, [("1 other", "+0.05"), ("together", "+0.05")]),
        (14, [("2 others", "+0.06"), ("together", "+0.06")]),
    ],
)
def test_the_lines_add_up_as_they_are_written_however_many_there_are(count, last):
    entries = tuple(Entry(f"unit {unit}", 1.0, 0.004, 0.004, unit) for unit in range(count))
    receipt = Receipt("dog", "cat", entries, (0.004 * count, 0.0), (0.5, 0.5), 1, per_filter=False)
    table = rows(receipt, [RowPictures()] * min(count, ROWS))
    assert [(row[0].text, row[1].text) for row in table[-2:]] == last
    assert sum(float(row[1].text) for row in table[:-1]) == pytest.approx(float(table[-1][1].text))


def test_the_two_logits_differ_by_the_difference_as_they_are_written():
    entry = Entry("unit 1", 1.0, 0.998, 0.998, unit=1)
    receipt = Receipt("dog", "cat", (entry,), (1.004, 0.006), (0.7, 0.3), 1, per_filter=False)
    said = in_words(receipt)
    assert "The logit of dog is +1.00, of cat +0.00: " in said, "not +0.01, which would leave a hundredth over"
    assert "The difference, +1.00, " in said


def test_every_number_below_0_has_a_true_minus_sign_on_screen_and_stays_a_number_for_programs():
    entry = Entry("unit 1", -0.5, -0.071, 0.0355, unit=1)
    other = Entry("unit 2", 1.0, -0.25, -0.25, unit=2)
    table = rows(
        Receipt("dog", "cat", (other, entry), (0.0, 0.2145), (0.4, 0.6), 1, per_filter=False), [RowPictures()] * 2
    )
    said = [text for row in table for cell in row for text in (cell.text, cell.note)]
    assert {"−0.071", "−0.500", "−0.25", "−0.250"} <= set(said)
    assert not any("-" in text for text in said)
    assert table[1][-1].value == -0.071


def test_beside_a_unit_there_is_its_picture_or_nothing_yet_and_a_dash_where_there_will_never_be_one():
    names = ("unit 1", "unit 2", "unit 3", "bias")
    entries = tuple(Entry(name, 1.0, None, 1.0, None if name == "bias" else 1) for name in names)
    receipt = Receipt("dog", "cat", entries, (4.0, 0.0), (0.8, 0.2), 1, per_filter=False)
    layer = ConvLayer("dense", "dense 1", (9, 4, 1, 1), 45, learned=True, noun="unit")
    drawn = Framed(QImage(4, 4, QImage.Format.Format_RGB32), None, "what it likes best")
    pictures = [
        RowPictures(seat=(layer, 0), ideal=drawn),
        RowPictures(seat=(layer, 1), silent=True),
        RowPictures(seat=(layer, 2)),
        RowPictures(),
    ]
    assert titles(pictures)[1:3] == ["top\npicture", "ideal\ninput"], "a unit that is silent has its say on the former"
    beside = [row[1:3] for row in rows(receipt, pictures)]
    assert [[cell.text for cell in row] for row in beside] == [["", ""], ["–", ""], ["", ""], ["–", "–"], ["", ""]]
    assert (beside[0][1].picture, beside[0][1].note) == (drawn, "What it likes best.")
    assert beside[1][0].note == "It says the same to every validation picture."
