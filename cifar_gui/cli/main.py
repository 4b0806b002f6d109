"""Reads the command line, runs the sub-command, and turns what goes wrong into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import suppress

from cifar_gui import __version__
from cifar_gui.cli.command import COMMANDS, ExitCode, UsageError
from cifar_gui.cli.console import say
from cifar_gui.errors import (
    CheckpointError,
    CifarGuiError,
    DataError,
    DataMissing,
    DeviceError,
    PictureError,
    RecipeError,
    in_words,
)

_EPILOG = """\
Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failure, 2 usage, 3 bad input or model,
4 data set missing, 5 device unusable, 130 and 143 ended by a signal.
Without a sub-command the window opens."""


def build_parser() -> ArgumentParser:
    """The whole command line; `arguments.run` is the chosen sub-command, None for the window."""
    parser = ArgumentParser(
        prog="cifar-gui",
        usage="%(prog)s [-h] [--version] [COMMAND ...]",
        description="Train, try and understand small image classifiers.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cifar-gui {__version__}")
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="sub-commands", metavar="COMMAND", prog="cifar-gui")
    for entry in COMMANDS:
        command = commands.add_parser(entry.name, help=entry.label, description=entry.value.__doc__)
        command.set_defaults(run=entry.value(command))
    return parser


def run(command: Sequence[str]) -> int | None:
    """Run a command line; the exit code, or None if it asks for the window. argparse's own exits pass through."""
    tolerate_any_character()
    arguments = build_parser().parse_args(command)
    if arguments.run is None:
        return None
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:
        silence_stdout()
        return ExitCode.FAILURE
    except (CifarGuiError, OSError) as error:
        say(f"cifar-gui: {in_words(error)}")
        return exit_code(error)


def exit_code(error: Exception) -> int:
    """The exit code that belongs to an error."""
    kinds: tuple[tuple[type[Exception], int], ...] = (
        (UsageError, ExitCode.USAGE),
        (DeviceError, ExitCode.DEVICE_UNUSABLE),
        (DataMissing, ExitCode.DATA_MISSING),
        (DataError, ExitCode.BAD_INPUT),
        (PictureError, ExitCode.BAD_INPUT),
        (CheckpointError, ExitCode.BAD_INPUT),
        (RecipeError, ExitCode.BAD_INPUT),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), ExitCode.FAILURE)


def silence_stdout() -> None:
    """After its reader has gone: nothing more is written there, and the interpreter's last flush does not complain."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tolerate_any_character() -> None:
    """File names need not be text, and not every terminal has a "─": neither may end a command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="surrogateescape" if stream.encoding.lower() == "utf-8" else "replace")
