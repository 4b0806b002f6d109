"""The Train page with the real engine on tiny data: start, curves, pause, stop, continue, one more epoch."""

from __future__ import annotations

import dataclasses
import json
import shutil
import threading

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QLineEdit, QWidget

from cifar_gui.errors import DataError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run, list_runs
from cifar_gui.runs.layout import Layout
from cifar_gui.training.events import EpochReport, SnapshotTaken
from cifar_gui.ui.train.forming_filters import Forming
from cifar_gui.ui.train.live_panel import Looked
from cifar_gui.ui.train.page import TrainPage

TINY = Recipe(
    network="simple", data="shapes", epochs=2, batch_size=50, micro_batch=50, lr=0.01, optimiser="adam", flip="none",
    schedule="constant",
)  # fmt: skip


@pytest.fixture
def page(page_of):
    return page_of(TINY)


def child(page, name: str) -> QWidget:
    found = page.window().findChild(QWidget, name)
    assert found is not None, name
    return found


def click(qtbot, page, name: str) -> None:
    assert child(page, name).isEnabled(), child(page, name).toolTip()
    qtbot.mouseClick(child(page, name), Qt.MouseButton.LeftButton)


def until_idle(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.context.session.state == "idle" and page.context.jobs.idle)


def finished_epoch(page, number: int):
    return lambda: len(page.context.session.history.epoch_rows) >= number


def test_every_public_name_is_there_and_can_be_named_aloud(page):
    for name in (
        "start", "pause", "stop", "one_more", "network", "dataset", "epochs", "batch_size", "lr", "preset",
        "loss_plot", "accuracy_plot", "wall", "filters", "diagnosis",
    ):  # fmt: skip
        widget = child(page, f"train.{name}")
        assert widget.accessibleName(), name
    assert page.objectName() == "page.train"


def test_start_trains_draws_and_says_how_it_goes(page, qtbot):
    click(qtbot, page, "train.start")
    assert not child(page, "train.start").isEnabled()
    until_idle(qtbot, page)
    qtbot.waitUntil(lambda: len(page.plots.loss.canvas.points["validation"].x) == 2)
    history = page.context.session.history
    assert page.plots.loss.canvas.points["train"].y.tolist() == history.steps["loss"].tolist()
    assert page.plots.accuracy.canvas.points["validation"].y.tolist() == history.epochs["validation_accuracy"].tolist()
    assert page.controls.title.text() == "Run 0001"
    assert "finished" in page.controls.subtitle.text()
    assert "accuracy" in child(page, "train.diagnosis").text()
    assert page.plots.accuracy.canvas.vertical[0].label.startswith("best ")
    assert list_runs()[0].status == "completed"


@pytest.mark.parametrize("is_cifar10", [True, False])
def test_what_the_network_should_reach_is_said_of_cifar10_only_once_the_run_has_ended(
    page, qtbot, monkeypatch, is_cifar10
):
    monkeypatch.setattr("cifar_gui.ui.train.run_display.is_original", lambda _data: is_cifar10)
    click(qtbot, page, "train.start")
    until_idle(qtbot, page)
    qtbot.waitUntil(lambda: len(page.plots.loss.canvas.points["validation"].x) == 2)
    qtbot.waitUntil(lambda: not page.display._redraw.isActive())
    said = "It reached" in child(page, "train.diagnosis").text()
    assert said == is_cifar10


def test_the_wall_and_the_filters_follow_the_network(page, qtbot):
    assert "not classified yet" in page.live.wall.text()
    click(qtbot, page, "train.start")
    until_idle(qtbot, page)
    qtbot.waitUntil(lambda: " right. " in page.live.wall.text())
    assert page.live.wall.text().count("%") == 16
    assert not page.live.filters.image.isNull()
    assert "conv" in page.live.filters.accessibleDescription()


def test_a_new_run_begins_with_nothing_said_of_the_one_before(page, qtbot):
    page.press("start")
    until_idle(qtbot, page)
    qtbot.waitUntil(lambda: " right. " in page.live.wall.text())
    walls = []
    page.context.session.opened.connect(lambda _opened: walls.append(page.live.wall.text()))
    page.press("start")
    until_idle(qtbot, page)
    assert ["not classified yet" in wall for wall in walls] == [True]


