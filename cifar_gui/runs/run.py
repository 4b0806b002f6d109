"""`Run`: one training run on disk. It is told every event of the training and keeps what is needed to go on.

The order of the writes makes it safe to be killed between any two, or within one: first the history and the networks
of an epoch, then the record, and the resume state last. What is newer than the resume state is cut off or written
again when the run goes on; the resume state before it stays until the new one is safe.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cifar_gui import paths
from cifar_gui.atomic import remove_leftovers, write_atomically
from cifar_gui.checkpoint.files import load_resume_state, save_resume_state, save_snapshot
from cifar_gui.checkpoint.state import ResumeState
from cifar_gui.errors import CheckpointError, WriteError, reason
from cifar_gui.recipe import Recipe
from cifar_gui.runs import trash
from cifar_gui.runs.journal import Journal, read_history
from cifar_gui.runs.layout import Layout, write_json
from cifar_gui.runs.lock import FolderLock
from cifar_gui.runs.record import RunRecord, cleaned, now
from cifar_gui.runs.summary import RunSummary, read_notes, read_recipe, read_record, summarise, take_number
from cifar_gui.runs.thinning import epochs_to_drop
from cifar_gui.training import events

if TYPE_CHECKING:
    from cifar_gui.training.history import History


class Run:
    """A run folder. Reading needs nothing; `record` and `resume_state` hold its lock until `close` or `Finished`."""

    def __init__(self, path: Path, recipe: Recipe) -> None:
        self.path = path
        self.recipe = recipe
        self.layout = Layout(path)
        self._lock = FolderLock(self.layout.lock)
        self._journal = Journal(self.layout)
        self._record = read_record(self.layout) or RunRecord(created=now(), epochs_planned=recipe.epochs)
        self._is_ours = False  # whether it was made here, or trains here: then how it ends is ours to write

    @classmethod
    def create(cls, recipe: Recipe, root: Path | None = None, *, sweep: str = "") -> Run:
        """A new run with the next free number in `root` (by default `paths.runs()`), locked; `sweep`: the name of that
        which it is a trial of. Raises WriteError."""
        root = root or paths.runs()
        return cls._locked(take_number(_draft(recipe, root, sweep), root), recipe)

    @classmethod
    def create_at(cls, path: Path, recipe: Recipe) -> Run:
        """A new run in the folder `path`, which must not exist or be empty. Raises
        CheckpointError if it is in use, WriteError if it cannot be made."""
        if paths.exists(path) and (not paths.is_folder(path) or any(path.iterdir())):
            raise CheckpointError(f"{path} is there already and not empty. Name another folder, or continue that run.")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(f"{path} could not be made: {reason(error)}.") from error
        _write_beginning(path, recipe)
        return cls._locked(path, recipe)

    @classmethod
    def open(cls, path: Path) -> Run:
        """A run that exists. Raises CheckpointError if there is none, or no recipe of it is left."""
        recipe = read_recipe(Layout(path)) if paths.is_folder(path) else None
        if recipe is None:
            raise CheckpointError(f"There is no run in {path}, or its recipe is damaged.")
        if record := read_record(Layout(path)):  # what may have been changed since it began
            micro_batch = record.micro_batch or recipe.micro_batch
            recipe = recipe.changed(epochs=max(record.epochs_planned, 1), micro_batch=micro_batch)
        return cls(path, recipe)

    def set_micro_batch(self, size: int) -> None:
        """Go on in pieces of another size from now on, because memory is short, or no longer."""
        self.recipe = self.recipe.changed(micro_batch=size)
        self._set(micro_batch=size)

    @classmethod
    def _locked(cls, path: Path, recipe: Recipe) -> Run:
        run = cls(path, recipe)
        run._lock.acquire()
        run._is_ours = True
        return run

    @property
    def number(self) -> str:
        """ "0007": the name of the folder."""
        return self.path.name

    @property
    def best_path(self) -> Path:
        """Where the network of the best epoch is, once there is one."""
        return self.layout.best

    @property
    def last_path(self) -> Path:
        """Where the network of the last epoch is, once there is one."""
        return self.layout.last

    def epoch_path(self, epoch: int) -> Path:
        """Where the network after `epoch` is, if it has been kept."""
        return self.layout.epoch(epoch)

    def kept_epochs(self) -> list[int]:
        """The epochs whose networks are there, ascending."""
        return self.layout.kept_epochs()

    def history(self) -> History:
        """The curves so far, as far as they are on disk."""
        return read_history(self.layout)

    def summary(self) -> RunSummary:
        """What lists show of this run, read afresh."""
        return summarise(self.path)

    def rename(self, name: str) -> None:
        """Give the run a name of the user's; "" for none. Allowed while it trains."""
        self._note(name=name.strip())

    def set_notes(self, text: str) -> None:
        """Replace the user's notes. Allowed while it trains."""
        self._note(notes=text)

    def set_tags(self, tags: Iterable[str]) -> None:
        """Replace the user's tags. Allowed while it trains."""
        self._note(tags=cleaned(tags))

    def _note(self, **changes: Any) -> None:
        """Change some of what the user says of the run."""
        write_json(self.layout.notes, dataclasses.asdict(dataclasses.replace(read_notes(self.layout), **changes)))

    def move_to_trash(self) -> Path:
        """Move the folder to the trash beside it and return where it is now. Raises CheckpointError while in use."""
        return trash.move_to_trash(self.path)

    def resume_state(self) -> ResumeState | None:
        """Lock the run and return where to go on; None means from the beginning. Raises CheckpointError when another
        process has the run, or when there are resume states and none can be read."""
        self._lock.acquire()
        failure: CheckpointError | None = None
        for path in (self.layout.resume, self.layout.resume_previous):
            if path.exists():
                try:
                    return load_resume_state(path)
                except CheckpointError as error:
                    failure = error
        if failure is not None:
            self._lock.release()
            raise failure
        return None

    def record(self, event: events.Event) -> None:
        """Keep what is to be kept of an event: steps in memory, epochs on disk. Raises WriteError; what is on disk
        then can still be gone on from."""
        try:
            self._keep(event)
        except OSError as error:
            raise WriteError(
                f"Run {self.number} could not be written: {reason(error)}. "
                "Make room or allow writing there, then continue the run."
            ) from error

    def _keep(self, event: events.Event) -> None:
        match event:
            case events.StepReport():
                self._journal.add(event)
            case events.EpochReport():
                self._on_epoch(event)
            case ResumeState():
                self._keep_state(event)
            case events.Started():
                self._on_started(event)
            case events.Paused() | events.Resumed():
                self._set(status="paused" if isinstance(event, events.Paused) else "running")
                self._journal.log(f"{self._record.status} at step {event.step}")
            case events.SettingsChanged():
                self._set(epochs_planned=event.epochs, lr=event.lr)
                self._journal.log(f"from step {event.step}: learning rate {event.lr:g}, {event.epochs} epochs")
            case events.Finished():
                self._end(event.reason, event.message)
            case events.SnapshotTaken():
                pass  # for looking at; the epochs' networks are kept

    def failed(self, message: str) -> None:
        """The training ended without a last event: `message` says why. If it did not begin, the run is left alone."""
        if self._is_ours:
            self._end("failed", message)

    def close(self) -> None:
        """Write what is waiting and give the lock back. Harmless when closed already."""
        if self._lock.held:
            try:
                self._journal.flush()
            finally:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _on_started(self, event: events.Started) -> None:
        self._lock.acquire()
        self._is_ours = True
        for folder in (self.path, self.layout.epochs):
            remove_leftovers(folder)
        history = self._journal.begin(event.first_step)
        rows = history.epochs
        accuracies = [float(value) for value in rows["validation_accuracy"] if value == value]
        best = max(accuracies, default=None)
        self._set(
            status="running",
            message="",
            epochs_done=len(history.epoch_rows),
            epochs_planned=event.epochs,
            first_weights=event.first_weights or self._record.first_weights,
            lr=None,  # a change that is still in force is told anew
            best_accuracy=best,
            best_epoch=accuracies.index(best) + 1 if best is not None else 0,
            seconds=float(rows["seconds"].sum()),
            device=event.device,
            precision=event.precision,
            memory_format=event.memory_format,
            parameters=event.parameters,
            training_pictures=event.training_pictures,
            validation_pictures=event.validation_pictures,
            classes=event.classes,
        )
        self._journal.log(
            f"started at step {event.first_step}: {event.network} on {event.device}, {event.precision}, "
            f"{event.memory_format}, {event.epochs} epochs of {event.steps_per_epoch} steps"
        )

    def _on_epoch(self, event: events.EpochReport) -> None:
        self._journal.add(event)
        self._journal.flush()
        save_snapshot(event.snapshot, self.layout.last)
        if event.is_best:
            save_snapshot(event.snapshot, self.layout.best)
        self._keep_epoch(event)
        changes = {"best_accuracy": event.validation_accuracy, "best_epoch": event.epoch} if event.is_best else {}
        self._set(epochs_done=event.epoch, seconds=self._record.seconds + event.seconds, **changes)
        accuracy = event.train_accuracy if event.validation_accuracy is None else event.validation_accuracy
        self._journal.log(f"epoch {event.epoch}: accuracy {accuracy:.4f}" + (", the best so far" * event.is_best))

    def _keep_epoch(self, event: events.EpochReport) -> None:
        """Add the epoch's network to those of the slider, and thin them out."""
        self.layout.epochs.mkdir(exist_ok=True)
        save_snapshot(event.snapshot, self.layout.epoch(event.epoch), half=True)
        sizes = {epoch: self.layout.epoch(epoch).stat().st_size for epoch in self.layout.kept_epochs()}
        best = event.epoch if event.is_best else self._record.best_epoch
        for epoch in epochs_to_drop(sizes, best):
            self.layout.epoch(epoch).unlink(missing_ok=True)

    def _keep_state(self, state: ResumeState) -> None:
        """The new state takes the old one's place only once it is safe; the old one stays as the previous."""
        self._journal.flush()
        if self.layout.resume.exists():
            self.layout.resume.replace(self.layout.resume_previous)
        save_resume_state(state, self.layout.resume)

    def _set(self, **changes: object) -> None:
        self._record = dataclasses.replace(self._record, **changes)  # type: ignore[arg-type]
        write_json(self.layout.record, self._record.to_dict())

    def _end(self, status: str, message: str) -> None:
        try:
            self._journal.flush()
            self._set(status=status, message=message)
            self._journal.log(f"{status}. {message}".rstrip())
        finally:
            self._lock.release()


def _draft(recipe: Recipe, root: Path, sweep: str) -> Path:
    """A folder with the beginnings of a run, under a name that lists pass over."""
    path = root / f".new-{secrets.token_hex(4)}"
    try:
        path.mkdir(parents=True)
    except OSError as error:
        raise WriteError(f"{path} could not be made: {reason(error)}.") from error
    _write_beginning(path, recipe, sweep)
    return path


def _write_beginning(path: Path, recipe: Recipe, sweep: str = "") -> None:
    layout = Layout(path)
    write_atomically(layout.recipe, [recipe.to_toml().encode()])
    write_json(layout.record, RunRecord(created=now(), epochs_planned=recipe.epochs, sweep=sweep).to_dict())
