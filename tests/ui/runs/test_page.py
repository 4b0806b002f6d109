from __future__ import annotations

import dataclasses
import os
import shutil
import threading

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLineEdit

from cifar_gui.errors import WriteError
from cifar_gui.networks.base import presets
from cifar_gui.runs import Run, list_runs, list_trash
from cifar_gui.training.events import EpochReport, SettingsChanged, Started
from cifar_gui.training.history import History
from cifar_gui.ui.runs.compare import RunCurves
from cifar_gui.ui.runs.histories import Histories
from cifar_gui.ui.runs.model import ACCURACY, DATE, EPOCHS, NAME, NOTES, RUN, STATUS, TAGS, TIME
from cifar_gui.ui.runs.page import RunsPage
from cifar_gui.ui.runs.rows import differing, facts, row_of
from cifar_gui.words import value_words

BEST = presets("simple")["best"].changed(data="shapes", epochs=3)


@pytest.fixture
def runs(make_run) -> list[Run]:
    return [
        make_run((0.3, 0.5, 0.4)),
        make_run((0.2,), "stopped", seed=4, lr=0.5),
        make_run((0.6, 0.7, 0.8), optimiser="sgd"),
    ]


@pytest.fixture
def page(runs, window, qtbot) -> RunsPage:
    """The page with three runs; the newest, 0003, is selected."""
    page = window.show_page("runs")
    settle(page, qtbot)
    assert [row.summary.number for row in page.model.rows] == ["0003", "0002", "0001"]
    return page


def settle(page: RunsPage, qtbot) -> None:
    qtbot.waitUntil(lambda: bool(page.model.rows) and page.context.jobs.idle and not page._soon.isActive())


def select(page: RunsPage, qtbot, *numbers: str) -> None:
    page.table.select({row.path for row in page.model.rows if row.summary.number in numbers})
    settle(page, qtbot)


def numbers(page: RunsPage) -> list[str]:
    return [row.summary.number for row in page.table.selected()]


def press(page: RunsPage, name: str) -> None:
    action = page.commands.action(name)
    assert action.isEnabled(), action.toolTip()
    action.trigger()


def why_not(page: RunsPage, name: str) -> str:
    action = page.commands.action(name)
    return "" if action.isEnabled() else action.toolTip()


def test_without_runs_the_page_says_what_they_are_and_leads_to_one(window, qtbot):
    page = window.show_page("runs")
    qtbot.waitUntil(lambda: page._stack.currentWidget() is page._empty)
    page._empty.button.click()
    assert window.pages.current_name == "train"


def test_runs_are_shown_with_what_they_reached(page):
    texts = [page.model.index(2, column).data() for column in range(9)]
    assert texts == [
        "0001",
        "",
        "Simple CNN",
        "Shapes (built in)",
        "Best, 3 epochs",
        "completed",
        "3 of 3",
        "50.0 %",
        "6.0 s",
    ]
    assert page.findChild(object, "runs.table") is page.table
    assert numbers(page) == ["0003"]


def test_the_table_sorts_by_any_column_and_keeps_what_is_selected(page, qtbot):
    select(page, qtbot, "0002")
    page.table.sortByColumn(7, Qt.SortOrder.AscendingOrder)
    assert [row.summary.number for row in page.model.rows] == ["0002", "0001", "0003"]
    assert numbers(page) == ["0002"]


def test_selected_runs_are_drawn_over_each_other(page, qtbot):
    select(page, qtbot, "0001", "0003")
    curves = page.compare.plot.curves()
    assert [(curve.label, list(curve.y)) for curve in curves] == [("0003", [0.6, 0.7, 0.8]), ("0001", [0.3, 0.5, 0.4])]
    page.compare.choose("loss")
    assert [list(curve.y) for curve in page.compare.plot.curves()] == [[1.2] * 3] * 2


def test_the_settings_in_which_runs_differ_are_listed(page, qtbot):
    select(page, qtbot, "0001", "0002")
    table = page.details.differences
    assert table.titles == ["Setting", "0002", "0001"]
    assert {row[0].text for row in table.rows} == {"Seed", "Learning rate"}
    select(page, qtbot, "0001")
    assert page.details.title_label.text() == "RUN 0001"


