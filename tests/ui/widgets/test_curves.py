"""Arithmetic on curves, against examples and against slow, plain versions."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

from cifar_gui.ui.widgets.curves import (
    Points,
    as_csv,
    as_rows,
    at,
    in_words,
    log_range,
    log_ticks,
    nice_ticks,
    padded_range,
    smoothed,
    sparse,
    spread,
    thinned,
)


def curve(x, y, label="training") -> Points:
    return Points(label, np.array(x, float), np.array(y, float))


@pytest.mark.parametrize("count", [10, 4000, 4001, 9999, 123_457])
def test_thinning_keeps_to_the_limit_and_loses_no_peak(count):
    x = np.arange(count, dtype=float)
    y = np.sin(x)
    y[count // 3], y[count // 2] = 50.0, -70.0
    thin_x, thin_y = thinned(x, y, 4000)
    assert len(thin_x) == len(thin_y) <= 4000
    assert (thin_y.max(), thin_y.min()) == (50.0, -70.0)
    assert (np.diff(thin_x) >= 0).all()
    assert thin_x[-1] >= x[-1] - count / 2000


@pytest.mark.parametrize("count", [4001, 10_001, 123_457])
def test_a_thinned_curve_ends_where_the_whole_one_does(count):
    x = np.arange(count, dtype=float)
    thin_x, thin_y = thinned(x, x / 2, 4000)
    assert (thin_x[0], thin_y[0], thin_x[-1], thin_y[-1]) == (0.0, 0.0, count - 1, (count - 1) / 2)


@pytest.mark.parametrize("count", [6000, 10_002])
def test_no_point_is_drawn_twice_and_none_beyond_the_limit(count):
    x = np.arange(count, dtype=float)
    assert (np.diff(thinned(x, x, 4000)[0]) > 0).all()
    restless = np.sin(x)
    restless[-3:] = 2.0, -2.0, 0.0  # the last stretch does not end with an extreme
    thin_x, _ = thinned(x, restless, 4000)
    assert len(thin_x) <= 4000
    assert (np.diff(thin_x) > 0).all()


def test_a_gap_does_not_hide_the_peaks_beside_it():
    x, y = np.arange(9000.0), np.zeros(9000)
    y[4501:4504] = 50.0, math.nan, -70.0
    thin_y = thinned(x, y, 4000)[1]
    assert (thin_y.max(), thin_y.min()) == (50.0, -70.0)


def test_a_short_curve_is_left_as_it_is():
    x, y = np.arange(3.0), np.array([1.0, math.nan, 2.0])
    assert thinned(x, y)[1] is y
    assert thinned(x, y, 3)[1] is y
    assert smoothed(np.empty(0), 0.5).tolist() == []


def test_smoothing_starts_at_the_first_value_and_keeps_a_constant():
    assert smoothed(np.full(20, 3.0), 0.9) == pytest.approx(np.full(20, 3.0))
    assert smoothed(np.array([2.0, 4.0]), 0.5).tolist() == pytest.approx([2.0, (0.5 * 0.5 * 2 + 0.5 * 4) / 0.75])


def test_smoothing_passes_over_what_is_no_number():
    result = smoothed(np.array([1.0, math.nan, 1.0]), 0.9)
    assert math.isnan(result[1])
    assert result[2] == pytest.approx(1.0)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.13, 0.94), (-3, 2500), (1e-6, 2e-6), (0, 8)])
def test_ticks_are_round_evenly_spaced_and_inside(low, high):
    ticks = nice_ticks(low, high, 6)
    assert 2 <= len(ticks) <= 6
    assert all(low - 1e-12 <= tick <= high + 1e-12 for tick in ticks)
    assert np.ptp(np.diff(ticks)) == pytest.approx(0, abs=1e-9 * (high - low))


def test_eight_epochs_are_marked_one_by_one():
    assert nice_ticks(0, 8, 10) == [0, 1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("reach", "ticks"), [((1, 2), [1, 2]), ((1, 4), [1, 2, 3, 4]), ((0.9, 12), list(range(1, 13))), ((1.2, 1.4), [])]
)
def test_ticks_can_be_held_to_whole_numbers(reach, ticks):
    assert nice_ticks(*reach, 12, whole=True) == ticks


@pytest.mark.parametrize(
    ("low", "high", "ticks"), [(1.0, 1.0, [1.0]), (math.nan, 1.0, []), (0.0, math.inf, [0.0]), (2.0, 1.0, [2.0])]
)
def test_a_range_without_extent_has_at_most_one_tick(low, high, ticks):
    assert nice_ticks(low, high) == ticks


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0, 10, 5, [0, 2.5, 5, 7.5, 10]),
        (0, 5, 6, [0, 1, 2, 3, 4, 5]),  # as many as there may be
        (0.1, 0.7, 7, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),  # both ends, however 0.1 is rounded
        (0, 10, 1, [0]),
    ],
)
def test_ticks_are_as_many_as_there_may_be_and_written_as_they_are_meant(low, high, most, ticks):
    assert nice_ticks(low, high, most) == ticks


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (1, 100, [1, 2, 5, 10, 20, 50, 100]),  # both ends
        (1, 1000, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
        (1, 10_000, [1, 10, 100, 1000, 10_000]),
    ],
)
def test_many_powers_of_ten_go_without_what_is_between(low, high, ticks):
    assert log_ticks(low, high) == ticks


def test_logarithmic_ticks_are_one_two_and_five():
    assert log_ticks(0.04, 3) == pytest.approx([0.05, 0.1, 0.2, 0.5, 1, 2])


def test_the_range_has_air_but_does_not_sink_below_its_floor():
    low, high = padded_range([curve([0, 1], [0.0, 2.0])], floor=0.0)
    assert low == 0.0
    assert 2.0 < high < 2.3


@pytest.mark.parametrize(("value", "reach"), [(5.0, (4.5, 5.5)), (-5.0, (-5.5, -4.5)), (0.0, (-0.1, 0.1))])
def test_a_flat_curve_has_air_too(value, reach):
    assert padded_range([curve([0, 1], [value, value])]) == pytest.approx(reach)


def test_a_floor_is_not_where_every_axis_begins():
    assert padded_range([curve([0, 1], [1.0, 2.0])], floor=0.0) == pytest.approx((0.94, 2.06))


def test_the_range_of_nothing_is_nothing():
    assert padded_range([curve([], []), curve([1], [math.nan])]) is None


def test_the_logarithmic_range_is_that_of_the_positive_values():
    low, high = log_range([curve([0, 1, 2], [0.0, 0.01, 100.0]), curve([], [])])
    assert (low, high) == pytest.approx((-2, 2), abs=0.1)
    assert log_range([curve([0], [-1.0])]) == pytest.approx((-1, 0), abs=0.1)
    assert log_range([curve([0], [1.0])]) == pytest.approx((-0.05, math.log10(1.2) + 0.05))


def test_a_value_is_read_at_the_nearest_point_that_has_one():
    assert at(curve([0, 1, 2], [5, math.nan, 7]), 1.1) == (2.0, 7.0)
    assert at(curve([], []), 0) is None


def test_the_words_name_start_end_and_extremes():
    text = in_words("Loss", [curve([0, 1, 2], [2.0, 0.5, 1.0])], "{:.1f}".format, "epoch")
    assert text == (
        "Loss. training: 3 points, from 2.0 at epoch 0 to 1.0 at epoch 2; lowest 0.5 at 1, highest 2.0 at 0."
    )
    assert in_words("Loss", [], str, "epoch") == "Loss. No data yet."
    few = [curve([2, 3], [0.5, math.nan]), curve([1], [math.nan], "nothing")]
    assert in_words("Loss", few, "{:.1f}".format, "epoch") == "Loss. training: 0.5 at epoch 2."


def test_rows_stand_side_by_side_with_gaps():
    xs, rows = as_rows([curve([0.5, 1], [3, 2]), curve([1], [9], "validation")])
    assert xs == [0.5, 1.0]
    assert rows == [[3.0, None], [2.0, 9.0]]


def test_the_csv_gives_every_number_back_exactly():
    values = [1 / 3, math.pi]
    text = as_csv([curve([0.1, 0.2], values)], "epoch")
    header, *rows = csv.reader(io.StringIO(text))
    assert header == ["epoch", "training"]
    assert [float(row[1]) for row in rows] == values


def test_labels_move_apart_and_stay_inside():
    placed = spread([50, 52, 10], gap=14, low=0, high=100)
    assert placed[2] == 10
    assert placed[1] - placed[0] == pytest.approx(14)
    assert spread([-5, 120], gap=14, low=0, high=100) == [0, 100]
    assert spread([95, 90], gap=14, low=0, high=100) == [100, 86]
    crowded = spread([99, 99, 99], gap=14, low=0, high=100)
    assert sorted(crowded) == pytest.approx([72, 86, 100])


@pytest.mark.parametrize(
    ("most", "kept"), [(9, [1, 2, 3, 4, 5]), (5, [1, 2, 3, 4, 5]), (4, [1, 3, 5]), (2, [1, 4]), (1, [1]), (0, [1])]
)
def test_too_many_ticks_are_thinned_out_evenly(most, kept):
    assert sparse([1, 2, 3, 4, 5], most) == kept
