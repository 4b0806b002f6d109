"""`cifar-gui lr`: the learning rate finder without a window."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import closing

from cifar_gui.cli.command import COMMANDS, ExitCode, Run
from cifar_gui.cli.console import Progress, say, write, write_json
from cifar_gui.cli.data import load_data
from cifar_gui.cli.device import usable_device
from cifar_gui.cli.recipe_arguments import add_recipe_arguments, recipe_from
from cifar_gui.cli.signals import interruptible
from cifar_gui.training.control import Control
from cifar_gui.words import rounded


@COMMANDS.register("lr", label="find a learning rate for a recipe", order=2)
def configure(parser: ArgumentParser) -> Run:
    """Find a learning rate: for about a hundred steps it rises, on a network that is thrown away. The rate goes to
    stdout, why it is that one to stderr. Settings are given as for cifar-gui train."""
    add_recipe_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object, with every rate tried")
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.training.lr_finder import find_lr, suggest

    recipe, control, tried = recipe_from(arguments), Control(), []
    usable_device(recipe.device)  # before the data is loaded: it may take long, and be for nothing
    data = load_data(recipe.data)
    with (
        interruptible(lambda _number: control.stop()) as received,
        Progress() as progress,
        closing(find_lr(data, recipe, control)) as steps,
    ):
        for each in steps:
            tried.append(each)
            progress(each.step / each.steps, f"step {each.step} of {each.steps}, rate {rounded(each.lr, 2)}")
    if received.number:
        return received.exit_code
    found = suggest(tried)
    if arguments.json:
        columns = {
            name: [getattr(each, key) for each in tried]
            for name, key in (("rates", "lr"), ("losses", "loss"), ("smoothed", "smoothed"))
        }
        write_json({"network": recipe.network, "lr": found.lr, "reason": found.reason, **columns})
    elif found.lr is not None:
        write(f"{found.lr:g}")
    say(found.reason)
    return ExitCode.OK if found.lr is not None else ExitCode.FAILURE
