"""Fixtures for all tests: a home of their own, small data, the window, and a guard against what is left behind."""

from __future__ import annotations

import gc
import importlib
import os
import re
import subprocess
import sys
import threading
import traceback
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import shiboken6
from hypothesis import HealthCheck, settings
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData
    from cifar_gui.ui.main_window import MainWindow

REPOSITORY = Path(__file__).resolve().parent.parent
PATIENCE_MS = 240_000
"""How long a test of the interface waits for anything."""

settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")  # how fast a machine is that others use too says nothing of what is tested


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--keep-said", action="store_true", help="Keep what is said now, in said/ beside the tests, for later runs."
    )


@pytest.fixture
def stays_as_kept(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., None]:
    """Fails unless a text is, word for word, as it was when it was last kept in the folder `said` beside the test, and
    shows how it differs.

    What is said on purpose now is kept by `uv run pytest --keep-said`, to be read over before it is committed. `but`:
    patterns of what is another at each run, such as dates."""

    from .said import differences  # only here: this file is tried on its own, too

    def compare(said: str, name: str, *but: str) -> None:
        said = said.replace(str(tmp_path), "FOLDER")
        for pattern in but:
            said = re.sub(pattern, "…", said)
        kept = request.path.parent / "said" / f"{name}.txt"
        if request.config.getoption("--keep-said"):
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(said, encoding="utf-8", newline="\n")
        found = differences(kept.read_text(encoding="utf-8") if kept.is_file() else "", said)
        assert not found, f"{name} says something else (kept by --keep-said, if it is meant):\n{found}"

    return compare


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for everything the app would keep in the user's."""
    path = tmp_path / "home"
    monkeypatch.setenv("CIFAR_GUI_HOME", str(path))
    return path


@pytest.fixture(scope="session")
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs code in an interpreter of its own, to its end, with arguments."""

    def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    return run


@pytest.fixture(autouse=True, scope="session")
def one_torch_thread() -> None:
    """Small tensors are faster without a pool, and two cores are shared."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_data() -> ImageData:
    """Three classes, 240 pictures, learnable: bright, dark and striped ones with noise. Fixed for ever."""
    import torch

    from cifar_gui.data.base import assemble

    generator = torch.Generator().manual_seed(7)
    labels = torch.arange(240) % 3
    base = torch.tensor([200, 60, 128]).view(3, 1, 1, 1).expand(3, 3, 32, 32).clone()
    base[2, :, ::4] += 90
    noise = torch.randint(-30, 31, (240, 3, 32, 32), generator=generator)
    images = (base[labels] + noise).clamp(0, 255).to(torch.uint8)
    test = torch.arange(240) >= 200
    return assemble("Tiny", images, labels, ("bright", "dark", "striped"), test=test)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_in_the_clipboard() -> Iterator[None]:
    """Qt's offscreen platform frees what was copied after Python has ended, and crashes."""
    yield
    if (gui := sys.modules.get("PySide6.QtGui")) is not None and gui.QGuiApplication.instance() is not None:
        gui.QGuiApplication.clipboard().clear()


@pytest.fixture(scope="session")
def everything_imported() -> None:
    """What the warm-up thread of the first window would import, so that no window has to wait for it."""
    from cifar_gui.ui import warm_up

    for module in (*warm_up.MODULES, "pyqtgraph"):
        importlib.import_module(module)


@pytest.fixture
def qtbot(qtbot: Any) -> Iterator[Any]:
    """Waits as long as a loaded machine may need, by default: only a test that fails waits in vain. Lets go of all.

    To Qt, the keys and buttons of the last simulated event are held until the next one: a test after Ctrl+C would
    add to what is selected.
    """
    for name in ("waitUntil", "waitSignal", "waitSignals", "waitExposed"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE_MS))
    yield qtbot
    if QGuiApplication.keyboardModifiers().value or QGuiApplication.mouseButtons().value:
        qtbot.mouseClick(QWidget(), Qt.MouseButton.LeftButton)


@pytest.fixture
def window(qtbot: Any, home: Path, everything_imported: None) -> Iterator[MainWindow]:
    """The whole window, shown, with PyTorch ready; closed, and everything joined, afterwards."""
    from cifar_gui.app import create_window

    made = create_window()
    try:
        made.resize(1280, 800)
        made.show()
        qtbot.waitUntil(made.context.torch_ready)
        yield made
    finally:
        made.close_now()
        made.deleteLater()


@pytest.fixture(autouse=True)
def garbage_is_collected_between_tests_only() -> Iterator[None]:
    """Else any thread may come to collect what an earlier test has left, and widgets must not die on a worker."""
    gc.disable()
    yield
    if gc.get_count()[0] > _MUCH_GARBAGE:
        gc.collect()
    gc.enable()


_MUCH_GARBAGE = 50_000  # objects; collecting takes as long as there is much else


# What a test must not leave behind

_started_at: dict[int, str] = {}
_timers: list[weakref.ref[Any]] = []
_start_thread = threading.Thread.start
_start_timer = QTimer.start


def _line_of_ours() -> str:
    """The innermost line of this repository, this file aside, on the way to here."""
    for frame in reversed(traceback.extract_stack()):
        if frame.filename.startswith(str(REPOSITORY)) and frame.filename != __file__ and ".venv" not in frame.filename:
            return f"{frame.filename}:{frame.lineno}"
    return "a line outside this repository"


def _noting_start_of_thread(thread: threading.Thread) -> None:
    _started_at[id(thread)] = _line_of_ours()
    _start_thread(thread)


def _noting_start_of_timer(timer: QTimer, *arguments: Any) -> None:
    _started_at[id(timer)] = _line_of_ours()
    _timers.append(weakref.ref(timer))
    _start_timer(timer, *arguments)


@pytest.fixture(autouse=True, scope="session")
def _note_who_starts() -> Iterator[None]:
    threading.Thread.start = _noting_start_of_thread  # type: ignore[method-assign]
    QTimer.start = _noting_start_of_timer  # type: ignore[method-assign]
    yield
    threading.Thread.start = _start_thread  # type: ignore[method-assign]
    QTimer.start = _start_timer  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _leave_nothing_behind(_note_who_starts: None) -> Iterator[None]:
    """Fails a test that leaves a thread running or a timer active, and names the line that started it."""
    threads_before = set(threading.enumerate())
    _timers.clear()
    yield
    lines = [
        f"thread {thread.name!r} started at {_started_at.get(id(thread), '?')}"
        for thread in threading.enumerate()
        if thread not in threads_before and thread.is_alive() and not _belongs_to_a_library(thread)
    ]
    for timer in filter(None, (reference() for reference in _timers)):
        if shiboken6.isValid(timer) and timer.isActive() and not timer.isSingleShot():
            lines.append(f"timer started at {_started_at.get(id(timer), '?')}")
            timer.stop()
    if lines:
        pytest.fail("left behind: " + "; ".join(lines))


def _belongs_to_a_library(thread: threading.Thread) -> bool:
    """Daemons that a library starts once and keeps for good."""
    return thread.daemon and not _started_at.get(id(thread), "").startswith(str(REPOSITORY))
