from __future__ import annotations

import ctypes
import gc
import importlib
import sys
import threading

import pytest

from cifar_gui.ui import warm_up
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.warm_up import WarmUp


@pytest.fixture(autouse=True)
def garbage_is_collected_as_in_the_app() -> None:
    gc.enable()


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


def test_libraries_come_first_then_modules_and_after_those_what_pages_need(qtbot, calls, monkeypatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(warm_up, "load_libraries", lambda: order.append("libraries"))
    monkeypatch.setattr(warm_up.importlib, "import_module", order.append)
    made = WarmUp(lambda call: order.append("posted") or calls.append(call))
    made.start(lambda: None, lambda _problem: None)
    made.shutdown()
    pages = [f"cifar_gui.ui.{name}.page" for name in PAGES.names()]
    assert order == ["libraries", *warm_up.MODULES, "posted", "pyqtgraph", *pages, "posted"]


def test_once_closed_nothing_is_begun(calls, monkeypatch) -> None:
    monkeypatch.setattr(warm_up, "load_libraries", lambda: pytest.fail("begun"))
    made = WarmUp(calls.append)
    made.shutdown()
    made.start(lambda: None, lambda _problem: None)
    assert calls == []


def test_what_others_import_while_it_is_given_up_is_theirs(tmp_path, monkeypatch, calls) -> None:
    reached, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(warm_up, "load_libraries", lambda: (reached.set(), go_on.wait(30)))
    (tmp_path / "module_of_somebody_else.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    made = WarmUp(calls.append)
    made.start(lambda: None, lambda _problem: None)
    assert reached.wait(30)
    made._closing.set()
    try:
        importlib.import_module("module_of_somebody_else")
    finally:
        go_on.set()
        made.shutdown()


def test_garbage_is_looked_for_again_only_where_it_was_before(calls, monkeypatch) -> None:
    monkeypatch.setattr(warm_up, "MODULES", ())
    during: list[bool] = []
    monkeypatch.setattr(warm_up, "load_libraries", lambda: during.append(gc.isenabled()))
    for enabled in (False, True):
        (gc.enable if enabled else gc.disable)()
        try:
            made = WarmUp(calls.append)
            made.start(lambda: None, lambda _problem: None)
            made.shutdown()
            assert gc.isenabled() == enabled
        finally:
            gc.enable()
    assert during == [False, False]


def test_what_modules_consist_of_is_kept_out_of_every_later_look_until_the_end(calls, monkeypatch) -> None:
    monkeypatch.setattr(warm_up, "MODULES", ())
    monkeypatch.setattr(warm_up, "load_libraries", lambda: None)
    monkeypatch.delitem(sys.modules, "torch")  # as at the first start
    monkeypatch.setattr(warm_up.importlib, "import_module", lambda _name: None)
    made = WarmUp(calls.append)
    made.start(lambda: None, lambda _problem: None)
    made._thread.join()
    assert gc.get_freeze_count() > 0
    made.shutdown()
    assert gc.get_freeze_count() == 0
