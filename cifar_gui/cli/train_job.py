"""What to train, on what, from where on, and where it is kept: from the arguments, or from the first of several
processes."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cifar_gui import paths
from cifar_gui.cli.command import UsageError
from cifar_gui.cli.data import load_data
from cifar_gui.cli.device import usable_device
from cifar_gui.cli.recipe_arguments import flags, recipe_from, with_flags
from cifar_gui.cli.train_minutes import recipe_in_time, surroundings
from cifar_gui.errors import DataError
from cifar_gui.recipe import Recipe

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData
    from cifar_gui.runs import Run
    from cifar_gui.training.events import ResumeState
    from cifar_gui.training.ranks import Ranks

_CHANGEABLE = {"data", "epochs", "device", "micro_batch"}
"""What may be another when a run goes on: the folder has moved, there shall be more epochs, the machine is another and
its memory smaller."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to train, on what, from where on, and how to come by the folder that keeps it: None where another does."""

    recipe: Recipe
    data: ImageData
    open_run: Callable[[], Run] | None  # called when training has really begun, so that failures leave nothing behind
    resume: ResumeState | None = None


def prepared(arguments: Namespace, stack: ExitStack, ranks: Ranks) -> Job | None:
    """The job that the arguments ask for. A run that goes on is locked until `stack` ends.

    Of several processes the first alone reads the arguments, and touches the run; it imports the data before the others
    look for it. None in those where the first could not, which says why. Raises DataError where the pictures are others
    than the first has."""
    job = _first(arguments, stack, ranks) if ranks.rank == 0 else _following(ranks)
    if job is None:
        return None
    ranks.meet()
    return replace(job, resume=ranks.state_from_first(job.resume))


def _first(arguments: Namespace, stack: ExitStack, ranks: Ranks) -> Job:
    told: dict[str, Any] = {}
    try:
        if arguments.minutes is not None and ranks.count > 1:
            raise UsageError("--minutes tries one process alone: say --network where several train together.")
        recipe, open_run, resume = _continued(arguments, stack) if arguments.resume else _begun(arguments)
        usable_device(recipe.device)  # before the data is loaded: it may take long, and be for nothing
        data = load_data(recipe.data)
        if arguments.minutes is not None:
            recipe = recipe_in_time(arguments.minutes, recipe, data)
            open_run = _opening(arguments, recipe)
        told = {"recipe": recipe.to_dict(), "pictures": list(data.fingerprints)}
    finally:
        ranks.from_first(told)  # nothing after an error, so that nobody waits
    return Job(recipe, data, open_run, resume)


def _following(ranks: Ranks) -> Job | None:
    from cifar_gui.data.sources import load

    told = ranks.from_first({})
    if not told:
        return None
    recipe = Recipe.from_dict(told["recipe"])
    data = load(recipe.data)
    if list(data.fingerprints) != told["pictures"]:
        raise DataError(
            f"{recipe.data} holds other pictures here than where the first process is. Give every machine the same."
        )
    return Job(recipe, data, None)


_Beginning = tuple[Recipe, "Callable[[], Run]", "ResumeState | None"]


def _begun(arguments: Namespace) -> _Beginning:
    recipe = with_absolute_data(recipe_from(arguments) if arguments.minutes is None else surroundings(arguments))
    return recipe, _opening(arguments, recipe), None


def _opening(arguments: Namespace, recipe: Recipe) -> Callable[[], Run]:
    from cifar_gui.runs import Run

    if arguments.folder is None:
        return lambda: Run.create(recipe)
    return lambda: Run.create_at(arguments.folder, recipe)


def _continued(arguments: Namespace, stack: ExitStack) -> _Beginning:
    from cifar_gui.runs import Run

    given = flags(arguments)
    brought = ("recipe", "preset", "minutes")  # each brings many settings at once
    fixed = sorted(set(given) - _CHANGEABLE) + [f"--{name}" for name in brought if vars(arguments)[name]]
    if fixed:
        raise UsageError(f"A run goes on as it began: {', '.join(fixed)} cannot change. Start a new one for that.")
    kept = stack.enter_context(Run.open(_run_folder(arguments.resume)))
    done = kept.summary().epochs_done
    if given.get("epochs", done) < done:
        raise UsageError(f"Run {kept.number} has trained {done} epochs already: give --epochs {done} or more.")
    recipe = with_absolute_data(with_flags(kept.recipe, given))

    def open_run() -> Run:
        if recipe.micro_batch != kept.recipe.micro_batch:
            kept.set_micro_batch(recipe.micro_batch)
        return kept

    return recipe, open_run, kept.resume_state()


def _run_folder(wanted: str) -> Path:
    """A run by its number or its folder."""
    path = Path(wanted)
    return paths.runs() / paths.run_name(wanted) if wanted.isdecimal() and not paths.exists(path) else path


def with_absolute_data(recipe: Recipe) -> Recipe:
    """So that the run can be continued from another folder."""
    from cifar_gui.data.base import DATASETS

    place = Path(recipe.data)
    return recipe if recipe.data in DATASETS or not paths.exists(place) else recipe.changed(data=str(place.resolve()))