def test_what_was_changed_while_a_run_trained_is_shown_in_its_row_its_facts_and_the_comparison(runs):
    began = runs[0].summary().recipe
    with Run.open(runs[0].path) as run:
        run.record(Started("simple", 31_066, 3, 10, 30, "cpu", "float32", "contiguous", 400, 40))
        run.record(SettingsChanged(30, 0.25, 40))
    row = row_of(run.summary(), {})
    assert row.recipe == "Best, 40 epochs, learning rate 0.25"
    assert dict(facts(row))["Optimiser"].split(", ")[1] == "lr 0.25"
    before = dataclasses.replace(row, summary=dataclasses.replace(row.summary, recipe=began))
    assert differing([before, row]) == [("Epochs", ["3", "40"]), ("Learning rate", [value_words(began.lr), "0.25"])]


def test_a_name_is_typed_into_the_table(page, qtbot):
    page.model.setData(page.model.index(0, NAME), "plain SGD")
    settle(page, qtbot)
    assert page.model.index(0, NAME).data() == "plain SGD"
    assert list_runs()[0].name == "plain SGD"


def test_numbers_and_states_are_never_elided_however_long_they_are(page, qtbot):
    row = page.model.rows[0]
    record = dataclasses.replace(row.summary.record, epochs_done=8_888, epochs_planned=10_000, seconds=3_000_000.0)
    summary = dataclasses.replace(row.summary, record=record, status="interrupted", number="1000000")
    page.table.show_rows([dataclasses.replace(row, summary=summary), *page.model.rows[1:]])
    for column in (RUN, STATUS, EPOCHS, ACCURACY, TIME, DATE):
        for place in range(len(page.model.rows)):
            needed = page.table.sizeHintForIndex(page.model.index(place, column)).width()
            assert page.table.columnWidth(column) >= needed, column


def test_what_was_left_as_it_is_is_not_written(page, qtbot):
    with qtbot.assertNotEmitted(page.model.renamed), qtbot.assertNotEmitted(page.model.noted):
        page.model.setData(page.model.index(0, NAME), "")
        page.model.setData(page.model.index(0, NOTES), "")


def test_the_keyboard_begins_with_the_runs(window, runs, qtbot):
    field = window.show_page("train").form.findChild(QLineEdit)
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(lambda: window.focusWidget() is field)
    page = window.show_page("runs")
    assert window.focusWidget() is page.table
    settle(page, qtbot)
    assert window.focusWidget() is page.table


def test_rename_opens_the_name_for_typing(page, qtbot):
    press(page, "rename")
    editor = page.table.findChild(QLineEdit)
    qtbot.keyClicks(editor, "wide")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: list_runs()[0].name != "")
    settle(page, qtbot)
    assert list_runs()[0].name == "wide"
    assert {choice.about for choice in page.context.models.choices() if "/0003/" in choice.key} == {"wide"}


def test_notes_are_kept_when_the_field_is_left(page, qtbot):
    page.details.notes.setPlainText("needs more epochs\nor another rate")
    select(page, qtbot, "0001")
    assert list_runs()[0].notes == "needs more epochs\nor another rate"
    assert page.model.index(0, NOTES).data() == "needs more epochs"
    assert page.details.notes.toPlainText() == ""


def test_notes_are_kept_when_the_sweeps_come_to_the_front(page, qtbot):
    page.details.notes.setPlainText("first")
    page.commands.view.button("sweeps").click()
    settle(page, qtbot)
    assert list_runs()[0].notes == "first"


def test_notes_being_typed_survive_a_refresh(page, qtbot):
    page.details.notes.setPlainText("half a sen")
    page.refresh()
    settle(page, qtbot)
    assert page.details.notes.toPlainText() == "half a sen"
    page.page_hidden()
    settle(page, qtbot)
    assert list_runs()[0].notes == "half a sen"


def test_notes_being_typed_are_kept_when_the_window_closes_though_every_worker_is_busy(page, window, qtbot):
    jobs, begun = window.context.jobs, []
    for _ in range(3):  # as many as there are workers
        jobs.run(lambda: (begun.append(None), jobs._closing.wait(60)), lambda _answer: None)
    qtbot.waitUntil(lambda: len(begun) == 3)
    page.details.notes.setPlainText("half a sen")
    window.close_now()
    assert list_runs()[0].notes == "half a sen"


def test_notes_that_follow_each_other_fast_are_written_in_order(page, qtbot, monkeypatch):
    written, second = [], threading.Event()

    def write(_run, text):
        if text == "half a sen":
            second.wait(0.3)  # the second has time to overtake it
        written.append(text)
        second.set()

    monkeypatch.setattr(Run, "set_notes", write)
    for text in ("half a sen", "half a sentence"):
        page.details.noted.emit(page.model.rows[0], text)
    settle(page, qtbot)
    assert written == ["half a sen", "half a sentence"]


