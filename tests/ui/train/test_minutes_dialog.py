"""*I have N minutes* in the window: asking, trying the machine, taking the offer, and what can go wrong."""

from __future__ import annotations

import threading

import pytest
import shiboken6
from PySide6.QtCore import Qt

from cifar_gui.errors import Cancelled
from cifar_gui.networks.base import presets
from cifar_gui.recipe import Recipe
from cifar_gui.training.minutes import Pace
from cifar_gui.ui.train import minutes_dialog
from cifar_gui.ui.train.minutes_dialog import MinutesDialog
from cifar_gui.ui.train.recipe_form import RecipeForm

LIKE = Recipe(data="shapes", seed=5, device="cpu")


@pytest.fixture
def tried(monkeypatch):
    """The recipes that the machine was tried with: each takes 10 s an epoch here."""
    recipes = []

    def measure(recipe, data, is_given_up):
        recipes.append(recipe)
        return Pace(set_up=0, epoch=9, validation=1)

    monkeypatch.setattr(minutes_dialog, "measure_pace", measure)
    return recipes


@pytest.fixture
def dialog(window, tried, qtbot):
    made = MinutesDialog(window.context.jobs, LIKE, window)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)  # what is left of it is looked at
    qtbot.addWidget(made)
    made.open()
    return made


def test_it_offers_what_fits_and_the_offer_can_be_taken(dialog, tried, qtbot):
    dialog.minutes.setText("2")
    dialog.see.click()
    qtbot.waitUntil(lambda: dialog.offer is not None)
    assert (tried[0].data, tried[0].seed, tried[0].device) == ("shapes", 5, "cpu")
    assert "12 epochs: ready in about 2 min 00 s" in dialog.words.text()
    assert "can be promised for CIFAR-10 only" in dialog.words.text()
    assert not dialog.busy
    assert not dialog.use.isHidden()
    assert dialog.see.isHidden()
    chosen = []
    dialog.chosen.connect(chosen.append)
    dialog.use.click()
    assert (chosen[0].preset, chosen[0].epochs, chosen[0].data) == ("minutes", 12, "shapes")
    assert dialog.isHidden()


def test_another_time_asks_again_and_tries_nothing_twice(dialog, tried, qtbot):
    dialog.minutes.setText("1")
    dialog.look()
    qtbot.waitUntil(lambda: dialog.offer is not None)
    before = len(tried)
    dialog.minutes.setFocus()
    qtbot.keyClicks(dialog.minutes, "0")  # ten minutes
    assert dialog.offer is None
    assert dialog.use.isHidden()
    assert "tried for a few seconds" in dialog.words.text()
    dialog.look()
    qtbot.waitUntil(lambda: dialog.offer is not None)
    names = [str(recipe.network_settings) for recipe in tried]
    assert len(names) == len(set(names)) >= before


@pytest.mark.parametrize("text", ["", "soon", "0", "-3", "1e9", "nan"])
def test_what_is_no_time_is_told_and_nothing_is_tried(dialog, tried, text, qtbot):
    dialog.minutes.selectAll()
    qtbot.keyClick(dialog.minutes, Qt.Key.Key_Delete)
    qtbot.keyClicks(dialog.minutes, text)
    assert dialog.words.text().startswith("Minutes must be a number above 0") or not text
    dialog._on_edited()
    assert dialog.words.text() == "Minutes must be a number above 0 and at most 10,000, such as 10."
    assert not dialog.see.isEnabled()
    dialog.look()
    assert not dialog.busy
    assert tried == []


def test_what_it_does_is_said_while_it_is_done(window, dialog, monkeypatch, qtbot):
    go_on = threading.Event()

    def measure(recipe, data, is_given_up):
        go_on.wait(60)
        return Pace(0, 9, 1)

    monkeypatch.setattr(minutes_dialog, "measure_pace", measure)
    dialog.look()
    assert dialog.busy
    assert dialog.words.text() == "Reading the pictures…"
    assert not dialog.minutes.isEnabled()
    assert not dialog.see.isEnabled()
    assert dialog.close_button.text() == "Cancel"
    qtbot.waitUntil(lambda: dialog.words.text() == "Training AirNet (size 93) for a moment…")
    go_on.set()
    qtbot.waitUntil(lambda: not dialog.busy)
    assert dialog.close_button.text() == "Close"
    assert dialog.minutes.isEnabled()


