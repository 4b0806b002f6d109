"""The curves of earlier runs under those of the one on show: two for each, in the colour and with the shape of its
place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt

from cifar_gui.training.history import History
from cifar_gui.ui.train.laid_under import MOST
from cifar_gui.ui.widgets.curves import smoothed
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle

LOOKS = (
    ("run_1", "square"),
    ("run_2", "triangle"),
    ("run_3", "diamond"),
    ("run_4", "wedge"),
    ("run_5", "bar"),
    ("run_6", "star"),
)
"""Colour and shape of the run at each place."""

_EMPTY = np.empty(0)
_SMOOTHING = 0.8  # lightly, so that a training curve does not hide those above it


@dataclass(frozen=True, eq=False)
class EarlierRun:
    """A run to be laid under: its place, its number and its history."""

    place: int
    number: str
    history: History


def add_earlier_curves(plot: Plot) -> None:
    """Two curves for each place, without points as yet."""
    for place, (colour, shape) in enumerate(LOOKS):
        for key, line in zip(_keys(place), (Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine), strict=True):
            plot.add_curve(key, CurveStyle(key, colour, line, under=True, shape=shape))


def set_earlier_curves(plot: Plot, measure: str, runs: Sequence[EarlierRun]) -> None:
    """These runs and no others; `measure` is "loss" or "accuracy". A run's name stands at the end of its validation,
    or of its training if there was none."""
    by_place = {run.place: run for run in runs}
    for place in range(MOST):
        train, validation = _keys(place)
        run = by_place.get(place)
        if run is None:
            plot.set_curve(train, _EMPTY, _EMPTY)
            plot.set_curve(validation, _EMPTY, _EMPTY)
            continue
        steps, epochs = run.history.steps, run.history.epochs
        validated = epochs[f"validation_{measure}"]
        has_validation = bool(np.isfinite(validated).any())
        plot.relabel(train, "training", run.number, "" if has_validation else run.number)
        plot.relabel(validation, "validation", run.number, run.number)
        plot.set_curve(train, steps["epoch"], smoothed(steps[measure], _SMOOTHING))
        plot.set_curve(validation, epochs["epoch"], validated)


def earlier_reach(plot: Plot) -> float:
    """The last epoch that any of them has come to; 0 without any."""
    points = (plot.canvas.points[key] for place in range(MOST) for key in _keys(place))
    return max((float(each.x[-1]) for each in points if len(each.x)), default=0.0)


def _keys(place: int) -> tuple[str, str]:
    """The names of a place's curves: training, validation."""
    return f"earlier_{place + 1}_train", f"earlier_{place + 1}_validation"
