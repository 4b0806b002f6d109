"""Painting on what the network sees, on the Classify page."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QColorDialog, QFileDialog

from cifar_gui.data.picture import PictureSource
from cifar_gui.inference.classifier import Classifier
from cifar_gui.ui.classify import saving
from cifar_gui.ui.widgets.pixels import pixels_of

from .asking import idle, seen

pytestmark = pytest.mark.usefixtures("page")


@pytest.fixture
def canvas(page, qtbot, show, dog):
    show(dog)
    page.single.picture_panel.views.button("paint").click()
    page.insight.paint_panel._colour = QColor(255, 0, 255)
    return page.insight.paint_panel.canvas


def test_painting_with_the_mouse_changes_the_verdict_and_leaving_restores_it(
    page, qtbot, dog, canvas, decided_snapshot
):
    def shown():
        return page.single.verdict_panel.bars._prediction

    before, number = shown(), page._number
    start, stop = canvas.centre_of((3, 4)).toPoint(), canvas.centre_of((28, 20)).toPoint()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, stop)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=stop)
    idle(page, qtbot)
    painted = page.insight.paint_panel.pixels
    assert painted[:, 4, 3].tolist() == painted[:, 20, 28].tolist() == [255, 0, 255]
    wanted = Classifier(decided_snapshot).predict(torch.from_numpy(painted[None]))[0]
    assert shown().probabilities == pytest.approx(wanted.probabilities)
    assert np.array_equal(pixels_of(page.single.picture_panel.input_view.image), painted)
    assert page.history_panel.entry(number).prediction == before, "the history keeps the picture"
    page.single.picture_panel.views.button("picture").click()
    idle(page, qtbot)
    assert shown() == before
    assert np.array_equal(pixels_of(page.single.picture_panel.input_view.image), seen(dog))
    page.single.picture_panel.views.button("paint").click()
    idle(page, qtbot)
    assert shown().probabilities == pytest.approx(wanted.probabilities), "what was painted is still there"


def test_painting_works_by_keyboard_alone(page, qtbot, dog, canvas):
    panel, original = page.insight.paint_panel, seen(dog)
    canvas.setFocus()
    panel.brush_width.put("1")
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    qtbot.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    changed = (panel.pixels != original).any(0)
    assert sorted(zip(*np.nonzero(changed), strict=True)) == [(17, 16), (17, 17)]
    for name in ("undo", "redo", "undo", "undo"):
        panel.action(name).trigger()
    assert panel.pixels is None
    assert not panel.action("undo").isEnabled()
    panel.tools.button("shift").click()
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert np.array_equal(panel.pixels[:, :, :-1], original[:, :, 1:])
    panel.action("start_over").trigger()
    assert panel.pixels is None


def test_a_drag_is_one_stroke_and_each_click_another(page, qtbot, canvas):
    panel, left = page.insight.paint_panel, Qt.MouseButton.LeftButton
    spots = [canvas.centre_of(cell).toPoint() for cell in ((3, 4), (14, 9), (28, 20))]
    qtbot.mouseClick(canvas, left, pos=spots[2])
    clicked = panel.pixels
    qtbot.mousePress(canvas, left, pos=spots[0])
    qtbot.mouseMove(canvas, spots[1])
    qtbot.mouseRelease(canvas, Qt.MouseButton.RightButton, pos=spots[1])  # the left one is still down
    qtbot.mouseMove(canvas, spots[2])
    qtbot.mouseRelease(canvas, left, pos=spots[2])
    dragged = panel.pixels
    qtbot.mouseClick(canvas, Qt.MouseButton.RightButton, pos=canvas.centre_of((3, 28)).toPoint())
    assert np.array_equal(panel.pixels, dragged), "only the left button paints"
    assert dragged[:, 9, 14].tolist() == dragged[:, 14, 21].tolist() == [255, 0, 255]
    panel.undo()
    assert np.array_equal(panel.pixels, clicked), "the whole drag"
    panel.redo()
    assert np.array_equal(panel.pixels, dragged)
    panel.undo()
    panel.undo()
    assert panel.pixels is None
    qtbot.mouseClick(canvas, left, pos=spots[1])
    assert not panel.action("redo").isEnabled(), "what was undone cannot follow another stroke"


def test_the_brush_is_to_be_seen_where_the_pointer_or_the_keyboard_is(page, window, qtbot, canvas, painted_anew):
    def shown() -> QImage:
        return canvas.grab().toImage()

    def leave() -> None:
        QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))

    window.activateWindow()
    panel, elsewhere = page.insight.paint_panel, page.single.picture_panel.open_button
    elsewhere.setFocus()
    leave()
    plain = shown()
    assert painted_anew(canvas, lambda: qtbot.mouseMove(canvas, canvas.centre_of((4, 20)).toPoint()))
    assert (canvas.cell, shown() != plain) == ((4, 20), True)
    assert painted_anew(canvas, lambda: qtbot.mouseMove(canvas, canvas.centre_of((9, 20)).toPoint()))
    assert canvas.cell == (9, 20)
    assert painted_anew(canvas, leave)
    assert shown() == plain
    assert painted_anew(canvas, canvas.setFocus)
    focused = shown()
    leave()
    assert shown() == focused, "the keys still move it"
    assert painted_anew(canvas, lambda: qtbot.keyClick(canvas, Qt.Key.Key_Down))
    focused = shown()
    assert (canvas.cell, canvas.accessibleDescription()) == ((9, 21), "Brush at column 10, row 22 of 32.")
    assert painted_anew(canvas, panel.action("larger").trigger)
    larger = shown()
    assert larger != focused
    assert painted_anew(canvas, panel.tools.button("shift").click)
    canvas.setFocus()
    gripping = shown()
    assert gripping not in (larger, plain), "the frame alone"
    panel.tools.button("draw").click()
    assert painted_anew(canvas, elsewhere.setFocus)
    assert shown() == plain


def test_undo_and_redo_in_the_menu_are_of_the_strokes_while_the_canvas_is_in_front(page, window, qtbot, canvas):
    undo, redo, panel = page.context.actions["undo"], page.context.actions["redo"], page.insight.paint_panel
    assert (undo.isEnabled(), undo.toolTip()) == (False, "Nothing has been painted")
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, 8)).toPoint())
    painted = panel.pixels
    assert (undo.isEnabled(), undo.toolTip(), redo.isEnabled()) == (True, "Take the last stroke back", False)
    undo.trigger()
    assert panel.pixels is None
    assert (undo.isEnabled(), redo.isEnabled()) == (False, True)
    redo.trigger()
    assert np.array_equal(panel.pixels, painted)
    page.single.picture_panel.views.button("picture").click()
    assert (undo.isEnabled(), "choose Paint first" in undo.toolTip()) == (False, True)
    page.undo()
    page.single.picture_panel.views.button("paint").click()
    assert np.array_equal(panel.pixels, painted), "what is not in front is not undone"
    assert undo.isEnabled()
    window.show_page("runs")
    idle(page, qtbot)
    panel.show_original(panel.pixels)
    assert not undo.isEnabled()
    assert "on this page" in undo.toolTip(), "a canvas that nobody sees says nothing of other pages"
    window.show_page("classify")
    assert undo.toolTip() == "Nothing has been painted"


def test_keys_change_the_brush_and_pick_its_colour(page, qtbot, dog, canvas):
    panel = page.insight.paint_panel
    panel.action("larger").trigger()
    assert panel.brush_width.raw() == "5"
    for _ in range(9):
        panel.action("smaller").trigger()
    assert panel.brush_width.raw() == "1"
    panel.action("pick").trigger()
    assert [*panel._colour.getRgb()[:3]] == seen(dog)[:, 16, 16].tolist()
    assert {panel.action(name).shortcut().toString() for name in ("larger", "smaller", "pick")} == {"]", "[", "P"}


def test_each_tool_has_what_it_needs_and_the_brush_is_as_wide_as_it_is_said_to_be(page, qtbot, canvas):
    panel = page.insight.paint_panel
    for tool, needs in (
        ("draw", (True, True, False)),
        ("erase", (False, True, False)),
        ("shift", (False, False, True)),
        ("blur", (False, True, False)),
    ):
        panel.tools.button(tool).click()
        assert (panel.colour.isEnabled(), panel.brush_width.isEnabled(), canvas.grips) == needs, tool
    panel.action("larger").trigger()
    assert (panel.brush_width.raw(), canvas._brush) == ("5", 5)
    panel.brush_width.setCurrentIndex(panel.brush_width.findData("8"))
    assert canvas._brush == 8
    start_over = panel.action("start_over")
    assert (start_over.isEnabled(), start_over.toolTip()) == (False, "The picture is as it was")
    panel.tools.button("draw").click()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, 8)).toPoint())
    assert start_over.isEnabled()
    panel.forget()
    assert not start_over.isEnabled()


def test_nothing_is_to_be_undone_once_another_picture_or_crop_has_ended_the_painting(
    page, qtbot, canvas, show, make_picture
):
    undo, panel = page.context.actions["undo"], page.single.picture_panel
    for end in (
        lambda: panel.side.crop.setCurrentIndex(2),
        lambda: show(make_picture("other.png", colour="green")),
    ):
        panel.views.button("paint").click()
        idle(page, qtbot)
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, 8)).toPoint())
        assert undo.isEnabled()
        end()
        assert (panel.view, undo.isEnabled()) == ("picture", False)
        assert "choose Paint first" in undo.toolTip()
        idle(page, qtbot)


def test_a_colour_is_asked_for_and_stays_if_the_user_thinks_better_of_it(page, canvas, monkeypatch):
    panel = page.insight.paint_panel
    for answer, wanted in ((QColor("lime"), "#00ff00"), (QColor(), "#00ff00")):
        monkeypatch.setattr(QColorDialog, "getColor", lambda *_arguments, answer=answer: answer)
        panel.colour.click()
        assert panel._colour.name() == wanted


def test_the_painting_is_copied_and_saved_pixel_for_pixel(page, qtbot, canvas, monkeypatch, tmp_path):
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, 8)).toPoint())
    painted = page.insight.paint_panel.pixels
    page.insight.paint_panel.action("copy_painting").trigger()
    assert np.array_equal(pixels_of(QGuiApplication.clipboard().image()), painted)
    target = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(target), ""))
    page.insight.paint_panel.action("save_painting").trigger()
    assert np.array_equal(pixels_of(QImage(str(tmp_path / "mine.png"))), painted)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tmp_path / "no" / "a.png"), ""))
    page.save()
    assert any("a.png could not be written" in message.text for message in page.context.messages.all)


def test_the_buttons_of_the_verdict_take_the_verdict_whatever_stands_beside_it(
    page, qtbot, canvas, monkeypatch, tmp_path
):
    verdict, copied = page.single.verdict_panel, QGuiApplication.clipboard().text
    monkeypatch.setattr(saving, "ask_where_to_save", lambda *_arguments: tmp_path / "verdict.csv")
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, 8)).toPoint())
    idle(page, qtbot)
    verdict.copy_button.click()
    best, share = verdict.prediction.top(1)[0]
    assert copied().splitlines()[0] == f"picture\t{page._shown.source.name}, painted"
    assert f"{best}\t{share!r}" in copied().splitlines()
    verdict.export_button.click()
    idle(page, qtbot)
    assert repr(share) in (tmp_path / "verdict.csv").read_text(encoding="utf-8")
    page.single.picture_panel.views.button("why").click()
    idle(page, qtbot)
    verdict.copy_button.click()
    assert copied().splitlines()[0] == f"picture\t{page._shown.source.name}"


def test_of_a_painting_that_has_gone_nothing_can_be_seen_or_copied(page, canvas):
    panel = page.insight.paint_panel
    panel._on_touched((3, 4))
    assert panel.pixels is not None
    panel.forget()
    assert (panel.pixels, panel.image.isNull()) == (None, True)


def test_the_network_is_asked_about_a_painting_where_it_was_painted(page, canvas, monkeypatch):
    asked = []
    monkeypatch.setattr(page.answers, "ask", asked.append)
    page.single.picture_panel.side.crop.put("proposed")
    page.insight.paint_panel._on_touched((3, 4))
    (question,) = asked
    assert question.crop == page.single.picture_panel.crop_view.crop, "no other place is proposed for it"
    assert np.array_equal(question.painted, page.insight.paint_panel.pixels)


def test_another_picture_or_crop_ends_the_painting(page, qtbot, canvas, show, make_picture):
    panel = page.single.picture_panel
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, 8)).toPoint())
    panel.side.crop.setCurrentIndex(2)
    assert panel.view == "picture"
    idle(page, qtbot)
    panel.views.button("paint").click()
    assert page.insight.paint_panel.pixels is None
    show(make_picture("other.png", colour="green"))
    assert panel.view == "picture"


def test_the_same_picture_opened_again_can_be_painted_on_again(page, qtbot, dog, show, canvas):
    panel = page.insight.paint_panel
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, 8)).toPoint())
    idle(page, qtbot)
    show(dog)
    idle(page, qtbot)
    page.single.picture_panel.views.button("paint").click()
    assert np.array_equal(pixels_of(canvas.image), seen(dog))
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((20, 8)).toPoint())
    assert (panel.pixels[:, 8, 20].tolist(), panel.pixels[:, 8, 8].tolist()) == (
        [255, 0, 255], seen(dog)[:, 8, 8].tolist(),
    )  # fmt: skip


@pytest.mark.parametrize("what", ["picture", "crop"])
def test_a_painting_is_never_taken_for_what_the_network_sees_of_another_picture_or_crop(
    page, qtbot, canvas, make_picture, what
):
    panel = page.single.picture_panel
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.centre_of((8, 8)).toPoint())
    idle(page, qtbot)
    painted = page.insight.paint_panel.pixels
    if what == "picture":
        page.opener.opened.connect(lambda _opened: panel.views.button("paint").click())
        with qtbot.waitSignal(page.opener.opened):
            page.open_pictures([PictureSource.from_path(make_picture("other.png", colour="green"))])
    else:
        panel.side.crop.setCurrentIndex(2)
        panel.views.button("paint").click()
    assert page.insight.painted is None, "Paint has been chosen before the answer came"
    assert not page.insight.paint_panel.action("undo").isEnabled()
    idle(page, qtbot)
    shown = pixels_of(panel.input_view.image)
    assert not np.array_equal(shown, painted)
    assert np.array_equal(pixels_of(canvas.image), shown)
