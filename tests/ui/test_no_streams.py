"""Row 18: a windowed start has no stdout, no stderr and nobody who reads them; the window opens, logs and ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
import os, sys

from PySide6.QtCore import QTimer

import cifar_gui.app as app
from cifar_gui.__main__ import main

create = app.create_window

def create_window():
    window = create()
    window.painted.connect(lambda: QTimer.singleShot(0, fail))  # the log is opened by then
    window.painted.connect(lambda: QTimer.singleShot(0, window.close))
    return window

def fail():
    print("to nobody", file=sys.stdout)
    print("to nobody", file=sys.stderr, flush=True)
    for stream in (1, 2):
        os.write(stream, b"to nobody")  # as libraries do that are not written in Python
    raise ZeroDivisionError("as intended")

app.create_window = create_window
sys.exit(main([]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="closes file descriptors the POSIX way")
def test_a_start_without_streams_opens_the_window_and_logs_what_fails(home: Path) -> None:
    """All three descriptors are closed: sys.stdin, stdout and stderr are None, and the next files get their numbers."""
    command = ["sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', sys.executable, "-c", CHILD]
    environment = {**os.environ, "CIFAR_GUI_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    assert subprocess.run(command, env=environment, timeout=240, check=False).returncode == 0
    log = (home / "logs" / "cifar-gui.log").read_text()
    assert log.count("\nZeroDivisionError: as intended") == 1
    assert (home / "settings" / "window.json").read_text().startswith("{")
    written = [path for path in home.rglob("*") if path.is_file() and b"to nobody" in path.read_bytes()]
    assert written == []
