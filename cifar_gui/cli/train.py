"""`cifar-gui train`: the trainer without a window."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui import paths
from cifar_gui.cli.command import COMMANDS, ExitCode, UsageError
from cifar_gui.cli.command import Run as RunCommand
from cifar_gui.cli.console import Progress, say
from cifar_gui.cli.data import load_data
from cifar_gui.cli.device import usable_device
from cifar_gui.cli.recipe_arguments import add_recipe_arguments, flags, recipe_from, with_flags
from cifar_gui.cli.signals import interruptible
from cifar_gui.cli.train_minutes import about_promise, add_minutes_argument, recipe_in_time, surroundings
from cifar_gui.cli.train_report import JsonReport, PlainReport, Report, ending
from cifar_gui.errors import CifarGuiError
from cifar_gui.recipe import Recipe
from cifar_gui.training.control import Control
from cifar_gui.training.events import EpochReport, Event, Finished, ResumeState

if TYPE_CHECKING:
    from cifar_gui.runs import Run

_CHANGEABLE = {"data", "epochs", "device"}
"""What may be another when a run goes on: the folder has moved, there shall be more epochs, the machine is another."""


@COMMANDS.register("train", label="train a network, or go on with a run", order=1)
def configure(parser: ArgumentParser) -> RunCommand:
    """Train a network and keep the run, so that it can be looked at, used and continued. Ctrl+C once saves and stops,
    twice ends at once. Settings come from the preset, then from --recipe, then from the flags; the later wins."""
    add_recipe_arguments(parser)
    add_minutes_argument(parser)
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--run", dest="folder", type=Path, metavar="DIR", help="keep the run in this new folder")
    place.add_argument(
        "--resume", metavar="DIR|NUMBER", help="go on with a run; --data, --epochs and --device may change"
    )
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each event")
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.training.engine import new_model, train

    with ExitStack() as stack:
        job = _continued(arguments, stack) if arguments.resume else _begun(arguments)
        usable_device(job.recipe.device)  # before the data is loaded: it may take long, and be for nothing
        data = load_data(job.recipe.data)
        if arguments.minutes is not None:
            job = _new(arguments, recipe_in_time(arguments.minutes, job.recipe, data))
        model = new_model(job.recipe, len(data.class_names))
        control = Control()
        events = stack.enter_context(closing(train(model, data, job.recipe, control, job.resume)))
        received = stack.enter_context(interruptible(lambda _number: control.stop()))
        last, heard = _follow(events, job, control, json=arguments.json)
    if received.number:
        return received.exit_code
    return ExitCode.OK if heard and last is not None and last.reason != "diverged" else ExitCode.FAILURE


@dataclass(frozen=True, slots=True)
class _Job:
    """What to train, from where on, and how to come by the folder that keeps it."""

    recipe: Recipe
    open_run: Callable[[], Run]  # called when the training has really begun, so that failures leave nothing behind
    resume: ResumeState | None = None


def _begun(arguments: Namespace) -> _Job:
    recipe = recipe_from(arguments) if arguments.minutes is None else surroundings(arguments)
    return _new(arguments, _with_absolute_data(recipe))


def _new(arguments: Namespace, recipe: Recipe) -> _Job:
    from cifar_gui.runs import Run

    if arguments.folder is None:
        return _Job(recipe, lambda: Run.create(recipe))
    return _Job(recipe, lambda: Run.create_at(arguments.folder, recipe))


def _continued(arguments: Namespace, stack: ExitStack) -> _Job:
    """The run is locked until `stack` ends."""
    from cifar_gui.runs import Run

    given = flags(arguments)
    fixed = sorted(set(given) - _CHANGEABLE) + [
        f"--{name}" for name in ("recipe", "preset", "minutes") if vars(arguments)[name]
    ]
    if fixed:
        raise UsageError(f"A run goes on as it began: {', '.join(fixed)} cannot change. Start a new one for that.")
    kept = stack.enter_context(Run.open(_run_folder(arguments.resume)))
    done = kept.summary().epochs_done
    if given.get("epochs", done) < done:
        raise UsageError(f"Run {kept.number} has trained {done} epochs already: give --epochs {done} or more.")
    recipe = _with_absolute_data(with_flags(kept.recipe, given))
    return _Job(recipe, lambda: kept, kept.resume_state())


def _run_folder(wanted: str) -> Path:
    """A run by its number or its folder."""
    path = Path(wanted)
    return paths.runs() / wanted.zfill(4) if wanted.isdecimal() and not paths.exists(path) else path


def _with_absolute_data(recipe: Recipe) -> Recipe:
    """So that the run can be continued from another folder."""
    from cifar_gui.data.base import DATASETS

    place = Path(recipe.data)
    return recipe if recipe.data in DATASETS or not paths.exists(place) else recipe.changed(data=str(place.resolve()))


def _follow(
    events: Generator[Event, None, None], job: _Job, control: Control, *, json: bool
) -> tuple[Finished | None, bool]:
    """Pull every event, keep it, show it. Returns the last one, and whether stdout was read to the end."""
    first = next(events)
    heard, last, trained = True, None, False
    with job.open_run() as kept, Progress() as progress:
        report: Report = JsonReport(str(kept.path)) if json else PlainReport(progress)
        try:
            for event in _with_first(first, events):
                kept.record(event)
                last = event if isinstance(event, Finished) else None
                trained = trained or isinstance(event, EpochReport)
                heard = heard and _shown(report, event, control)
        except CifarGuiError as error:
            kept.failed(str(error))
            raise
    if last is not None:
        name = kept.number if kept.path.parent == paths.runs() else str(kept.path)
        say(ending(last, name, trained=trained))
        if last.reason == "completed" and (words := about_promise(job.recipe, kept)):
            say(words)
    return last, heard


def _with_first(first: Event, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
    yield first
    yield from events


def _shown(report: Report, event: Event, control: Control) -> bool:
    """Show an event. False if stdout has been closed; then the training is saved and stopped, as with Ctrl+C."""
    try:
        report.show(event)
    except BrokenPipeError:
        control.stop()
        return False
    return True
