"""The Filters page in the window, with pictures: what takes long, what it needs, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import ImageData, assemble
from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import DataError, DataMissing
from cifar_gui.explain import ablation, ideal_input, survey
from cifar_gui.explain.feature_maps import feature_maps
from cifar_gui.explain.survey import known_survey
from cifar_gui.ui.filters import unit_control
from cifar_gui.ui.filters.page import FiltersPage
from cifar_gui.ui.model_choices import LIVE, ModelChoice
from cifar_gui.ui.widgets.pixels import pixels_of, qimage_of

pytestmark = pytest.mark.usefixtures("nothing_is_kept")


@pytest.fixture(scope="module")
def ten_classes():
    return sixty_pictures("Sixty", seed=3)


def sixty_pictures(name: str, seed: int) -> ImageData:
    """Of the ten classes that the decided network knows, six held out or more."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(60) % 10
    images = torch.randint(0, 256, (60, 3, 32, 32), dtype=torch.uint8, generator=generator)
    names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    return assemble(name, images, labels, names, test=torch.arange(60) >= 50, validation_share=0.4)


@pytest.fixture
def page(window, qtbot, decided_model) -> FiltersPage:
    """On it, the decided network: one layer of twelve filters, and its ten classes."""
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    window.context.models.choose_file(decided_model)
    made = window.show_page("filters")
    qtbot.waitUntil(lambda: window.context.jobs.idle and made.grid_panel.count.text() == "12 filters")
    return made


@pytest.fixture
def with_data(page, ten_classes, qtbot) -> FiltersPage:
    page.context.data.adopt("sixty", ten_classes)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    return page


def show(page: FiltersPage, qtbot, family: str) -> None:
    page.grid_panel.view_choice.button(family).click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def words(page: FiltersPage) -> str:
    """What stands in place of the grid."""
    return " ".join(label.text() for label in page.grid_panel._front.currentWidget().findChildren(QLabel))


def test_feature_maps_are_those_of_the_picture_beside_the_layers(page, qtbot):
    show(page, qtbot, "maps")
    assert page.grid_panel.count.text() == "12 maps"
    assert page.choice.subject.name == "dog.png"
    (maps,) = feature_maps(page._snapshot, [page.layers.chosen], page.choice.subject.pixels)
    assert page.grid_panel.grid.grid.captions[4] == f"filter 4 · mean {maps[4].mean():.3g}, highest {maps[4].max():.3g}"
    assert f"Highest {maps[0].max():.3g}" in page.detail.answer.text.text()


def test_the_picture_last_classified_is_the_one_that_is_explained(page, qtbot):
    show(page, qtbot, "maps")
    before = page.grid_panel.grid.grid.tiles
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    page.context.picture.show(image, "all red")
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.choice.name.text() == "all red"
    assert page.choice.subject.pixels[:, 0, 0].tolist() == [255, 0, 0]
    assert (page.grid_panel.grid.grid.tiles != before).any()


def test_a_page_that_is_not_seen_explains_no_picture_until_it_is(page, window, qtbot, monkeypatch):
    show(page, qtbot, "maps")
    before, run, keys = page.grid_panel.grid.grid.tiles, page.context.jobs.run, []

    def noted(*asked, **how) -> None:
        keys.append(how.get("key", ""))
        run(*asked, **how)

    monkeypatch.setattr(page.context.jobs, "run", noted)
    window.show_page("classify")
    page.context.picture.show(qimage_of(np.zeros((32, 32, 3), np.uint8)), "black")
    assert [key for key in keys if key.startswith("filters.")] == []
    window.show_page("filters")
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.choice.name.text() == "black"
    assert (page.grid_panel.grid.grid.tiles != before).any()


def test_another_picture_is_drawn_at_random_from_those_held_out(with_data, ten_classes, qtbot):
    page = with_data
    page.choice.random.click()
    held_out = ten_classes.split("validation")
    label, rest = page.choice.name.text().split(", validation picture ")
    assert np.array_equal(page.choice.subject.pixels, held_out.images[int(rest)].numpy())
    assert ten_classes.class_names[int(held_out.labels[int(rest)])] == label
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    (maps,) = feature_maps(page._snapshot, [page.layers.chosen], page.choice.subject.pixels)
    assert f"Highest {maps[0].max():.3g}" in page.detail.answer.text.text(), "beside weights, too, it is of this one"


