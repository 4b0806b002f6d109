"""What the child processes of the tests run: the real window, driven from within.

    child.py SCENARIO DELAY_MS HOW

Prints one line of JSON at the end of the interesting part; the exit status is the app's own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import cifar_gui.app as app
from cifar_gui.recipe import Recipe
from cifar_gui.ui import main_window
from cifar_gui.ui.main_window import MainWindow
from cifar_gui.ui.warm_up import WarmUp

HEAVY = ("torch", "torchvision", "numpy", "PIL", "pyqtgraph")
RECIPE = Recipe(
    network="simple", data="shapes", epochs=50, batch_size=50, micro_batch=50, device="cpu", precision="float32"
)


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def once_painted(window: MainWindow) -> None:
    """Say what has been imported when the first paint is over and the warm-up is about to begin, then close."""

    def instead_of_importing(_warm_up: WarmUp, *_callbacks: object) -> None:
        say(heavy=[name for name in HEAVY if name in sys.modules])
        window.close()

    WarmUp.start = instead_of_importing  # type: ignore[assignment,method-assign]


def end(window: MainWindow, how: str) -> None:
    """End the app in one of the ways in which people do."""
    say(state=window.context.session.state, torch=window.context.torch_ready())
    if how == "close":
        window.close()
    elif how == "quit":
        QApplication.quit()
    else:
        os.kill(os.getpid(), getattr(signal, how))


def when(condition: Callable[[], bool], then: Callable[[], None]) -> None:
    """Ask every few milliseconds, and go on when it is true."""
    timer = QTimer(QApplication.instance())
    timer.setInterval(5)

    def ask() -> None:
        if condition():
            timer.stop()
            then()

    timer.timeout.connect(ask)
    timer.start()


def drive(window: MainWindow, phase: str, delay: int, how: str) -> None:
    """Bring the window into a phase, wait a little, end it."""
    session = window.context.session

    def later() -> None:
        QTimer.singleShot(delay, lambda: end(window, how))

    def start_training() -> None:
        session.start(RECIPE)

    phases: dict[str, tuple[Callable[[], bool], Callable[[], None]]] = {
        "importing": (lambda: True, later),
        "idle": (window.context.torch_ready, later),
        "loading": (window.context.torch_ready, lambda: (start_training(), later())),
        "training": (
            window.context.torch_ready,
            lambda: (start_training(), when(lambda: session.state == "running", later)),
        ),
    }
    when(*phases[phase])


def main() -> int:
    scenario, delay, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    original = app.create_window

    def create() -> MainWindow:
        window = original()
        if scenario == "painted":
            once_painted(window)
        else:
            drive(window, scenario, delay, how)
        return window

    app.create_window = create
    main_window.ask_before_closing = lambda _parent: "stop"
    return app.main(["cifar-gui"])


if __name__ == "__main__":
    sys.exit(main())
