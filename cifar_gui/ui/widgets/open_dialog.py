"""Asking which files to open. Every dialog, and those that save, begins where the last one ended."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from cifar_gui.data.picture import PICTURE_SUFFIXES
from cifar_gui.ui.settings import Settings

PICTURES = f"Pictures ({' '.join(f'*{suffix}' for suffix in sorted(PICTURE_SUFFIXES))})"
"""As kinds of files are named to a dialog."""

_KEY = "folder"


class LastFolder:
    """Where the last file was opened or saved, or "" if nobody knows: then the system decides where to begin."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._path = ""

    @property
    def path(self) -> str:
        return self._path if self._settings is None else self._settings.get(_KEY, "")

    def keep_in(self, settings: Settings | None) -> None:
        """Have it remembered from one day to the next, or with None forget it."""
        self._settings, self._path = settings, ""

    def follow(self, path: Path) -> None:
        """This file or folder was taken: the next dialog begins beside it."""
        self._path = str(path.parent)
        if self._settings is not None:
            self._settings.set(_KEY, self._path)


last_folder = LastFolder()


def ask_for_files(parent: QWidget, title: str, kind: str) -> list[Path]:
    """One or several, such as `PICTURES`, or of any kind; none if the user thinks better of it."""
    names, _ = QFileDialog.getOpenFileNames(parent, title, last_folder.path, _kinds(kind))
    return [_taken(name) for name in names]


def ask_for_file(parent: QWidget, title: str, kind: str) -> Path | None:
    """One, such as "Designs (*.toml)", or of any kind; None if the user thinks better of it."""
    name, _ = QFileDialog.getOpenFileName(parent, title, last_folder.path, _kinds(kind))
    return _taken(name) if name else None


def ask_for_folder(parent: QWidget, title: str) -> Path | None:
    """None if the user thinks better of it."""
    name = QFileDialog.getExistingDirectory(parent, title, last_folder.path)
    return _taken(name) if name else None


def _kinds(kind: str) -> str:
    return f"{kind};;All files (*)"


def _taken(name: str) -> Path:
    last_folder.follow(Path(name))
    return Path(name)