def test_a_picture_can_be_dropped_or_opened_and_what_is_none_is_refused(page, qtbot, make_picture, monkeypatch):
    def drop(mime: QMimeData) -> None:
        event = QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        page.choice.dropEvent(event)
        qtbot.waitUntil(lambda: page.context.jobs.idle)

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(make_picture("mine.png")))])
    drop(mime)
    assert page.choice.name.text() == "mine.png"
    chosen = str(make_picture("other.png", colour="green"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (chosen, ""))
    page.choice.open.click()
    qtbot.waitUntil(lambda: page.choice.name.text() == "other.png")
    for text, refusal in (
        ("nothing of use", "neither a picture nor"),
        ("https://example.com/a.png", "on the Classify page"),
    ):
        mime = QMimeData()
        mime.setText(text)
        drop(mime)
        assert any(refusal in message.text for message in page.context.messages.all)
    assert page.choice.name.text() == "other.png"


def test_the_picture_that_was_asked_for_last_is_the_one_that_is_explained(page, qtbot, ten_classes, make_picture):
    page.context.data.request = lambda _source: None  # a random one has to wait for the data set
    opened = PictureSource.from_path(make_picture("mine.png"))
    page.choice.random.click()
    page.choice.opened.emit(opened)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    page.context.data.adopt("sixty", ten_classes)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.material.subject.name == "mine.png"
    page.choice.opened.emit(opened)
    page.choice.random.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert "validation picture" in page.material.subject.name
    page.choice.opened.emit(opened)
    page.context.picture.show(qimage_of(np.zeros((32, 32, 3), np.uint8)), "classified.png")
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.material.subject.name == "classified.png"


def test_an_image_of_qt_becomes_the_pixels_it_was_made_of():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32), np.uint8)
    assert np.array_equal(pixels_of(qimage_of(pixels.transpose(1, 2, 0))), pixels)


def test_without_a_data_set_top_pictures_say_how_to_get_one(page, qtbot, monkeypatch):
    why = "CIFAR-10 is not on this machine yet."

    def missing(_source, _progress):
        raise DataMissing(why)

    monkeypatch.setattr("cifar_gui.data.sources.load", missing)
    show(page, qtbot, "top")
    assert "This needs pictures" in words(page)
    assert why in words(page)
    page.grid_panel._front.currentWidget().findChild(QPushButton).click()
    assert page.window().pages.current_name == "train"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_lacked_a_data_set_is_there_once_one_has_been_got(
    page, window, qtbot, ten_classes, monkeypatch, elsewhere
):
    monkeypatch.setattr(page.context.data, "request", lambda _source: page.context.data.failed.emit("It is not here."))
    show(page, qtbot, "top")
    assert "It is not here." in words(page)
    if elsewhere:  # as by the button, which leads to another page
        window.show_page("train")
    page.context.data.adopt("sixty", ten_classes)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.grid_panel._shows_grid is not elsewhere, "nothing long is begun for a page that nobody sees"
    window.show_page("filters")
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.grid_panel._shows_grid)
    assert "20 held-out pictures of Sixty" in page.grid_panel.note.text()


def test_a_page_that_is_left_while_the_data_set_is_read_begins_when_it_comes_back(page, window, qtbot, ten_classes):
    page.context.data.request = lambda _source: None  # read below
    show(page, qtbot, "top")
    window.show_page("classify")
    page.context.data.adopt("sixty", ten_classes)
    assert not page._drawing.running
    window.show_page("filters")
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.grid_panel._shows_grid)


def test_top_pictures_read_the_data_set_used_last_and_then_show_it(page, qtbot, ten_classes, monkeypatch):
    monkeypatch.setattr("cifar_gui.data.sources.load", lambda _source, _progress: ten_classes)
    show(page, qtbot, "top")
    qtbot.waitUntil(lambda: page.grid_panel.count.text() == "12 filters" and page.context.jobs.idle)
    assert "20 held-out pictures of Sixty" in page.grid_panel.note.text()


def test_top_pictures_of_the_chosen_unit_are_shown_whole_beside_them(with_data, qtbot):
    page = with_data
    assert page.detail.tops.button.isVisible()
    page.detail.tops.button.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.detail.tops.pictures.isVisible())
    assert len(page.detail.tops.pictures.pictures) == 9
    assert "mean answer" in page.detail.facts.text()
    found = known_survey(page._snapshot, page.layers.chosen, page.held_out.known(page._snapshot.card))
    first = page.detail.tops.pictures.pictures[0]
    assert first.words.endswith(f"answer {found.answers[0, 0]:.3g}")
    page.grid_panel.grid.choose(7)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.detail.tops.pictures.pictures[0].words.endswith(f"answer {found.answers[7, 0]:.3g}")


