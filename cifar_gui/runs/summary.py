"""Listing runs, whatever state their folders are in: nothing here raises, and nothing needs torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cifar_gui import paths
from cifar_gui.checkpoint.files import read_card
from cifar_gui.checkpoint.shipped import find_model
from cifar_gui.errors import CheckpointError, WriteError, reason
from cifar_gui.recipe import Recipe
from cifar_gui.runs.layout import Layout, read_json, read_text
from cifar_gui.runs.lock import is_locked
from cifar_gui.runs.record import Notes, RunRecord

TRASH = ".trash"


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as lists show it."""

    path: Path
    number: str  # "0007": the name of the folder
    name: str  # the user's, "" if none was given
    notes: str
    recipe: Recipe | None  # with what was changed while it trained or when it was continued; None: damaged
    record: RunRecord
    status: str  # that of the record, or "interrupted", or "damaged"
    kept_epochs: tuple[int, ...]
    tags: tuple[str, ...] = ()  # the user's

    @property
    def title(self) -> str:
        """The user's name for it, or what was trained on what."""
        if self.name or self.recipe is None:
            return self.name or "damaged run"
        return f"{self.recipe.network} on {Path(self.recipe.data).name}"

    @property
    def running(self) -> bool:
        """Whether some process is training it now."""
        return self.status in ("running", "paused")

    @property
    def resumable(self) -> bool:
        """Whether it can go on: with the epochs it still lacks, or with more of them."""
        return self.recipe is not None and not self.running

    @property
    def unfinished(self) -> bool:
        """Whether it ended before its last epoch, other than by early stopping."""
        return self.resumable and self.status not in ("completed", "early")

    @property
    def epochs_to_add(self) -> int:
        """How many more epochs must be planned so that it can go on: one if it has trained all there were."""
        return 0 if self.unfinished else 1

    @property
    def epochs_done(self) -> int:
        return self.record.epochs_done

    @property
    def epochs_planned(self) -> int:
        return self.record.epochs_planned

    @property
    def best_accuracy(self) -> float | None:
        """Of the validation pictures, 0–1; None when trained on all data or before the first epoch."""
        return self.record.best_accuracy

    @property
    def seconds(self) -> float:
        return self.record.seconds

    @property
    def created(self) -> str:
        """ISO 8601, UTC."""
        return self.record.created

    @property
    def model_path(self) -> Path | None:
        """The best network, or the last; None before the first epoch."""
        try:
            return find_model(self.path)
        except CheckpointError:
            return None


def list_runs(root: Path | None = None) -> list[RunSummary]:
    """All runs in `root` (by default `paths.runs()`), the newest first. Damaged ones are listed as such."""
    entries = sorted(_entries(root or paths.runs()), key=lambda path: path.name, reverse=True)
    return [summarise(path) for path in entries if _is_run(path)]


def summarise(path: Path) -> RunSummary:
    """One run folder as lists show it."""
    layout = Layout(path)
    recipe = read_recipe(layout)
    kept = tuple(layout.kept_epochs())
    record = read_record(layout)
    notes = read_notes(layout)
    if recipe is None:
        record = record or RunRecord()
        return RunSummary(path, path.name, notes.name, notes.notes, None, record, "damaged", kept, notes.tags)
    record = record or _guessed(recipe, kept, layout)
    status = record.status
    if is_locked(layout.lock):
        status = "paused" if status == "paused" else "running"
    elif status in ("running", "paused") or (status == "new" and layout.history.exists()):
        status = "interrupted"
    recipe = record.applied_to(recipe)
    return RunSummary(path, path.name, notes.name, notes.notes, recipe, record, status, kept, notes.tags)


def next_number(root: Path) -> int:
    """One more than the largest number in use, in the trash too: a restored run keeps its own."""
    names = [path.name.partition("-")[0] for path in _entries(root) + _entries(root / TRASH)]
    return max((int(name) for name in names if name.isascii() and name.isdigit()), default=0) + 1


def take_number(draft: Path, root: Path) -> Path:
    """Rename the folder `draft`, in `root`, to the next free number: whole or not at all, and only one of two processes
    gets it. Returns where it is now. Raises WriteError."""
    while True:
        path = root / paths.run_name(next_number(root))
        try:
            return draft.rename(path)
        except OSError as error:
            if not path.exists():
                raise WriteError(f"{path} could not be made: {reason(error)}.") from error


def read_recipe(layout: Layout) -> Recipe | None:
    """The run's recipe; if its file is damaged, the copy in one of the networks; None if there is neither."""
    recipe = read_text(layout.recipe, Recipe.from_toml)
    for path in (layout.last, layout.best):
        if recipe is None and path.is_file():
            try:
                recipe = read_card(path).recipe
            except CheckpointError:
                continue
    return recipe


def read_record(layout: Layout) -> RunRecord | None:
    """run.json; None if there is none that makes sense."""
    return read_json(layout.record, RunRecord.from_dict)


def read_notes(layout: Layout) -> Notes:
    """What the user says about the run; empty if nothing."""
    return read_json(layout.notes, Notes.from_dict) or Notes()


def _guessed(recipe: Recipe, kept: tuple[int, ...], layout: Layout) -> RunRecord:
    """What can be told without run.json."""
    record = RunRecord(status="running", epochs_done=max(kept, default=0), epochs_planned=recipe.epochs)
    try:
        card = read_card(layout.best)
    except CheckpointError:
        return record
    return RunRecord(
        status="running",
        epochs_done=record.epochs_done,
        epochs_planned=recipe.epochs,
        best_accuracy=card.scores.get("validation_accuracy"),
        best_epoch=int(card.epoch),
    )


def _is_run(path: Path) -> bool:
    """Whether a folder is a run or was meant to be one: other folders are none of our business."""
    layout = Layout(path)
    return path.is_dir() and (path.name.isdigit() or layout.recipe.exists() or layout.record.exists())


def _entries(root: Path) -> list[Path]:
    try:
        return [path for path in root.iterdir() if not path.name.startswith(".")]
    except OSError:
        return []
