"""Wherever there is something to look at, a "?" beside it leads to the page that explains it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QListView, QWidget

from cifar_gui.ui.help.topics import INDEX, anchor_of, headings, place_of, text_of, topics
from cifar_gui.ui.page import PAGES, Page
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.panel import Panel

NO_VIEWS = {
    "ElidedLabel": "text",
    "ShyButton": "a button",
    "HistoryStrip": "the pictures so far, of which the help of their page tells",
}
"""What is painted and needs no "?" of its own → why not."""


def paints(widget: QWidget) -> bool:
    """Whether it is a picture or a plot: one of ours that paints itself, or its rows."""
    ours = [kind for kind in type(widget).__mro__ if kind.__module__.startswith("cifar_gui")]
    return any("paintEvent" in vars(kind) for kind in ours) or (bool(ours) and isinstance(widget, QListView))


def is_explained(widget: QWidget) -> bool:
    """Whether there is a button in its panel, or, if it stands in none, in what it stands in."""
    place = around = widget.parentWidget()
    while around is not None and not isinstance(around, Page):
        if isinstance(around, Panel):
            place = around
            break
        around = around.parentWidget()
    return place is not None and place.findChild(HelpButton) is not None


@pytest.fixture
def every_view(window, qtbot, decided_model, make_picture, tiny_data) -> list[Any]:
    """Every page as it has been built, with what is built when it is first wanted."""
    window.context.models.choose_file(decided_model)
    window.context.data.adopt("tiny", tiny_data)
    pages = [window.show_page(name) for name in PAGES.names()]
    classify = window.pages.built("classify")
    for name in ("paint", "why", "resembles"):
        classify.insight.show_view(name)
    network = window.pages.built("network")
    qtbot.waitUntil(lambda: network.gallery.count() > 0)
    window.show_page("convolution").views.button("network").click()
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    return pages


def test_every_plot_and_every_picture_has_a_help_button_beside_it(every_view):
    shown = [widget for page in every_view for widget in page.findChildren(QWidget) if paints(widget)]
    bare = {type(each).__name__ for each in shown if not is_explained(each)}
    assert bare <= set(NO_VIEWS), bare - set(NO_VIEWS)


def test_every_help_button_leads_to_a_heading_that_is_there(every_view):
    buttons = [button for page in every_view for button in page.findChildren(HelpButton)]
    assert len(buttons) > 20
    for button in buttons:
        place = place_of(button.topic, INDEX)
        assert place is not None
        assert place.name in {each.name for each in topics()}, button.topic
        assert not place.anchor or place.anchor in map(anchor_of, headings(text_of(place.name))), button.topic
        assert button.accessibleName().startswith("Explain ")
        assert button.toolTip() == button.accessibleName()
