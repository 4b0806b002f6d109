"""A second network beside the first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.ui.evaluate.comparison import Comparison, as_csv
from cifar_gui.ui.evaluate.gallery import HINT
from cifar_gui.ui.model_choices import ModelChoice

from .conftest import small_network


@pytest.fixture
def comparison(make_outcome):
    """Six pictures: both right on 0 and 1, the first alone on 2 and 3, the second alone on 4, neither on 5."""
    first = make_outcome([0] * 6, [0, 0, 0, 0, 1, 1], [0.9, 0.6, 0.9, 0.9, 0.8, 0.7])
    second = make_outcome([0] * 6, [0, 0, 1, 2, 0, 2], [0.8, 0.9, 0.5, 0.6, 0.9, 0.9])
    return Comparison(first, second)


def test_pictures_are_sorted_by_who_is_right_and_how_sure_the_other_is(comparison):
    assert {side: comparison.places(*side).tolist() for side in comparison.counts()} == {
        (True, True): [1, 0], (True, False): [3, 2], (False, True): [4], (False, False): [5],
    }  # fmt: skip
    assert list(comparison.counts().values()) == [2, 2, 1, 1]


def test_the_difference_is_put_into_words(comparison):
    assert comparison.words().startswith("Small · shipped 66.7 %, Small · shipped 50.0 %. ")
    assert "easily chance" in comparison.words()


def test_each_picture_tells_both_verdicts(comparison):
    first, second = comparison.tiles((True, False))
    assert (first.words, second.words) == ("bright / striped", "bright / dark")
    assert first.note == (
        "bright. Small · shipped: bright, 90.0 %, Small · shipped: striped, 60.0 %. "
        "Picture 3 of the validation pictures."
    )


def test_every_picture_is_a_row_of_the_file(comparison):
    titles, *rows = as_csv(comparison).splitlines()
    assert titles.startswith('picture,label,Small · shipped,"Small · shipped, confidence",')
    assert [row.split(",")[::2][:3] for row in rows[2:4]] == [["2", "bright", "dark"], ["3", "bright", "striped"]]


@pytest.fixture
def other(tmp_path):
    path = tmp_path / "other.safetensors"
    save_snapshot(small_network(2), path)
    return ModelChoice("other", "Other · shipped", "50 %", "shipped", path)


@pytest.fixture
def comparing(evaluated, other):
    evaluated.context.models.offered = [ModelChoice("live", "Live", "", "live", None), other]
    evaluated.page_shown()
    evaluated.views.choose("compare")
    return evaluated


def test_a_second_network_is_asked_about_the_same_pictures(comparing, qtbot):
    view = comparing.views.compare
    assert [view.choice.itemText(place) for place in range(view.choice.count())] == ["Other · shipped · 50 %"]
    comparing.activateWindow()
    view.button.setFocus()
    qtbot.waitUntil(view.button.hasFocus)
    view.button.click()
    assert view.waiting.isVisible()
    assert view.waiting.cancel.hasFocus()
    qtbot.waitUntil(lambda: comparing.second.found is not None)
    assert view.button.hasFocus(), "Space compares again; the next in the row plays the epochs of a run"
    found = comparing.second.found
    assert found.second.question.split == found.first.question.split == "validation"
    assert found.first is comparing.outcome
    assert view.words.text() == found.words()
    side = max(found.counts(), key=lambda each: found.counts()[each])
    view.sides[side].click()
    assert len(comparing.gallery.list.tiles) == found.counts()[side]
    assert comparing.gallery.words.text().startswith(found.side_words(side))


def test_a_new_result_takes_the_comparison_away(comparing, qtbot):
    comparing.views.compare.button.click()
    qtbot.waitUntil(lambda: comparing.second.found is not None)
    assert comparing.views.numbers(comparing.outcome).startswith("picture,label,Small")
    comparing.controls.run.click()
    qtbot.waitUntil(lambda: comparing.second.found is None)
    assert comparing.views.numbers(comparing.outcome).startswith("class,")
    assert not comparing.views.compare.sides[True, True].isVisible()
    comparing.views.compare.button.click()
    comparing.second.forget(comparing.outcome)
    assert comparing.views.compare.waiting.isHidden()
    qtbot.waitUntil(lambda: comparing.context.jobs.idle)
    assert comparing.second.found is None, "what was asked of the result before is not told any more"


def test_comparing_can_be_given_up(comparing, qtbot):
    view = comparing.views.compare
    view.button.click()
    view.waiting.cancel.click()
    assert not view.waiting.isVisible()
    assert view.button.isEnabled()
    qtbot.waitUntil(lambda: comparing.context.jobs.idle)
    assert comparing.second.found is None


def test_a_network_that_cannot_be_read_or_knows_other_classes_says_so(comparing, qtbot, tmp_path):
    wrong = tmp_path / "wrong.safetensors"
    save_snapshot(small_network(1, names=("cat", "dog")), wrong)
    for path, why in ((tmp_path / "gone.safetensors", "gone.safetensors"), (wrong, "2 classes (cat, dog)")):
        comparing.context.models.offered = [ModelChoice(why, why, "", "opened", path)]
        comparing.context.models.choices_changed.emit()
        comparing.views.compare.button.click()
        qtbot.waitUntil(lambda why=why: any(why in each.text for each in comparing.context.messages.all))
        assert comparing.views.compare.button.isEnabled()
    good = tmp_path / "good.safetensors"
    save_snapshot(small_network(3), good)
    comparing.context.models.offered = [ModelChoice("good", "Good", "", "opened", good)]
    comparing.context.models.choices_changed.emit()
    comparing.views.compare.button.click()
    assert comparing.context.messages.all == [], "what was wrong with another one is not said any longer"


def test_the_chosen_one_stays_when_there_are_more(comparing, other):
    view, one = comparing.views.compare, ModelChoice("one", "One", "", "opened", other.path)
    comparing.context.models.offered = [one, other]
    comparing.context.models.choices_changed.emit()
    assert view.choice.currentData() == other
    comparing.context.models.offered = []
    comparing.context.models.choices_changed.emit()
    assert not view.button.isEnabled()


def test_the_network_proposed_is_of_the_kind_of_the_one_that_was_asked(comparing, other):
    models, view = comparing.context.models, comparing.views.compare
    run = ModelChoice("runs/0007/best", "run 0007", "", "runs", other.path)
    models.offered = [run, other]
    models.choices_changed.emit()
    models.current = run  # and still on its way
    view.choice.choose(run.key)
    comparing.second.forget(comparing.outcome)
    assert view.choice.chosen == other
    view.choice.choose(run.key)
    view.choice.activated.emit(0)
    comparing.second.forget(comparing.outcome)
    assert view.choice.chosen == run, "as a person has chosen"


def test_who_is_right_stands_in_a_square_that_is_there_with_its_numbers_only(comparing, comparison):
    view = comparing.views.compare
    view.show_comparison(comparison)
    both, first, second, none = (view.sides[side].geometry() for side in comparison.counts())
    assert [view.sides[side].text() for side in comparison.counts()] == [
        "Both right: 2", "Only the first right: 2", "Only the second right: 1", "Both wrong: 1",
    ]  # fmt: skip
    assert (both.top(), both.left()) == (first.top(), second.left())
    assert (none.top(), none.left()) == (second.top(), first.left())
    assert both.right() < none.left()
    assert both.bottom() < none.top()
    view.begin("Asking it")
    shown = (view.words, view.waiting, view.sides[True, True], view.button)
    assert [each.isVisible() for each in shown] == [False, True, False, True]
    assert not view.button.isEnabled()
    view.waiting.cancel.click()
    assert [each.isVisible() for each in shown] == [True, False, True, True], "what was found is still there"
    assert view.button.isEnabled()
    assert view.words.text() == comparison.words()


def test_another_result_says_nothing_of_what_was_compared_with_the_one_before(comparing, qtbot):
    view, gallery = comparing.views.compare, comparing.gallery
    before = view.words.text()
    comparing.views.confusion.table.open_cell(2, 0)
    comparing.score.table.selectRow(1)
    view.button.click()
    qtbot.waitUntil(lambda: comparing.second.found is not None)
    found = comparing.second.found
    view.sides[max(found.counts(), key=found.counts().__getitem__)].click()
    assert (comparing.score.table.chosen_rows, gallery.list.toolTip() != "") == ((), True)
    comparing.examiner.found.emit(replace(comparing.outcome))
    assert (view.words.text(), view.words.isVisible()) == (before, True)
    assert (gallery.words.text(), len(gallery.list.tiles)) == (HINT, 0), "neither of the two, nor of the class before"


def test_a_side_without_pictures_cannot_be_asked_for(comparing, make_outcome):
    outcome = make_outcome([0, 1], [0, 1], [0.9, 0.8])
    view = comparing.views.compare
    view.show_comparison(Comparison(outcome, outcome))
    assert [button.isEnabled() for button in view.sides.values()] == [True, False, False, False]