def test_top_pictures_are_out_of_the_data_set_that_is_loaded_now(with_data, qtbot):
    page = with_data
    show(page, qtbot, "top")
    before = page.grid_panel.grid.grid.tile(0)
    page.context.data.adopt("others", sixty_pictures("Others", seed=4))
    show(page, qtbot, "weights")
    show(page, qtbot, "top")
    assert "held-out pictures of Others" in page.grid_panel.note.text()
    assert (page.grid_panel.grid.grid.tile(0) != before).any()


def test_top_pictures_of_another_data_set_stay_and_can_be_renewed(with_data, qtbot, ten_classes):
    page, renew = with_data, with_data.grid_panel.renew
    others = sixty_pictures("Others", seed=4)
    show(page, qtbot, "top")
    assert not renew.isVisible()
    page.context.data.adopt("others", others)
    assert "held-out pictures of Sixty" in page.grid_panel.note.text()
    assert renew.isVisible()
    assert renew.toolTip().startswith("This was found among the pictures of Sixty, not of Others")
    renew.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert "held-out pictures of Others" in page.grid_panel.note.text()
    assert not renew.isVisible()


def test_top_pictures_found_while_another_data_set_came_can_be_renewed(with_data, qtbot, monkeypatch):
    page, state = with_data, held_up(monkeypatch, survey, "_look")
    page.grid_panel.view_choice.button("top").click()
    qtbot.waitUntil(lambda: state.calls == 1)
    page.context.data.adopt("others", sixty_pictures("Others", seed=4))
    state.go.set()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert "held-out pictures of Sixty" in page.grid_panel.note.text()
    assert page.grid_panel.renew.isVisible()


def test_the_most_active_filters_come_first_when_asked(with_data, qtbot):
    page = with_data
    order = page.grid_panel.order
    order.setCurrentIndex(order.findData("activity"))
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    found = known_survey(page._snapshot, page.layers.chosen, page.held_out.known(page._snapshot.card))
    assert list(page.grid_panel.grid.grid.units) == np.argsort(-found.mean, kind="stable").tolist()


def test_ideal_inputs_of_filters_and_of_classes_are_there_and_how_they_form(page, qtbot):
    show(page, qtbot, "ideal")
    assert page.grid_panel.count.text() == "12 inputs"
    assert page.detail.forming.isVisible()
    page.layers.setCurrentRow(1)
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.grid_panel.count.text() == "10 inputs")
    assert page.grid_panel.grid.grid.label(3) == "cat"
    assert page.detail.title_label.text() == "AIRPLANE"
    assert page.detail.forming.pictures.pictures[-1].image.size().width() == 32


def held_up(monkeypatch, module, name: str) -> SimpleNamespace:
    """A function that tells of progress again and again, until it is let go or given up."""
    import threading

    real, state = getattr(module, name), SimpleNamespace(go=threading.Event(), calls=0)

    def slow(*arguments):
        state.calls += 1
        while not state.go.wait(0.01):
            arguments[-1](0.25, "Working")
        return real(*arguments)

    monkeypatch.setattr(module, name, slow)
    return state


def test_what_takes_long_shows_how_far_it_is_and_can_be_cancelled_and_tried_again(page, qtbot, monkeypatch):
    state = held_up(monkeypatch, ideal_input, "_climb_all")
    page.grid_panel.view_choice.button("ideal").click()
    panel = page.grid_panel
    qtbot.waitUntil(lambda: panel._front.currentWidget() is panel.waiting)
    assert panel.waiting.bar.value() == 250
    assert page.context.jobs.doing == "Drawing ideal inputs…"
    assert words(page).startswith("Working")
    panel.waiting.cancel.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert "Not worked out" in words(page)
    state.go.set()
    panel._front.currentWidget().findChild(QPushButton).click()
    qtbot.waitUntil(lambda: page.context.jobs.idle and panel.count.text() == "12 inputs")
    assert state.calls == 2
    assert panel._front.currentWidget() is panel.grid


