"""Rows 2 and 3: every exception surfaces once, and a native crash is told of at the next start."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer, Signal, qCritical, qDebug, qWarning
from PySide6.QtWidgets import QApplication, QPushButton

from cifar_gui.errors import DataError
from cifar_gui.ui.faults import Faults, crash_file, crash_sentence, explain, logged, start_log


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def faults(told):
    made = Faults(lambda text, details: told.append((text, details)))
    made.install()
    yield made
    made.remove()


def fail() -> None:
    raise ZeroDivisionError("as intended")


class Source(QObject):
    happened = Signal()


class Careless:
    def __del__(self) -> None:
        fail()


def in_a_slot(qtbot) -> None:
    source = Source()
    source.happened.connect(fail)
    source.happened.emit()


def in_a_click(qtbot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(lambda: fail())
    button.click()


def in_a_timer(qtbot) -> None:
    QTimer.singleShot(0, fail)
    qtbot.wait(5)


def in_an_event_handler(qtbot) -> None:
    class Widget(QPushButton):
        def customEvent(self, event) -> None:
            fail()

    widget = Widget()
    qtbot.addWidget(widget)
    QApplication.postEvent(widget, QEvent(QEvent.Type.User))
    qtbot.wait(5)


def in_a_thread(qtbot) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_a_destructor(qtbot) -> None:
    Careless()


PLACES = (in_a_slot, in_a_click, in_a_timer, in_an_event_handler, in_a_thread, in_a_destructor)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
@pytest.mark.no_qt_log
def test_an_exception_surfaces_once_wherever_it_is_raised(qtbot, faults, told, place, caplog) -> None:
    with qtbot.captureExceptions():  # pytest-qt's own hook, out of the way
        faults.install()
        place(qtbot)
        faults.remove()
        faults.install()
    ours = [(text, details) for text, details in told if "as intended" in text]
    assert len(ours) == 1
    assert "fail" in ours[0][1]
    assert caplog.text.count("ZeroDivisionError: as intended") >= 1


def test_the_same_exception_through_two_hooks_is_told_once(faults, told) -> None:
    error = ZeroDivisionError("twice")
    faults.tell(error)
    faults.tell(error)
    assert len(told) == 1


def test_errors_for_people_are_told_as_they_are_and_are_no_business_of_the_log(caplog) -> None:
    error = DataError("The folder is empty.")
    assert explain(error) == logged(error) == ("The folder is empty.", "")
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError(), "(ZeroDivisionError)"),
        (ValueError("first\nsecond"), "(ValueError: first)"),
        (ValueError("x" * 200), f"(ValueError: {'x' * 120})"),
    ],
)
def test_what_went_wrong_in_the_app_is_told_in_short_and_logged_at_length(error, words, caplog) -> None:
    text, details = logged(error)
    assert words in text
    assert repr(error).partition("(")[0] in details
    assert details in caplog.text


def test_an_interruption_from_the_keyboard_is_no_fault(faults, told) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []


def test_what_was_told_before_is_told_again_to_the_next_window(faults, told) -> None:
    error = ZeroDivisionError("again")
    faults.tell(error)
    faults.tell(DataError("The folder is empty."))
    faults.tell(error)
    assert len(told) == 3
    faults.remove()
    faults.install()
    faults.tell(error)
    assert len(told) == 4


def test_hooks_are_given_back() -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    faults = Faults(lambda _text, _details: None)
    faults.install()
    assert sys.excepthook != before[0]
    faults.remove()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_what_qt_says_is_logged_and_serious_words_are_shown(faults, told, caplog) -> None:
    qCritical("the display is gone")
    assert told == [("The window system reports a problem: the display is gone", "")]
    assert "the display is gone" in caplog.text
    faults.remove()
    try:
        qCritical("nobody listens")
    finally:
        faults.install()
    assert len(told) == 1


def test_what_qt_merely_mentions_is_logged_as_such_and_not_shown(faults, told, caplog) -> None:
    caplog.set_level(logging.DEBUG, "cifar_gui")
    qWarning("the font is missing")
    qDebug("a detail")
    qCritical("This plugin does not support propagateSizeHints()")
    assert told == []
    levels = {record.getMessage(): record.levelname for record in caplog.records}
    assert levels == {"Qt: the font is missing": "WARNING", "Qt: a detail": "DEBUG"}


def test_the_log_goes_to_a_file(tmp_path: Path) -> None:
    handler = start_log(tmp_path / "logs")
    try:
        logging.getLogger("cifar_gui.ui").error("something to remember")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "something to remember" in (tmp_path / "logs" / "cifar-gui.log").read_text()
    assert handler.maxBytes > 0 < handler.backupCount  # it does not grow for ever


def test_the_log_is_kept_with_the_users_files_and_holds_what_the_app_says_of_itself(home: Path) -> None:
    handler = start_log()
    try:
        logging.getLogger("cifar_gui.ui").info("the window is open")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "INFO MainThread cifar_gui.ui: the window is open" in (home / "logs" / "cifar-gui.log").read_text()


def test_a_log_folder_that_cannot_be_written_to_is_not_fatal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    handler = start_log(tmp_path / "file" / "logs")
    logging.getLogger().removeHandler(handler)
    assert type(handler) is logging.StreamHandler


@pytest.fixture
def pytests_own_faulthandler():
    """crash_file turns it on and off; afterwards it is pytest's again."""
    yield
    faulthandler.enable(sys.__stderr__)


@pytest.mark.usefixtures("pytests_own_faulthandler")
@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.soak)])
def test_a_native_crash_is_told_of_once_at_the_next_start(run_python: Any, tmp_path: Path, times: int) -> None:
    code = (
        "import ctypes, sys; from pathlib import Path; from cifar_gui.ui.faults import crash_file\n"
        "with crash_file(Path(sys.argv[1])): ctypes.string_at(0)"
    )
    for _ in range(times):
        assert run_python(code, tmp_path).returncode != 0
        with crash_file(tmp_path) as report:
            assert "Segmentation fault" in report
            assert "Segmentation fault" in crash_sentence(report)
        assert "Segmentation fault" in (tmp_path / "crash-last.txt").read_text()
        with crash_file(tmp_path) as report:
            assert report == ""


@pytest.mark.usefixtures("pytests_own_faulthandler")
def test_crashes_are_noted_with_the_users_files_as_long_as_there_is_a_window(home: Path) -> None:
    with crash_file() as report:
        assert report == ""
        assert faulthandler.is_enabled()
        assert (home / "logs" / "crash.txt").exists()
    assert not faulthandler.is_enabled()


def test_a_crash_without_a_reason_is_told_all_the_same() -> None:
    assert "(no reason given)" in crash_sentence("")
    assert "(Aborted)" in crash_sentence("Fatal Python error: Aborted\n\nCurrent thread")


@pytest.mark.usefixtures("pytests_own_faulthandler")
def test_a_crash_file_that_cannot_be_written_is_not_fatal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with crash_file(tmp_path / "file") as report:
        assert report == ""
