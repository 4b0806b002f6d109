"""The help window: pages, links, search, back and forth, and the ways that lead to it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont
from PySide6.QtWidgets import QLineEdit, QWidget

from cifar_gui.ui.help.page_text import blocks, heading_block, page
from cifar_gui.ui.help.topics import headings, place_of, text_of, topics
from cifar_gui.ui.help.window import HelpWindow
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import DARK, LIGHT, px, theme
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by, topic_at


@pytest.fixture
def help_window(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = HelpWindow(parent)
    made.resize(900, 500)
    made.show_topic("loss")
    yield made
    made.close()
    parent.deleteLater()


def listed(window: HelpWindow) -> list[str]:
    rows = [window.contents.item(row) for row in range(window.contents.count())]
    return [item.text() for item in rows if item.data(Qt.ItemDataRole.UserRole)]


def size_of(block) -> int:
    return block.begin().fragment().charFormat().font().pixelSize()


def test_a_page_is_shown_and_marked_in_the_contents(help_window):
    assert (help_window.shown, help_window.contents.currentItem().text()) == ("loss", "Loss")
    assert "How wrong the network is" in help_window.text.toPlainText()
    assert listed(help_window) == [each.title for each in topics()]


def test_the_keyboard_scrolls_what_is_shown(help_window):
    assert help_window.focusWidget() is help_window.text
    help_window.contents.setFocus()
    help_window.show_topic("overfitting")
    assert help_window.focusWidget() is help_window.text


def test_a_page_that_there_is_not_gives_the_contents(help_window):
    help_window.show_topic("nowhere#at-all")
    assert help_window.shown == "index"
    assert help_window.contents.currentRow() == -1


def test_links_lead_on_and_the_buttons_back(help_window):
    assert not help_window.back.isEnabled()
    help_window.text.anchorClicked.emit(QUrl("overfitting.md"))
    (item,) = help_window.contents.findItems("Optimisers", Qt.MatchFlag.MatchExactly)
    help_window.contents.setCurrentItem(item)
    assert help_window.shown == "optimisers"
    help_window.back.click()
    assert (help_window.shown, help_window.contents.currentItem().text()) == ("overfitting", "Overfitting")
    help_window.back.click()
    assert (help_window.shown, help_window.back.isEnabled(), help_window.forth.isEnabled()) == ("loss", False, True)
    help_window.forth.click()
    assert (help_window.shown, help_window.text.accessibleName()) == ("overfitting", "Help: overfitting")
    help_window.home.click()
    assert (help_window.shown, help_window.forth.isEnabled()) == ("index", False)


def test_a_link_to_the_web_is_the_browsers(help_window, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    help_window.text.anchorClicked.emit(QUrl("https://example.org/x"))
    assert (opened, help_window.shown) == (["https://example.org/x"], "loss")


def test_a_heading_is_brought_to_the_top(help_window, qtbot):
    help_window.show_topic("train#the-recipe")
    qtbot.waitUntil(lambda: help_window.text.verticalScrollBar().value() > 0)
    first = help_window.text.cursorForPosition(help_window.text.viewport().rect().topLeft()).block()
    assert "The recipe" in (first.text(), first.next().text())
    help_window.show_topic("train")
    qtbot.waitUntil(lambda: help_window.text.verticalScrollBar().value() == 0)


def test_a_search_lists_what_it_finds_and_enter_opens_the_first(help_window, qtbot):
    help_window.search.setText("nesterov momentum")
    assert (listed(help_window), help_window.shown) == (["Optimisers"], "loss")
    qtbot.keyClick(help_window.search, Qt.Key.Key_Return)
    assert help_window.shown == "optimisers"
    help_window.search.setText("qwertz")
    assert (listed(help_window), help_window.nothing.isVisibleTo(help_window)) == ([], True)
    qtbot.keyClick(help_window.search, Qt.Key.Key_Return)
    assert help_window.shown == "optimisers"
    help_window.search.clear()
    assert (len(listed(help_window)), help_window.nothing.isVisibleTo(help_window)) == (len(topics()), False)
    assert help_window.contents.currentItem().text() == "Optimisers", "the page that is shown is marked again"


def test_escape_closes_it_and_it_can_be_shown_again(help_window, qtbot):
    qtbot.keyClick(help_window.text, Qt.Key.Key_Escape)
    qtbot.waitUntil(help_window.isHidden)
    help_window.show_topic("pooling")
    assert (help_window.isVisible(), help_window.shown) == (True, "pooling")


def test_colours_and_sizes_follow_the_window_and_the_place_stays(help_window, qtbot):
    heading = heading_block(help_window.text.document(), "the-formula")
    assert size_of(heading) == px(17)
    help_window.text.verticalScrollBar().setValue(60)
    try:
        theme().set_look(scheme="dark", zoom=1.5)
        heading = heading_block(help_window.text.document(), "the-formula")
        assert (size_of(heading), px(17)) == (26, 26)
        assert heading.begin().fragment().charFormat().foreground().color() == DARK.text
        assert help_window.text.verticalScrollBar().value() == 60
        group = help_window.contents.item(0)
        assert (group.foreground().color(), group.font().pixelSize(), px(11)) == (DARK.muted, 16, 16)
    finally:
        theme().set_look(scheme="light", zoom=1.0)
    heading = heading_block(help_window.text.document(), "the-formula")
    assert heading.begin().fragment().charFormat().foreground().color() == LIGHT.text


def test_what_was_searched_for_stays_listed_in_another_theme(help_window):
    help_window.search.setText("nesterov momentum")
    theme().set_look(scheme="dark")
    assert listed(help_window) == ["Optimisers"]


def test_headings_code_tables_and_links_have_looks_of_their_own(qtbot):
    document = page(
        "# Title\n\nWords and a [link](x.md) and `code`.\n\n```\nfirst line\nsecond\n```\n\n"
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n## Heading\n", 1000,
    )  # fmt: skip
    by_text = {block.text(): block for block in blocks(document)}
    assert (size_of(by_text["Title"]), size_of(by_text["Heading"])) == (px(26), px(17))
    weights = [by_text[each].begin().fragment().charFormat().fontWeight() for each in ("Title", "Heading")]
    assert weights == [QFont.Weight.Bold, QFont.Weight.DemiBold]
    words = by_text["Words and a link and code."]
    assert words.blockFormat().lineHeight() == 140, "per cent of the type"
    pieces, at = {}, words.begin()
    while not at.atEnd():
        pieces[at.fragment().text()] = at.fragment().charFormat()
        at += 1
    assert pieces["link"].foreground().color() != pieces["Words and a "].foreground().color()
    assert pieces["code"].background().color() == by_text["first line"].blockFormat().background().color()
    assert by_text["a"].begin().fragment().charFormat().fontWeight() == QFont.Weight.DemiBold
    assert by_text["1"].begin().fragment().charFormat().fontWeight() == QFont.Weight.Normal
    assert document.rootFrame().frameFormat().leftMargin() == (1000 - px(680)) // 2
    assert document.rootFrame().childFrames()[0].cellAt(0, 0).firstCursorPosition().block().text() == "a"


@pytest.mark.parametrize("name", [each.name for each in topics()])
def test_every_page_is_rendered_whole(qtbot, name):
    shown = {block.text() for block in blocks(page(text_of(name), 700))}
    assert {heading.replace("*", "") for heading in headings(text_of(name))} <= shown


# --- ways to the help


def test_f1_explains_what_has_the_focus(qtbot):
    outer, inner = QWidget(), QLineEdit()
    qtbot.addWidget(outer)
    inner.setParent(outer)
    assert topic_at(inner, "train") == "train"
    explained_by(outer, "loss")
    assert topic_at(inner, "train") == "loss"
    explained_by(inner, "loss#the-formula")
    assert topic_at(inner, "train") == "loss#the-formula"
    assert topic_at(None, "train") == "train"


def test_the_menu_opens_the_help_of_the_page_in_front_or_of_the_field(window, qtbot):
    window.show_page("runs")
    window.setFocus()
    window.context.actions["help"].trigger()
    found = window.findChild(HelpWindow)
    assert (found.isVisible(), found.shown) == (True, "runs")
    window.context.actions["help_contents"].trigger()
    assert found.shown == "index"
    page = window.show_page("train")
    field = page.recipe_panel.form.basic.fields["lr"]
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    window.context.actions["help"].trigger()
    assert found.shown == "learning-rate"
    assert window.findChildren(HelpWindow) == [found], "there is one"


@pytest.mark.parametrize("name", PAGES.names())
def test_every_question_mark_opens_a_page_that_there_is(window, name):
    buttons = window.show_page(name).findChildren(HelpButton)
    assert buttons
    for button in buttons:
        place = place_of(button.topic, "index")
        assert place is not None
        button.click()
        assert window.findChild(HelpWindow).trail.step(0) == place
        anchors = [place.anchor] if place.anchor else []
        assert all(heading_block(page(text_of(place.name), 700), anchor) for anchor in anchors)
