"""The small dialogs of the Help menu."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QMenuBar,
    QVBoxLayout,
    QWidget,
)

from cifar_gui.ui.actions import Actions
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.scroll import CalmScroll
from cifar_gui.ui.widgets.text import heading, muted, title

_PACKAGES = ("torch", "PySide6-Essentials", "pyqtgraph", "numpy", "pillow", "safetensors")

Groups = list[tuple[str, list[tuple[str, str]]]]
"""Headings, "" for none, each with its rows: name and value."""


def show_shortcuts(parent: QMainWindow, actions: Actions) -> None:
    """Every key of the window, menu by menu, made from the actions themselves."""
    _show(parent, "Keyboard shortcuts", shortcuts(parent.menuBar(), actions))


def shortcuts(bar: QMenuBar, actions: Actions) -> Groups:
    """(action, its keys) under the menu that it stands in; those that stand in none come last."""
    in_menus = [(each.text(), list(_leaves([each]))) for each in bar.actions()]
    found = {id(action) for _title, own in in_menus for action in own}
    others = [action for _name, action in actions if id(action) not in found]
    groups = [(_plain(text), _rows(own)) for text, own in (*in_menus, ("On the pages", others))]
    return [(text, rows) for text, rows in groups if rows]


def _leaves(actions: Iterable[QAction]) -> Iterator[QAction]:
    """These actions, and in place of a menu those in it."""
    for action in actions:
        menu = action.menu()
        if isinstance(menu, QMenu):
            yield from _leaves(menu.actions())
        else:
            yield action


def _rows(actions: Iterable[QAction]) -> list[tuple[str, str]]:
    rows = [(_plain(action.text()), _keys(action)) for action in actions]
    return [(text, keys) for text, keys in rows if keys]


def _keys(action: QAction) -> str:
    """The keys that every keyboard has: "Open" or "Zoom In" is a key of some devices only."""
    last = Qt.Key.Key_F35.value
    common = [keys for keys in action.shortcuts() if keys[0].key().value <= last]  # type: ignore[index]  # it can be
    return ", ".join(keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in common)


def _plain(text: str) -> str:
    """Without its mnemonic."""
    return text.replace("&", "")


def show_about(parent: QWidget) -> None:
    """Versions of the app and of what it stands on."""
    _show(parent, "About CIFAR GUI", [("", versions())])


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


def _show(parent: QWidget, name: str, groups: Groups) -> None:
    dialog = QDialog(parent)
    dialog.setWindowTitle(name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    outer = QVBoxLayout(dialog)
    outer.setContentsMargins(px(20), px(16), px(20), px(16))
    outer.addWidget(title(name))
    area = CalmScroll()
    area.setWidget(_table(groups))
    outer.addWidget(area)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    outer.addWidget(buttons)
    dialog.resize(px(480), px(520))
    dialog.open()


def _table(groups: Groups) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setHorizontalSpacing(px(32))
    grid.setColumnStretch(1, 1)
    for group, rows in groups:
        if group:
            above = px(12) if grid.rowCount() > 1 else 0
            words = heading(group)
            words.setContentsMargins(0, above, 0, 0)
            grid.addWidget(words, grid.rowCount(), 0, 1, 2)
        for name, value in rows:
            row = grid.rowCount()
            grid.addWidget(muted(name), row, 0)
            label = QLabel(value)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, row, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return table
