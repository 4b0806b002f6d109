"""What stands on the Convolution page, part by part: what can be set, what is written beside the maps, the lessons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDialogButtonBox

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.statistics import CENTRED, ChannelStats
from cifar_gui.explain.convolution import Step
from cifar_gui.explain.kernels import PRESETS, preset_of
from cifar_gui.explain.learned_kernels import small_layers
from cifar_gui.explain.small_network import walk
from cifar_gui.networks.base import build
from cifar_gui.ui.convolution import operator_view
from cifar_gui.ui.convolution.arithmetic import Line, Sum, in_words, lines_of
from cifar_gui.ui.convolution.cell_map import CellMap, MapContent
from cifar_gui.ui.convolution.cell_paint import Shades
from cifar_gui.ui.convolution.dense_view import DenseView
from cifar_gui.ui.convolution.learned_dialog import LearnedDialog
from cifar_gui.ui.convolution.lessons import EXPERIMENTS, TOUR
from cifar_gui.ui.convolution.numbers import cell_text, exact_text, signed, sum_text
from cifar_gui.ui.convolution.player import SPEEDS, Player
from cifar_gui.ui.convolution.setup import Setup
from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets.elided import ElidedLabel

PICTURE = np.random.default_rng(3).integers(0, 256, (3, 32, 32), dtype=np.uint8)


def test_everything_can_be_set_from_its_smallest_to_its_largest(page) -> None:
    left, right = page.input_panel, page.settings
    right.pooling.put("max")
    fields = (left.pen, left.width_slider, right.kernel_size, right.stride, right.padding, right.pool_size)
    ends = [(each.slider.minimum(), each.slider.maximum()) for each in fields]
    assert ends == [(0, 9), (5, 32), (1, 7), (1, 4), (0, 4), (2, 4)]


def test_a_page_that_opens_when_the_data_set_is_there_knows_whether_it_holds_any_out(
    make_page, library, tiny_data
) -> None:
    train, validation, test = tiny_data.counts
    for counts, offered in (((train + validation, 0, test), False), (tiny_data.counts, True)):
        library.current = replace(tiny_data, counts=counts)
        made = make_page()
        for held_out in (made.input_panel.held_out, made.network.held_out):
            assert held_out.isEnabled() == offered
            assert ("A picture that was held out from training" in held_out.toolTip()) == offered
            assert ("Tiny" in held_out.toolTip()) != offered, "the reason"


def test_the_next_window_opens_with_the_window_of_the_kernel_where_it_was(make_page) -> None:
    first = make_page()
    first.settings.padding.slider.setValue(1)
    first.operator.go((4, 2))
    state = first.save_state()
    second = make_page()
    second.restore_state(state)
    assert (second.operator.walker.place, second.operator.input.content.frame) == ((4, 2), ((3, 1), 3))
    for place in ([1], [1, "2"], "12", [9, 9]):
        second.restore_state({**state, "place": place})
        assert second.operator.walker.place <= (6, 6)


def test_a_map_has_no_use_for_more_width_than_its_cells_can_fill(qtbot) -> None:
    cells = CellMap()
    qtbot.addWidget(cells)
    cells.show_content(MapContent(np.zeros((4, 6)), Shades(1.0)))
    assert cells.most_width(10_000) - cells.most_width(8 + 4 * 63) == 6, "cells grow to 64 pixels, and no further"
    assert cells.most_width(8 + 4 * 20) == 8 + 6 * 20
    assert cells.most_width(0) == 8 + 6 * 1
    cells.show_content(MapContent(np.zeros((0, 0)), Shades(1.0)), "Nothing.")
    assert (cells.most_width(90), cells.most_width(400)) == (200, 400)


def test_every_map_of_the_last_layer_says_what_it_is_of(qtbot, decided_snapshot) -> None:
    view, walked = DenseView(), walk(decided_snapshot, PICTURE)
    qtbot.addWidget(view)
    view.show_walk(walked, 6, 4)
    titles = [each.text() for each in view.findChildren(ElidedLabel) if each.text().isupper()]
    for title in ("MAP 4, POOLED", "× WEIGHTS OF FROG", "= PRODUCTS"):
        assert title in titles
    assert [each.accessibleName() for each in view.maps] == ["Map 4, pooled", "× weights of frog", "= products"]
    shares, bias = walked.shares(6), float(walked.dense_biases[6])
    notes = [each.text() for each in view._notes]
    assert notes[1:] == ["Amber: speaks for frog. Blue: against it.", f"Their sum: {sum_text(float(shares[4]))}"]
    assert view.sum.text() == (
        f"{sum_text(float(shares.sum()))} of all 12 maps {signed(bias)} of bias = "
        f"{sum_text(float(walked.logits[6]))}, the logit of frog."
    )
    assert (view.classes.chosen_rows, view.shares.chosen_rows) == ((6,), (4,))
    assert [row[0].text for row in view.shares.rows] == [*(f"map {unit}" for unit in range(12)), "bias"]
    assert view.shares.rows[12][1].value == bias


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_digits_can_be_read_on_every_shade_of_a_photograph(scheme) -> None:
    theme().set_look(scheme=scheme)
    shades = Shades(255, photograph=True)
    inks = [shades.ink(value).name() for value in (0, 100, 130, 255)]
    assert inks == ["#ffffff", "#ffffff", "#000000", "#000000"]


# The operator in words


def step_of(window, kernel, bias: float = 0.0) -> Step:
    window, kernel = np.array(window, float), np.array(kernel, float)
    return Step(window, kernel, window * kernel, (window * kernel).sum((1, 2)), bias)


THREE = step_of(np.ones((3, 2, 2)), [np.full((2, 2), each) for each in (0.5, -1, 2)], -2.5)


@pytest.mark.parametrize(
    ("step", "activation", "result", "lines"),
    [
        (step_of([[[2.0]]], [[[3.0]]]), "none", 6.0, [("The product", "6"), ("Bias", "+ 0"), ("Output", "= 6", True)]),
        (
            step_of([[[1, 2], [3, 4]]], [[[1, 0], [0, -2]]], 1.5),
            "relu",
            0.0,
            [("Sum of 4 products", "−7"), ("Bias", "+ 1.5"), ("Output", "= −5.5"), ("After ReLU", "0", True)],
        ),
        (
            THREE,
            "none",
            3.5,
            [
                ("Red, 4 products", "2"),
                ("Green", "− 4"),
                ("Blue", "+ 8"),
                ("Bias", "− 2.5"),
                ("Output", "= 3.5", True),
            ],
        ),
    ],
)
def test_the_sum_is_written_line_by_line_and_its_result_stands_out(step, activation, result, lines) -> None:
    shown = Sum(step, Shades(1.0), activation, result)
    assert lines_of(shown) == [Line(*each) for each in lines]


def test_the_arithmetic_in_words_has_every_number_of_every_slice() -> None:
    words = in_words(Sum(THREE, Shades(1.0), "relu", 3.5, more=("Largest of 4: 9",)))
    red, green, _blue, end, after, more = words.split("; ")
    assert red == "Red: window 1 1 / 1 1, kernel 0.5 0.5 / 0.5 0.5, products 0.5 0.5 / 0.5 0.5, sum 2"
    assert green.startswith("Green: window 1 1 / 1 1, kernel −1 −1")
    assert (end, after, more) == ("bias −2.5, output 3.5", "after ReLU 3.5", "Largest of 4: 9")


def test_titles_and_notes_say_how_large_everything_is_and_what_comes_out(page) -> None:
    view = page.operator
    setup = replace(Setup(), drawing_side=8, bias=-1.0, activation="relu", pooling="average", pool_size=4)
    page.show_setup(setup)
    assert (view.input_title.text(), view.output_title.text()) == ("INPUT 8 × 8", "OUTPUT 6 × 6")
    assert (view.pool_title.text(), view.pool_note.text()) == ("POOLED 1 × 1", "Mean of each block of 4 × 4.")
    most = cell_text(float(setup.output.max()))
    assert view.output_note.text() == f"After ReLU. From 0 to {most}."
    page.show_setup(replace(setup, activation="none", bias=2.0, kernel=np.zeros((1, 3, 3))))
    assert view.output_note.text() == "2 everywhere."
    page.show_setup(setup.with_colours(coloured=True))
    assert view.input_title.text() == "INPUT 8 × 8 × 3"
    page.show_setup(replace(setup, drawing_side=5, kernel=np.ones((1, 7, 7))))
    assert (view.output_title.text(), view.pool_title.text()) == ("OUTPUT", "POOLED")
    assert page.operator.in_words() == ""


def test_of_a_pooled_map_the_cell_is_framed_that_the_window_goes_into_if_any(page) -> None:
    view = page.operator
    page.show_setup(replace(Setup(), drawing_side=9, pooling="max", pool_size=3))  # an output of 7 × 7
    for place, framed in (((2, 5), (0, 1)), ((3, 2), (1, 0)), ((5, 3), (1, 1)), ((6, 1), None), ((1, 6), None)):
        view.go(place)
        assert view.pool.content.frame == ((framed, 1) if framed else None)
        row, column = place
        value = cell_text(float(page.setup.output[place]))
        words = f"7 by 7; row {row + 1}, column {column + 1} is {value}"
        assert view.output.accessibleDescription() == words
    view.pool.pointed.emit(1, 0)
    assert view.walker.place == (3, 0), "the first place of the block"


def test_a_pooled_cell_is_shown_when_all_of_its_block_has_been_visited(page) -> None:
    view = page.operator
    page.show_setup(replace(Setup(), drawing_side=6, pooling="max", pool_size=2))  # an output of 4 × 4
    page.input_panel.reveal.click()
    for place in ((0, 0), (0, 1), (1, 0)):
        view.go(place)
    assert view.pool.content.hidden.all()
    view.go((1, 1))
    assert view.pool.content.hidden.tolist() == [[False, True], [True, True]]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ((0, 0), "1 window reads row 1, column 1."),
        ((2, 5), "2 windows read row 3, column 6."),
        ((-1, 3), "1 window reads this cell of the padding."),
        ((8, 3), "no window reads this cell of the padding."),
        ((7, 7), "no window reads row 8, column 8."),
    ],
)
def test_it_is_said_how_many_windows_read_a_cell_of_the_padding_too(page, cell, words) -> None:
    kernel, padding = (np.ones((1, 3, 3)), 1) if min(cell) < 0 or max(cell) > 7 else (np.ones((1, 3, 3)), 0)
    page.show_setup(replace(Setup(), drawing_side=8, stride=3 if padding else 2, padding=padding, kernel=kernel))
    page.operator.input.pointed.emit(*cell)
    assert page.operator.input_note.text() == words
    assert len(page.operator.output.content.marked) == int(words[0] if words[0].isdigit() else 0)


def test_every_setting_of_the_kernel_has_its_say(page) -> None:
    panel = page.settings

    def choose(field, key: str) -> None:
        field.setCurrentIndex(field.findData(key))

    choose(panel.preset, "sharpen")
    choose(panel.activation, "relu")
    choose(panel.pooling, "average")
    panel.pool_size.slider.setValue(3)
    panel.stride.slider.setValue(2)
    panel.padding.slider.setValue(1)
    panel.flip.click()
    panel.bias.setText("−2.5")
    panel.bias.textEdited.emit("−2.5")
    setup = page.setup
    assert preset_of(setup.kernel) == "sharpen"
    assert (setup.activation, setup.pooling, setup.pool_size) == ("relu", "average", 3)
    assert (setup.stride, setup.padding, setup.flip, setup.bias) == (2, 1, True, -2.5)
    panel.kernel_size.slider.setValue(5)
    assert page.setup.kernel.shape == (1, 5, 5)
    choose(panel.pooling, "none")
    assert not panel.pool_size.isEnabled()


def test_the_exact_number_of_a_cell_is_told_under_the_mouse(page, qtbot) -> None:
    page.show_setup(replace(Setup(), padding=1, kernel=np.full((1, 3, 3), 0.123456789)))
    page.input_panel.reveal.click()
    view = page.operator
    view.go((0, 0))
    told = []
    for cells, place in ((view.input, (-1, 2)), (view.input, (1, 2)), (view.output, (0, 0)), (view.output, (6, 5))):
        point = cells.rect_of(place).center()
        where = QPointF(cells.mapToGlobal(point.toPoint()))
        none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        cells.pointed.disconnect()
        cells.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, point, where, none, none, keys))
        cells.pointed.connect(lambda *_: None)
        told.append(cells.toolTip())
    assert told == [
        "Padding: a zero that is not part of the input",
        f"row 2, column 3: {exact_text(float(page.setup.values[0, 1, 2]))}",
        f"row 1, column 1: {exact_text(float(page.setup.output[0, 0]))}",
        "row 7, column 6: not computed yet",
    ]


def test_only_what_comes_of_a_photograph_and_is_nowhere_negative_is_shown_as_one() -> None:
    stats = ChannelStats((100.0, 110.0, 120.0), (50.0, 60.0, 70.0))
    drawing = Setup().with_colours(coloured=True)
    photo = replace(drawing, picture=PICTURE, draws=False)
    seen = replace(photo, stats=stats)
    values = np.array([[0.0, 3.0], [1.0, 2.0]])
    shades = [operator_view.output_shades(values, each) for each in (drawing, photo, seen)]
    assert [(each.reach, each.photograph) for each in shades] == [(3.0, False), (3.0, True), (3.0, False)]
    assert not operator_view.output_shades(values - 1, photo).photograph
    given = [operator_view.input_shades(each) for each in (drawing, photo, seen)]
    assert [each.photograph for each in given] == [False, True, False]
    assert [each.reach for each in given] == [drawing.values.max(), 255.0, float(np.abs(seen.values).max())]
    colours = PICTURE.transpose(1, 2, 0)
    assert np.array_equal(operator_view._colours(photo), colours)
    assert np.array_equal(operator_view._colours(seen), colours), "as it was before it was standardised"
    painted = operator_view._colours(drawing.with_cell(0, (2, 3), 9.0).with_cell(2, (2, 3), 0.0))
    assert painted[2, 3].tolist()[0::2] == [255, 0]
    assert painted.max() == 255


def test_the_last_two_dozen_windows_stay_outlined_and_one_visited_again_counts_as_new(page) -> None:
    view = page.operator
    page.show_setup(replace(Setup(), drawing_side=9))  # an output of 7 × 7
    view.restart()
    for _ in range(30):
        view.player.step.click()
    assert view.input.content.outlines == tuple(((at // 7, at % 7), 3) for at in range(6, 30)), "not where it is now"
    assert len(view.output.content.outlines) == 30
    assert view.player.where.text() == "31 of 49"
    assert view.player.where.accessibleName() == "Place 31 of 49"
    view.go((0, 1))
    assert view.output.content.frame == ((0, 1), 1)
    assert ((0, 1), 1) not in view.output.content.outlines
    assert len(view.output.content.outlines) == 30


def test_the_speed_is_so_many_steps_in_a_second(qtbot) -> None:
    player = Player()
    qtbot.addWidget(player)
    told: list[int] = []
    player.stepped.connect(told.append)
    for place, steps in enumerate(SPEEDS):
        player.speed.setValue(place)
        assert player.speed.toolTip() == f"Speed: {steps} a second"
        assert player._timer.interval() == 1000 // steps
    assert list(SPEEDS) == sorted(SPEEDS)
    player.show_place(3, 9)
    player.back.click()
    player.step.click()
    assert told == [-1, 1]
    player.play.click()
    player.show_place(0, 0)
    assert (player.is_playing, player.where.text(), player.where.accessibleName()) == (False, "", "No place")
    assert not any(each.isEnabled() for each in (player.play, player.restart, player.back, player.step))


# A kernel of a layer


@pytest.fixture
def two_layers(qtbot):
    """A dialog about a network with a layer that sees colours, and one that sees what that one made."""
    import torch

    torch.manual_seed(2)
    snapshot = capture(build("lenet", 10), ModelCard("lenet", tuple("abcdefghij"), CENTRED))
    dialog = LearnedDialog(snapshot, small_layers(snapshot, 7))
    qtbot.addWidget(dialog)
    return snapshot, dialog


def test_a_learned_kernel_is_shown_before_it_is_taken_white_and_black_for_its_largest(two_layers) -> None:
    snapshot, dialog = two_layers
    first, second = small_layers(snapshot, 7)
    for layer, unit, channel in ((first, 3, 0), (second, 5, 1)):
        dialog.layer.put(layer.name)
        dialog._on_layer()
        dialog.unit.setValue(unit)
        dialog.channel.setValue(channel)
        weights = snapshot.weights[f"{layer.name}.weight"][unit].double().numpy()
        weights = weights if layer is first else weights[channel : channel + 1]
        assert np.array_equal(dialog.chosen.kernel, weights)
        image = dialog.picture.image
        assert (image.width(), image.height()) == (layer.shape[3], layer.shape[2])
        channels, row, column = np.unravel_index(np.abs(weights).argmax(), weights.shape)
        strongest = image.pixelColor(int(column), int(row)).getRgb()[int(channels)]
        assert strongest == (255 if weights[channels, row, column] > 0 else 0)


def test_of_a_layer_that_sees_colours_all_slices_are_taken_of_another_one_of_them(two_layers) -> None:
    snapshot, dialog = two_layers
    first, second = small_layers(snapshot, 7)
    assert dialog.layer.raw() == first.name, "the first that sees colours"
    assert dialog.note.text() == f"{first.shape[2]} × {first.shape[3]}, one slice each for red, green and blue."
    assert (dialog.unit.maximum(), dialog.channel.isEnabled()) == (first.shape[0] - 1, False)
    dialog.layer.put(second.name)
    dialog._on_layer()
    channels = second.shape[1]
    assert dialog.note.text().endswith(f"one of {channels} slices: the filter adds up what all of them give.")
    assert (dialog.unit.maximum(), dialog.channel.maximum()) == (second.shape[0] - 1, channels - 1)
    assert (dialog.channel.isEnabled(), dialog.channel.suffix()) == (True, f" of 0–{channels - 1}")


def test_the_dialog_about_a_kernel_begins_with_one_that_is_learned_and_asks_whether_to_take_it(
    qtbot, decided_snapshot
) -> None:
    (layer,) = small_layers(decided_snapshot, 7)
    dialog = LearnedDialog(decided_snapshot, [replace(layer, learned=False)])
    qtbot.addWidget(dialog)
    assert dialog.note.text().endswith("red, green and blue. Computed, not learned.")
    button = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    taken: list[object] = []
    dialog.kernel_chosen.connect(taken.append)
    assert button.text() == "Take it"
    button.click()
    assert len(taken) == 1


# The lessons


def lesson(title: str):
    return next(each for each in (*TOUR, *EXPERIMENTS) if each.title == title)


def test_every_lesson_about_a_kernel_begins_with_that_kernel() -> None:
    kernels = [preset_of(each.setup().kernel) for each in (*TOUR, *EXPERIMENTS)]
    tour, experiments = kernels[:8], kernels[8:]
    assert tour == [*[preset_of(TOUR[0].setup().kernel)] * 3, "blur", *["vertical"] * 4]
    assert experiments[:5] == ["vertical", "emboss", "sharpen", "sharpen", "edges"]
    assert experiments[6] == "vertical"


@pytest.mark.parametrize("title", ["Padding keeps the size", "Then ReLU, then pooling", "Move the bar, watch the pool"])
def test_a_lesson_with_padding_has_an_output_as_large_as_its_input(title) -> None:
    setup = lesson(title).setup()
    assert setup.output.shape == setup.values.shape[1:]
    assert setup.geometry.padding == 1


@pytest.mark.parametrize(
    ("title", "fits"), [("Then ReLU, then pooling", False), ("Move the bar, watch the pool", True)]
)
def test_a_lesson_about_relu_begins_where_the_kernel_fits_or_where_it_does_the_opposite(title, fits) -> None:
    setup, place = lesson(title).setup(), lesson(title).place
    assert (setup.activation, setup.pooling) == ("relu", "max")
    assert (setup.raw[place] == setup.raw.max()) if fits else (setup.raw[place] < 0)
    assert (setup.output[place] > 0) == fits
    assert setup.raw.min() < 0 == setup.output.min()


def test_a_lesson_about_a_stride_leaves_out_what_it_says() -> None:
    unread = lesson("Stride leaves cells out").setup().geometry.unread()
    assert unread[-1].all()
    assert unread[:, -1].all()
    assert not unread[:-1, :-1].any()
    forgets = lesson("What a stride forgets").setup()
    assert (forgets.geometry.kernel, forgets.stride, forgets.output.shape) == (1, 3, (3, 3))


def test_a_dot_shows_the_kernel_upside_down_and_back_to_front_and_flipped_as_it_is() -> None:
    setup, kernel = lesson("A dot shows the kernel").setup(), PRESETS["emboss"].kernel
    row, column = np.argwhere(setup.values[0] == 1)[0] - 2
    assert setup.values.sum() == 1
    shown = setup.output[row : row + 3, column : column + 3]
    assert np.array_equal(shown, kernel[::-1, ::-1])
    assert not np.array_equal(shown, kernel)
    flipped = replace(setup, flip=True).output
    assert np.array_equal(flipped[row : row + 3, column : column + 3], kernel)


def test_lessons_about_an_even_ground_and_about_colours_show_what_they_ask_about() -> None:
    assert lesson("Make the kernel an eraser").setup().kernel.sum() == 1
    edge = lesson("Padding has an edge").setup()
    assert not edge.output[1:-1, 1:-1].any()
    assert edge.output[0].all()
    assert edge.output[:, -1].all()
    assert not replace(edge, padding=0).output.any()
    red = lesson("Red but not green").setup()
    values = red.values
    assert np.array_equal(red.output, values[0] - values[1])
    both = (values[0] > 0) & (values[1] > 0)
    assert both.any(), "the question is about cells where both are"
    assert lesson("Colours are slices").setup().coloured
