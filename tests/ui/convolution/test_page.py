"""The Convolution page, used as people use it: mouse, keys, fields, pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.explain.learned_kernels import small_layers
from cifar_gui.ui.convolution.arithmetic import Arithmetic
from cifar_gui.ui.convolution.cell_map import CellMap
from cifar_gui.ui.convolution.cell_paint import digits_size
from cifar_gui.ui.convolution.kernel_editor import KernelEditor
from cifar_gui.ui.convolution.learned_dialog import LearnedDialog
from cifar_gui.ui.convolution.lessons import EXPERIMENTS, TOUR
from cifar_gui.ui.convolution.operator_view import ALL
from cifar_gui.ui.convolution.pictures import SmallPicture
from cifar_gui.ui.convolution.setup import Setup, to_state
from cifar_gui.ui.opening import Opener
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import theme


def hover(qtbot, cells: CellMap, row: int, column: int) -> None:
    point = cells.rect_of((row, column)).center().toPoint()
    qtbot.mouseMove(cells, point - QPoint(1, 1))
    qtbot.mouseMove(cells, point)


def settle() -> None:
    """Until every layout has been asked."""
    for _ in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def text_of(page) -> str:
    return page.operator.arithmetic.accessibleDescription()


def test_the_page_is_in_the_rail_between_the_networks_and_the_runs() -> None:
    names = PAGES.names()
    assert names.index("network") + 1 == names.index("convolution") == names.index("runs") - 1


@pytest.mark.parametrize("name", ["kernel", "stride", "padding", "input", "output", "arithmetic"])
def test_the_parts_have_the_names_that_scripts_rely_on(page, name) -> None:
    kinds = {"kernel": KernelEditor, "input": CellMap, "output": CellMap, "arithmetic": Arithmetic}
    found = page.findChildren(kinds.get(name, object) if name in kinds else type(page.settings.stride))
    assert [each.objectName() for each in found].count(f"convolution.{name}") == 1


def test_its_digits_can_be_read_from_the_last_row(page) -> None:
    for cells in (page.operator.input, page.operator.output):
        texts = ["−9"]
        assert digits_size(texts, cells.cell, cells.cell) >= 24, cells.cell
    page.show_setup(replace(page.setup, padding=1))
    assert digits_size(["3"], page.operator.input.cell, page.operator.input.cell) >= 20


def test_the_output_keeps_its_numbers_where_the_cells_of_the_input_are_too_small_for_any(page) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (3, 32, 32)).astype(np.uint8)
    wide = Setup(picture=picture, draws=False, picture_side=32, kernel=np.full((1, 7, 7), 0.37), stride=6)
    page.show_setup(wide)
    settle()
    view = page.operator
    assert view.output.content.values.shape == (5, 5)
    assert not view.input.holds_digits(view.input.cell)
    assert view.output.holds_digits(view.output.cell)
    assert view.output.columns * view.output.cell <= view.output.width()
    page.show_setup(Setup())
    settle()
    assert view.output.cell == view.input.cell, "where there is room for numbers, cells are of one size"


def test_that_the_window_does_not_fit_is_said_where_there_is_room_to_read_it(page) -> None:
    page.show_setup(replace(Setup(), kernel=np.ones((1, 9, 9))))
    settle()
    assert not page.operator.output.content.values.size
    assert page.operator.output.width() >= 150


def test_hovering_the_output_moves_the_window_to_what_made_it(page, qtbot) -> None:
    hover(qtbot, page.operator.output, 3, 1)
    assert page.operator.walker.place == (3, 1)
    assert page.operator.input.content.frame == ((3, 1), 3)
    assert page.operator.output.content.frame == ((3, 1), 1)
    step = page.setup.step((3, 1))
    assert f"output {step.value:g}".replace("-", "−") in text_of(page)


def test_hovering_the_input_moves_the_window_there_and_marks_who_reads_the_cell(page, qtbot) -> None:
    hover(qtbot, page.operator.input, 2, 4)
    assert page.operator.walker.place == (1, 3)
    assert set(page.operator.output.content.marked) == {(i, j) for i in (0, 1, 2) for j in (2, 3, 4)}
    assert page.operator.input_note.text() == "9 windows read row 3, column 5."
    hover(qtbot, page.operator.input, 0, 0)
    assert page.operator.input_note.text() == "1 window reads row 1, column 1."
    page.settings.kernel_size.slider.setValue(5)
    assert page.operator.input_note.text() == "Click to draw, right-click to erase.", "other windows read it now"


def test_of_another_input_nothing_is_said_of_a_cell_that_was_pointed_at_before(page, qtbot) -> None:
    hover(qtbot, page.operator.input, 6, 6)
    assert page.operator.input_note.text() == "1 window reads row 7, column 7."
    assert page.operator.output.content.marked == ((4, 4),)
    page.show_setup(replace(page.setup, drawing_side=5))
    assert page.operator.input_note.text().startswith("Click to draw")
    assert page.operator.output.content.marked == ()


def test_arrow_keys_move_the_window_on_either_map_and_home_begins_again(page, qtbot) -> None:
    output = page.operator.output
    qtbot.keyClick(output, Qt.Key.Key_Down)
    qtbot.keyClick(output, Qt.Key.Key_Right)
    qtbot.keyClick(output, Qt.Key.Key_Right)
    assert page.operator.walker.place == (1, 2)
    for _ in range(6):
        qtbot.keyClick(page.operator.input, Qt.Key.Key_Right)
    assert page.operator.walker.place == (0, 4)
    qtbot.keyClick(output, Qt.Key.Key_Home)
    assert (page.operator.walker.place, page.operator.walker.visited) == ((0, 0), [(0, 0)])


def test_play_goes_on_by_itself_to_the_end_and_stops_there(page, qtbot) -> None:
    player = page.operator.player
    player.speed.setValue(player.speed.maximum())
    page.operator.go((4, 2))
    qtbot.keyClick(page.operator.output, Qt.Key.Key_Space)
    assert player.is_playing
    assert player.play.text() == "Pause"
    qtbot.waitUntil(lambda: not player.is_playing)
    assert page.operator.walker.place == (4, 4)
    assert player.where.text() == "25 of 25"


def test_play_stops_when_the_page_is_left(page) -> None:
    for view in (page.operator, page.network.operator):
        view.player.play.click()
        assert view.player.is_playing
        page.page_hidden()
        assert not view.player.is_playing


def test_play_stops_where_the_window_does_not_fit_any_more(page) -> None:
    page.input_panel.width_slider.slider.setValue(5)
    page.operator.player.play.click()
    page.settings.kernel_size.slider.setValue(7)
    assert (page.operator.player.is_playing, page.operator.player.play.text()) == (False, "Play")


def test_steps_leave_outlines_and_fill_the_output_when_asked_to(page) -> None:
    page.input_panel.reveal.click()
    assert page.operator.output.content.hidden.sum() == 24
    page.operator.player.step.click()
    page.operator.player.step.click()
    page.operator.player.back.click()
    assert page.operator.walker.place == (0, 1)
    assert page.operator.output.content.hidden.sum() == 22
    assert len(page.operator.input.content.outlines) == 2
    assert "From" not in page.operator.output_note.text()  # that would tell


def test_with_another_stride_the_window_has_been_nowhere_else_though_the_output_is_as_large_as_before(page) -> None:
    page.show_setup(replace(page.setup, drawing_side=8, stride=3))
    page.input_panel.reveal.click()
    page.operator.player.step.click()
    assert page.operator.output.content.hidden.tolist() == [[False, False], [True, True]]
    page.show_setup(replace(page.setup, stride=4))
    assert page.operator.output.content.hidden.tolist() == [[True, False], [True, True]]


def test_a_click_draws_and_another_button_erases(page, qtbot) -> None:
    page.input_panel.pen.slider.setValue(5)
    point = page.operator.input.rect_of((3, 0)).center().toPoint()
    before = page.setup.output.copy()
    qtbot.mouseClick(page.operator.input, Qt.MouseButton.LeftButton, pos=point)
    assert page.setup.values[0, 3, 0] == 5
    assert page.setup.output[3, 0] == before[3, 0] + 5
    qtbot.mouseClick(page.operator.input, Qt.MouseButton.RightButton, pos=point)
    assert page.setup.values[0, 3, 0] == 0


def test_digits_are_typed_into_the_cell_that_the_arrows_lead_to(page, qtbot) -> None:
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_8):
        qtbot.keyClick(page.operator.input, key)
    assert page.setup.values[0, 1, 2] == 8


def test_over_the_padding_digits_are_typed_where_the_pointer_was_last_on_the_drawing(page, qtbot) -> None:
    page.show_setup(replace(page.setup, padding=1))
    for place in ((2, 3), (-1, 3)):
        page.operator.input.pointed.emit(*place)
    qtbot.keyClick(page.operator.input, Qt.Key.Key_9)
    assert page.setup.values[0, 2, 3] == 9


def test_where_a_drawing_becomes_smaller_digits_are_still_typed_inside(page, qtbot) -> None:
    maps = page.operator.input
    for key in [Qt.Key.Key_Down] * 6 + [Qt.Key.Key_Right] * 6:
        qtbot.keyClick(maps, key)
    page.show_setup(replace(page.setup, drawing_side=5))
    qtbot.keyClick(maps, Qt.Key.Key_9)
    assert (page.setup.values.shape, page.setup.values[0, 4, 4]) == ((1, 5, 5), 9)


def test_what_is_half_typed_counts_as_before_and_says_why(page, qtbot) -> None:
    editor = page.settings.kernel
    cell, before = editor.cells[0][0], page.setup.output.copy()
    cell.selectAll()
    qtbot.keyClicks(cell, "-")
    assert cell.property("wrong")
    assert "“-” is no number" in editor.problem.text()
    assert np.array_equal(page.setup.output, before)
    qtbot.keyClicks(cell, "2")
    assert not cell.property("wrong")
    assert editor.problem.isHidden()
    assert page.setup.kernel[0, 0, 0] == -2
    assert cell.text() == "-2"  # not written anew while it is being typed
    assert page.settings.preset.currentText() == "Own numbers"


def test_nothing_wrong_is_lost_when_the_field_is_left(page, qtbot) -> None:
    editor = page.settings.kernel
    editor.cells[1][1].selectAll()
    qtbot.keyClicks(editor.cells[1][1], "1/")
    qtbot.keyClick(editor.cells[1][1], Qt.Key.Key_Down)
    assert editor.cells[2][1].hasFocus()
    editor.cells[2][1].selectAll()
    qtbot.keyClicks(editor.cells[2][1], "7")
    assert editor.cells[1][1].text() == "1/"
    assert editor.cells[1][1].property("wrong")
    assert page.setup.kernel[0, 2, 1] == 7
    qtbot.keyClicks(editor.cells[1][1], "4")
    assert page.setup.kernel[0, 1, 1] == 0.25


def test_a_kernel_that_is_chosen_takes_the_place_of_what_was_typed_wrong(page, qtbot) -> None:
    editor = page.settings.kernel
    editor.cells[0][0].selectAll()
    qtbot.keyClicks(editor.cells[0][0], "x")
    page.settings.preset.setCurrentIndex(page.settings.preset.findData("emboss"))
    assert (editor.cells[0][0].text(), editor.cells[0][0].property("wrong")) == ("−2", False)
    assert editor.problem.isHidden()


def test_numbers_side_by_side_are_as_short_when_a_field_is_left_as_before(page, qtbot) -> None:
    page.settings.kernel_size.slider.setValue(7)
    cell = page.settings.kernel.cells[3][3]
    qtbot.waitUntil(cell.isVisible)
    cell.setFocus()
    cell.selectAll()
    qtbot.keyClicks(cell, "0.125")
    qtbot.keyClick(cell, Qt.Key.Key_Down)
    assert (cell.text(), page.setup.kernel[0, 3, 3]) == ("0.1", 0.125)


def test_a_wrong_bias_counts_as_before_and_says_why(page, qtbot) -> None:
    bias = page.settings.bias
    bias.selectAll()
    qtbot.keyClicks(bias, "ten")
    assert "“ten” is no number" in page.settings.bias_problem.text()
    assert page.setup.bias == 0
    bias.selectAll()
    qtbot.keyClicks(bias, "-1.5")
    assert page.setup.bias == -1.5
    assert page.settings.bias_problem.isHidden()


def test_presets_sizes_and_flips_change_the_output(page) -> None:
    page.settings.preset.setCurrentIndex(page.settings.preset.findData("emboss"))
    assert page.setup.kernel[0].tolist() == [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
    assert page.settings.kernel.cells[0][0].text() == "−2"
    page.settings.flip.click()
    assert page.operator.arithmetic.shown.step.kernel[0].tolist() == [[2, 1, 0], [1, 1, -1], [0, -1, -2]]
    page.settings.kernel_size.slider.setValue(5)
    assert len(page.settings.kernel.cells) == 5
    assert page.setup.output.shape == (3, 3)


def test_stride_and_padding_fill_in_the_formula_and_hatch_what_is_dropped(page) -> None:
    page.input_panel.width_slider.slider.setValue(8)
    page.settings.stride.slider.setValue(2)
    assert page.settings.formula.text() == "(8 + 2·0 − 3) / 2 + 1 = 3.5, rounded down to 3"
    assert "the last row and column" in page.settings.dropped.text()
    marks = page.operator.input.content.unread
    assert marks[7].all()
    assert marks[:, 7].all()
    assert not marks[:7, :7].any()
    page.settings.padding.slider.setValue(1)
    assert page.operator.input.content.padding == 1


def test_a_window_that_does_not_fit_says_so_and_nothing_breaks(page) -> None:
    page.input_panel.width_slider.slider.setValue(5)
    page.settings.kernel_size.slider.setValue(7)
    assert "does not fit" in page.settings.formula.text()
    assert "there is no sum" in text_of(page)
    assert not page.operator.player.play.isEnabled()
    assert "does not fit" in page.operator.output.accessibleDescription()
    page.operator.grab()
    page.settings.padding.slider.setValue(1)
    assert page.setup.output.shape == (1, 1)
    assert "output" in text_of(page)


def test_pooling_adds_a_map_and_says_of_what(page, qtbot) -> None:
    page.show_setup(replace(page.setup, padding=1, activation="relu", pooling="max"))
    page.operator.go((2, 5))
    assert page.operator.pool.content.values.shape == (3, 3)
    assert page.operator.pool.content.frame == ((1, 2), 1)
    block = page.setup.output[2:4, 4:6]
    assert page.operator.arithmetic.shown.more[0].endswith(f": {block.max():g}")
    page.operator.go((6, 6))  # the last row and column are in no block
    assert page.operator.pool.content.frame is None
    assert page.operator.pool_title.text() == "POOLED 3 × 3"
    page.show_setup(replace(page.setup, padding=0, stride=4))
    assert page.operator.pool_title.text() == "POOLED 1 × 1"
    page.show_setup(replace(page.setup, drawing_side=5, stride=3))  # one cell is too small for any block
    assert page.operator.pool_title.text() == "POOLED"
    page.show_setup(replace(page.setup, drawing_side=7, stride=1, padding=1))
    settle()
    hover(qtbot, page.operator.pool, 0, 1)
    assert page.operator.walker.place == (0, 2)


def test_colours_show_three_slices_and_their_sum(page) -> None:
    page.input_panel.channels.button("rgb").click()
    page.operator.go((1, 1))
    settle()
    assert page.operator.arithmetic.slices_shown() == [0, 1, 2]
    words = text_of(page)
    assert all(f"{name}: window" in words for name in ("Red", "Green", "Blue"))
    page.input_panel.slices.button("1").click()
    assert np.array_equal(page.operator.input.content.values, page.setup.values[1])
    assert page.settings.kernel.slice == 1
    page.settings.kernel.cells[0][0].setText("")
    page.settings.kernel.cells[0][0].textEdited.emit("4")
    assert page.setup.kernel[:, 0, 0].tolist() == [1, 4, 1]


def test_another_slice_of_the_kernel_shows_its_own_numbers(page) -> None:
    kernel = np.stack([np.full((3, 3), value) for value in (1.0, 2.0, 3.0)])
    page.show_setup(replace(page.setup.with_colours(coloured=True), kernel=kernel))
    page.input_panel.slices.button("2").click()
    assert page.settings.kernel.cells[0][0].text() == "3"


def test_large_kernels_in_colour_show_the_chosen_slice_where_all_would_be_too_small(page) -> None:
    page.show_setup(Setup(picture=np.zeros((3, 32, 32), np.uint8), draws=False).with_colours(coloured=True))
    page.show_setup(page.setup.with_kernel_size(7))
    page.input_panel.slices.button("2").click()
    settle()
    assert page.operator.arithmetic.slices_shown() == [2]


def test_the_guided_tour_takes_eight_steps_and_leaves_what_was_there(page) -> None:
    page.settings.stride.slider.setValue(3)
    mine = to_state(page.setup)
    page.input_panel.tour.click()
    titles = []
    while page.guide.isVisible():
        titles.append(page.guide.title.text())
        page.guide.next.click()
    assert titles == [lesson.title for lesson in TOUR]
    assert to_state(page.setup) == mine


def test_what_is_set_up_after_a_tour_is_remembered_and_is_what_the_next_one_leaves(page) -> None:
    page.begin_tour()
    page.guide.end.click()
    page.settings.stride.slider.setValue(2)
    mine = to_state(page.setup)
    assert page.save_state()["setup"] == mine
    page.begin_tour()
    page.guide.end.click()
    assert to_state(page.setup) == mine


def test_a_picture_that_is_opened_during_the_tour_stays_when_that_is_done(page) -> None:
    page.settings.stride.slider.setValue(3)
    page.begin_tour()
    picture = SmallPicture(np.full((3, 32, 32), 90, np.uint8), "mine", "frog")
    page.pictures.taken.emit(picture)
    page.guide.next.click()
    assert (page.setup.picture_name, page.setup.picture_label) == ("mine", "frog")
    page.guide.end.click()
    assert (page.setup.picture_name, page.setup.picture_label, page.setup.draws) == ("mine", "frog", False)
    assert np.array_equal(page.setup.picture, picture.pixels)
    assert page.setup.stride == 3


def test_the_tour_goes_back_and_can_be_left_at_any_time(page) -> None:
    page.begin_tour()
    assert not page.guide.back.isEnabled()
    page.guide.next.click()
    page.guide.next.click()
    page.guide.back.click()
    assert page.guide.counter.text() == "2 of 8"
    assert page.operator.walker.place == TOUR[1].place
    page.guide.end.click()
    assert page.guide.isHidden()
    assert to_state(page.setup) == to_state(Setup())


@pytest.mark.parametrize("place", range(len(EXPERIMENTS)))
def test_an_experiment_is_set_up_with_one_click(page, place) -> None:
    lesson = EXPERIMENTS[place]
    page.input_panel.experiments[place].click()
    assert page.guide.title.text() == lesson.title
    assert np.array_equal(page.setup.output, lesson.setup().output)
    assert (page.operator.walker.place, page.operator.walker.visited) == (lesson.place, [lesson.place])
    assert page.guide.next.isHidden()


def test_a_lesson_begins_with_a_window_that_stands_still(page) -> None:
    page.operator.player.play.click()
    page.input_panel.experiments[0].click()
    assert not page.operator.player.is_playing


def test_what_a_lesson_hides_is_shown_again_when_it_is_done(page) -> None:
    page.input_panel.experiments[next(place for place, each in enumerate(EXPERIMENTS) if each.reveals)].click()
    assert page.operator.output.content.hidden is not None
    page.guide.end.click()
    assert page.operator.output.content.hidden is None
    assert not page.input_panel.reveal.raw()


def test_a_lesson_in_colour_begins_with_all_slices_and_says_so(page) -> None:
    page.input_panel.channels.button("rgb").click()
    page.input_panel.slices.button("1").click()
    page.input_panel.experiments[next(place for place, each in enumerate(EXPERIMENTS) if each.setup().coloured)].click()
    assert page.operator.slice == ALL
    assert page.input_panel.slices.current == str(ALL)


def test_an_output_that_was_filled_step_by_step_before_a_lesson_is_so_after_it(page) -> None:
    page.input_panel.reveal.click()
    for button in page.input_panel.experiments[:2]:
        button.click()
    assert not page.operator.reveals
    page.guide.end.click()
    assert page.operator.reveals
    assert page.input_panel.reveal.raw()


def test_after_a_lesson_the_window_and_the_slice_are_where_they_were(page) -> None:
    page.input_panel.channels.button("rgb").click()
    page.input_panel.slices.button("1").click()
    page.operator.go((3, 2))
    page.input_panel.experiments[0].click()
    assert page.operator.walker.place != (3, 2)
    assert page.save_state()["place"] == [3, 2], "what is remembered is the user's, too"
    page.guide.end.click()
    assert (page.operator.walker.place, page.operator.slice) == ((3, 2), 1)
    assert page.input_panel.slices.current == "1"


def test_the_next_step_of_the_tour_comes_to_the_front_from_the_whole_network_too(page) -> None:
    page.begin_tour()
    page.views.button("network").click()
    assert page._stack.currentWidget() is page.network
    page.guide.next.click()
    assert page._stack.currentWidget() is not page.network
    assert page.views.current == "operator"
    assert page.operator.walker.place == TOUR[1].place


def test_what_is_remembered_is_what_the_user_has_set_up_not_the_lesson(page) -> None:
    page.settings.padding.slider.setValue(2)
    page.operator.go((3, 2))
    page.begin_tour()
    state = page.save_state()
    page.guide.end.click()
    page.show_setup(Setup())
    page.restore_state(state)
    assert page.setup.padding == 2
    page.restore_state({"setup": 3, "view": 7, "place": ["x"], "columns": None, "stage": []})
    assert to_state(page.setup) == to_state(Setup())


def test_an_opened_picture_becomes_the_input_from_five_to_thirty_two_pixels_wide(page, qtbot, make_picture) -> None:
    page.open_pictures([PictureSource.from_path(make_picture())])
    qtbot.waitUntil(lambda: page.setup.picture is not None)
    assert not page.setup.is_drawing
    assert page.setup.values.shape == (1, 32, 32)
    assert page.operator.input_note.text() == "picture.png"
    for side in (5, 13):
        page.input_panel.width_slider.slider.setValue(side)
        assert page.setup.values.shape == (1, side, side)
        page.operator.grab()
    page.input_panel.source.button("drawing").click()
    assert page.setup.values.shape == (1, 7, 7)


def test_a_picture_opened_here_does_not_keep_classify_from_opening_its_own(page, qtbot, make_picture) -> None:
    elsewhere, came = Opener(page.context.jobs, page.context.messages), []
    elsewhere.opened.connect(came.append)
    elsewhere.open([PictureSource.from_path(make_picture())])
    page.open_pictures([PictureSource.from_path(make_picture("own.png"))])
    qtbot.waitUntil(lambda: bool(came) and page.setup.picture_name == "own.png")


def test_the_picture_that_classify_shows_is_one_click_away(page) -> None:
    button = page.input_panel.source.button("picture")
    assert (button.isEnabled(), button.toolTip()) == (False, "Open, paste or drop one first")
    teal = QImage(32, 32, QImage.Format.Format_RGB32)
    teal.fill(QColor(0, 128, 130))
    page.context.picture.show(teal, "mine.png")
    assert (button.isEnabled(), button.toolTip()) == (True, "mine.png, as Classify shows it")
    assert page.setup.is_drawing, "it is only offered"
    button.click()
    assert page.setup.picture_name == "mine.png"
    assert page.setup.picture[:, 5, 7].tolist() == [0, 128, 130]
    assert button.toolTip() == ""


def test_a_picture_keeps_its_name_and_its_class_when_the_drawing_starts_again(page) -> None:
    page.pictures.taken.emit(SmallPicture(np.zeros((3, 32, 32), np.uint8), "black", "frog"))
    page.input_panel.source.button("drawing").click()
    page.input_panel.start.click()
    page.input_panel.source.button("picture").click()
    assert (page.setup.picture_name, page.setup.picture_label) == ("black", "frog")
    assert page.operator.input_note.text() == "black"


def test_a_dropped_picture_is_taken(page, qtbot, make_picture) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(make_picture("mine.png")))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys))
    qtbot.waitUntil(lambda: page.setup.picture_name == "mine.png")


def test_a_pasted_picture_is_taken(page, qtbot) -> None:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    QGuiApplication.clipboard().setImage(image)
    page.input_panel.paste.click()
    qtbot.waitUntil(lambda: page.setup.picture is not None)
    assert page.setup.picture[:, 16, 16].tolist() == [0, 128, 128]


def test_a_held_out_picture_comes_with_its_class_and_waits_for_the_data(page, qtbot, tiny_data) -> None:
    page.input_panel.held_out.click()
    assert page.context.data.requested == ["usual"]
    page.context.data.current = tiny_data
    page.on_data(tiny_data)
    assert page.setup.picture_label in tiny_data.class_names
    split = tiny_data.split("validation")
    same = [place for place, image in enumerate(split.images.numpy()) if np.array_equal(image, page.setup.picture)]
    assert tiny_data.class_names[int(split.labels[same[0]])] == page.setup.picture_label


def test_the_picture_that_was_asked_for_last_is_the_one_that_is_taken(page, qtbot, tiny_data, make_picture) -> None:
    page.input_panel.held_out.click()  # it has to wait for the data set
    page.open_pictures([PictureSource.from_path(make_picture("mine.png"))])
    qtbot.waitUntil(lambda: page.setup.picture_name == "mine.png")
    page.context.data.current = tiny_data
    page.on_data(tiny_data)
    assert page.setup.picture_name == "mine.png"
    page.open_pictures([PictureSource.from_path(make_picture("other.png"))])
    page.input_panel.held_out.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.setup.picture_name.startswith("Tiny, validation picture")


def test_without_data_the_reason_is_said(page) -> None:
    page.input_panel.held_out.click()
    page.context.data.failed.emit("There is no data set yet.")
    assert [message.text for message in page.context.messages.all] == ["There is no data set yet."]


def test_pictures_are_seen_as_the_network_sees_them_that_is_chosen_now(page, decided_snapshot) -> None:
    other = replace(decided_snapshot.card, stats=ChannelStats((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)))
    shown = Setup(picture=np.zeros((3, 32, 32), np.uint8), draws=False)
    page.show_setup(shown)
    page.on_model(decided_snapshot)
    assert page.setup.stats is None, "nobody has asked for it"
    page.input_panel.as_network.click()
    assert page.setup.stats == decided_snapshot.card.stats
    page.on_model(ModelSnapshot(other, decided_snapshot.weights))
    assert page.setup.stats == other.stats
    page.show_setup(replace(page.setup, kernel_name="conv 1 · filter 7"))
    page.on_model(decided_snapshot)
    assert page.setup.stats == other.stats, "the kernel is still one of the other network"


def test_after_a_lesson_too_pictures_are_seen_as_the_network_sees_them_that_is_chosen_now(
    page, decided_snapshot
) -> None:
    other = replace(decided_snapshot.card, stats=ChannelStats((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)))
    shown = Setup(picture=np.zeros((3, 32, 32), np.uint8), draws=False, stats=decided_snapshot.card.stats)
    page.show_setup(shown)
    page.begin_tour()
    page.on_model(ModelSnapshot(other, decided_snapshot.weights))
    page.guide.end.click()
    assert page.setup.stats == other.stats


def test_a_kernel_is_taken_from_a_layer_of_the_chosen_network(page, qtbot, decided_snapshot) -> None:
    page.on_model(decided_snapshot)
    page.settings.flip.click()
    page.settings.learned.click()
    qtbot.waitUntil(lambda: page.findChild(QDialog) is not None)
    dialog = page.findChild(QDialog)
    assert dialog.unit.suffix() == " of 0–11"  # counted from 0, as everywhere
    dialog.unit.setValue(7)
    assert not dialog.channel.isEnabled()  # it sees colours: all three slices are taken
    dialog.accept()
    weights = decided_snapshot.weights["0.weight"][7].double().numpy()
    assert np.array_equal(page.setup.kernel, weights)
    assert not page.setup.flip, "networks do not flip: the output is to be theirs"
    assert page.setup.bias == pytest.approx(float(decided_snapshot.weights["0.bias"][7]))
    assert page.setup.stats == decided_snapshot.card.stats
    assert page.settings.preset.currentText() == "conv 1 · filter 7"
    page.settings.preset.setCurrentIndex(page.settings.preset.findData("blur"))
    assert page.setup.bias == 0


def test_the_dialog_about_a_kernel_is_as_large_as_the_zoom_wants_it(qtbot, decided_snapshot) -> None:
    sizes = []
    for zoom in (1.0, 2.0):
        theme().set_look(zoom=zoom)
        dialog = LearnedDialog(decided_snapshot, small_layers(decided_snapshot, 7))
        qtbot.addWidget(dialog)
        sizes.append(dialog.size())
    assert sizes[1] == 2 * sizes[0]


def test_a_kernel_is_of_the_network_that_was_chosen_when_it_was_asked_for(page, qtbot, decided_snapshot, monkeypatch):
    other = replace(decided_snapshot.card, stats=ChannelStats((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)))
    page.on_model(decided_snapshot)
    page.settings.learned.click()
    qtbot.waitUntil(lambda: page.findChild(QDialog) is not None)
    page.on_model(ModelSnapshot(other, decided_snapshot.weights))  # such as the best epoch of a run that goes on
    page.findChild(QDialog).accept()
    assert page.setup.stats == decided_snapshot.card.stats

    late = []
    with monkeypatch.context() as slow:
        slow.setattr(page.context.jobs, "run", lambda look, done, **_: late.append(lambda: done(look())))
        page.settings.learned.click()
    page.on_model(decided_snapshot)
    monkeypatch.setattr("cifar_gui.ui.convolution.page.LearnedDialog", lambda *_: pytest.fail("nobody asked for it"))
    late[0]()


def test_which_kernel_to_take_is_not_asked_on_another_page(page, qtbot, decided_snapshot) -> None:
    page.on_model(decided_snapshot)
    page.settings.learned.click()
    page.page_hidden()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.findChild(QDialog) is None


def test_without_a_network_there_is_no_kernel_to_take_and_the_page_says_so(page) -> None:
    page.settings.learned.click()
    assert "No network is chosen" in page.context.messages.all[0].text


def test_the_picture_is_copied_with_its_numbers(page) -> None:
    page.copy()
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.hasImage()
    assert mime.text() == page.operator.in_words()
    assert "products" in mime.text()


@pytest.mark.parametrize("name", ["output.csv", "picture.png", "picture"])
def test_what_is_shown_is_saved(page, monkeypatch, tmp_path, name) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), ""))
    page.save()
    if name.endswith("csv"):
        read = np.loadtxt(tmp_path / name, delimiter=",")
        assert np.array_equal(read, page.setup.output)
    else:
        saved = QImage(str(tmp_path / "picture.png"))
        assert saved.size() == page.operator.size()


def test_a_place_that_cannot_be_written_is_told_of(page, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/nowhere/picture.png", ""))
    page.save()
    assert "could not be written" in page.context.messages.all[0].text


def test_everything_that_can_be_used_has_a_name_for_those_who_cannot_see_it(page) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QLineEdit

    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, CellMap)
    used = [each for kind in kinds for each in page.findChildren(kind) if each.isVisibleTo(page)]
    named = [each for each in used if each.accessibleName() or (isinstance(each, QAbstractButton) and each.text())]
    bars = [each for each in used if type(each).__name__ == "QScrollBar"]
    assert len(used) > 40
    assert [each for each in used if each not in named and each not in bars] == []


def test_moving_the_window_over_a_large_picture_takes_no_time_to_speak_of(page) -> None:
    from time import perf_counter

    page.show_setup(Setup(picture=np.zeros((3, 32, 32), np.uint8), draws=False).with_colours(coloured=True))
    page.show_setup(page.setup.with_kernel_size(7))
    page.operator.grab()
    began = perf_counter()
    for column in range(10):
        page.operator.go((5, column))
        page.operator.grab()
    assert (perf_counter() - began) / 10 < 0.1  # a twentieth of it on an idle machine


def test_labels_say_what_they_belong_to(page) -> None:
    labels = [each for each in page.settings.findChildren(QLabel) if each.buddy() is not None]
    assert {label.text() for label in labels} >= {"Size", "Stride", "Padding", "Bias", "Activation", "Pooling"}


def test_numbers_of_a_large_kernel_are_short_and_lose_nothing(page) -> None:
    kernel = np.full((1, 7, 7), -2.53)
    page.show_setup(replace(page.setup, kernel=kernel, padding=3))
    cell = page.settings.kernel.cells[3][3]
    assert cell.text() == "−2.5"
    assert cell.toolTip() == "−2.53"
    assert page.setup.kernel[0, 3, 3] == -2.53


def test_what_is_wrong_with_the_bias_stands_under_it(page) -> None:
    settings = page.settings
    settings.bias.setText("foo")
    settings.bias.textEdited.emit("foo")
    settle()
    gap = settings.bias_problem.mapTo(settings, QPoint()).y() - settings.bias.mapTo(settings, QPoint()).y()
    assert settings.bias.height() <= gap < settings.bias.height() + 20
