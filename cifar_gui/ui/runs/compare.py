"""The curves of the selected runs, one over the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QToolButton

from cifar_gui.training.history import History
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.words import exact_percent, loss_on_axis, loss_words, percent

_SOLID, _DASH, _DOT = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine
STYLES = (
    ("accent", _SOLID), ("doubt", _DASH), ("good", Qt.PenStyle.DashDotLine), ("bad", _DOT), ("text", _DASH),
    ("muted", _SOLID),
)  # fmt: skip
"""Colour and line of the first run, the second …: as many can be told apart."""

MEASURES = {"accuracy": "Accuracy", "loss": "Loss"}


@dataclass(frozen=True, eq=False)
class RunCurves:
    """A run's number and its history."""

    number: str
    history: History


class ComparePanel(Panel):
    """Validation accuracy or loss of up to six runs; a run without validation shows its training curve."""

    def __init__(self) -> None:
        super().__init__("Curves")
        self.measure = Segmented(MEASURES.items())
        self.note = ElidedLabel("caption")
        self._plots = {
            "accuracy": Plot("Accuracy", form=percent, tick_form=exact_percent, floor=0.0),
            "loss": Plot("Loss", form=loss_words, tick_form=loss_on_axis, floor=0.0),
        }
        self._stack = QStackedWidget()
        self._export = QToolButton()
        self._lay_out()
        self.show_runs([], 0)

    @property
    def plot(self) -> Plot:
        """The one in front."""
        return self._plots[self.measure.current]

    def show_runs(self, runs: Sequence[RunCurves], selected: int) -> None:
        """Draw these runs; `selected` is how many there are, also those without epochs or beyond what can be drawn."""
        for measure, plot in self._plots.items():
            for place in range(len(STYLES)):
                run = runs[place] if place < len(runs) else None
                x, y, label = _curve(run, measure)
                plot.relabel(str(place), label)
                plot.set_curve(str(place), x, y)
            ends = [float(run.history.epochs["epoch"].max(initial=1.0)) for run in runs]
            last = max(ends, default=1.0)
            plot.set_ranges((1.0 if last > 1 else 0.0, last))
            plot.set_empty_text("No epoch has been finished." if selected else "Select runs to see their curves.")
            plot.refresh()
        self.note.setText(_note(len(runs), selected))

    def choose(self, measure: str) -> None:
        """Show "accuracy" or "loss"."""
        self.measure.choose(measure)
        self._on_measure(self.measure.current)

    def _on_measure(self, measure: str) -> None:
        self._stack.setCurrentWidget(self._plots[measure])
        self._export.setMenu(self._plots[measure].menu(self._export))

    def _lay_out(self) -> None:
        for measure, plot in self._plots.items():
            plot.setObjectName(f"runs.{measure}_plot")
            plot.setMinimumSize(px(260), px(120))
            for place, (colour, line) in enumerate(STYLES):
                plot.add_curve(str(place), CurveStyle("", colour, line))
            self._stack.addWidget(plot)
        self._export.setProperty("flat", True)
        self._export.setIcon(icon("export"))
        self._export.setToolTip("Copy, save or read the numbers of this plot")
        self._export.setAccessibleName("Curves: copy, save, show as table")
        self._export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.fill_header(self.note)
        self.header.addWidget(self.measure)
        self.header.addWidget(self._export)
        self.header.addWidget(HelpButton("runs#comparing", "how runs are compared"))
        explained_by(self, "runs#comparing")
        self.body.addWidget(self._stack, 1)
        self.measure.chosen.connect(self._on_measure)
        self._on_measure("accuracy")


def _curve(run: RunCurves | None, measure: str) -> tuple[np.ndarray, np.ndarray, str]:
    """Epochs, values and label of one curve; empty without a run."""
    if run is None:
        return np.empty(0), np.empty(0), ""
    epochs = run.history.epochs
    validation = epochs[f"validation_{measure}"]
    if np.isfinite(validation).any():
        return epochs["epoch"], validation, run.number
    return epochs["epoch"], epochs[f"train_{measure}"], f"{run.number} training"


def _note(shown: int, selected: int) -> str:
    """Which of the selected runs are drawn: no more than can be told apart, and none that has no epoch."""
    if selected <= shown:
        return "validation" if shown else ""
    drawn = f"{shown} of {selected} selected runs"
    if selected > len(STYLES):
        return drawn
    others = "the other has no epoch yet" if selected - shown == 1 else "the others have no epoch yet"
    return f"{drawn}; {others}" if shown else "no epoch yet"
