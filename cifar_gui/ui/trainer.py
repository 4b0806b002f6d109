"""What the trainer thread does: data, network, run folder, then event after event. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui.recipe import Recipe
from cifar_gui.training.control import Control
from cifar_gui.ui.mailbox import Mailbox

if TYPE_CHECKING:
    from torch import nn

    from cifar_gui.data.base import ImageData
    from cifar_gui.runs import Run
    from cifar_gui.training.events import ResumeState
    from cifar_gui.training.history import History

Progress = Callable[[float, str], None]

LoadData = Callable[[str, Progress], "ImageData"]
"""Loads a data set by name or path on the calling thread, reporting progress; raises CifarGuiError."""


@dataclass(frozen=True)
class Opened:
    """Posted before the first event: which run this is, with the curves it has so far."""

    run: Run
    recipe: Recipe
    history: History
    data: ImageData


class Trainer:
    """One run, new or continued. Made on the GUI thread, worked on the trainer thread."""

    def __init__(self, control: Control, mailbox: Mailbox, load_data: LoadData, progress: Progress) -> None:
        self._control = control
        self._mailbox = mailbox
        self._load_data = load_data
        self._progress = progress

    def work(self, what: Recipe | Path, extra_epochs: int = 0) -> None:
        """Train a new recipe, or go on with the run in a folder. Raises whatever goes wrong."""
        self._tell(0.0, "Loading PyTorch…")
        if isinstance(what, Recipe):
            data = self._load_data(what.data, self._tell)
            self._train_new(what, data)
        else:
            self._continue(what, extra_epochs)

    def _train_new(self, recipe: Recipe, data: ImageData) -> None:
        from cifar_gui.runs import Run
        from cifar_gui.training.engine import new_model
        from cifar_gui.training.history import History

        model = new_model(recipe, len(data.class_names))
        with closing(Run.create(recipe)) as run:
            self._mailbox.put(Opened(run, recipe, History(), data))
            self._pull(run, model, data, recipe)

    def _continue(self, path: Path, extra_epochs: int) -> None:
        from cifar_gui.runs import Run
        from cifar_gui.training.engine import new_model

        with closing(Run.open(path)) as run:
            recipe = run.recipe.changed(epochs=run.recipe.epochs + extra_epochs)
            data = self._load_data(recipe.data, self._tell)
            state = run.resume_state()
            model = new_model(recipe, len(data.class_names))
            history = run.history().up_to(state.step if state is not None else 0)
            self._mailbox.put(Opened(run, recipe, history, data))
            self._pull(run, model, data, recipe, state)

    def _pull(
        self, run: Run, model: nn.Module, data: ImageData, recipe: Recipe, state: ResumeState | None = None
    ) -> None:
        from cifar_gui.training.engine import train

        with closing(train(model, data, recipe, self._control, state)) as events:
            for event in events:
                run.record(event)
                self._mailbox.put(event)

    def _tell(self, share: float, what: str) -> None:
        """The progress callback of whatever is loading; asked to stop, it gives up."""
        if self._control.stopping:
            from cifar_gui.data.base import Cancelled

            raise Cancelled
        self._progress(share, what)