def test_while_it_trains_a_snapshot_is_asked_for_and_shown(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000, batch_size=1, micro_batch=1))  # epochs of seconds
    page.press("start")
    seen = []
    page.context.session.event.connect(seen.append)
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    page.live._on_tick()
    qtbot.waitUntil(lambda: any(isinstance(event, SnapshotTaken) for event in seen))
    qtbot.waitUntil(lambda: " right. " in page.live.wall.text())
    page.press("stop")
    until_idle(qtbot, page)


def test_epochs_shorter_than_a_look_are_shown_all_the_same_and_the_last_one_at_the_end(
    page, qtbot, decided_snapshot, monkeypatch
):
    looked_at, go_on = [], threading.Semaphore(0)

    def slow_look(snapshot, images, class_names):
        assert go_on.acquire(timeout=60)
        looked_at.append(snapshot.card.title)
        return Looked(None, Forming(None, snapshot.card.title, ""), seconds=0.0)

    monkeypatch.setattr("cifar_gui.ui.train.live_panel.look", slow_look)
    live = page.live
    live.watch(watching=True)
    for title in ("first", "second", "third", "last"):
        card = dataclasses.replace(decided_snapshot.card, title=title)
        live.show_snapshot(dataclasses.replace(decided_snapshot, card=card))
    go_on.release()
    qtbot.waitUntil(lambda: live._filter_caption.text() == "first")
    live.watch(watching=False)
    go_on.release()
    qtbot.waitUntil(lambda: live._filter_caption.text() == "last")
    assert looked_at == ["first", "last"]


def test_after_a_run_on_other_data_start_is_about_that_data(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(data="cifar10"))
    page.middle.choose("cifar10")
    qtbot.waitUntil(lambda: page.middle.problem != "")
    page.context.session.start(TINY)  # as the Runs page does
    until_idle(qtbot, page)
    qtbot.waitUntil(lambda: child(page, "train.start").isEnabled())
    assert (page.form.last_valid.data, page.middle.problem) == ("shapes", "")


def test_data_looked_at_meanwhile_does_not_change_what_is_said_of_the_run(page, window, qtbot, tiny_data):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    page.context.data.adopt("/elsewhere", dataclasses.replace(tiny_data, name="Elsewhere"))
    assert page.live._data is tiny_data
    assert "Tiny · run 0001" in window.status.place.text()
    page.press("stop")
    until_idle(qtbot, page)
    assert "Elsewhere" in window.status.place.text()


def test_after_a_kill_the_recipe_and_the_data_are_remembered(page, qtbot, home, tiny_data):
    remembered = home / "settings" / "window.json"
    page.recipe_panel.show_recipe(TINY.changed(seed=77))
    page.press("start")
    until_idle(qtbot, page)
    assert json.loads(remembered.read_text(encoding="utf-8"))["page.train"]["recipe"]["seed"] == 77
    page.context.data.adopt("/elsewhere", dataclasses.replace(tiny_data, name="Elsewhere"))
    until_idle(qtbot, page)
    assert json.loads(remembered.read_text(encoding="utf-8"))["data.recent"] == ["/elsewhere"]


def test_the_wall_rests_while_the_page_is_hidden(page, window, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    watched = [page.live._timer.isActive()]
    for name in ("classify", "train"):
        window.show_page(name)
        watched.append(page.live._timer.isActive())
    page.press("stop")
    until_idle(qtbot, page)
    assert watched == [True, False, True]


def test_stop_keeps_everything_and_continue_finishes_the_run(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=500))
    page.press("start")
    qtbot.waitUntil(finished_epoch(page, 2))
    click(qtbot, page, "train.stop")
    until_idle(qtbot, page)
    done = list_runs()[0].epochs_done
    assert child(page, "train.start").text() == f"Continue run 0001 ({done} of 500)"
    assert child(page, "train.new_run").isVisible()
    click(qtbot, page, "train.start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    assert not child(page, "train.new_run").isVisible()
    child(page, "train.epochs").setValue(done + 1)
    until_idle(qtbot, page)
    (run,) = list_runs()
    assert run.status == "completed"
    assert page.context.session.history.epochs["epoch"].tolist() == list(range(1, run.epochs_done + 1))


def test_new_run_leaves_the_unfinished_one_alone(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=500))
    page.press("start")
    qtbot.waitUntil(finished_epoch(page, 1))
    page.press("stop")
    until_idle(qtbot, page)
    page.recipe_panel.show_recipe(TINY.changed(epochs=1))
    click(qtbot, page, "train.new_run")
    until_idle(qtbot, page)
    assert [(run.number, run.status) for run in list_runs()] == [("0002", "completed"), ("0001", "stopped")]
    assert child(page, "train.start").text() == "Start"


