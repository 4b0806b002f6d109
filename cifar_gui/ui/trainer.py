"""What the trainer thread does: data, network, run folder, then event after event. Free of Qt."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui.errors import Cancelled, CifarGuiError, DataMissing, in_words
from cifar_gui.recipe import Recipe
from cifar_gui.training.control import Control
from cifar_gui.ui.mailbox import Mailbox

if TYPE_CHECKING:
    from torch import nn

    from cifar_gui.data.base import ImageData
    from cifar_gui.runs import Run
    from cifar_gui.training.events import ResumeState
    from cifar_gui.training.history import History

_log = logging.getLogger(__name__)

Progress = Callable[[float, str], None]

LoadData = Callable[[str, Progress], "ImageData"]
"""Loads a data set by name or path on the calling thread, reporting progress; raises CifarGuiError."""

Loaded = Callable[[], "ImageData | None"]
"""The data set that the window has loaded, if any."""


@dataclass(frozen=True)
class Opened:
    """Posted before the first event: which run this is, with the curves it has so far."""

    run: Run
    recipe: Recipe
    history: History
    data: ImageData


class Trainer:
    """One run, new or continued. Made on the GUI thread, worked on the trainer thread."""

    def __init__(
        self, control: Control, mailbox: Mailbox, load_data: LoadData, progress: Progress, loaded: Loaded = lambda: None
    ) -> None:
        self._control = control
        self._mailbox = mailbox
        self._load_data = load_data
        self._loaded = loaded
        self._progress = progress
        self._run: Run | None = None

    def work(self, what: Recipe | Path, extra_epochs: int = 0, micro_batch: int = 0, sweep: str = "") -> None:
        """Train a new recipe, perhaps as a trial of a `sweep`, or go on with the run in a folder, for `extra_epochs`
        more than it had and in smaller pieces if a `micro_batch` is given. Raises whatever goes wrong."""
        _give_way()
        self._tell(0.0, "Loading PyTorch…")
        if isinstance(what, Recipe):
            self._train_new(what, sweep)
        else:
            self._continue(what, extra_epochs, micro_batch)

    def fail(self, error: BaseException) -> None:
        """Write into the run, if there is one already, why it ended."""
        if self._run is None or isinstance(error, Cancelled):
            return
        try:
            self._run.failed(in_words(error))
        except (CifarGuiError, OSError) as problem:  # most likely the same full disk that ended the training
            _log.error("the run could not record its failure: %s", problem)

    def close(self) -> None:
        """Write what is waiting and give up the run's lock."""
        if self._run is not None:
            self._run.close()

    def _train_new(self, recipe: Recipe, sweep: str) -> None:
        data = self._load_data(recipe.data, self._tell)
        from cifar_gui.runs import Run
        from cifar_gui.training.engine import new_model
        from cifar_gui.training.history import History

        model = new_model(recipe, len(data.class_names))
        self._run = Run.create(recipe, sweep=sweep)  # last, so that what cannot begin leaves no folder behind
        self._mailbox.put(Opened(self._run, recipe, History(), data))
        self._pull(self._run, model, data, recipe)

    def _continue(self, path: Path, extra_epochs: int, micro_batch: int) -> None:
        from cifar_gui.runs import Run
        from cifar_gui.training.engine import new_model

        self._run = run = Run.open(path)
        state = run.resume_state()
        if micro_batch:
            run.set_micro_batch(micro_batch)
        recipe = run.recipe
        if extra_epochs:
            summary = run.summary()  # shortened while it trained, a run may have done more than was planned in the end
            recipe = recipe.changed(epochs=max(summary.epochs_planned, summary.epochs_done) + extra_epochs)
        data = self._data_of(run, recipe, state)
        model = new_model(recipe, len(data.class_names))
        history = run.history().up_to(state.step if state is not None else 0)
        self._mailbox.put(Opened(run, recipe, history, data))
        self._pull(run, model, data, recipe, state)

    def _data_of(self, run: Run, recipe: Recipe, state: ResumeState | None) -> ImageData:
        """What a run goes on with: of pictures that have been moved, or were elsewhere on another machine, those that
        are loaded, if they are the same. Raises DataError, then with the way out."""
        try:
            return self._load_data(recipe.data, self._tell)
        except DataMissing as error:
            from cifar_gui.data.base import DATASETS

            if recipe.data in DATASETS:
                raise
            data = self._loaded()
            pictures = data.training(all_data=recipe.all_data).fingerprint if data is not None else ""
            if data is not None and state is not None and state.values.get("trained_on") == pictures:
                return data
            way_out = "If the pictures lie elsewhere now, load them as the data and continue the run again, or:"
            raise DataMissing(f"{error} {way_out} cifar-gui train --resume {run.number} --data PATH") from error

    def _pull(
        self, run: Run, model: nn.Module, data: ImageData, recipe: Recipe, state: ResumeState | None = None
    ) -> None:
        from cifar_gui.runs.finishing import finishing
        from cifar_gui.training.engine import train

        with closing(train(model, data, recipe, self._control, state)) as events:
            for event in finishing(run, data, events, lambda: self._control.stopping):
                run.record(event)
                self._mailbox.put(event)

    def _tell(self, share: float, what: str) -> None:
        """The progress callback of whatever is loading; asked to stop, it gives up."""
        if self._control.stopping:
            raise Cancelled
        self._progress(share, what)


def _give_way() -> None:
    """On Linux, where each thread has a priority of its own that its helpers inherit: the window comes first."""
    if sys.platform == "linux":
        with suppress(OSError):  # forbidden in some containers, and no loss
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
