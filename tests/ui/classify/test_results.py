from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt

from cifar_gui.cli.answers import Answer
from cifar_gui.data.picture import Crop, PictureSource
from cifar_gui.errors import PictureError
from cifar_gui.inference.prediction import Confidence, Prediction, Verdict
from cifar_gui.ui.classify.results import COLUMNS, Row, RowFilter, Tally, arranged, as_text
from cifar_gui.ui.classify.table_model import ResultsModel

NAMES = ("cat", "dog", "ship")
THIRD = 1 / 3


def source(name: str) -> PictureSource:
    return PictureSource.from_bytes(b"", name)


def prediction(confidence: Confidence, *probabilities: float) -> Prediction:
    verdict = Verdict(confidence, f"{confidence} verdict", "Because.")
    return Prediction(NAMES, probabilities, verdict, crop=Crop(1, 2, 3))


SURE_CAT = Row(source("10.png"), prediction("confident", 0.9, 0.07, 0.03))
SURE_DOG = Row(source("2.png"), prediction("confident", 0.05, 0.8, 0.15))
CAT_OR_DOG = Row(source("b.png"), prediction("unsure", 0.5, 0.45, 0.05))
NOTHING = Row(source("a.png"), prediction("unknown", THIRD, THIRD, THIRD))
BROKEN = Row(source("broken.png"), problem="broken.png cannot be read: it is empty.")
WAITING = Row(source("later.png"))
ROWS = [SURE_CAT, SURE_DOG, CAT_OR_DOG, NOTHING, BROKEN, WAITING]


def shown(chosen: RowFilter = RowFilter(), column=None, *, falling: bool = False) -> list[str]:  # noqa: B008
    return [ROWS[place].source.name for place in arranged(ROWS, chosen, column, falling=falling)]


def test_each_row_is_in_one_of_five_states():
    assert [row.state for row in ROWS] == ["confident", "confident", "unsure", "unknown", "unreadable", "waiting"]


def test_rows_stand_as_they_came_until_sorted():
    assert shown() == ["10.png", "2.png", "b.png", "a.png", "broken.png", "later.png"]


def test_names_sort_as_people_expect():
    assert shown(column="name") == ["2.png", "10.png", "a.png", "b.png", "broken.png", "later.png"]


@pytest.mark.parametrize("column", [column for column in COLUMNS if column != "name"])
@pytest.mark.parametrize("falling", [True, False])
def test_what_has_no_answer_stays_at_the_end_whichever_way_it_is_sorted(column, falling):
    assert shown(column=column, falling=falling)[-2:] == ["later.png", "broken.png"]


def test_probabilities_sort_by_value():
    assert shown(column="probability", falling=True)[:3] == ["10.png", "2.png", "b.png"]


def test_verdicts_sort_by_certainty_then_class():
    assert shown(column="verdict")[:4] == ["10.png", "2.png", "b.png", "a.png"]


def test_of_one_class_the_surest_verdict_comes_first():
    rows = [Row(source(str(share)), prediction("confident", share, 1 - share, 0)) for share in (0.8, 0.95, 0.9)]
    assert arranged(rows, RowFilter(), "verdict", falling=False) == [1, 2, 0]


def test_the_file_says_where_a_picture_is_and_how_familiar_it_looks(tmp_path):
    here = PictureSource.from_path(tmp_path / "one.png")
    row = Row(here, replace(SURE_CAT.prediction, familiarity=-1.25), truth="dog")
    first, second = csv.DictReader(io.StringIO(as_text([row, SURE_DOG])))
    assert (first["path"], first["familiarity"], first["folder_says"]) == (str(tmp_path / "one.png"), "-1.25", "dog")
    assert (second["path"], second["folder_says"], second["error"]) == ("", "", "")


def test_a_class_and_a_state_can_be_filtered_for():
    assert shown(RowFilter(label="dog")) == ["2.png"]
    assert shown(RowFilter(state="unreadable")) == ["broken.png"]
    assert shown(RowFilter(label="cat", state="unsure")) == ["b.png"]


def test_an_unreadable_picture_says_why_in_its_row():
    assert (BROKEN.text("verdict"), BROKEN.text("reason")) == ("cannot be read", "It is empty.")
    other = Row(source("pasted"), problem="broken.png cannot be read: it is empty.")
    assert other.text("reason") == other.problem, "of another picture than the row's: said in full"


def test_only_a_doubt_needs_a_reason():
    assert CAT_OR_DOG.text("reason") == CAT_OR_DOG.prediction.verdict.reason
    assert SURE_CAT.text("reason") == ""  # the other columns say it all


def test_the_second_guess_is_shown_with_its_probability():
    assert SURE_CAT.text("second") == "dog, 7.0 %"


@pytest.mark.parametrize("separator", [",", "\t"])
def test_text_holds_every_number_in_full_and_reads_back_exactly(separator):
    rows = list(csv.DictReader(io.StringIO(as_text(ROWS, separator)), delimiter=separator))
    assert len(rows) == len(ROWS)
    nothing = rows[3]
    assert [float(nothing[name]) for name in NAMES] == [THIRD] * 3
    assert (nothing["crop_x"], nothing["crop_y"], nothing["crop_side"]) == ("1", "2", "3")
    assert rows[0]["label"] == "cat"
    assert (rows[0]["verdict"], rows[0]["headline"]) == ("confident", "confident verdict")
    assert float(rows[0]["second_probability"]) == 0.07
    assert rows[4]["error"] == BROKEN.problem
    assert rows[4]["verdict"] == "unreadable"


