"""Where everything lives, and what is at a path that a person gave. `CIFAR_GUI_HOME` puts all of the user's files into
one folder (tests, class rooms)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent
_NAME = "cifar-gui"
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, with whatever ending."""


def file_stem(title: str) -> str:
    """A title as a folder or the start of a file's name, with nothing in it that leads to another folder or that a
    system refuses: "block 1 · conv 2" → "block-1-conv-2"."""
    stem = "-".join(re.findall(r"[\w.]+", title))[:100].strip(".-") or "picture"
    return f"_{stem}" if _RESERVED.fullmatch(stem) else stem


def exists(path: Path) -> bool:
    """Whether there is anything at `path`; no if that cannot be asked, as of a name that is too long. Never raises."""
    return _answer(path.exists)


def is_folder(path: Path) -> bool:
    """Whether there is a folder at `path`; no if that cannot be asked. Never raises."""
    return _answer(path.is_dir)


def is_file(path: Path) -> bool:
    """Whether there is an ordinary file at `path`; no if that cannot be asked. Never raises."""
    return _answer(path.is_file)


def _answer(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):  # too long, in a folder that must not be looked into, with a null character
        return False


def _bundled(folder: str) -> Path:
    """A folder shipped with the app: inside the package when installed from a wheel, beside it in a checkout."""
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def _home(kind: str, default: str) -> Path:
    home = os.environ.get("CIFAR_GUI_HOME")
    return Path(home) / kind if home else Path(default)


def resources() -> Path:
    """Icons, samples, help pages."""
    return _bundled("resources")


def shipped_models() -> Path:
    """The weights that come with the app."""
    return _bundled("trained")


def data_sets() -> Path:
    """Downloaded archives and imported data sets. Not created here."""
    return _home("data", str(platformdirs.user_data_path(_NAME, appauthor=False) / "data"))


def runs() -> Path:
    """One folder for each training run. Not created here."""
    return _home("runs", str(platformdirs.user_data_path(_NAME, appauthor=False) / "runs"))


def run_name(number: int | str) -> str:
    """The folder of a run in `runs()`: 7 → "0007"."""
    return str(number).zfill(4)


def sweeps() -> Path:
    """One folder for each sweep. Not created here."""
    return _home("sweeps", str(platformdirs.user_data_path(_NAME, appauthor=False) / "sweeps"))


def settings() -> Path:
    """Window state and preferences. Not created here."""
    return _home("settings", platformdirs.user_config_dir(_NAME, appauthor=False))


def cache() -> Path:
    """What can be computed again: imported data sets, precision probes, what was found out of networks. Not created
    here."""
    return _home("cache", platformdirs.user_cache_dir(_NAME, appauthor=False))


def logs() -> Path:
    """The log and the report of the last native crash. Not created here."""
    return _home("logs", platformdirs.user_log_dir(_NAME, appauthor=False))