def test_what_was_given_up_while_a_data_set_was_read_does_not_come_with_it(page, qtbot, ten_classes, monkeypatch):
    monkeypatch.setattr(page.context.data, "request", lambda _source: None)
    page.grid_panel.view_choice.button("top").click()
    assert page.grid_panel._front.currentWidget() is page.grid_panel.waiting
    page.grid_panel.waiting.cancel.click()
    page.context.data.adopt("sixty", ten_classes)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert "Not worked out" in words(page)


def test_of_a_layer_that_is_yet_to_be_looked_through_no_unit_of_another_is_told(with_data, qtbot, monkeypatch):
    page = with_data
    show(page, qtbot, "top")
    state = held_up(monkeypatch, survey, "_look")
    page.layers.setCurrentRow(1)
    qtbot.waitUntil(lambda: page.grid_panel._front.currentWidget() is page.grid_panel.waiting)
    assert (page.detail.title_label.text(), page.detail._inside.isVisible()) == ("FILTER", False)
    page.material.take_random()  # whatever comes meanwhile
    assert not page.detail._inside.isVisible()
    state.go.set()
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.detail._inside.isVisible())
    assert page.detail.title_label.text() == "AIRPLANE"


def test_a_look_for_the_pictures_of_one_layer_ends_with_another_layer(with_data, qtbot, monkeypatch):
    page, tops = with_data, with_data.detail.tops
    state = held_up(monkeypatch, survey, "_look")
    tops.button.click()
    qtbot.waitUntil(lambda: tops.waiting.bar.value() == 250)
    page.layers.setCurrentRow(1)
    qtbot.waitUntil(lambda: page.detail.title_label.text() == "AIRPLANE")
    assert (tops.waiting.isVisible(), tops.button.isVisible()) == (False, True)
    state.go.set()
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def test_a_unit_stays_while_another_view_of_its_layer_is_worked_out(page, qtbot, monkeypatch):
    held_up(monkeypatch, ideal_input, "_climb_all")
    page.grid_panel.grid.choose(7)
    page.grid_panel.view_choice.button("ideal").click()
    qtbot.waitUntil(lambda: page.grid_panel._front.currentWidget() is page.grid_panel.waiting)
    assert page.detail.title_label.text() == "FILTER 7"
    page.grid_panel.waiting.cancel.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def test_what_is_still_being_put_together_of_a_unit_does_not_come_after_it_has_gone(page, qtbot):
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    page.grid_panel.grid.choose(3)
    page._unit.show(None, None)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert (page.detail.title_label.text(), page.detail._inside.isVisible()) == ("FILTER", False)


def test_where_nothing_can_be_saved_or_copied_the_status_bar_says_why(page, window, qtbot, monkeypatch):
    actions, tip = window.context.actions, window.status.tip
    held_up(monkeypatch, ideal_input, "_climb_all")
    page.grid_panel.view_choice.button("ideal").click()
    qtbot.waitUntil(lambda: page.grid_panel.is_waiting)
    actions["save"].trigger()
    assert tip.text() == "Nothing is saved: the pictures are still being worked out."
    page.grid_panel.waiting.cancel.click()
    actions["copy"].trigger()
    assert tip.text() == "Nothing is copied: no pictures are shown."
    page.on_model(None)
    actions["save"].trigger()
    assert tip.text() == "Nothing is saved: no network is shown."
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def fails(*_arguments: object) -> None:
    raise DataError("It cannot be told.")


def test_what_cannot_be_shown_is_said_in_its_place_and_can_be_tried_again(page, qtbot, monkeypatch):
    panel = page.grid_panel
    with monkeypatch.context() as patched:
        patched.setattr(ideal_input, "_climb_all", fails)
        show(page, qtbot, "ideal")
        assert "It cannot be told." in words(page)
    panel._front.currentWidget().findChild(QPushButton).click()
    qtbot.waitUntil(lambda: page.context.jobs.idle and panel.count.text() == "12 inputs")


def test_what_is_asked_of_a_unit_and_fails_can_be_asked_again(with_data, qtbot, monkeypatch):
    page, tops, switch = with_data, with_data.detail.tops, with_data.detail.switch_off
    monkeypatch.setattr(unit_control, "survey", fails)
    monkeypatch.setattr(unit_control, "ablate", fails)
    tops.button.click()
    switch.button.click()
    assert (tops.waiting.isVisibleTo(tops), switch.waiting.isVisibleTo(switch)) == (True, True)
    qtbot.waitUntil(lambda: page.context.jobs.idle and not switch.waiting.isVisibleTo(switch))
    qtbot.waitUntil(lambda: page.context.jobs.idle and not tops.waiting.isVisibleTo(tops))
    assert (tops.button.isVisibleTo(tops), switch.button.isVisibleTo(switch)) == (True, True)
    assert [each.text for each in page.context.messages.all] == ["It cannot be told."]


