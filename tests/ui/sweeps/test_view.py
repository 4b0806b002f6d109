"""Sweeps on the Runs page: the dialog, the tables and the plot, and what can be done with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from cifar_gui.networks.base import presets
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run, list_runs
from cifar_gui.runs.axis import Axis
from cifar_gui.runs.layout import Layout
from cifar_gui.runs.lock import FolderLock
from cifar_gui.runs.sweep import RANDOM, Sweep
from cifar_gui.runs.sweep_files import create_sweep, list_sweeps, load_sweep
from cifar_gui.runs.trash import KEPT_DAYS
from cifar_gui.ui.sweeps import scatter_plot
from cifar_gui.ui.sweeps.desk import ask_before_deleting
from cifar_gui.ui.sweeps.dialog import SweepDialog
from cifar_gui.ui.sweeps.results import Dot, Scatter
from cifar_gui.ui.sweeps.scatter_plot import ScatterPlot
from cifar_gui.ui.theme import tokens

BEST = presets("simple")["best"].changed(data="shapes", epochs=3)
SWEEP = Sweep(BEST, (Axis("lr", (0.001, 0.01)), Axis("flip", ("none", "random"))))


@pytest.fixture
def folder(half_swept) -> Path:
    """The sweep of four."""
    return half_swept


@pytest.fixture
def page(folder, window, qtbot):
    page = window.show_page("runs")
    page.commands.view.button("sweeps").click()
    qtbot.waitUntil(lambda: bool(page.sweeps.view.sweeps.rows) and window.context.jobs.idle)
    return page


def settle(page, qtbot) -> None:
    qtbot.waitUntil(lambda: page.context.jobs.idle and not page._soon.isActive())


@pytest.fixture
def started(window, monkeypatch) -> list[Path]:
    """The sweeps that would have been trained."""
    begun: list[Path] = []
    monkeypatch.setattr(window.context.sweeps, "start", begun.append)
    return begun


def test_a_sweep_is_seen_with_its_runs_and_a_click_on_a_point_leads_to_one(page, qtbot) -> None:
    view = page.sweeps.view
    assert [row[0].text for row in view.sweeps.rows] == ["rates"]
    assert (view.results_panel.title_label.text(), len(view.results.rows)) == ("RUNS OF RATES", 4)
    assert not view.show_run.isEnabled()
    best = next(dot for dot in view.plot.scatter.dots if dot.best)
    place = view.plot.at(best).toPoint()
    qtbot.mouseMove(view.plot, place + QPoint(3, 3))
    qtbot.waitUntil(lambda: view.reading.text() == best.words)
    qtbot.mouseClick(view.plot, Qt.MouseButton.LeftButton, pos=place)
    assert view.trial is not None
    assert (view.trial.trial.number, view.plot.marked) == (4, 4)
    view.show_run.click()
    settle(page, qtbot)
    assert page.commands.view.current == "runs"
    assert [row.summary.number for row in page.table.selected()] == ["0002"]


def test_a_double_click_shows_the_run_if_there_is_one(page, qtbot) -> None:
    view, at = page.sweeps.view, page.commands.view
    best = next(dot for dot in view.plot.scatter.dots if dot.best)

    def on_row(row: int) -> None:
        place = view.results.visualRect(view.results.model().index(row, 2)).center()
        qtbot.mouseClick(view.results.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(view.results.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def on_best() -> None:
        for click in (qtbot.mouseClick, qtbot.mouseDClick):
            click(view.plot, Qt.MouseButton.LeftButton, pos=view.plot.at(best).toPoint())

    for do, front, number in (
        (lambda: on_row(1), "sweeps", ""),
        (lambda: on_row(0), "runs", "0001"),
        (on_best, "runs", "0002"),
    ):
        at.button("sweeps").click()
        settle(page, qtbot)
        do()
        settle(page, qtbot)
        assert at.current == front
        assert number in ("", *(row.summary.number for row in page.table.selected()))


def test_points_are_read_and_chosen_with_the_keys_and_any_recipe_goes_to_train(page, window, qtbot) -> None:
    view = page.sweeps.view
    view.axis.setCurrentIndex(1)
    assert view.plot.scatter.label == "Flip"
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(view.plot, key)
    assert view.reading.text().startswith("Run 0001: 30.00 %")
    qtbot.keyClick(view.plot, Qt.Key.Key_Return)
    assert view.plot.marked == 1
    view.axis.setCurrentIndex(0)
    assert view.reading.text().startswith("Click a point"), "what was read is not there any more"
    assert view.plot.cursor().shape() == Qt.CursorShape.ArrowCursor
    view.results.selectRow(1)
    assert not view.show_run.isEnabled()
    assert view.show_run.toolTip() == "It has not been trained yet."
    view.use.click()
    recipe = window.show_page("train").form.recipe
    assert (recipe.lr, recipe.flip, recipe.epochs) == (0.001, "random", 3)


def test_a_point_that_is_read_stays_so_while_others_come(page, qtbot, make_run, monkeypatch) -> None:
    plot, reading = page.sweeps.view.plot, page.sweeps.view.reading
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert reading.text().startswith("Run 0002: 50.00 %")
    create = Run.create
    monkeypatch.setattr(Run, "create", lambda recipe: create(recipe, sweep="rates"))
    changed = SWEEP.trials()[2].recipe.differences(BEST)
    make_run((0.4,), **{name: value for name, (value, _old) in changed.items()})
    page.refresh()
    settle(page, qtbot)
    assert len(plot.scatter.dots) == 3
    assert reading.text().startswith("Run 0002: 50.00 %")
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert reading.text().startswith("Run 0003: 40.00 %")


def test_resume_goes_on_with_the_sweep_and_the_buttons_say_what_is_under_way(
    page, folder, started, monkeypatch
) -> None:
    view, sweeps = page.sweeps.view, page.context.sweeps
    assert view.resume.text() == "Resume"
    assert not view.stop.isVisible()
    view.resume.click()
    assert started == [folder]
    monkeypatch.setattr(type(sweeps), "path", property(lambda _self: folder))
    sweeps.changed.emit()
    assert (view.resume.isVisible(), view.stop.isVisible(), view.pause.isVisible()) == (False, True, True)
    assert (view.delete.isEnabled(), view.delete.toolTip()) == (False, "Stop it first.")
    session, done = page.context.session, []
    for state, words, does in (("running", "Pause", "pause"), ("paused", "Go on", "resume")):
        monkeypatch.setattr(type(session), "state", property(lambda _self, state=state: state))
        monkeypatch.setattr(session, does, lambda does=does: done.append(does))
        view.show_buttons()
        assert view.pause.text() == words
        view.pause.click()
    assert done == ["pause", "resume"]


def test_between_two_runs_of_a_sweep_the_keyboard_is_not_handed_to_stop(page, folder, qtbot, monkeypatch) -> None:
    view, sweeps = page.sweeps.view, page.context.sweeps
    where = []
    page.window().activateWindow()
    view.resume.setFocus()
    qtbot.waitUntil(view.resume.hasFocus)
    monkeypatch.setattr(type(sweeps), "path", property(lambda _self: folder))
    for state in ("idle", "running", "stopping", "starting", "running"):
        monkeypatch.setattr(type(page.context.session), "state", property(lambda _self, state=state: state))
        view.show_buttons()
        where.append(page.window().focusWidget())
    assert where == [view, view.pause, view, view, view.pause]
    view.stop.setFocus()
    view.show_buttons()
    assert view.stop.hasFocus(), "who has chosen it keeps it"


def test_what_can_be_done_with_the_points_is_said_in_full(page) -> None:
    assert page.window().width() >= 1280
    assert page.sweeps.view.reading.shown() == page.sweeps.view.reading.text()


def test_a_new_sweep_is_chosen_once_it_has_been_read_and_then_the_choice_is_the_users(page, folder) -> None:
    view, newer = page.sweeps.view, create_sweep(SWEEP, "again")
    view.results.selectRow(3)
    view.choose(newer)
    view.show_states(list_sweeps())
    assert (view.current.name, view.trial, view.plot.marked) == ("again", None, 0)
    view.results.selectRow(1)
    view.show_states(list_sweeps())
    assert (view.current.name, view.trial.trial.number) == ("again", 2), "read again, it stays as it was"
    view.sweeps.selectRow([row[0].value for row in view.sweeps.rows].index(folder.name))
    view.show_states(list_sweeps())
    assert (view.current.name, view.trial) == (folder.name, None)


def test_read_again_the_keyboard_goes_on_where_it_was(page, qtbot) -> None:
    view = page.sweeps.view
    create_sweep(SWEEP, "again")
    view.show_states(list_sweeps())
    for table, row, key in ((view.sweeps, 1, Qt.Key.Key_Up), (view.results, 1, Qt.Key.Key_Down)):
        table.setCurrentIndex(table.model().index(row, 0))
        view.show_states(list_sweeps())  # as it is with every epoch of a sweep under way
        qtbot.keyClick(table, key)
    assert (view.current.name, view.trial.trial.number) == (view.sweeps.rows[0][0].value, 3)


def test_what_is_in_front_is_copied(page, qtbot) -> None:
    def copied() -> str:
        page.copy()
        return QGuiApplication.clipboard().text().partition("\n")[0]

    page.window().activateWindow()
    page.sweeps.view.results.setFocus()
    qtbot.waitUntil(page.sweeps.view.results.hasFocus)
    assert copied() == "Trial\tRun\tLearning rate\tFlip\tAccuracy\tStatus\tEpochs\tTime"
    page.sweeps.view.sweeps.setFocus()
    assert copied() == "Sweep\tVaried\tSearch\tDone\tBest\tRun"
    page.commands.view.button("runs").click()
    settle(page, qtbot)
    assert copied().startswith("Run\tName\t")


DOTS = (Dot(1, 0.0, 0.2, "one"), Dot(2, 0.5, 0.5, "two"), Dot(3, 1.0, 0.7, "three", best=True))


@pytest.fixture
def plot(qtbot) -> ScatterPlot:
    made = ScatterPlot()
    qtbot.addWidget(made)
    made.resize(400, 250)
    made.show_scatter(Scatter("Rate", DOTS, ((0.0, "0.001"), (0.01, "0.002"), (1.0, "0.1")), 0.1, 0.9))
    made.show()
    return made


def test_points_lie_where_their_numbers_are_the_best_and_the_marked_one_stand_out(plot) -> None:
    one, two, three = (plot.at(dot) for dot in DOTS)
    assert two.x() - one.x() == three.x() - two.x() > 100
    assert one.y() - two.y() == pytest.approx(1.5 * (two.y() - three.y()))
    assert one.y() > two.y()

    def shades(place: QPointF, away: int) -> QColor:
        return plot.grab().toImage().pixelColor((place + QPointF(0, away)).toPoint())

    colours = tokens()
    assert [shades(place, 0) for place in (one, two, three)] == [colours.accent, colours.accent, colours.good]
    assert [shades(place, 9) for place in (one, two)] == [colours.plot_ground] * 2
    plot.mark(2)
    assert shades(one, 9) == colours.plot_ground
    assert abs(shades(two, 9).lightness() - colours.text.lightness()) < 50
    assert plot.accessibleDescription() == "3 runs; best: three."


def test_what_stands_at_a_point_or_an_axis_is_whole_and_on_its_line(plot, monkeypatch) -> None:
    written: dict[str, QRectF] = {}

    class Painter(QPainter):
        def drawText(self, *given) -> None:
            written[given[-1]] = QRectF(given[0])

    monkeypatch.setattr(scatter_plot, "QPainter", Painter)
    plot.grab()
    one, two, three = (plot.at(dot) for dot in DOTS)
    assert "0.002" not in written, "there is no room between it and the one before"
    assert written["0.001"].center().x() == pytest.approx(one.x())
    assert written["0.1"].center().x() == pytest.approx(three.x())
    assert [words for words in written if words.endswith("0 %") and "." not in words] == [
        "20 %",
        "40 %",
        "60 %",
        "80 %",
    ]
    assert written["20 %"].center().y() == pytest.approx(one.y(), abs=1)
    assert written["20 %"].right() < one.x()
    assert written["rate"].center().x() == pytest.approx(two.x())
    assert written["rate"].top() > written["0.1"].bottom() - 1
    best = written["70.0 %"]
    assert best.right() < three.x(), "to the right of it there is no room"
    assert best.center().y() == pytest.approx(three.y())
    plot.show_scatter(Scatter("Rate", (DOTS[0], replace(DOTS[1], best=True)), (), 0.1, 0.9))
    written.clear()
    plot.grab()
    assert written["50.0 %"].left() > two.x()
    plot.show_scatter(Scatter())
    written.clear()
    plot.grab()
    assert "A point appears here with the first epoch of each run." in written


def test_what_is_another_is_painted_at_once(plot, qtbot) -> None:
    class Painted(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                seen.append(plot.marked)
            return False

    seen: list[int] = []
    watch = Painted(plot)
    plot.installEventFilter(watch)
    for do in (lambda: plot.mark(2), lambda: plot.show_scatter(Scatter("Rate", DOTS)), lambda: plot._read(1)):
        QApplication.processEvents()
        seen.clear()
        do()
        qtbot.waitUntil(lambda: bool(seen))


def test_a_point_that_is_read_is_larger_and_a_hand_says_that_it_can_be_clicked(plot, qtbot) -> None:
    one, two = (plot.at(dot).toPoint() for dot in DOTS[:2])

    def sizes() -> list[int]:
        image = plot.grab().toImage()
        around = [QPoint(x, y) for x in range(-9, 10) for y in range(-9, 10)]
        return [sum(image.pixelColor(place + by) == tokens().accent for by in around) for place in (one, two)]

    plot.activateWindow()
    plot.setFocus()
    qtbot.waitUntil(plot.hasFocus)
    small, same = sizes()
    assert small == pytest.approx(same, abs=6)
    assert plot.grab().toImage().pixelColor(0, 100) != (ground := plot.grab().toImage().pixelColor(3, 100)), "framed"
    qtbot.mouseMove(plot, two)
    assert (sizes()[0], plot.cursor().shape()) == (small, Qt.CursorShape.PointingHandCursor)
    assert sizes()[1] > 1.3 * same
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert sizes()[0] > 1.3 * small
    assert sizes()[1] == same
    plot.clearFocus()
    assert plot.grab().toImage().pixelColor(0, 100) == ground, "the keyboard is elsewhere"


def test_only_a_point_that_is_near_is_meant(plot, qtbot) -> None:
    told: list[object] = []
    for signal in (plot.read, plot.chosen, plot.opened):
        signal.connect(told.append)
    place = plot.at(DOTS[1])
    assert [plot.dot_near(place + QPointF(away, 0)) for away in (0, 13, 15)] == [1, 1, None]
    beside, there = (place + QPointF(30, 0)).toPoint(), place.toPoint()
    for button, at in (("LeftButton", beside), ("RightButton", there), ("LeftButton", there)):
        qtbot.mouseClick(plot, Qt.MouseButton[button], pos=at)
    assert told == [2]
    told.clear()
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=beside)
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=there)
    assert told[-1] == 2
    told.clear()
    for key in ("Key_Return", "Key_Left", "Key_Left", "Key_Left", "Key_Left", "Key_Right"):
        qtbot.keyClick(plot, Qt.Key[key])
    assert told == ["three", "two", "one", "two"], "at the end it stays, and nothing is chosen before one is read"
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert told[-1] == ""


def press(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """The button that is pressed when it is asked what shall be deleted."""

    def answer(box: QMessageBox) -> int:
        assert box.text() == "Delete the sweep rates?"
        next(button for button in box.buttons() if button.text() == words).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)


def test_a_sweep_is_deleted_with_its_runs_or_without_and_taken_back(page, qtbot, monkeypatch) -> None:
    answers = {"&Cancel": (1, 2), "The sweep &alone": (0, 2), "With its 2 runs": (0, 0)}
    for words, left in answers.items():
        press(monkeypatch, words)
        page.sweeps.view.delete.click()
        settle(page, qtbot)
        assert (len(list_sweeps()), len(list_runs())) == left, words
        chosen_from = [each for each in page.context.models.choices() if each.group == "runs"]
        assert bool(chosen_from) == bool(left[1]), "the networks of runs go with them"
        assert bool(page.sweeps.view.plot.scatter.dots) == bool(left[0]), "no points of a sweep that is gone"
        for message in page.context.messages.all:
            message.actions[0][1]()
        settle(page, qtbot)
        assert (len(list_sweeps()), len(list_runs()), page.context.messages.all) == (1, 2, []), words
        assert any(each.group == "runs" for each in page.context.models.choices())


@pytest.mark.parametrize(("runs", "words"), [(0, ""), (1, " with its run"), (2, " with its 2 runs")])
def test_how_many_runs_have_gone_with_a_sweep_is_told(page, runs, words) -> None:
    page.sweeps._on_deleted("rates", [Path(str(number)) for number in range(runs + 1)], "")
    text = page.context.messages.all[0].text
    assert text.startswith(f"Sweep rates is in the trash now{words}, and will be deleted after ")
    page.sweeps._on_deleted("rates", [], "Run 0001 is in use.")
    assert [message.text for message in page.context.messages.all] == ["Run 0001 is in use.", text]


def test_a_window_that_closes_at_once_still_deletes_and_takes_back(page, qtbot, monkeypatch) -> None:
    press(monkeypatch, "With its 2 runs")
    owed, run = [], page.context.jobs.run
    monkeypatch.setattr(
        page.context.jobs, "run", lambda *given, **named: (owed.append(named.get("owed", False)), run(*given, **named))
    )
    page.sweeps.view.delete.click()
    settle(page, qtbot)
    of_deleting, owed[:] = owed[0], []
    page.context.messages.all[0].actions[0][1]()
    assert (of_deleting, owed[0]) == (True, True)
    settle(page, qtbot)


def test_what_can_be_taken_back_is_though_something_stands_in_the_way(page, qtbot, monkeypatch) -> None:
    press(monkeypatch, "With its 2 runs")
    first = list_runs()[-1].path
    page.sweeps.view.delete.click()
    settle(page, qtbot)
    first.mkdir()
    page.context.messages.all[0].actions[0][1]()
    settle(page, qtbot)
    assert "0001 could not be taken back" in page.context.messages.all[0].text
    assert (len(list_sweeps()), [run.number for run in list_runs() if run.recipe]) == (1, ["0002"])
    assert [row[0].text for row in page.sweeps.view.sweeps.rows] == ["rates"]


@pytest.mark.parametrize("what", ["Run 0002", "Sweep rates"])
def test_a_sweep_that_is_being_trained_or_a_run_of_which_is_stays_whole(page, qtbot, monkeypatch, what) -> None:
    press(monkeypatch, "With its 2 runs")
    state = page.sweeps.view.current
    lock = FolderLock(Layout(state.path if "Sweep" in what else state.runs[-1].path).lock, what.split()[0])
    lock.acquire()
    page.sweeps.view.delete.click()
    settle(page, qtbot)
    lock.release()
    assert f"{what} is in use" in page.context.messages.all[0].text
    assert (len(list_sweeps()), [run.number for run in list_runs()]) == (1, ["0002", "0001"])


def test_it_is_asked_what_shall_be_deleted_as_far_as_there_is_anything(page, make_run, monkeypatch) -> None:
    asked: list[tuple[list[str], str, str, str]] = []

    def answer(box: QMessageBox) -> int:
        buttons = sorted(button.text() for button in box.buttons())
        usual, escape = box.defaultButton().text(), box.escapeButton().text()
        asked.append((buttons, usual, escape, box.informativeText()))
        box.escapeButton().click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    (state,) = list_sweeps()
    for runs in (0, 1, 2):
        left = [each for each in state.trials if each.run is not None][:runs]
        assert ask_before_deleting(page, replace(state, trials=tuple(left))) == "stay"
    words = ["&Delete it"], ["The sweep &alone", "With its run"], ["The sweep &alone", "With its 2 runs"]
    kept = f"What is deleted is kept in the trash for {KEPT_DAYS} days."
    assert asked == [(["&Cancel", *each], "&Cancel", "&Cancel", kept) for each in words]


# The dialog


@pytest.fixture
def dialog(page, qtbot, started) -> SweepDialog:
    page.sweeps.view.new.click()
    settle(page, qtbot)
    return page.sweeps.dialog


def test_the_dialog_counts_along_and_starts_what_has_been_typed(dialog, page, qtbot, started) -> None:
    assert dialog._size.text().startswith("3 runs of 3 epochs each. About ")
    row = dialog.rows[0]
    middles = {each.mapTo(row, each.rect().center()).y() for each in (row.setting, row.values, row.remove)}
    assert len(middles) == 1, "what is to be tried stands level with its setting"
    row.values.selectAll()
    qtbot.keyClicks(row.values, "0.1, 0.2, x")
    qtbot.waitUntil(lambda: not dialog._soon.isActive())
    assert (dialog.start.isEnabled(), dialog._size.text()) == (False, "")
    assert "“x” is not" in row._problem.text()
    qtbot.keyClick(row.values, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: dialog._size.text().startswith("2 runs of 3 epochs"))
    dialog.add.click()
    assert [row.setting.raw() for row in dialog.rows] == ["lr", "weight_decay"]
    assert dialog.focusWidget() is dialog.rows[1].setting
    dialog.name.setText("my rates")
    dialog.start.click()
    qtbot.waitUntil(lambda: started != [])
    assert started[0].name == "my-rates"
    assert [axis.setting for axis in load_sweep(started[0]).axes] == ["lr", "weight_decay"]
    qtbot.waitUntil(lambda: len(page.sweeps.view.sweeps.rows) == 2)
    assert page.sweeps.view.current.name == "my-rates"


def test_enter_counts_for_what_has_just_been_typed(dialog, qtbot, started) -> None:
    dialog._soon.setInterval(60_000)  # whoever types is quicker than the look at it
    values = dialog.rows[0].values
    values.setText("x")
    qtbot.keyClick(values, Qt.Key.Key_Return)
    assert (dialog.start.isEnabled(), dialog.isVisible()) == (False, True)
    values.selectAll()
    qtbot.keyClicks(values, "0.1, 0.2")
    qtbot.keyClick(values, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: started != [])
    assert load_sweep(started[0]).axes[0].values == (0.1, 0.2)


def test_a_random_search_has_ranges_where_there_are_numbers(dialog, qtbot, started) -> None:
    dialog.add_row("flip")
    dialog.search.button("random").click()
    assert [row._kinds.currentIndex() for row in dialog.rows] == [1, 0]
    dialog.runs.put("5")
    dialog.assemble()
    assert dialog._size.text().startswith("5 runs of 3 epochs")
    dialog.rows[1].remove.click()
    assert not dialog.rows[0].remove.isEnabled(), "one is left at least"
    dialog.rows[0].setting.setCurrentIndex(dialog.rows[0].setting.findData("network_settings.kernel"))
    dialog.start.click()  # of 1 to 6 also the even ones
    qtbot.waitUntil(lambda: dialog.rows[0]._problem.text() != "")
    assert "kernel must be odd" in dialog.rows[0]._problem.text()
    assert (started, len(list_sweeps())) == ([], 1), "nothing is kept of what cannot be built"
    dialog.rows[0].setting.setCurrentIndex(dialog.rows[0].setting.findData("lr"))
    dialog.start.click()
    qtbot.waitUntil(lambda: started != [])
    sweep = load_sweep(started[0])
    assert (sweep.search, sweep.runs, sweep.axes[0].logarithmic) == (RANDOM, 5, True)


def test_a_dialog_cannot_start_while_something_trains_and_says_why(dialog, monkeypatch) -> None:
    assert (dialog.start.isEnabled(), dialog.start.toolTip()) == (True, "")
    monkeypatch.setattr(type(dialog._context.sweeps), "why_not", lambda _self: "A run is under way: stop it first.")
    dialog.assemble()
    assert (dialog.start.isEnabled(), dialog.start.toolTip()) == (False, "A run is under way: stop it first.")


def test_after_a_fault_of_the_app_a_sweep_can_be_started_again(dialog, qtbot, started, monkeypatch) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(dialog._context.jobs, "_unexpected", told.append)
    with monkeypatch.context() as broken:
        broken.setattr("cifar_gui.ui.sweeps.dialog.check_networks", lambda _sweep: 1 / 0)
        dialog.start.click()
        assert not dialog.start.isEnabled()
        qtbot.waitUntil(lambda: bool(told) and dialog.start.isEnabled())
    dialog.start.click()
    qtbot.waitUntil(lambda: started != [])


def test_a_new_sweep_varies_the_newest_run_where_there_is_no_sweep_and_its_data_are_called_as_their_folder(
    make_run, window, qtbot
) -> None:
    page = window.show_page("runs")
    for recipes in ([], [{"epochs": 5}, {"epochs": 7, "data": "/photos/my.pets", "network": "lenet"}]):
        for changes in recipes:
            make_run((0.3,), **changes)
        page.sweeps.view.new.click()
        settle(page, qtbot)
        dialog = page.sweeps.dialog
        words = [label.text() for label in dialog.findChildren(QLabel) if label.text().startswith("Trains ")]
        if recipes:
            assert words == ["Trains LeNet-5 on my.pets again and again, with other values of the settings below."]
        assert dialog._recipe.epochs == (7 if recipes else Recipe().epochs)
        dialog.reject()


def test_train_offers_a_sweep_over_its_recipe(window, qtbot, started) -> None:
    train = window.show_page("train")
    train._fill_form(BEST)
    train.recipe_panel.sweep.click()
    dialog = window.pages.built("runs").sweeps.dialog
    assert dialog is not None
    assert (dialog._recipe.network, dialog._recipe.epochs) == ("simple", 3)
    dialog.reject()