def test_columns_that_the_command_line_writes_too_are_called_as_there():
    theirs = {*Answer("a.png", SURE_CAT.prediction).as_dict(), "crop_x", "crop_y", "crop_side"}
    ours = set(next(csv.reader(io.StringIO(as_text(ROWS, ",")))))
    assert theirs - ours == {"probabilities", "crop"}, "which the window has in columns of their own"


def test_names_with_separators_and_quotes_survive():
    name = 'a,"b"\tc.png'
    row = Row(source(name), SURE_CAT.prediction)
    assert next(iter(csv.DictReader(io.StringIO(as_text([row])))))["picture"] == name


def test_the_tally_counts_each_state_in_words():
    assert Tally(ROWS).words() == "6 pictures: 2 confident, 1 unsure, 1 unknown, 1 cannot be read, 1 waiting"
    assert Tally([BROKEN]).words() == "1 picture: 1 cannot be read"


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("falling", [True, False])
def test_rows_come_in_the_same_order_whatever_was_known_before(column, falling):
    rows = [*ROWS, replace(SURE_CAT, source=source("11.png"), truth="dog"), SURE_CAT, WAITING]
    fresh = arranged(rows, RowFilter(), column, falling=falling)
    keys = [row.sort_key(column) if place % 2 else None for place, row in enumerate(rows)]
    assert arranged(rows, RowFilter(), column, falling=falling, keys=keys, begin=fresh[::-1]) == fresh
    assert keys == [row.sort_key(column) for row in rows]
    assert fresh.index(0) < fresh.index(rows.index(SURE_CAT, 1)), "of equals the first stays first"


def test_a_tally_kept_while_answers_come_in_is_that_of_the_rows(model):
    for found in ([(0, SURE_CAT.prediction), (4, PictureError("no"))], [(0, CAT_OR_DOG.prediction)]):
        model.put(found)
        assert model.tally.words() == Tally(model.rows).words()
    model.judge(0.5)
    assert model.tally.words() == "6 pictures: 1 confident, 1 cannot be read, 4 waiting"
    model.forget_answers()
    assert model.tally.words() == "6 pictures: 6 waiting"


@pytest.fixture
def model(qtmodeltester):
    made = ResultsModel()
    made.show_rows([Row(row.source) for row in ROWS])
    qtmodeltester.check(made)
    return made


def names_in(model: ResultsModel) -> list[object]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_answers_fill_in_without_moving_rows_until_they_are_rearranged(model, qtbot):
    model.sort(COLUMNS.index("probability"), Qt.SortOrder.DescendingOrder)
    before = names_in(model)
    with qtbot.waitSignal(model.dataChanged):
        model.put([(1, SURE_DOG.prediction), (0, SURE_CAT.prediction), (4, PictureError("no"))])
    assert names_in(model) == before
    model.rearrange()
    assert names_in(model)[:2] == ["10.png", "2.png"]
    assert model.rows[4].problem == "no"


def test_only_the_rows_that_were_answered_are_said_to_have_changed(model):
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, *_: told.append((first.row(), last.row())))
    model.put([(2, CAT_OR_DOG.prediction), (3, NOTHING.prediction)])
    model.sort(COLUMNS.index("name"), Qt.SortOrder.DescendingOrder)
    model.put([(1, SURE_DOG.prediction)])  # 2.png, last of six now
    assert told == [(2, 3), (5, 5)]
    model.set_filter(RowFilter(state="confident"))
    model.put([(0, SURE_CAT.prediction)])  # not shown before rows are rearranged
    assert len(told) == 2


def test_what_may_have_become_of_any_row_is_told_of_all_that_are_shown(model):
    model.put([(place, row.prediction) for place, row in enumerate(ROWS) if row.prediction])
    told: list[tuple[int, int, int]] = []
    model.dataChanged.connect(lambda first, last, *_: told.append((first.row(), last.row(), last.column())))
    for change in (lambda: model.judge(0.99), lambda: model.follow({}), model.forget_answers):
        told.clear()
        change()
        assert told == [(0, len(ROWS) - 1, len(COLUMNS) - 1)], "rows that stay in order are painted anew all the same"


def test_each_heading_sorts_by_its_own_column(model):
    model.put([(place, row.prediction) for place, row in enumerate(ROWS) if row.prediction])
    columns = ("probability", "second", "verdict", "name")
    for column in columns:
        model.sort(COLUMNS.index(column))
        assert [row.source for row in model.shown_rows()] == [
            model.rows[place].source for place in arranged(model.rows, RowFilter(), column, falling=False)
        ]


def test_what_is_current_stays_current_when_rows_move(model):
    index = QPersistentModelIndex(model.index(1, 0))
    model.put([(place, row.prediction) for place, row in enumerate(ROWS) if row.prediction])
    model.sort(COLUMNS.index("name"))
    assert index.data() == "2.png"
    assert index.row() == 0
    model.set_filter(RowFilter(label="cat"))
    assert not index.isValid()


def test_a_new_table_stands_as_it_came_however_the_last_was_sorted(model):
    model.sort(COLUMNS.index("name"), Qt.SortOrder.DescendingOrder)
    model.show_rows([SURE_CAT, BROKEN, SURE_DOG])
    assert names_in(model) == ["10.png", "broken.png", "2.png"]


def test_forgetting_answers_keeps_the_pictures(model):
    model.put([(0, SURE_CAT.prediction)])
    model.forget_answers()
    assert {row.state for row in model.rows} == {"waiting"}
    assert names_in(model) == [row.source.name for row in ROWS]
