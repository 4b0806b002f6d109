"""Can a window be opened here? Asked before Qt, which would end the process without a word a person can use."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import re
import sys
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


def window_problem() -> str:
    """Why no window can be opened on this machine and what to do, in two or three sentences; "" if one can."""
    if not sys.platform.startswith("linux"):
        return ""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if not (platform or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return f"There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. {_ADVICE}"
    if platform.partition(":")[0] not in ("", "xcb") or (os.environ.get("WAYLAND_DISPLAY") and not platform):
        return ""
    return _xcb_problem()


def missing_library(message: str) -> str:
    """What to do about a loader's message such as "libEGL.so.1: cannot open shared object file"; "" if it is none."""
    found = re.search(r"(lib[\w.+-]+?\.so[.\d]*): cannot open shared object file", message)
    return _install_sentence([found[1]]) if found else ""


def _xcb_problem() -> str:
    """Load what Qt will load for X11, and knock at the X server, as Qt will, but without ending the process."""
    plugin = _qt_folder() / "plugins" / "platforms" / "libqxcb.so"
    try:
        if plugin.is_file():
            ctypes.CDLL(str(plugin), mode=os.RTLD_LAZY)
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        first = re.match(r"lib[\w.+-]+", str(error))
        names = {first[0]} if first else set()
        return _install_sentence(sorted(names | {name for name in _PACKAGES if not _loads(name)}), str(error))
    return "" if _x_server_answers(xcb) else _refusal()


def _refusal() -> str:
    return (
        f"The display {os.environ.get('DISPLAY', '')!r} does not answer. Check DISPLAY and xhost or ssh -X. {_ADVICE}"
    )


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


def _install_sentence(libraries: list[str], otherwise: str = "") -> str:
    if not libraries:
        return f"Qt cannot be loaded: {otherwise}. {_ADVICE}"
    packages = " ".join(_PACKAGES.get(name, f"(the package with {name})") for name in libraries)
    plural = "libraries are" if len(libraries) > 1 else "library is"
    return (
        f"The system {plural} missing that Qt needs for a window: {', '.join(libraries)}. "
        f"On Debian or Ubuntu: apt-get install {packages}. {_ADVICE}"
    )
