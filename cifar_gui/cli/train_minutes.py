"""`cifar-gui train --minutes N`: what fits into the time there is, and afterwards whether the promise was kept."""

from __future__ import annotations

import math
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from cifar_gui.cli.command import UsageError
from cifar_gui.cli.console import say
from cifar_gui.cli.recipe_arguments import flags, with_flags
from cifar_gui.errors import TrainingError
from cifar_gui.recipe import CIRCUMSTANCES, Recipe

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData
    from cifar_gui.runs import Run

_MOST = 100_000


def add_minutes_argument(parser: ArgumentParser) -> None:
    """The flag itself."""
    parser.add_argument(
        "--minutes",
        type=_number,
        metavar="N",
        help="in place of --network and its settings: try this machine for a moment, then pick what is ready by then",
    )


def surroundings(arguments: Namespace) -> Recipe:
    """A recipe of which only data, seed and device count. Raises UsageError for flags that say how to train."""
    given = flags(arguments)
    said = sorted(set(given) - set(CIRCUMSTANCES)) + [
        f"--{name}" for name in ("recipe", "preset") if vars(arguments)[name]
    ]
    if said:
        raise UsageError(f"--minutes picks the network and how to train it: leave out {', '.join(said)}.")
    return with_flags(Recipe(), given)


def recipe_in_time(minutes: float, like: Recipe, data: ImageData) -> Recipe:
    """Try this machine, say what fits, and give the recipe for it. Raises TrainingError when nothing does."""
    from cifar_gui.data.cifar10 import is_original
    from cifar_gui.training.minutes import Pace, in_words, measure_pace, network_words, plan, rungs

    def probe(recipe: Recipe) -> Pace:
        say(f"Training {network_words(recipe)} for a moment, to see how fast this machine is.")
        return measure_pace(recipe, data)

    ladder = rungs(like, len(data.training(all_data=like.all_data)))
    offer = plan(minutes, ladder, probe, is_cifar10=is_original(data))
    if not offer.in_time:
        enough = math.ceil(offer.seconds / 6) / 10  # what takes longer than one has is not begun unasked
        raise TrainingError(f"{in_words(offer, minutes)} To train that, give --minutes {enough:g}.")
    say(in_words(offer, minutes))
    return offer.recipe


def about_promise(run: Run) -> str:
    """Whether a run kept what its recipe promised, "" if that promised nothing."""
    from cifar_gui.training.minutes import promise_kept

    accuracies = run.history().epochs["validation_accuracy"]
    return promise_kept(run.recipe, run.summary().seconds, float(accuracies[-1]) if len(accuracies) else None)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= _MOST:
        raise ArgumentTypeError(f"{text!r} is no number of minutes from above 0 to {_MOST:,}, such as 10")
    return number