def test_notes_that_cannot_be_written_as_the_window_closes_are_in_the_log(page, window, monkeypatch, caplog):
    def fail(_run, _text):
        raise WriteError("The disk is full.")

    monkeypatch.setattr(Run, "set_notes", fail)
    page.details.notes.setPlainText("half a sen")
    window.close_now()
    assert "The disk is full." in caplog.text


def test_the_trash_can_be_undone_from_the_message(page, qtbot):
    select(page, qtbot, "0001", "0002")
    press(page, "trash")
    settle(page, qtbot)
    assert [run.number for run in list_runs()] == ["0003"]
    (message,) = page.context.messages.all
    assert message.text.startswith("Runs 0002, 0001 are in the trash now")
    label, undo = message.actions[0]
    undo()
    settle(page, qtbot)
    assert label == "Undo"
    assert [run.number for run in list_runs()] == ["0003", "0002", "0001"]
    assert numbers(page) == ["0002", "0001"]
    assert page.context.messages.all == []
    select(page, qtbot, "0003")
    page.refresh()
    settle(page, qtbot)
    assert numbers(page) == ["0003"], "what came back is selected once"


def test_the_undo_stays_in_front_where_the_chosen_network_goes_with_its_run(page, qtbot):
    models, messages = page.context.models, page.context.messages
    chosen = page.table.selected()[0].summary.model_path
    models.choose_file(chosen)
    qtbot.waitUntil(lambda: models.loaded is not None and models.loaded.path == chosen)
    press(page, "trash")
    qtbot.waitUntil(lambda: models.snapshot is None)
    settle(page, qtbot)
    assert [message.text.split(" is ")[1] for message in messages.all] == [
        "in the trash now, and will be deleted after 30 days.",
        "no longer there. Choose another network at the top right, or train one.",
    ]


def test_a_note_typed_just_before_goes_into_the_trash_with_its_run(page, qtbot):
    page.details.notes.setPlainText("this one is no good")
    press(page, "trash")
    settle(page, qtbot)
    assert [run.notes for run in list_trash()] == ["this one is no good"]
    assert page.details.notes.isEnabled(), "of those that are left"
    page.commands.view.button("trash").click()
    settle(page, qtbot)
    select(page, qtbot, "0003")
    assert page.details.notes.toPlainText() == "this one is no good"
    assert not page.details.notes.isEnabled()
    assert [message.text for message in page.context.messages.all if message.severity == "error"] == []


def test_what_is_taken_back_is_not_said_to_be_in_the_trash_any_more(page, qtbot):
    press(page, "trash")
    settle(page, qtbot)
    assert ["in the trash now" in message.text for message in page.context.messages.all] == [True]
    page.commands.view.button("trash").click()
    settle(page, qtbot)
    select(page, qtbot, "0003")
    press(page, "restore")
    qtbot.waitUntil(lambda: page.context.messages.all == [])


def test_the_model_chooser_knows_at_once_what_is_in_the_trash_and_what_is_back(page, qtbot):
    def offered() -> list[str]:
        return [choice.key for choice in page.context.models.choices() if choice.key.endswith("/best")]

    page.context.models.refresh()
    qtbot.waitUntil(lambda: len(offered()) == 3)
    press(page, "trash")
    settle(page, qtbot)
    assert offered() == ["runs/0002/best", "runs/0001/best"]
    page.context.messages.all[0].actions[0][1]()
    settle(page, qtbot)
    assert len(offered()) == 3


def test_when_the_last_run_is_in_the_trash_there_is_a_way_to_it(page, qtbot):
    page.table.selectAll()
    press(page, "trash")
    qtbot.waitUntil(lambda: not list_runs() and not page.model.rows)
    assert page._stack.currentWidget() is not page._empty
    assert page.commands.view.button("trash").isVisible()
    page.commands.view.button("trash").click()
    qtbot.waitUntil(lambda: len(page.model.rows) == 3)


def test_what_comes_from_the_trash_once_another_view_is_chosen_is_not_to_be_edited(page, qtbot):
    select(page, qtbot, "0002")
    press(page, "trash")
    settle(page, qtbot)
    page.commands.view.button("trash").click()
    page.commands.view.button("sweeps").click()
    settle(page, qtbot)
    assert [row.summary.number for row in page.model.rows] == ["0002"]
    assert not page.model.flags(page.model.index(0, NAME)) & Qt.ItemFlag.ItemIsEditable


