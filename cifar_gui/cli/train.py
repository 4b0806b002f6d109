"""`cifar-gui train`: the trainer without a window."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui import paths
from cifar_gui.cli.command import COMMANDS, ExitCode
from cifar_gui.cli.command import Run as RunCommand
from cifar_gui.cli.console import Progress, say
from cifar_gui.cli.recipe_arguments import add_recipe_arguments
from cifar_gui.cli.signals import interruptible
from cifar_gui.cli.train_job import Job, prepared
from cifar_gui.cli.train_minutes import about_promise, add_minutes_argument
from cifar_gui.cli.train_report import JsonReport, PlainReport, Report, ending
from cifar_gui.errors import CifarGuiError, MemoryShortage
from cifar_gui.training.control import Control
from cifar_gui.training.events import EpochReport, Event, Finished

if TYPE_CHECKING:
    from cifar_gui.runs import Run


@COMMANDS.register("train", label="train a network, or go on with a run", order=1)
def configure(parser: ArgumentParser) -> RunCommand:
    """Train a network and keep the run, so that it can be looked at, used and continued. Ctrl+C once saves and stops,
    twice ends at once. Settings come from the preset, then from --recipe, then from the flags; the later wins."""
    add_recipe_arguments(parser)
    add_minutes_argument(parser)
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--run", dest="folder", type=Path, metavar="DIR", help="keep the run in this new folder")
    place.add_argument(
        "--resume",
        metavar="DIR|NUMBER",
        help="go on with a run; --data, --epochs, --device and --set micro_batch=N may change",
    )
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each event")
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.training.distributed import joined
    from cifar_gui.training.engine import new_model, train

    with ExitStack() as stack:
        ranks = stack.enter_context(joined())
        job = prepared(arguments, stack, ranks)
        if job is None:
            return ExitCode.FAILURE
        model = new_model(job.recipe, len(job.data.class_names))
        control = Control()
        events = stack.enter_context(closing(train(model, job.data, job.recipe, control, job.resume, ranks)))
        received = stack.enter_context(interruptible(lambda _number: control.stop()))
        if job.open_run is None:
            last, heard = _last(events), True
        else:
            last, heard = _follow(events, job, job.open_run, control, json=arguments.json)
    if received.number:
        return received.exit_code
    return ExitCode.OK if heard and last is not None and last.reason != "diverged" else ExitCode.FAILURE


def _last(events: Generator[Event, None, None]) -> Finished | None:
    """Pull every event and keep none, as all of several processes do but the first."""
    last = None
    for event in events:
        last = event if isinstance(event, Finished) else None
    return last


def _follow(
    events: Generator[Event, None, None], job: Job, open_run: Callable[[], Run], control: Control, *, json: bool
) -> tuple[Finished | None, bool]:
    """Pull every event, keep it, show it. Returns the last one, and whether stdout was read to the end."""
    from cifar_gui.runs.finishing import finishing

    first = next(events)
    heard, last, trained = True, None, False
    with open_run() as kept, Progress() as progress:
        name = kept.number if kept.path.parent == paths.runs() else str(kept.path)
        report: Report = JsonReport(str(kept.path)) if json else PlainReport(progress)
        try:
            for event in finishing(kept, job.data, chain([first], events), lambda: control.stopping):
                kept.record(event)
                last = event if isinstance(event, Finished) else None
                trained = trained or isinstance(event, EpochReport)
                heard = heard and _shown(report, event, control)
        except CifarGuiError as error:
            kept.failed(str(error))
            if isinstance(error, MemoryShortage) and error.micro_batch:
                say(f"To go on: cifar-gui train --resume {name} --set micro_batch={error.micro_batch}")
            raise
    if last is not None:
        say(ending(last, name, trained=trained))
        if last.reason == "completed" and (words := about_promise(kept)):
            say(words)
    return last, heard


def _shown(report: Report, event: Event, control: Control) -> bool:
    """Show an event. False if stdout has been closed; then the training is saved and stopped, as with Ctrl+C."""
    try:
        report.show(event)
    except BrokenPipeError:
        control.stop()
        return False
    return True
