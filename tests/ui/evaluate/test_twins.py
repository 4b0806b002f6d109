"""Pictures that stand, nearly the same, among those learned from."""

from __future__ import annotations

import csv
import io
import threading
from dataclasses import replace

import pytest
import torch
from PySide6.QtCore import Qt

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data import known_duplicates
from cifar_gui.data.base import ImageData
from cifar_gui.data.duplicates import Twins
from cifar_gui.ui.evaluate.twins import (
    Found,
    Search,
    accuracy_words,
    as_csv,
    found_words,
    question_words,
    search_for,
    tiles,
)
from cifar_gui.ui.evaluate.twins_view import TwinsView


@pytest.fixture(scope="module")
def twinned(tiny_data) -> ImageData:
    """Two validation pictures and a test picture with a twin among the training pictures, one of them labelled
    otherwise."""
    images, labels = tiny_data.images.clone(), tiny_data.labels.clone()
    train, validation, _test = tiny_data.counts
    detailed = torch.nn.functional.interpolate(torch.rand(3, 3, 8, 8, generator=torch.manual_seed(1)), size=32)
    detailed = (255 * detailed).to(torch.uint8)
    for picture, (place, twin) in zip(detailed, ((train, 4), (train + 5, 9), (train + validation + 2, 7)), strict=True):
        images[place], images[twin] = picture, picture.flip(-1)
        labels[place] = labels[twin] = 0
    labels[9] = 1
    return replace(tiny_data, images=images, labels=labels)


@pytest.fixture
def search(twinned):
    return Search(twinned, "validation")


def test_what_is_learned_from_depends_on_the_network(make_outcome, tiny_data):
    outcome = make_outcome([0], [0], [0.9])
    assert not search_for(outcome, "test").all_data
    everything = replace(outcome.question.snapshot.card, trained_on=tiny_data.fingerprints[3])
    question = replace(outcome.question, snapshot=ModelSnapshot(everything, outcome.question.snapshot.weights))
    knowing = replace(outcome, question=question)
    train, validation, _test = tiny_data.counts
    assert len(search_for(knowing, "test").learned) == train + validation
    assert len(search_for(knowing, "validation").learned) == train  # else each would be its own twin
    assert search_for(knowing, "test").learned_picture(train + 3) == ("validation", 3)
    assert search_for(knowing, "test").learned_picture(train) == ("validation", 0)
    assert search_for(knowing, "test").learned_picture(train - 1) == ("train", train - 1)


def test_before_the_test_pictures_are_looked_at_the_rule_is_told(twinned):
    assert "for the final score" in question_words(Search(twinned, "test"))
    assert "for the final score" not in question_words(Search(twinned, "validation"))
    empty = replace(twinned, counts=(twinned.counts[0], len(twinned.labels) - twinned.counts[0], 0))
    assert question_words(Search(empty, "test")) == "Tiny has no test pictures."


def test_their_number_is_put_into_words(search):
    one = Twins(0, 1, 0.9, False, True)
    assert found_words(Found(search, [])).startswith("None of the 21 validation pictures has")
    assert found_words(Found(search, [one])).startswith("1 of 21 validation pictures (4.8 %) has a near-duplicate")
    told = found_words(Found(search, [one, replace(one, same_label=False)]))
    assert told.startswith("2 of 21 validation pictures (9.5 %) have")
    assert told.endswith("One pair carries two different labels.")


def test_the_accuracy_is_told_with_the_affected_pictures_and_without(make_outcome, tiny_data):
    outcome = make_outcome([0] * 4, [0, 0, 1, 1], [0.9] * 4)
    found = Found(Search(tiny_data, "validation"), [Twins(0, 1, 0.9, False, True), Twins(1, 1, 0.9, False, True)])
    assert accuracy_words(found, outcome) == (
        "Small · shipped: 50.0 % of all are right, 0.0 % of the 2 without a near-duplicate, 100.0 % of those with one."
    )
    assert accuracy_words(Found(Search(tiny_data, "test"), found.twins), outcome) == ""
    assert accuracy_words(Found(found.search, []), outcome) == ""


def test_a_pair_shows_both_pictures_both_labels_and_how_alike_they_are(search):
    train = search.data.counts[0]
    twins = [Twins(0, 4, 0.9312, True, True), Twins(5, 9, 0.85, False, False)]
    search.data.labels[train]  # bright, as made above
    same, other = tiles(Found(search, twins), mislabelled=False)
    assert same.pictures == (("validation", 0), ("train", 4))
    assert (same.words, other.words) == ("bright 0.93", "bright / dark 0.85")
    assert same.note == (
        "Validation picture 0, bright, and train picture 4, bright, mirrored. Correlation 0.931: 1 is the same picture."
    )
    assert tiles(Found(search, twins), mislabelled=True) == [other]
    rows = list(csv.DictReader(io.StringIO(as_csv(Found(search, twins)))))
    assert rows[1]["twin label"] == "dark"
    assert [row["twin place"] for row in rows] == ["4", "9"]


@pytest.fixture
def looking(page, qtbot, twinned, snapshot):
    """The page with the result on the validation pictures, and the view in front."""
    page.on_data(twinned)
    page.on_model(snapshot)
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.outcome is not None)
    page.views.choose("twins")
    return page


