"""What the page asks the system for: files, folders, the clipboard."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from cifar_gui.data.picture import PictureSource
from cifar_gui.ui.widgets import open_dialog
from cifar_gui.ui.widgets.open_dialog import PICTURES


def ask_for_pictures(parent: QWidget) -> list[PictureSource]:
    """One file or several; none if the user thinks better of it."""
    return [PictureSource.from_path(path) for path in open_dialog.ask_for_files(parent, "Open pictures", PICTURES)]


def ask_for_folder(parent: QWidget) -> list[PictureSource]:
    """A folder; none if the user thinks better of it."""
    path = open_dialog.ask_for_folder(parent, "Classify all pictures in a folder")
    return [PictureSource.from_path(path)] if path is not None else []


def clipboard() -> QMimeData:
    """What has been copied, anywhere."""
    return QGuiApplication.clipboard().mimeData()


def set_clipboard(content: str | QMimeData) -> None:
    """Copy a text, or something else."""
    if isinstance(content, str):
        QGuiApplication.clipboard().setText(content)
    else:
        QGuiApplication.clipboard().setMimeData(content)
