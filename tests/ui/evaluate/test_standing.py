"""What is said before anything is evaluated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cifar_gui.ui.evaluate.standing import TEST_RULE, default_split, standing


@pytest.fixture
def card(snapshot):
    return snapshot.card


def said(card, data, split, *, test_agreed=False):
    return standing(card, data, split, test_agreed=test_agreed)


def test_held_out_pictures_are_the_default_unless_the_network_has_learned_from_them(card, tiny_data):
    of_all = replace(card, trained_on=tiny_data.fingerprints[3])
    assert default_split(card, None) == default_split(card, tiny_data) == "validation"
    assert default_split(of_all, tiny_data) is None
    found = said(of_all, tiny_data, None)
    assert found.text.startswith("This network has learned from all training pictures of Tiny")
    assert found.why_not


def test_what_the_network_has_learned_from_is_called_seen_in_training(card, tiny_data):
    own = replace(card, trained_on=tiny_data.fingerprints[0])
    assert said(own, tiny_data, "train").text.startswith("Seen in training: ")
    assert said(own, tiny_data, "train").doubtful
    of_all = replace(card, trained_on=tiny_data.fingerprints[3])
    assert said(of_all, tiny_data, "validation").text.startswith("Seen in training: ")
    assert not said(of_all, tiny_data, "validation").why_not
    assert not said(own, tiny_data, "validation").doubtful


def test_training_pictures_are_doubtful_even_where_nothing_is_known(card, tiny_data):
    assert "not known" in said(card, tiny_data, "train").text
    others = replace(card, trained_on="pictures of somebody else")
    assert "As far as is known" in said(others, tiny_data, "train").text
    assert said(others, tiny_data, "train").doubtful


def test_test_pictures_need_a_yes(card, tiny_data):
    before, after = (said(card, tiny_data, "test", test_agreed=agreed) for agreed in (False, True))
    assert (before.text, before.way) == (TEST_RULE, "test")
    assert before.why_not
    assert (after.why_not, after.way) == ("", "")
    assert said(card, None, "test").why_not  # also before they have been read


def test_a_network_of_other_classes_says_why_not(card, tiny_data):
    found = said(replace(card, class_names=("cat", "dog")), tiny_data, "validation")
    assert (
        found.why_not
        == found.text
        == ("The network knows 2 classes (cat, dog), but the data set has 3 classes (bright, dark, striped).")
    )
    assert found.way == "data"
    as_many = said(replace(card, class_names=("cat", "dog", "fox")), tiny_data, "validation").text
    assert (
        as_many == "The network knows 3 classes (cat, dog, fox), but the data set has 3 others (bright, dark, striped)."
    )


def test_pictures_of_some_of_the_classes_are_said_to_be_that(card, tiny_data):
    four = replace(card, class_names=("bright", "cat", "dark", "striped"))
    assert said(four, tiny_data.for_classes(four.class_names), "validation").text == (
        "21 pictures of Tiny that were held out from training. They are of 3 of the 4 classes that the network knows."
    )


def test_an_empty_split_says_so(card, tiny_data):
    empty = replace(tiny_data, counts=(tiny_data.counts[0] + tiny_data.counts[1], 0, tiny_data.counts[2]))
    assert said(card, empty, "validation").why_not == "Tiny has no validation pictures. Choose another split."


def test_pictures_are_counted(card, tiny_data):
    assert said(card, tiny_data, "validation").text == "21 pictures of Tiny that were held out from training."
    assert said(card, None, "validation").text == "The held-out pictures are read when you press Run."
