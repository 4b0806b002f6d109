"""Draw every page with real content, light and dark: the pictures of the README, and the ones to judge a change by.

    uv run python tests/tour.py OUT [--data IMAGES] [--photo FILE] [--size 1280x800] [--network keras1m] [--epochs 4]

Trains a short run in a home of its own, so that Train, Filters, Network and Runs have something to show. Without
`--data` it is the built-in synthetic set, without `--photo` the sample dog.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from cifar_gui import paths
from cifar_gui.data.picture import PictureSource
from cifar_gui.ui.main_window import MainWindow
from cifar_gui.ui.theme import theme

PATIENCE = 3600
"""Seconds that anything may take."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default="shapes")
    parser.add_argument("--photo", type=Path, default=paths.resources() / "samples" / "dog.png")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--network", default="keras1m")
    parser.add_argument("--epochs", type=int, default=4)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["CIFAR_GUI_HOME"] = home
        application = QApplication([])
        Tour(application, arguments).walk()


class Tour:
    """Walks through one window."""

    def __init__(self, application: QApplication, arguments: argparse.Namespace) -> None:
        from cifar_gui.app import create_window

        self.application, self.arguments = application, arguments
        self.window: MainWindow = create_window()
        self.window.resize(*map(int, arguments.size.split("x")))
        self.window.show()

    def walk(self) -> None:
        context = self.window.context
        self.until(lambda: context.torch_ready() and context.models.snapshot is not None)
        self.draw("classify", "start")
        self.classify()
        self.train()
        self.draw("filters")
        self.evaluate()
        self.draw("network")
        self.design()
        self.convolution()
        self.draw("runs")
        self.sweep()
        self.lesson()
        self.window.close_now()

    def classify(self) -> None:
        page = self.window.show_page("classify")
        samples = sorted((paths.resources() / "samples").glob("*.png"))
        for file in (*samples, self.arguments.photo):
            page.open_pictures([PictureSource(file.name, file)])
            self.settle(1.0)
        self.draw("classify")

    def train(self) -> None:
        """Draw the page three quarters through a run, and let the run end."""
        from cifar_gui.networks.base import presets

        session = self.window.context.session
        self.window.show_page("train")
        recipe = presets(self.arguments.network)["quick"].changed(
            data=str(self.arguments.data), epochs=self.arguments.epochs
        )
        session.start(recipe)
        wanted = max(1, self.arguments.epochs * 3 // 4)
        self.until(lambda: len(session.history.epoch_rows) >= wanted or session.state == "idle")
        self.settle(3.0)
        self.draw("train")
        self.until(lambda: session.state == "idle")

    def evaluate(self) -> None:
        """The network in front on the pictures it has not learned from, and the pictures of one error."""
        context, page = self.window.context, self.window.show_page("evaluate")
        context.models.choose("runs/0001/best")
        self.until(lambda: context.models.loaded is not None and context.models.loaded.key == "runs/0001/best")
        self.until(lambda: not page.examiner.standing().why_not)
        page.controls.run.click()
        self.until(lambda: page.outcome is not None)
        row, column, _count = next(iter(page.outcome.confusion.most()), (0, 0, 0))
        page.views.confusion.table.open_cell(row, column)
        self.draw("evaluate")
        page.views.choose("reliability")
        self.draw("evaluate", "reliability")
        page.views.choose("robustness")
        page.views.robustness.button.click()
        self.until(lambda: bool(page.views.robustness.measured))
        self.draw("evaluate", "robustness")
        page.views.choose("epochs")
        page.views.epochs.button.click()
        self.until(page.views.epochs.waiting.isHidden)
        self.draw("evaluate", "epochs")
        page.views.choose("twins")
        page.views.twins.split_chosen.emit("validation")
        page.views.twins.button.click()
        self.until(lambda: page.views.twins.found is not None)
        self.draw("evaluate", "twins")
        page.views.choose("confusion")
        page.controls.game.click()
        self.until(lambda: page.game.round is not None)
        self.draw("evaluate", "game")
        page.game.leave()

    def design(self) -> None:
        """The designer with the layers of the network that has been trained, one of them changed."""
        page = self.window.show_page("network")
        page.gallery.choose(self.arguments.network)
        page.summary.design.click()
        page.designer.rows.typed.emit("depth", "24")
        self.draw("network", "design")

    def convolution(self) -> None:
        """The operator as it opens, and a layer of the whole network."""
        page = self.window.show_page("convolution")
        page.operator.go((2, 3))
        self.draw("convolution")
        page.views.button("network").click()
        self.until(lambda: page.network.walk is not None)
        page.network.show_stage("pool")
        page.network.operator.go((12, 14))
        self.draw("convolution", "network")

    def sweep(self) -> None:
        """A small network with three learning rates and two batch sizes, one epoch each."""
        from cifar_gui.networks.base import presets
        from cifar_gui.runs.axis import Axis
        from cifar_gui.runs.sweep import Sweep

        recipe = presets("simple")["quick"].changed(data=str(self.arguments.data), epochs=1)
        axes = (Axis("lr", (0.01, 0.05, 0.2)), Axis("batch_size", (125, 500)))
        page, sweeps = self.window.show_page("runs"), self.window.context.sweeps
        begun: list[Path] = []
        sweeps.begin(Sweep(recipe, axes), "rates", begun.append)
        self.until(lambda: bool(begun) and sweeps.path is None and self.window.context.session.state == "idle")
        page.sweeps.views.chosen.emit("sweeps")
        page.sweeps.view.choose(begun[0])
        self.draw("runs", "sweep")

    def lesson(self) -> None:
        """The first lesson, as it opens."""
        file = min((paths.resources() / "lessons").iterdir())
        self.window.open_elsewhere([PictureSource.from_path(file)])
        self.until(lambda: self.window.lesson.bar.isVisible())
        self.draw("", "lesson")

    def draw(self, page: str, detail: str = "") -> None:
        """One picture of a page in each theme; without its name, of the page in front."""
        if page:
            self.window.show_page(page)
        for scheme in ("light", "dark"):
            theme().set_look(scheme=scheme)
            self.settle(1.5)
            self.until(lambda: self.window.context.jobs.idle)
            name = "-".join(filter(None, (page, detail, scheme)))
            self.window.grab().save(str(self.arguments.out / f"{name}.png"))
            print(name, flush=True)
        theme().set_look(scheme="light")

    def until(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached():
            if time.monotonic() > deadline:
                raise TimeoutError("the tour waited too long")
            self.settle(0.05)

    def settle(self, seconds: float) -> None:
        """Let the window work for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.application.processEvents()
            time.sleep(0.005)


if __name__ == "__main__":
    main()
