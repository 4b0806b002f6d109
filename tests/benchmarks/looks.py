"""How soon one sees what one asks of a network: the verdict while painting and moving the crop, layers and epochs on
Filters. Prints; asserts nothing.

    uv run python tests/benchmarks/looks.py

One window with AirNet and the sample dog, then with a small run. Times are from the press of a key or button to the
answer on the page, as the event loop has it; of layers and epochs the first look counts apart from the later ones.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from measure import child, machine, say

if TYPE_CHECKING:
    from cifar_gui.ui.main_window import MainWindow

TIMES = 30
EPOCHS = 6

Wait = Callable[[Callable[[], object]], None]


def main() -> None:
    print(machine())
    found = child([__file__, "--child"])
    for what, values in found.items():
        times = sorted(values) or [float("nan")]
        print(f"{what}: median {statistics.median(times):.0f} ms, worst {times[-1]:.0f} ms of {len(times)}")


def child_looks() -> None:
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from cifar_gui import paths
    from cifar_gui.app import create_window
    from cifar_gui.data.picture import PictureSource
    from cifar_gui.networks.base import presets

    application = QApplication([])
    window = create_window()
    window.show()
    heartbeat = QTimer(interval=50)  # so that conditions are asked about in an idle window too
    heartbeat.start()

    def wait(condition: Callable[[], object]) -> None:
        while not condition():
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    context = window.context
    wait(lambda: context.torch_ready() and context.models.snapshot is not None)
    page: Any = window.show_page("classify")
    page.open_pictures([PictureSource.from_path(paths.resources() / "samples" / "dog.png")])
    settled = time.monotonic() + 8  # what is imported last of all competes with the first answers
    wait(lambda: time.monotonic() > settled and context.jobs.idle)
    found = {"painted → verdict": painted(page, wait), "crop moved → verdict": cropped(page, wait)}
    found |= layers(window, wait)
    context.session.start(presets("lenet")["quick"].changed(data="shapes", epochs=EPOCHS))
    wait(lambda: context.session.state != "idle")
    wait(lambda: context.session.state == "idle")
    context.models.choose("runs/0001/best")
    found["epoch → its filters"] = epochs(window, wait)
    window.close_now()
    say(**found)


def painted(page: Any, wait: Wait) -> list[float]:
    """Milliseconds from each dab of the brush to its verdict."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    page.single.picture_panel.views.button("paint").click()
    canvas = page.insight.paint_panel.canvas
    wait(lambda: not canvas.image.isNull())

    def dab(number: int) -> None:
        # one row of dabs from left to right: each changes pixels
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, number % 31)).toPoint())

    times = answered(page, wait, dab)
    page.single.picture_panel.views.button("picture").click()
    return times


def cropped(page: Any, wait: Wait) -> list[float]:
    """Milliseconds from each nudge of the frame to its verdict."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    view = page.single.picture_panel.crop_view
    ways = (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down)
    return answered(page, wait, lambda number: QTest.keyClick(view, ways[number % 4]))


def answered(page: Any, wait: Wait, do: Callable[[int], object]) -> list[float]:
    """Do it again and again, each time until the page has an answer; without the first, which wakes everything up."""
    answers: list[float] = []
    connection = page.answers.answered.connect(lambda _answer: answers.append(time.perf_counter()))
    times = []
    for number in range(TIMES + 1):
        answers.clear()
        began = time.perf_counter()
        do(number)
        wait(lambda: answers)
        times.append(1000 * (answers[0] - began))
    page.answers.answered.disconnect(connection)
    return times[1:]


def layers(window: MainWindow, wait: Wait) -> dict[str, list[float]]:
    """Milliseconds from the choice of each layer to its filters, and to its maps, at first and later."""
    page: Any = window.show_page("filters")
    wait(lambda: page.layers.count() > 1 and window.context.jobs.idle)
    found = {}
    for family, words in (("weights", "filters"), ("maps", "maps")):
        page.grid_panel._on_family_chosen(family)
        rows = range(page.layers.count())
        for when in ("at first", "again"):
            found[f"layer → its {words}, {when}"] = shown(page, wait, page.layers.setCurrentRow, rows)
    return found


def epochs(window: MainWindow, wait: Wait) -> list[float]:
    """Milliseconds from each step of the slider to the filters of that epoch, of those that have been there before."""
    page: Any = window.show_page("filters")
    slider = page.epochs.slider
    wait(lambda: slider.maximum() >= EPOCHS - 1 and window.context.jobs.idle)
    steps = [*range(slider.minimum(), slider.maximum() + 1)]
    shown(page, wait, slider.setValue, steps)
    return shown(page, wait, slider.setValue, steps[::-1])


def shown(page: Any, wait: Wait, do: Callable[[int], object], values: Sequence[int]) -> list[float]:
    """Milliseconds from each to the pictures on the page."""
    times = []
    for value in values:
        wait(lambda: page.context.jobs.idle)
        before, began = page._answered, time.perf_counter()
        do(value)
        patience = began + 2  # what is chosen already changes nothing
        wait(lambda before=before, patience=patience: page._answered is not before or time.perf_counter() > patience)
        if page._answered is not before:
            times.append(1000 * (time.perf_counter() - began))
    return times


if __name__ == "__main__":
    if "--child" in sys.argv:
        child_looks()
    else:
        main()
