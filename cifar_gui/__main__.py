"""`cifar-gui` and `python -m cifar_gui`: a sub-command, or the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cifar_gui.cli.signals import Interrupted, interruptible


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line given, or the process's own; returns the exit code."""
    provide_streams()
    try:
        with interruptible():  # before anything else is imported, which takes most of the time
            from cifar_gui.cli.main import run

            code = run(sys.argv[1:] if arguments is None else arguments)
            return open_window() if code is None else code
    except Interrupted as error:
        print("Interrupted.", file=sys.stderr)
        return error.exit_code


def open_window() -> int:
    """Start the interface, or say in a sentence why that cannot be."""
    from cifar_gui.preflight import missing_library, window_problem

    problem = window_problem()
    if problem is None:
        try:
            if sys.platform == "win32":
                import torch  # noqa: F401  # before PySide6: the other way round its DLLs are not found

            from cifar_gui.app import main as start
        except ImportError as error:
            problem = missing_library(str(error))
            if problem is None:
                raise
    if problem is not None:
        print(f"cifar-gui: {problem}", file=sys.stderr)
        return 1
    return start()


def provide_streams() -> None:
    """A windowed start (pythonw, a desktop entry on Windows) has no streams. What is written then goes nowhere, and not
    into the next files opened, which would get the numbers that libraries write to."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  # kept until exit


if __name__ == "__main__":
    sys.exit(main())
