from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QPushButton, QTabBar

from cifar_gui import paths
from cifar_gui.ui.actions import ACTIONS
from cifar_gui.ui.icons import icon, icon_pixmap, retint
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import theme, tokens

NAMES = sorted(path.stem for path in (paths.resources() / "icons").glob("*.svg"))


def colours_in(picture: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> set[str]:
    image = picture.pixmap(QSize(16, 16), mode, state).toImage()
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {image.pixelColor(x, y).name() for x, y in points if image.pixelColor(x, y).alpha() == 255}


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_is_tintable_and_draws_something(qapp, name: str) -> None:
    source = (paths.resources() / "icons" / f"{name}.svg").read_text()
    assert ElementTree.fromstring(source).get("viewBox") == "0 0 24 24"
    assert "currentColor" in source
    assert not icon_pixmap(name).toImage().allGray() or icon_pixmap(name).hasAlpha()
    assert icon_pixmap(name).toImage().pixelColor(0, 0).alpha() == 0  # a margin all around


def test_every_action_and_page_has_an_icon_that_exists() -> None:
    wanted = {text.icon for text in ACTIONS.values()} | {str(entry.details["icon"]) for entry in PAGES}
    assert wanted <= set(NAMES)


def test_icons_in_use_follow_the_theme(qtbot) -> None:
    theme().set_look(scheme="light")
    button, action = QPushButton(icon("stop"), "Stop"), QAction(icon("stop"), "Stop")
    qtbot.addWidget(button)
    button.addAction(action)
    assert tokens().text.name() in colours_in(button.icon())
    theme().set_look(scheme="dark")
    retint()
    assert tokens().text.name() in colours_in(button.icon())
    assert tokens().text.name() in colours_in(action.icon())


def test_icons_of_tabs_and_boxes_follow_the_theme_and_those_of_others_stay(qtbot) -> None:
    theme().set_look(scheme="light")
    tabs, box, foreign = QTabBar(), QComboBox(), QPushButton()
    pixmap = QPixmap(16, 16)
    pixmap.fill("pink")
    foreign.setIcon(QIcon(pixmap))
    for widget in (tabs, box, foreign):
        qtbot.addWidget(widget)
    for name in ("stop", "close"):
        tabs.addTab(icon(name, "muted"), name)
        box.addItem(icon(name, "bad"), name)
    for scheme in ("dark", "light"):
        theme().set_look(scheme=scheme)
        retint()
        for place in (0, 1):
            assert tokens().muted.name() in colours_in(tabs.tabIcon(place))
            assert tokens().bad.name() in colours_in(box.itemIcon(place))
    assert colours_in(foreign.icon()) == {"#ffc0cb"}


def test_an_icon_tells_whether_it_is_down_or_out_of_use(qapp) -> None:
    usual, on_accent = icon("stop"), icon("stop", "on_accent")
    looks = ((QIcon.Mode.Normal, QIcon.State.On), (QIcon.Mode.Disabled, QIcon.State.Off))
    for (mode, state), colour in zip(looks, (tokens().accent, tokens().control_line), strict=True):
        assert colour.name() in colours_in(usual, mode, state)
        assert tokens().on_accent.name() in colours_in(on_accent, mode, state)


def test_an_icon_is_drawn_once_for_each_colour(qapp) -> None:
    assert icon("stop") is icon("stop")
    assert icon("stop", "bad") is not icon("stop")
    assert tokens().bad.name() in colours_in(icon("stop", "bad"))
