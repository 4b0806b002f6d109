"""*Find a learning rate*: the search off the GUI thread, its view, and its way into the recipe."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from cifar_gui.errors import DataError
from cifar_gui.recipe import Recipe
from cifar_gui.training import lr_finder
from cifar_gui.training.lr_finder import Suggestion, Tried, rate_range
from cifar_gui.ui.train.rate_view import answer, seen_losses

TINY = Recipe(
    network="simple", data="shapes", batch_size=50, micro_batch=50, lr=0.01, bias_lr=0.02, optimiser="adam",
    flip="none", schedule="constant", precision="float32",
)  # fmt: skip


@pytest.fixture
def page(page_of, monkeypatch):
    monkeypatch.setattr(lr_finder, "_PICTURES", 0)
    return page_of(TINY)


@pytest.fixture
def held(monkeypatch):
    """Steps that wait to be let go: (begun, go on)."""
    begun, go_on = threading.Semaphore(0), threading.Semaphore(0)
    forward = lr_finder.Bench.forward_backward

    def waiting(bench, *rest):
        begun.release()
        assert go_on.acquire(timeout=60)
        forward(bench, *rest)

    monkeypatch.setattr(lr_finder.Bench, "forward_backward", waiting)
    return begun, go_on


def click(qtbot, page, name: str) -> None:
    widget = page.window().findChild(QWidget, name)
    assert widget.isEnabled(), widget.toolTip()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def until_found(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.middle.rates.suggestion is not None and not page.middle.rates.search.busy)


def test_the_button_finds_a_rate_draws_its_curve_and_says_why(page, qtbot):
    rates = page.middle.rates
    click(qtbot, page, "train.find_lr")
    assert page.middle.currentWidget() is rates
    assert rates.cancel.isVisible()
    assert not rates.use.isVisible()
    until_found(qtbot, page)
    lr = rates.suggestion.lr
    low, high = rate_range(TINY)
    assert low < lr < high
    assert f"{lr:g} is a good rate" in rates.answer.text()
    assert rates.suggestion.reason in rates.answer.text()
    assert [mark.at for mark in rates.plot.canvas.vertical] == [lr, TINY.lr]
    points = rates.plot.canvas.points
    assert len(points["smoothed"].x) == len(points["batches"].x) > 30
    assert "smoothed: " in rates.plot.summary()
    assert not rates.cancel.isVisible()
    assert not rates.progress.isVisible()


def test_the_rate_goes_into_the_recipe_with_those_of_biases_and_can_be_edited(page, qtbot):
    click(qtbot, page, "train.find_lr")
    until_found(qtbot, page)
    lr = page.middle.rates.suggestion.lr
    click(qtbot, page, "train.rates.use")
    assert page.form.recipe == TINY.changed(lr=lr, bias_lr=float(f"{2 * lr:.4g}"), preset=page.form.recipe.preset)
    use = page.middle.rates.use
    assert (use.isEnabled(), use.toolTip()) == (False, "The recipe says so already.")
    assert [mark.at for mark in page.middle.rates.plot.canvas.vertical] == [lr]
    page.form.basic.fields["lr"].setValue(0.5)
    assert page.form.recipe.lr == 0.5
    assert use.isEnabled(), "it can be taken again"


def test_what_was_found_is_not_for_a_recipe_that_has_been_changed(page, qtbot):
    click(qtbot, page, "train.find_lr")
    until_found(qtbot, page)
    page.form.basic.fields["epochs"].setValue(77)
    assert page.middle.rates.use.isEnabled(), "the search would not have seen that"
    page.form.basic.fields["batch_size"].setValue(20)
    assert not page.middle.rates.use.isEnabled()
    assert "The recipe has been changed since" in page.middle.rates.answer.text()
    page.form.basic.fields["batch_size"].setValue(50)
    assert page.middle.rates.use.isEnabled()


def test_it_is_found_anew_for_another_recipe_and_not_twice_for_the_same(page, qtbot):
    rates, searched = page.middle.rates, []
    start = rates.search.start
    rates.search.start = lambda recipe: (searched.append(recipe.batch_size), start(recipe))
    click(qtbot, page, "train.find_lr")
    until_found(qtbot, page)
    click(qtbot, page, "train.rates.back")
    assert page.middle.currentWidget() is page.plots
    click(qtbot, page, "train.find_lr")
    assert searched == [50]
    page.form.basic.fields["batch_size"].setValue(40)
    click(qtbot, page, "train.find_lr")
    until_found(qtbot, page)
    assert searched == [50, 40]
    click(qtbot, page, "train.rates.again")
    until_found(qtbot, page)
    assert searched == [50, 40, 40]


def test_cancel_answers_at_once_and_the_steps_end_with_the_one_under_way(page, qtbot, held):
    begun, go_on = held
    rates = page.middle.rates
    click(qtbot, page, "train.find_lr")
    assert begun.acquire(timeout=60)
    click(qtbot, page, "train.rates.cancel")
    assert rates.status.text() == "Cancelled. The recipe is as it was."
    assert rates.again.isVisible()
    assert rates.search.busy, "a step is still being computed"
    start = page.controls.buttons["start"]
    assert (start.isEnabled(), "A learning rate is being looked for" in start.toolTip()) == (False, True)
    go_on.release()
    qtbot.waitUntil(lambda: not rates.search.busy)
    assert not begun.acquire(blocking=False), "no other step has begun"
    assert start.isEnabled()
    assert rates.suggestion is None


def test_its_steps_are_drawn_while_they_are_made(page, qtbot, held):
    begun, go_on = held
    rates = page.middle.rates
    click(qtbot, page, "train.find_lr")
    go_on.release()
    qtbot.waitUntil(lambda: len(rates.plot.canvas.points["smoothed"].x) == 1)
    assert rates.status.text().startswith("Step 1 of 100, at a rate of 1e-6")
    assert (rates.progress.value(), rates.progress.maximum()) == (1, 100)
    rates.search.cancel()
    go_on.release(2)
    qtbot.waitUntil(lambda: not rates.search.busy)
    assert begun.acquire(timeout=1)


def test_turning_back_ends_the_search(page, qtbot, held):
    _begun, go_on = held
    click(qtbot, page, "train.find_lr")
    click(qtbot, page, "train.rates.back")
    assert not page.middle.rates.search.running
    go_on.release(2)
    qtbot.waitUntil(lambda: not page.middle.rates.search.busy)


def test_a_run_that_begins_elsewhere_ends_the_search(page, qtbot, held, make_run):
    _begun, go_on = held
    run = make_run((0.3,), "stopped", epochs=3)
    click(qtbot, page, "train.find_lr")
    page.context.session.continue_run(run.path)
    assert not page.middle.rates.search.running
    go_on.release(1000)
    page.context.session.stop()
    qtbot.waitUntil(lambda: page.context.session.state == "idle" and page.context.jobs.idle)


def test_while_a_network_trains_the_button_says_why_it_cannot_be_pressed(page, qtbot):
    button = page.form.find_lr
    assert button.isEnabled()
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    assert not button.isEnabled()
    assert "A network is training" in button.toolTip()
    page.press("find_lr")
    assert not page.middle.rates.search.busy
    page.press("stop")
    qtbot.waitUntil(lambda: page.context.session.state == "idle" and page.context.jobs.idle)
    assert button.isEnabled()


def test_without_data_and_with_a_wrong_recipe_there_is_nothing_to_press(page, qtbot, monkeypatch):
    page.form.basic.fields["epochs"].setValue(0)
    assert not page.form.find_lr.isEnabled()
    page.form.basic.fields["epochs"].setValue(3)
    assert page.form.find_lr.isEnabled()
    monkeypatch.setattr(
        "cifar_gui.ui.train.chosen_data.problem_with", lambda _source: ("The data set is not here.", True)
    )
    page.middle.choose("cifar10")
    qtbot.waitUntil(lambda: not page.form.find_lr.isEnabled())
    assert page.form.find_lr.toolTip() == "The data set is not here."


def test_what_goes_wrong_is_said_where_the_answer_would_be(page, qtbot, monkeypatch):
    def fail(_source, _progress):
        raise DataError("The pictures are gone. Choose others.")

    monkeypatch.setattr("cifar_gui.data.sources.load", fail)
    click(qtbot, page, "train.find_lr")
    rates = page.middle.rates
    qtbot.waitUntil(lambda: rates.status.text() == "The pictures are gone. Choose others.")
    assert rates.again.isVisible()
    qtbot.waitUntil(lambda: not rates.search.busy)


def test_a_fault_does_not_leave_it_waiting_for_ever(page, qtbot, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(lr_finder.Bench, "forward_backward", fail)
    told = []
    monkeypatch.setattr(page.context.jobs, "_unexpected", told.append)
    click(qtbot, page, "train.find_lr")
    qtbot.waitUntil(lambda: not page.middle.rates.search.busy)
    assert not page.middle.rates.search.running
    assert [type(each) for each in told] == [ZeroDivisionError]


def test_closing_the_window_ends_the_search_and_leaves_nothing_behind(page, window, qtbot, held):
    begun, go_on = held
    click(qtbot, page, "train.find_lr")
    assert begun.acquire(timeout=60)
    letting_go = threading.Timer(0.1, go_on.release)  # while the window waits for the step under way
    letting_go.start()
    window.close_now()
    letting_go.join()
    assert not begun.acquire(blocking=False)
    assert [each.name for each in threading.enumerate() if each.name.startswith("background")] == []


# What is said and shown


def test_where_the_loss_runs_away_is_out_of_sight():
    losses = [2.3, 2.1, 1.5, 3.0, 80.0]
    tried = [Tried(n, 5, 10.0**n, loss, loss) for n, loss in enumerate(losses, start=1)]
    low, high = seen_losses(tried)
    assert 0 < low < 1.5
    assert 2.3 < high < 4


@pytest.mark.parametrize(
    ("found", "holds", "text"),
    [
        (Suggestion(0.015, "It <falls>."), True, "<b>0.015 is a good rate to begin with.</b> It &lt;falls&gt;."),
        (Suggestion(None, "It has not fallen."), True, "<b>No rate to suggest.</b> It has not fallen."),
        (
            Suggestion(3e-5, "It falls."),
            False,
            "<b>3e-5 is a good rate to begin with.</b> The recipe has been changed since, so this may not hold for it "
            "any more.",
        ),
    ],
)
def test_the_answer_in_words(found, holds, text):
    assert answer(found, holds=holds) == text


def test_no_rate_means_nothing_to_use(page, qtbot, monkeypatch):
    monkeypatch.setattr(lr_finder.Bench, "step", lambda *_: None)
    monkeypatch.setattr(lr_finder, "_FALL", np.inf)
    click(qtbot, page, "train.find_lr")
    until_found(qtbot, page)
    assert page.middle.rates.suggestion.lr is None
    assert not page.middle.rates.use.isVisible()
    assert page.middle.rates.again.isVisible()
