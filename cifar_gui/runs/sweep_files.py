"""Sweeps on disk: a folder with one file, sweep.toml, for each. What has been trained stands in the runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cifar_gui import paths
from cifar_gui.atomic import write_atomically
from cifar_gui.errors import CheckpointError, RecipeError, WriteError, not_read, not_written
from cifar_gui.runs.layout import MAX_TEXT_FILE, Layout
from cifar_gui.runs.summary import TRASH, RunSummary, list_runs, read_recipe
from cifar_gui.runs.sweep import Sweep, Trial
from cifar_gui.runs.trash import delete_old

FILE = "sweep.toml"

ENDED = ("completed", "early", "diverged")
"""Statuses of trials that are not trained again."""


@dataclass(frozen=True, slots=True)
class TrialState:
    """A trial, and the run that was made of it, if there is one."""

    trial: Trial
    run: RunSummary | None = None

    @property
    def ended(self) -> bool:
        """Whether it is not to be trained any more."""
        return self.run is not None and self.run.status in ENDED

    @property
    def accuracy(self) -> float | None:
        """The best of the held-out pictures, 0–1."""
        return None if self.run is None else self.run.best_accuracy


@dataclass(frozen=True, slots=True)
class SweepState:
    """A sweep and how far it has come, as its runs tell it."""

    path: Path
    sweep: Sweep | None  # None: the file is damaged
    trials: tuple[TrialState, ...] = ()
    problem: str = ""  # why the file makes no sense

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def done(self) -> int:
        """How many trials have ended."""
        return sum(each.ended for each in self.trials)

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to train."""
        return bool(self.trials) and self.done == len(self.trials)

    @property
    def cut_off(self) -> bool:
        """Whether it ended in the middle of a trial that nobody has stopped, as when the power fails."""
        return not self.finished and any(
            each.run is not None and each.run.status == "interrupted" for each in self.trials
        )

    @property
    def best(self) -> TrialState | None:
        """The trial with the highest validation accuracy; None before any has one."""
        measured = [each for each in self.trials if each.accuracy is not None]
        return max(measured, key=lambda each: each.accuracy or 0.0, default=None)

    @property
    def runs(self) -> list[RunSummary]:
        """The runs made so far."""
        return [each.run for each in self.trials if each.run is not None]


def create_sweep(sweep: Sweep, name: str, root: Path | None = None) -> Path:
    """A folder for a sweep, in `root` (by default `paths.sweeps()`), of this name or, if that is taken, of it and a
    number. Raises WriteError."""
    root = root or paths.sweeps()
    stem = paths.file_stem(name)
    try:
        folder = _made(root, stem)
    except OSError as error:
        raise WriteError(not_written(root / stem, error)) from error
    write_atomically(folder / FILE, [sweep.to_toml().encode()])
    return folder


def load_sweep(path: Path) -> Sweep:
    """The sweep in a folder, or in a TOML file. Raises RecipeError for one that makes no sense, CheckpointError where
    there is none."""
    file = path / FILE if paths.is_folder(path) else path
    try:
        if file.stat().st_size > MAX_TEXT_FILE:
            raise RecipeError(f"{file} is too large for a sweep.")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(not_read(file, error)) from error
    return Sweep.from_toml(text, file.name)


def list_sweeps(root: Path | None = None, runs: list[RunSummary] | None = None) -> list[SweepState]:
    """All sweeps, the newest first; `runs`: all runs, if they have been read. Nothing is raised."""
    folders = _folders(root or paths.sweeps())
    known = list_runs() if runs is None and folders else runs
    return [state_of(folder, known) for folder in folders]


def newest_sweep() -> SweepState | None:
    """The one that was begun last, None if there is none. Nothing is raised."""
    return next((state_of(folder) for folder in _folders(paths.sweeps())), None)


def state_of(path: Path, runs: list[RunSummary] | None = None) -> SweepState:
    """How far the sweep in the folder `path` is. Its trials are told by what their runs began with: what was changed
    while one trained does not make it another. Nothing is raised."""
    try:
        sweep = load_sweep(path)
    except (RecipeError, CheckpointError) as error:
        return SweepState(path, None, problem=str(error))
    own = [run for run in (list_runs() if runs is None else runs) if run.record.sweep == path.name]
    began = [(read_recipe(Layout(run.path)), run) for run in own]
    trials = []
    for trial in sweep.trials():
        found = [run for recipe, run in began if recipe == trial.recipe]
        trials.append(TrialState(trial, max(found, key=_worth, default=None)))
    return SweepState(path, sweep, tuple(trials))


def empty_old_sweeps(root: Path | None = None) -> int:
    """Delete for good the sweeps that have been in the trash for long, as `trash.empty_old` does with runs."""
    trash = (root or paths.sweeps()) / TRASH
    return delete_old(path.parent for path in trash.glob(f"*/{FILE}"))


def is_there(name: str, root: Path | None = None) -> bool:
    """Whether there is a sweep of this name."""
    return paths.is_file((root or paths.sweeps()) / name / FILE)


def _worth(run: RunSummary) -> tuple[bool, int]:
    """Of two runs of one trial, as an import may bring them, the one that has come farther counts."""
    return run.status in ENDED, run.epochs_done


def _folders(root: Path) -> list[Path]:
    """Of the sweeps, the newest first."""
    try:
        found = [path for path in root.iterdir() if (path / FILE).is_file() and not path.name.startswith(".")]
        return sorted(found, key=lambda path: (path / FILE).stat().st_mtime_ns, reverse=True)
    except OSError:
        return []


def _made(root: Path, stem: str) -> Path:
    """A new folder. Names in the trash are not given again: their runs are not the new sweep's."""
    root.mkdir(parents=True, exist_ok=True)
    count = 1
    while True:
        folder = root / (stem if count == 1 else f"{stem}-{count}")
        if not (root / TRASH / folder.name).exists():
            try:
                folder.mkdir()
                return folder
            except FileExistsError:
                pass
        count += 1
