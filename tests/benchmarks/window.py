"""How fluid the window is: launch, event-loop gaps, and what it costs the training. Prints; asserts nothing.

    uv run python tests/benchmarks/window.py [launch] [gaps] [training] [--network airnet]

Each figure stands beside its opponent, measured in the same run in the order A B B A: an empty PySide6 window, an idle
window, a training without a window. Needs no data set (drawn shapes); works on any Qt platform, also offscreen.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from measure import abba, child, machine, middle, say

if TYPE_CHECKING:
    from cifar_gui.recipe import Recipe
    from cifar_gui.ui.main_window import MainWindow

HEARTBEAT_MS = 5
SECONDS = 12  # of idling, and of training, under the heartbeat

EMPTY_WINDOW = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, self.done)
    def done(self):
        print('{"painted": %r}' % time.monotonic(), flush=True)
        QApplication.quit()
application = QApplication([])
window = Window()
window.resize(1280, 800)
window.show()
application.exec()
"""


def main() -> None:
    parts = {"launch": compare_launch, "gaps": show_gaps, "training": compare_training}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="|".join(parts), help="all of them if none is named")
    parser.add_argument("--network", default="airnet", help="what trains: resnet18 is the heaviest")
    arguments = parser.parse_args()
    wanted = arguments.parts or list(parts)
    if unknown := set(wanted) - set(parts):
        parser.error(f"no part called {', '.join(sorted(unknown))}")
    print(machine())
    for part in wanted:
        parts[part](arguments.network)


# (a) Launch


def compare_launch(_network: str) -> None:
    """Seconds from the start of the process to the first paint, against an empty PySide6 window."""
    ours, empty = abba(lambda: launch([__file__, "--child", "paint"]), lambda: launch(["-c", EMPTY_WINDOW]))
    difference = statistics.median(a - b for a, b in zip(ours, empty, strict=True))
    print(
        f"launch → painted: {middle(ours)} s; an empty PySide6 window: {middle(empty)} s; later by {difference:.3f} s"
    )


def launch(arguments: list[str]) -> float:
    began = time.monotonic()
    return float(child(arguments)["painted"]) - began


def child_paint() -> None:
    from PySide6.QtCore import QTimer

    import cifar_gui.app as app

    create = app.create_window

    def create_and_watch() -> MainWindow:
        window = create()
        window.painted.connect(lambda: say(painted=time.monotonic()))
        window.painted.connect(lambda: QTimer.singleShot(0, window.close_now))
        return window

    app.create_window = create_and_watch
    app.main([])


# (b) Gaps of the event loop


def show_gaps(network: str) -> None:
    """Gaps between heartbeats: while importing, while the heaviest page is built, idle, and while starting, training,
    classifying and stopping."""
    for name, gaps in child([__file__, "--child", "gaps", network]).items():
        ordered = sorted(gaps)
        p50, p99 = (ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.99))
        print(f"event-loop gaps, {name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {ordered[-1]:.1f} ms")


def child_gaps() -> None:
    from PySide6.QtCore import QElapsedTimer, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from cifar_gui.app import create_window

    application = QApplication([])
    window = create_window()
    window.show()
    gaps: dict[str, list[float]] = {"importing": [], "opening Train": [], "idle": [], "training": []}
    phase = "importing"
    clock, timer = QElapsedTimer(), QTimer()

    def beat() -> None:
        gaps[phase].append(clock.nsecsElapsed() / 1e6)
        clock.restart()

    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    clock.start()
    timer.start(HEARTBEAT_MS)

    def wait(condition: Callable[[], bool]) -> None:
        while not condition():
            application.processEvents(_wait_flag())

    script = drive(window)
    wait(window.context.torch_ready)
    settle = time.monotonic() + 3
    wait(lambda: time.monotonic() > settle and window.context.jobs.idle)
    phase = "opening Train"
    window.show_page("train")
    application.processEvents()
    clock.restart()
    phase = "idle"
    until = time.monotonic() + SECONDS
    wait(lambda: time.monotonic() > until)
    phase = "training"
    for condition in script:
        wait(condition)
    timer.stop()
    window.close_now()
    say(**gaps)


