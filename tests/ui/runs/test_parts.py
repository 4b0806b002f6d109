"""The parts of the Runs page that need no window: the table's model, the commands, the details and the curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPersistentModelIndex, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from cifar_gui.networks.base import presets
from cifar_gui.recipe import Recipe
from cifar_gui.runs import RunSummary
from cifar_gui.runs.record import RunRecord
from cifar_gui.training.events import EpochReport
from cifar_gui.training.history import History
from cifar_gui.ui.actions import Actions
from cifar_gui.ui.runs.commands import TEXTS, Commands
from cifar_gui.ui.runs.compare import STYLES, ComparePanel, RunCurves
from cifar_gui.ui.runs.details import DetailsPanel
from cifar_gui.ui.runs.histories import Histories
from cifar_gui.ui.runs.model import (
    ACCURACY,
    COLUMNS,
    DATE,
    EPOCHS,
    NAME,
    NOTES,
    RECIPE,
    RUN,
    STATUS,
    TAGS,
    TIME,
    RunsModel,
)
from cifar_gui.ui.runs.page import _each
from cifar_gui.ui.runs.rows import RunRow, facts, row_of
from cifar_gui.ui.runs.table import RunTable
from cifar_gui.ui.theme import px, tokens

BEST = presets("simple")["best"]


def row(number: str, recipe: Recipe | None = BEST, status: str = "completed", **values: Any) -> RunRow:
    """A run with these values in its summary or its record."""
    own = {name: values.pop(name) for name in ("name", "notes") if name in values}
    record = RunRecord(status="completed", **{"epochs_done": 3, "epochs_planned": 8, **values})
    path = Path("/runs") / number
    return row_of(RunSummary(path, number, own.get("name", ""), own.get("notes", ""), recipe, record, status, ()), {})


# The table


ONE = row("0001", name="beta", seconds=100.0, best_accuracy=0.5, epochs_done=3, created="2025-12-01T10:00:00+00:00")
TWO = row("0002", name="Alpha", seconds=20.0, best_accuracy=None, epochs_done=5, created="2026-01-02T10:00:00+00:00")
THREE = row("0003", name="gamma", seconds=9.0, best_accuracy=0.7, epochs_done=3, created="2026-01-01T10:00:00+00:00")
TWO, THREE = (replace(each, summary=replace(each.summary, notes=notes)) for each, notes in ((TWO, "b"), (THREE, "A")))


@pytest.fixture
def model(qapp) -> RunsModel:
    made = RunsModel()
    made.show_rows([ONE, TWO, THREE])
    return made


@pytest.fixture
def table(qtbot) -> RunTable:
    made = RunTable(RunsModel())
    made.show_rows([ONE, TWO, THREE])
    qtbot.addWidget(made)
    made.resize(1200, 300)
    made.show()
    return made


def order(model: RunsModel) -> list[str]:
    return [each.summary.number for each in model.rows]


@pytest.mark.parametrize(
    ("column", "rising"),
    [
        (RUN, ["0001", "0002", "0003"]),
        (NAME, ["0002", "0001", "0003"]),
        (EPOCHS, ["0003", "0001", "0002"]),
        (ACCURACY, ["0002", "0001", "0003"]),
        (TIME, ["0003", "0002", "0001"]),
        (DATE, ["0001", "0003", "0002"]),
        (NOTES, ["0001", "0003", "0002"]),
    ],
)
def test_columns_sort_by_what_they_mean_and_of_equals_the_newest_is_first(model, column, rising):
    model.sort(column, Qt.SortOrder.AscendingOrder)
    assert order(model) == rising
    model.sort(column, Qt.SortOrder.DescendingOrder)
    assert order(model) == (["0002", "0003", "0001"] if column == EPOCHS else rising[::-1])


def test_a_table_that_is_sorted_by_nothing_stands_by_number(model):
    model.sort(-1)
    assert order(model) == ["0001", "0002", "0003"]


def test_what_is_current_stays_current_when_rows_are_sorted(model):
    index = QPersistentModelIndex(model.index(0, STATUS))
    model.sort(TIME)
    assert (model.rows[index.row()].summary.number, index.column()) == ("0003", STATUS)


def test_rows_that_have_changed_are_told_of_and_others_are_not(model, qtbot):
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        model.show_rows([THREE, TWO, ONE])
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged) as changed:
        model.show_rows([THREE, row("0002", name="other"), ONE])
    first, last = changed.args[:2]
    assert (first.row(), first.column(), last.row(), last.column()) == (0, 0, 2, len(COLUMNS) - 1)
    assert model.index(1, NAME).data() == "other"


def test_names_and_notes_can_be_edited_but_nothing_else_nothing_damaged_and_nothing_in_the_trash(model):
    model.show_rows([ONE, row("0002", None, "damaged")])

    def editable() -> list[tuple[int, int]]:
        flag = Qt.ItemFlag.ItemIsEditable
        return [
            (place, column)
            for place in range(2)
            for column in range(len(COLUMNS))
            if model.index(place, column).flags() & flag
        ]

    assert editable() == [(1, NAME), (1, TAGS), (1, NOTES)]
    model.editable = False
    assert editable() == []


def test_an_edited_cell_is_told_as_what_it_is_and_only_if_it_was_edited(model):
    renamed: list[tuple[str, str]] = []
    noted: list[tuple[str, str]] = []
    model.renamed.connect(lambda each, text: renamed.append((each.summary.number, text)))
    model.noted.connect(lambda each, text: noted.append((each.summary.number, text)))
    model.setData(model.index(0, NAME), "new")
    model.setData(model.index(1, NOTES), "line\nline")
    model.setData(model.index(1, NOTES), "b")
    model.setData(model.index(1, NAME), "x", Qt.ItemDataRole.DisplayRole)
    assert (renamed, noted) == ([("0003", "new")], [("0002", "line\nline")])


@pytest.mark.parametrize(
    ("column", "values", "tip"),
    [
        (STATUS, {"message": "Out of memory.", "status": "failed"}, "Out of memory."),
        (STATUS, {"status": "completed"}, "completed"),
        (NOTES, {"notes": "one\ntwo"}, "one\ntwo"),
        (NAME, {"name": "long name", "message": "x"}, "long name"),
    ],
)
def test_a_tool_tip_says_the_whole_of_it(model, column, values, tip):
    model.show_rows([row("0001", **values)])
    assert model.index(0, column).data(Qt.ItemDataRole.ToolTipRole) == tip


def test_a_run_whose_recipe_is_damaged_has_tool_tips_all_the_same(model):
    model.show_rows([row("0001", None, "damaged", message="No recipe.")])
    tips = [model.index(0, column).data(Qt.ItemDataRole.ToolTipRole) for column in range(len(COLUMNS))]
    assert (tips[STATUS], tips[RUN], tips[RECIPE]) == ("No recipe.", "0001", COLUMNS[RECIPE].text(model.rows[0]))
    model.show_rows([ONE])
    assert model.index(0, RECIPE).data(Qt.ItemDataRole.ToolTipRole) == "The settings of the preset Best"


@pytest.mark.parametrize(
    ("status", "tone"),
    [("completed", "good"), ("failed", "bad"), ("interrupted", "doubt"), ("running", "accent"), ("stopped", "")],
)
def test_how_a_run_ended_has_a_colour_and_nothing_else_has(model, status, tone):
    model.show_rows([row("0001", status=status)])
    shades = [model.index(0, column).data(Qt.ItemDataRole.ForegroundRole) for column in range(len(COLUMNS))]
    assert shades == [getattr(tokens(), tone) if tone and at == STATUS else None for at in range(len(COLUMNS))]
    bold = [model.index(0, column).data(Qt.ItemDataRole.FontRole) is not None for column in range(len(COLUMNS))]
    assert bold == [at == RUN for at in range(len(COLUMNS))]


def test_an_interrupted_run_explains_how_it_goes_on(model):
    model.show_rows([row("0001", status="interrupted", notes="one\ntwo")])
    assert "Continue goes on from the last saved state" in model.index(0, STATUS).data(Qt.ItemDataRole.ToolTipRole)
    assert (model.index(0, NOTES).data(), model.index(0, NOTES).data(Qt.ItemDataRole.EditRole)) == ("one", "one\ntwo")


def test_the_selection_follows_its_runs_and_falls_back_to_the_first(table):
    chosen: list[list[str]] = []
    table.chosen.connect(lambda rows: chosen.append([each.summary.number for each in rows]))
    table.select({ONE.path, TWO.path})
    assert chosen[-1] == ["0002", "0001"]
    table.show_rows([ONE, TWO, THREE, row("0004")])
    assert chosen[-1] == ["0002", "0001"]
    assert order(table.runs) == ["0004", "0003", "0002", "0001"]
    table.select({THREE.path})
    assert chosen[-1] == ["0003"], "instead of, not beside, what was selected"
    table.show_rows([ONE, TWO])
    assert chosen[-1] == ["0002"]
    table.show_rows([])
    assert chosen[-1] == []


def test_several_runs_stay_selected_however_far_sorting_takes_them_apart(table, qtbot):
    table.select({TWO.path})
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)  # and the one below it
    for column, numbers in ((DATE, ["0001", "0002"]), (TIME, ["0002", "0001"]), (NAME, ["0002", "0001"])):
        table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
        assert [each.summary.number for each in table.selected()] == numbers, column
    assert table.verticalHeader().isHidden(), "the numbers of the rows are not those of the runs"


def test_what_is_known_of_the_selected_runs_is_told_anew_each_time(table):
    table.select({ONE.path})
    told: list[list[RunRow]] = []
    table.chosen.connect(told.append)
    other = row("0001", name="other")
    table.show_rows([other, TWO, THREE])
    assert told[-1] == [other]


def test_the_newest_run_stands_on_top_and_several_can_be_selected_with_the_keyboard(table, qtbot):
    assert order(table.runs) == ["0003", "0002", "0001"]
    table.select({THREE.path})
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [each.summary.number for each in table.selected()] == ["0003", "0002"]
    table.select({ONE.path, THREE.path})
    assert table.currentIndex().row() == 0


def test_selected_rows_are_copied_from_the_top_and_all_if_none_is_selected(table):
    def copied() -> list[str]:
        table.copy_rows()
        return [line.split("\t")[0] for line in QGuiApplication.clipboard().text().splitlines()]

    table.clearSelection()
    assert copied() == ["Run", "0003", "0002", "0001"]
    table.select({ONE.path, THREE.path})
    assert copied() == ["Run", "0003", "0001"]


def test_notes_have_a_column_only_where_there_is_room_for_it(table):
    assert not table.isColumnHidden(NOTES)
    table.resize(800, 300)
    assert table.isColumnHidden(NOTES)
    table.resize(1300, 300)
    assert not table.isColumnHidden(NOTES)


def test_one_run_can_be_renamed_at_a_time(table, qtbot):
    table.select({ONE.path, TWO.path})
    table.rename()
    assert table.state() != table.State.EditingState
    table.select({TWO.path})
    table.rename()
    assert (table.state(), table.currentIndex().column()) == (table.State.EditingState, NAME)
    assert table.currentIndex().row() == 1
    field = table.viewport().findChild(QLineEdit)
    assert field.width() >= px(200), "the column is as wide as its heading"
    table.closeEditor(QApplication.focusWidget() or table.findChild(QWidget), table.itemDelegate().EndEditHint.NoHint)


# The commands


@pytest.fixture
def pressed() -> list[str]:
    return []


@pytest.fixture
def commands(qtbot, pressed) -> Commands:
    holder = QWidget()
    qtbot.addWidget(holder)
    handlers: dict[str, Callable[[], object]] = {name: lambda name=name: pressed.append(name) for name in TEXTS}
    made = Commands(Actions(holder), handlers, holder)
    made.setParent(holder)
    made.holder = holder
    made.resize(1200, 60)
    holder.show()
    return made


def button(commands: Commands, name: str) -> QAbstractButton:
    found = commands.findChild(QAbstractButton, f"runs.{name}")
    assert found is not None
    return found


@pytest.mark.parametrize("name", [*TEXTS])
def test_each_button_does_what_its_action_does_and_is_there_only_where_it_makes_sense(
    commands, pressed, name, make_run
):
    commands.view.button("trash" if name == "restore" else "runs").click()
    commands.show_selection([row_of(make_run((0.5,)).summary(), {})], "idle")
    button(commands, name).click()
    assert pressed == [name]
    commands.action(name).trigger()
    assert pressed == [name, name]
    assert commands.action(name) in commands.holder.actions()
    assert not button(commands, name).isHidden()
    commands.view.button("runs" if name == "restore" else "trash").click()
    assert button(commands, name).isHidden() == (name != "open_folder")
    assert commands.action(name).isVisible() == (name == "open_folder")


def test_another_view_is_told(commands, qtbot):
    with qtbot.waitSignal(commands.view_chosen) as chosen:
        commands.view.button("trash").click()
    assert (chosen.args, commands.shows_trash) == (["trash"], True)


def reasons(commands: Commands) -> dict[str, str]:
    """Why actions are not possible, of those that are not."""
    actions = {name: commands.action(name) for name in TEXTS if commands.action(name).isVisible()}
    return {name: action.toolTip() for name, action in actions.items() if not action.isEnabled()}


@pytest.mark.parametrize(
    ("rows", "why_not"),
    [
        ([ONE], dict.fromkeys(("use", "card"), "No epoch of this run has been finished.")),
        (
            [],
            {
                **dict.fromkeys(set(TEXTS) - {"trash", "restore"}, "Select one run."),
                "trash": "Select runs.",
            },
        ),
        (
            [row("0009", None, "damaged")],
            {
                "use": "No epoch of this run has been finished.",
                **dict.fromkeys(
                    set(TEXTS) - {"use", "open_folder", "trash", "restore"}, "The recipe of this run is damaged."
                ),
            },
        ),
        (
            [ONE, row("0002", status="running")],
            {
                **dict.fromkeys(set(TEXTS) - {"trash", "restore"}, "Select one run."),
                "trash": "A run that is being trained stays where it is: stop it first.",
            },
        ),
    ],
)
def test_what_cannot_be_done_says_why_and_the_buttons_with_it(commands, rows, why_not):
    commands.show_selection(rows, "idle")
    assert reasons(commands) == why_not
    for name in set(TEXTS) - {"restore"}:
        assert button(commands, name).isEnabled() == (name not in why_not), name
        assert why_not.get(name, "") in button(commands, name).toolTip()


@pytest.mark.parametrize(("rows", "why_not"), [([ONE, TWO], ""), ([], "Select runs.")])
def test_several_runs_can_be_restored_but_not_none(commands, rows, why_not):
    commands.view.button("trash").click()
    commands.show_selection(rows, "idle")
    assert reasons(commands).get("restore", "") == why_not
    assert button(commands, "restore").isEnabled() == (not why_not)


def test_the_first_button_says_what_it_continues(commands):
    commands.show_selection([row("0007", status="stopped")], "idle")
    assert commands.resume.toolTip() == TEXTS["resume"].tip
    assert commands.action("resume").text() == "&Continue 0007 (3 of 8)"
    commands.show_selection([], "idle")
    assert (commands.resume.toolTip(), commands.action("resume").text()) == ("Select one run.", "&Continue")


# Details


@pytest.fixture
def details(qtbot) -> DetailsPanel:
    made = DetailsPanel()
    qtbot.addWidget(made)
    made.resize(360, 400)
    made.show()
    made.told = []
    made.noted.connect(lambda each, text: made.told.append((each.summary.number, text)))
    return made


def test_each_selection_has_its_own_page(details):
    assert (details.title_label.text(), details._nothing.isVisible()) == ("RUN", True)
    details.show_rows([ONE])
    assert (details.title_label.text(), details.notes.isVisible(), details._message.isVisible()) == (
        "RUN 0001",
        True,
        False,
    )
    details.show_rows([row("0002", BEST.changed(seed=9), message="Out of memory.")])
    assert (details._message.isVisible(), details._message.text()) == (True, "Out of memory.")
    assert details._facts.rowCount() == len(facts(ONE)), "those of the last run are gone"
    details.show_rows([ONE, row("0002", BEST.changed(seed=9))])
    assert (details.title_label.text(), details.differences.isVisible()) == ("SETTINGS THAT DIFFER", True)
    assert not details._same.isVisible()
    assert (details._rest.isVisible(), details.weights.isVisible()) == (True, bool(details.weights.text()))
    details.show_rows([ONE, TWO])
    assert (details.differences.isVisible(), details._same.isVisible()) == (False, True)
    details.show_rows([])
    assert (details.title_label.text(), details._nothing.isVisible()) == ("RUN", True)


def test_where_no_run_is_selected_it_is_said_how_or_why_not(details):
    how = details._nothing.text()
    details.say_why_nothing("The trash is empty.")
    assert details._nothing.text() == "The trash is empty."
    details.say_why_nothing()
    assert details._nothing.text() == how != ""


def test_settings_that_differ_stand_beside_each_other_under_the_numbers_of_their_runs(details):
    details.show_rows([ONE, row("0002", BEST.changed(seed=9, lr=0.5))])
    assert details.differences.titles == ["Setting", "0001", "0002"]
    table = {cells[0].text: [cell.text for cell in cells[1:]] for cells in details.differences.rows}
    assert table["Seed"] == [str(BEST.seed), "9"]
    assert table["Learning rate"][1] == "0.5"
    assert [cells[0].muted for cells in details.differences.rows] == [True] * len(table)


def leave_field(details: DetailsPanel) -> None:
    QApplication.sendEvent(details.notes, QFocusEvent(QEvent.Type.FocusOut))


def test_notes_are_handed_over_once_whichever_way_the_field_is_left(details):
    details.show_rows([ONE])
    leave_field(details)
    assert details.told == [], "nothing was typed"
    details.notes.setPlainText("first")
    leave_field(details)
    leave_field(details)
    details.show_rows([TWO])
    assert details.told == [("0001", "first")]
    details.notes.setPlainText("first")
    details.show_rows([ONE, THREE])
    assert details.told == [("0001", "first"), ("0002", "first")], "the same words of another run are news"
    leave_field(details)
    details.show_rows([])
    assert len(details.told) == 2


def test_notes_typed_back_to_what_they_were_are_handed_over_again(details):
    details.show_rows([TWO])
    details.notes.setPlainText("other")
    leave_field(details)
    details.notes.setPlainText("b")
    leave_field(details)
    assert details.told == [("0002", "other"), ("0002", "b")]


def test_notes_that_the_table_has_changed_since_can_be_typed_again(details):
    def written(notes: str) -> RunRow:
        return replace(TWO, summary=replace(TWO.summary, notes=notes))

    details.show_rows([TWO])
    details.notes.setPlainText("first")
    leave_field(details)
    details.show_rows([written("first")])
    details.show_rows([written("from the table")])
    assert details.notes.toPlainText() == "from the table"
    leave_field(details)
    assert details.told == [("0002", "first")], "nothing was typed"
    details.notes.setPlainText("first")
    leave_field(details)
    assert details.told == [("0002", "first"), ("0002", "first")]


def test_notes_written_elsewhere_are_shown_unless_others_are_being_typed(details):
    details.show_rows([TWO])
    elsewhere = replace(TWO, summary=replace(TWO.summary, notes="from the table"))
    details.show_rows([elsewhere])
    assert details.notes.toPlainText() == "from the table"
    details.notes.setPlainText("half a")
    details.show_rows([TWO])
    assert details.notes.toPlainText() == "half a"


def test_what_has_been_handed_over_is_not_shown_in_place_of_what_was_written_since(details):
    details.show_rows([ONE])
    details.notes.setPlainText("first")
    details.tags.setText("typed")
    details.tags.setModified(True)
    details.show_rows([])
    assert details.told == [("0001", "first")]
    since = replace(ONE.summary, notes="from the table", tags=("two", "words"))
    details.show_rows([replace(ONE, summary=since)])
    assert (details.notes.toPlainText(), details.tags.text()) == ("from the table", "two, words")


def test_a_damaged_run_takes_no_notes(details):
    details.show_rows([row("0009", None, "damaged")])
    assert not details.notes.isEnabled()
    details.notes.setPlainText("typed all the same")
    leave_field(details)
    assert details.told == []
    details.show_rows([ONE])
    assert (details.notes.isEnabled(), details.notes.toPlainText()) == (True, "")


# Curves


def curves(number: str, *accuracies: float | None) -> RunCurves:
    history = History()
    for epoch, accuracy in enumerate(accuracies, start=1):
        loss = None if accuracy is None else 1 - accuracy
        history.record(
            EpochReport(epoch, 10 * epoch, 1.5, 0.25, loss, accuracy, 0.1, False, None, 2.0, 100.0)  # type: ignore[arg-type]
        )
    return RunCurves(number, history)


@pytest.fixture
def compare(qtbot) -> ComparePanel:
    made = ComparePanel()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def drawn(compare: ComparePanel) -> list[tuple[str, list[float]]]:
    return [(curve.label, [round(value, 3) for value in curve.y]) for curve in compare.plot.curves()]


def test_runs_are_drawn_in_both_plots_and_those_before_are_gone(compare):
    compare.show_runs([curves("0001", 0.1, 0.2), curves("0002", 0.3)], 2)
    assert drawn(compare) == [("0001", [0.1, 0.2]), ("0002", [0.3])]
    compare.show_runs([curves("0003", 0.5)], 1)
    assert drawn(compare) == [("0003", [0.5])]
    compare.measure.button("loss").click()
    assert drawn(compare) == [("0003", [0.5])]
    assert compare.plot.objectName() == "runs.loss_plot"
    assert compare.plot.isVisible()


def test_runs_are_told_apart_by_colour_and_the_first_by_their_lines_too():
    assert len({colour for colour, _line in STYLES}) == len(STYLES)
    assert len({line for _colour, line in STYLES[:4]}) == 4


def test_a_run_that_validated_in_some_epochs_is_drawn_by_these(compare):
    compare.show_runs([curves("0001", None, 0.2), curves("0002", None, None)], 2)
    labels = [label for label, _ in drawn(compare)]
    assert labels == ["0001", "0002 training"]


def test_the_menu_is_that_of_the_plot_in_front(compare):
    of_accuracy = compare._export.menu()
    compare.measure.button("loss").click()
    assert compare._export.menu() is not of_accuracy


def test_a_history_that_is_not_there_is_empty_and_one_that_changes_is_read_again(make_run, tmp_path):
    histories = Histories()
    run = make_run((0.3, 0.5))
    gone = replace(run.summary(), path=tmp_path / "gone", number="0009")
    rows = [len(each.history.epoch_rows) for each in histories.curves_of([run.summary(), gone])]
    assert rows == [2, 0]


# Words


def test_facts_that_are_not_known_are_not_made_up():
    found = dict(facts(row("0001")))
    assert (found["Best epoch"], found["Parameters"], found["Kept epochs"]) == ("–", "–", "–")
    one = ONE.summary
    kept = [
        dict(facts(replace(ONE, summary=replace(one, kept_epochs=epochs))))["Kept epochs"] for epochs in ((4,), (1, 4))
    ]
    assert kept == ["4", "2, from 1 to 4"]
    texts = [column.text(row("0001", None, "damaged", seconds=0.0)) for column in COLUMNS]
    assert (texts[EPOCHS], texts[TIME], texts[ACCURACY]) == ("–", "–", "–")


def test_of_several_runs_that_cannot_be_moved_the_first_is_told_and_the_others_are_moved():
    from cifar_gui.errors import CheckpointError

    def move(path: Path) -> Path:
        if path.name in "bc":
            raise CheckpointError(f"{path.name} is in use.")
        return path / "moved"

    assert _each(move, [Path(name) for name in "abcd"]) == ([Path("a/moved"), Path("d/moved")], "b is in use.")
