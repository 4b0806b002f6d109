"""How soon the window answers, and how much memory it takes. Prints; asserts nothing.

    uv run python tests/benchmarks/answers.py --data CIFAR-10 --picture PHOTO

One window, driven as a user would: pictures are dropped while nothing runs, then while AirNet trains on CIFAR-10, then
Stop is pressed. Times are from the drop to the verdict in words, and from Stop to everything being saved; memory is the
largest that the process ever had resident.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import child, machine, say

if TYPE_CHECKING:
    from cifar_gui.ui.main_window import MainWindow

DROPS = 20
TRAIN_FOR = 40  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="CIFAR-10: an archive, or a folder of pictures")
    parser.add_argument("--picture", type=Path, required=True, help="what is dropped")
    asked = parser.parse_args()
    print(machine())
    found = child([__file__, "--child", str(asked.data.resolve()), str(asked.picture.resolve())])
    for when in ("idle", "training"):
        times = sorted(found[when])
        print(f"drop → verdict, {when}: median {statistics.median(times):.0f} ms, worst {times[-1]:.0f} ms")
    print(f"Stop → idle, everything saved: {found['stop']:.0f} ms; one micro-batch takes {found['micro_batch']:.0f} ms")
    print(f"resident memory: {found['before']:.2f} GB before the training, at most {found['memory']:.2f} GB in it")


def child_answers(data: str, picture: Path) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from cifar_gui.app import create_window
    from cifar_gui.networks.base import presets

    application = QApplication([])
    window = create_window()
    window.show()

    heartbeat = QTimer(interval=50)  # so that conditions of time are asked about in an idle window too
    heartbeat.start()

    def wait(condition: Callable[[], bool]) -> None:
        while not condition():
            application.processEvents(_wait_flag())

    wait(window.context.torch_ready)
    wait(lambda: window.context.models.snapshot is not None)
    settled = time.monotonic() + 8  # what is imported last of all competes with the first answers
    wait(lambda: time.monotonic() > settled)
    found: dict[str, Any] = {"idle": drops(window, picture, wait), "before": resident()}
    window.show_page("train")
    recipe = presets("airnet")["best"].changed(data=data)
    session = window.context.session
    session.start(recipe)
    wait(lambda: session.state == "running" and len(session.history.steps["step"]) > 0)
    began, first = time.monotonic(), last_step(window)
    wait(lambda: time.monotonic() > began + TRAIN_FOR)
    steps = last_step(window) - first
    found["micro_batch"] = 1000 * (time.monotonic() - began) / steps * recipe.micro_batch / recipe.batch_size
    found["training"] = drops(window, picture, wait)
    window.show_page("train")
    pressed = time.monotonic()
    session.stop()
    wait(lambda: session.state == "idle")
    found["stop"] = 1000 * (time.monotonic() - pressed)
    found["memory"] = resident()
    window.close_now()
    say(**found)


def drops(window: MainWindow, picture: Path, wait: Callable[[Callable[[], bool]], None]) -> list[float]:
    """Milliseconds from each drop to its verdict, without the first, which wakes everything up."""
    from cifar_gui.data.picture import PictureSource

    page: Any = window.show_page("classify")
    answered: list[float] = []
    page.answers.answered.connect(lambda _answer: answered.append(time.monotonic()))
    times = []
    for number in range(DROPS + 1):
        dropped = time.monotonic()
        page.open_pictures([PictureSource(f"{number}{picture.suffix}", picture)])
        wait(lambda number=number: len(answered) > number)  # type: ignore[misc]
        times.append(1000 * (answered[-1] - dropped))
    return times[1:]


def last_step(window: MainWindow) -> int:
    return int(window.context.session.history.steps["step"][-1])


def resident() -> float:
    """The most memory this process has had resident, in GB. Not known on Windows."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def _wait_flag() -> Any:
    from PySide6.QtCore import QEventLoop

    return QEventLoop.ProcessEventsFlag.WaitForMoreEvents


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child_answers(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
