"""What the Evaluate page says, word for word, of one result and of what is found out about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.ui.evaluate import outcome
from cifar_gui.ui.model_choices import ModelChoice

from ..in_words import in_words
from .conftest import small_network


@pytest.fixture(autouse=True)
def two_seconds(monkeypatch):
    """However long it takes."""
    plain = outcome.evaluate
    monkeypatch.setattr(outcome, "evaluate", lambda *given, **more: replace(plain(*given, **more), seconds=2.0))


@pytest.fixture
def second(page, tmp_path):
    """A second network, to be compared with."""
    path = tmp_path / "other.safetensors"
    save_snapshot(small_network(2), path)
    page.context.models.offered = [ModelChoice("other", "Other · shipped", "", "shipped", path)]
    page.page_shown()


def test_before_there_is_a_network(page, stays_said):
    stays_said(page, "no-network")


def test_before_it_is_asked(page, snapshot, tiny_data, stays_said):
    page.on_data(tiny_data)
    page.on_model(snapshot)
    stays_said(page, "not-asked")


def test_a_result_with_the_pictures_of_a_cell(evaluated, stays_said):
    evaluated.views.confusion.table.open_cell(2, 0)
    stays_said(evaluated, "cell")


def test_a_class_of_a_result_from_six_views_of_the_training_pictures(page, qtbot, tiny_data, stays_said):
    page.on_data(tiny_data)
    page.on_model(small_network(1, trained_on=tiny_data.split("train").fingerprint))
    page.controls.split.button("train").click()
    page.controls.six_views.click()
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.outcome is not None)
    page.score.table.selectRow(1)
    stays_said(page, "class-seen-six-views")


def test_a_result_that_is_not_the_answer_to_what_is_chosen(evaluated, stays_said):
    evaluated.controls.split.button("train").click()
    stays_said(evaluated, "stale")


def test_how_far_its_confidence_can_be_trusted(evaluated, stays_said):
    evaluated.views.choose("reliability")
    stays_said(evaluated.views, "reliability")


def test_how_robust_two_networks_are(second, evaluated, qtbot, stays_said):
    view = evaluated.views.robustness
    evaluated.views.choose("robustness")
    view.second.setCurrentIndex(1)
    view.button.click()
    qtbot.waitUntil(lambda: len(view.measured) == 2 and evaluated.context.jobs.idle)
    stays_said(evaluated.views, "robustness")


def test_where_two_networks_disagree(second, evaluated, qtbot, stays_said):
    view = evaluated.views.compare
    evaluated.views.choose("compare")
    view.button.click()
    qtbot.waitUntil(lambda: evaluated.second.found is not None and evaluated.context.jobs.idle)
    view.sides[True, False].click()
    stays_said(evaluated, "two-networks")


def test_which_pictures_are_nearly_the_same(evaluated, qtbot, stays_said):
    view = evaluated.views.twins
    evaluated.views.choose("twins")
    view.button.click()
    qtbot.waitUntil(lambda: not view.waiting.isVisible() and evaluated.context.jobs.idle)
    stays_said(evaluated.views, "near-duplicates")


def test_while_it_is_asked_and_when_that_is_given_up(evaluated, held, stays_said):
    before, doing = in_words(evaluated), held()
    evaluated._waiting.show_progress(0.7, "As it was the last time")
    evaluated.controls.run.click()
    assert doing == ["Evaluating…"]
    stays_said(evaluated, "under-way")
    evaluated._waiting.cancel.click()
    assert in_words(evaluated) == before


def test_while_its_pictures_are_read_and_when_there_are_none(page, snapshot, tiny_data, stays_said):
    page.on_model(snapshot)
    before = in_words(page)
    page.controls.run.click()
    stays_said(page, "pictures-are-read")
    page.context.data.failed.emit("CIFAR-10 is not here.")
    stays_said(page, "no-pictures")
    assert not page.examiner.busy
    page.examiner.cancel()
    assert in_words(page) == before
    page.controls.run.click()
    page.context.data.cancelled.emit()  # such as by the dialog that gets them
    assert in_words(page) == before
    page.on_data(tiny_data)
    assert not page.examiner.busy, "nobody waits for them any more"


@pytest.mark.parametrize(
    ("view", "again", "doing"),
    [
        ("robustness", "", "Making pictures worse…"),
        ("robustness", "-again", "Making pictures worse…"),
        ("compare", "-again", "Comparing…"),
        ("twins", "", "Looking for near-duplicates…"),
    ],
)
def test_while_more_is_found_out_and_when_that_is_given_up(
    second, evaluated, qtbot, held, stays_said, view, again, doing
):
    shown = getattr(evaluated.views, view)
    evaluated.views.choose(view)
    if again:
        shown.button.click()
    qtbot.waitUntil(lambda: evaluated.context.jobs.idle)
    before, begun = in_words(evaluated.views), held()
    shown.waiting.show_progress(0.7, "As it was the last time")
    shown.button.click()
    assert begun == [doing]
    stays_said(evaluated.views, f"under-way-{view}{again}")
    shown.waiting.cancel.click()
    assert in_words(evaluated.views) == before


def test_while_a_round_of_the_game_is_prepared(page, held, snapshot, tiny_data, stays_said):
    page.on_model(snapshot)
    before = in_words(page)
    page.game_panel.waiting.show_progress(0.7, "As it was the last time")
    page.controls.game.click()
    stays_said(page, "game-is-read")
    page.game_panel.waiting.cancel.click()
    assert in_words(page) == before
    page.context.data.loaded.emit(tiny_data)
    assert in_words(page) == before, "nobody waits for them any more"
    page.on_data(tiny_data)
    held()
    page.game_panel.waiting.show_progress(0.7, "As it was the last time")
    page.controls.game.click()
    stays_said(page, "game-is-begun")
