"""What is asked about an answer on the Classify page: heat map, canvas, receipt, likenesses."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QColorDialog, QFileDialog

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.decode import open_picture
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import network_input
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain import ideal_input
from cifar_gui.explain import resembles as core
from cifar_gui.explain.attribution.base import ATTRIBUTIONS, heat
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.head_units import head_units, maps_on_picture
from cifar_gui.explain.held_out import held_out
from cifar_gui.explain.receipt import receipt
from cifar_gui.explain.survey import known_survey
from cifar_gui.explain.top_pictures import top_pictures
from cifar_gui.inference.classifier import Classifier
from cifar_gui.networks.base import build
from cifar_gui.ui.classify import receipt_pictures, saving
from cifar_gui.ui.classify import resembles as resembles_view
from cifar_gui.ui.classify.bars import BarsModel
from cifar_gui.ui.widgets.framed import Framed

pytestmark = pytest.mark.usefixtures("page")


@pytest.fixture
def dog(make_picture):
    return make_picture()


@pytest.fixture
def side(page):
    return page.single.picture_panel.side


@pytest.fixture
def bars(page):
    return page.single.verdict_panel.bars


def seen(path) -> np.ndarray:
    """What the network sees of a picture."""
    return network_input(open_picture(PictureSource.from_path(path)))


def pixels_of(image: QImage) -> np.ndarray:
    """(3, h, w)."""
    rows = [[image.pixelColor(x, y).getRgb()[:3] for x in range(image.width())] for y in range(image.height())]
    return np.array(rows, np.uint8).transpose(2, 0, 1)


def idle(page, qtbot) -> None:
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def click(bars, qtbot, name: str) -> None:
    row = bars.names().index(name)
    qtbot.mouseClick(
        bars.viewport(), Qt.MouseButton.LeftButton, pos=bars.visualRect(bars.model().index(row, 0)).center()
    )


def turn_on(side, page, qtbot, method: str) -> None:
    qtbot.waitUntil(lambda: side.method.findData(method) >= 0)
    side.method.setCurrentIndex(side.method.findData(method))
    idle(page, qtbot)


@pytest.fixture
def choose_other(page, qtbot, decided_snapshot, tmp_path):
    """Chooses a network of the same build with other weights."""

    def choose() -> None:
        weights = {name: 2 * value for name, value in decided_snapshot.weights.items()}
        save_snapshot(ModelSnapshot(decided_snapshot.card, weights), tmp_path / "other.safetensors")
        before = page._snapshot
        page.context.models.choose_file(tmp_path / "other.safetensors")
        qtbot.waitUntil(lambda: page._snapshot not in (None, before))

    return choose


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


# The canvas


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


# The receipt


def shown_rows(page) -> list[list[str]]:
    return [[cell.text for cell in row] for row in page.insight.view("why").panel.table.rows]


def test_the_receipt_compares_the_verdict_with_the_next_class_or_the_chosen_one(
    page, qtbot, show, dog, bars, decided_snapshot
):
    show(dog)
    page.single.picture_panel.views.button("why").click()
    idle(page, qtbot)
    panel, names = page.insight.view("why").panel, bars.names()
    assert panel.heading.text() == f"Why {names[0]}, not {names[1]}?"
    click(bars, qtbot, names[4])
    idle(page, qtbot)
    assert panel.heading.text() == f"Why {names[0]}, not {names[4]}?"
    places = decided_snapshot.card.class_names.index
    wanted = receipt(Examined(decided_snapshot), seen(dog), places(names[0]), places(names[4]), views=6)
    rows = shown_rows(page)
    assert [row[0] for row in rows[:3]] == [entry.name for entry in wanted.entries[:3]]
    adds = panel.table.titles.index("adds")
    written = [float(row[adds].replace("−", "-")) for row in rows]
    assert sum(written[:-1]) == pytest.approx(written[-1], abs=1e-9)
    assert written[-1] == pytest.approx(wanted.difference, abs=0.005)
    assert panel.table.rows[-1][adds].value == wanted.difference


def test_the_receipt_follows_the_number_of_views(page, qtbot, show, dog):
    show(dog)
    page.single.picture_panel.views.button("why").click()
    idle(page, qtbot)
    panel = page.insight.view("why").panel
    assert "means over the six views" in panel.sum.text()
    page.single.verdict_panel._six_views.click()
    idle(page, qtbot)
    assert "six views" not in panel.sum.text()


@pytest.fixture
def why(page, qtbot, show, dog):
    show(dog)
    page.single.picture_panel.views.button("why").click()
    idle(page, qtbot)
    return page.insight.view("why")


def test_the_receipt_in_front_is_copied_whole_and_in_full_precision(page, why):
    copied = QGuiApplication.clipboard().text
    page.copy()
    receipt = why._found.receipt
    head, *lines = [line.split("\t") for line in copied().splitlines()]
    assert head == ["from", f"adds to {receipt.winner} − {receipt.other}", "answers", "weight"]
    assert [line[0] for line in lines] == [*(entry.name for entry in receipt.entries), "together"]
    assert [float(line[1]) for line in lines[:-1]] == [entry.contribution for entry in receipt.entries]
    assert float(lines[-1][1]) == receipt.difference
    page.single.picture_panel.views.button("picture").click()
    page.copy()
    assert not copied().startswith("from")


def beside(why, title: str) -> list[Framed | None]:
    """The pictures in a column of the receipt, down to the last filter."""
    table = why.panel.table
    return [row[table.titles.index(title)].picture for row in table.rows[: len(why._found.rows)]]


def test_beside_each_contribution_stands_where_its_filter_looks(why, decided_snapshot, dog):
    examined, titles = Examined(decided_snapshot), why.panel.table.titles
    assert [title for title in titles if "\n" in title] == ["its\nmap", "against\nor for"]
    laid = maps_on_picture(examined, head_units(decided_snapshot), seen(dog))
    for entry, picture in zip(why._found.receipt.entries, beside(why, "its\nmap"), strict=False):
        if entry.unit is None:
            assert picture is None
        else:
            assert np.array_equal(pixels_of(picture.image), heat(laid[entry.unit], seen(dog)).transpose(2, 0, 1))


def test_top_pictures_are_looked_for_when_asked_for_and_stay_for_the_next_picture(
    page, qtbot, why, tiny_data, decided_snapshot, show, make_picture
):
    page.context.data.adopt("tiny", tiny_data)
    offer = why.panel.tops
    assert "top\npicture" not in why.panel.table.titles
    offer.button.click()
    assert (offer.button.isVisible(), offer.waiting.isVisible()) == (False, True)
    qtbot.waitUntil(lambda: "top\npicture" in why.panel.table.titles)
    assert (offer.button.isVisible(), offer.waiting.isVisible()) == (False, False)
    (layer,) = head_units(decided_snapshot).layers
    pictures = held_out(tiny_data, decided_snapshot.card)
    found = known_survey(decided_snapshot, layer, pictures)
    for entry, picture in zip(why._found.receipt.entries, beside(why, "top\npicture"), strict=False):
        tops = top_pictures(found, entry.unit, pictures) if entry.unit is not None else []
        assert (picture is not None) == bool(tops)
        if picture is not None and tops:
            assert np.array_equal(pixels_of(picture.image), tops[0].pixels)
            assert (picture.box, tops[0].label in picture.words) == (tops[0].box, True)
            assert picture.words.startswith("of the held-out pictures the one that excites it most")
            learned = receipt_pictures._top(tops[0], replace(pictures, seen=True))
            assert learned.words.startswith("of the pictures that the network has learned from the one")
    show(make_picture("other.png", colour="green"))
    idle(page, qtbot)
    assert "top\npicture" in why.panel.table.titles


def test_top_pictures_go_with_the_data_set_that_they_are_of(page, qtbot, why, tiny_data):
    page.context.data.adopt("tiny", tiny_data)
    why.panel.tops.button.click()
    qtbot.waitUntil(lambda: "top\npicture" in why.panel.table.titles)
    page.context.data.adopt("other", replace(tiny_data, name="Other", fingerprints=tuple("abcd")))
    qtbot.waitUntil(lambda: "top\npicture" not in why.panel.table.titles)
    idle(page, qtbot)
    assert why.panel.tops.button.isVisible(), "they can be looked for among the new ones"


def test_without_a_data_set_top_pictures_have_it_read_first(page, qtbot, why, tiny_data):
    asked = []
    page.context.data.request = asked.append
    why.panel.tops.button.click()
    assert asked == [page.context.data.usual_source()]
    assert why.panel.tops.waiting.text.text() == "Reading the held-out pictures."
    page.context.data.failed.emit("It is not here.")
    assert [message.text for message in page.context.messages.all] == ["It is not here."]
    assert why.panel.tops.button.isVisible()
    why.panel.tops.button.click()
    page.context.data.adopt("tiny", tiny_data)
    qtbot.waitUntil(lambda: "top\npicture" in why.panel.table.titles)


def test_top_pictures_given_up_while_a_data_set_was_read_are_not_looked_for_in_it(page, qtbot, why, tiny_data):
    page.context.data.request = lambda _source: None
    why.panel.tops.button.click()
    why.panel.tops.waiting.cancel.click()
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    assert "top\npicture" not in why.panel.table.titles
    assert why.panel.tops.button.isVisible()


def test_top_pictures_that_waited_for_a_data_set_are_not_looked_for_for_the_next_network(
    page, qtbot, why, tiny_data, decided_snapshot
):
    page.context.data.request = lambda _source: None
    why.panel.tops.button.click()
    answer = page.insight._answer
    why.follow(replace(answer, question=replace(answer.question, snapshot=replace(decided_snapshot))), "")
    idle(page, qtbot)
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    assert "top\npicture" not in why.panel.table.titles


def test_ideal_inputs_are_drawn_from_the_first_wish_on_until_they_are_given_up(
    page, qtbot, why, decided_snapshot, monkeypatch
):
    drawn, go_on = [], threading.Event()

    def slow(snapshot, layer, units, progress):
        drawn.append(units)
        while not go_on.wait(0.001):
            progress(0.5, "Drawing")
        return ideal_input.ideal_inputs(snapshot, layer, units, progress)

    monkeypatch.setattr(receipt_pictures, "ideal_inputs", slow)
    offer, wanted = (
        why.panel.ideals,
        sorted(entry.unit for entry in why._found.receipt.entries[:12] if entry.name != "bias"),
    )
    offer.button.click()
    qtbot.waitUntil(lambda: drawn == [wanted])
    assert page.context.jobs.doing == "Drawing ideal inputs…"
    offer.waiting.cancel.click()
    qtbot.waitUntil(offer.button.isVisible)
    idle(page, qtbot)
    assert "ideal\ninput" not in why.panel.table.titles
    assert not page.context.messages.all
    why._ask_again()
    idle(page, qtbot)
    assert drawn == [wanted], "another receipt does not begin it again"
    go_on.set()
    offer.button.click()
    qtbot.waitUntil(lambda: "ideal\ninput" in why.panel.table.titles)
    (layer,) = head_units(decided_snapshot).layers
    made = ideal_input.ideal_inputs(decided_snapshot, layer, wanted)
    for entry, picture in zip(why._found.receipt.entries, beside(why, "ideal\ninput"), strict=False):
        if entry.unit is not None:
            assert np.array_equal(pixels_of(picture.image), made.states[-1, wanted.index(entry.unit)])
    why._ideals = {}
    why._ask_again()
    qtbot.waitUntil(lambda: len(drawn) == 3)
    qtbot.waitUntil(lambda: len(why._ideals) == len(wanted))
    idle(page, qtbot)
    assert len(drawn) == 3, "where nothing is lacking there is nothing to draw"
    assert (offer.button.isHidden(), offer.waiting.isHidden()) == (True, True)


def test_what_was_drawn_for_one_network_never_stands_beside_the_rows_of_another(
    page, qtbot, why, show, make_picture, choose_other
):
    why.panel.ideals.button.click()
    qtbot.waitUntil(lambda: "ideal\ninput" in why.panel.table.titles)
    page.single.picture_panel.views.button("picture").click()
    show(make_picture("other.png", colour="green"))
    choose_other()
    idle(page, qtbot)
    page.single.picture_panel.views.button("why").click()
    idle(page, qtbot)
    assert why._found.question.snapshot is page._snapshot
    assert "ideal\ninput" not in why.panel.table.titles, "nor is it drawn before it is asked for"
    assert why.panel.ideals.button.isVisible()


def test_what_has_been_drawn_does_not_bring_an_older_question_back(page, qtbot, why, bars):
    click(bars, qtbot, bars.names()[-1])
    why._on_drawn({})  # while the question about the other bar is under way
    idle(page, qtbot)
    assert why.panel.heading.text() == f"Why {bars.names()[0]}, not {bars.names()[-1]}?"


def test_a_receipt_still_under_way_is_not_shown_for_the_next_network(page, qtbot, why, bars, decided_snapshot):
    click(bars, qtbot, bars.names()[-1])
    answer, other = page.insight._answer, replace(decided_snapshot)
    single = replace(answer.prediction, class_names=("cat",), probabilities=(1.0,))
    why.follow(replace(answer, question=replace(answer.question, snapshot=other), prediction=single), "")
    idle(page, qtbot)
    assert why.panel.sum.text() == "This network knows one class only: there is nothing to compare it with."


def test_a_receipt_still_under_way_is_not_shown_once_there_is_no_answer(page, qtbot, why):
    why.follow(page.insight._answer, "")
    why.forget()
    idle(page, qtbot)
    assert why.panel.sum.text() == "The receipt follows when there is an answer."
    assert (why.panel.table.isVisible(), page.insight.receipt_text) == (False, "")


def test_a_row_leads_to_its_filter_on_the_filters_page(page, window, qtbot, why):
    table = why.panel.table
    place = next(at for at, entry in enumerate(why._found.receipt.entries[:12]) if entry.unit)
    unit = why._found.receipt.entries[place].unit

    def click_on(row: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        spot = table.visualRect(table.model().index(row, 0)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, spot)

    click_on(place, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.current_name == "classify", "rows are selected so, to be copied"
    click_on(place)
    assert window.pages.current_name == "filters"
    filters = window.pages.built("filters")
    qtbot.waitUntil(lambda: filters.grid_panel.grid.chosen == unit)
    assert filters.layers.chosen.name == "0"
    idle(page, qtbot)


def test_units_that_are_no_filters_lead_nowhere_and_have_no_maps(
    page, qtbot, why, show, dog, tmp_path, decided_snapshot
):
    card = replace(decided_snapshot.card, network="mlp", network_settings={"hidden": 16})
    save_snapshot(capture(build("mlp", 10, {"hidden": 16}), card), tmp_path / "mlp.safetensors")
    page.context.models.choose_file(tmp_path / "mlp.safetensors")
    qtbot.waitUntil(lambda: "its\nmap" not in why.panel.table.titles)
    idle(page, qtbot)
    seats = [row.seat for row in why._found.rows if row.seat is not None]
    assert {layer.label for layer, _unit in seats} == {"dense 1"}
    wanted = []
    why.panel.filter_wanted.connect(lambda *seat: wanted.append(seat))
    for row in range(13):
        why.panel.table.activated.emit(why.panel.table.model().index(row, 0))
    assert wanted == []
    assert why.panel.ideals.button.isVisible()


# Likenesses


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
    page, qtbot, resembles, tiny_data, show, tmp_path
):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    assert resembles.panel.empty.button.text() == "Look through them"
    assert f"{tiny_data.counts[0]} training pictures of Tiny" in resembles.panel.empty.text_label.text()
    resembles.panel.empty.button.click()
    qtbot.waitUntil(lambda: resembles.panel.is_showing)
    assert resembles.panel.pictures.count() == 12
    own = tmp_path / "own.png"
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    pixels = tiny_data.split("train").images[4].numpy()
    for y in range(32):
        for x in range(32):
            image.setPixelColor(x, y, QColor(*(int(each) for each in pixels[:, y, x])))
    assert image.save(str(own))
    show(own)
    qtbot.waitUntil(lambda: resembles.panel.is_showing and resembles.panel.pictures.item(0).text().endswith("1.00"))
    assert np.array_equal(resembles.panel._alike[0].pixels, pixels)


def test_how_long_a_look_takes_yet_goes_by_what_is_left_of_it(page, resembles, tiny_data):
    started = time.monotonic() - 30
    look = resembles._look = resembles_view._Look(resembles._answer.question.snapshot, tiny_data, started=started)
    resembles._on_progress(look, 0.25)
    count = tiny_data.counts[0]
    assert resembles.panel.empty.text_label.text() == f"25 % of {count} training pictures, 1 min 30 s left"


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


def test_a_look_that_broke_off_can_be_begun_again(page, qtbot, resembles, tiny_data):
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    look = resembles._look = resembles_view._Look(resembles._answer.question.snapshot, tiny_data)
    resembles._on_progress(look, 0.25)
    assert resembles.panel.empty.button.text() == "Cancel"
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