def test_other_views_do_not_wait_for_what_takes_long(page, qtbot, monkeypatch):
    held_up(monkeypatch, ideal_input, "_climb_all")
    page.grid_panel.view_choice.button("ideal").click()
    qtbot.waitUntil(lambda: page.grid_panel._front.currentWidget() is page.grid_panel.waiting)
    show(page, qtbot, "weights")
    assert page.grid_panel.count.text() == "12 filters"


def test_a_page_that_is_left_gives_up_and_begins_again_when_it_comes_back(page, window, qtbot, monkeypatch):
    state = held_up(monkeypatch, ideal_input, "_climb_all")
    page.grid_panel.view_choice.button("ideal").click()
    qtbot.waitUntil(lambda: state.calls == 1)
    window.show_page("classify")
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    state.go.set()
    window.show_page("filters")
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.grid_panel.count.text() == "12 inputs")


def test_a_page_that_is_left_while_it_looks_for_layers_draws_nothing_until_it_comes_back(page, window, qtbot):
    begun: list[ModelSnapshot] = []
    answer = page._answers.answer
    page._answers.answer = lambda snapshot, *rest: begun.append(snapshot) or answer(snapshot, *rest)
    fresh = later(page._snapshot)
    page.on_model(fresh)
    window.show_page("classify")
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert begun == []
    window.show_page("filters")
    qtbot.waitUntil(lambda: page.context.jobs.idle and page._answered.snapshot is fresh)
    assert begun == [fresh]


def test_what_was_worked_out_once_is_there_at_once(page, qtbot, monkeypatch):
    show(page, qtbot, "ideal")
    show(page, qtbot, "weights")
    monkeypatch.setattr(ideal_input, "ideal_inputs", lambda *_arguments: pytest.fail("worked out again"))
    same = ModelSnapshot(page._snapshot.card, dict(page._snapshot.weights))
    page.on_model(same)
    show(page, qtbot, "ideal")
    assert page.grid_panel.count.text() == "12 inputs"


def test_what_an_earlier_session_has_found_is_there_without_being_asked_for(with_data, qtbot, monkeypatch):
    page = with_data
    for family in ("top", "ideal", "weights"):
        show(page, qtbot, family)
    before = page.detail.forming.pictures.pictures
    for module, work in ((survey, "_look"), (ideal_input, "_climb_all")):
        module._KEPT._results.clear()
        monkeypatch.setattr(module, work, lambda *_arguments: pytest.fail("done again"))
    page.detail.show_story(None)
    page.grid_panel.grid.choose(5)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert len(page.detail.tops.pictures.pictures) == 9
    assert len(page.detail.forming.pictures.pictures) == len(before) > 0


def test_switching_a_filter_off_tells_what_is_lost_and_another_filter_begins_anew(with_data, qtbot):
    page = with_data
    switch = page.detail.switch_off
    switch.button.click()
    qtbot.waitUntil(lambda: switch.result is not None)
    assert "of 20 held-out pictures;" in switch.text.text()
    page.grid_panel.grid.choose(5)
    assert (switch.result, switch.button.isVisible()) == (None, True)
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def test_what_is_lost_is_not_told_of_another_data_set_than_is_loaded(with_data, qtbot, ten_classes):
    page, switch = with_data, with_data.detail.switch_off
    switch.button.click()
    qtbot.waitUntil(lambda: switch.result is not None)
    page.context.data.loaded.emit(ten_classes)
    assert switch.result is not None, "these are the same pictures"
    page.context.data.adopt("others", sixty_pictures("Others", seed=4))
    assert (switch.result, switch.button.isVisible()) == (None, True)
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def test_switching_off_can_be_cancelled(with_data, qtbot, monkeypatch):
    page = with_data
    state = held_up(monkeypatch, ablation, "_answers")
    switch = page.detail.switch_off
    switch.button.click()
    qtbot.waitUntil(lambda: switch.waiting.bar.value() > 0)
    switch.waiting.cancel.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert (switch.result, switch.button.isVisible(), state.calls) == (None, True, 1)