def test_runs_are_restored_from_the_trash(page, qtbot):
    select(page, qtbot, "0002")
    press(page, "trash")
    settle(page, qtbot)
    page.commands.view.button("trash").click()
    settle(page, qtbot)
    assert [row.summary.number for row in page.model.rows] == ["0002"]
    assert why_not(page, "resume") == "Take the run back from the trash first."
    assert not page.commands.action("trash").isVisible()
    assert not page.model.flags(page.model.index(0, NAME)) & Qt.ItemFlag.ItemIsEditable
    press(page, "restore")
    qtbot.waitUntil(lambda: not page.model.rows)
    assert (list_trash(), len(list_runs())) == ([], 3)
    assert page.commands.view.isVisible(), "there is a way back from an empty trash"
    page.commands.view.button("runs").click()
    qtbot.waitUntil(lambda: len(page.model.rows) == 3)
    assert page.model.flags(page.model.index(0, NAME)) & Qt.ItemFlag.ItemIsEditable


def test_a_run_that_is_being_trained_elsewhere_stays(page, qtbot, runs):
    with Run.open(runs[2].path) as held:
        held.resume_state()
        press(page, "trash")  # the page has not noticed yet
        settle(page, qtbot)
        page.refresh()
        settle(page, qtbot)
        assert why_not(page, "trash") == "A run that is being trained stays where it is: stop it first."
    assert "in use by another window or process" in page.context.messages.all[0].text
    assert len(list_runs()) == 3


