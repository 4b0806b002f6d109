"""What the operator is set up with, and what follows from it: free of Qt."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from cifar_gui.data.statistics import ChannelStats
from cifar_gui.explain.kernels import PRESETS
from cifar_gui.ui.convolution.lessons import EXPERIMENTS, TOUR
from cifar_gui.ui.convolution.numbers import cell_text, dropped_words, exact_text, formula, signed, sum_text
from cifar_gui.ui.convolution.setup import Setup, from_state, reduced, to_state
from cifar_gui.ui.convolution.walker import Walker

PICTURE = np.random.default_rng(4).integers(0, 256, (3, 32, 32), dtype=np.uint8)


def test_it_opens_on_seven_by_seven_small_whole_numbers() -> None:
    setup = Setup()
    assert setup.values.shape == (1, 7, 7)
    assert set(setup.values.ravel().tolist()) <= set(range(10))
    assert setup.output.shape == (5, 5)
    assert np.abs(setup.output).max() < 10  # one digit each


@pytest.mark.parametrize("lesson", [*TOUR, *EXPERIMENTS], ids=lambda lesson: lesson.title)
def test_every_lesson_has_an_output_and_a_place_in_it_and_few_words(lesson) -> None:
    setup = lesson.setup()
    rows, columns = setup.output.shape
    assert 0 <= lesson.place[0] < rows
    assert 0 <= lesson.place[1] < columns
    assert len(lesson.text.split()) <= 50


def test_there_are_eight_of_each() -> None:
    assert (len(TOUR), len(EXPERIMENTS)) == (8, 8)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("coloured", [False, True])
def test_the_output_is_what_pytorch_makes_of_the_same_numbers(coloured, flip) -> None:
    setup = replace(
        Setup(picture=PICTURE, draws=False, picture_side=17).with_colours(coloured=coloured),
        stride=2,
        padding=1,
        bias=-3.5,
        flip=flip,
        activation="relu",
        pooling="average",
        kernel=np.random.default_rng(1).normal(size=(3 if coloured else 1, 4, 4)),
    )
    kernel = torch.from_numpy(setup.kernel).flip((1, 2)) if flip else torch.from_numpy(setup.kernel)
    expected = functional.conv2d(
        torch.from_numpy(setup.values)[None], kernel[None], torch.tensor([-3.5]).double(), 2, 1
    )
    assert setup.flip == flip
    np.testing.assert_allclose(setup.raw, expected[0, 0].numpy(), atol=1e-9)
    expected = expected.relu()
    np.testing.assert_allclose(setup.output, expected[0, 0].numpy(), atol=1e-9)
    np.testing.assert_allclose(setup.pooled, functional.avg_pool2d(expected, 2)[0, 0].numpy(), atol=1e-9)
    assert setup.step((2, 3)).value == pytest.approx(setup.raw[2, 3])


def test_a_picture_as_the_network_sees_it_is_standardised() -> None:
    stats = ChannelStats((100.0, 110.0, 120.0), (50.0, 60.0, 70.0))
    setup = replace(Setup(picture=PICTURE, draws=False).with_colours(coloured=True), stats=stats)
    expected = (PICTURE - np.array(stats.mean)[:, None, None]) / np.array(stats.std)[:, None, None]
    np.testing.assert_allclose(setup.values, expected)


def test_a_smaller_picture_has_the_mean_of_the_area_in_each_cell() -> None:
    values = PICTURE.astype(float)
    assert np.array_equal(reduced(values, 32), values)
    halves = reduced(values, 16)
    np.testing.assert_allclose(halves[0, 3, 5], values[0, 6:8, 10:12].mean())
    for side in (5, 7, 31):
        np.testing.assert_allclose(reduced(values, side).mean(axis=(1, 2)), values.mean(axis=(1, 2)))


def test_a_drawing_made_smaller_and_larger_again_is_as_it_was() -> None:
    setup = Setup()
    small = replace(setup, drawing_side=5)
    assert small.values.shape == (1, 5, 5)
    assert np.array_equal(replace(small, drawing_side=7).values, setup.values)


def test_colours_and_back_keep_the_kernel() -> None:
    setup = Setup()
    coloured = setup.with_colours(coloured=True)
    assert coloured.kernel.shape == (3, 3, 3)
    assert np.array_equal(coloured.with_colours(coloured=False).kernel, setup.kernel)


def test_slices_that_differ_are_added_up_for_a_grey_picture() -> None:
    kernel = np.random.default_rng(2).normal(size=(3, 3, 3))
    grey = np.repeat(PICTURE[:1], 3, axis=0)
    coloured = Setup(picture=grey, draws=False, coloured=True, kernel=kernel)
    np.testing.assert_allclose(coloured.with_colours(coloured=False).output, coloured.output, atol=1e-9)


def test_a_window_larger_than_the_input_has_no_output() -> None:
    setup = replace(Setup(drawing_side=5).with_kernel_size(7), pooling="max")
    assert not setup.geometry.fits
    assert (setup.output.size, setup.pooled.size) == (0, 0)


def test_what_is_remembered_comes_back() -> None:
    setup = replace(
        Setup(picture=PICTURE, picture_name="a.png", picture_label="cat", draws=False).with_colours(coloured=True),
        stats=ChannelStats((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)),
        kernel=np.random.default_rng(3).normal(size=(3, 5, 5)),
        kernel_name="conv 1",
        bias=0.25,
        stride=2,
        padding=3,
        picture_side=19,
        drawing_side=9,
        flip=True,
        activation="tanh",
        pooling="max",
        pool_size=3,
    ).with_cell(1, (2, 3), 9.0)
    back = from_state(json.loads(json.dumps(to_state(setup))))
    assert to_state(back) == to_state(setup)
    assert np.array_equal(back.output, setup.output)
    assert back.colour_canvas[1, 2, 3] == 9


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"stride": 0, "padding": 99, "drawing_side": "7", "flip": 1, "activation": "magic", "pooling": None},
        {"kernel": [[1, 2], [3, 4]], "canvas": "x", "picture": "!!", "bias": "much", "stats": [[1], [0]]},
        {"kernel": [[[float("nan")]]], "canvas": [[1e9]], "picture": "AAAA", "bias": float("inf"), "pool_size": True},
    ],
)
def test_what_cannot_be_used_is_as_at_the_beginning(state) -> None:
    assert to_state(from_state(state)) == to_state(Setup())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (3, "3"),
        (-9, "−9"),
        (1 / 9, "0.11"),
        (-0.004, "−0.004"),
        (1e-7, "≈0"),
        (-0.5, "−0.5"),
        (255.5, "255.5"),
        (-12345.6, "−12346"),
    ],
)
def test_numbers_in_cells_are_short_and_never_claim_to_be_nothing(value, text) -> None:
    assert cell_text(value) == text


def test_numbers_with_little_room_are_shorter_still() -> None:
    assert cell_text(-0.004, small=False) == "≈0"
    assert cell_text(-0.26, 1, small=False) == "−0.3"
    assert cell_text(0.04, 1, small=False) == "≈0"


def test_terms_of_a_sum_have_their_sign_and_enough_digits() -> None:
    assert [signed(value) for value in (3, -2.5, 0)] == ["+ 3", "− 2.5", "+ 0"]
    assert sum_text(1 / 3) == "0.3333"
    assert sum_text(-0.0000123) == "−1.2e−05"
    assert exact_text(-1 / 3) == "−0.333333333"


def test_the_formula_is_filled_in_and_says_when_it_rounds() -> None:
    assert formula(7, 3, 1, 0) == "(7 + 2·0 − 3) / 1 + 1 = 5"
    assert formula(8, 3, 2, 0) == "(8 + 2·0 − 3) / 2 + 1 = 3.5, rounded down to 3"
    assert formula(5, 7, 1, 0) == "(5 + 2·0 − 7) is negative: the window does not fit"


@pytest.mark.parametrize(
    ("side", "kernel", "stride", "padding", "words"),
    [
        (7, 3, 2, 0, ""),
        (8, 3, 2, 0, "the last row and column, which the stride of 2 leaves over"),
        (10, 4, 4, 0, "the last 2 rows and 2 columns"),
        (8, 3, 2, 1, "the last line of the padding"),
        (7, 1, 3, 0, "longer than the window of 1 is wide"),
    ],
)
def test_cells_that_a_stride_drops_are_named(side, kernel, stride, padding, words) -> None:
    setup = Setup(drawing_side=side, kernel=np.ones((1, kernel, kernel)), stride=stride, padding=padding)
    found = dropped_words(setup)
    assert words in found
    assert bool(found) == bool(setup.geometry.unread().any())


def test_the_window_goes_row_by_row_and_not_beyond_the_ends() -> None:
    walker = Walker()
    walker.fit(2, 3)
    walker.restart()
    places = [walker.place]
    while walker.step():
        places.append(walker.place)
    assert places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert walker.is_at_end
    assert walker.visited == places
    assert not walker.unvisited().any()
    walker.step(-2)
    assert (walker.place, walker.number, walker.count) == ((1, 0), 4, 6)
    walker.go((9, -4))
    assert walker.place == (1, 0)
    walker.restart()
    assert walker.unvisited().tolist() == [[False, True, True], [True, True, True]]


def test_a_smaller_output_takes_the_window_in() -> None:
    walker = Walker()
    walker.fit(5, 5)
    walker.go((4, 4))
    walker.fit(2, 3)
    assert (walker.place, walker.visited) == ((1, 2), [(1, 2)])
    walker.fit(0, 0)
    assert (walker.number, walker.count, walker.step()) == (0, 0, False)


def test_the_preset_it_opens_on_is_the_first_of_the_list() -> None:
    assert np.array_equal(Setup().kernel[0], next(iter(PRESETS.values())).kernel)
