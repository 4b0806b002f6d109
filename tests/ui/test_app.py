"""What the window's parts hear of each other, and how it starts."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from cifar_gui import app
from cifar_gui.recipe import Recipe
from cifar_gui.ui import warm_up
from cifar_gui.ui.main_window import MainWindow
from cifar_gui.ui.settings import Settings
from cifar_gui.ui.theme import theme


def told(window: MainWindow) -> list[tuple[str, str, str, str]]:
    return [(each.severity, each.text, each.details, each.topic) for each in window.context.messages.all]


def test_what_goes_wrong_with_a_training_is_told_until_one_begins(window, tiny_data) -> None:
    session, data = window.context.session, window.context.data
    window.context.messages.clear()
    session.refused.emit("A run is being trained.")
    session.failed.emit("Training stopped.", "the details")
    assert told(window) == [
        ("error", "Training stopped.", "the details", "training"),
        ("warning", "A run is being trained.", "", "training"),
    ]
    session.opened.emit(SimpleNamespace(recipe=Recipe(network="mlp", data="/somewhere"), data=tiny_data))
    assert told(window) == []
    assert (data.current, data.current_source) == (tiny_data, "/somewhere")


def test_the_window_looks_as_it_did_last_time(qtbot, everything_imported) -> None:
    settings = Settings()
    settings.set("theme", "dark")
    settings.set("zoom", 1.25)
    settings.save()
    window = app.create_window()
    qtbot.addWidget(window)
    assert (theme().scheme, theme().zoom) == ("dark", 1.25)
    assert not window.context.messages.all
    window.close_now()


def test_an_answer_that_fails_unexpectedly_is_told_with_details_and_logged(window, qtbot, caplog) -> None:
    window.context.messages.clear()
    window.context.jobs.run(lambda: 1 / 0, pytest.fail)
    qtbot.waitUntil(lambda: bool(told(window)))
    (severity, text, details, _topic) = told(window)[0]
    assert (severity, "ZeroDivisionError" in text, "Traceback" in details) == ("error", True, True)
    assert "ZeroDivisionError" in caplog.text


def test_a_fault_on_another_thread_is_told_on_the_windows_own(window, qtbot) -> None:
    window.context.messages.clear()
    app.fault_hooks(window).tell(ZeroDivisionError("oops"))
    assert told(window) == []  # not before the event loop has the word
    qtbot.waitUntil(lambda: bool(told(window)))
    assert "Traceback" in told(window)[0][2] or "ZeroDivisionError" in told(window)[0][2]


def test_devices_and_a_sweep_cut_off_are_looked_for_and_importing_is_told_of_until_all_is_there(
    qtbot, everything_imported, monkeypatch
) -> None:
    calls: list[Any] = []
    window = app.create_window()
    monkeypatch.setattr(window.activity, "show_importing", lambda importing: calls.append(importing))
    monkeypatch.setattr(window.activity, "find_devices", lambda: calls.append("devices"))
    monkeypatch.setattr(window.context.sweeps, "offer_cut_off", lambda: calls.append("sweep"))
    window.show()
    qtbot.waitUntil(window.context.torch_ready)
    assert calls == [True, False, "devices", "sweep"]
    window.close_now()
    assert window.context.jobs.closing
    window.deleteLater()


@pytest.mark.no_qt_log
def test_a_pytorch_that_cannot_be_loaded_is_told_and_logged_and_no_devices_are_looked_for(
    qtbot, everything_imported, monkeypatch, caplog
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(warm_up, "MODULES", ("no_such_module_anywhere",))
    window = app.create_window()
    monkeypatch.setattr(window.activity, "show_importing", lambda importing: calls.append(importing))
    monkeypatch.setattr(window.activity, "find_devices", lambda: calls.append("devices"))
    window.show()
    qtbot.waitUntil(lambda: bool(told(window)))
    assert calls == [True, False]
    ((severity, text, details, _topic),) = told(window)
    assert (severity, "PyTorch could not be loaded: No module named" in text) == ("error", True)
    assert "ModuleNotFoundError" in details
    assert "PyTorch could not be loaded" in caplog.text
    window.close_now()
    window.deleteLater()


class Loop:
    """Stands for the application, whose event loop ends at once."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.quits = window, 0

    def exec(self) -> int:
        self.window.painted.emit()
        logging.getLogger("cifar_gui").error("something to remember")
        return 3

    def quit(self) -> None:
        self.quits += 1


@pytest.mark.no_qt_log
@pytest.mark.parametrize("crash", ["", "Fatal Python error: Segmentation fault\n\nmore"])
def test_a_window_logs_tells_of_the_last_crash_and_is_closed_however_its_loop_ends(
    window, qtbot, home, monkeypatch, crash
) -> None:
    window.context.messages.clear()
    monkeypatch.setattr(app, "create_window", lambda: window)
    handlers = list(logging.getLogger().handlers)
    loop = Loop(window)
    with qtbot.captureExceptions():
        assert app._run(loop, crash) == 3
    assert [(severity, details) for severity, _, details, _ in told(window)] == ([("warning", crash)] if crash else [])
    assert "something to remember" in (home / "logs" / "cifar-gui.log").read_text()
    assert logging.getLogger().handlers == handlers
    assert window.isHidden()
    assert window.context.jobs.closing


def test_a_signal_closes_the_window_and_ends_the_loop_of_whatever_dialog_is_open(window) -> None:
    loop = Loop(window)
    app._quit(loop, window)
    assert (loop.quits, window.isHidden()) == (1, True)
    assert QApplication.instance() is not None


@pytest.mark.parametrize("is_copied", [True, False])
def test_the_end_takes_qt_apart_only_to_hand_over_what_was_copied(monkeypatch, is_copied) -> None:
    """Taking it apart is known to crash now and then."""
    steps: list[object] = []

    def ended(code: int) -> None:
        steps.append(code)
        raise SystemExit

    clipboard = SimpleNamespace(ownsClipboard=lambda: is_copied)
    monkeypatch.setattr(app, "QGuiApplication", SimpleNamespace(clipboard=lambda: clipboard))
    monkeypatch.setattr(app.os, "_exit", ended)
    monkeypatch.setattr(app.logging, "shutdown", lambda: steps.append("log"))
    with pytest.raises(SystemExit):
        app._leave(SimpleNamespace(shutdown=lambda: steps.append("Qt")), 3)  # type: ignore[arg-type]
    assert steps == (["Qt", "log", 3] if is_copied else ["log", 3])
