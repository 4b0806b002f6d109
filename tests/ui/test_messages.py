from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton

from cifar_gui.ui.messages import Message, Messages
from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets.message_bar import MessageBar, _Bar


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def bar(qtbot, messages) -> MessageBar:
    made = MessageBar(messages)
    qtbot.addWidget(made)
    return made


def seen(bar: MessageBar) -> list[str]:
    return [each.accessibleName() for each in bar.findChildren(_Bar) if not each.isHidden()]


def button(bar: MessageBar, text: str) -> QPushButton:
    return next(each for each in bar.findChildren(QPushButton) if each.text() == text)


def test_one_cause_gives_one_bar_however_often_it_happens(messages) -> None:
    for _ in range(1000):
        messages.error("The disk is full.")
    assert [(message.text, message.count) for message in messages.all] == [("The disk is full.", 1000)]


def test_what_happens_again_is_told_with_its_newest_details(messages) -> None:
    again = ("Try again", messages.clear)
    messages.warn("The disk is full.", "first")
    messages.error("The disk is full.", "second", again, topic="disk")
    assert messages.all == [Message("error", "The disk is full.", "second", (again,), count=2, topic="disk")]


def test_the_newest_is_first_and_a_storm_is_cut_short(messages) -> None:
    for number in range(50):
        messages.warn(f"Cause {number}")
    assert [message.text for message in messages.all] == ["Cause 49", "Cause 48", "Cause 47"]


def test_only_the_newest_is_shown_until_the_others_are_asked_for(qtbot, bar, messages) -> None:
    for text in ("First.", "Second.", "Third."):
        messages.warn(text)
    qtbot.waitUntil(lambda: seen(bar) == ["warning: Third."])
    assert bar.text() == "Third.\nSecond.\nFirst."
    button(bar, "2 more").click()
    qtbot.waitUntil(lambda: seen(bar) == ["warning: Third.", "warning: Second.", "warning: First."])
    button(bar, "Fewer").click()
    qtbot.waitUntil(lambda: seen(bar) == ["warning: Third."])
    messages.dismiss("Second.")
    messages.dismiss("Third.")
    qtbot.waitUntil(lambda: seen(bar) == ["warning: First."])
    assert not [each for each in bar.findChildren(QPushButton, "message.more") if each.isVisible()]


def test_what_has_gone_well_takes_away_what_was_said_about_it(messages) -> None:
    messages.error("The model is damaged.", topic="model")
    messages.warn("The disk is nearly full.")
    messages.resolve("picture")
    assert len(messages.all) == 2
    messages.resolve("model")
    assert [message.text for message in messages.all] == ["The disk is nearly full."]


def test_the_sign_stands_on_the_line_of_its_text(bar, messages, qtbot) -> None:
    messages.warn("A line.")
    bar.resize(600, 60)
    bar.show()
    qtbot.waitExposed(bar)
    sign, text = (label.geometry().center().y() for label in bar.findChildren(QLabel)[:2])
    assert abs(sign - text) <= 1


def test_what_has_happened_often_is_told_with_how_often(qtbot, bar, messages) -> None:
    def told() -> list[str]:
        return [label.text() for label in bar.findChildren(QLabel) if label.text() and not label.parent().isHidden()]

    messages.error("The disk is full.")
    qtbot.waitUntil(lambda: told() == ["The disk is full."])
    messages.error("The disk is full.")
    messages.error("The disk is full.")
    qtbot.waitUntil(lambda: told() == ["The disk is full.  (×3)"])


def test_the_cross_takes_its_own_message_away_and_no_other(qtbot, bar, messages) -> None:
    for text in ("First.", "Second."):
        messages.warn(text)
    qtbot.waitUntil(lambda: seen(bar) == ["warning: Second."])
    next(each for each in bar.findChildren(QToolButton) if not each.parent().isHidden()).click()
    assert [message.text for message in messages.all] == ["First."]


def test_messages_that_come_later_are_folded_again(qtbot, bar, messages) -> None:
    for text in ("First.", "Second."):
        messages.warn(text)
    button(bar, "1 more").click()
    messages.dismiss("First.")
    messages.warn("Third.")
    qtbot.waitUntil(lambda: bool(seen(bar)))
    assert seen(bar) == ["warning: Third."]


@pytest.mark.parametrize("tell", ["error", "warn", "info"])
def test_every_kind_of_message_can_have_an_action(messages, tell) -> None:
    action = ("Try again", messages.clear)
    getattr(messages, tell)("It did not work.", action=action)
    (message,) = messages.all
    assert (message.severity, message.actions) == ({"warn": "warning"}.get(tell, tell), (action,))


def test_whoever_shows_messages_hears_of_every_change_and_of_nothing_else(qtbot, messages) -> None:
    heard: list[int] = []
    messages.changed.connect(lambda: heard.append(len(messages.all)))
    messages.error("The model is damaged.", topic="model")
    messages.warn("The picture is torn.", topic="picture")
    messages.resolve("disk")
    messages.resolve("picture")
    messages.dismiss("The model is damaged.")
    messages.info("A run can be continued.")
    messages.clear()
    assert heard == [1, 2, 1, 0, 1, 0]
    messages.all.append(Message("info", "not ours"))
    assert messages.all == []


def test_a_message_shows_the_colours_of_the_theme(bar, messages) -> None:
    theme().set_look(scheme="light")
    messages.error("The disk is full.")
    before = bar.findChildren(_Bar)[-1]
    theme().set_look(scheme="dark")
    assert bar.findChildren(_Bar)[-1] is not before


def test_without_messages_there_is_no_bar(bar, messages) -> None:
    assert bar.isHidden()
    messages.info("A run can be continued.")
    assert bar.text() == "A run can be continued."
    messages.dismiss("A run can be continued.")
    assert bar.text() == ""
    assert bar.isHidden()


def test_details_are_folded_and_can_be_copied(qtbot, bar, messages) -> None:
    messages.error("Training stopped.", "Traceback: here")
    details = bar.findChild(QPlainTextEdit)
    assert details.isHidden()
    button(bar, "Details").click()
    assert not details.isHidden()
    button(bar, "Details").click()
    assert details.isHidden()
    button(bar, "Copy").click()
    assert QGuiApplication.clipboard().text() == "Training stopped.\n\nTraceback: here"


def test_an_action_button_does_it_and_takes_the_bar_away(bar, messages) -> None:
    done = []
    messages.info("A new epoch is there.", ("Watch live", lambda: done.append("watched")))
    button(bar, "Watch live").click()
    assert done == ["watched"]
    assert messages.all == []


def test_what_follows_from_something_does_not_cover_its_button(messages) -> None:
    messages.warn("The network has gone.", behind=True)
    assert [message.text for message in messages.all] == ["The network has gone."], "with nothing in front"
    messages.info("Run 0001 is in the trash now.", ("Undo", messages.clear))
    messages.warn("The network has gone.", behind=True)
    assert [message.text for message in messages.all] == ["Run 0001 is in the trash now.", "The network has gone."]
