"""The receipt in words: how many times as likely one class is as the other."""

from __future__ import annotations

import math

import pytest

from cifar_gui.explain.receipt import Entry, Receipt
from cifar_gui.ui.classify.receipt_rows import in_words, odds_words


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (1.0, "just"),
        (1.002, "just"),
        (1.27, "1.27 times"),
        (87.6, "87.6 times"),
        (1690.2, "1,690 times"),
        (987_654, "988,000 times"),
        (1.1e6, "more than a million times"),
        (1e300, "more than a million times"),
    ],
)
def test_the_odds_are_written_as_people_say_them_whichever_class_is_ahead(times, words):
    assert odds_words(math.log(times)) == odds_words(-math.log(times)) == words


def test_logits_too_far_apart_for_a_number_have_odds_all_the_same():
    assert odds_words(5000.0) == "more than a million times"


@pytest.mark.parametrize(
    ("difference", "said"),
    [(7.433, "dog is 1,690 times as likely as cat."), (-7.433, "cat is 1,690 times as likely as dog.")],
)
def test_the_sum_says_which_is_likelier(difference, said):
    entry = Entry("unit 1", difference, 1.0, difference)
    assert said in in_words(Receipt("dog", "cat", (entry,), (difference, 0.0), 1, per_filter=False))
