"""Probabilities in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from cifar_gui.inference.prediction import Confidence, Prediction
from cifar_gui.inference.verdict import judged, label_of, none_of, verdict

TEN = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def ten(**known: float) -> tuple[float, ...]:
    rest = (1 - sum(known.values())) / (10 - len(known))
    return tuple(known.get(name, rest) for name in TEN)


@pytest.mark.parametrize(
    ("probabilities", "confidence", "headline"),
    [
        (ten(dog=0.93, cat=0.04), "confident", "dog"),
        (ten(dog=1.0), "confident", "dog"),
        (ten(cat=0.48, dog=0.40), "unsure", "cat or dog?"),
        (ten(dog=0.40, cat=0.48), "unsure", "cat or dog?"),
        (ten(truck=0.65, ship=0.05), "unsure", "truck?"),
        (ten(truck=0.84, ship=0.05), "unsure", "truck?"),
        (ten(truck=0.66, ship=0.21), "unsure", "truck?"),
        (ten(truck=0.66, ship=0.23), "unsure", "truck or ship?"),
        (ten(truck=0.66, ship=0.31), "unsure", "truck or ship?"),
        (ten(truck=0.85, ship=0.05), "confident", "truck"),
        (ten(truck=0.60, ship=0.05), "unsure", "truck?"),
        (ten(truck=0.50, ship=0.25), "unsure", "truck or ship?"),
        (ten(truck=0.50, ship=0.24), "unknown", "probably none of the ten"),
        (ten(truck=0.55, ship=0.10), "unknown", "probably none of the ten"),
        (ten(cat=0.30, dog=0.20), "unknown", "probably none of the ten"),
        (ten(cat=0.34, dog=0.33), "unknown", "probably none of the ten"),
        (ten(), "unknown", "probably none of the ten"),
    ],
)
def test_verdicts_say_what_is_known(probabilities: tuple[float, ...], confidence: str, headline: str) -> None:
    found = verdict(TEN, probabilities)
    assert (found.confidence, found.headline) == (confidence, headline)
    assert found.reason.endswith(".")
    assert found.reason.count(". ") == 0


def test_reasons_name_the_figures() -> None:
    assert verdict(TEN, ten(dog=0.93, cat=0.04)).reason == (
        "Next is cat with 4 %; the network knows ten classes and nothing else."
    )
    assert verdict(TEN, ten(cat=0.48, dog=0.4)).reason.startswith("The network gives cat 48 % and dog 40 %")
    assert "the best, cat, gets only 30 %" in verdict(TEN, ten(cat=0.3, dog=0.2)).reason


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (TEN, "none of the ten"),
        (TEN[:3], "none of the three"),
        (TEN[:2], "neither airplane nor automobile"),
        (TEN[:1], "not airplane"),
        (tuple("abcdefghijkl"), "none of the twelve"),
        (tuple(str(n) for n in range(100)), "none of the 100"),
    ],
)
def test_none_of_them_counts_the_classes(names: tuple[str, ...], expected: str) -> None:
    assert none_of(names) == expected


def test_a_network_with_a_single_class_can_answer() -> None:
    found = verdict(("cat",), (1.0,))
    assert (found.confidence, found.headline, found.reason) == ("confident", "cat", "This network knows nothing else.")


def test_two_classes_are_doubted_between() -> None:
    assert verdict(("cat", "dog"), (0.45, 0.55)).headline == "dog or cat?"


def test_every_confidence_has_a_word_of_its_own() -> None:
    assert [label_of(each) for each in get_args(Confidence)] == ["confident", "not sure", "unknown"]


def test_what_is_unlike_all_that_was_learned_is_none_of_them_however_sure_the_network_is() -> None:
    found = verdict(TEN, ten(dog=0.99), "strange")
    assert (found.confidence, found.headline) == ("unknown", "probably none of the ten")
    assert found.reason.endswith("forced to choose, it would say dog (99 %).")


def answer(shares: tuple[float, ...], **values: Any) -> Prediction:
    return Prediction(TEN, shares, verdict(TEN, shares), **values)


def test_the_line_between_sure_and_unsure_can_be_drawn_elsewhere() -> None:
    found = answer(ten(dog=0.75, cat=0.2))
    assert [judged(found, line).verdict.confidence for line in (0.5, 0.75, 0.76, 0.99)] == [
        *("confident", "confident", "unsure", "unsure")
    ]
    assert judged(found) == found
    assert judged(judged(found, 0.5)) == found


def test_what_is_judged_anew_keeps_its_standing_and_its_votes() -> None:
    assert judged(answer(ten(dog=0.99), standing="strange"), 0.5).verdict.confidence == "unknown"
    assert judged(answer(ten(dog=0.99), standing="unusual"), 0.5).verdict.headline == "dog?"
    votes = (0, 0, 0, 1, 0, 2, 0, 0, 0, 0)
    doubted = judged(answer(ten(dog=0.6, cat=0.3), votes=votes, crops=3))
    assert "of three places two say dog and one cat" in doubted.verdict.reason
    assert "of three views" in judged(replace(doubted, crops=1)).verdict.reason


def test_an_unusual_picture_is_not_named_without_a_question_mark() -> None:
    found = verdict(TEN, ten(dog=0.99), "unusual")
    assert (found.confidence, found.headline) == ("unsure", "dog?")
    assert found.reason == "The network gives dog 99 %, but few of the pictures it learned from look as unusual."
    assert verdict(TEN, ten(cat=0.48, dog=0.40), "unusual") == verdict(TEN, ten(cat=0.48, dog=0.40))


def test_what_only_its_looks_keep_from_a_sure_answer_is_said_so_wherever_the_line_is_drawn() -> None:
    unusual = "The network gives dog 70 %, but few of the pictures it learned from look as unusual."
    found = answer(ten(dog=0.7), standing="unusual")
    assert judged(found, 0.7).verdict.reason == unusual
    assert judged(found, 0.71).verdict.reason == "The network gives dog only 70 %, and no other class comes near."
    for line in (0.5, 0.85):
        assert judged(answer(ten(dog=0.55), standing="unusual"), line).verdict.confidence == "unknown"


@pytest.mark.parametrize(
    ("votes", "of", "told"),
    [
        ((4, 2), "views", "of six views four say cat and two dog"),
        ((1, 5), "places", "of six places five say dog and one cat"),
        ((1, 1, 1), "places", "of three places one says"),
        ((6, 0), "views", "too close to decide"),
        ((), "views", "too close to decide"),
    ],
)
def test_where_views_or_places_disagree_the_reason_says_so(votes: tuple[int, ...], of: str, told: str) -> None:
    found = verdict(("cat", "dog", "frog"), (0.5, 0.4, 0.1), votes=votes, of=of)
    assert told in found.reason
    assert found.headline == "cat or dog?"


def test_votes_for_a_class_of_several_words_and_for_three_classes_are_told() -> None:
    found = verdict(("traffic light", "stop sign", "bus"), (0.5, 0.4, 0.1), votes=(3, 2, 1), of="views")
    assert "of six views three say traffic light, two stop sign and one bus." in found.reason


def test_what_is_sure_can_be_asked_for() -> None:
    for wanted, confidence in ((0.5, "confident"), (0.9, "confident"), (0.95, "unsure")):
        assert verdict(TEN, ten(dog=0.93), confident=wanted).confidence == confidence
    assert verdict(TEN, ten(dog=0.93), confident=0.95).headline == "dog?"
    assert "no other class comes near" in verdict(TEN, ten(dog=0.93), confident=0.95).reason
