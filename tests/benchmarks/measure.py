"""What the benchmarks share: turns in the order A B B A, and children in a home of their own that answer in JSON."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

ROUNDS = 3  # of A B B A


def abba(first: Callable[[], float], second: Callable[[], float]) -> tuple[list[float], list[float]]:
    """Both measured in the order A B B A, `ROUNDS` times, after one of each that does not count."""
    first(), second()
    ones: list[float] = []
    others: list[float] = []
    for _ in range(ROUNDS):
        ones.append(first())
        others += [second(), second()]
        ones.append(first())
    return ones, others


def child(arguments: list[str]) -> dict[str, Any]:
    """What a child process says last, in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "CIFAR_GUI_HOME": home}
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, check=True, text=True
        )
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def middle(values: list[float], digits: int = 3) -> str:
    return f"{statistics.median(values):,.{digits}f}"


def machine() -> str:
    """How many cores there are and how busy they are: the figures mean little without."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores{load}"
