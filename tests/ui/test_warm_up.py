from __future__ import annotations

import ctypes
import gc
import sys
import threading

import pytest

from cifar_gui.ui import warm_up
from cifar_gui.ui.warm_up import WarmUp


@pytest.fixture
def calls() -> list:
    return []


def finished(calls: list) -> None:
    """Do on this thread what was posted for the GUI thread."""
    for call in calls:
        call()


def test_everything_is_imported_and_told_once(qtbot, calls, everything_imported) -> None:
    problems: list = []
    made = WarmUp(calls.append)
    early: list = []
    made.start(lambda: early.append(made.done), problems.append)
    made.start(lambda: early.append(made.done), problems.append)
    qtbot.waitUntil(lambda: len(calls) == 2)
    made.shutdown()
    assert not made.done
    finished(calls)
    assert made.done
    assert early == [False]
    assert gc.isenabled()
    assert problems == [None]
    assert {name for name in warm_up.MODULES if name in sys.modules} == set(warm_up.MODULES)


def test_a_module_that_cannot_be_imported_is_told_about(qtbot, calls, monkeypatch) -> None:
    monkeypatch.setattr(warm_up, "MODULES", ("no_such_module_anywhere",))
    problems: list = []
    made = WarmUp(calls.append)
    made.start(lambda: pytest.fail("told too early"), problems.append)
    qtbot.waitUntil(lambda: bool(calls))
    made.shutdown()
    finished(calls)
    assert not made.done
    assert isinstance(problems[0], ModuleNotFoundError)


def test_closing_gives_up_at_the_next_import(tmp_path, monkeypatch, calls) -> None:
    finders_before = list(sys.meta_path)
    reached, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(sys, "first_reached", reached, raising=False)
    monkeypatch.setattr(sys, "first_go_on", go_on, raising=False)
    (tmp_path / "first_slow_module.py").write_text("import sys; sys.first_reached.set(); sys.first_go_on.wait(30)")
    (tmp_path / "never_reached_module.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(warm_up, "MODULES", ("first_slow_module", "never_reached_module"))
    made = WarmUp(calls.append)
    made.start(lambda: pytest.fail("told too early"), calls.append)
    assert reached.wait(30)
    made._closing.set()
    go_on.set()
    made.shutdown()
    assert calls == []
    assert "never_reached_module" not in sys.modules
    assert sys.meta_path == finders_before


def test_nothing_is_loaded_twice(monkeypatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: pytest.fail("loaded again"))
    warm_up.load_libraries()
    assert "torch" in sys.modules
