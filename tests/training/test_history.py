"""The curves of a run: in memory, as CSV, and back."""

from __future__ import annotations

import numpy as np
import pytest

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import CheckpointError
from cifar_gui.training import history as history_module
from cifar_gui.training.events import EpochReport, Paused, StepReport
from cifar_gui.training.history import CSV_COLUMNS, History, csv_line

SNAPSHOT = ModelSnapshot(ModelCard("simple", ("a", "b"), CENTRED), {})


def step(number: int) -> StepReport:
    return StepReport(number, number / 10, 2.3 / number, 0.1 * number, 1 / 3, 1234.5)


def epoch(number: int, validation: float | None = 0.5) -> EpochReport:
    return EpochReport(number, number * 10, 1.1, 0.6, validation, validation, 0.1, True, SNAPSHOT, 4.5, 999.0)


@pytest.fixture
def history() -> History:
    made = History()
    for event in (step(5), step(10), epoch(1), step(15), Paused(15, 0.1), step(20), epoch(2, None)):
        made.record(event)
    return made


def test_columns_are_float_arrays_with_nan_where_there_is_no_value(history):
    assert history.steps["step"].tolist() == [5, 10, 15, 20]
    assert history.epochs["validation_accuracy"][0] == 0.5
    assert np.isnan(history.epochs["validation_loss"][1])
    assert history.steps["loss"].dtype == np.float64


def test_columns_grow_by_the_new_rows_only_and_those_given_out_stay_as_they_are(history, monkeypatch):
    earlier, kept = history.steps, history.steps["step"].copy()
    counted = []
    original = history_module._columns
    monkeypatch.setattr(
        history_module, "_columns", lambda rows, names: counted.append(len(rows)) or original(rows, names)
    )
    assert history.steps["step"] is earlier["step"]
    history.record(step(25))
    history.record(step(30))
    assert history.steps["step"].tolist() == [5, 10, 15, 20, 25, 30]
    assert history.steps["loss"].flags.c_contiguous
    assert counted == [2]
    np.testing.assert_array_equal(earlier["step"], kept)


def test_csv_brings_back_every_digit(history):
    again = History.from_csv(history.to_csv())
    assert again.step_rows == history.step_rows
    np.testing.assert_array_equal(again.epoch_rows, history.epoch_rows)


def test_lines_appended_one_by_one_are_the_same_file(history):
    events = (step(5), step(10), epoch(1), step(15), step(20), epoch(2, None))
    grown = "\n".join([",".join(CSV_COLUMNS), *map(csv_line, events)]) + "\n"
    assert grown == history.to_csv()


def test_a_torn_last_line_is_dropped_and_a_damaged_one_is_named(history):
    text = history.to_csv()
    assert History.from_csv(text[:-5]).epochs["step"].tolist() == [10]
    with pytest.raises(CheckpointError, match=r"curves\.csv is damaged at line 3"):
        History.from_csv(text.replace("step,10", "stop,10"), "curves.csv")


@pytest.mark.parametrize("step", ["", "inf", "1e999", "nan", "-5", "1e30"])
def test_a_line_without_a_place_in_the_run_is_damaged(history, step):
    with pytest.raises(CheckpointError, match="line 3"):
        History.from_csv(history.to_csv().replace("step,10", f"step,{step}"))


def test_history_up_to_a_step_forgets_what_came_later(history):
    earlier = history.up_to(10)
    assert earlier.steps["step"].tolist() == [5, 10]
    assert earlier.epochs["epoch"].tolist() == [1]


def test_who_changes_the_columns_in_hand_changes_nothing_else(history):
    history.steps.clear()
    assert history.steps["step"].tolist() == [5, 10, 15, 20]


def test_whole_numbers_and_others_are_written_shortest(history):
    assert csv_line(step(10)) == "step,10,1,0.22999999999999998,1,0.3333333333333333,1234.5,,,,,"
    assert csv_line(epoch(2, None)) == "epoch,20,2,,,0.1,999,1.1,0.6,,,4.5"


def test_an_empty_history_has_empty_columns():
    assert History().steps["loss"].tolist() == []
    assert History.from_csv(History().to_csv()).epoch_rows == []