def _wait_flag() -> Any:
    from PySide6.QtCore import QEventLoop

    return QEventLoop.ProcessEventsFlag.WaitForMoreEvents


def drive(window: MainWindow) -> Iterator[Callable[[], bool]]:
    """Start, train, classify now and then, stop. Yields what to wait for."""
    from cifar_gui import paths
    from cifar_gui.data.picture import PictureSource

    session = window.context.session
    samples = sorted((paths.resources() / "samples").glob("*.png"))
    session.start(recipe())
    yield lambda: session.state == "running"
    for number in range(SECONDS):
        until = time.monotonic() + 1
        yield lambda until=until: time.monotonic() > until  # type: ignore[misc]
        if samples and number >= SECONDS // 2:
            sample = samples[number % len(samples)]
            window.show_page("classify").open_pictures([PictureSource(sample.name, sample)])
    session.stop()
    yield lambda: session.state == "idle"


# (c) What the window costs the training


def compare_training(network: str) -> None:
    """Images per second with the window open on the Train page, against the same generator without one."""
    with_window, headless = abba(
        lambda: child([__file__, "--child", "window", network])["speed"],
        lambda: child([__file__, "--child", "headless", network])["speed"],
    )
    ratio = statistics.median(a / b for a, b in zip(with_window, headless, strict=True))
    print(
        f"training with the window open: {middle(with_window, 0)} images/s; headless: {middle(headless, 0)} images/s; "
        f"median ratio {ratio:.3f}"
    )


def recipe() -> Recipe:
    """What a child trains; the network is the last of its arguments."""
    from cifar_gui.networks.base import presets

    return presets(sys.argv[-1])["quick"].changed(data="shapes", epochs=200, batch_size=500, micro_batch=250)


def child_window() -> None:
    from PySide6.QtWidgets import QApplication

    from cifar_gui.app import create_window
    from cifar_gui.training.events import StepReport

    application = QApplication([])
    window = create_window()
    window.show()
    meter = Meter()

    def on_event(event: object) -> None:
        if isinstance(event, StepReport) and meter.take(event.step):
            say(speed=meter.speed(500))
            window.close_now()
            application.quit()

    window.context.session.event.connect(on_event)

    while not window.context.torch_ready():
        application.processEvents(_wait_flag())
    window.show_page("train")
    window.context.session.start(recipe())
    application.exec()


def child_headless() -> None:
    from cifar_gui.data.sources import load
    from cifar_gui.runs import Run
    from cifar_gui.training.control import Control
    from cifar_gui.training.engine import new_model, train
    from cifar_gui.training.events import StepReport

    data = load("shapes")
    meter = Meter()
    with Run.create(recipe()) as run:
        for event in train(new_model(recipe(), len(data.class_names)), data, recipe(), Control()):
            run.record(event)
            if isinstance(event, StepReport) and meter.take(event.step):
                break
    say(speed=meter.speed(500))


class Meter:
    """Steps per second of wall clock, everything included, after a few seconds of warming up."""

    def __init__(self) -> None:
        self._begun, self._first, self._last = 0.0, (0, 0.0), (0, 0.0)

    def take(self, step: int) -> bool:
        """Note a step. True when there is enough to tell."""
        now = time.monotonic()
        self._begun = self._begun or now
        if now - self._begun < 4:
            self._first = (step, now)
        self._last = (step, now)
        return now - self._begun > 4 + SECONDS

    def speed(self, batch_size: int) -> float:
        return (self._last[0] - self._first[0]) * batch_size / (self._last[1] - self._first[1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        {"paint": child_paint, "gaps": child_gaps, "window": child_window, "headless": child_headless}[sys.argv[2]]()
    else:
        main()
