"""`cifar-gui` and `python -m cifar_gui`: a sub-command, or the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line given, or the process's own; returns the exit code."""
    provide_streams()
    try:
        from cifar_gui.cli.main import run  # after the streams: argparse takes hold of them

        code = run(sys.argv[1:] if arguments is None else arguments)
        return open_window() if code is None else code
    except KeyboardInterrupt:  # before the command, or the window, has taken charge of signals
        return 130


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
    """A windowed start (pythonw, a desktop entry on Windows) has no streams; what is written then goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # kept until exit


if __name__ == "__main__":
    sys.exit(main())
