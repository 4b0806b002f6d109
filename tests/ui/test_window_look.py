"""The window's colours, its size and that of everything in it, and what it remembers of them."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from cifar_gui.app import create_window
from cifar_gui.ui.model_choices import ModelChoice
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import theme
from cifar_gui.ui.zoom import sized_by_its_layout


def test_theme_and_zoom_can_be_chosen_and_are_remembered(window, qtbot) -> None:
    actions = window.context.actions
    actions["theme.dark"].trigger()
    actions["zoom_in"].trigger()
    assert theme().is_dark
    assert theme().zoom == 1.1
    window.show_page("train").form.more.setChecked(True)
    window.show_page("network")
    window.resize(750, 600)  # Qt keeps it within the screen
    window.close_now()
    theme().set_look(scheme="light", zoom=1.0)
    again = create_window()
    try:
        assert theme().is_dark
        assert theme().zoom == 1.1
        assert again.pages.current_name == "network"
        assert (again.width(), again.height()) == (750, 600)
        assert again.status.progress.bar.width() == 132, "the bars are as large as the pages"
        assert again.show_page("train").form.more.isChecked()
    finally:
        again.close_now()
        again.deleteLater()


def test_zooming_there_and_back_leaves_everything_as_it_was(window) -> None:
    def sizes() -> list:
        widgets = [window.rail, window.status, *window.pages.findChildren(QWidget)]
        return [(each.minimumSize(), each.maximumSize()) for each in widgets if not sized_by_its_layout(each)]

    before = sizes()
    for name in ("zoom_in", "zoom_in", "zoom_out", "zoom_in", "zoom_reset"):
        window.context.actions[name].trigger()
    assert theme().zoom == 1.0
    assert sizes() == before


def test_presenting_fills_the_screen_and_back(window) -> None:
    window.context.actions["present"].trigger()
    assert window.isFullScreen()
    assert (theme().zoom, theme().curve_width) == (1.5, 3)
    window.context.actions["present"].trigger()
    assert not window.isFullScreen()
    assert (theme().zoom, theme().curve_width) == (1.0, 1)


def test_the_place_of_the_window_is_remembered_but_not_the_one_it_has_while_presenting(window) -> None:
    settings = window.context.settings
    settings.set("window.geometry", "as it was")
    window.context.actions["present"].trigger()
    window._remember()
    assert settings.get("window.geometry") == "as it was"
    window.context.actions["present"].trigger()
    window._remember()
    assert settings.get("window.geometry") == window.saveGeometry().toBase64().data().decode()


def test_zooming_while_presenting_is_not_remembered(window) -> None:
    actions, settings = window.context.actions, window.context.settings
    actions["zoom_in"].trigger()
    actions["present"].trigger()
    seen = []
    for name in ("zoom_in", "zoom_out", "zoom_reset"):
        actions[name].trigger()
        seen.append((theme().zoom, settings.get("zoom")))
    assert seen == [(1.75, 1.1), (1.5, 1.1), (1.0, 1.1)]
    actions["present"].trigger()
    assert (theme().zoom, settings.get("zoom")) == (1.1, 1.1)
    actions["zoom_out"].trigger()
    assert (theme().zoom, settings.get("zoom")) == (1.0, 1.0)


@pytest.mark.parametrize("size", [(1024, 640), (1280, 800), (2560, 1440)])
def test_the_window_fits_common_screens(window, size) -> None:
    for name in PAGES.names():
        window.show_page(name)
    window.resize(*size)
    QApplication.processEvents()
    assert (window.width(), window.height()) == size


def test_the_chooser_grows_with_the_name_of_its_model(window, qtbot):
    chooser = window.chooser
    window.context.models.current = ModelChoice("file", "A network with a rather long name", "93.5 %", "shipped", None)
    window.context.models.choices_changed.emit()
    qtbot.waitUntil(lambda: chooser.width() >= chooser.sizeHint().width())
    assert "rather long name" in chooser.text()


def test_everything_around_the_pages_grows_too(window) -> None:
    def sizes() -> list[int]:
        margins = [part.layout().contentsMargins().right() for part in (window.rail, window.chooser.parentWidget())]
        return [window.status.progress.bar.maximumWidth(), *margins]

    before = sizes()
    theme().set_look(zoom=2.0)
    assert min(before) > 0
    assert sizes() == [2 * size for size in before]


def test_the_chooser_is_short_where_there_is_little_room(window) -> None:
    chooser = window.chooser
    window.context.models.current = ModelChoice("file", "Small", "93.5 %", "shipped", None)
    window.context.models.choices_changed.emit()
    seen = []
    for width, zoom in ((1000, 1.0), (1000, 2.0), (1250, 2.0), (1000, 2.0), (1000, 1.0)):
        window.resize(width, 700)
        theme().set_look(zoom=zoom)
        seen.append((chooser.text(), chooser.word.isHidden()))
        assert chooser.accessibleDescription() == "Small · 93.5 %"
    whole, short = ("Small · 93.5 %  ▾", False), ("Small  ▾", True)
    assert seen == [whole, short, whole, short, whole]
