"""`cifar-gui explain`: what a model has learned, as pictures and numbers."""

from __future__ import annotations

from argparse import ArgumentParser

from cifar_gui.cli.command import COMMANDS, Run, UsageError
from cifar_gui.cli.explaining import EXPLANATIONS


@COMMANDS.register("explain", label="filters, maps, top pictures and ideal inputs of a model, as pictures", order=7)
def configure(parser: ArgumentParser) -> Run:
    """What a model has learned: a picture for each filter of a layer, or for each class, in a PNG or a folder of them,
    and the numbers behind them with --json."""
    kinds = parser.add_subparsers(title="explanations", metavar="KIND")
    for entry in EXPLANATIONS:
        kind = kinds.add_parser(entry.name, help=entry.label, description=entry.value.__doc__)
        kind.set_defaults(run=entry.value(kind))

    def run(_arguments: object) -> int:
        raise UsageError(f"explain what? One of {', '.join(EXPLANATIONS.names())}; each has a --help of its own.")

    return run