@pytest.mark.parametrize(("number", "extra"), [("0002", 0), ("0003", 1)])
def test_continue_goes_on_or_trains_one_epoch_more(number, extra, page, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(
        page.context.session, "continue_run", lambda path, extra_epochs=0: asked.append((path, extra_epochs))
    )
    select(page, qtbot, number)
    page.commands.resume.click()
    assert [(path.name, count) for path, count in asked] == [(number, extra)]
    assert page.window().pages.current_name == "train"


def test_a_run_under_way_keeps_others_from_being_continued(page, monkeypatch):
    monkeypatch.setattr(page.context.session, "_state", "running")
    page.context.session.state_changed.emit("running")
    assert why_not(page, "resume") == "A run is under way: stop it first."
    assert not page.commands.resume.isEnabled()


def test_the_best_network_of_a_run_becomes_the_model_of_the_window(page, qtbot):
    press(page, "use")
    qtbot.waitUntil(lambda: page.context.models.snapshot is not None)
    assert page.context.models.current.path == list_runs()[0].path / "best.safetensors"


def test_a_recipe_is_offered_to_the_train_page(page, qtbot):
    select(page, qtbot, "0002")
    with qtbot.waitSignal(page.context.session.recipe_proposed) as offered:
        press(page, "duplicate")
    assert offered.args[0] == BEST.changed(seed=4, lr=0.5)
    assert page.window().pages.current_name == "train"


def test_the_folder_is_shown(page, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    press(page, "open_folder")
    assert opened[0].toLocalFile().endswith("0003")


def test_several_runs_allow_less(page, qtbot):
    select(page, qtbot, "0001", "0002")
    assert {
        name: why_not(page, name) for name in ("resume", "use", "rename", "open_folder", "duplicate")
    } == dict.fromkeys(("resume", "use", "rename", "open_folder", "duplicate"), "Select one run.")
    assert why_not(page, "trash") == ""


def test_a_damaged_run_is_shown_and_can_be_thrown_away(page, qtbot, runs):
    for path in runs[2].path.iterdir():
        if path.name != "history.csv":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    page.refresh()
    settle(page, qtbot)
    assert page.model.index(0, 5).data() == "damaged"
    assert why_not(page, "duplicate") == why_not(page, "resume") == "The recipe of this run is damaged."
    press(page, "trash")
    settle(page, qtbot)
    assert len(page.model.rows) == 2


def test_curves_follow_their_file(runs):
    histories, summaries = Histories(), list_runs()[2:]
    assert len(histories.curves_of(summaries)[0].history.epoch_rows) == 3
    file = runs[0].path / "history.csv"
    file.write_text("".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    os.utime(file, (1, 1))
    assert len(histories.curves_of(summaries)[0].history.epoch_rows) == 2


def test_the_axis_of_the_epochs_reaches_to_the_end_of_the_longest_run(page, qtbot):
    select(page, qtbot, "0002")
    assert page.compare.plot.canvas._x_range == (0.0, 1.0), "room for a single point"
    select(page, qtbot, "0002", "0001")
    assert page.compare.plot.canvas._x_range == (1.0, 3.0)


def test_a_run_without_validation_is_drawn_by_its_training(page):
    history = History()
    history.record(EpochReport(1, 10, 1.5, 0.6, None, None, 0.1, False, page.context.models.snapshot, 2.0, 100.0))
    page.compare.show_runs([RunCurves("0009", history)], selected=1)
    (curve,) = page.compare.plot.curves()
    assert (curve.label, list(curve.y)) == ("0009 training", [0.6])


def test_a_new_epoch_is_shown_while_it_trains(page, qtbot, make_run):
    make_run((0.9,))
    snapshot = page.context.models.snapshot
    page.on_event(EpochReport(1, 10, 1.0, 0.5, 1.0, 0.9, 0.1, True, snapshot))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(page.model.rows) == 4)
    assert numbers(page) == ["0003"]


STARTED = Started("simple", 31_066, 3, 10, 0, "cpu", "float32", "contiguous", 400, 40)


def test_a_run_that_has_just_begun_is_shown_but_a_hidden_page_reads_nothing(page, make_run, qtbot):
    page.page_hidden()
    page.on_event(STARTED)
    page.context.session.state_changed.emit("running")
    assert not page._soon.isActive()
    page.page_shown()
    settle(page, qtbot)
    make_run((0.9,))
    page.on_event(STARTED)
    page.on_event(STARTED)
    qtbot.waitUntil(lambda: len(page.model.rows) == 4)
    page.on_event(STARTED)
    page.page_hidden()
    assert not page._soon.isActive()


def test_events_that_follow_fast_do_not_put_the_reading_off(page, monkeypatch):
    begun = []
    monkeypatch.setattr(page._soon, "start", lambda: (begun.append(True), QTimer.start(page._soon)))
    for _ in range(3):
        page.on_event(STARTED)
    assert begun == [True]


def test_a_run_that_has_ended_is_shown_so(page, make_run, qtbot):
    make_run((0.9,))
    page.context.session.state_changed.emit("idle")
    qtbot.waitUntil(lambda: len(page.model.rows) == 4)


def test_a_name_that_cannot_be_written_is_told_and_the_table_shows_what_is_true(page, qtbot, monkeypatch):
    def fail(run, _name):
        run.set_notes("written meanwhile")
        raise WriteError("The disk is full.")

    monkeypatch.setattr(Run, "rename", fail)
    page.model.setData(page.model.index(0, NAME), "plain SGD")
    settle(page, qtbot)
    assert [(message.severity, message.text) for message in page.context.messages.all] == [
        ("error", "The disk is full.")
    ]
    assert (page.model.index(0, NAME).data(), page.model.index(0, NOTES).data()) == ("", "written meanwhile")


def test_what_has_been_in_the_trash_for_long_is_deleted_when_the_page_is_first_shown(window, qtbot, monkeypatch):
    emptied = []
    monkeypatch.setattr("cifar_gui.ui.runs.page.empty_old", lambda: emptied.append(True))
    page = window.pages.page("runs")  # built, and not to be seen yet
    page.on_event(STARTED)
    assert not page._soon.isActive()
    window.show_page("runs")
    qtbot.waitUntil(lambda: emptied == [True])


def test_the_heights_and_widths_come_back(page, window, qtbot):
    window.resize(1500, 1000)
    page._splitter.setSizes([300, 500])
    state = page.save_state()
    sizes = page._splitter.sizes()
    page._splitter.setSizes([500, 300])
    assert page._splitter.sizes() != sizes
    page.restore_state({**state, "columns": "0 400"})
    assert page._splitter.sizes() == sizes
    assert page.save_state()["columns"] == "0 400"


def test_a_setting_changed_while_it_trains_is_shown(page, qtbot, runs):
    change = SettingsChanged(30, 0.25, 40)
    with Run.open(runs[0].path) as run:
        run.record(change)
    page.on_event(change)
    qtbot.waitUntil(lambda: page.model.rows[-1].recipe == "Best, 40 epochs, learning rate 0.25")


def test_rows_are_copied_as_text(page, qtbot):
    page.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].startswith("Run\tName\tNetwork")
    assert lines[1].startswith("0003\t\tSimple CNN\tShapes")
    select(page, qtbot, "0001", "0003")
    page.window().activateWindow()
    page.details.differences.setFocus()
    qtbot.waitUntil(page.details.differences.hasFocus)
    page.copy()
    assert QGuiApplication.clipboard().text().startswith("Setting\t0003\t0001\n")
    page.filter.text.setText("there is no such run")
    page.copy()
    assert QGuiApplication.clipboard().text().startswith("Setting\t0003\t0001\n")
    assert page.window().status.tip.text() == "Nothing is copied: the table shows no runs."


def test_what_was_looked_at_is_remembered(page):
    page.compare.choose("loss")
    state = page.save_state()
    page.compare.choose("accuracy")
    page.restore_state(state)
    assert page.compare.measure.current == "loss"
    page.restore_state({"measure": 3, "splitter": None, "columns": []})
    assert page.compare.measure.current == "loss"


def test_more_runs_than_can_be_told_apart_are_not_all_drawn(page, qtbot, make_run):
    for _ in range(4):
        make_run((0.1, 0.2))
    page.refresh()
    qtbot.waitUntil(lambda: len(page.model.rows) == 7)
    select(page, qtbot, *(row.summary.number for row in page.model.rows))
    assert len(page.compare.plot.curves()) == 6
    assert page.compare.note.text() == "6 of 7 selected runs"


@pytest.mark.parametrize(
    ("drawn", "selected", "words"),
    [
        (2, 2, "validation"),
        (2, 4, "2 of 4 selected runs; the others have no epoch yet"),
        (1, 2, "1 of 2 selected runs; the other has no epoch yet"),
        (1, 3, "1 of 3 selected runs; the others have no epoch yet"),
        (2, 3, "2 of 3 selected runs; the other has no epoch yet"),
        (0, 1, "no epoch yet"),
        (0, 3, "no epoch yet"),
        (4, 7, "4 of 7 selected runs"),
        (0, 0, ""),
    ],
)
def test_the_heading_of_the_curves_says_which_runs_are_not_drawn(drawn, selected, words, page, runs):
    page.compare.show_runs([RunCurves(runs[0].number, runs[0].history())] * drawn, selected)
    assert page.compare.note.text() == words


def test_tags_are_typed_beside_the_curves_or_into_the_table_and_filter_it(page, qtbot):
    select(page, qtbot, "0002")
    page.details.tags.selectAll()
    qtbot.keyClicks(page.details.tags, "wide, second try")
    qtbot.keyClick(page.details.tags, Qt.Key.Key_Return)
    settle(page, qtbot)
    page.model.setData(page.model.index(0, TAGS), "Wide")
    settle(page, qtbot)
    assert [run.tags for run in list_runs()] == [("Wide",), ("wide", "second try"), ()]
    assert not page.table.isColumnHidden(TAGS)
    assert page.filter.tag.isVisible()
    page.filter.tag.setCurrentIndex(page.filter.tag.findData("second try"))
    assert [row.summary.number for row in page.model.rows] == ["0002"]
    page.filter.clear()
    page.filter.text.setText("wide")
    assert [row.summary.number for row in page.model.rows] == ["0003", "0002"]
    assert page.filter._count.text() == "2 of 3 runs"
    page.filter.text.setText("nothing such")
    assert page.model.rows == []
    assert numbers(page) == []
    page._show_run(list_runs()[2].path)
    settle(page, qtbot)
    assert (numbers(page), len(page.model.rows)) == (["0001"], 3), "what is to be seen is not filtered away"


def test_a_tag_that_no_run_has_any_more_filters_nothing(page, qtbot):
    assert not page.filter.tag.isVisible(), "there is none"
    page.model.setData(page.model.index(0, TAGS), "wide")
    settle(page, qtbot)
    page.filter.tag.setCurrentIndex(1)
    assert (len(page.model.rows), page.filter._count.text()) == (1, "1 of 3 runs")
    page.model.setData(page.model.index(0, TAGS), "")
    settle(page, qtbot)
    assert len(page.model.rows) == 3
    assert (page.filter.tag.isVisible(), page.filter._count.text()) == (False, "")


def test_a_new_run_can_be_begun_from_the_same_weights(page, window, qtbot):
    select(page, qtbot, "0002")
    press(page, "same_weights")
    train = window.show_page("train")
    assert (train.form.recipe.seed, train.form.recipe.network) == (4, "simple")
    assert "a new run starts from the same weights" in window.context.messages.all[0].text
