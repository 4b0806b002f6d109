"""Which training pictures are most like the one on the Classify page."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from cifar_gui.errors import CifarGuiError
from cifar_gui.explain import resembles as core
from cifar_gui.ui.classify import resembles as resembles_view

from .asking import idle

pytestmark = pytest.mark.usefixtures("page")


@pytest.fixture
def resembles(page, qtbot, show, dog):
    show(dog)
    page.single.picture_panel.views.button("resembles").click()
    idle(page, qtbot)
    return page.insight.view("resembles")


def test_without_a_data_set_it_says_so_and_offers_to_read_it(page, qtbot, resembles, tiny_data):
    asked = []
    page.context.data.request = asked.append
    assert resembles.panel.empty.title_label.text() == "No pictures yet"
    resembles.panel.empty.button.click()
    assert asked == [page.context.data.usual_source()]
    page.context.data.failed.emit("It is not here.")
    assert resembles.panel.empty.text_label.text() == "It is not here."
    assert resembles.panel.empty.button.text() == "Get data"


def test_it_looks_through_the_training_pictures_when_told_to_and_then_follows(
    page, qtbot, resembles, tiny_data, show, tmp_path, stays_said
):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    assert resembles.panel.empty.button.text() == "Look through them"
    assert f"{tiny_data.counts[0]} training pictures of Tiny" in resembles.panel.empty.text_label.text()
    resembles.panel.empty.button.click()
    qtbot.waitUntil(lambda: resembles.panel.is_showing)
    assert resembles.panel.pictures.count() == 12
    stays_said(resembles.panel, "alike")
    own = tmp_path / "own.png"
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    train = tiny_data.split("train")
    pixels = train.images[train.labels.tolist().index(2)].numpy()  # of another class than those most like the first
    for y in range(32):
        for x in range(32):
            image.setPixelColor(x, y, QColor(*(int(each) for each in pixels[:, y, x])))
    assert image.save(str(own))
    show(own)
    qtbot.waitUntil(lambda: resembles.panel.is_showing and resembles.panel.pictures.item(0).text().endswith("1.00"))
    assert np.array_equal(resembles.panel._alike[0].pixels, pixels)
    stays_said(resembles.panel, "alike-to-its-own")


def test_how_long_a_look_takes_yet_goes_by_what_is_left_of_it(page, resembles, tiny_data):
    started = time.monotonic() - 30
    look = resembles._look = resembles_view._Look(resembles._answer.question.snapshot, tiny_data, started=started)
    resembles._on_progress(look, 0.25)
    count = tiny_data.counts[0]
    assert resembles.panel.empty.text_label.text() == f"25 % of {count} training pictures, 1 min 30 s left"


def test_while_a_data_set_is_read_nothing_is_offered_and_a_look_that_fails_says_why(
    page, qtbot, resembles, tiny_data, monkeypatch
):
    panel = resembles.panel
    page.context.data.request = lambda _source: None
    with monkeypatch.context() as patch:
        patch.setattr(type(page.context.data), "loading", property(lambda _library: True))
        panel.empty.button.click()
        assert (panel.empty.title_label.text(), panel.empty.button.isVisible()) == ("Reading…", False)
        page.context.data.failed.emit("It is not here.")
        assert (panel.empty.title_label.text(), panel.empty.button.isVisible()) == ("No data set", True)
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)

    def refuse(*_arguments):
        raise CifarGuiError("It has no last layer.")

    with monkeypatch.context() as patch:
        patch.setattr(core, "library", refuse)
        panel.empty.button.click()
        idle(page, qtbot)
    assert [label.text() for label in (panel.empty.title_label, panel.empty.text_label)] == [
        "Not possible", "It has no last layer.",
    ]  # fmt: skip
    assert not panel.empty.button.isVisible()
    resembles.follow(resembles._answer, "")
    idle(page, qtbot)
    assert panel.empty.button.text() == "Look through them"
    page.context.data.failed.emit("Another is not here.")
    assert panel.empty.button.text() == "Look through them", "there is one"


def test_a_look_can_be_given_up(page, qtbot, resembles, tiny_data, monkeypatch):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    given_up, features_of = threading.Event(), core.features_of

    def slow(*arguments):
        given_up.wait(60)
        return features_of(*arguments)

    monkeypatch.setattr(core, "features_of", slow)
    monkeypatch.setattr(core, "_BATCH", 50)
    button = resembles.panel.empty.button
    button.click()
    assert button.text() == "Cancel"
    assert page.context.jobs.doing == "Looking through the training pictures…", "what the status bar says"
    button.click()
    given_up.set()
    qtbot.waitUntil(lambda: button.text() == "Look through them")
    idle(page, qtbot)
    assert not core._STORE.cached().exists()
    assert not page.context.messages.all


def test_a_look_that_was_given_up_too_late_to_end_it_is_not_shown(page, qtbot, resembles, tiny_data, monkeypatch):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    begun, go_on, plain, button = threading.Event(), threading.Event(), core.library, resembles.panel.empty.button

    def deaf(examined, split, _progress):
        begun.set()
        assert go_on.wait(60)
        return plain(examined, split)

    monkeypatch.setattr(core, "library", deaf)
    monkeypatch.setattr(core, "kept", lambda *_arguments: None)
    button.click()
    assert begun.wait(60)
    button.click()
    qtbot.waitUntil(lambda: button.text() == "Look through them")
    go_on.set()
    idle(page, qtbot)
    assert (resembles.panel.is_showing, button.text()) == (False, "Look through them")


def test_before_there_is_an_answer_nothing_is_offered_nor_when_pictures_are_read_after_it_has_gone(
    page, qtbot, tiny_data, show, dog
):
    resembles, receipts = page.insight.view("resembles"), page.insight.view("why")
    panel = resembles.panel

    def said() -> tuple[str, str, bool, str]:
        return (
            panel.empty.title_label.text(),
            panel.empty.text_label.text(),
            panel.empty.button.isHidden(),
            receipts.panel.sum.text(),
        )

    waits = "The training pictures most like this one follow when there is an answer."
    nothing = ("Resembles", waits, True, "The receipt follows when there is an answer.")
    assert said() == nothing
    show(dog)
    for view in ("why", "resembles"):
        page.single.picture_panel.views.button(view).click()
        idle(page, qtbot)
    assert (panel.empty.title_label.text(), receipts.panel.heading.text() != "") == ("No pictures yet", True)
    page.insight.forget_answer()
    assert said() == nothing
    page.context.data.adopt("tiny", tiny_data)
    page.context.data.failed.emit("It is not here.")
    idle(page, qtbot)
    assert said() == nothing


def test_a_look_that_broke_off_can_be_begun_again(page, qtbot, resembles, tiny_data):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    look = resembles._look = resembles_view._Look(resembles._answer.question.snapshot, tiny_data)
    resembles._on_progress(look, 0.25)
    assert resembles.panel.empty.button.text() == "Cancel"
    resembles._on_broken(replace(look))
    assert (resembles._look is look, resembles.panel.empty.button.text()) == (True, "Cancel"), "that was one before"
    resembles._on_progress(replace(look), 0.75)
    assert resembles.panel.empty.text_label.text().startswith("25 %")
    resembles._on_broken(look)
    idle(page, qtbot)
    assert resembles.panel.empty.button.text() == "Look through them"


def test_a_look_is_given_up_where_another_network_is_asked(
    page, qtbot, resembles, tiny_data, choose_other, monkeypatch
):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    go_on, features_of = threading.Event(), core.features_of

    def slow(*arguments):
        go_on.wait(60)
        return features_of(*arguments)

    monkeypatch.setattr(core, "features_of", slow)
    resembles.panel.empty.button.click()
    look = resembles._look
    choose_other()
    qtbot.waitUntil(lambda: resembles._answer is not None and resembles._answer.question.snapshot is not look.snapshot)
    go_on.set()
    assert look.given_up.is_set()
    idle(page, qtbot)
    assert resembles.panel.empty.button.text() == "Look through them"


def test_a_look_goes_on_while_there_is_no_answer_and_serves_the_next(page, qtbot, resembles, tiny_data, monkeypatch):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    go_on, features_of = threading.Event(), core.features_of
    monkeypatch.setattr(core, "features_of", lambda *arguments: go_on.wait(60) and features_of(*arguments))
    resembles.panel.empty.button.click()
    answer, look = resembles._answer, resembles._look
    resembles.forget()
    assert resembles.panel.empty.title_label.text() == "Resembles"
    resembles.follow(answer, "")
    assert (resembles._look is look, look.given_up.is_set()) == (True, False)
    go_on.set()
    qtbot.waitUntil(lambda: resembles.panel.is_showing)


def test_what_another_network_made_of_the_pictures_is_not_used(page, qtbot, resembles, tiny_data, choose_other):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    resembles.panel.empty.button.click()
    qtbot.waitUntil(lambda: resembles.panel.is_showing)
    choose_other()
    qtbot.waitUntil(lambda: not resembles.panel.is_showing)
    assert resembles.panel.empty.button.text() == "Look through them"


def test_what_resembles_it_is_looked_for_among_the_pictures_that_are_loaded_now(page, qtbot, resembles, tiny_data):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    resembles.panel.empty.button.click()
    qtbot.waitUntil(lambda: resembles.panel.is_showing)
    page.context.data.adopt("other", replace(tiny_data, name="Other", fingerprints=tuple("abcd")))
    idle(page, qtbot)
    assert not resembles.panel.is_showing
    assert "training pictures of Other" in resembles.panel.empty.text_label.text()


def test_what_resembles_it_to_the_network_before_does_not_come_after_all(
    page, qtbot, resembles, tiny_data, choose_other, monkeypatch
):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    resembles.panel.empty.button.click()
    qtbot.waitUntil(lambda: resembles.panel.is_showing)
    begun, go_on, nearest = threading.Event(), threading.Event(), core.nearest

    def slow(*arguments):
        begun.set()
        go_on.wait(60)
        return nearest(*arguments)

    monkeypatch.setattr(core, "nearest", slow)
    resembles.follow(resembles._answer, "")
    assert begun.wait(60)
    choose_other()
    qtbot.waitUntil(lambda: not resembles.panel.is_showing)
    go_on.set()
    idle(page, qtbot)
    assert resembles.panel.empty.button.text() == "Look through them"
    assert not resembles.panel.is_showing


def test_pictures_that_were_being_found_do_not_come_once_the_answer_has_gone(
    page, qtbot, resembles, tiny_data, monkeypatch
):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    resembles.panel.empty.button.click()
    qtbot.waitUntil(lambda: resembles.panel.is_showing)
    begun, go_on, nearest = threading.Event(), threading.Event(), core.nearest

    def slow(*arguments):
        begun.set()
        assert go_on.wait(60)
        return nearest(*arguments)

    monkeypatch.setattr(core, "nearest", slow)
    resembles.follow(resembles._answer, "")
    assert begun.wait(60)
    page.insight.forget_answer()
    go_on.set()
    idle(page, qtbot)
    assert (resembles.panel.is_showing, resembles.panel.empty.title_label.text()) == (False, "Resembles")


def test_what_is_found_out_of_another_network_or_for_no_answer_comes_too_late(
    page, qtbot, resembles, tiny_data, monkeypatch
):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    resembles.panel.empty.button.click()
    qtbot.waitUntil(lambda: resembles.panel.is_showing)
    idle(page, qtbot)
    here = resembles._answer
    snapshot = here.question.snapshot
    changed = replace(snapshot, weights={name: value + 1 for name, value in snapshot.weights.items()})
    elsewhere = replace(here, question=replace(here.question, snapshot=changed))
    said = []
    with monkeypatch.context() as listening:
        listening.setattr(resembles.panel, "say", lambda *words: said.append(words))
        resembles.follow(elsewhere, "")
        resembles.follow(here, "")
        idle(page, qtbot)
    assert (said, resembles.panel.is_showing) == ([], True)
    resembles.follow(elsewhere, "")
    resembles.forget()
    idle(page, qtbot)
    assert resembles.panel.empty.title_label.text() == "Resembles"
