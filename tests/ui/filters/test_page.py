"""The Filters page, with networks that have not learned anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.base import ImageData
from cifar_gui.data.statistics import CENTRED
from cifar_gui.explain.layers import first_learned_layer
from cifar_gui.networks.base import build
from cifar_gui.runs import Run
from cifar_gui.ui.background import Background
from cifar_gui.ui.filters.detail import ordinal
from cifar_gui.ui.filters.page import FiltersPage
from cifar_gui.ui.model_choices import ModelChoice
from cifar_gui.ui.shown_picture import ShownPicture

LIVE = ModelChoice("live", "Live", "", "live", None)
CLASSES = tuple("abcdefghij")


class Models(QObject):
    """What the page uses of the model library."""

    choices_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.current: ModelChoice | None = None
        self.snapshot: ModelSnapshot | None = None
        self.chosen: list[str] = []

    @property
    def is_live(self) -> bool:
        return self.current == LIVE

    def choices(self) -> list[ModelChoice]:
        return [ModelChoice(f"runs/0001/epoch/{n}", "", "", "runs", Path("x")) for n in (1, 2)]

    def choose(self, key: str) -> None:
        self.chosen.append(key)


class Session(QObject):
    """What the page uses of the training session."""

    state_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.state = "idle"
        self.run: Any = None
        self.requests = 0

    def request_snapshot(self) -> None:
        self.requests += 1


class Data(QObject):
    """What the page uses of the data library. Nothing is loaded unless a test says so."""

    loaded = Signal(object)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.current: ImageData | None = None
        self.requested: list[str] = []
        self.cancelled = 0

    def usual_source(self) -> str:
        return "usual"

    def available(self) -> list[tuple[str, str]]:
        return [("usual", "The usual")]

    def request(self, source: str) -> None:
        self.requested.append(source)

    def cancel(self) -> None:
        self.cancelled += 1


class Said(SimpleNamespace):
    """What the page said in the message bar."""

    def info(self, text: str, *_action: Any) -> None:
        self.texts.append(text)

    def warn(self, text: str) -> None:
        self.texts.append(f"warning: {text}")

    def error(self, text: str) -> None:
        self.texts.append(f"error: {text}")


def snapshot_of(network: str, seed: int = 0, **settings: Any) -> ModelSnapshot:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build(network, 10, settings)
    return capture(model, ModelCard(network, CLASSES, CENTRED, settings))


@pytest.fixture
def page(qtbot):
    jobs = Background()
    shown_pages: list[str] = []
    context = SimpleNamespace(
        models=Models(),
        session=Session(),
        data=Data(),
        picture=ShownPicture(),
        jobs=jobs,
        messages=Said(texts=[]),
        actions={"get_data": SimpleNamespace(trigger=lambda: shown_pages.append("data"))},
        show_page=shown_pages.append,
    )
    made = FiltersPage(context)  # type: ignore[arg-type]
    made.shown_pages = shown_pages
    qtbot.addWidget(made)
    made.resize(1200, 720)
    made.show()
    yield made
    made.page_hidden()
    jobs.shutdown()


def settle(page: FiltersPage, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: page.context.jobs.idle and not page._pace._timer.isActive())


@pytest.fixture
def show(page, qtbot):
    def put(network: str, **settings: Any) -> FiltersPage:
        page.page_shown()
        page.on_model(snapshot_of(network, **settings))
        settle(page, qtbot)
        return page

    return put


def test_every_convolution_layer_is_listed_with_shape_and_parameters(show):
    page = show("airnet", size="93")
    texts = [page.layers.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(page.layers.count())]
    assert len(texts) == 8
    assert texts[0] == "stem, 24 × 2×2×3 · 312, computed, not learned"
    assert texts[1] == "block 1 · conv 1, 64 × 3×3×24 · 13,824"
    assert texts[-1] == "classes, 10 × 128 · 1,280"


def test_the_page_opens_on_the_first_layer_that_learns_and_says_how_many_filters_there_are(show):
    page = show("airnet", size="93")
    assert page.layers.chosen.label == "block 1 · conv 1"
    assert page.grid_panel.count.text() == "64 filters"
    assert "through stem" in page.grid_panel.note.text()


def test_the_chosen_filter_is_shown_large_with_its_numbers_histogram_and_moments(show, qtbot):
    page = show("keras1m")
    page.grid_panel.grid.choose(5)
    settle(page, qtbot)
    detail = page.detail
    assert detail.title_label.text() == "FILTER 5"
    assert detail.picture.image == page.grid_panel.grid.sheet.tile(5)
    assert detail.moments.text().startswith("mean ")
    assert "of 16" in detail.facts.text()
    assert "27 weights" in detail.histogram.accessibleDescription()
    assert len(detail.numbers.rows) == 9
    assert detail.numbers.rows[0][0].text == "red"


def test_the_ways_to_show_weights_are_a_choice_only_where_there_are_several(show, qtbot):
    page = show("keras1m")
    panel = page.grid_panel
    assert panel.view_choice.objectName() == "filters.view"
    assert (panel.view_choice.current, panel.form.isHidden()) == ("weights", True)
    page.layers.setCurrentRow(2)
    settle(page, qtbot)
    assert not panel.form.isHidden()
    panel.form.setCurrentIndex(panel.form.findData("channels"))
    panel.channel.setValue(7)
    settle(page, qtbot)
    assert "channel 7, of those from 0 to 31," in panel.note.text()


def test_sorting_and_scale_change_the_grid(show, qtbot):
    page = show("keras1m")
    panel = page.grid_panel
    panel.order.setCurrentIndex(panel.order.findData("norm"))
    settle(page, qtbot)
    units = panel.grid.grid.units
    assert units != tuple(range(16))
    assert sorted(units) == list(range(16))
    panel.scale.setCurrentIndex(panel.scale.findData("common"))
    settle(page, qtbot)
    assert panel.grid.grid.legend.note in panel.legend.accessibleDescription()
    assert "One scale" in panel.legend.toolTip()


def test_without_a_network_the_page_says_so_and_offers_a_way_on(page, qtbot):
    page.page_shown()
    settle(page, qtbot)
    texts = [label.text() for label in page._empty.findChildren(QLabel)]
    assert page._stack.currentWidget() is page._empty
    assert any("No network" in text for text in texts)
    page._empty.findChildren(QPushButton)[-1].click()
    assert page.shown_pages == ["train"]


def test_a_network_without_convolutions_has_units_that_look_at_the_whole_picture_and_its_classes(show, qtbot):
    page = show("mlp")
    assert [layer.label for layer in page.layers.layers] == ["dense 1", "classes"]
    assert page.grid_panel.count.text() == "512 units"
    assert page.grid_panel.grid.sheet.grid.tiles.shape == (512, 32, 32, 4)
    page.layers.setCurrentRow(1)
    settle(page, qtbot)
    assert page.grid_panel.count.text() == "10 classes"


def test_fixed_filters_are_labelled_as_computed(show):
    page = show("handmade")
    assert page.layers.layers[0].note == "computed, not learned"
    assert page.grid_panel.count.text() == "43 filters"


def test_without_a_network_any_more_the_page_is_empty(show, qtbot, monkeypatch):
    page = show("simple")
    page.on_model(None)
    settle(page, qtbot)
    assert page._stack.currentWidget() is page._empty
    asked, before = [], QGuiApplication.clipboard().image()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: asked.append(1) or ("", ""))
    page.save()
    page.copy()
    assert (asked, QGuiApplication.clipboard().image()) == ([], before), "nothing is saved that is not to be seen"


def test_nothing_is_asked_of_a_network_about_the_layers_of_the_one_before(show, qtbot, monkeypatch):
    page, asked = show("simple"), []
    plain, other = page._answers.answer, snapshot_of("keras1m")

    def noting(snapshot, view, request, progress):
        asked.append((snapshot, request.layer))
        return plain(snapshot, view, request, progress)

    monkeypatch.setattr(page._answers, "answer", noting)
    page.on_model(other)
    page._request_pictures()  # as when pictures arrive while its layers are being looked for
    assert not page._drawing.running
    settle(page, qtbot)
    assert asked == [(other, first_learned_layer(other))]


def test_another_network_comes_back_from_the_empty_state(show, qtbot):
    page = show("simple")
    page.on_model(None)
    settle(page, qtbot)
    page.on_model(snapshot_of("simple"))
    settle(page, qtbot)
    assert page._stack.currentWidget() is page._content
    assert page.grid_panel.count.text() == "12 filters"


def test_a_hidden_page_draws_nothing_until_it_is_shown(page, qtbot):
    page.on_model(snapshot_of("simple"))
    settle(page, qtbot)
    assert page.grid_panel.grid.grid is None
    page.page_shown()
    settle(page, qtbot)
    assert len(page.grid_panel.grid.grid) == 12


def test_the_next_epoch_keeps_layer_and_filter_and_changes_the_pictures(show, qtbot):
    page = show("keras1m")
    page.layers.setCurrentRow(1)
    settle(page, qtbot)
    page.grid_panel.grid.choose(9)
    before = page.grid_panel.grid.grid.tiles
    page.on_model(snapshot_of("keras1m", seed=1))
    settle(page, qtbot)
    assert page.layers.chosen.label == "conv 2"
    assert page.grid_panel.grid.chosen == 9
    assert (page.grid_panel.grid.grid.tiles != before).any()


def test_the_layers_of_a_network_that_has_gone_do_not_come_after_it(page, qtbot):
    page.page_shown()
    page.on_model(snapshot_of("simple"))
    page.on_model(None)
    settle(page, qtbot)
    assert page._stack.currentWidget() is page._empty


def test_a_page_that_comes_back_draws_only_what_is_new(show, qtbot, monkeypatch):
    page, looks = show("simple"), []
    monkeypatch.setattr(page._pace, "_action", lambda: looks.append(True))
    page.page_hidden()
    page.page_shown()
    assert looks == []
    page.page_hidden()
    page.on_model(snapshot_of("simple", seed=1))
    assert looks == []
    page.page_shown()
    assert looks == [True]


def test_a_network_that_was_chosen_is_drawn_at_once(show, monkeypatch):
    page, looks = show("simple"), []
    monkeypatch.setattr(page._pace, "_action", lambda: looks.append(True))
    monkeypatch.setattr(page._pace, "_gap", 10**6)
    for seed in (1, 2):
        page.on_model(snapshot_of("simple", seed=seed))
    assert looks == [True, True]


def test_the_slider_stands_at_the_epoch_of_the_network_on_screen(show):
    page = show("simple")
    page.context.models.current = page.context.models.choices()[1]
    snapshot = snapshot_of("simple")
    page.on_model(replace(snapshot, card=replace(snapshot.card, epoch=2.0)))
    assert (page.epochs.slider.maximum(), page.epochs.slider.value()) == (1, 1)
    page.on_model(replace(snapshot, card=replace(snapshot.card, epoch=1.0)))
    assert page.epochs.slider.value() == 0


def test_live_can_replay_the_epochs_of_the_run_in_training(show):
    page = show("simple")
    page.context.models.current = LIVE
    page.context.models.choices_changed.emit()
    assert not page.epochs.slider.isEnabled()
    page.context.session.run = SimpleNamespace(number="0001")
    page.page_shown()
    assert (page.epochs.slider.isEnabled(), page.epochs.slider.value()) == (True, 1)


def test_training_is_followed_only_on_screen_and_only_while_it_runs(page):
    session = page.context.session
    session.state = "running"
    session.state_changed.emit("running")
    assert not page._live.isActive()
    page.page_shown()
    assert page._live.isActive()
    session.state = "idle"
    session.state_changed.emit("idle")
    assert not page._live.isActive()


def test_what_was_remembered_is_kept_by_a_page_that_was_not_looked_at(page):
    page.restore_state({"layer": "3", "columns": page.save_state()["columns"]})
    assert page.save_state()["layer"] == "3"


def test_the_widths_of_the_columns_come_back(page):
    assert page.save_state()["columns"] != "230 300"
    page.restore_state({"columns": "230 300"})
    assert page.save_state()["columns"] == "230 300"


def test_the_numbers_are_copied_where_they_have_the_focus(show, monkeypatch):
    page = show("simple")
    monkeypatch.setattr(type(page.detail.numbers), "hasFocus", lambda _table: True)
    page.copy()
    assert QGuiApplication.clipboard().text().startswith("input\trow\t0\t1\t2")


def test_live_pictures_are_drawn_at_most_twice_a_second(show, qtbot, monkeypatch):
    page = show("simple")
    page.context.models.current = LIVE
    looks: list[int] = []
    monkeypatch.setattr(page._pace, "_action", lambda: looks.append(1))
    assert page._pace._gap == 500
    monkeypatch.setattr(page._pace, "_gap", 10**6)  # for machines that take half a second from one line to the next
    page._pace.now()
    for _ in range(20):
        page.on_model(page._snapshot)
    assert len(looks) == 1
    assert page._pace._timer.isActive()
    page._pace.now()
    assert len(looks) == 2
    assert not page._pace._timer.isActive()


def test_a_picture_that_was_put_off_is_not_drawn_once_the_page_is_hidden(show, monkeypatch):
    page = show("simple")
    monkeypatch.setattr(page._pace, "_gap", 10**6)
    page.context.models.current = LIVE
    page._pace.now()
    page.on_model(page._snapshot)
    put_off = page._pace._timer.isActive()
    page.page_hidden()
    assert (put_off, page._pace._timer.isActive()) == (True, False)


@pytest.mark.parametrize(("network", "channels"), [("simple", 3), ("keras1m", 3)])
def test_as_many_channels_are_offered_as_the_layer_has(show, network, channels):
    channel = show(network).grid_panel.channel
    assert (channel.minimum(), channel.maximum(), channel.suffix()) == (0, channels - 1, f" of 0–{channels - 1}")


def test_fresh_snapshots_are_asked_for_only_while_live_visible_and_running(show):
    page = show("simple")
    session = page.context.session
    page._on_live_tick()
    assert session.requests == 0
    page.context.models.current = LIVE
    session.state = "running"
    session.state_changed.emit("running")
    assert page._live.isActive()
    page._on_live_tick()
    assert session.requests == 1
    page.page_hidden()
    assert not page._live.isActive()


def test_the_slider_drives_the_model_chooser_of_the_window(show):
    page = show("simple")
    page.context.models.current = page.context.models.choices()[0]
    page.context.models.choices_changed.emit()
    page.epochs.slider.setValue(1)
    assert page.context.models.chosen == ["runs/0001/epoch/2"]


def test_the_grid_is_saved_as_png_and_copied(show, monkeypatch, tmp_path):
    page = show("simple")
    path = tmp_path / "grid"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), ""))
    page.save()
    saved = QImage(f"{path}.png")
    assert saved.width() > 12 * 32
    assert page.context.messages.texts == ["The grid was saved as grid.png."]
    page.copy()
    assert QGuiApplication.clipboard().image().size() == saved.size()


def test_a_folder_that_is_not_there_is_named_when_saving_fails(show, monkeypatch, tmp_path):
    page = show("simple")
    path = tmp_path / "nowhere" / "grid.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), ""))
    page.save()
    assert page.context.messages.texts[0].startswith("error: grid.png could not be written")


def test_the_page_remembers_layer_order_and_scale(show, qtbot, page):
    page.restore_state({"layer": "2", "order": "similarity", "scale": "common", "view": "channels", "columns": 3})
    show("keras1m")
    assert page.layers.chosen.name == "2"
    state = page.save_state()
    assert (state["layer"], state["order"], state["scale"], state["view"]) == ("2", "similarity", "common", "channels")


def test_state_that_means_nothing_is_ignored(page):
    page.restore_state({"layer": 7, "order": None, "scale": "loud", "view": []})
    assert page.grid_panel.order.currentData() == "index"


def test_everything_can_be_reached_by_keyboard_and_has_a_name(show):
    page = show("airnet", size="93")
    for widget in (
        page.layers,
        page.grid_panel.grid,
        page.grid_panel.order,
        page.grid_panel.scale,
        page.epochs.slider,
        page.epochs.play,
        page.detail.numbers,
    ):
        assert widget.accessibleName()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st"), (112, "112th")]
)
def test_ranks_in_words(number, words):
    assert ordinal(number) == words


@pytest.fixture
def replayed(window, qtbot, make_run) -> tuple[Run, FiltersPage]:
    """A run with three epochs, and the page that shows its first."""
    run = make_run((0.4, 0.5, 0.6))
    models, page = window.context.models, window.show_page("filters")
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    models.refresh()
    qtbot.waitUntil(lambda: "runs/0001/epoch/3" in [choice.key for choice in models.choices()])
    models.choose("runs/0001/epoch/1")
    qtbot.waitUntil(lambda: page.epochs.slider.maximum() == 2 and models.snapshot.card.epoch == 1)
    return run, page


def standing(page: FiltersPage) -> tuple[str, int, bool, bool]:
    """The network chosen, the place of the slider, whether the replay goes on, whether its button is down."""
    bar = page.epochs
    return page.context.models.current.key, bar.slider.value(), bar.playing, bar.play.isChecked()


def test_a_replay_goes_through_all_epochs(replayed, qtbot):
    _run, page = replayed
    page.epochs.play.setChecked(True)
    qtbot.waitUntil(lambda: not page.epochs.playing)
    assert standing(page) == ("runs/0001/epoch/3", 2, False, False)
    assert page.context.messages.all == []


def test_a_replay_stops_at_an_epoch_that_is_damaged_and_names_it(replayed, qtbot):
    run, page = replayed
    run.epoch_path(2).write_bytes(b"not a model")
    page.epochs.play.setChecked(True)
    qtbot.waitUntil(lambda: not page.epochs.playing)
    assert standing(page) == ("runs/0001/epoch/1", 0, False, False)
    (message,) = page.context.messages.all
    assert run.epoch_path(2).name in message.text


def test_a_replay_stops_at_an_epoch_that_has_gone_and_says_so(replayed, qtbot):
    _run, page = replayed
    models = page.context.models
    models._choices = [choice for choice in models.choices() if choice.key != "runs/0001/epoch/2"]
    page.epochs.play.setChecked(True)
    qtbot.waitUntil(lambda: not page.epochs.playing)
    assert standing(page) == ("runs/0001/epoch/1", 0, False, False)
    (message,) = page.context.messages.all
    assert "no longer there" in message.text


def test_the_page_in_the_window_shows_the_model_that_is_chosen_there(window, qtbot, decided_model):
    window.context.models.choose_file(decided_model)
    page = window.show_page("filters")
    qtbot.waitUntil(lambda: page.grid_panel.grid.grid is not None)
    for name in ("filters.layers", "filters.grid", "filters.detail", "filters.epoch"):
        assert window.findChild(QObject, name) is not None
    assert page.grid_panel.count.text() == "12 filters"
    qtbot.waitUntil(lambda: window.context.jobs.idle)


def test_a_replay_ends_when_another_page_comes_to_the_front(replayed, window, qtbot):
    _run, page = replayed
    page.epochs.play.setChecked(True)
    assert page.epochs.playing
    window.show_page("classify")
    assert not page.epochs.playing
    assert not page.epochs.play.isChecked()
    assert window.context.models.current.key == "runs/0001/epoch/1"


def test_layers_of_a_network_that_has_gone_while_the_page_was_hidden_are_not_drawn(page, qtbot):
    page.page_shown()
    page.on_model(snapshot_of("airnet", size="93"))  # its layers are being looked for
    page.page_hidden()
    page.on_model(snapshot_of("simple"))
    settle(page, qtbot)
    assert page.layers.count() == 0
    page.page_shown()
    settle(page, qtbot)
    assert [layer.name for layer in page.layers.layers] == ["0", "4"]


def test_a_layer_asked_for_by_its_path_is_shown(show, page, qtbot):
    show("airnet")
    page.show_layer("blocks.1.conv2")
    settle(page, qtbot)
    assert page.layers.chosen.name == "blocks.1.conv2"
    assert page._answered.request.layer.name == "blocks.1.conv2"
    page.show_layer("")
    page.show_layer("elsewhere")
    assert page.layers.chosen.name == "blocks.1.conv2"


def test_a_filter_asked_for_with_its_layer_is_the_chosen_one(show, page, qtbot):
    page.show_layer("blocks.1.conv2", 7)
    show("airnet", size="93")
    settle(page, qtbot)
    assert (page.layers.chosen.name, page.grid_panel.grid.chosen) == ("blocks.1.conv2", 7)
    page.show_layer("blocks.1.conv2", 9)
    assert page.grid_panel.grid.chosen == 9, "the layer is shown already"
    page.grid_panel.grid.choose(3)
    page.grid_panel.order.setCurrentIndex(1)
    settle(page, qtbot)
    assert page.grid_panel.grid.chosen == 3, "it was asked for once"
    page.grid_panel.grid.choose(9)
    page.show_layer("blocks.2.conv1", 11)
    page.layers.choose("blocks.0.conv1")  # the user goes on before it is there
    settle(page, qtbot)
    page.layers.choose("blocks.2.conv1")
    settle(page, qtbot)
    assert page.grid_panel.grid.chosen == 9


def test_a_layer_asked_for_before_the_network_is_there_is_shown_once_it_is(show, page):
    page.show_layer("blocks.2.conv1")
    assert page.save_state()["layer"] == "blocks.2.conv1"
    assert show("airnet").layers.chosen.name == "blocks.2.conv1"


def test_a_layer_that_the_next_network_does_not_have_gives_way(show, page):
    show("airnet")
    page.show_layer("blocks.1.conv2")
    assert show("simple").layers.chosen.name == "0"
    assert page.save_state()["layer"] == "0"


def tab_stops(page: FiltersPage) -> list[QWidget]:
    """Where the Tab key comes to on the page, from the list of layers on."""
    found, each = [page.layers], page.layers.nextInFocusChain()
    while each is not page.layers:
        if page._content.isAncestorOf(each) and each.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(each)
        each = each.nextInFocusChain()
    return found


@pytest.mark.parametrize("width", [1280, 900])
def test_the_tab_key_goes_where_the_eye_goes_after_other_views_were_offered_too(show, width):
    page = show("keras1m")
    page.resize(width, 700)
    for row in (page.layers.count() - 1, 1):  # classes have other views
        page.layers.setCurrentRow(row)
    panel, detail = page.grid_panel, page.detail
    middle = [panel.view_choice.button("weights"), panel.order, panel.help, panel.grid, panel.form, panel.scale]
    right = [detail.copy_picture, detail.tops.button, detail.switch_off.button, detail.numbers]
    sides = [page.layers, page.choice.random, page.choice.open]
    expected = [*sides, *(middle + right if width == 1280 else right + middle), page.epochs.play, page.epochs.slider]
    stops = tab_stops(page)
    assert [each for each in stops if each in expected] == expected