def test_pairs_are_looked_for_when_that_is_asked_and_a_click_opens_one(looking, qtbot):
    view = looking.views.twins
    assert view.split.raw() == "validation"  # as has been evaluated
    assert not view.list.isVisible()
    view.button.click()
    qtbot.waitUntil(lambda: view.found is not None)
    assert sorted(tile.pictures for tile in view.list.tiles) == [
        (("validation", 0), ("train", 4)),
        (("validation", 5), ("train", 9)),
    ]
    assert "of all are right" in view.accuracy.text()
    view.mislabelled.click()
    assert [tile.words for tile in view.list.tiles] == ["bright / dark 1.00"]
    first = view.list.model().index(0, 0)
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=view.list.visualRect(first).center())
    ((source,),) = looking.said
    assert "validation picture 5" in source.name
    assert looking.views.numbers(looking.outcome).startswith("split,place,label,")


def test_what_is_said_of_pairs_and_of_those_that_are_labelled_otherwise(looking, stays_said):
    view, search = looking.views.twins, search_for(looking.outcome, "validation")
    looking.twins._on_found(Found(search, [Twins(0, 4, 0.9312, True, True), Twins(5, 9, 0.85, False, False)]))
    stays_said(looking.views, "pairs")
    view.mislabelled.click()
    stays_said(looking.views, "pairs-of-different-labels")
    view.split.setCurrentIndex(view.split.findData("test"))
    stays_said(looking.views, "pairs-of-test-pictures")


def test_the_keyboard_stays_in_the_row_of_the_search_for_pairs(looking, qtbot):
    view = looking.views.twins
    looking.activateWindow()
    for end, then in ((view.waiting.cancel.click, view.button), (lambda: None, view.split)):
        view.button.setFocus()
        qtbot.waitUntil(view.button.hasFocus)
        view.button.click()
        assert view.waiting.cancel.hasFocus()
        end()
        qtbot.waitUntil(view.waiting.isHidden)
        assert then.hasFocus(), "the button has gone with what it has found"


def test_the_test_pictures_are_looked_at_after_a_click_only(looking, qtbot, monkeypatch):
    view, looked_at = looking.views.twins, []
    look = known_duplicates.near_duplicates
    monkeypatch.setattr(
        known_duplicates,
        "near_duplicates",
        lambda first, second, **named: looked_at.append(first.name) or look(first, second, **named),
    )
    view.split.setCurrentIndex(view.split.findData("test"))
    assert "for the final score" in view.words.text()
    assert looked_at == []
    assert view.list.tiles == ()
    qtbot.mouseClick(view.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.found is not None)
    assert looked_at == ["test"]
    assert [tile.pictures for tile in view.list.tiles] == [(("test", 2), ("train", 7))]
    assert view.accuracy.isHidden()  # the validation pictures have been evaluated, not these
    view.split.setCurrentIndex(view.split.findData("validation"))
    assert view.list.isHidden()
    view.split.setCurrentIndex(view.split.findData("test"))
    assert view.found is not None  # kept as long as the page lives


def test_looking_can_be_given_up(looking, qtbot):
    view = looking.views.twins
    view.button.click()
    assert not view.button.isEnabled()
    view.waiting.cancel.click()
    assert view.button.isEnabled()
    qtbot.waitUntil(lambda: looking.context.jobs.idle)
    assert view.found is None


def test_pairs_of_other_pictures_go_when_others_are_evaluated(looking, qtbot, tiny_data):
    view = looking.views.twins
    view.button.click()
    qtbot.waitUntil(lambda: view.found is not None)
    other = replace(tiny_data, fingerprints=("a", "b", "c", "d"))
    looking.on_data(other)
    looking.controls.run.click()
    qtbot.waitUntil(lambda: looking.outcome.question.data is other)
    assert view.found is None


def test_pairs_of_different_labels_can_be_asked_for_only_where_there_are_some(search, qtbot):
    view = TwinsView()
    qtbot.addWidget(view)
    same = Twins(0, 4, 0.93, False, True)
    view.show_found(Found(search, [same, Twins(5, 9, 0.85, False, False)]), "", "")
    view.mislabelled.setChecked(True)
    assert (view.mislabelled.isEnabled(), len(view.list.tiles)) == (True, 1)
    view.show_found(Found(search, [same]), "", "")
    assert (view.mislabelled.isEnabled(), len(view.list.tiles)) == (False, 1)


def test_a_search_goes_on_for_the_same_pictures_and_ends_when_others_are_shown(looking, qtbot, tiny_data, monkeypatch):
    view, go_on = looking.views.twins, threading.Event()
    monkeypatch.setattr(known_duplicates, "near_duplicates", lambda *_parts, **_named: go_on.wait(60) and [])
    view.button.click()
    looking.twins.follow(replace(looking.outcome))  # such as another epoch gives
    assert not view.waiting.isHidden()
    other = replace(tiny_data, fingerprints=("a", "b", "c", "d"))
    looking.twins.follow(replace(looking.outcome, question=replace(looking.outcome.question, data=other)))
    assert (view.waiting.isHidden(), view.button.isEnabled()) == (True, True)
    go_on.set()
    qtbot.waitUntil(lambda: looking.context.jobs.idle)
    assert view.found is None


@pytest.mark.parametrize("known", [False, True])
def test_the_choice_of_the_user_stays_until_other_pictures_are_evaluated(looking, known):
    view, outcome = looking.views.twins, looking.outcome
    if known:
        looking.twins._on_found(Found(search_for(outcome, "validation"), [Twins(0, 4, 0.93, False, True)]))
    view.split.setCurrentIndex(view.split.findData("test"))

    def evaluated(split: str) -> str:
        looking.twins.follow(replace(outcome, question=replace(outcome.question, split=split)))
        return view.split.raw()

    assert [evaluated(split) for split in ("validation", "train", "validation", "test", "train")] == [
        "test", "test", "validation", "test", "test",
    ]  # fmt: skip
