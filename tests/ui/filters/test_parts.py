"""The parts of the Filters page, each by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from cifar_gui.explain.ablation import Ablation
from cifar_gui.explain.base import EXPLAINERS, Legend, Request
from cifar_gui.explain.health import Finding
from cifar_gui.explain.ideal_input import STATES
from cifar_gui.explain.layers import ConvLayer, convolution_layers
from cifar_gui.explain.response import Box
from cifar_gui.explain.top_pictures import TopPicture
from cifar_gui.explain.units import UnitDetails, unit_details
from cifar_gui.ui.epoch_bar import EpochBar
from cifar_gui.ui.epochs import EpochTrack
from cifar_gui.ui.filters import pace as pacing
from cifar_gui.ui.filters.answers import Answers
from cifar_gui.ui.filters.detail import UnitDetail, activity_words, facts, moments, summary
from cifar_gui.ui.filters.grid_panel import GridPanel
from cifar_gui.ui.filters.layer_list import LayerList, tool_tip
from cifar_gui.ui.filters.legend import LegendStrip
from cifar_gui.ui.filters.numbers import WeightTable
from cifar_gui.ui.filters.pace import Pace
from cifar_gui.ui.filters.story import UnitStory
from cifar_gui.ui.filters.switch_off import in_words
from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets import framed
from cifar_gui.ui.widgets.image_grid import sheet_of


@pytest.fixture
def layer(decided_snapshot) -> ConvLayer:
    """Twelve filters of 3 × 3 over red, green and blue."""
    return convolution_layers(decided_snapshot)[0]


@pytest.fixture
def details(decided_snapshot, layer) -> UnitDetails:
    return unit_details(decided_snapshot, layer, 4)


def deep(layer: ConvLayer) -> ConvLayer:
    """The same over five channels."""
    return replace(layer, name="deep", label="deep", shape=(7, 5, 3, 3))


# The chosen filter


def story_of(details: UnitDetails, **changes: Any) -> UnitStory:
    """What is known of a filter before anything that takes long has been worked out."""
    usual = UnitStory(details.layer, details.unit, details, (), None, None, None, None, None)
    return replace(usual, **changes)


def test_what_is_said_of_a_filter_is_true(details):
    fixed = replace(details, bias=0.25, norm=1.5, rank=1, mean=-0.5, deviation=0.125)
    assert facts(story_of(fixed)).splitlines() == [f"{details.layer.label} · bias 0.25", "norm 1.5 · strongest of 12"]
    assert facts(story_of(replace(fixed, bias=0.0, rank=2))).splitlines() == [
        f"{details.layer.label} · bias 0",
        "norm 1.5 · 2nd strongest of 12",
    ]
    assert facts(story_of(replace(fixed, bias=None))).splitlines()[0] == details.layer.label
    surveyed = story_of(fixed, mean=-0.5, active=0.25)
    assert facts(surveyed).splitlines()[2] == "mean answer −0.5 · above 0 at 25.0 % of places"
    assert facts(replace(surveyed, details=None)).splitlines() == [details.layer.label, facts(surveyed).splitlines()[2]]
    assert moments(fixed) == "mean −0.5 · sd 0.125"
    weights = np.array([[[-1.5, 0.25, 3.0]]], np.float32)
    assert summary(replace(fixed, weights=weights)) == (
        "3 weights from −1.5 to 3, mean −0.5, standard deviation 0.125."
    )


@pytest.mark.parametrize(
    ("mean", "active", "said"),
    [
        (2.52e-6, 0.0, "never above 0 on the validation pictures"),
        (-0.017, 0.0, "mean answer −0.017 · never above 0 on the validation pictures"),
        (2.52e-6, 1e-5, "mean answer about 0 · above 0 at < 0.1 % of places"),
        (0.4321, 0.99999, "mean answer 0.432 · above 0 at > 99.9 % of places"),
        (3.0, 1.0, "mean answer 3 · above 0 everywhere"),
    ],
)
def test_how_active_a_filter_is_is_said_in_words_that_are_read_at_a_glance(mean, active, said):
    assert activity_words(mean, active) == said


@pytest.fixture
def unit_panel(qtbot) -> UnitDetail:
    made = UnitDetail()
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_detail_of_a_filter_is_cleared_whole_and_can_be_copied_only_while_it_is_there(
    unit_panel, decided_snapshot, layer, details
):
    panel = unit_panel
    empty = panel.histogram.accessibleDescription()
    assert panel.title_label.text() == "FILTER"
    assert not panel.copy_picture.isEnabled()
    sheet = sheet_of(EXPLAINERS["colour"](decided_snapshot, request_of(layer)))
    panel.show_picture(sheet, 4)
    panel.show_story(story_of(details))
    panel.copy_picture.click()
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == (512, 512)
    assert copied.pixelColor(0, 0) == sheet.tile(4).pixelColor(0, 0)
    assert panel.title_label.text() == "FILTER 4"
    width = panel.minimumSizeHint().width()
    panel.show_story(story_of(details, mean=-0.123, active=0.3456))
    assert panel.minimumSizeHint().width() == width, "what is said of how active it is does not move the grid"
    assert panel.histogram.accessibleDescription() == summary(details)
    panel.show_story(None)
    assert panel.title_label.text() == "FILTER"
    assert panel.picture.image.isNull()
    assert (panel.facts.text(), panel.moments.text(), len(panel.numbers.rows)) == ("", "", 0)
    assert panel.histogram.accessibleDescription() == empty
    assert not panel.copy_picture.isEnabled()


def test_only_of_a_strip_is_it_said_that_it_stands_row_by_row(unit_panel, decided_snapshot, layer):
    whole = sheet_of(EXPLAINERS["colour"](decided_snapshot, request_of(layer)))
    unit_panel.show_picture(sheet_of(replace(whole.grid, strips=True)), 4)
    assert unit_panel.picture.toolTip() == "Its 3 weights, row by row"
    unit_panel.show_picture(whole, 4)
    assert unit_panel.picture.toolTip() == ""


def test_what_is_the_matter_with_a_filter_is_said_and_goes_with_it(unit_panel, details):
    unit_panel.show_story(story_of(details, findings=(Finding("dead", (4,), "Dead: it says nothing."),)))
    assert (unit_panel.finding.isVisible(), unit_panel.finding.text()) == (True, "Dead: it says nothing.")
    unit_panel.show_story(story_of(details))
    assert not unit_panel.finding.isVisible()


def top_picture(answer: float, box: Box) -> TopPicture:
    return TopPicture(3, "cat", answer, box, np.full((3, 32, 32), 200, np.uint8))


def test_pictures_that_excite_it_are_framed_where_they_do(unit_panel, details):
    tops = unit_panel.tops
    unit_panel.show_story(story_of(details))
    assert (tops.button.isVisible(), tops.pictures.isVisible()) == (True, False)
    found = (top_picture(2.5, Box(4, 8, 12, 16)), top_picture(1.0, Box(0, 0, 32, 32)))
    unit_panel.show_story(story_of(details, tops=found))
    assert (tops.button.isVisible(), tops.pictures.isVisible()) == (False, True)
    assert tops.pictures.accessibleDescription() == "cat, answer 2.5; cat, answer 1"
    image = tops.pictures.grab().toImage()
    place = tops.pictures._place(0)
    pixel = place.width() / 32
    inside = image.pixelColor(int(place.left() + 12 * pixel), int(place.top() + 8 * pixel))
    edge = image.pixelColor(int(place.left() + 8 * pixel), int(place.top() + 8 * pixel))
    assert inside.red() == inside.blue() == 200
    assert edge.blue() != 200
    whole = tops.pictures._place(1)
    assert image.pixelColor(int(whole.left() + 1), int(whole.top() + 1)).red() == 200  # all of it: no frame
    unit_panel.show_story(story_of(details, tops=()))
    assert not tops.pictures.isVisible()
    assert "the same to every picture" in tops.text.text()


def test_hovering_a_picture_says_what_it_is(unit_panel, details, qtbot, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(framed.QToolTip, "showText", lambda _place, text, _widget: said.append(text))
    unit_panel.show_story(story_of(details, tops=(top_picture(2.5, Box(0, 0, 3, 3)),)))
    pictures = unit_panel.tops.pictures
    for point in (pictures._place(0).center().toPoint(), pictures.rect().bottomRight()):
        QApplication.sendEvent(pictures, QHelpEvent(QEvent.Type.ToolTip, point, pictures.mapToGlobal(point)))
    assert said == ["cat, answer 2.5", ""]


def test_an_ideal_input_is_shown_as_it_forms_once_it_is_known(unit_panel, details):
    unit_panel.show_story(story_of(details))
    assert not unit_panel.forming.isVisible()
    states = np.zeros((len(STATES), 3, 5, 5), np.uint8)
    unit_panel.show_story(story_of(details, forming=states))
    assert unit_panel.forming.isVisible()
    words = [each.words for each in unit_panel.forming.pictures.pictures]
    assert words == [f"after {step} steps" for step in STATES]


RESULT = Ablation(
    ConvLayer("c", "c", (1, 3, 3, 3), 0, True), 0, ("cat", "dog", "ship"), (0.9, 0.8, 0.5), (0.6, 0.85, 0.5),
    0.75, 0.65, 5000, "held-out pictures", 612,
)  # fmt: skip


def test_what_is_lost_without_a_unit_is_told_in_words():
    assert in_words(RESULT).splitlines() == [
        "65.0 % right instead of 75.0 % of 5,000 held-out pictures; 612 are called something else.",
        "Worse: cat −30.0 points.",
        "Better: dog +5.0 points.",
    ]
    same = replace(RESULT, after=RESULT.before, accuracy_after=0.75, changed=0)
    assert in_words(same).splitlines()[1:] == ["No class gains or loses."]


def test_the_button_gives_way_to_progress_and_that_to_the_result(unit_panel, details, qtbot):
    unit_panel.show_story(story_of(details))
    switch = unit_panel.switch_off
    with qtbot.waitSignal(switch.wanted):
        switch.button.click()
    switch.show_waiting()
    switch.show_progress(0.5, "Classified 10 of 20 pictures")
    assert (switch.button.isVisible(), switch.waiting.isVisible(), switch.waiting.bar.value()) == (False, True, 500)
    assert switch.waiting.text.text().startswith("Classified 10 of 20 pictures")
    with qtbot.waitSignal(switch.cancelled):
        switch.waiting.cancel.click()
    switch.show_result(RESULT)
    assert (switch.waiting.isVisible(), switch.text.text()) == (False, in_words(RESULT))
    switch.show_nothing()
    assert (switch.button.isVisible(), switch.result) == (True, None)


def request_of(layer: ConvLayer) -> Any:
    panel = GridPanel()
    panel.set_layer(layer)
    return panel.request()


# Numbers


@pytest.fixture
def numbers(qtbot) -> WeightTable:
    made = WeightTable()
    qtbot.addWidget(made)
    made.resize(260, 160)
    made.show()
    return made


def cells(table: WeightTable, row: int) -> list[str]:
    return [cell.text for cell in table.rows[row]]


def test_every_weight_is_in_the_table_under_its_channel_and_copied_in_full(numbers, details):
    weights = np.linspace(-1, 1, 27, dtype=np.float32).reshape(3, 3, 3)
    weights[1, 2] = (0, -0.00001, 1 / 3)
    weights[2, 2] = (-0.27, 9.9999, -123.4)
    numbers.show_details(replace(details, weights=weights))
    assert numbers.titles == ["input", "row", "0", "1", "2"]
    assert [cells(numbers, row)[0] for row in range(9)] == ["red", "", "", "green", "", "", "blue", "", ""]
    assert cells(numbers, 5) == ["", "2", "0", "0", "0.333"]
    assert cells(numbers, 8) == ["", "2", "−0.270", "10", "−123"]
    assert numbers.rows[5][4].note == "0.333333343"
    copied = [line.split("\t") for line in numbers.as_text().splitlines()[1:]]
    assert [(line[0], line[1]) for line in copied[3:6]] == [("green", "0"), ("green", "1"), ("green", "2")]
    assert np.array_equal(np.array([line[2:] for line in copied], np.float32).reshape(3, 3, 3), weights)
    assert numbers.isColumnHidden(1)


def test_channels_that_are_no_colours_go_by_their_numbers(numbers, details, layer):
    weights = np.zeros((5, 3, 3), np.float32)
    numbers.show_details(replace(details, layer=deep(layer), weights=weights))
    assert [cells(numbers, row)[0] for row in (0, 1, 3, 12)] == ["0", "", "1", "4"]
    with pytest.raises(IndexError):
        numbers.rows[15]


def test_no_number_is_cut_off_and_the_table_stays_where_it_was_scrolled_to(numbers, details, layer, qtbot):
    weights = np.zeros((5, 3, 3), np.float32)
    weights[3, 1, 2] = -0.123
    other = replace(details, layer=deep(layer), weights=weights)
    numbers.show_details(other)
    place = numbers.model().index(10, 4)
    assert place.data() == "−0.123"
    assert numbers.columnWidth(4) >= numbers.sizeHintForIndex(place).width()
    assert {numbers.columnWidth(column) for column in (2, 3)} == {numbers.columnWidth(4)}
    bar = numbers.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 20)
    bar.setValue(20)
    numbers.show_details(replace(other, unit=5))
    assert bar.value() == 20


def test_the_table_asks_for_one_width_whatever_it_shows_and_long_numbers_are_scrolled_to(numbers, details):
    numbers.resize(numbers.minimumSizeHint().width(), 160)
    bar, asked = numbers.horizontalScrollBar(), set()
    for weights, scrolls in (
        (np.full((3, 3, 3), -0.123, np.float32), False),
        (np.full((3, 3, 3), -12345.678, np.float32), True),
        (np.full((3, 5, 5), -12345.678, np.float32), True),
        (np.full((256, 1, 1), 0.5, np.float32), False),
    ):
        numbers.show_details(replace(details, layer=deep(details.layer), weights=weights))
        QApplication.processEvents()
        asked.add(numbers.minimumSizeHint().width())
        assert (bar.maximum() > 0) == scrolls, weights.shape
    numbers.show_details(None)
    assert asked == {numbers.minimumSizeHint().width()}


# Legend and layers


def test_the_legend_says_what_the_colours_mean_and_goes_when_there_is_none(qtbot):
    strip = LegendStrip()
    qtbot.addWidget(strip)
    strip.show_legend(Legend("signed", "−1", "+2", "Each by itself."))
    assert (strip.isHidden(), strip.toolTip()) == (False, "Each by itself.")
    assert strip.accessibleDescription() == "From −1 over 0 to +2. Each by itself."
    signed = strip.grab().toImage()
    wide = strip.sizeHint().width()
    strip.show_legend(Legend("rgb", "−1.2345", "+2.3456", "One scale."))
    assert strip.toolTip() == "One scale."
    assert strip.sizeHint().width() > wide
    assert strip.grab().toImage() != signed
    strip.show_legend(None)
    assert strip.isHidden()
    assert strip.sizeHint().width() == 0


def test_the_list_of_layers_is_replaced_in_silence_and_tells_of_a_choice(qtbot, layer):
    layers, told = LayerList(), []
    qtbot.addWidget(layers)
    layers.layer_chosen.connect(told.append)
    other = deep(layer)
    layers.show_layers([layer, other], other)
    assert (layers.layers, layers.chosen) == ([layer, other], other)
    layers.show_layers([layer, other], layer)
    assert layers.chosen == layer
    layers.show_layers([other], layer)
    assert (layers.layers, layers.chosen) == ([other], None)
    layers.show_layers([layer, other], layer)
    assert told == []
    layers.setCurrentRow(1)
    assert told == [other]


def test_the_chosen_layer_stays_in_sight_when_the_list_gets_shorter_and_one_that_was_scrolled_away_stays_away(
    qtbot, layer
):
    layers = LayerList()
    qtbot.addWidget(layers)
    layers.resize(200, 700)
    layers.show()
    listed = [replace(layer, name=str(number)) for number in range(12)]
    layers.show_layers(listed, listed[-1])

    def in_sight() -> bool:
        place = layers.visualItemRect(layers.currentItem())
        return place.top() >= 0 and place.bottom() < layers.viewport().height()

    assert in_sight()
    layers.resize(200, 200)
    assert in_sight()
    layers.scrollToTop()
    layers.resize(200, 180)
    assert not in_sight()


@pytest.mark.parametrize("chosen", [0, 5, 11], ids=["first", "middle", "last"])
def test_the_chosen_layer_stays_in_sight_when_type_gets_larger_and_the_window_smaller(qtbot, layer, chosen):
    layers = LayerList()
    qtbot.addWidget(layers)
    layers.resize(200, 320)
    layers.show()
    listed = [replace(layer, name=str(number)) for number in range(12)]
    layers.show_layers(listed, listed[chosen])
    layers.scrollTo(layers.currentIndex())
    theme().set_look(zoom=2.0)
    layers.resize(200, 200)
    QApplication.processEvents()
    place = layers.visualItemRect(layers.currentItem())
    assert (place.top() >= 0, place.bottom() < layers.viewport().height()) == (True, True)


def test_a_layer_that_was_scrolled_away_upwards_stays_away_when_the_list_gets_shorter(qtbot, layer):
    layers = LayerList()
    qtbot.addWidget(layers)
    layers.resize(200, 220)
    layers.show()
    listed = [replace(layer, name=str(number)) for number in range(12)]
    layers.show_layers(listed, listed[0])
    layers.scrollToBottom()
    layers.resize(200, 180)
    assert layers.visualItemRect(layers.currentItem()).bottom() < 0


def test_a_layer_is_explained_in_a_sentence(qtbot, layer):
    fixed = replace(deep(layer), parameters=1234, note="computed, not learned", learned=False)
    text = "7 filters, 3 pixels high and 3 wide, over 5 input channels: 1,234 weights and biases."
    assert tool_tip(replace(fixed, note="")) == text
    assert tool_tip(fixed) == f"{text} Computed, not learned."
    assert tool_tip(replace(fixed, note="", noun="unit")) == text.replace("filters", "units")
    layers = LayerList()
    qtbot.addWidget(layers)
    layers.show_layers([fixed], None)
    assert layers.item(0).toolTip() == tool_tip(fixed)


# The grid


@pytest.fixture
def panel(qtbot, decided_snapshot, layer) -> GridPanel:
    made = GridPanel()
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    made.set_layer(layer)
    made.show_sheet(sheet_of(EXPLAINERS["colour"](decided_snapshot, made.request()), "colour"))
    return made


def test_each_choice_asks_for_other_pictures(panel):
    asked: list[Any] = []
    panel.wanted.connect(lambda: asked.append(panel.request()))
    panel.order.setCurrentIndex(1)
    panel.scale.setCurrentIndex(1)
    panel.channel.setValue(2)
    orders, scales = [request.order for request in asked], [request.scale for request in asked]
    assert orders == [panel.order.itemData(1)] * 3
    assert scales == [panel.scale.itemData(0), panel.scale.itemData(1), panel.scale.itemData(1)]
    assert [request.channel for request in asked] == [0, 0, 2]


def test_what_stands_in_place_of_the_grid_is_not_copied_as_the_grid_that_was_there(panel):
    sheet = panel.grid.sheet
    panel.copy_picture()
    assert panel.legend.isVisible()
    panel.show_waiting("Drawing")
    assert (panel.legend.isVisible(), panel.count.text()) == (False, "")
    before = QGuiApplication.clipboard().image()
    assert panel.picture().isNull()
    panel.copy_picture()
    panel.copy_tile()
    assert QGuiApplication.clipboard().image() == before
    panel.show_sheet(sheet)
    assert not panel.picture().isNull()


def test_another_layer_asks_for_nothing_by_itself_and_has_its_own_channels(panel, layer, qtbot):
    panel.channel.setValue(2)
    with qtbot.assertNotEmitted(panel.wanted):
        panel.set_layer(replace(layer, shape=(12, 2, 3, 3)))
    assert (panel.channel.value(), panel.channel.maximum(), panel.channel.suffix()) == (1, 1, " of 0–1")


def test_what_is_the_matter_with_one_layer_is_not_said_of_the_next(panel, layer):
    panel.show_findings(layer, (Finding("dead", (4,), "Dead: it says nothing."),))
    assert panel.note.text().endswith("Marked: 1 dead filter (4).")
    assert list(panel.grid._painter.marks) == [4]
    dense = replace(layer, noun="unit")
    panel.set_layer(dense)
    panel.show_findings(dense, (Finding("dead", (4,), "Dead: it says nothing."),))
    assert panel.note.text().endswith("Marked: 1 dead unit (4).")
    panel.set_layer(deep(layer))
    panel.show_sheet(panel.grid.sheet)
    assert "Marked" not in panel.note.text()
    assert not panel.grid._painter.marks
    panel.show_findings(layer, (Finding("dead", (4,), "Dead: it says nothing."),))
    assert "Marked" not in panel.note.text(), "what comes late is of the layer before"


def test_the_view_that_was_asked_for_comes_back_after_a_layer_that_lacks_it(panel, layer):
    panel.set_layer(deep(layer))
    panel.form.setCurrentIndex(panel.form.findData("channels"))
    assert (panel.view, panel.channel.isVisible()) == ("channels", True)
    panel.set_layer(layer)
    assert (panel.view, panel.channel.isVisible(), panel.form.isVisible()) == ("colour", False, False)
    panel.set_layer(deep(layer))
    assert (panel.view, panel.form.currentData(), panel.channel.isVisible()) == ("channels", "channels", True)
    panel.view_choice.button("top").click()
    assert (panel.view, panel.form.isVisible(), panel.scale.isVisible()) == ("top", False, False)
    panel.view_choice.button("weights").click()
    assert panel.view == "channels"


def test_the_picture_of_the_grid_has_the_columns_and_the_order_of_the_screen(panel):
    sheet, columns = panel.grid.sheet, panel.grid.columns
    picture = panel.picture()
    across = 96 + 8
    assert picture.width() in range(columns * across - 8, columns * across + 9)
    last = picture.pixelColor(picture.width() - 20, 20)
    assert last == sheet.tile(columns - 1).pixelColor(2, 0)


def test_before_there_are_pictures_nothing_is_copied_or_saved(qtbot, monkeypatch):
    empty = GridPanel()
    qtbot.addWidget(empty)
    QGuiApplication.clipboard().setText("as it was")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: pytest.fail("asked where to save nothing"))
    empty.copy_picture()
    empty.copy_tile()
    empty.save_picture()
    assert QGuiApplication.clipboard().text() == "as it was"


@pytest.mark.parametrize(
    ("chosen", "written"), [("grid", "grid.png"), ("grid.PNG", "grid.PNG"), ("a.b", "a.b.png"), ("", None)]
)
def test_a_grid_is_saved_as_png_under_the_name_that_was_typed(panel, monkeypatch, tmp_path, chosen, written):
    told, asked = [], []
    panel.saved.connect(told.append)
    path = str(tmp_path / chosen) if chosen else ""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: asked.append(arguments) or (path, ""))
    panel.save_picture()
    assert told == ([tmp_path / written] if written else [])
    assert [file.name for file in tmp_path.glob("*.*")] == ([written] if written else [])
    assert asked[0][2] == "conv-1-colour.png"


def test_a_grid_is_saved_under_the_name_of_the_view_that_is_seen_while_another_is_worked_out(panel, monkeypatch):
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: asked.append(arguments) or ("", ""))
    panel.view_choice.button("maps").click()
    panel.save_picture()
    assert (panel.view, asked[0][2]) == ("maps", "conv-1-colour.png")


def test_files_of_one_input_channel_at_a_time_are_called_by_it(decided_snapshot, layer, qapp):
    answer = Answers().answer(decided_snapshot, "channels", Request(layer, channel=2), lambda _share, _what: None)
    assert answer.sheet.file_stem == "conv-1-channels-2"


def test_the_menu_of_the_grid_does_what_it_says(panel, monkeypatch):
    actions = {action.text(): action for action in panel.grid.actions()}
    panel.grid.choose(3)
    actions["Copy this filter"].trigger()
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.pixelColor(0, 0)) == (512, panel.grid.sheet.tile(3).pixelColor(0, 0))
    actions["Copy the grid"].trigger()
    assert QGuiApplication.clipboard().image().size() == panel.picture().size()
    steps: list[int] = []
    monkeypatch.setattr(panel.grid, "enlarge", steps.append)
    actions["Larger tiles (+)"].trigger()
    actions["Smaller tiles (−)"].trigger()
    assert steps == [1, -1]
    saved: list[bool] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: saved.append(True) or ("", ""))
    actions["Save the grid as PNG…"].trigger()
    assert saved == [True]


def test_choosing_a_filter_is_told_and_what_was_chosen_is_remembered(panel):
    told: list[int] = []
    panel.unit_chosen.connect(told.append)
    panel.grid.choose(5)
    assert told == [5]
    panel.order.setCurrentIndex(2)
    panel.scale.setCurrentIndex(1)
    other = GridPanel()
    other.restore_state({**panel.save_state(), "view": "channels"})
    assert other.save_state() == {**panel.save_state(), "view": "channels"}
    other.deleteLater()


# Epochs and pace


@pytest.fixture
def bar(qtbot) -> EpochBar:
    made = EpochBar()
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_bar_says_where_the_shown_network_stands(bar):
    bar.show_track(EpochTrack((1, 3, 4), 1, "0007", "of 4 · best"))
    assert (bar.slider.value(), bar._number.text(), bar._note.text()) == (1, "3", "of 4 · best")
    assert bar.slider.accessibleDescription() == "Epoch 3 of 4 · best"
    assert bar.slider.toolTip() == bar.play.toolTip() == "Replay the kept epochs of run 0007"
    assert not bar._reason.isVisible()
    bar.show_track(EpochTrack((), -1, "0008", "", "Not yet."))
    assert (bar._number.isVisible(), bar._note.isVisible(), bar._reason.text()) == (False, False, "Not yet.")
    assert bar._reason.isVisible()


def test_playing_goes_on_from_where_it_stands_unless_that_is_the_end(bar):
    asked: list[str] = []
    bar.epoch_chosen.connect(asked.append)
    bar.show_track(EpochTrack((1, 3, 4), 1, "0007", "of 4"))
    bar.play.setChecked(True)
    assert (bar.slider.value(), asked, bar.play.accessibleName()) == (1, [], "Pause the replay")
    bar._on_tick()
    assert asked == ["runs/0007/epoch/4"]
    bar.play.setChecked(False)
    assert (bar.playing, bar.play.accessibleName()) == (False, "Play the epochs")
    bar.play.setChecked(True)
    assert asked == ["runs/0007/epoch/4", "runs/0007/epoch/1"], "from the beginning again"
    bar.stop()


def test_a_replay_that_was_stopped_while_it_waited_does_not_wait_when_it_is_begun_again(bar):
    bar.show_track(EpochTrack((1, 3, 4), 0, "0007", "of 4"))
    bar.slider.setValue(1)
    bar.play.setChecked(True)
    bar._on_tick()
    assert bar.slider.value() == 2
    bar.stop()
    bar.give_up_unless("runs/0007/epoch/1")
    bar.play.setChecked(True)
    bar._awaited = ""
    bar.give_up_unless("runs/0008/best")
    assert bar.playing, "it waited for nothing"
    bar.stop()


class Clock:
    """In place of Qt's: stands still until it is told otherwise."""

    now = 0

    def __init__(self) -> None:
        self._since: int | None = None

    def isValid(self) -> bool:
        return self._since is not None

    def start(self) -> None:
        self._since = Clock.now

    def elapsed(self) -> int:
        return Clock.now - (self._since or 0)


def test_calls_that_come_too_soon_are_put_off_until_it_is_time_and_melt_into_one(qapp, monkeypatch):
    monkeypatch.setattr(pacing, "QElapsedTimer", Clock)
    monkeypatch.setattr(Clock, "now", 1000)
    calls: list[int] = []
    owner = QObject()
    pace = Pace(lambda: calls.append(Clock.now), 500, owner)
    pace.ask()
    assert calls == [1000]
    monkeypatch.setattr(Clock, "now", 1200)
    pace.ask()
    assert (calls, pace._timer.interval()) == ([1000], 300)
    monkeypatch.setattr(Clock, "now", 1400)
    pace.ask()
    assert pace._timer.interval() == 300, "put off once"
    monkeypatch.setattr(Clock, "now", 1500)
    pace._timer.timeout.emit()
    assert (calls, pace._timer.isActive()) == ([1000, 1500], False)
    monkeypatch.setattr(Clock, "now", 2000)
    pace.ask()
    assert calls == [1000, 1500, 2000]
    monkeypatch.setattr(Clock, "now", 2001)
    pace.ask()
    pace.cancel()
    assert not pace._timer.isActive()
