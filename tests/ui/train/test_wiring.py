"""What the Train page does when the session, the data or another page says something; nothing is trained here."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from cifar_gui.compute.device import DeviceStatus
from cifar_gui.errors import DataError, DataMissing
from cifar_gui.recipe import Recipe
from cifar_gui.training.events import SettingsChanged, Started, StepReport
from cifar_gui.training.history import History
from cifar_gui.ui.train.page import TrainPage
from cifar_gui.ui.trainer import Opened

TINY = Recipe(network="simple", data="shapes", epochs=2, batch_size=50, micro_batch=50, schedule="linear")
STARTED = Started("simple", 1, 2, 4, 0, "cpu", "float32", "contiguous", 160, 40)


@pytest.fixture
def page(window, qtbot, tiny_data, monkeypatch):
    """The page with data that loads at once, whatever its name."""
    monkeypatch.setattr("cifar_gui.data.sources.load", lambda source, progress: tiny_data)
    made = window.show_page("train")
    made.context.session.recipe_proposed.emit(TINY)
    settled(qtbot, made)
    assert made.context.data.current is tiny_data
    return made


@pytest.fixture
def other_data(tiny_data):
    return dataclasses.replace(tiny_data, name="Elsewhere", class_names=("bright", "dark", "striped", "spotted"))


@pytest.fixture
def there(monkeypatch):
    """Answers whether a data set is there: `there.error` is what is wrong, None for nothing."""
    answer = SimpleNamespace(error=None)

    def find(source):
        if answer.error is not None:
            raise answer.error
        return source

    monkeypatch.setattr("cifar_gui.ui.train.chosen_data.find", find)
    return answer


def settled(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.middle.chosen.known and page.runs.all is not None)


def begin(page, pictures, **changes) -> None:
    """A run begins, as far as anybody can see."""
    session = page.context.session
    session._set_state("starting")
    session._deliver(Opened(SimpleNamespace(number="0007", path=Path()), TINY.changed(**changes), History(), pictures))  # type: ignore[arg-type]
    session._deliver(STARTED)


def come_back(page, qtbot) -> None:
    """Look at another page and at this one again."""
    page.window().show_page("classify")
    page.window().show_page("train")
    settled(qtbot, page)


def in_front(page) -> str:
    return next(
        name for name in ("plots", "cards", "look") if getattr(page.middle, name) is page.middle.currentWidget()
    )


def field(page, name: str):
    return (page.form.basic.fields | page.form.advanced.fields)[name]


def test_a_run_brings_its_own_pictures_and_its_curves_come_to_the_front(page, tiny_data, other_data):
    begin(page, tiny_data)
    page.context.data.adopt("/elsewhere", other_data)
    page.context.session._set_state("idle")
    page.middle.show_cards()
    begin(page, other_data, data="/elsewhere")
    assert page.live.wall._class_names == other_data.class_names
    assert in_front(page) == "plots"


def test_a_run_that_was_hidden_while_other_data_was_chosen_is_judged_by_its_own_classes(
    page, qtbot, tiny_data, other_data
):
    page.window().show_page("classify")
    begin(page, tiny_data)
    page.context.session._set_state("idle")
    page.context.session.data = None
    page.context.data.adopt("/elsewhere", other_data)
    page.context.session.recipe_proposed.emit(TINY.changed(data="/elsewhere"))
    page.window().show_page("train")
    qtbot.waitUntil(lambda: not page.display._redraw.isActive())
    assert [mark.label for mark in page.plots.accuracy.canvas.horizontal] == ["guessing 33 %"]


def test_the_curves_have_room_for_all_the_epochs_that_are_planned(page, qtbot, tiny_data):
    begin(page, tiny_data, epochs=5)
    qtbot.waitUntil(lambda: page.plots.loss.canvas._x_range == (0.0, 5.0))


def test_the_schedule_says_where_the_run_is_until_it_ends_and_not_while_a_copy_is_edited(page, tiny_data):
    def says_where() -> bool:
        return "now" in page.recipe_panel.schedule.text()

    begin(page, tiny_data)
    report = StepReport(1, 0.25, 2.0, 0.3, 0.01)
    seen = []
    for do in (
        lambda: page.context.session._deliver(report),
        lambda: (page.recipe_panel.copy.click(), page.context.session._deliver(report)),
        lambda: (page.recipe_panel.copy.click(), page.context.session._deliver(report)),
        lambda: page.context.session._set_state("idle"),
    ):
        do()
        seen.append(says_where())
    assert seen == [True, False, True, False]


def test_what_is_changed_in_a_run_is_shown_but_not_in_the_copy(page, tiny_data):
    begin(page, tiny_data)
    page.context.session._deliver(SettingsChanged(1, 0.02, 7))
    assert (field(page, "lr").value(), field(page, "epochs").value()) == (0.02, 7)
    page.recipe_panel.copy.click()
    page.context.session._deliver(SettingsChanged(2, 0.03, 9))
    assert field(page, "epochs").value() == 7
    page.recipe_panel.copy.click()
    assert (field(page, "lr").value(), field(page, "epochs").value()) == (0.03, 9)


def test_a_copy_is_remembered_while_the_form_shows_the_run(page, tiny_data):
    begin(page, tiny_data)
    page.recipe_panel.copy.click()
    field(page, "batch_size").setValue(25)
    page.recipe_panel.copy.click()
    assert page.save_state()["recipe"]["batch_size"] == 25


def test_what_was_remembered_does_not_take_the_place_of_a_run_under_way(page, tiny_data):
    begin(page, tiny_data, epochs=9)
    page.restore_state({"recipe": TINY.changed(epochs=77).to_dict()})
    assert page.form.recipe.epochs == 9


def test_the_borders_of_the_columns_are_remembered(page, monkeypatch):
    monkeypatch.setattr(page.columns, "save_state", lambda: [1, 2, 3])
    restored = []
    monkeypatch.setattr(page.columns, "restore_state", restored.append)
    page.restore_state(page.save_state())
    assert restored == [[1, 2, 3]]


def test_what_has_been_edited_gives_no_way_to_the_recipe_of_an_unfinished_run(page, qtbot, make_run):
    make_run((0.5,), reason="stopped", epochs=9)
    for edits, epochs in ((True, 77), (False, 9)):
        again = TrainPage(page.context)
        qtbot.addWidget(again)
        if edits:
            field(again, "epochs").setValue(77)
        qtbot.waitUntil(lambda again=again: again.controls.title.text() == "Run 0001")
        assert again.form.recipe.epochs == epochs


def test_pictures_are_followed_only_while_the_network_trains(page, tiny_data):
    begin(page, tiny_data)
    seen = [page.live._timer.isActive()]
    for state in ("paused", "running", "stopping"):
        page.context.session._set_state(state)
        seen.append(page.live._timer.isActive())
    assert seen == [True, False, True, False]


def test_devices_that_can_be_used_are_offered(page, qtbot, monkeypatch):
    found = [DeviceStatus("cuda:0", False, "broken"), DeviceStatus("mps", True, ""), DeviceStatus("cpu", True, "")]
    monkeypatch.setattr("cifar_gui.ui.train.page.devices", lambda: found)
    again = TrainPage(page.context)
    qtbot.addWidget(again)
    device = field(again, "device")
    qtbot.waitUntil(lambda: device.count() == 3)
    assert [device.itemData(index) for index in range(3)] == ["auto", "mps", "cpu"]


def test_a_run_made_elsewhere_is_offered_when_the_page_is_looked_at_again(page, qtbot, make_run):
    assert page.controls.buttons["start"].text() == "Start"
    make_run((0.5,), reason="stopped")
    come_back(page, qtbot)
    assert page.controls.buttons["start"].text() == "Continue run 0001 (1 of 3)"


def test_data_that_goes_and_comes_is_seen_when_the_page_is_looked_at_again(page, qtbot, there):
    there.error = DataMissing("There is nothing at shapes.")
    come_back(page, qtbot)
    assert in_front(page) == "cards"
    assert page.middle.cards._back.isHidden(), "there is nothing to go back to"
    assert "not on this machine yet" in page.middle.cards._why.text()
    page.press("start")
    assert page.context.session.state == "idle"
    there.error = None
    come_back(page, qtbot)
    assert in_front(page) == "plots"


def test_what_is_wrong_with_the_data_stands_over_the_ways_to_others(page, qtbot, there):
    there.error = DataError("It is a ZIP archive.")
    come_back(page, qtbot)
    assert page.middle.cards._why.text() == "It is a ZIP archive."
    assert page.controls.buttons["start"].toolTip() == "It is a ZIP archive."


def test_the_ways_to_data_stay_if_they_were_asked_for(page, qtbot):
    page.get_data()
    come_back(page, qtbot)
    assert in_front(page) == "cards"
    assert not page.middle.cards._back.isHidden()


def test_a_data_set_that_has_been_used_is_called_by_its_name(page, tmp_path, other_data):
    page.context.data.adopt(str(tmp_path / "pictures"), other_data)
    data = field(page, "data")
    assert "pictures" in [data.itemText(index) for index in range(data.count())]
    assert data.raw() == "shapes", "the choice stays"


def test_an_import_shows_how_far_it_is_and_can_be_given_up(page, qtbot, monkeypatch):
    reading, given_up = threading.Event(), threading.Event()

    def load(_source, progress):
        try:
            while True:
                progress(0.3, "Reading pictures")
                reading.set()
        finally:
            given_up.set()

    monkeypatch.setattr("cifar_gui.data.sources.load", load)
    own = page.middle.cards.own
    page.context.data.progress.emit(0.5, "of something else")
    assert own.progress.isHidden()
    page.get_data("/big/folder")
    assert own.status.text() == "Looking at folder…"
    qtbot.waitUntil(lambda: own.progress.value() == 300)
    assert own.status.text() == "Reading pictures"
    qtbot.mouseClick(own.cancel, Qt.MouseButton.LeftButton)
    assert given_up.wait(60)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert own.status.text() == "Cancelled; nothing was kept."
    assert own.progress.isHidden()
    assert page.form.recipe.data == "shapes"
    page.context.data.progress.emit(0.5, "of something else")
    assert own.progress.isHidden()


def test_after_an_import_its_card_is_at_rest(page, qtbot, monkeypatch, there, other_data):
    monkeypatch.setattr("cifar_gui.data.sources.load", lambda source, progress: other_data)
    page.get_data("/some/pictures")
    qtbot.waitUntil(lambda: page.form.recipe.data == "/some/pictures")
    assert in_front(page) == "plots"
    assert page.middle.cards.own.progress.isHidden()
    page.context.data.progress.emit(0.5, "of something else")
    assert page.middle.cards.own.progress.isHidden()


def test_the_same_pictures_chosen_by_their_path_are_put_into_the_recipe(page, qtbot):
    page.get_data("/the/archive")
    qtbot.waitUntil(lambda: page.form.recipe.data == "/the/archive")
    assert page.middle.cards.own.progress.isHidden()


def test_a_failed_import_leaves_nothing_behind_for_the_next_data_set(page, qtbot, monkeypatch, other_data):
    def refuse(_source, _progress):
        raise DataError("It is torn.")

    monkeypatch.setattr("cifar_gui.data.sources.load", refuse)
    page.get_data("/torn")
    qtbot.waitUntil(lambda: page.middle.cards.own.status.text() == "It is torn.")
    page.context.data.adopt("/torn", other_data)
    assert page.form.recipe.data == "shapes"


def test_a_look_at_data_that_has_to_be_read_first_comes_when_it_has(page, qtbot, other_data):
    page.context.data.adopt("/elsewhere", other_data)
    page.recipe_panel.look.click()
    qtbot.waitUntil(lambda: in_front(page) == "look")
    assert page.middle.look._title.text() == "Tiny"
    page.middle.show_plots()
    page.context.data.loaded.emit(page.context.data.current)
    assert in_front(page) == "plots", "once"


def test_a_look_at_data_that_cannot_be_read_says_why_and_is_given_up(page, qtbot, monkeypatch, other_data, tiny_data):
    def refuse(_source, _progress):
        raise DataError("It is torn.")

    monkeypatch.setattr("cifar_gui.data.sources.load", refuse)
    page.context.data.adopt("/elsewhere", other_data)
    page.recipe_panel.look.click()
    qtbot.waitUntil(lambda: [message.text for message in page.context.messages.all] == ["It is torn."])
    page.context.data.adopt("shapes", tiny_data)
    assert in_front(page) == "plots"


def test_while_another_page_is_in_front_its_own_complaints_are_enough(page, window):
    window.show_page("classify")
    page.context.data.failed.emit("It is torn.")
    assert page.context.messages.all == []


def test_beside_edit_a_copy_there_is_room_for_one_word_only_while_it_trains(page, tiny_data):
    seen = [page.recipe_panel.look.text()]
    begin(page, tiny_data)
    seen.append(page.recipe_panel.look.text())
    page.context.session._set_state("idle")
    seen.append(page.recipe_panel.look.text())
    assert seen == ["Look at data", "", "Look at data"]


def test_what_is_in_the_way_of_a_start_is_said_once_however_often_it_is_asked_for(page, qtbot):
    field(page, "epochs").setValue(0)
    for _ in range(2):
        page.start_training()
    (message,) = page.context.messages.all
    assert message.topic == "training", "so that the next run takes it away"
