"""Row 18: where no window can be opened, a sentence says why and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from cifar_gui import preflight
from cifar_gui.preflight import missing_library, window_problem

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux starts without a display")
QT_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def environment(monkeypatch):
    """Set the variables that decide how Qt shows windows."""

    def choose(**variables: str) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        for name in QT_VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return choose


def test_without_a_display_it_names_the_variables_and_the_sub_commands(environment):
    environment()
    problem = window_problem()
    assert "DISPLAY" in problem.what
    assert "classify" in problem.do


@pytest.mark.parametrize("variables", [{"QT_QPA_PLATFORM": "offscreen"}, {"WAYLAND_DISPLAY": "wayland-0"}])
def test_other_ways_to_show_a_window_are_left_to_qt(environment, variables):
    environment(**variables)
    assert window_problem() is None


def test_macs_and_windows_always_have_a_display(environment, monkeypatch):
    environment()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert window_problem() is None


@LINUX
@pytest.mark.parametrize(
    "variables", [{}, {"QT_QPA_PLATFORM": "xcb:x"}, {"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"}]
)
def test_a_display_that_does_not_answer_is_named(environment, variables):
    environment(DISPLAY=":4711", **variables)
    assert ":4711" in str(window_problem())


@pytest.mark.parametrize("refused", [0, 1])
def test_a_display_is_asked_and_hung_up_on(environment, monkeypatch, refused):
    xcb = Mock()
    xcb.xcb_connect.return_value = 2**40  # an address is longer than an int
    xcb.xcb_connection_has_error.return_value = refused
    environment(DISPLAY=":0")
    monkeypatch.setattr(preflight.ctypes, "CDLL", lambda _name, mode=0: xcb)
    assert (window_problem() is not None) == bool(refused)
    assert xcb.xcb_connect.restype is preflight.ctypes.c_void_p
    assert [call.args[0].value for call in xcb.xcb_disconnect.call_args_list] == [2**40]


def test_missing_libraries_are_named_with_their_packages(environment, monkeypatch):
    def load(name: str, mode: int = 0) -> object:
        if name.endswith("libqxcb.so") or "xcb-cursor" in name or "icccm" in name:
            raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")
        return object()

    environment(DISPLAY=":0")
    monkeypatch.setattr(preflight.ctypes, "CDLL", load)
    problem = window_problem()
    assert "libraries are missing" in problem.what
    assert "libxcb-cursor.so.0, libxcb-icccm.so.4" in problem.what
    assert "apt-get install libxcb-cursor0 libxcb-icccm4" in problem.do


def test_a_qt_that_cannot_be_loaded_for_another_reason_is_said_so(environment, monkeypatch):
    def load(name: str, mode: int = 0) -> object:
        if name.endswith("libqxcb.so"):
            raise OSError("/somewhere/libqxcb.so: wrong ELF class")
        return object()

    environment(DISPLAY=":0")
    monkeypatch.setattr(preflight.ctypes, "CDLL", load)
    assert "wrong ELF class" in str(window_problem())


def test_an_import_that_fails_for_want_of_a_library_names_its_package():
    problem = missing_library("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert "library is missing" in problem.what
    assert "apt-get install libegl1" in problem.do
    assert missing_library("No module named 'torch'") is None


def test_a_library_nobody_has_heard_of_is_named_all_the_same():
    assert "libodd.so.7" in str(missing_library("libodd.so.7: cannot open shared object file"))


def test_without_pyside_there_is_no_window(monkeypatch):
    monkeypatch.setattr(preflight.importlib.util, "find_spec", lambda name: None)
    assert "PySide6 is not installed" in str(window_problem())


def bare_command(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `cifar-gui` as a process of its own, with these variables and none else that say how Qt shows windows."""
    environment = {name: value for name, value in os.environ.items() if name not in QT_VARIABLES} | variables
    command = [sys.executable, *options, "-m", "cifar_gui"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, cwd=folder)


def ends_with_a_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("cifar-gui: ")
    assert [word for word in words if word not in done.stderr] == []
    assert "Traceback" not in done.stderr


@LINUX
def test_the_bare_command_on_a_server_ends_with_a_sentence_and_without_qt(tmp_path):
    done = bare_command(tmp_path, "-X", "importtime")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no display" in done.stderr
    assert "Traceback" not in done.stderr
    assert "PySide6" not in done.stderr


LACKING = """\
import sys

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name == "PySide6.QtWidgets":
            raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

sys.meta_path.insert(0, Lacking())
"""
"""What Python runs first of all, on a machine where Qt's widgets cannot be loaded."""


def test_the_bare_command_without_a_library_of_qt_names_its_package(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(LACKING)
    done = bare_command(tmp_path, PYTHONPATH=str(tmp_path), QT_QPA_PLATFORM="offscreen")
    ends_with_a_sentence(done, "libEGL.so.1", "apt-get install libegl1", "without a window")


@LINUX
@pytest.mark.parametrize(("library", "package"), [("libxcb-cursor.so.0", "libxcb-cursor0"), ("libxcb.so.1", "libxcb1")])
def test_the_bare_command_without_a_library_of_x_names_its_package(tmp_path, library, package):
    """The system's loader itself refuses: what it finds first under that name is empty."""
    (tmp_path / library).touch()
    done = bare_command(tmp_path, LD_LIBRARY_PATH=str(tmp_path), DISPLAY=":4711")
    ends_with_a_sentence(done, library, package, "without a window")


def test_a_broken_qt_import_ends_with_a_sentence(monkeypatch, capsys):
    from cifar_gui.__main__ import open_window

    class Broken:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "cifar_gui.app":
                raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delitem(sys.modules, "cifar_gui.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    assert open_window() == 1
    assert "apt-get install libgl1" in capsys.readouterr().err
