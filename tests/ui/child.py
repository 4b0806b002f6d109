"""What the child processes of the tests run: the real command, its window driven from within.

    child.py SCENARIO DELAY_MS HOW [URL]

Prints a line of JSON when the interesting part is over; the exit status is the app's own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

import cifar_gui.app as app
from cifar_gui import __main__ as command
from cifar_gui.recipe import Recipe
from cifar_gui.ui import main_window
from cifar_gui.ui.main_window import MainWindow
from cifar_gui.ui.warm_up import WarmUp

HEAVY = ("torch", "torchvision", "numpy", "PIL", "pyqtgraph")
RECIPE = Recipe(
    network="simple", data="shapes", epochs=50, batch_size=50, micro_batch=50, device="cpu", precision="float32"
)
PICTURES = 12_000


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def once_painted(window: MainWindow) -> None:
    """Say what has been imported when the first paint is over and the warm-up is about to begin, then close."""

    def instead_of_importing(_warm_up: WarmUp, *_callbacks: object) -> None:
        say(heavy=[name for name in HEAVY if name in sys.modules])
        window.close()

    WarmUp.start = instead_of_importing  # type: ignore[assignment,method-assign]


def copying(window: MainWindow) -> None:
    """Put something made by Python into the clipboard, as every copy of a plot does, and close."""

    def copy_and_close() -> None:
        QGuiApplication.clipboard().setMimeData(QMimeData())
        say(copied=True)
        window.close()

    when(window.context.torch_ready, copy_and_close)


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


class Phases:
    """Ways to make the window busy. Each begins, and returns how to see that it is under way; None where that is so
    from the beginning and may be over before the end."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.context = window, window.context

    def importing(self) -> None:
        """As it does by itself."""

    def idle(self) -> None:
        """As it is by itself."""

    def loading(self) -> None:
        self.context.session.start(RECIPE)

    def training(self) -> Callable[[], bool]:
        """With the Train page in front, where the network is asked about held-out pictures as it trains."""
        self.window.show_page("train")
        self.context.session.start(RECIPE)
        return lambda: self.context.session.state == "running"

    def evaluating(self) -> Callable[[], bool]:
        """The validation after the first epoch, which goes on for as long as nobody stops it."""
        from cifar_gui.training.bench import Bench

        validate, begun = Bench.validate, []

        def without_end(bench: Bench) -> Iterator[Any]:
            while True:
                begun.append(True)
                yield from validate(bench)

        Bench.validate = without_end  # type: ignore[method-assign]
        self.context.session.start(RECIPE)
        return lambda: bool(begun) and self.context.session.state == "running"

    def classifying(self) -> Callable[[], bool]:
        """A folder of photos, which takes minutes."""
        from cifar_gui.data.picture import PictureSource

        folder = Path(os.environ["CIFAR_GUI_HOME"]) / "photos"
        folder.mkdir()
        QImage(2000, 1500, QImage.Format.Format_RGB32).save(str(folder / "0.jpg"))
        for number in range(1, PICTURES):
            (folder / f"{number}.jpg").hardlink_to(folder / "0.jpg")
        page: Any = self.window.show_page("classify")
        page.open_pictures([PictureSource.from_path(folder)])
        return lambda: bool(page.many.table_page.batch.running)

    def downloading(self) -> Callable[[], bool]:
        """From the server whose address is in the arguments; it is not in a hurry."""
        from cifar_gui.data.download import Download
        from cifar_gui.data.transport import Client
        from cifar_gui.ui.train import get_data

        client, card = Client(schemes=frozenset({"http"})), get_data.DownloadCard
        make = lambda: Download(url=sys.argv[4], client=client)  # noqa: E731
        get_data.DownloadCard = lambda context: card(context, make)  # type: ignore[assignment,misc]
        page: Any = self.window.show_page("train")
        page.get_data()
        shown = page.middle.cards.download
        shown.start.click()
        return lambda: shown.running and shown.progress.value() > 0

    def fetching(self) -> Callable[[], bool]:
        """A picture from that server, after the visible yes."""
        from cifar_gui.ui.classify import fetch

        fetch_picture, ends = fetch.fetch_picture, []

        def noted(*arguments: Any) -> Any:
            ends.append(False)
            try:
                return fetch_picture(*arguments)
            finally:
                ends.append(True)

        fetch.fetch_picture = noted
        page: Any = self.window.show_page("classify")
        page.opener.ask_about((urljoin(sys.argv[4], "picture.png"),))
        self.context.messages.all[0].actions[0][1]()
        return lambda: ends == [False]


def drive(window: MainWindow, phase: str, delay: int, how: str) -> None:
    """Bring the window into a phase, wait a little, end it."""

    def end(is_busy: Callable[[], bool] | None) -> None:
        """End the app in one of the ways in which people do."""
        say(phase=phase, under_way=is_busy is None or is_busy())
        if how == "close":
            window.close()
        elif how == "quit":
            QApplication.quit()
        else:
            os.kill(os.getpid(), getattr(signal, how))

    def begin() -> None:
        is_busy = getattr(Phases(window), phase)()
        when(is_busy or (lambda: True), lambda: QTimer.singleShot(delay, lambda: end(is_busy)))

    when(lambda: phase == "importing" or _ready(window, phase), begin)


def _ready(window: MainWindow, phase: str) -> bool:
    """Whether what the phase needs is there."""
    return window.context.torch_ready() and (phase != "classifying" or window.context.models.snapshot is not None)


def main() -> int:
    scenario, delay, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    original = app.create_window

    def create() -> MainWindow:
        window = original()
        if scenario == "painted":
            once_painted(window)
        elif scenario == "copying":
            copying(window)
        else:
            drive(window, scenario, delay, how)
        return window

    app.create_window = create
    main_window.ask_before_closing = lambda _parent, paused: "stop"
    return command.main([])


if __name__ == "__main__":
    sys.exit(main())
