from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPushButton

from cifar_gui import paths
from cifar_gui.ui.preferences import FOLDERS, Preferences
from cifar_gui.ui.theme import theme


@pytest.fixture
def dialog(window, qtbot) -> Preferences:
    window.context.actions["preferences"].trigger()
    dialog = window.findChild(Preferences, "preferences")
    assert dialog.isVisible()
    yield dialog
    dialog.close()


def choose(box, data) -> None:
    """As a user would: the signal that only users cause."""
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_colours_and_size_change_at_once_and_are_remembered(window, dialog) -> None:
    choose(dialog.scheme, "dark")
    choose(dialog.zoom, 1.25)
    assert (theme().scheme, theme().is_dark, theme().zoom) == ("dark", True, 1.25)
    assert (window.context.settings.get("theme", ""), window.context.settings.get("zoom", 1.0)) == ("dark", 1.25)
    assert window.context.actions["theme.dark"].isChecked()


def test_what_is_chosen_in_the_menu_is_shown(window, dialog) -> None:
    window.context.actions["theme.light"].trigger()
    window.context.actions["zoom_in"].trigger()
    assert (dialog.scheme.currentData(), dialog.zoom.currentData()) == ("light", 1.1)


def test_the_defaults_are_one_click_away(dialog, qtbot) -> None:
    choose(dialog.scheme, "dark")
    choose(dialog.zoom, 2.0)
    button = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.RestoreDefaults)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (theme().scheme, theme().zoom) == ("system", 1.0)
    assert (dialog.scheme.currentData(), dialog.zoom.currentData()) == ("system", 1.0)


def test_every_folder_is_named_and_opens(dialog, qtbot, monkeypatch) -> None:
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    shown = {label.text() for label in dialog.findChildren(QLabel)}
    for name, place in FOLDERS.items():
        assert {name, str(place())} <= shown
        button = next(each for each in dialog.findChildren(QPushButton) if each.accessibleName().endswith(f": {name}"))
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert place().is_dir()
    assert opened == [str(place()).replace("\\", "/") for place in FOLDERS.values()]


def test_a_folder_that_cannot_be_made_is_named(window, dialog, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: pytest.fail("there is nothing to open"))
    paths.runs().parent.mkdir(parents=True, exist_ok=True)
    paths.runs().write_text("a file is in the way")
    button = next(each for each in dialog.findChildren(QPushButton) if each.accessibleName().endswith(": Runs"))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "runs cannot be opened: there is something of that name already." in window.context.messages.all[0].text
