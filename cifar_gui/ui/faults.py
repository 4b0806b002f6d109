"""Nothing fails in silence: four hooks lead to the log and the message bar, and a native crash is told of next time."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import format_exception
from types import TracebackType
from typing import IO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from cifar_gui import paths
from cifar_gui.errors import CifarGuiError

_log = logging.getLogger("cifar_gui")

Report = Callable[[str, str], None]
"""Shows a sentence and details to the user. Called on whatever thread the fault happened."""

CRASH_FILE = "crash.txt"
LOG_FILE = "cifar-gui.log"

_QUIET = ("propagateSizeHints",)
"""What platforms say of themselves and nobody can act on."""


def explain(error: BaseException) -> tuple[str, str]:
    """An exception → a sentence for people and details for whoever mends it."""
    if isinstance(error, CifarGuiError):
        return str(error), ""
    details = "".join(format_exception(error))
    return f"Something went wrong in the app itself ({_in_short(error)}). You can go on; it is in the log.", details


def logged(error: BaseException) -> tuple[str, str]:
    """The same; what is no fault of the user's is put into the log as well."""
    text, details = explain(error)
    if details:
        _log.error("%s\n%s", text, details)
    return text, details


def _in_short(error: BaseException) -> str:
    text = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {text[:120]}" if text else type(error).__name__


class Faults:
    """The four hooks, put in by `install` and taken out by `remove`. Each exception is reported once."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last: BaseException | None = None

    def install(self) -> None:
        """Take over sys.excepthook, threading.excepthook, sys.unraisablehook and Qt's messages."""
        self._old = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        qInstallMessageHandler(self._on_qt_message)

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._old
        qInstallMessageHandler(None)
        self._last = None

    def tell(self, error: BaseException) -> None:
        """Log and report an exception, unless it is the one reported last."""
        if error is self._last:
            return
        self._last = error
        self._report(*logged(error))

    def _on_exception(self, _kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
        """An exception left a slot, an event handler or the main program."""
        if isinstance(error, KeyboardInterrupt):
            return  # the signal's own handler closes the window
        self.tell(error)

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.tell(arguments.exc_value)

    def _on_unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        """An exception in a destructor or a callback from C."""
        if unraisable.exc_value is not None:
            self.tell(unraisable.exc_value)

    def _on_qt_message(self, kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
        text = message or ""
        if any(quiet in text for quiet in _QUIET):
            return
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            _log.error("Qt: %s", text)
            self._report(f"The window system reports a problem: {text}", "")
        else:
            _log.log(logging.WARNING if kind == QtMsgType.QtWarningMsg else logging.DEBUG, "Qt: %s", text)


def start_log(folder: Path | None = None) -> logging.Handler:
    """Log warnings and worse, and what this app says of itself, into rotating files. A folder that cannot be written
    to is no reason not to start: then the log goes to stderr."""
    from logging.handlers import RotatingFileHandler  # slow to import

    folder = folder or paths.logs()
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / LOG_FILE, maxBytes=2**20, backupCount=3, encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    _log.setLevel(logging.INFO)
    return handler


@contextlib.contextmanager
def crash_file(folder: Path | None = None) -> Iterator[str]:
    """While inside, a native crash writes where it happened to a file. Yields what the last one wrote, "" if nothing.

    Two windows share the file; the second finds it in use or empty, which is "" as well.
    """
    path = (folder or paths.logs()) / CRASH_FILE
    previous = _take_report(path)
    stream = _open(path)
    if stream is None:
        yield previous
        return
    try:
        faulthandler.enable(stream)
        yield previous
    finally:
        faulthandler.disable()
        stream.close()


def _take_report(path: Path) -> str:
    """What stands in the file of the last crash, which is moved aside so that it is told of once."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace").strip()
        if text:
            path.replace(path.with_name("crash-last.txt"))
    except OSError:
        return ""
    return text


def _open(path: Path) -> IO[str] | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8")
    except OSError:
        return None


def crash_sentence(report: str) -> str:
    """What the message bar says about the report of a native crash."""
    first = report.partition("\n")[0].removeprefix("Fatal Python error: ") or "no reason given"
    return f"The app crashed last time ({first}). Runs keep their last saved state and can be continued."
