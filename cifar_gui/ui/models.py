"""The one network the whole window looks at: shipped models, runs, a file, or the one in training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import CifarGuiError
from cifar_gui.training.events import EpochReport, Event, SnapshotTaken
from cifar_gui.ui.background import Background
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.model_choices import LIVE, ModelChoice, all_choices, missing, opened, remembered_file, words_of_key
from cifar_gui.ui.session import TrainingSession
from cifar_gui.ui.settings import Settings

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot

_TOPIC = "model"
_REMEMBERED = "model"


class ModelLibrary(QObject):
    """Knows the choices, holds the chosen snapshot. All methods are for the GUI thread.

    Signals: choices_changed(); snapshot_changed(ModelSnapshot | None), None when the chosen one has gone: its run is in
    the trash, its file was deleted. While another one is being loaded the one before stays.
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
        self._files: list[ModelChoice] = []  # opened by the user
        self.current: ModelChoice | None = None
        self.snapshot: ModelSnapshot | None = None
        self._loaded: ModelChoice | None = None  # whose weights the snapshot holds
        self._missed: ModelChoice | None = None  # had to be given up; taken again when it is back
        session.event.connect(self._on_event)
        session.state_changed.connect(self._on_state)

    @property
    def loaded(self) -> ModelChoice | None:
        """What the snapshot is of: not yet the current choice while that is being loaded."""
        return self._loaded

    @property
    def is_live(self) -> bool:
        """Whether the network in training is the chosen one."""
        return self._is(LIVE)

    def choices(self) -> list[ModelChoice]:
        """Everything that can be chosen now: live first, then shipped models, files, and runs, the newest first."""
        live = [self._live()] if self._session.state != "idle" or self._is(LIVE) else []
        return [*live, *self._choices, *self._files]

    def refresh(self) -> None:
        """Look at the shipped models, the opened files and the runs again, off the GUI thread."""
        files = list(self._files)
        self._jobs.run(lambda: (all_choices(), missing(files)), self._on_refreshed, key="models.refresh")

    def choose(self, key: str) -> None:
        """Make the choice with this key the current one and load it. Unknown keys are told about."""
        if key == LIVE:
            self.watch_live()
            return
        choice = next((each for each in self.choices() if each.key == key), None)
        if choice is None or choice.path is None:
            self._messages.warn("This network is no longer there. Choose another one from the list.", topic=_TOPIC)
            return
        self._load(choice, choice.path)

    def choose_file(self, path: Path) -> None:
        """Load a model file from anywhere."""
        known = next((each for each in self.choices() if each.path == path), None)
        if known is None:
            known = opened(path)
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
        remembered = str(self._settings.get(_REMEMBERED, ""))
        self._jobs.run(  # under a key of its own: no refresh must overtake it
            lambda: (all_choices(), remembered_file(remembered)),
            lambda found: self._on_first_choices(*found, remembered),
            key="models.default",
        )

    def _load(self, choice: ModelChoice, path: Path) -> None:
        self.current = choice
        self.choices_changed.emit()

        def on_failed(error: CifarGuiError) -> None:
            self._messages.error(str(error), topic=_TOPIC)
            on_broken()

        def on_broken() -> None:
            self.current = self._loaded
            self.choices_changed.emit()

        def on_loaded(snapshot: ModelSnapshot) -> None:
            self._settings.set(_REMEMBERED, choice.key)
            self._set_snapshot(snapshot)

        self._jobs.run(lambda: _load_snapshot(path), on_loaded, on_failed, key="models.load", broken=on_broken)

    def _set_snapshot(self, snapshot: ModelSnapshot) -> None:
        self.snapshot, self._loaded, self._missed = snapshot, self.current, None
        self._messages.resolve(_TOPIC)
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
        if state == "running" and self._is(LIVE):
            self.watch_live()  # another run, perhaps: its name, and its network before the first epoch

    def _on_choices(self, choices: list[ModelChoice]) -> None:
        if choices != self._choices:
            self._choices = choices
            self.choices_changed.emit()

    def _on_refreshed(self, found: tuple[list[ModelChoice], list[ModelChoice]]) -> None:
        choices, missing = found
        if missing:
            self._files = [each for each in self._files if each not in missing]
            self.choices_changed.emit()
        self._on_choices(choices)
        chosen = self.current if self.current == self._loaded else None  # what is being loaded speaks for itself
        if chosen is not None and not self._is_there(chosen):
            self._give_up(chosen)
        elif self.current is None and self._missed is not None and self._missed in self.choices():
            self.choose(self._missed.key)

    def _is_there(self, choice: ModelChoice) -> bool:
        """Whether the model, or the run it belongs to, is among the choices: an epoch not kept any more may stay."""
        model = "/".join(choice.key.split("/")[:2]) if choice.group == "runs" else choice.key
        return any(each.key == model or each.key.startswith(f"{model}/") for each in self.choices())

    def _give_up(self, choice: ModelChoice) -> None:
        self._jobs.cancel("models.load")
        self.current = self._loaded = self.snapshot = None
        self._missed = choice
        self._messages.warn(_gone(choice), topic=_TOPIC, behind=True)  # of the Undo of a run just moved to the trash
        self.choices_changed.emit()
        self.snapshot_changed.emit(None)

    def _on_first_choices(self, choices: list[ModelChoice], file: ModelChoice | None, remembered: str) -> None:
        self._on_choices(choices)
        if self.current is not None:
            return
        wanted = file or next((each for each in choices if each.key == remembered), None)
        if wanted is None:
            wanted = next((each for each in choices if each.group == "shipped"), None)
            if remembered and wanted is not None:
                what = f"{words_of_key(remembered)}, the network of last time, is no longer there."
                self._messages.warn(f"{what} {wanted.label} has been chosen instead.")
        if wanted is not None and wanted.path is not None:
            self.choose_file(wanted.path)


def _load_snapshot(path: Path) -> ModelSnapshot:
    from cifar_gui.checkpoint.files import load_snapshot

    return load_snapshot(path)


def _gone(choice: ModelChoice) -> str:
    return f"{choice.label} is no longer there. Choose another network at the top right, or train one."
