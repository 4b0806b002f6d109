"""Probabilities in words."""

from __future__ import annotations

from typing import get_args

import pytest

from cifar_gui.inference.prediction import Confidence
from cifar_gui.inference.verdict import label_of, none_of, verdict

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
