"""`cifar-gui sweep`: many trainings one after another, and which of them did best."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui import paths
from cifar_gui.cli.command import COMMANDS, ExitCode, UsageError
from cifar_gui.cli.command import Run as RunCommand
from cifar_gui.cli.console import Progress, say
from cifar_gui.cli.sweep_report import SweepReport
from cifar_gui.errors import CifarGuiError, WriteError
from cifar_gui.training.control import Control
from cifar_gui.training.events import Calibrating, Finished, StepReport

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData
    from cifar_gui.runs.sweep import Sweep
    from cifar_gui.runs.sweep_files import SweepState, TrialState
    from cifar_gui.runs.sweep_queue import SweepQueue


@COMMANDS.register("sweep", label="train a recipe with many values of some settings, and compare", order=3)
def configure(parser: ArgumentParser) -> RunCommand:
    """Train a recipe again and again with other values of some of its settings, every combination of them or so many
    drawn at random, and say which did best on the held-out pictures. Each trial is an ordinary run. Ctrl+C once saves
    and stops: --resume goes on in the middle of the trial, and repeats none that has ended. The file says what to try:
    search = "grid", a [[vary]] with setting = "lr" and values = [0.1, 0.2] for each setting, and the [recipe]; or
    search = "random", runs = 12, seed = 0, and from, to and scale = "logarithmic" in place of values."""
    parser.add_argument("sweep", metavar="FILE.toml|NAME", help="what to try, or the name of a sweep that has begun")
    parser.add_argument("--resume", action="store_true", help="go on with the sweep of this name")
    parser.add_argument("--results", action="store_true", help="train nothing, only say how far it is")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each trial")
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.cli.signals import interruptible
    from cifar_gui.runs.sweep_files import state_of
    from cifar_gui.runs.sweep_queue import SweepQueue

    folder = _folder(arguments.sweep, begun=arguments.resume or arguments.results)
    report = SweepReport(json=arguments.json)
    if arguments.results:
        report.standing(_readable(state_of(folder)))
        return ExitCode.OK
    queue, control = SweepQueue(folder), Control()
    with ExitStack() as stack:
        stack.callback(queue.close)
        report.begin(queue.open())
        received = stack.enter_context(interruptible(lambda _number: control.stop()))
        state = _train_all(queue, report, control)
    report.end(state)
    if received.number:
        say(f"Stopped and saved. To go on: cifar-gui sweep {folder.name} --resume")
        return received.exit_code
    return ExitCode.OK if state.finished else ExitCode.FAILURE


def _train_all(queue: SweepQueue, report: SweepReport, control: Control) -> SweepState:
    """Train what comes next until nothing does, or `control` has been asked to stop; how far it is then."""
    from cifar_gui.runs.sweep_files import state_of

    data = None
    while True:
        state, following = queue.next()
        if following is None or control.stopping:
            return state
        data = data or _data(following)
        _train(state, following, data, control, report)
        now = state_of(queue.path)
        report.trial(now, now.trials[following.trial.number - 1])


def _train(state: SweepState, now: TrialState, data: ImageData, control: Control, report: SweepReport) -> None:
    """Train one trial, or go on with it. What goes wrong with it alone is told, and stands in its run."""
    from cifar_gui.runs import Run
    from cifar_gui.runs.finishing import finishing
    from cifar_gui.training.engine import new_model, train

    with ExitStack() as stack:
        kept = None if now.run is None else stack.enter_context(Run.open(now.run.path))
        recipe = now.trial.recipe if kept is None else kept.recipe
        progress = stack.enter_context(Progress())
        try:
            resume = None if kept is None else kept.resume_state()
            model = new_model(recipe, len(data.class_names))
            events = stack.enter_context(closing(train(model, data, recipe, control, resume)))
            first = next(events)
            if kept is None:  # now that it has begun
                kept = stack.enter_context(Run.create(recipe, sweep=state.name))
            for event in finishing(kept, data, chain([first], events), lambda: control.stopping):
                kept.record(event)
                if isinstance(event, StepReport):
                    progress(*report.position(state, now, event.epoch, recipe.epochs))
                elif isinstance(event, Calibrating):
                    progress(*report.position(state, now, recipe.epochs, recipe.epochs, "calibrating"))
                elif isinstance(event, Finished):
                    progress.clear()
        except CifarGuiError as error:
            if kept is None or isinstance(error, WriteError):
                raise
            kept.failed(str(error))
            say(f"Trial {now.trial.number}, run {kept.number}: {error}")


def _data(following: TrialState) -> ImageData:
    """All trials of a sweep have the same data; it is read once."""
    from cifar_gui.cli.data import load_data
    from cifar_gui.cli.device import usable_device

    usable_device(following.trial.recipe.device)  # before the data is loaded: it may take long, and be for nothing
    return load_data(following.trial.recipe.data)


def _folder(wanted: str, *, begun: bool) -> Path:
    """Where the sweep is: made now of a file, or, if it has `begun`, found by its name. Raises UsageError."""
    from cifar_gui.runs.sweep_files import create_sweep, is_there, load_sweep

    file = Path(wanted)
    name = paths.file_stem(file.stem if file.suffix.lower() == ".toml" else wanted)
    if begun:
        if not is_there(name):
            raise UsageError(f"There is no sweep called {name}. To begin one: cifar-gui sweep FILE.toml")
        return paths.sweeps() / name
    if not paths.is_file(file):
        hint = " To go on with the sweep of that name, add --resume." if is_there(name) else ""
        raise UsageError(f"There is no file {wanted}.{hint}")
    if is_there(name):
        raise UsageError(f"There is a sweep called {name} already. Add --resume to go on with it, or rename the file.")
    return create_sweep(_ready(load_sweep(file)), name)


def _ready(sweep: Sweep) -> Sweep:
    """A sweep whose networks can be built, and that can be gone on with from another folder."""
    from dataclasses import replace

    from cifar_gui.cli.train_job import with_absolute_data
    from cifar_gui.runs.sweep_pace import check_networks

    check_networks(sweep)
    return replace(sweep, recipe=with_absolute_data(sweep.recipe))


def _readable(state: SweepState) -> SweepState:
    from cifar_gui.errors import RecipeError

    if state.sweep is None:
        raise RecipeError(state.problem)
    return state
