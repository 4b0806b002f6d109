"""The run on show: what it trains, its curves, how it fares, and the copy of its recipe that is edited meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import NETWORKS
from cifar_gui.recipe import Recipe
from cifar_gui.runs import RunSummary
from cifar_gui.training.events import Event, Finished, Paused, SettingsChanged
from cifar_gui.training.history import History
from cifar_gui.ui.recipe_words import recipe_words
from cifar_gui.ui.train.run_state import Situation
from cifar_gui.words import rounded

_ENDS = {
    "completed": "finished",
    "stopped": "stopped; everything is kept",
    "early": "stopped early: no better epoch came",
    "diverged": "stopped: the loss ran away",
}


class ShownRun:
    """The run under way, the last one, or an unfinished one; none at first. Free of Qt."""

    def __init__(self) -> None:
        self.number = ""
        self.recipe: Recipe | None = None  # as trained, with what was changed while it ran
        self.history = History()
        self.note = ""  # how it fares
        self.diverged = False
        self.ended = False  # with nothing left to train
        self.classes = 10  # of its data, as soon as that has been read
        self.is_cifar10 = False  # its data, as soon as that is known
        self.held_out: int | None = None  # of its pictures, as soon as that is known
        self.lr: float | None = None  # of the next step, while paused
        self.draft: Recipe | None = None  # edited while a network trains
        self.copying = False  # whether the form holds the draft

    def show(self, number: str, recipe: Recipe, history: History, note: str = "", classes: int = 10) -> None:
        """Another run comes on show."""
        self.number, self.recipe, self.history, self.note = number, recipe, history, note
        self.diverged = self.ended = False
        self.classes, self.is_cifar10, self.held_out = classes, recipe.data == "cifar10", None

    def on_event(self, event: Event) -> bool:
        """Take note of what has become of the run. Whether it says something about it."""
        if isinstance(event, Paused):
            self.lr, self.note = event.lr, f"paused; the next learning rate is {rounded(event.lr)}"
        elif isinstance(event, SettingsChanged) and self.recipe is not None:
            self.recipe = self.recipe.changed(lr=event.lr, epochs=event.epochs)
        elif isinstance(event, Finished):
            self.diverged = event.reason == "diverged"
            self.ended = event.reason in ("completed", "early")
            self.note = event.message or _ENDS[event.reason]
        else:
            return False
        return True

    def on_state(self, state: str) -> None:
        """The session has begun, paused, gone on or ended."""
        if state in ("starting", "running"):
            self.note, self.ended = "", False
        if state != "paused":
            self.lr = None
        if state == "idle" and self.copying:
            self.draft, self.copying = None, False  # the form holds it, and nothing locks the form any more

    def toggle_copy(self, edited: Recipe) -> Recipe | None:
        """Turn from the run to the draft or back, while the form holds `edited`. The recipe to put there instead."""
        if self.copying:
            self.draft = edited
        self.copying = not self.copying
        return (self.draft or self.recipe) if self.copying else self.recipe

    def propose(self, recipe: Recipe, *, training: bool) -> None:
        """The form is about to hold a recipe that is not this run's."""
        if training:
            self.draft, self.copying = recipe, True

    def to_remember(self, edited: Recipe, *, training: bool) -> Recipe:
        """What to begin with next time: what the form holds, but the draft while the form shows the run instead."""
        return self.draft if training and not self.copying and self.draft is not None else edited

    def situation(
        self,
        state: str,
        unfinished: RunSummary | None,
        latest: RunSummary | None,
        problem: str,
        *,
        is_there: bool = True,
    ) -> Situation:
        """What the buttons depend on: with the state of the session, the run to continue, the newest one, why the
        recipe cannot be trained, and whether the run on show is still there and not in the trash."""
        number = (self.number if is_there else "") or (latest.number if latest else "")
        return Situation(
            state=state,
            run=number,
            unfinished=(unfinished.number, unfinished.epochs_done, unfinished.epochs_planned) if unfinished else None,
            problem=problem,
            copying=self.copying,
            lr=self.lr,
            diverged=self.diverged if number == self.number else latest is not None and latest.status == "diverged",
        )

    def titles(self, sources: Mapping[str, str], *, is_there: bool) -> tuple[str, str]:
        """Which run this is, and what it trains; empty if there is none. `sources`: names of data sets; `is_there`:
        whether it has not gone to the trash."""
        if self.recipe is None:
            return "", ""
        data = sources.get(self.recipe.data, Path(self.recipe.data).name)
        what = f"{NETWORKS.entry(self.recipe.network).label} on {data} · {recipe_words(self.recipe)}"
        note = self.note if is_there else "moved to the trash; its curves are still shown"
        return f"Run {self.number}", f"{what} · {note}" if note else what

    def position(self, epoch: float) -> float | None:
        """Where in its schedule the run is, 0–1; None while the form shows another recipe."""
        return None if self.copying else epoch / (self.recipe.epochs if self.recipe else 1)


def remembered_recipe(value: object) -> Recipe | None:
    """The recipe in what was saved of a page, if it still makes sense."""
    if not isinstance(value, dict):
        return None
    try:
        recipe = Recipe.from_dict(value)
    except (RecipeError, TypeError):
        return None
    return recipe if recipe.network in NETWORKS else None
