"""What is asked about an answer on the Classify page: heat map, bars, and what becomes of it with another answer."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.attribution.base import ATTRIBUTIONS, heat
from cifar_gui.explain.examined import Examined
from cifar_gui.networks.base import build
from cifar_gui.ui.classify.bars import BarsModel
from cifar_gui.ui.widgets.pixels import pixels_of

from .asking import click, idle, seen, turn_on

pytestmark = pytest.mark.usefixtures("page")


# The heat map


def test_there_is_no_heat_map_until_one_is_wanted(page, qtbot, show, dog, side):
    show(dog)
    idle(page, qtbot)
    assert page.findChild(object, "classify.heatmap") is side.heat_map
    assert not side.heat_map.isVisible()
    assert [side.method.itemData(row) for row in range(side.method.count())] == ["", *ATTRIBUTIONS.names()]


@pytest.mark.parametrize("method", ATTRIBUTIONS.names())
def test_the_heat_map_is_of_the_class_of_the_verdict_or_the_one_that_is_clicked(
    page, qtbot, show, dog, side, bars, decided_snapshot, method
):
    show(dog)
    turn_on(side, page, qtbot, method)
    names, label = bars.names(), page.history_panel.entry(page._number).prediction.label
    for name in (label, names[2]):
        if name != label:
            click(bars, qtbot, name)
            idle(page, qtbot)
        target = decided_snapshot.card.class_names.index(name)
        found = ATTRIBUTIONS[method](Examined(decided_snapshot), seen(dog), target)
        assert np.array_equal(pixels_of(side.heat_map.image), heat(found.values, seen(dog)).transpose(2, 0, 1))
        told = f"Blue speaks against {name}, amber speaks for it. {found.legend.note}"
        assert side.legend.accessibleDescription() == told
        assert found.note in side.view.toolTip()
    assert side.heat_map.isVisible()
    assert side.heat_map.target() == side.view.target()


def test_the_heat_map_follows_the_crop_and_goes_when_it_is_turned_off(page, qtbot, show, dog, side):
    show(dog)
    turn_on(side, page, qtbot, "occlusion")
    before = pixels_of(side.heat_map.image)
    qtbot.keyClick(page.single.picture_panel.crop_view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    idle(page, qtbot)
    assert not np.array_equal(pixels_of(side.heat_map.image), before)
    turn_on(side, page, qtbot, "")
    assert not side.heat_map.isVisible()
    assert side.view.toolTip() == ""


def test_where_a_way_of_asking_does_not_suit_the_network_it_is_said_in_place(
    page, qtbot, show, dog, side, tmp_path, decided_snapshot
):
    card = replace(decided_snapshot.card, network="mlp", network_settings={"hidden": 4})
    save_snapshot(capture(build("mlp", 10, {"hidden": 4}), card), tmp_path / "mlp.safetensors")
    show(dog)
    turn_on(side, page, qtbot, "grad_cam")
    page.context.models.choose_file(tmp_path / "mlp.safetensors")
    qtbot.waitUntil(lambda: "has none. Choose occlusion" in side._hint.text())
    assert not side.heat_map.isVisible()
    assert not page.context.messages.all


def test_where_no_map_can_be_made_the_one_before_goes_and_nothing_is_said_once_none_is_wanted(
    page, qtbot, show, dog, side, monkeypatch
):
    show(dog)
    turn_on(side, page, qtbot, "occlusion")
    begun, go_on = threading.Event(), threading.Event()

    def refuse(_question):
        begun.set()
        assert go_on.wait(20)
        raise CifarGuiError("It has none.")

    monkeypatch.setattr(page.insight.heat_maps._newest, "_work", refuse)
    side.method.setCurrentIndex(side.method.findData("grad_cam"))
    assert begun.wait(20)
    side.method.setCurrentIndex(0)
    go_on.set()
    idle(page, qtbot)
    assert "Drag the frame" in side._hint.text()
    side.method.setCurrentIndex(side.method.findData("occlusion"))
    monkeypatch.undo()
    turn_on(side, page, qtbot, "grad_cam")
    assert (side.heat_map.isVisible(), side.legend.isVisible()) == (True, True)
    page.insight.heat_maps.refused.emit("It has none.")
    assert (side.heat_map.isVisible(), side.legend.isVisible(), side.view.toolTip()) == (False, False, "")
    assert side._hint.text() == "It has none."


def test_a_map_that_was_asked_for_in_another_way_is_not_shown(page, qtbot, show, dog, side, heard):
    found = heard(page.insight.heat_maps.found)
    show(dog)
    turn_on(side, page, qtbot, "occlusion")
    turn_on(side, page, qtbot, "")
    page.insight.heat_maps.found.emit(found[0])
    assert not side.heat_map.isVisible()


def test_a_map_of_the_picture_before_is_not_laid_on_the_next(page, qtbot, show, dog, side, make_picture, monkeypatch):
    show(dog)
    turn_on(side, page, qtbot, "occlusion")
    heat_maps, begun, go_on, shown = page.insight.heat_maps, threading.Event(), threading.Event(), []
    heat_maps.found.connect(lambda heat: shown.append(heat.question.pixels))
    work = heat_maps._newest._work

    def slow(question):
        if np.array_equal(question.pixels, seen(dog)):
            begun.set()
            assert go_on.wait(20)
        return work(question)

    monkeypatch.setattr(heat_maps._newest, "_work", slow)
    page.insight.follow(page.insight._answer)
    assert begun.wait(20)
    gone = []
    page.opener.opened.connect(lambda _opened: gone.append(side.heat_map.isHidden()))
    show(make_picture("other.png", colour="green"))
    assert gone == [True], "that of the picture before"
    qtbot.waitUntil(lambda: bool(shown))
    go_on.set()
    idle(page, qtbot)
    assert not any(np.array_equal(pixels, seen(dog)) for pixels in shown)
    assert side.heat_map.isVisible()


def test_the_way_of_asking_is_remembered(page, qtbot, show, dog, side):
    show(dog)
    turn_on(side, page, qtbot, "grad_cam")
    assert page.save_state()["heat_map"] == "grad_cam"
    page.restore_state({"heat_map": 3})
    assert page.save_state()["heat_map"] == "grad_cam"


def test_what_was_remembered_is_turned_on_with_the_first_answer(page, qtbot, show, dog, side):
    page.restore_state({"heat_map": "integrated_gradients"})
    show(dog)
    qtbot.waitUntil(side.heat_map.isVisible)
    assert side.method.raw() == "integrated_gradients"


def test_a_way_that_is_no_longer_there_is_forgotten(page, qtbot, show, dog, side):
    page.restore_state({"heat_map": "crystal ball"})
    show(dog)
    idle(page, qtbot)
    assert (page.save_state()["heat_map"], side.heat_map.isVisible()) == ("", False)


# Without an answer


def test_what_was_shown_about_an_answer_goes_with_the_network_and_comes_back_with_another(
    page, qtbot, heard, why, side, decided_snapshot
):
    answers = heard(page.answers.answered)
    turn_on(side, page, qtbot, "occlusion")
    page.single.verdict_panel._six_views.click()
    idle(page, qtbot)
    page.on_model(None)
    idle(page, qtbot)
    page.answers.answered.emit(answers[0])  # one that was under way when the network went
    assert (page.single.verdict_panel.verdict.text(), why.panel.heading.text()) == ("", "")
    assert not side.heat_map.isVisible()
    page.on_model(decided_snapshot)
    idle(page, qtbot)
    assert page.single.verdict_panel.verdict.text()
    assert why.panel.heading.text()
    assert side.heat_map.isVisible()


def test_what_was_shown_about_an_answer_goes_when_the_next_network_cannot_be_used(page, qtbot, why, side):
    turn_on(side, page, qtbot, "occlusion")
    page.answers.refused.emit(CifarGuiError("Its weights do not fit."))
    assert why.panel.heading.text() == ""
    assert not side.heat_map.isVisible()
    turn_on(side, page, qtbot, "grad_cam")
    for view in ("picture", "why"):
        page.single.picture_panel.views.button(view).click()
    idle(page, qtbot)
    assert (why.panel.heading.text(), side.heat_map.isVisible()) == ("", False), "nobody has answered that"


# The bars


def test_what_one_network_looks_at_and_why_is_not_shown_as_that_of_the_next(page, qtbot, why, side, heard):
    turn_on(side, page, qtbot, "occlusion")
    assert not side.heat_map.isHidden()
    answer, found = page.insight._answer, heard(page.insight.heat_maps.found)
    page.insight.follow(answer)  # one is under way
    page.insight.follow(replace(answer, question=replace(answer.question, model="another")))
    assert (side.heat_map.isHidden(), why.panel.table.isHidden(), why.panel.heading.text()) == (True, True, "")
    idle(page, qtbot)
    assert (side.heat_map.isHidden(), why.panel.table.isHidden()) == (False, False)
    assert len(found) == 1


def test_the_frame_is_spoken_of_only_where_there_is_one(page, qtbot, show, dog, side):
    show(dog)
    hint = side._hint
    assert "Drag the frame" in hint.text()
    for view in ("paint", "why", "resembles"):
        page.single.picture_panel.views.button(view).click()
        assert hint.text() == "32 × 32 pixels: all that the network is given.", view
    turn_on(side, page, qtbot, "occlusion")
    assert "Covering" in hint.text()
    page.single.picture_panel.views.button("picture").click()
    assert "Covering" in hint.text(), "what is said of the heat map stays"
    side.method.setCurrentIndex(0)
    assert "Drag the frame" in hint.text()


def test_a_class_is_chosen_by_click_or_by_key_and_given_back_the_same_way(page, qtbot, show, dog, bars, heard):
    show(dog)
    told = heard(bars.class_chosen)
    names = bars.names()
    click(bars, qtbot, names[1])
    assert bars.model().index(1, 0).data(BarsModel.BAR).chosen
    assert bars.model().index(1, 0).data().endswith(", chosen")
    bars.setCurrentIndex(bars.model().index(2, 0))
    qtbot.keyClick(bars, Qt.Key.Key_Return)
    qtbot.keyClick(bars, Qt.Key.Key_Space)
    assert told == [names[1], names[2], ""]
    assert bars.chosen == ""


def test_the_chosen_class_stays_while_the_picture_does(page, qtbot, show, dog, bars, make_picture):
    show(dog)
    click(bars, qtbot, bars.names()[3])
    with qtbot.waitSignal(page.answers.answered):
        qtbot.keyClick(page.single.picture_panel.crop_view, Qt.Key.Key_Minus)
    assert bars.chosen == bars.names()[3]
    show(make_picture("other.png", colour="green"))
    assert bars.chosen == ""


# Room


def test_verdict_and_bars_stay_in_view_with_every_view_at_every_usual_size(page, window, qtbot, show, dog):
    show(dog)
    for name in page.single.picture_panel.views._buttons:
        page.insight.show_view(name)
        idle(page, qtbot)
        for size in ((1280, 800), (1024, 640)):
            window.resize(*size)
            qtbot.wait(0)
            verdict = page.single.verdict_panel
            assert not verdict.verdict.visibleRegion().isEmpty()
            assert verdict.bars.viewport().visibleRegion().boundingRect().height() >= 10 * 16
            assert page.height() <= page.parentWidget().height(), (name, size)


def test_what_is_to_be_learned_from_a_heat_map_is_told_in_a_small_window_too(page, window, qtbot, show, dog, side):
    words = "Covering the top makes it a cat. Of 49 places to cover, 1 changes the answer."
    window.resize(1024, 640)
    show(dog)
    usual = side._width
    turn_on(side, page, qtbot, "occlusion")
    side.say(f"{words} How to read it.", words)
    for _ in range(4):
        QApplication.processEvents()
    (told,) = [label for label in (side._hint, side._small_hint) if label.isVisible()]
    assert told.text().startswith(words)
    assert told.heightForWidth(told.width()) <= told.height()
    assert side.rect().contains(told.geometry())
    assert (side._width, side.legend.width() >= side.legend.sizeHint().width()) == (usual, True)
    side.method.setCurrentIndex(0)
    assert side.view.width() == usual
