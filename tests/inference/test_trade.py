"""What another threshold trades, in words."""

from __future__ import annotations

from cifar_gui.inference.trade import trade_at, trade_words

MEASURED = ((0.5, 0.94, 0.962), (0.85, 0.78, 0.987), (0.99, 0.0, 1.0))


def test_figures_are_those_of_the_nearest_threshold() -> None:
    assert trade_at(MEASURED, 0.84) == (0.78, 0.987)
    assert trade_at(MEASURED, 0.5) == (0.94, 0.962)
    assert trade_at((), 0.5) is None


def test_the_sentence_says_how_many_and_how_many_of_those_rightly() -> None:
    assert trade_words(MEASURED, 0.85) == (
        "Of the held-out pictures 78 % would be answered with confidence, and 98.7 % of those rightly."
    )
    assert trade_words(MEASURED, 0.99) == "None of the held-out pictures would be answered with confidence."
    assert trade_words((), 0.85) == ""