def test_without_a_data_set_nothing_is_switched_off_and_it_is_said_why(page):
    page.detail.switch_off.button.click()
    assert "no data set is loaded" in page.context.messages.all[-1].text


def test_a_dead_filter_is_named(page, qtbot):
    weights = {name: value.clone() for name, value in page._snapshot.weights.items()}
    weights["0.weight"][3] = 0
    page.on_model(ModelSnapshot(page._snapshot.card, weights))
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    page.grid_panel.grid.choose(3)
    qtbot.waitUntil(lambda: page.detail.finding.isVisible())
    assert page.detail.finding.text().startswith("Dead: all its weights are 0")


def test_dead_filters_and_duplicates_are_marked_in_the_grid_as_long_as_their_layer_is_shown(page, qtbot):
    weights = {name: value.clone() for name, value in page._snapshot.weights.items()}
    weights["0.weight"][3] = 0
    weights["0.weight"][7] = 2 * weights["0.weight"][5]
    page.on_model(ModelSnapshot(page._snapshot.card, weights))
    grid = page.grid_panel.grid
    qtbot.waitUntil(lambda: bool(grid._painter.marks))
    assert {unit: mark.shape for unit, mark in grid._painter.marks.items()} == {3: "crossed", 5: "double", 7: "double"}
    tip = grid.model().index(7, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("filter 7 · norm")
    assert "\nFilters 5 and 7 look for the same thing" in tip
    assert page.grid_panel.note.text().endswith("Marked: 1 dead filter (3) · alike: 5 and 7.")
    page.layers.setCurrentRow(page.layers.count() - 1)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert not grid._painter.marks
    assert "Marked" not in page.grid_panel.note.text()


def changed(snapshot: ModelSnapshot) -> ModelSnapshot:
    """The same network a little later."""
    return ModelSnapshot(snapshot.card, {name: value + 0.1 for name, value in snapshot.weights.items()})


def test_while_it_trains_what_takes_long_is_renewed_only_when_asked(page, qtbot):
    show(page, qtbot, "ideal")
    page.context.models.current = ModelChoice(LIVE, "Live", "", "live", None)
    shown = page._answered
    weights = {
        name: value + 0.1 if value.is_floating_point() else value for name, value in page._snapshot.weights.items()
    }
    page.on_model(ModelSnapshot(page._snapshot.card, weights))
    page._pace.now()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page._answered is shown
    assert page.grid_panel.renew.isVisible()
    page.grid_panel.renew.click()
    qtbot.waitUntil(lambda: page._answered is not shown)
    assert not page.grid_panel.renew.isVisible()
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def test_a_replay_waits_for_the_ideal_inputs_of_each_epoch(page, qtbot, monkeypatch):
    show(page, qtbot, "ideal")
    arrived: list[bool] = []
    monkeypatch.setattr(page.epochs, "arrived", lambda: arrived.append(True))
    state = held_up(monkeypatch, ideal_input, "_climb_all")
    weights = {
        name: value * 2 if value.is_floating_point() else value for name, value in page._snapshot.weights.items()
    }
    page.on_model(ModelSnapshot(page._snapshot.card, weights))
    qtbot.waitUntil(lambda: state.calls == 1)
    assert arrived == []
    state.go.set()
    qtbot.waitUntil(lambda: arrived == [True])


def test_the_weights_of_the_classes_are_rows_one_below_the_other(page, qtbot):
    page.layers.setCurrentRow(1)
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.grid_panel.count.text() == "10 classes")
    grid = page.grid_panel.grid
    assert (grid.columns, grid.grid.strips, grid.grid.label(3)) == (1, True, "cat")
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.chosen == 1
    detail = page.detail.picture
    assert (detail.image.width(), detail.image.height()) == (56, 55), "3,072 weights, row by row: none is cut off"
    assert detail.toolTip() == "Its 3072 weights, row by row"
    cells = [grid.visualRect(grid.model().index(row)) for row in (0, 1)]
    assert cells[1].top() == cells[0].bottom() + 1
    bar = grid.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)  # its dense layer has 3,072 inputs
    assert bar.maximum() + grid.viewport().width() >= grid._painter.label_width() + 3072
    page.layers.setCurrentRow(0)
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.grid_panel.count.text() == "12 filters")
    assert grid.columns > 1
    assert grid.visualRect(grid.model().index(1)).top() == grid.visualRect(grid.model().index(0)).top()


