"""The small dialogs of the Help menu."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from cifar_gui.ui.actions import Actions
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.text import muted, title

_PACKAGES = ("torch", "PySide6-Essentials", "pyqtgraph", "numpy", "pillow", "safetensors")


def show_shortcuts(parent: QWidget, actions: Actions) -> None:
    """Every key of the window, made from the actions themselves."""
    rows = [(action.text().replace("&", ""), action.shortcuts()) for _name, action in actions]
    texts = [
        (text, ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys)) for text, keys in rows
    ]
    _show(parent, "Keyboard shortcuts", [(text, keys) for text, keys in texts if keys])


def show_about(parent: QWidget) -> None:
    """Versions of the app and of what it stands on."""
    _show(parent, "About CIFAR GUI", versions())


def versions() -> list[tuple[str, str]]:
    """(what, version) without importing any of them."""
    import platform

    rows = [
        ("cifar-gui", _version("cifar-gui")),
        ("Python", platform.python_version()),
        ("System", platform.platform()),
    ]
    return [*rows, *((name, _version(name)) for name in _PACKAGES)]


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and seldom wanted

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package" if package in sys.modules else "–"


def _show(parent: QWidget, heading: str, rows: list[tuple[str, str]]) -> None:
    dialog = QDialog(parent)
    dialog.setWindowTitle(heading)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    outer = QVBoxLayout(dialog)
    outer.setContentsMargins(px(20), px(16), px(20), px(16))
    outer.addWidget(title(heading))
    table = QWidget()
    grid = QGridLayout(table)
    grid.setHorizontalSpacing(px(32))
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(len(rows), 1)
    for row, (name, value) in enumerate(rows):
        grid.addWidget(muted(name), row, 0)
        label = QLabel(value)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(label, row, 1)
    area = QScrollArea()
    area.setWidget(table)
    area.setWidgetResizable(True)
    outer.addWidget(area)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    outer.addWidget(buttons)
    dialog.resize(px(480), px(520))
    dialog.open()
