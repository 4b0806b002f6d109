"""The sweeps on the Runs page show what is chosen of them, whatever has been shown and chosen before."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from cifar_gui.networks.base import presets
from cifar_gui.runs import RunSummary
from cifar_gui.runs.axis import Axis
from cifar_gui.runs.record import RunRecord
from cifar_gui.runs.sweep import RANDOM, Sweep
from cifar_gui.runs.sweep_files import SweepState, TrialState
from cifar_gui.ui.runs.commands import VIEWS
from cifar_gui.ui.sweeps.view import SweepsView
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.value_table import ValueTable

from ..in_words import in_words

STEPS = 22
BEST = presets("simple")["best"].changed(data="shapes", epochs=3)
SWEEPS = {
    "rates": Sweep(BEST, (Axis("lr", (0.001, 0.01)), Axis("flip", ("none", "random")))),
    "again": Sweep(BEST, (Axis("lr", (0.001, 0.01)), Axis("crop", (0, 4)))),
    "seeds": Sweep(BEST, (Axis("seed", (0, 1, 2)),)),
    "drawn": Sweep(BEST, (Axis("lr", low=0.01, high=1.0, logarithmic=True),), RANDOM, 4),
}
BEGUN = Path("sweeps")


def state(name: str, *trained: tuple[str, float | None]) -> SweepState:
    """A sweep of which the first trials have a run: a status, and an accuracy once there is one."""
    runs = [
        RunSummary(
            path=Path(f"runs/{number:04}"),
            number=f"{number:04}",
            name="",
            notes="",
            recipe=BEST,
            record=RunRecord(
                status,
                epochs_done=number % 3,
                epochs_planned=3,
                best_accuracy=accuracy,
                seconds=number,
                message="Out of memory." if status == "failed" else "",
            ),
            status=status,
            kept_epochs=(),
        )
        for number, (status, accuracy) in enumerate(trained, start=1)
    ]
    trials = SWEEPS[name].trials()
    made = (TrialState(each, runs[at] if at < len(runs) else None) for at, each in enumerate(trials))
    return SweepState(BEGUN / name, SWEEPS[name], tuple(made))


DONE = ("completed", 0.5), ("completed", 0.3), ("early", 0.7), ("completed", 0.6)
STATES = {
    "rates": [state("rates"), state("rates", ("running", 0.2)), state("rates", *DONE[:2], ("failed", None))],
    "again": [state("again"), state("again", ("running", 0.1)), state("again", *DONE)],
    "seeds": [state("seeds", ("running", 0.4)), state("seeds", ("running", 0.45)), state("seeds", *DONE[1:4])],
    "drawn": [state("drawn", ("diverged", 0.1)), state("drawn", *DONE)],
    "broken": [SweepState(BEGUN / "broken", None, problem="sweep.toml makes no sense.")],
}
"""By name, each as it may be found when the sweeps are read."""


@dataclass
class Chosen:
    """What was chosen last, in the order in which a new view is told."""

    states: Sequence[SweepState] = ()
    name: str = ""  # of the sweep
    trial: int = 0
    read: int = 0  # the trial of the point that is read
    axis: int = 0  # its place
    sorted_by: dict[str, tuple[int, Qt.SortOrder]] = field(default_factory=dict)


def row_of(table: ValueTable, value: object) -> int:
    return [row[0].value for row in table.rows].index(value)


class Wanderer:
    """A view, and what a new one has to be told to be where it is."""

    def __init__(self, context: Any, view: SweepsView, chance: random.Random, qtbot: Any) -> None:
        self.context, self.view, self.chance, self.qtbot = context, view, chance, qtbot
        self.chosen = Chosen()

    def actions(self) -> list[Callable[[], object]]:
        return [
            self.read_states, self.choose_sweep, self.choose_sweep, self.choose_trial, self.choose_trial,
            self.read_point, self.read_point, self.choose_axis, self.sort, self.go_on, self.click_point,
            self.leave_plot,
        ]  # fmt: skip

    def read_states(self) -> None:
        """The sweeps are read anew: some have come farther, some are gone."""
        chosen, before = self.chosen, self.chosen.name
        names = [each.name for each in chosen.states]
        if not names or self.chance.random() < 0.4:
            names = self.chance.sample(list(STATES), self.chance.choice([0, 2, 3, 4, 5]))
        chosen.states = [self.chance.choice(STATES[name]) for name in names]
        wanted = self.chance.choice([*names, ""] if names else [""]) if self.chance.random() < 0.3 else ""
        if wanted:
            self.view.choose(BEGUN / wanted)
        self.view.show_states(chosen.states)
        if wanted or before not in names:
            chosen.name = wanted or next((str(row[0].value) for row in self.view.sweeps.rows), "")
        if chosen.name != before:
            chosen.trial = chosen.read = 0
        elif chosen.read not in self.dots():
            chosen.read = 0
        self.keep_axis()

    def keep_axis(self) -> None:
        """The one at the same place, where there is one."""
        self.chosen.axis = self.chosen.axis if self.chosen.axis < len(self.axes) else 0

    @property
    def axes(self) -> Sequence[Axis]:
        """Of the sweep that is chosen."""
        return SWEEPS[self.chosen.name].axes if self.chosen.name in SWEEPS else ()

    def choose_sweep(self) -> None:
        if self.chosen.states:
            name = self.chance.choice(self.chosen.states).name
            self.view.sweeps.selectRow(row_of(self.view.sweeps, name))
            if name != self.chosen.name:
                self.chosen.name, self.chosen.trial, self.chosen.read = name, 0, 0
                self.keep_axis()

    def choose_trial(self) -> None:
        if rows := self.view.results.rows:
            self.chosen.trial = int(str(self.chance.choice(rows)[0].value))
            self.view.results.selectRow(row_of(self.view.results, self.chosen.trial))

    def dots(self) -> list[int]:
        return [dot.trial for dot in self.view.plot.scatter.dots]

    def read_point(self) -> None:
        """With the keys."""
        if dots := self.dots():
            key, last = self.chance.choice([(Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1)])
            at = dots.index(self.chosen.read) + last if self.chosen.read else (0 if last > 0 else len(dots) - 1)
            self.qtbot.keyClick(self.view.plot, key)
            self.chosen.read = dots[min(max(at, 0), len(dots) - 1)]
            if self.chance.random() < 0.3:
                self.qtbot.keyClick(self.view.plot, Qt.Key.Key_Return)
                self.chosen.trial = self.chosen.read

    def click_point(self) -> None:
        if dots := self.view.plot.scatter.dots:
            dot = self.chance.choice(dots)
            self.view.plot.chosen.emit(dot.trial)
            self.chosen.trial = dot.trial

    def leave_plot(self) -> None:
        QApplication.sendEvent(self.view.plot, QEvent(QEvent.Type.Leave))
        self.chosen.read = 0

    def choose_axis(self) -> None:
        if self.view.axis.count() > 1:
            self.chosen.axis = 1 - self.chosen.axis
            self.view.axis.setCurrentIndex(self.chosen.axis)
            self.chosen.read = 0

    def sort(self) -> None:
        name, table = self.chance.choice([("sweeps", self.view.sweeps), ("results", self.view.results)])
        if table.titles:
            column = self.chance.choice([0, min(4, len(table.titles) - 1)])
            order = self.chance.choice([Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder])
            table.sortByColumn(column, order)
            self.chosen.sorted_by[name] = column, order

    def go_on(self) -> None:
        """A sweep begins, another run of it does, it ends; or a run begins of which none knows."""
        sweeps, session = self.context.sweeps, self.context.session
        sweeps.path = self.chance.choice([None, BEGUN / self.chosen.name, BEGUN / self.chosen.name, BEGUN / "rates"])
        session.state = self.chance.choice(["running", "paused", "starting", "idle"])
        self.view.show_buttons()

    def fresh(self) -> SweepsView:
        """A new view that is told what was chosen last, and nothing else."""
        chosen, made = self.chosen, SweepsView(self.context, Segmented(VIEWS.items()))
        self.qtbot.addWidget(made)
        made.resize(self.view.size())
        made.show()
        for name, sorting in chosen.sorted_by.items():
            getattr(made, name).sortByColumn(*sorting)
        made.show_states(chosen.states)
        if chosen.name:
            made.sweeps.selectRow(row_of(made.sweeps, chosen.name))
        made.axis.setCurrentIndex(chosen.axis if self.axes else -1)
        if chosen.trial:
            made.results.selectRow(row_of(made.results, chosen.trial))
        for dot in made.plot.scatter.dots if chosen.read else ():
            self.qtbot.keyClick(made.plot, Qt.Key.Key_Right)
            if dot.trial == chosen.read:
                break
        return made


@pytest.fixture
def context() -> Any:
    sweeps = SimpleNamespace(path=None, stop=lambda: None)
    sweeps.why_not = lambda: "A sweep is under way: stop it first." if sweeps.path is not None else ""
    return SimpleNamespace(sweeps=sweeps, session=SimpleNamespace(state="idle"))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_chosen_of_the_sweeps_looks_as_in_a_view_that_has_shown_nothing_else(
    qtbot, context, assert_look_alike, seed
) -> None:
    view = SweepsView(context, Segmented(VIEWS.items()))
    qtbot.addWidget(view)
    view.resize(1100, 700)
    view.show()
    walk = Wanderer(context, view, random.Random(seed), qtbot)
    walk.read_states()
    for _ in range(STEPS):
        for _ in range(walk.chance.randint(1, 3)):
            walk.chance.choice(walk.actions())()
        fresh = walk.fresh()
        for _ in range(6):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        assert in_words(view) == in_words(fresh)
        begun = any(each.name == walk.chosen.name and each.runs for each in walk.chosen.states)
        assert (view.resume.text(), view.axis.isVisible()) == ("Resume" if begun else "Start", len(walk.axes) > 1)
        assert (view.plot.marked, view.plot.cursor().shape()) == (fresh.plot.marked, fresh.plot.cursor().shape())
        if walk.chance.random() < 0.4:
            assert_look_alike(view, fresh)
        fresh.close()