def follow_training(page: FiltersPage, qtbot) -> ModelSnapshot:
    """From now on the network that is shown is one in training, at its epoch 3.2."""
    page.context.models.current = ModelChoice(LIVE, "Live", "", "live", None)
    now = ModelSnapshot(replace(page._snapshot.card, epoch=3.2, step=32), page._snapshot.weights)
    come(page, qtbot, now)
    return now


def come(page: FiltersPage, qtbot, snapshot: ModelSnapshot) -> None:
    """A fresh snapshot, and its filters are drawn; what takes long may go on."""
    page.on_model(snapshot)
    page._pace.now()
    qtbot.waitUntil(lambda: page._answered is not None and page._answered.snapshot is snapshot)


def later(snapshot: ModelSnapshot) -> ModelSnapshot:
    """Some steps on in the same training."""
    card = replace(snapshot.card, epoch=snapshot.card.epoch + 1, step=snapshot.card.step + 10)
    weights = {name: value * 1.1 if value.is_floating_point() else value for name, value in snapshot.weights.items()}
    return ModelSnapshot(card, weights)


def test_while_it_trains_what_it_loses_is_told_as_of_when_that_was_asked(with_data, qtbot, monkeypatch):
    page = with_data
    now = follow_training(page, qtbot)
    switch, state = page.detail.switch_off, held_up(monkeypatch, ablation, "_answers")
    switch.button.click()
    qtbot.waitUntil(lambda: switch.waiting.bar.value() > 0)
    come(page, qtbot, later(now))
    state.go.set()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert switch.text.text().startswith("As of epoch 3.2: ")
    come(page, qtbot, later(later(now)))
    assert switch.text.text().startswith("As of epoch 3.2: ")
    assert (switch.button.isVisible(), switch.button.text()) == (True, "Renew")
    switch.button.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert "As of" not in switch.text.text()
    assert not switch.button.isVisible()
    page.grid_panel.grid.choose(5)
    assert (switch.button.isVisible(), switch.button.text()) == (True, "Switch it off")
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def test_while_it_trains_top_pictures_are_those_of_when_they_were_asked_for(with_data, qtbot, monkeypatch):
    page = with_data
    now = follow_training(page, qtbot)
    tops, state = page.detail.tops, held_up(monkeypatch, survey, "_look")
    tops.button.click()
    qtbot.waitUntil(lambda: tops.waiting.bar.value() == 250)
    begun: list[str] = []
    monkeypatch.setattr(tops.waiting, "begin", begun.append)
    come(page, qtbot, later(now))
    assert begun == [], "it does not begin again because the network has learned a little"
    assert (tops.waiting.isHidden(), tops.button.isHidden()) == (False, True), "and goes on telling how far it is"
    state.go.set()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert len(tops.pictures.pictures) == 9
    assert (tops.text.text(), tops.button.isVisible(), tops.button.text()) == ("As of epoch 3.2.", True, "Renew")
    tops.button.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert (tops.text.text(), tops.button.isVisible(), len(tops.pictures.pictures)) == ("", False, 9)


def test_of_another_network_nothing_is_told_that_was_found_before(with_data, qtbot):
    page = with_data
    now = follow_training(page, qtbot)
    page.detail.switch_off.button.click()
    page.detail.tops.button.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    another_run = ModelSnapshot(replace(now.card, epoch=0, step=0), later(now).weights)
    come(page, qtbot, another_run)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.detail.switch_off.result is None
    assert (page.detail.tops.pictures.pictures, page.detail.tops.button.text()) == ([], "Look for pictures")


def test_no_picture_is_called_held_out_from_a_network_that_has_learned_from_all(with_data, ten_classes, qtbot):
    page = with_data
    before = page.material.subject
    learned = replace(page._snapshot.card, trained_on=ten_classes.fingerprints[3])
    snapshot = ModelSnapshot(learned, page._snapshot.weights)
    page.context.models._set_snapshot(snapshot)
    qtbot.waitUntil(lambda: page.context.jobs.idle and page._answered.snapshot is snapshot)
    page.choice.random.click()
    assert page.material.subject is before
    assert "none were held out" in page.context.messages.all[-1].text
    page.detail.switch_off.button.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert "of 20 pictures that the network has learned from;" in page.detail.switch_off.text.text()
    assert "held-out" not in page.detail.switch_off.text.text()