def test_cancelling_ends_the_trial_and_brings_no_offer(window, dialog, monkeypatch, qtbot):
    def measure(recipe, data, is_given_up):
        assert dialog._given_up.wait(60)
        assert is_given_up()
        raise Cancelled

    monkeypatch.setattr(minutes_dialog, "measure_pace", measure)
    dialog.look()
    dialog.close_button.click()
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    assert dialog.offer is None
    assert dialog.isHidden()
    assert window.message_bar.text() == ""


def test_a_trial_that_ends_after_its_dialog_has_gone_is_no_fault(window, monkeypatch, qtbot):
    trying, closed = threading.Event(), threading.Event()

    def measure(recipe, data, is_given_up):
        trying.set()
        assert closed.wait(60)
        raise Cancelled

    monkeypatch.setattr(minutes_dialog, "measure_pace", measure)
    made = MinutesDialog(window.context.jobs, LIKE, window)
    made.open()
    made.look()
    assert trying.wait(60)
    made.close_button.click()
    qtbot.waitUntil(lambda: not shiboken6.isValid(made))
    closed.set()
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    assert window.message_bar.text() == ""


def test_missing_pictures_are_told_in_the_dialog(window, tried, tmp_path, qtbot):
    made = MinutesDialog(window.context.jobs, Recipe(data=str(tmp_path / "gone")), window)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.open()
    made.look()
    qtbot.waitUntil(lambda: not made.busy)
    assert made.words.text().startswith("There is nothing at ")
    assert made.see.isEnabled()
    assert tried == []


# In the recipe's form


def test_choosing_it_in_the_form_asks_and_leaves_the_preset_as_it_was(qtbot):
    form = RecipeForm()
    qtbot.addWidget(form)
    field = form.basic.fields["preset"]
    with qtbot.waitSignal(form.minutes_wanted):
        field.setCurrentIndex(field.findData("minutes"))
    assert field.raw() == form.recipe.preset == "best"


def test_the_offer_fills_the_form_and_an_edit_ends_the_promise(qtbot):
    form = RecipeForm()
    qtbot.addWidget(form)
    offered = presets("airnet")["quick"].changed(
        preset="minutes", epochs=6, promised_minutes=2.5, promised_accuracy=0.9
    )
    form.set_recipe(offered)
    assert form.recipe == offered
    form.basic.fields["epochs"].setValue(7)
    assert (form.recipe.preset, form.recipe.promised_minutes) == ("custom", None)
    form.basic.fields["epochs"].setValue(6)
    assert form.recipe == offered


def test_on_the_page_it_opens_the_dialog_and_takes_its_recipe(window, tried, qtbot):
    page = window.show_page("train")
    page.form.set_recipe(page.form.recipe.changed(data="shapes"))
    page.form.minutes_wanted.emit()
    dialog = page.findChild(MinutesDialog)
    dialog.minutes.setText("1")
    dialog.look()
    qtbot.waitUntil(lambda: dialog.offer is not None)
    offer = dialog.offer
    dialog.use.click()
    assert page.form.recipe == offer.recipe


def test_while_a_network_trains_the_machine_cannot_be_tried(window, monkeypatch):
    page = window.show_page("train")
    monkeypatch.setattr(type(page), "_training", property(lambda _page: True))
    page.form.minutes_wanted.emit()
    assert page.findChild(MinutesDialog) is None
    assert "cannot be seen while a network trains" in window.message_bar.text()


def test_while_a_learning_rate_is_looked_for_the_machine_cannot_be_tried(window, monkeypatch):
    page = window.show_page("train")
    monkeypatch.setattr(type(page.middle.rates.search), "busy", property(lambda _search: True))
    page.form.minutes_wanted.emit()
    assert page.findChild(MinutesDialog) is None
    assert "while it looks for a learning rate" in window.message_bar.text()
