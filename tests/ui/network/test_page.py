"""The Network page: gallery, drawing and summary."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QToolTip

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.statistics import CENTRED
from cifar_gui.networks.base import NETWORKS, build, presets
from cifar_gui.networks.layer_table import LayerRow, total_parameters
from cifar_gui.ui.network import gallery
from cifar_gui.ui.network.drawing import NetworkDrawing, placed, strips
from cifar_gui.ui.network.gallery import result
from cifar_gui.ui.network.overview import NetworkOverview, measured, overview, overviews
from cifar_gui.ui.network.page import NetworkPage
from cifar_gui.ui.network.shapes import blocks_of, drawn
from cifar_gui.ui.theme import font, px
from cifar_gui.words import short_number


def card(network: str, **scores: float) -> ModelCard:
    return ModelCard(network, ("a", "b"), CENTRED, scores=scores, data_name="CIFAR-10")


def choose(page: NetworkPage, name: str) -> None:
    page.gallery.setCurrentRow(NETWORKS.names().index(name))


@pytest.mark.parametrize("network", NETWORKS.names())
def test_every_network_has_layers_figures_and_a_drawing(network):
    found = overview(network, "Label", [])
    assert len(found.layers) == len(found.rows) > 0
    assert sum(row.parameters for row in found.rows) == found.parameters > 0
    assert found.multiply_adds > 0
    assert found.about
    blocks = blocks_of(found.rows, found.layers)
    assert blocks[0].kind == "input"
    assert blocks[-1].kind == "dense"
    assert all(0 < block.height <= 1 for block in blocks)


def test_looking_at_the_networks_draws_no_random_numbers():
    before = torch.get_rng_state()
    overviews()
    assert torch.equal(torch.get_rng_state(), before)


def test_the_accuracy_is_the_best_plain_one_that_was_measured():
    cards = [
        card("airnet", test_accuracy=0.93, test_accuracy_six_views=0.97),
        card("airnet", validation_accuracy=0.935),
        card("simple", test_accuracy=0.99),
    ]
    assert measured("airnet", {}, cards).accuracy == 0.935
    found = measured("airnet", {}, cards[:1])
    assert found.accuracy == 0.93
    assert "test pictures, one view" in found.note
    assert measured("mlp", {}, cards) is None


def test_the_accuracy_of_a_network_with_other_settings_is_not_its_own():
    cards = [
        card("airnet", test_accuracy=0.93),
        replace(card("airnet", test_accuracy=0.95), network_settings={"size": "95"}),
    ]
    assert measured("airnet", {}, cards).accuracy == 0.93
    assert measured("airnet", {"size": "94"}, cards).accuracy == 0.93, "what is said is what is usual"
    assert measured("airnet", {"size": "95"}, cards).accuracy == 0.95


@pytest.mark.parametrize("minutes", range(60, 120, 3))
def test_a_card_is_wide_enough_for_the_end_of_its_longest_line(minutes):
    """Words are some pixels and a part of one wide: without that part the end would be cut off."""
    made = {"minutes": str(minutes), "machine": "two cores of an AMD EPYC"}
    found = overview("simple", "Simple", [replace(card("simple", test_accuracy=0.65), made=made)])
    room, (_, words) = gallery._card_width(found) - 2 * px(gallery._PADDING) - 2, gallery._lines(found)
    assert QFontMetrics(font(11)).elidedText(words, Qt.TextElideMode.ElideRight, room) == words


@pytest.mark.parametrize(
    ("made", "time"),
    [
        ({"minutes": "17.6", "machine": "two cores of an AMD EPYC, shared"}, "18 min on two cores of an AMD EPYC"),
        ({"minutes": "0.5"}, "30 s"),
        ({"machine": "a laptop"}, ""),
        ({"minutes": "nan"}, ""),
    ],
)
def test_a_card_says_how_long_the_measured_accuracy_took(made, time):
    found = overview("simple", "Simple", [replace(card("simple", test_accuracy=0.65), made=made)])
    assert found.measured.training == time
    assert result(found) == (f"65.0 % · {time}" if time else "65.0 %")


def test_what_has_not_been_measured_says_so_on_its_card():
    assert result(overview("mlp", "Fully connected", [])) == "not measured"


def test_blocks_are_as_high_as_their_maps_and_stand_side_by_side():
    found = overview("simple", "Simple", [])
    blocks = blocks_of(found.rows, found.layers)
    assert [block.kind for block in blocks] == ["input", "convolution", "pooling", "dense"]
    assert [block.label for block in blocks] == ["3 × 32 × 32", "12 × 32 × 32", "12 × 16 × 16", "10"]
    places = placed(blocks, QRectF(0, 0, 200, 60))
    assert places[1].height() == 60
    assert places[2].height() == 30
    assert places[3].height() == pytest.approx(60 * math.log2(11) / 12), "dense layers by the logarithm of their units"
    assert all(left.right() < right.left() for left, right in pairwise(places))
    assert places[-1].right() <= 200
    assert placed([], QRectF(0, 0, 9, 9)) == []


def test_a_deep_network_fits_a_narrow_card():
    found = overview("airnet", "AirNet", [])
    places = placed(blocks_of(found.rows, found.layers), QRectF(0, 0, 150, 50))
    assert places[-1].right() <= 150.01


def test_pointing_at_the_drawing_finds_the_layer(qtbot):
    drawing = NetworkDrawing()
    qtbot.addWidget(drawing)
    drawing.resize(400, 100)
    found = overview("simple", "Simple", [])
    drawing.show_blocks(blocks_of(found.rows, found.layers))
    assert drawing.block_at(QPointF(3, 90)).kind == "input"
    assert drawing.block_at(QPointF(399, 90)) is None
    assert "conv 1 12 × 32 × 32" in drawing.accessibleDescription()
    assert not drawing.grab().isNull()


def test_the_gallery_shows_a_card_for_every_network(page):
    texts = [page.gallery.item(row).text() for row in range(page.gallery.count())]
    assert texts == [entry.label for entry in NETWORKS]
    spoken = page.gallery.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "parameters" in spoken
    assert not page.gallery.grab().isNull()


def test_the_summary_counts_the_textbook_network_as_its_textbook_does(page):
    choose(page, "keras1m")
    assert page.summary.parameters.objectName() == "network.total_parameters"
    assert page.summary.parameters.text() == "1,084,234"
    rows = page.summary.table.rows
    counts = [row[3].value for row in rows if row[1].text in ("Conv2d", "Linear")]
    assert counts == [448, 4640, 9248, 18496, 1048832, 2570]
    assert (rows[-1][0].text, rows[-1][3].value) == ("Total", 1084234)


def test_the_arrow_keys_walk_through_the_gallery(page, qtbot):
    page.gallery.setCurrentRow(0)
    qtbot.keyClick(page.gallery, Qt.Key.Key_Down)
    assert page.summary.network.name == NETWORKS.names()[1]


def test_train_this_opens_the_train_page_with_the_best_preset(page, qtbot):
    choose(page, "mlp")
    with qtbot.waitSignal(page.context.session.recipe_proposed) as proposed:
        page.summary.train.click()
    assert proposed.args == [presets("mlp")["best"]]
    assert page.shown_pages == ["train"]


def test_filters_are_offered_only_when_the_chosen_model_is_of_this_network(page):
    choose(page, "simple")
    assert not page.summary.filters.isEnabled()
    assert "another network" in page.summary.filters.toolTip()
    page.on_model(ModelSnapshot(card("simple"), {}))
    assert page.summary.filters.isEnabled()
    page.summary.filters.click()
    assert page.shown_pages == ["filters: "]
    page.summary.graph.filters_wanted.emit("0")
    assert page.shown_pages == ["filters: ", "filters: 0"]
    choose(page, "mlp")
    assert not page.summary.filters.isEnabled()


def test_filters_are_offered_in_the_graph_as_beside_it(page):
    choose(page, "simple")
    conv = next(node.key for node in page.summary.graph.graph.nodes if node.row.kind == "Conv2d")
    offered = [page.summary.graph.menu(conv).actions()[0].isEnabled()]
    page.on_model(ModelSnapshot(card("simple"), {}))
    offered.append(page.summary.graph.menu(conv).actions()[0].isEnabled())
    assert offered == [False, True]


@pytest.mark.parametrize(("name", "delimiter"), [("table.csv", ","), ("table.tsv", "\t"), ("table.TSV", "\t")])
def test_the_table_is_saved_as_csv_or_tsv(page, monkeypatch, tmp_path, name, delimiter, said):
    choose(page, "simple")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tmp_path / name), ""))
    page.summary.export.click()
    lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    assert lines[0].split(delimiter)[0] == "Layer"
    assert lines[1].split(delimiter) == ["conv 1", "Conv2d", "12 × 32 × 32", "336", "331776", "3"]
    assert said() == [("info", f"The table was saved as {name}.")]


def test_a_table_that_cannot_be_saved_names_the_file(page, monkeypatch, tmp_path, said):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tmp_path / "no" / "t.csv"), ""))
    page.save()
    ((severity, text),) = said()
    assert severity == "error"
    assert text.startswith(f"{tmp_path / 'no' / 't.csv'} could not be written")
    assert text.endswith("Choose a folder that is there.")


@pytest.mark.parametrize(("view", "suffix", "start"), [("table", "csv", b"Layer,"), ("graph", "png", b"\x89PNG")])
def test_a_name_without_a_suffix_gets_the_usual_one(page, monkeypatch, tmp_path, view, suffix, start, said):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tmp_path / "it"), ""))
    page.summary.layers.show_view(view)
    page.save()
    assert (tmp_path / f"it.{suffix}").read_bytes().startswith(start)
    assert said() == [("info", f"The {view} was saved as it.{suffix}.")]


def test_what_is_in_front_is_copied_and_saved_and_the_buttons_say_so(page, monkeypatch):
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: asked.append(arguments[1:]) or ("", ""))
    choose(page, "lenet")
    assert (page.summary.copy.toolTip(), page.summary.export.accessibleName()) == (
        "Copy the table", "Save the table as CSV or TSV…",
    )  # fmt: skip
    page.summary.layers.choice.button("graph").click()
    assert (page.summary.copy.accessibleName(), page.summary.export.toolTip()) == (
        "Copy the graph", "Save the graph as PNG or SVG…",
    )  # fmt: skip
    page.copy()
    assert QGuiApplication.clipboard().mimeData().hasImage()
    page.summary.export.click()
    page.summary.graph.actions()[-1].trigger()
    assert asked == [("Save the graph", "lenet.png", "Picture (*.png);;Drawing (*.svg)")] * 2
    page.summary.layers.choice.button("table").click()
    page.copy()
    assert not QGuiApplication.clipboard().mimeData().hasImage()


def test_the_graph_is_of_the_chosen_network(page):
    choose(page, "vgg11")
    assert page.summary.graph.accessibleName() == "Graph of VGG-11"
    choose(page, "mlp")
    assert page.summary.graph.accessibleName() == "Graph of Fully connected"


def test_nothing_is_saved_if_the_user_thinks_better_of_it(page, monkeypatch, said):
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: asked.append(arguments[2]) or ("", ""))
    choose(page, "simple")
    page.save()
    assert (asked, said()) == (["simple.csv"], [])


def test_the_table_is_copied_with_full_numbers(page):
    choose(page, "keras1m")
    QGuiApplication.clipboard().clear()
    page.summary.copy.click()
    assert "dense 1\tLinear\t256\t1048832\t1048576\t44" in QGuiApplication.clipboard().text()


def test_the_chosen_network_is_remembered(page):
    choose(page, "handmade")
    page.summary.layers.show_view("graph")
    assert page.save_state() == {"network": "handmade", "layers": "graph"}


def test_what_was_remembered_is_kept_by_a_page_that_was_not_looked_at(new_page):
    new_page.restore_state({"network": "handmade", "layers": "graph"})
    assert new_page.save_state() == {"network": "handmade", "layers": "graph"}
    assert new_page.summary.layers.view == "graph"
    new_page.restore_state({"layers": 7})
    assert new_page.summary.layers.view == "graph", "what means nothing changes nothing"


def test_the_networks_are_looked_at_once(page, qtbot, monkeypatch):
    monkeypatch.setattr("cifar_gui.ui.network.page.overviews", lambda: pytest.fail("looked at again"))
    choose(page, "mlp")
    page.page_hidden()
    page.page_shown()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.gallery.chosen == "mlp"


@pytest.fixture
def shown(page) -> NetworkOverview:
    """The simple network, as if it had been measured, in the summary and as the only card."""
    made = {"minutes": "17.6", "machine": "two cores of an AMD EPYC, shared"}
    found = overview("simple", "Simple", [replace(card("simple", test_accuracy=0.654), made=made)])
    page.summary.show_network(found)
    return found


def test_the_summary_says_all_that_is_known_of_a_network(page, shown):
    summary = page.summary
    assert summary.title_label.text() == "SIMPLE"
    assert summary.about.text() == shown.about
    assert summary.drawing.accessibleDescription().startswith("input 3 × 32 × 32, then conv 1 12 × 32 × 32")
    assert (summary.parameters.text(), summary.field.text()) == ("31,066", f"{shown.rows[-1].receptive_field} px")
    assert shown.rows[-1].receptive_field > shown.rows[0].receptive_field
    assert summary.field.toolTip() == "The scores see all of the 32 × 32 pixels and the padding around them"
    assert summary.multiply_adds.toolTip() == f"{shown.multiply_adds:,} multiply-adds for one picture"
    assert summary.multiply_adds.text() == short_number(shown.multiply_adds)
    assert (summary.accuracy.text(), summary.accuracy_note.text()) == ("65.4 %", "accuracy")
    assert summary.accuracy.toolTip() == "shipped model, CIFAR-10, test pictures, one view"
    assert (summary.time.text(), summary.time_note.text()) == ("18 min", "training time")
    assert summary.time.toolTip() == "two cores of an AMD EPYC, shared"
    assert "best preset of Simple" in summary.train.toolTip()


def test_what_was_known_of_the_last_network_is_not_said_of_the_next(page, shown):
    page.summary.show_network(overview("mlp", "Fully connected", []))
    summary = page.summary
    assert (summary.accuracy.text(), summary.accuracy_note.text()) == ("–", "accuracy, not measured yet")
    assert "No shipped model" in summary.accuracy.toolTip() + summary.accuracy.accessibleDescription()
    assert (summary.time.text(), summary.time.toolTip(), summary.time_note.text()) == ("", "", "")


def test_the_table_marks_what_sees_everything_and_writes_a_dash_for_nothing(page):
    choose(page, "keras1m")
    rows = page.summary.table.rows
    fields = {row[0].text: (row[5].value, bool(row[5].note)) for row in rows[:-1]}
    assert fields["dense 1"] == (44, True)
    assert fields["conv 1"] == (3, False)
    assert {whole for field, whole in fields.values() if field <= 32} == {False}
    pooling = next(row for row in rows if row[1].text == "MaxPool2d")
    assert (pooling[3].text, pooling[3].value) == ("–", 0)
    assert rows[0][0].note == "0"
    quiet = {row[1].text for row in rows[:-1] if row[0].muted}
    assert quiet == {"Dropout", "Flatten", "LeakyReLU"}


def test_the_gallery_replaces_its_cards_and_says_the_figures_of_each(page, shown):
    page.gallery.show_networks([shown], "gone")
    (only,) = [page.gallery.item(row) for row in range(page.gallery.count())]
    assert only.toolTip() == f"{shown.multiply_adds:,} multiply-adds for one picture"
    assert only.data(Qt.ItemDataRole.AccessibleTextRole) == (
        f"Simple. 65.4 % · 18 min on two cores of an AMD EPYC. {short_number(31_066)} parameters · "
        f"{short_number(shown.multiply_adds)} mult-adds. {shown.about}"
    )
    assert page.gallery.chosen == "simple"


def test_the_chosen_card_stays_in_sight_when_there_is_less_room_and_nothing_moves_if_one_looks_elsewhere(page):
    gallery = page.gallery
    gallery.choose("custom")
    gallery.scrollTo(gallery.currentIndex())
    for height in (600, 500, 420):
        page.resize(1200, height)
        card = gallery.visualItemRect(gallery.currentItem())
        assert (card.top() >= 0, card.bottom() <= gallery.viewport().height()) == (True, True), height
    gallery.verticalScrollBar().setValue(0)
    page.resize(1200, 600)
    assert gallery.verticalScrollBar().value() == 0


def test_a_notch_of_the_wheel_passes_no_card_by(page):
    bar = page.gallery.verticalScrollBar()
    notch = bar.singleStep() * QApplication.wheelScrollLines()
    assert 40 < notch < min(page.gallery.sizeHintForRow(row) for row in range(page.gallery.count()))


@pytest.mark.parametrize("height", [720, 400])
def test_cards_neither_overlap_nor_leave_holes_once_the_scroll_bar_is_there(page, qtbot, height):
    gallery = page.gallery
    for width in range(1180, 1300, 7):
        page.resize(width, height)
        qtbot.wait(1)
        gallery.executeDelayedItemsLayout()
        cards = [gallery.visualItemRect(gallery.item(row)) for row in range(gallery.count())]
        assert [card.bottom() + 1 for card in cards[:-1]] == [card.top() for card in cards[1:]], width


def test_a_network_is_shown_as_its_best_preset_builds_it():
    settings = presets("airnet")["best"].network_settings
    assert overview("airnet", "AirNet", []).parameters == total_parameters(build("airnet", 10, settings))


def test_the_test_pictures_count_more_than_the_held_out_ones():
    found = measured("simple", {}, [card("simple", validation_accuracy=0.9, test_accuracy=0.6)])
    assert (found.accuracy, "test pictures" in found.note) == (0.6, True)


def test_a_damaged_shipped_model_does_not_hide_the_others(monkeypatch, tmp_path, decided_model, decided_snapshot):
    (tmp_path / "damaged.safetensors").write_bytes(b"not a model")
    good = replace(decided_snapshot, card=card("simple", test_accuracy=0.5))
    save_snapshot(
        replace(good, card=replace(good.card, class_names=decided_snapshot.card.class_names)), tmp_path / "good"
    )
    monkeypatch.setattr(
        "cifar_gui.ui.network.overview.shipped_models", lambda: [tmp_path / "damaged.safetensors", tmp_path / "good"]
    )
    assert {each.name: each.measured.accuracy for each in overviews() if each.measured} == {"simple": 0.5}


def layer_row(kind: str, *shape: int) -> LayerRow:
    return replace(overview("simple", "Simple", []).rows[0], kind=kind, output_shape=shape)


@pytest.mark.parametrize(
    ("kind", "shape", "height", "width"),
    [
        ("Conv2d", (7, 16, 4), 0.5, 1.0),
        ("Conv2d", (1, 32, 32), 1.0, 0.6),
        ("MaxPool2d", (255, 8, 8), 0.25, 0.45),
        ("AdaptiveAvgPool2d", (255, 1, 1), 0.06, 0.45),
        ("Linear", (63,), 0.5, 0.6),
        ("Linear", (1_000_000,), 1.0, 0.6),
    ],
)
def test_a_block_is_as_high_as_its_map_and_as_wide_as_its_channels_ask(kind, shape, height, width):
    _, block = blocks_of([layer_row(kind, *shape)], ["it"])
    assert (block.height, block.width) == (pytest.approx(height), pytest.approx(width))


@pytest.mark.parametrize(
    ("shape", "words"), [((64, 31, 31), "64×31²"), ((32, 28, 30), "32×28×30"), ((7, 1, 1), "7×1²"), ((10,), "10")]
)
def test_where_there_is_little_room_only_a_square_is_called_one(shape, words):
    _, block = blocks_of([layer_row("Conv2d" if len(shape) == 3 else "Linear", *shape)], ["it"])
    assert block.short_label == words


def test_paths_side_by_side_are_strips_of_one_block(networks):
    drawings = {each.name: drawn(each.graph, each.layers) for each in networks}
    modules = [block for block in drawings["inception_v1"] if block.branches > 1]
    assert [block.name for block in modules] == ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]
    assert {block.branches for block in modules} == {4}
    assert (modules[0].label, modules[0].height) == ("256 × 16 × 16", 0.5)
    assert len(drawings["inception_v1"]) == 1 + 3 + 9 + 5, "picture, stem, modules, pools and the dense layer"
    for name in ("resnet18", "handmade", "airnet", "lenet"):
        found = next(each for each in networks if each.name == name)
        assert drawings[name] == blocks_of(found.rows, found.layers)


@pytest.mark.parametrize(("height", "count"), [(40, 4), (14, 4), (13, 3), (6, 2), (3, 1)])
def test_strips_are_told_apart_and_fill_their_block(height, count):
    found = strips(QRectF(5, 7, 10, height), 4)
    assert len(found) == count
    assert (found[0].top(), found[-1].bottom()) == (7, pytest.approx(7 + height))
    assert all(below.top() - above.bottom() == pytest.approx(2) for above, below in pairwise(found))
    assert strips(QRectF(5, 7, 10, height), 1) == [QRectF(5, 7, 10, height)]


def test_pointing_at_a_block_says_what_it_is(qtbot, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: said.append(text))
    drawing = NetworkDrawing()
    qtbot.addWidget(drawing)
    drawing.resize(400, 100)
    found = overview("simple", "Simple", [])
    drawing.show_blocks(blocks_of(found.rows, found.layers))
    for x in (3, 399):
        QApplication.sendEvent(drawing, QHelpEvent(QEvent.Type.ToolTip, QPoint(x, 40), QPoint(700 + x, 640)))
    assert said == ["input: 3 × 32 × 32", ""]


@pytest.mark.parametrize(("remembered", "shown"), [("handmade", "handmade"), ("", "keras1m"), ("gone", "airnet")])
def test_it_opens_on_the_network_of_last_time_else_on_that_of_the_model(new_page, qtbot, remembered, shown):
    new_page.restore_state({"network": remembered})
    new_page.on_model(ModelSnapshot(card("keras1m"), {}))
    new_page.page_shown()
    qtbot.waitUntil(lambda: new_page.summary.network is not None)
    assert new_page.gallery.chosen == new_page.summary.network.name == shown


def test_the_page_in_the_window_has_its_public_names(window, qtbot):
    page = window.show_page("network")
    qtbot.waitUntil(lambda: page.gallery.count() > 0)
    for name in ("network.gallery", "network.summary", "network.total_parameters", "network.graph"):
        assert window.findChild(QObject, name) is not None
    qtbot.waitUntil(lambda: window.context.jobs.idle)
