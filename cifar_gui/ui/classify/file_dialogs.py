"""What the page asks the system for: files, folders, the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from cifar_gui.data.picture import PICTURE_SUFFIXES, PictureSource


def ask_for_pictures(parent: QWidget) -> list[PictureSource]:
    """One file or several; none if the user thinks better of it."""
    patterns = " ".join(f"*{suffix}" for suffix in sorted(PICTURE_SUFFIXES))
    names, _ = QFileDialog.getOpenFileNames(parent, "Open pictures", "", f"Pictures ({patterns});;All files (*)")
    return [PictureSource.from_path(Path(name)) for name in names]


def ask_for_folder(parent: QWidget) -> list[PictureSource]:
    """A folder; none if the user thinks better of it."""
    name = QFileDialog.getExistingDirectory(parent, "Classify all pictures in a folder")
    return [PictureSource.from_path(Path(name))] if name else []


def clipboard() -> QMimeData:
    """What has been copied, anywhere."""
    return QGuiApplication.clipboard().mimeData()


def set_clipboard(content: str | QMimeData) -> None:
    """Copy a text, or something else."""
    if isinstance(content, str):
        QGuiApplication.clipboard().setText(content)
    else:
        QGuiApplication.clipboard().setMimeData(content)
