"""What the model chooser offers, read from the shipped models, the opened files and the run folders. Free of Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cifar_gui import paths
from cifar_gui.errors import CifarGuiError
from cifar_gui.words import percent

if TYPE_CHECKING:
    from cifar_gui.runs import RunSummary

LIVE = "live"
_LONGEST = 40  # characters of what is said of a run


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One line of the chooser."""

    key: str  # "shipped/airnet", "runs/0007/best", "runs/0007/epoch/3", "live", or the path of a file
    label: str  # "AirNet · shipped", "run 0007 · best"
    detail: str  # "93.5 %", "" if unknown
    group: Literal["shipped", "opened", "runs", "live"]
    path: Path | None
    about: str = ""  # of a run: "wider, seed 2", as the user calls it, or "lenet on cifar10"

    @property
    def line(self) -> str:
        """All of it, for a list in which nothing else tells runs apart."""
        return joined(self.label, self.detail, self.about)


def joined(*parts: str) -> str:
    """Those `parts` that there are, on one line."""
    return " · ".join(filter(None, parts))


def opened(path: Path) -> ModelChoice:
    """A file from anywhere."""
    return ModelChoice(str(path), _file_label(path), "", "opened", path)


def _file_label(path: Path) -> str:
    """ "run 0007 · best" for a file in a run folder, wherever that lies; else the name of the file."""
    from cifar_gui.runs.layout import Layout

    of_epoch = path.parent.name == "epochs"
    layout = Layout(path.parent.parent if of_epoch else path.parent)
    if not paths.is_file(layout.recipe):
        return path.stem
    which = f"epoch {int(path.stem)}" if of_epoch and path.stem.isdecimal() else path.stem
    return f"run {layout.path.name} · {which}"


def remembered_file(key: str) -> ModelChoice | None:
    """The file with this key, if it is one that was opened and is still there. For a worker."""
    path = Path(key)
    return opened(path) if path.is_absolute() and paths.is_file(path) else None


def words_of_key(key: str) -> str:
    """What a key that leads nowhere any more is called, as far as that can be told from it."""
    match key.split("/"):
        case ["runs", number, *which] if which:
            return f"run {number} · {' '.join(which)}"
        case ["shipped", name]:
            return name
    return key


def missing(files: list[ModelChoice]) -> list[ModelChoice]:
    """Those of the opened files that are no longer there. For a worker."""
    return [each for each in files if each.path is not None and not paths.is_file(each.path)]


def all_choices() -> list[ModelChoice]:
    """For a worker: headers of the shipped files, then the run folders."""
    return [*_shipped_choices(), *_run_choices()]


def _shipped_choices() -> Iterator[ModelChoice]:
    from cifar_gui.checkpoint.files import read_card
    from cifar_gui.checkpoint.shipped import default_shipped, shipped_models

    default = default_shipped()
    for path in sorted(shipped_models(), key=lambda each: (each != default, each.name)):
        try:
            card = read_card(path)
        except CifarGuiError:
            continue  # choosing among the others matters more; `cifar-gui doctor` names the damaged file
        accuracy = card.scores.get("test_accuracy") or card.scores.get("validation_accuracy")
        label = f"{card.title or path.stem} · shipped"
        yield ModelChoice(f"shipped/{path.stem}", label, percent(accuracy, nothing=""), "shipped", path)


def _run_choices() -> Iterator[ModelChoice]:
    from cifar_gui.runs import list_runs

    for run in list_runs():
        yield from choices_of_run(run)


def choices_of_run(run: RunSummary) -> Iterator[ModelChoice]:
    """Best, last and every kept epoch of a run, as far as they are there."""
    from cifar_gui.runs.layout import Layout

    layout, name, about = Layout(run.path), f"run {run.number}", _short(run.title)
    for which, path in (("best", layout.best), ("last", layout.last)):
        if path.is_file():
            detail = percent(run.best_accuracy, nothing="") if which == "best" else ""
            yield ModelChoice(f"runs/{run.number}/{which}", f"{name} · {which}", detail, "runs", path, about)
    for epoch in run.kept_epochs:
        key = f"runs/{run.number}/epoch/{epoch}"
        yield ModelChoice(key, f"{name} · epoch {epoch}", "", "runs", layout.epoch(epoch), about)


def _short(title: str) -> str:
    """As much as is read at a glance: people call runs whatever they like."""
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1].rstrip()}…"
