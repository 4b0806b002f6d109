"""All sweeps: what each has reached, as a table and as a plot, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cifar_gui.recipe import Recipe
from cifar_gui.runs.axis import label_of
from cifar_gui.runs.sweep_files import SweepState, TrialState
from cifar_gui.ui.icons import icon
from cifar_gui.ui.sweeps.results import Scatter, list_rows, result_rows, scatter_of
from cifar_gui.ui.sweeps.scatter_plot import ScatterPlot
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.columns import Columns
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.text import caption
from cifar_gui.ui.widgets.value_table import ValueTable

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_READING = "Click a point to choose its run, double-click to open it."


class SweepsView(QWidget):
    """Signals: new_wanted(); start_wanted(Path), delete_wanted(SweepState) of the sweep that is chosen;
    run_wanted(Path) when a run is to be shown; recipe_wanted(Recipe) when one is to be trained again or changed."""

    new_wanted = Signal()
    start_wanted = Signal(object)
    delete_wanted = Signal(object)
    run_wanted = Signal(object)
    recipe_wanted = Signal(object)

    def __init__(self, context: Context, views: Segmented) -> None:
        """`views`: what leads to the runs and back, at the end of the row of buttons."""
        super().__init__()
        self._context = context
        self._states: Sequence[SweepState] = ()
        self._wanted: Path | None = None  # to be chosen once it has been read
        self._shown: Path | None = None  # of which sweep the runs are shown
        self.resume, self.new = ShyButton("Resume"), ShyButton("New sweep…")
        self.pause, self.stop, self.delete = ShyButton("Pause"), ShyButton("Stop"), ShyButton("Delete…")
        self.show_run, self.use = ShyButton("Show run"), ShyButton("Use this recipe")
        self.sweeps = ValueTable(spreads=True, sortable=True)
        self.results = ValueTable(spreads=True, sortable=True)
        self.axis = ChoiceField(whole=True)
        self.plot, self.reading = ScatterPlot(), ElidedLabel("caption")
        self.results_panel, self.plot_panel = Panel("Runs of the sweep"), Panel("Accuracy")
        self._lay_out(views)
        self._connect()
        self.show_states([])

    @property
    def current(self) -> SweepState | None:
        """The sweep that is chosen."""
        rows = self.sweeps.chosen_rows
        name = self.sweeps.rows[rows[0]][0].value if rows else None
        return next((state for state in self._states if state.name == name), None)

    @property
    def trial(self) -> TrialState | None:
        """The trial that is chosen."""
        state, rows = self.current, self.results.chosen_rows
        if state is None or not rows:
            return None
        number = self.results.rows[rows[0]][0].value
        return next((each for each in state.trials if each.trial.number == number), None)

    def choose(self, path: Path) -> None:
        """Choose a sweep, as soon as it has been read."""
        self._wanted = path

    def show_states(self, states: Sequence[SweepState]) -> None:
        """All sweeps as they are now; what was chosen stays chosen, and the keyboard where it was."""
        self._states = states
        self.sweeps.renew_rows(*list_rows(states))
        names = [row[0].value for row in self.sweeps.rows]
        if self._wanted is not None and self._wanted.name in names:
            self.sweeps.choose_rows([names.index(self._wanted.name)])
            self._wanted = None
        elif names and not self.sweeps.chosen_rows:
            self.sweeps.choose_rows([0])
        self._show_current()

    def copy(self) -> None:
        """The runs of the sweep as text, or the sweeps where the keyboard is there."""
        (self.sweeps if self.sweeps.hasFocus() else self.results).copy_rows()

    def show_buttons(self) -> None:
        """Allow what is possible now, and say of the rest why it is not."""
        state, sweeps, session = self.current, self._context.sweeps, self._context.session.state
        ours = state is not None and sweeps.path == state.path
        busy = sweeps.why_not()
        none = "There is no sweep yet." if state is None else ""
        done = "All of its runs have ended." if state is not None and state.finished else ""
        damaged = state.problem if state is not None else ""
        begun = state is not None and bool(state.runs)
        self.resume.setText("Resume" if begun else "Start")
        self.pause.setText("Go on" if ours and session == "paused" else "Pause")
        self.pause.setIcon(icon("play" if ours and session == "paused" else "pause"))
        idle = none or "This sweep is not under way."
        waiting = "" if session in ("running", "paused") else "The next run is being prepared."
        begins = (self, self.resume, self.pause, self.stop, self.delete)
        focused = next((each for each in begins if each.hasFocus()), None)
        for button, tip, why_not in (
            (self.resume, "Train what is left of this sweep", none or damaged or done or busy),
            (self.pause, "Wait before the next batch, or go on", waiting if ours else idle),
            (self.stop, "Save the run under way and stop; it can be resumed", "" if ours else idle),
            (
                self.delete,
                "Delete this sweep, with its runs or without them",
                none or ("Stop it first." if ours else ""),
            ),
            (self.new, "Vary settings of a recipe", ""),
        ):
            button.setEnabled(not why_not)
            button.setToolTip(why_not or tip)
        for widget, visible in ((self.resume, not ours), (self.pause, ours), (self.stop, ours)):
            widget.setVisible(visible)
        if focused is self or (focused is not None and not _can_be_pressed(focused)):
            self._keep_keyboard()
        self._show_trial_buttons()

    def _keep_keyboard(self) -> None:
        """Between two runs nothing can be paused: Qt would hand the keyboard to Stop, and who presses Space once more
        would end the sweep. It waits here for Pause to come back."""
        next((each for each in (self.pause, self.resume) if _can_be_pressed(each)), self).setFocus()

    # What is shown

    def _show_current(self) -> None:
        """The chosen sweep; the chosen trial stays chosen if it is one of it."""
        state = self.current
        same, self._shown = state is not None and self._shown == state.path, state.path if state is not None else None
        show = self.results.renew_rows if same else self.results.show_rows  # trials of any have the same numbers
        show(*(result_rows(state) if state is not None else ([], [])))
        axes = state.sweep.axes if state is not None and state.sweep is not None else ()
        self.axis.set_options((str(place), label_of(axis.setting)) for place, axis in enumerate(axes))
        self.axis.setVisible(len(axes) > 1)
        self.results_panel.set_title(f"Runs of {state.name}" if state is not None else "Runs of the sweep")
        self._draw(renewed=same)
        self._on_trial()
        self.show_buttons()

    def _draw(self, *, renewed: bool = False) -> None:
        state = self.current
        scatter = Scatter() if state is None else scatter_of(state, int(self.axis.raw() or 0))
        self.plot.show_scatter(scatter, renewed=renewed)

    def _on_trial(self) -> None:
        trial = self.trial
        self.plot.mark(trial.trial.number if trial is not None else 0)
        self._show_trial_buttons()

    def _show_trial_buttons(self) -> None:
        trial = self.trial
        none = "Choose a run in the table or in the plot." if trial is None else ""
        waiting = "It has not been trained yet." if trial is not None and trial.run is None else ""
        self.show_run.setEnabled(not (none or waiting))
        self.show_run.setToolTip(none or waiting or "Its curves, notes and networks, among all runs")
        self.use.setEnabled(not none)
        self.use.setToolTip(none or "Put these settings into the recipe on the Train page")

    # What is done

    def _choose_trial(self, number: int) -> None:
        numbers = [row[0].value for row in self.results.rows]
        if number in numbers:
            self.results.choose_rows([numbers.index(number)])
            self._on_trial()

    def _with_current(self, do: Callable[[SweepState], object]) -> None:
        if (state := self.current) is not None:
            do(state)

    def _on_pause(self) -> None:
        session = self._context.session
        if session.state == "paused":
            session.resume()
        else:
            session.pause()

    def _on_show_run(self) -> None:
        if self.trial is not None and self.trial.run is not None:
            self.run_wanted.emit(self.trial.run.path)

    def _on_use(self) -> None:
        if self.trial is not None:
            recipe: Recipe = self.trial.trial.recipe
            self.recipe_wanted.emit(recipe)

    # Building

    def _lay_out(self, views: Segmented) -> None:
        symbols = {
            "resume": "play", "pause": "pause", "stop": "stop", "new": "plus", "delete": "trash", "show_run": "runs",
            "use": "copy",
        }  # fmt: skip
        for name, symbol in symbols.items():
            button: ShyButton = getattr(self, name)
            button.setObjectName(f"sweeps.{name}")
            button.setIcon(icon(symbol, "on_accent") if name == "resume" else icon(symbol))
        self.resume.setProperty("primary", True)
        top = Panel()
        top.body.addWidget(
            ControlBar([self.resume, self.pause, self.stop, self.new, self.delete], [views], breaks=True)
        )
        self.sweeps.setObjectName("sweeps.table")
        self.sweeps.setAccessibleName("Sweeps")
        self.sweeps.setSelectionMode(ValueTable.SelectionMode.SingleSelection)
        top.body.addWidget(self.sweeps, 1)
        self.results.setObjectName("sweeps.results")
        self.results.setAccessibleName("Runs of the sweep")
        self.results.setSelectionMode(ValueTable.SelectionMode.SingleSelection)
        for button in (self.show_run, self.use):
            self.results_panel.header.addWidget(button)
        self.results_panel.body.addWidget(self.results, 1)
        self.results_panel.body.addWidget(
            caption(
                "Accuracy: of the held-out pictures, after the best epoch. The test pictures are left alone.", wrap=True
            )
        )
        self.axis.setAccessibleName("Setting on the axis")
        self.plot_panel.header.addWidget(self.axis)
        self.plot_panel.explain("runs#sweeps", "the results of a sweep")
        self.plot_panel.body.addWidget(self.plot, 1)
        self.plot_panel.body.addWidget(self.reading)
        self.reading.setText(_READING)
        self.columns = Columns(None, self.results_panel, self.plot_panel, widths=(0, 400))
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setHandleWidth(2 * SPACING)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(top)
        splitter.addWidget(self.columns)
        splitter.setSizes([px(220), px(440)])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _connect(self) -> None:
        self.new.clicked.connect(self.new_wanted)
        self.resume.clicked.connect(lambda: self._with_current(lambda state: self.start_wanted.emit(state.path)))
        self.delete.clicked.connect(lambda: self._with_current(self.delete_wanted.emit))
        self.pause.clicked.connect(self._on_pause)
        self.stop.clicked.connect(self._context.sweeps.stop)
        self.show_run.clicked.connect(self._on_show_run)
        self.use.clicked.connect(self._on_use)
        self.sweeps.rows_chosen.connect(lambda _rows: self._show_current())
        self.results.rows_chosen.connect(lambda _rows: self._on_trial())
        self.results.doubleClicked.connect(lambda _index: self._on_show_run())
        self.axis.edited.connect(lambda: self._draw())
        self.plot.chosen.connect(self._choose_trial)
        self.plot.opened.connect(lambda _trial: self._on_show_run())
        self.plot.read.connect(lambda words: self.reading.setText(words or _READING))


def _can_be_pressed(button: QWidget) -> bool:
    return button.isEnabled() and button.isVisible()
