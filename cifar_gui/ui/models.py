"""The one network the whole window looks at: shipped models, runs, a file, or the one in training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import CifarGuiError
from cifar_gui.training.events import EpochReport, Event, SnapshotTaken
from cifar_gui.ui.background import Background
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.session import TrainingSession
from cifar_gui.ui.settings import Settings

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.runs import RunSummary

LIVE = "live"
_REMEMBERED = "model"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One line of the chooser."""

    key: str  # "shipped/airnet", "runs/0007/best", "runs/0007/epoch/3", "live", or the path of a file
    label: str  # "AirNet 94 · shipped"
    detail: str  # "93.5 %", "" if unknown
    group: Literal["shipped", "runs", "live"]
    path: Path | None


class ModelLibrary(QObject):
    """Knows the choices, holds the chosen snapshot. All methods are for the GUI thread.

    Signals: choices_changed(); snapshot_changed(ModelSnapshot | None), None while another one is being loaded.
    """

    choices_changed = Signal()
    snapshot_changed = Signal(object)

    def __init__(
        self,
        session: TrainingSession,
        jobs: Background,
        settings: Settings,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._settings, self._messages = session, jobs, settings, messages
        self._choices: list[ModelChoice] = []
        self._files: list[ModelChoice] = []
        self.current: ModelChoice | None = None
        self.snapshot: ModelSnapshot | None = None
        self._loaded: ModelChoice | None = None  # whose weights the snapshot holds
        session.event.connect(self._on_event)
        session.state_changed.connect(self._on_state)

    def choices(self) -> list[ModelChoice]:
        """Everything that can be chosen now: live first, then shipped models, files, and runs, the newest first."""
        live = [self._live()] if self._session.state != "idle" or self._is(LIVE) else []
        return [*live, *self._choices, *self._files]

    def refresh(self) -> None:
        """Look at the shipped models and the runs again, off the GUI thread."""
        self._jobs.run(_all_choices, self._on_choices, key="models.refresh")

    def choose(self, key: str) -> None:
        """Make the choice with this key the current one and load it. Unknown keys are told about."""
        if key == LIVE:
            self.watch_live()
            return
        choice = next((each for each in self.choices() if each.key == key), None)
        if choice is None or choice.path is None:
            self._messages.warn("This network is no longer there. Choose another one from the list.")
            return
        self._load(choice, choice.path)

    def choose_file(self, path: Path) -> None:
        """Load a model file from anywhere."""
        known = next((each for each in self.choices() if each.path == path), None)
        if known is None:
            known = ModelChoice(str(path), path.stem, "", "shipped", path)
            self._files.append(known)
            self.choices_changed.emit()
        self._load(known, path)

    def watch_live(self) -> None:
        """Follow the network in training: a new snapshot after each epoch."""
        self._jobs.cancel("models.load")
        self.current = self._live()
        self.choices_changed.emit()
        if self._session.last_snapshot is not None:
            self._set_snapshot(self._session.last_snapshot)
        else:
            self._session.request_snapshot()

    def choose_default(self) -> None:
        """The choice remembered from last time, or the default shipped model, or nothing."""
        self._jobs.run(_all_choices, self._on_first_choices, key="models.default")  # no refresh must overtake it

    def _load(self, choice: ModelChoice, path: Path) -> None:
        self.current = choice
        self.choices_changed.emit()

        def on_failed(error: CifarGuiError) -> None:
            self._messages.error(str(error))
            on_broken()

        def on_broken() -> None:
            self.current = self._loaded
            self.choices_changed.emit()

        def on_loaded(snapshot: ModelSnapshot) -> None:
            if choice.group != "live":
                self._settings.set(_REMEMBERED, choice.key)
            self._set_snapshot(snapshot)

        self._jobs.run(lambda: _load_snapshot(path), on_loaded, on_failed, key="models.load", broken=on_broken)

    def _set_snapshot(self, snapshot: ModelSnapshot) -> None:
        self.snapshot, self._loaded = snapshot, self.current
        self.snapshot_changed.emit(snapshot)

    def _live(self) -> ModelChoice:
        run = self._session.run
        return ModelChoice(LIVE, f"Live · run {run.number}" if run else "Live", "", "live", None)

    def _is(self, key: str) -> bool:
        return self.current is not None and self.current.key == key

    def _on_event(self, event: Event) -> None:
        if isinstance(event, EpochReport):
            self.refresh()
        if isinstance(event, EpochReport | SnapshotTaken) and self._is(LIVE):
            self._set_snapshot(event.snapshot)

    def _on_state(self, state: str) -> None:
        if state in ("starting", "running", "idle"):
            self.refresh()
            self.choices_changed.emit()

    def _on_choices(self, choices: list[ModelChoice]) -> None:
        if choices != self._choices:
            self._choices = choices
            self.choices_changed.emit()

    def _on_first_choices(self, choices: list[ModelChoice]) -> None:
        self._on_choices(choices)
        if self.current is not None:
            return
        remembered = self._settings.get(_REMEMBERED, "")
        shipped = [each for each in choices if each.group == "shipped"]
        wanted = next((each for each in choices if each.key == remembered), shipped[0] if shipped else None)
        if wanted is not None:
            self.choose(wanted.key)


def _load_snapshot(path: Path) -> ModelSnapshot:
    from cifar_gui.checkpoint.files import load_snapshot

    return load_snapshot(path)


def _all_choices() -> list[ModelChoice]:
    """On a worker: headers of the shipped files, then the run folders."""
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
        yield ModelChoice(f"shipped/{path.stem}", label, percent(accuracy), "shipped", path)


def _run_choices() -> Iterator[ModelChoice]:
    from cifar_gui.runs import list_runs

    for run in list_runs():
        yield from choices_of_run(run)


def choices_of_run(run: RunSummary) -> Iterator[ModelChoice]:
    """Best, last and every kept epoch of a run, as far as they are there."""
    name = f"run {run.number}"
    for which in ("best", "last"):
        path = run.path / f"{which}.safetensors"
        if path.is_file():
            detail = percent(run.best_accuracy) if which == "best" else ""
            yield ModelChoice(f"runs/{run.number}/{which}", f"{name} · {which}", detail, "runs", path)
    for epoch in run.kept_epochs:
        path = run.path / "epochs" / f"{epoch:03d}.safetensors"
        yield ModelChoice(f"runs/{run.number}/epoch/{epoch}", f"{name} · epoch {epoch}", "", "runs", path)


def percent(share: float | None) -> str:
    """0.9351 → "93.5 %"; "" for None."""
    return "" if share is None else f"{100 * share:.1f} %"
