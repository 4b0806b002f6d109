"""Can a window be opened here? Asked before Qt, which would end the process without a word a person can use."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

_ADVICE = "The sub-commands work without a window: train, evaluate, classify, summary, models, doctor."

_PACKAGES = {  # shared library → Debian's and Ubuntu's package
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not work here, and what to do about it: a sentence or two each."""

    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.what} {self.do}"


def window_problem() -> Problem | None:
    """Why no window can be opened on this machine; None if one can, as far as can be told without Qt."""
    if importlib.util.find_spec("PySide6") is None:
        return Problem("PySide6 is not installed, so there is no window.", "Install cifar-gui anew.")
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if not (platform or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Problem("There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set.", _ADVICE)
    if platform.partition(":")[0] not in ("", "xcb") or (os.environ.get("WAYLAND_DISPLAY") and not platform):
        return None
    return _xcb_problem()


def missing_library(message: str) -> Problem | None:
    """The problem behind a loader's "libEGL.so.1: cannot open shared object file"; None if it says something else."""
    found = re.search(r"(lib[\w.+-]+?\.so[.\d]*): cannot open shared object file", message)
    return _missing([found[1]]) if found else None


def _xcb_problem() -> Problem | None:
    """Load what Qt will load for X11, and knock at the X server, as Qt will, but without ending the process."""
    plugin = _qt_folder() / "plugins" / "platforms" / "libqxcb.so"
    try:
        if plugin.is_file():
            ctypes.CDLL(str(plugin), mode=os.RTLD_LAZY)
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        first = re.match(r"lib[\w.+-]+", str(error))
        names = {first[0]} if first else set()
        missing = sorted(names | {name for name in _PACKAGES if not _loads(name)})
        return _missing(missing) if missing else Problem(f"Qt cannot be loaded: {error}.", _ADVICE)
    if _x_server_answers(xcb):
        return None
    display = os.environ.get("DISPLAY", "")
    return Problem(f"The display {display!r} does not answer.", f"Check DISPLAY, xhost or ssh -X. {_ADVICE}")


def _x_server_answers(xcb: ctypes.CDLL) -> bool:
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed


def _qt_folder() -> Path:
    """Where PySide6 keeps Qt, found without importing it."""
    found = importlib.util.find_spec("PySide6")
    places = found.submodule_search_locations if found else None
    return Path(next(iter(places))) / "Qt" if places else Path("PySide6-is-not-installed")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _missing(libraries: list[str]) -> Problem:
    packages = " ".join(_PACKAGES.get(name, f"(the package with {name})") for name in libraries)
    plural = "libraries are" if len(libraries) > 1 else "library is"
    return Problem(
        f"The system {plural} missing that Qt needs for a window: {', '.join(libraries)}.",
        f"On Debian or Ubuntu: apt-get install {packages}. {_ADVICE}",
    )
