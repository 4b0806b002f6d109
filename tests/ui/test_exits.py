"""Row 1: whatever runs, whenever and however the app is ended, it ends normally, soon, and what it saved loads.

And before that: the window is painted before anything heavy is imported.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cifar_gui.checkpoint.files import load_resume_state
from cifar_gui.data.official import BINARY
from cifar_gui.ui.faults import CRASH_FILE

CHILD = Path(__file__).with_name("child.py")
PHASES = ("importing", "idle", "loading", "training", "evaluating", "classifying", "downloading", "fetching")
HOWS = ("close", "quit", "SIGTERM", "SIGINT")
PLACES = [(phase, how) for phase in PHASES for how in HOWS]
SHORT = [(phase, HOWS[number % len(HOWS)]) for number, phase in enumerate(PHASES)]  # every phase and every way once
SILENCE, LIMIT = 600, 240
"""Seconds, for very busy machines: until a child speaks, and until it ends. How long that takes is printed by the long
version."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


@pytest.fixture
def slow_server() -> Iterator[str]:
    """The address of an archive that arrives at three megabytes a second. Every other file drips, byte by byte."""
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_archive = self.path == "/archive.tar.gz"
            self.send_response(200)
            self.send_header("Content-Type", "application/gzip" if is_archive else "image/png")
            self.send_header("Content-Length", str(BINARY.size))
            self.end_headers()
            try:
                while not closing.wait(0.02):
                    self.wfile.write(bytes(1 << 16 if is_archive else 1))
            except ConnectionError:
                self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False  # so that closing waits for them
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/archive.tar.gz"
        closing.set()
        server.shutdown()
        thread.join()


def run_child(
    home: Path, scenario: str, delay: int = 0, how: str = "close", address: str = ""
) -> tuple[list[dict], float]:
    """Run child.py to its end. Returns what it said and the seconds from its last word to its end."""
    environment = {**os.environ, "CIFAR_GUI_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-X", "faulthandler", str(CHILD), scenario, str(delay), how, address]
    home.mkdir(exist_ok=True)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        watchdog = threading.Timer(SILENCE, child.kill)  # a child that never says a word must not hold up the rest
        watchdog.start()
        line = child.stdout.readline()
        watchdog.cancel()
        began = time.monotonic()
        try:
            rest, errors = child.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            child.kill()
            pytest.fail(f"{scenario}, {how} after {delay} ms: still running {LIMIT} s later\n{child.communicate()[1]}")
    took = time.monotonic() - began
    crash = "".join(file.read_text() for file in home.rglob(CRASH_FILE))
    assert child.returncode == 0, f"{scenario}, {how} after {delay} ms: {child.returncode}\n{errors}\n{crash}"
    assert "Traceback" not in errors, errors
    return [json.loads(each) for each in (line, *rest.splitlines()) if each.strip()], took


def end_in(home: Path, phase: str, how: str, delay: int, address: str) -> float:
    """End a window in this phase, look at what it leaves behind, and return how many seconds the end took."""
    (said,), took = run_child(home, phase, delay, how, address)
    assert said["phase"] == phase
    assert said["under_way"]
    files = list(home.glob("runs/*/resume.safetensors"))
    assert files or phase not in ("training", "evaluating")
    for file in files:
        assert load_resume_state(file).step > 0
    parts = [file.name for file in home.rglob(f"{BINARY.file_name}*")]
    assert parts == ([f"{BINARY.file_name}.part"] if phase == "downloading" else [])
    shutil.rmtree(home)
    return took


def test_the_window_is_painted_before_anything_heavy_is_imported(home: Path) -> None:
    said, _ = run_child(home, "painted")
    assert said == [{"heavy": []}]


def test_what_was_copied_does_not_crash_the_end(home: Path) -> None:
    said, _ = run_child(home, "copying")
    assert said == [{"copied": True}]


@pytest.mark.parametrize(("phase", "how"), SHORT)
def test_every_end_is_a_normal_one(home: Path, phase: str, how: str, slow_server: str) -> None:
    end_in(home, phase, how, random.Random(f"{phase} {how}").randrange(300), slow_server)


@pytest.mark.soak
def test_a_hundred_ends_at_random_instants_are_normal_and_quick(tmp_path: Path, slow_server: str) -> None:
    chance, took = random.Random(100), []
    for number in range(100):
        phase, how = PLACES[number % len(PLACES)]
        delay = chance.randrange(2000 if phase == "importing" else 500)
        took.append((end_in(tmp_path / str(number), phase, how, delay, slow_server), phase, how))
    print(
        "slowest of 100 ends: "
        + ", ".join(f"{seconds:.2f} s ({what}, {how})" for seconds, what, how in sorted(took)[:-4:-1])
    )
    assert max(took)[0] <= 5.0
