"""What the page asks the system for: files, folders, the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from cifar_gui.data.picture import PICTURE_SUFFIXES, PictureSource
from cifar_gui.ui.settings import Settings


def ask_for_pictures(parent: QWidget, settings: Settings) -> list[PictureSource]:
    """One file or several, beginning where the last ones were; none if the user thinks better of it."""
    patterns = " ".join(f"*{suffix}" for suffix in sorted(PICTURE_SUFFIXES))
    kinds = f"Pictures ({patterns});;All files (*)"
    names, _ = QFileDialog.getOpenFileNames(parent, "Open pictures", settings.get("folder", ""), kinds)
    return _taken(names, settings)


def ask_for_folder(parent: QWidget, settings: Settings) -> list[PictureSource]:
    """A folder, beginning beside the last one; none if the user thinks better of it."""
    name = QFileDialog.getExistingDirectory(parent, "Classify all pictures in a folder", settings.get("folder", ""))
    return _taken([name] if name else [], settings)


def _taken(names: list[str], settings: Settings) -> list[PictureSource]:
    """These files or folders; the next dialog begins there, as those of the menu do."""
    if names:
        settings.set("folder", str(Path(names[0]).parent))
    return [PictureSource.from_path(Path(name)) for name in names]


def clipboard() -> QMimeData:
    """What has been copied, anywhere."""
    return QGuiApplication.clipboard().mimeData()


def set_clipboard(content: str | QMimeData) -> None:
    """Copy a text, or something else."""
    if isinstance(content, str):
        QGuiApplication.clipboard().setText(content)
    else:
        QGuiApplication.clipboard().setMimeData(content)
