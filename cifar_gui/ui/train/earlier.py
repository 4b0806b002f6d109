"""The runs there are: the one to continue, and those that can be laid under the curves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import CheckpointError
from cifar_gui.networks.base import NETWORKS
from cifar_gui.runs import RunSummary, list_runs
from cifar_gui.runs.journal import load_history
from cifar_gui.runs.layout import Layout
from cifar_gui.training.history import History
from cifar_gui.ui.background import Background
from cifar_gui.ui.train.earlier_curves import EarlierRun
from cifar_gui.ui.train.laid_under import LaidUnder


def to_continue(runs: list[RunSummary]) -> RunSummary | None:
    """The newest run, if it was stopped, killed or crashed before its last epoch; one that diverged would again."""
    newest = runs[0] if runs else None
    if newest is None or not newest.unfinished or newest.status == "diverged":
        return None
    return newest


def read_earlier(laid_under: LaidUnder) -> tuple[list[EarlierRun], list[str]]:
    """For a worker: the runs laid under, and why some of them cannot be read."""
    runs, problems = [], []
    for place, path in laid_under.runs:
        try:
            runs.append(EarlierRun(place, Path(path).name, load_history(Layout(Path(path)))))
        except CheckpointError as error:
            problems.append(str(error))
    return runs, problems


def _title(run: RunSummary) -> str:
    """What it is called, with its network as the window names it."""
    if run.name or run.recipe is None or run.recipe.network not in NETWORKS:
        return run.title
    return f"{NETWORKS.entry(run.recipe.network).label} on {Path(run.recipe.data).name}"


class RunsWatch(QObject):
    """Knows the runs, as of the last `refresh`.

    Signals: changed() when the list has been read.
    """

    changed = Signal()

    def __init__(self, jobs: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.all: list[RunSummary] | None = None  # the newest first; None: not read yet

    def refresh(self) -> None:
        """Read the run folders anew, off the GUI thread."""
        self._jobs.run(list_runs, self._on_listed, key="train.runs")

    def has(self, number: str) -> bool:
        """Whether the run with this number is there, as far as is known yet."""
        return self.all is None or any(run.number == number for run in self.all)

    @property
    def unfinished(self) -> RunSummary | None:
        """The run to continue."""
        return to_continue(self.all or [])

    @property
    def latest(self) -> RunSummary | None:
        """The newest run that can go on in any way."""
        newest = self.all[0] if self.all else None
        return newest if newest is not None and newest.resumable else None

    def comparable(self, but: str = "") -> list[tuple[str, str]]:
        """(path, label) of the runs with at least one epoch, other than the one with number `but`."""
        return [
            (str(run.path), f"run {run.number} · {_title(run)}")
            for run in self.all or []
            if run.epochs_done and run.number != but
        ]

    def load_unfinished(self, show: Callable[[RunSummary, History], None]) -> None:
        """Have the run to continue shown, with its curves, if there is one that can be read."""
        run = self.unfinished
        if run is not None and run.recipe is not None:
            done, layout = partial(show, run), Layout(run.path)
            self._jobs.run(lambda: load_history(layout), done, lambda _error: None, key="train.unfinished")

    def _on_listed(self, runs: list[RunSummary]) -> None:
        self.all = runs
        self.changed.emit()
