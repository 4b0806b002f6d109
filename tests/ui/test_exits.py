"""Row 1: whatever runs, whenever and however the app is ended, it ends normally, soon, and what it saved loads.

And before that: the window is painted before anything heavy is imported.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cifar_gui.checkpoint.files import load_resume_state

CHILD = Path(__file__).with_name("child.py")
PHASES = ("importing", "idle", "loading", "training")
HOWS = ("close", "quit", "SIGTERM", "SIGINT")
PLACES = [(phase, how) for phase in PHASES for how in HOWS]
LIMIT = 240  # seconds, for very busy machines; how long the end takes is printed by the long version

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


def run_child(home: Path, scenario: str, delay: int = 0, how: str = "close") -> tuple[list[dict], float]:
    """Run child.py to its end. Returns what it said and the seconds from its last word to its end."""
    environment = {**os.environ, "CIFAR_GUI_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-X", "faulthandler", str(CHILD), scenario, str(delay), how]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        began = time.monotonic()
        try:
            rest, errors = child.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            child.kill()
            pytest.fail(f"{scenario}, {how} after {delay} ms: still running {LIMIT} s later\n{child.communicate()[1]}")
    took = time.monotonic() - began
    assert child.returncode == 0, f"{scenario}, {how} after {delay} ms: {child.returncode}\n{errors}"
    assert "Traceback" not in errors, errors
    return [json.loads(each) for each in (line, *rest.splitlines()) if each.strip()], took


def test_the_window_is_painted_before_anything_heavy_is_imported(home: Path) -> None:
    said, _ = run_child(home, "painted")
    assert said == [{"heavy": []}]


@pytest.mark.parametrize(("phase", "how"), random.Random(1).sample(PLACES, 8))
def test_every_end_is_a_normal_one(home: Path, phase: str, how: str) -> None:
    run_child(home, phase, random.Random(f"{phase} {how}").randrange(300), how)
    for file in home.glob("runs/*/resume.safetensors"):
        assert load_resume_state(file).step > 0


@pytest.mark.soak
def test_a_hundred_ends_at_random_instants_are_normal_and_quick(tmp_path: Path) -> None:
    chance, slowest = random.Random(100), 0.0
    for number in range(100):
        phase, how = PLACES[number % len(PLACES)]
        home = tmp_path / str(number)
        _, took = run_child(home, phase, chance.randrange(2000 if phase == "importing" else 500), how)
        slowest = max(slowest, took)
        for file in home.glob("runs/*/resume.safetensors"):
            assert load_resume_state(file).step > 0
    print(f"slowest of 100 ends: {slowest:.2f} s")
    assert slowest <= 5.0
