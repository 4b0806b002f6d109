"""The registry of sub-commands. Every module in this package is free of torch, numpy and Pillow until it is run."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Protocol

from cifar_gui.errors import CifarGuiError
from cifar_gui.registry import Registry

Run = Callable[[Namespace], int]
"""Does the work and returns the exit code."""


class Command(Protocol):
    """Declares the arguments of a sub-command. Its docstring is the description that `--help` shows."""

    def __call__(self, parser: ArgumentParser) -> Run: ...


COMMANDS: Registry[Command] = Registry("sub-command", "cifar_gui.cli")


class ExitCode:
    """What the process ends with; signals add 130 (SIGINT) and 143 (SIGTERM)."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    BAD_INPUT = 3
    DATA_MISSING = 4
    DEVICE_UNUSABLE = 5


class UsageError(CifarGuiError):
    """The arguments do not fit together or are out of range."""


def percentage(low: float, high: float) -> Callable[[str], float]:
    """An argument in per cent between two shares: "85" → 0.85."""

    def share(text: str) -> float:
        number = float(text) / 100
        if not low <= number <= high:  # neither is what is no number
            raise ArgumentTypeError(f"{text!r} is not between {100 * low:g} and {100 * high:g}")
        return number

    share.__name__ = "number of per cent"  # as argparse calls it where it is none
    return share


def whole_number(text: str) -> int:
    """An argument that must be 1, 2, 3, …"""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return number