def test_pause_holds_the_run_and_resume_goes_on(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    click(qtbot, page, "train.pause")
    qtbot.waitUntil(lambda: page.context.session.state == "paused")
    assert child(page, "train.pause").text() == "Resume"
    assert "the next learning rate is 0.01" in page.controls.subtitle.text()
    assert "learning rate will be 0.01" in child(page, "train.one_more").toolTip()
    page.start_training()
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    page.press("stop")
    until_idle(qtbot, page)


def test_one_more_epoch_pauses_at_the_end_of_the_epoch(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    click(qtbot, page, "train.one_more")
    qtbot.waitUntil(lambda: page.context.session.state == "paused")
    steps = page.context.session.history.steps["epoch"]
    assert steps[-1] == round(steps[-1])
    page.press("stop")
    until_idle(qtbot, page)


def test_one_more_epoch_works_from_the_menu_of_any_page(page, window, qtbot):
    page.press("start")
    until_idle(qtbot, page)
    window.show_page("classify")
    action = window.context.actions["one_more"]
    assert action.isEnabled()
    action.trigger()
    until_idle(qtbot, page)
    assert list_runs()[0].epochs_done == TINY.epochs + 1


def test_one_more_epoch_without_a_run_says_so(page, window, qtbot):
    qtbot.waitUntil(lambda: page.runs.all is not None and page.middle.chosen.known)
    window.show_page("classify")
    window.context.actions["one_more"].trigger()
    assert window.pages.current_name == "train"
    assert "Nothing was started. There is no run yet" in window.message_bar.text()


def test_one_more_epoch_is_of_the_run_that_the_button_names(page, qtbot):
    for _ in range(2):
        page.press("start")
        until_idle(qtbot, page)
    older = list_runs()[1]
    page.context.session.continue_run(older.path, extra_epochs=1)
    until_idle(qtbot, page)
    assert "run 0001" in child(page, "train.one_more").toolTip()
    click(qtbot, page, "train.one_more")
    until_idle(qtbot, page)
    assert [run.epochs_done for run in list_runs()] == [2, 4]


def test_the_keyboard_stays_with_the_buttons_of_the_run(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    start, pause = (page.controls.buttons[name] for name in ("start", "pause"))
    page.activateWindow()
    start.setFocus()
    qtbot.waitUntil(start.hasFocus)
    qtbot.keyClick(start, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    assert pause.hasFocus(), "Space pauses; the next in the row was a button of the data"
    page.middle.cards.setFocus()
    page.press("stop")
    until_idle(qtbot, page)
    assert not any(each.hasFocus() for each in page.controls.buttons.values()), "it was elsewhere"


def test_the_keyboard_goes_from_the_pictures_chosen_to_start(page, qtbot):
    page.get_data()
    use, start = page.middle.cards.synthetic.use, page.controls.buttons["start"]
    page.activateWindow()
    use.setFocus()
    qtbot.waitUntil(use.hasFocus)
    qtbot.keyClick(use, Qt.Key.Key_Space)
    qtbot.waitUntil(start.hasFocus)
    page.get_data()
    field = page.form.findChild(QLineEdit)
    field.setFocus()
    page.middle.use("shapes")  # dropped by the mouse while somebody types
    assert page.focusWidget() is field


def test_one_more_epoch_is_not_offered_of_a_run_that_has_gone_to_the_trash(page, qtbot):
    for _ in range(2):
        page.press("start")
        until_idle(qtbot, page)
    assert "run 0002" in child(page, "train.one_more").toolTip()
    shutil.rmtree(list_runs()[0].path)
    page.runs.refresh()
    qtbot.waitUntil(lambda: "run 0001" in child(page, "train.one_more").toolTip())
    assert "moved to the trash" in page.controls.subtitle.text()
    click(qtbot, page, "train.one_more")
    until_idle(qtbot, page)
    assert [(run.number, run.epochs_done) for run in list_runs()] == [("0001", 3)]
    assert "moved to the trash" not in page.controls.subtitle.text()


def test_only_learning_rate_and_epochs_can_be_changed_while_it_trains(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    fields = page.form.basic.fields | page.form.advanced.fields
    assert {name for name, field in fields.items() if field.isEnabled()} == {"lr", "epochs"}
    assert "Edit a copy" in fields["batch_size"].toolTip()
    child(page, "train.lr").setValue(0.002)
    qtbot.waitUntil(lambda: page.shown.recipe.lr == 0.002)
    child(page, "train.epochs").setValue(1)
    until_idle(qtbot, page)
    run = list_runs()[0]
    assert (run.recipe.lr, Run.open(run.path).recipe.lr) == (0.002, TINY.lr), "as it is shown, as it began"


def test_a_copy_can_be_edited_while_it_trains(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    click(qtbot, page, "train.edit_copy")
    assert child(page, "train.batch_size").isEnabled()
    child(page, "train.batch_size").setValue(25)
    click(qtbot, page, "train.edit_copy")
    assert child(page, "train.batch_size").value() == 50
    click(qtbot, page, "train.edit_copy")
    assert child(page, "train.batch_size").value() == 25
    page.press("stop")
    until_idle(qtbot, page)
    assert page.form.recipe.batch_size == 25


def test_a_recipe_proposed_by_another_page_is_in_the_fields(page, qtbot):
    page.context.session.recipe_proposed.emit(TINY.changed(epochs=7))
    assert page.form.recipe.epochs == 7


def test_a_recipe_proposed_while_it_trains_becomes_the_copy(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    page.context.session.recipe_proposed.emit(TINY.changed(epochs=7))
    assert child(page, "train.epochs").value() == 7
    assert child(page, "train.edit_copy").text() == "Back to the run"
    click(qtbot, page, "train.edit_copy")
    assert child(page, "train.epochs").value() == 10_000
    page.press("stop")
    until_idle(qtbot, page)


def test_start_leaves_the_chooser_alone_and_offers_watch_live(page, qtbot):
    before = page.context.models.current
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    assert page.context.models.current == before
    click(qtbot, page, "train.watch_live")
    assert page.context.models.current.key == "live"
    assert child(page, "train.watch_live").isHidden()  # nothing is left to offer
    page.press("stop")
    until_idle(qtbot, page)


def test_nonsense_is_told_at_its_field_and_start_says_why_it_waits(page):
    child(page, "train.epochs").setText("many")
    child(page, "train.epochs").edited.emit()
    problem = page.form.basic._problems["epochs"]
    assert problem.isVisible()
    assert "Epochs must be a whole number" in problem.text()
    assert not child(page, "train.start").isEnabled()
    assert "marked fields" in child(page, "train.start").toolTip()
    child(page, "train.epochs").setValue(3)
    assert not problem.isVisible()
    assert child(page, "train.start").isEnabled()


def test_the_beginning_of_a_number_that_is_refused_is_nobodys_setting(page, qtbot):
    field = child(page, "train.epochs")
    field.selectAll()
    qtbot.keyClicks(field, "77777")
    assert page.form.recipe is None
    assert page.form.last_valid.epochs == page.save_state()["recipe"]["epochs"] == TINY.epochs
    field.selectAll()
    qtbot.keyClicks(field, "12")
    assert page.form.recipe.epochs == 12
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClicks(field, "x")
    assert page.form.last_valid.epochs == 12


def test_what_only_the_network_refuses_is_told_at_its_field_before_start(page):
    field = page.form.advanced.fields["network.kernel"]
    field.setValue(4)
    problem = page.form.advanced._problems["network.kernel"]
    assert problem.isVisible()
    assert problem.text() == "Kernel cannot be 4: kernel must be odd, from 1 to 31."
    assert not child(page, "train.start").isEnabled()
    assert page.form.last_valid == TINY.changed(preset="custom")
    field.setValue(5)
    assert not problem.isVisible()
    assert page.form.recipe.network_settings == {"kernel": 5}
    assert child(page, "train.start").isEnabled()
    assert not page.context.messages.all


@pytest.mark.parametrize("typed", ["nan", "inf", "-1", "1e9"])
def test_a_batch_norm_weight_that_makes_no_sense_is_told_at_its_field(page, typed):
    page.recipe_panel.show_recipe(TINY.changed(network="airnet"))
    field = page.form.advanced.fields["network.batch_norm_weight"]
    field.setText(typed)
    field.edited.emit()
    problem = page.form.advanced._problems["network.batch_norm_weight"]
    assert problem.isVisible()
    assert problem.text().startswith("Batch norm weight cannot be")
    assert not child(page, "train.start").isEnabled()


def test_a_run_that_went_wild_is_called_so(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(lr=1e6, optimiser="sgd", momentum=0.0, epochs=50))
    page.press("start")
    until_idle(qtbot, page)
    qtbot.waitUntil(lambda: "no longer a number" in child(page, "train.diagnosis").text())
    assert "(now 1,000,000)" in child(page, "train.diagnosis").text()
    assert child(page, "train.start").text() == "Start", "a run that diverged is not offered to be continued"
    one_more = child(page, "train.one_more")
    assert (one_more.isEnabled(), "ran away, and would again" in one_more.toolTip()) == (False, True)


def test_a_run_is_judged_by_its_own_classes_whatever_data_is_chosen_next(page, qtbot, tiny_data, monkeypatch):
    page.press("start")
    until_idle(qtbot, page)
    other = dataclasses.replace(tiny_data, class_names=("bright", "dark", "striped", "spotted", "plain"))
    monkeypatch.setattr("cifar_gui.data.sources.load", lambda source, progress: other)
    page.context.data.request("/somewhere/else")
    qtbot.waitUntil(lambda: page.context.data.current is other and not page.display._redraw.isActive())
    assert [mark.label for mark in page.plots.accuracy.canvas.horizontal] == ["guessing 33 %"]


def earlier_labels(page) -> list[str]:
    """What lies under the curve of the loss."""
    return [curve.label for curve in page.plots.loss.curves() if curve.label.startswith("0")]


def train(page, qtbot, runs: int) -> None:
    for _ in range(runs):
        page.press("start")
        until_idle(qtbot, page)
    qtbot.waitUntil(lambda: page.plots.earlier.popup.runs.count() == runs - 1)


def test_earlier_runs_can_be_laid_under_the_curves_and_taken_away(page, qtbot):
    train(page, qtbot, 3)
    popup = page.plots.earlier.popup
    for path in (list_runs()[1].path, list_runs()[2].path):
        popup.toggled.emit(str(path))
    both = ["0002 training", "0002 validation", "0001 training", "0001 validation"]
    qtbot.waitUntil(lambda: earlier_labels(page) == both)
    popup.cleared.emit()
    qtbot.waitUntil(lambda: earlier_labels(page) == [])


def test_an_earlier_run_that_is_no_longer_there_leaves_the_curves(page, qtbot):
    train(page, qtbot, 2)
    page.plots.earlier.popup.toggled.emit(str(list_runs()[1].path))
    qtbot.waitUntil(lambda: earlier_labels(page) == ["0001 training", "0001 validation"])
    shutil.rmtree(list_runs()[1].path)
    page.runs.refresh()
    qtbot.waitUntil(lambda: earlier_labels(page) == [])
    assert page.plots.earlier.popup.runs.count() == 0


def test_an_earlier_run_that_cannot_be_read_is_told_once_and_no_longer_when_it_can(page, qtbot):
    train(page, qtbot, 2)
    history = Layout(list_runs()[1].path).history
    aside = history.rename(history.with_suffix(".aside"))
    popup = page.plots.earlier.popup
    popup.toggled.emit(str(history.parent))
    qtbot.waitUntil(lambda: "cannot be read" in "".join(each.text for each in page.context.messages.all))
    assert earlier_labels(page) == []
    popup.cleared.emit()
    qtbot.waitUntil(lambda: page.context.messages.all == [])
    aside.rename(history)
    popup.toggled.emit(str(history.parent))
    qtbot.waitUntil(lambda: earlier_labels(page) == ["0001 training", "0001 validation"])


def test_the_runs_that_can_be_laid_under_are_told_apart_from_the_one_on_show(page, qtbot):
    train(page, qtbot, 2)
    page.context.session.continue_run(list_runs()[1].path, extra_epochs=1)
    qtbot.waitUntil(lambda: page.controls.title.text() == "Run 0001")
    assert page.plots.earlier.popup.runs.item(0).text().startswith("run 0002")
    until_idle(qtbot, page)


def test_a_page_built_while_it_trains_shows_the_run_and_its_pictures(page, qtbot):
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(lambda: page.context.session.state == "running")
    again = TrainPage(page.context)
    qtbot.addWidget(again)
    assert again.controls.title.text() == "Run 0001"
    assert again.live.wall.text().startswith("16 pictures")
    page.press("stop")
    until_idle(qtbot, page)


@pytest.mark.parametrize(("remembered", "epochs"), [(True, 77), (False, 10_000)])
def test_after_a_restart_the_unfinished_run_and_its_curves_are_there(page, qtbot, tiny_data, remembered, epochs):
    """With the recipe of last time in the form, and with that of the run if nothing could be remembered."""
    page.recipe_panel.show_recipe(TINY.changed(epochs=10_000))
    page.press("start")
    qtbot.waitUntil(finished_epoch(page, 1))
    page.press("stop")
    until_idle(qtbot, page)
    again = TrainPage(page.context)
    qtbot.addWidget(again)
    again.context.session.run = None
    again.shown.recipe = None
    page.recipe_panel.show_recipe(TINY.changed(epochs=77))
    again.restore_state(page.save_state() if remembered else {})
    again.runs.refresh()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert again.controls.buttons["start"].text().startswith("Continue run 0001")
    assert again.form.recipe.epochs == epochs
    assert len(again.shown.history.epoch_rows) >= 1
    assert again.controls.title.text() == "Run 0001"
    assert again.controls.subtitle.text().endswith("not finished")
    assert (again.shown.classes, again.shown.held_out) == (3, len(tiny_data.split("validation"))), "of the run's record"


@pytest.mark.parametrize(
    "state", [{"recipe": 5}, {"recipe": {"network": "gone"}}, {"recipe": {"lr": "x"}, "columns": 1}]
)
def test_a_remembered_state_that_makes_no_sense_changes_nothing(page, state):
    before = page.form.recipe
    page.restore_state(state)
    assert page.form.recipe == before


@pytest.mark.parametrize("on", [True, False])
def test_the_fold_and_the_switches_of_the_curves_are_remembered(page, on):
    switches = (page.plots.smooth, page.plots.log, page.form.more)
    for switch in switches:
        switch.setChecked(on)
    state = json.loads(json.dumps(page.save_state()))
    for switch in switches:
        switch.setChecked(not on)
    page.restore_state(state)
    assert [switch.isChecked() for switch in switches] == [on, on, on]


def test_pressing_f5_before_the_runs_are_listed_starts_when_they_are(page, qtbot):
    page.runs.all = None
    page.start_training()
    assert page.context.session.state == "idle"
    page.runs.refresh()
    qtbot.waitUntil(lambda: page.context.session.run is not None)
    until_idle(qtbot, page)
    page.runs.refresh()
    until_idle(qtbot, page)
    assert len(list_runs()) == 1, "it is pressed once"


def test_looking_at_the_data_shows_no_test_pictures(page, qtbot, tiny_data):
    click(qtbot, page, "train.look_at_data")
    assert page.middle.currentWidget() is page.middle.look
    shown = np.concatenate([page.middle.look.batch.before, page.middle.look.batch.after])
    test = tiny_data.split("test").images.numpy()
    assert not any((picture == other).all() for picture in shown for other in test)
    qtbot.keyClick(page.middle.look.back, Qt.Key.Key_Space)
    assert page.middle.currentWidget() is page.plots


def test_in_a_narrow_window_recipe_and_pictures_become_tabs(page, qtbot):
    page.window().resize(1024, 640)
    qtbot.waitUntil(lambda: page.columns.is_narrow)
    assert page.plots.loss.isVisible()
    page.columns.tabs.setCurrentWidget(page.live)
    assert page.live.wall.isVisible()


def test_an_epoch_report_reaches_a_hidden_page_too(page, qtbot):
    page.window().show_page("classify")
    page.press("start")
    seen = []
    page.context.session.event.connect(seen.append)
    until_idle(qtbot, page)
    assert sum(isinstance(event, EpochReport) for event in seen) == 2
    page.window().show_page("train")
    qtbot.waitUntil(lambda: len(page.plots.loss.canvas.points["validation"].x) == 2)


def drop_on_window(page, path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    page.window()._actions.take(mime)


def test_a_dropped_folder_becomes_the_data_of_the_recipe(page, qtbot, tmp_path, tiny_data, monkeypatch):
    monkeypatch.setattr("cifar_gui.data.sources.load", lambda source, progress: dataclasses.replace(tiny_data))
    folder = tmp_path / "pictures"
    (folder / "train" / "cat").mkdir(parents=True)
    drop_on_window(page, folder)
    qtbot.waitUntil(lambda: page.form.recipe is not None and page.form.recipe.data == str(folder))


def test_a_folder_that_is_no_data_set_is_refused_on_its_card(page, qtbot, tmp_path, monkeypatch):
    def refuse(source, progress):
        raise DataError(f"{source} holds no pictures. Choose another folder.")

    monkeypatch.setattr("cifar_gui.data.sources.load", refuse)
    (tmp_path / "odd" / "folder").mkdir(parents=True)
    drop_on_window(page, tmp_path / "odd")
    card = page.middle.cards.own
    qtbot.waitUntil(lambda: "holds no pictures" in card.status.text())
    assert card.isVisible()
    assert card.status.property("bad")
    assert page.form.recipe.data == "shapes"
    assert not page.context.messages.all, "said once, where it was asked"


def test_start_from_another_page_goes_to_the_field_that_is_wrong(page, window, qtbot):
    qtbot.waitUntil(lambda: page.runs.all is not None and page.middle.chosen.known)
    field = page.form.advanced.fields["weight_decay"]
    field.put("a lot")
    page.form._on_edited("weight_decay")
    page.form.more.setChecked(False)
    window.show_page("classify")
    window.context.actions["start"].trigger()
    assert window.pages.current_name == "train"
    assert page.form.more.isChecked()
    assert window.focusWidget() is field or field.isAncestorOf(window.focusWidget())
    assert "Nothing was started. Correct the marked fields" in window.message_bar.text()
    assert page.context.session.state == "idle"


def test_start_without_data_shows_the_ways_to_data(page, window, qtbot):
    page.form.basic.fields["data"].put("cifar10")
    page.form._on_edited("data")
    window.show_page("classify")
    window.context.actions["start"].trigger()
    qtbot.waitUntil(lambda: window.pages.current_name == "train")
    assert page.middle.currentWidget() is page.middle.cards
    assert page.middle.cards.isAncestorOf(window.focusWidget())
    assert page.context.messages.all == []


def test_without_the_data_the_cards_stand_there_and_start_says_why(page, qtbot):
    page.form.basic.fields["data"].put("cifar10")
    page.form._on_edited("data")
    qtbot.waitUntil(lambda: page.middle.currentWidget() is page.middle.cards)
    start = child(page, "train.start")
    assert not start.isEnabled()
    assert "CIFAR-10 is not on this machine yet" in start.toolTip()
    click(qtbot, page, "train.use_shapes")
    qtbot.waitUntil(start.isEnabled)
    assert page.middle.currentWidget() is page.plots
    assert page.form.recipe.data == "shapes"


def test_get_data_stays_reachable_in_the_list_of_data_sets(page, qtbot):
    field = page.form.basic.fields["data"]
    field.setCurrentIndex(field.count() - 1)
    assert field.currentText() == page.context.data.available()[1][1], "the choice itself does not change"
    assert page.middle.currentWidget() is page.middle.cards
    qtbot.mouseClick(child(page, "train.get_data.back"), Qt.MouseButton.LeftButton)
    assert page.middle.currentWidget() is page.plots
