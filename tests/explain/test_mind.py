from __future__ import annotations

import numpy as np
import pytest

from cifar_gui.explain.attribution.occlusion import Covered
from cifar_gui.explain.mind import what_would_change_it

NAMES = ("airplane", "cat", "dog")
PLACES = tuple((left, top) for top in (0, 12, 24) for left in (0, 12, 24))
PLAIN = np.array([0, 4, 0], np.float32)


def covered(**changed: tuple[float, float, float]) -> Covered:
    """As plain everywhere but at these places, called p0 to p8."""
    logits = np.repeat(PLAIN[None], len(PLACES), axis=0)
    for name, answer in changed.items():
        logits[int(name[1:])] = answer
    return Covered(PLACES, 8, PLAIN, logits)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (0, "upper left"), (1, "top"), (2, "upper right"), (3, "left-hand side"), (4, "middle"),
        (5, "right-hand side"), (6, "lower left"), (7, "bottom"), (8, "lower right"),
    ],
)  # fmt: skip
def test_the_place_that_changes_the_answer_is_named(place, words):
    found = what_would_change_it(covered(**{f"p{place}": (0, 1, 2)}), NAMES)
    assert found == f"Covering the {words} makes it a dog. Of 9 places to cover, 1 changes the answer."


def test_of_several_places_the_most_convincing_is_named_and_the_most_frequent_answer_comes_first():
    found = what_would_change_it(covered(p0=(0, 1, 2), p1=(0, 1, 5), p8=(3, 0, 0)), NAMES)
    assert found.startswith("Covering the top makes it a dog, covering the lower right makes it an airplane. Of 9")
    assert found.endswith("3 change the answer.")


def test_three_other_answers_are_named_those_of_most_places_first():
    names = ("cat", "dog", "ant", "owl", "emu")
    logits = np.tile(np.array([4.0, 0, 0, 0, 0], np.float32), (9, 1))
    for place, answer in enumerate((1, 2, 2, 3, 3, 3, 4, 4)):
        logits[place, answer] = 6.0 + place / 10
    found = what_would_change_it(Covered(PLACES, 8, logits[8], logits), names)
    assert found == (
        "Covering the right-hand side makes it an owl, covering the upper right makes it an ant, covering the bottom "
        "makes it an emu. Of 9 places to cover, 8 change the answer."
    )


def test_where_nothing_changes_the_answer_the_place_that_matters_most_is_named():
    found = what_would_change_it(covered(p4=(0, 1, 0), p5=(0, 2, 0)), NAMES)
    wanted = "It stays a cat wherever 8 × 8 pixels are covered; what matters most is the middle (from 96 % to 58 %)."
    assert found == wanted


def test_what_hardly_changes_is_not_said_to_fall():
    found = what_would_change_it(covered(p4=(0, 3.999, 0)), NAMES)
    assert found == "It stays a cat wherever 8 × 8 pixels are covered, each time with 96 % or more."


def test_where_covering_only_helps_nothing_is_said_to_matter():
    better = Covered(PLACES, 8, PLAIN, np.repeat(np.array([[0, 6, 0]], np.float32), len(PLACES), axis=0))
    assert what_would_change_it(better, NAMES) == "It stays a cat wherever 8 × 8 pixels are covered."


def test_an_answer_that_several_views_have_changed_is_not_explained_by_one():
    found = what_would_change_it(covered(p0=(0, 1, 2)), NAMES, shown="dog")
    assert found == "Seen once, neither mirrored nor shifted, it is a cat even with nothing covered."
    assert what_would_change_it(covered(p0=(0, 1, 2)), NAMES, shown="cat").startswith("Covering the upper left")
