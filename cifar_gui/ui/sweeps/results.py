"""What came of a sweep, as rows of a table and as points of a plot. Free of Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cifar_gui.runs.axis import Axis, label_of
from cifar_gui.runs.sweep_files import SweepState, TrialState
from cifar_gui.ui.runs.rows import STATUS_WORDS, epochs_words, time_words
from cifar_gui.ui.widgets.curves import log_ticks, nice_ticks, sparse
from cifar_gui.ui.widgets.value_table import Cell
from cifar_gui.words import NOTHING, grouped, percent, value_words

_WIDE = 10
"""A list of values is drawn on a logarithmic axis from this ratio of the largest to the smallest on."""

_AIR = 0.06


@dataclass(frozen=True, slots=True)
class Dot:
    """A trial in the plot."""

    trial: int  # its number
    x: float  # 0–1 from left to right
    accuracy: float
    words: str  # all there is to say of it
    best: bool = False


@dataclass(frozen=True, slots=True)
class Scatter:
    """Accuracy against one setting."""

    label: str = ""  # of the setting
    dots: tuple[Dot, ...] = ()  # from left to right
    ticks: tuple[tuple[float, str], ...] = ()  # where on the x axis, 0–1, and what stands there
    low: float = 0.0  # of the accuracies shown
    high: float = 1.0


def list_rows(states: Sequence[SweepState]) -> tuple[list[str], list[list[Cell]]]:
    """Titles and rows of the table of all sweeps."""
    return ["Sweep", "Varied", "Search", "Done", "Best", "Run"], [_list_row(state) for state in states]


def _list_row(state: SweepState) -> list[Cell]:
    if state.sweep is None:
        why = Cell("damaged", "damaged", state.problem)
        unknown = (Cell(value, NOTHING) for value in ("", None, None, ""))
        return [Cell(state.name, state.name, state.problem, bold=True), why, *unknown]
    varied = ", ".join(label_of(axis.setting) for axis in state.sweep.axes)
    best, number = state.best, ""
    if best is not None and best.run is not None:
        number = best.run.number
    accuracy = None if best is None else best.accuracy
    return [
        Cell(state.name, state.name, state.name, bold=True),
        Cell(varied, varied, varied),
        Cell(state.sweep.search, state.sweep.search),
        Cell(state.done / len(state.trials), f"{state.done} of {len(state.trials)}"),
        Cell(-1.0 if accuracy is None else accuracy, percent(accuracy)),
        Cell(number, number or NOTHING),
    ]


def result_rows(state: SweepState) -> tuple[list[str], list[list[Cell]]]:
    """Titles and rows of one sweep's trials. The first cell is the trial's number."""
    if state.sweep is None:
        return [], []
    labels = [label_of(axis.setting) for axis in state.sweep.axes]
    titles = ["Trial", "Run", *labels, "Accuracy", "Status", "Epochs", "Time"]
    best = state.best
    return titles, [_result_row(each, is_best=each is best) for each in state.trials]


def _result_row(each: TrialState, *, is_best: bool) -> list[Cell]:
    run = each.run
    status = "waiting" if run is None else STATUS_WORDS[run.status]
    note = "" if run is None else run.record.message
    figures = ("", NOTHING, NOTHING) if run is None else (run.number, epochs_words(run), time_words(run))
    return [
        Cell(each.trial.number, str(each.trial.number), muted=True),
        Cell(figures[0], figures[0] or NOTHING),
        *(_value_cell(value) for value in each.trial.values),
        Cell(-1.0 if each.accuracy is None else each.accuracy, percent(each.accuracy, 2), bold=is_best),
        Cell(status, status, note, muted=run is None),
        Cell(0 if run is None else run.epochs_done, figures[1]),
        Cell(0.0 if run is None else run.seconds, figures[2]),
    ]


def _value_cell(value: object) -> Cell:
    words = value_words(value)
    return Cell(value if isinstance(value, int | float) and not isinstance(value, bool) else words, words)


def scatter_of(state: SweepState, place: int) -> Scatter:
    """Accuracy against the axis at `place`: numbers at their places, logarithmic where they were drawn so or reach
    far, and everything else side by side."""
    if state.sweep is None:
        return Scatter()
    axis = state.sweep.axes[place]
    shown = [(each, each.accuracy) for each in state.trials if each.accuracy is not None]
    all_values = [each.trial.values[place] for each in state.trials]
    place_of, ticks = _numeric(axis, all_values) if _is_numeric(all_values) else _side_by_side(all_values)
    best = state.best
    dots = [
        Dot(each.trial.number, place_of[each.trial.values[place]], accuracy, words_of(state, each), each is best)
        for each, accuracy in shown
    ]
    dots.sort(key=lambda dot: (dot.x, dot.accuracy))
    accuracies = [accuracy for _each, accuracy in shown] or [0.0, 1.0]
    air = _AIR * (max(accuracies) - min(accuracies)) or 0.02
    low, high = max(min(accuracies) - air, 0.0), min(max(accuracies) + air, 1.0)
    return Scatter(label_of(axis.setting), tuple(dots), tuple(ticks), low, high)


def words_of(state: SweepState, each: TrialState) -> str:
    """ "Run 0007: 43.2 %, learning rate 0.01, optimiser Adam"."""
    axes = state.sweep.axes if state.sweep is not None else ()
    pairs = zip(axes, each.trial.values, strict=True)
    values = ", ".join(f"{label_of(axis.setting).lower()} {value_words(value)}" for axis, value in pairs)
    number = "" if each.run is None else f"Run {each.run.number}: "
    return f"{number}{percent(each.accuracy, 2)}, {values}"


_Places = tuple[dict[object, float], list[tuple[float, str]]]


def _is_numeric(values: Sequence[object]) -> bool:
    return len(set(values)) > 1 and all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)


def _side_by_side(values: Sequence[object]) -> _Places:
    kinds = list(dict.fromkeys(values))
    places = {value: (place + 0.5) / len(kinds) for place, value in enumerate(kinds)}
    return places, [(at, value_words(value)) for value, at in places.items()]


def _numeric(axis: Axis, values: Sequence[object]) -> _Places:
    numbers = [float(each) for each in values if isinstance(each, int | float)]
    low, high = (axis.low, axis.high) if axis.is_range else (min(numbers), max(numbers))
    logarithmic = low > 0 and (axis.logarithmic if axis.is_range else high / low >= _WIDE)

    def seen(value: float) -> float:
        return math.log10(value) if logarithmic else value

    reach = seen(high) - seen(low)

    def at(value: float) -> float:
        return _AIR + (1 - 2 * _AIR) * (seen(value) - seen(low)) / reach

    if not axis.is_range and len(set(numbers)) <= 6:
        marks = sorted(set(numbers))  # what was tried, and nothing between
    else:
        marks = sparse(log_ticks(low, high), 7) if logarithmic else nice_ticks(low, high, 7)
    return {value: at(float(value)) for value in values if isinstance(value, int | float)}, [
        (at(each), grouped(each)) for each in marks
    ]
