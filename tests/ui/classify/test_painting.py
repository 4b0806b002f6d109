from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint

from cifar_gui.ui.classify.canvas import Canvas
from cifar_gui.ui.classify.painting import SIZES, Painting, blurred, cells_between, disc, shifted
from cifar_gui.ui.widgets.pixels import pixels_of

RED = (255, 0, 0)


@pytest.fixture
def original() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (3, 32, 32)).astype(np.uint8)


@pytest.mark.parametrize(("size", "pixels"), [(1, 1), (2, 4), (3, 5), (5, 21), (8, 52)])
def test_a_brush_is_round_and_as_wide_as_it_says(size, pixels):
    mask = disc((16, 16), size, 32)
    rows, columns = np.nonzero(mask)
    assert mask.sum() == pixels
    assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == size
    assert mask[16, 16]


def test_a_brush_at_the_edge_paints_what_is_there():
    assert disc((0, 0), 5, 32).sum() < disc((16, 16), 5, 32).sum()
    assert all(disc((31, 31), size, 32).any() for size in SIZES)


def test_drawing_changes_what_is_under_the_brush_and_erasing_brings_it_back(original):
    painting = Painting(original)
    painting.brush("draw", (4, 9), 2, RED)
    changed = (painting.pixels != original).any(0)
    assert painting.pixels[:, 9, 4].tolist() == [*RED]
    assert set(zip(*np.nonzero(changed), strict=True)) <= {(9, 4), (9, 3), (8, 4), (8, 3)}
    painting.brush("erase", (4, 9), 8, RED)
    assert not painting.is_changed
    assert np.array_equal(painting.pixels, original)


def test_blurring_takes_the_mean_of_nine_and_only_under_the_brush(original):
    painting = Painting(original)
    painting.brush("blur", (10, 20), 1, RED)
    wanted = np.rint(original[:, 19:22, 9:12].mean((1, 2)))
    assert painting.pixels[:, 20, 10].tolist() == wanted.tolist()
    assert (painting.pixels != original).any(0).sum() == 1
    assert blurred(np.full((3, 4, 4), 77, np.uint8)).tolist() == np.full((3, 4, 4), 77).tolist()


def test_shifting_moves_everything_and_repeats_the_edge(original):
    moved = shifted(original, 2, -1)
    assert np.array_equal(moved[:, :-1, 2:], original[:, 1:, :-2])
    assert np.array_equal(moved[:, -1, 2:], original[:, -1, :-2])
    assert np.array_equal(moved[:, :-1, 0], original[:, 1:, 0])


@given(st.lists(st.sampled_from(["draw", "blur", "erase", "shift", "undo", "redo", "over"]), max_size=25))
def test_whatever_was_done_can_be_undone_to_the_first_step(steps):
    first = np.arange(3 * 32 * 32, dtype=np.uint32).astype(np.uint8).reshape(3, 32, 32)
    painting = Painting(first)
    for number, step in enumerate(steps):
        if step == "shift":
            painting.shift(1, number)
        elif step in ("undo", "redo"):
            getattr(painting, step)()
        elif step == "over":
            painting.start_over()
        else:
            painting.brush(step, (number, number), 3, RED)
    last = painting.pixels
    undone = 0
    while painting.can_undo:
        painting.undo()
        undone += 1
    assert np.array_equal(painting.pixels, first)
    for _ in range(undone):
        painting.redo()
    assert np.array_equal(painting.pixels, last)


def test_a_stroke_is_one_step_and_one_that_changes_nothing_is_none(original):
    painting = Painting(original)
    painting.begin()
    for column in range(10):
        painting.brush("draw", (column, 3), 1, RED)
    painting.end()
    painting.brush("erase", (30, 30), 1, RED)
    painting.undo()
    assert not painting.is_changed
    assert not painting.can_undo
    painting.brush("draw", (0, 0), 1, RED)
    assert not painting.can_redo, "another step has been taken"


def test_undo_in_the_middle_of_a_stroke_takes_that_stroke_back_and_what_follows_is_another_step(original):
    painting = Painting(original)
    painting.brush("draw", (20, 20), 3, RED)
    first = painting.pixels
    painting.begin()
    painting.brush("draw", (2, 2), 3, RED)
    part = painting.pixels
    painting.undo()
    assert np.array_equal(painting.pixels, first)
    painting.redo()
    assert np.array_equal(painting.pixels, part), "the rest of the stroke has changed nothing yet"
    for column in (10, 12):
        painting.brush("draw", (column, 10), 3, RED)
    painting.end()
    assert not painting.can_redo
    for wanted in (part, first, original):
        painting.undo()
        assert np.array_equal(painting.pixels, wanted)


def test_redo_in_the_middle_of_a_stroke_finds_nothing_as_that_stroke_is_the_newest_step(original):
    painting = Painting(original)
    painting.brush("draw", (20, 20), 3, RED)
    painting.undo()
    painting.begin()
    painting.brush("draw", (2, 2), 3, RED)
    stroke = painting.pixels
    painting.redo()
    painting.end()
    assert np.array_equal(painting.pixels, stroke)
    painting.undo()
    assert np.array_equal(painting.pixels, original)


def test_starting_over_is_a_step_of_its_own(original):
    painting = Painting(original)
    painting.brush("draw", (2, 2), 3, RED)
    drawn = painting.pixels
    painting.brush("draw", (20, 20), 3, RED)
    painting.undo()
    painting.start_over()
    assert not painting.is_changed
    assert not painting.can_redo
    painting.undo()
    assert np.array_equal(painting.pixels, drawn)


def test_what_was_handed_out_is_never_changed(original):
    before = original.copy()
    painting = Painting(original)
    for tool in ("draw", "blur", "erase"):
        painting.brush(tool, (5, 5), 5, RED)
    painting.shift(3, 3)
    assert np.array_equal(original, before)


def test_a_fast_mouse_leaves_no_gaps():
    way = cells_between((2, 3), (9, 6))
    assert way[-1] == (9, 6)
    assert len(way) == 7
    steps = zip([(2, 3), *way], way, strict=False)
    assert all(max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1 for a, b in steps)
    assert cells_between((4, 4), (4, 4)) == []


def test_the_brush_is_seen_where_it_would_dab_and_not_where_the_picture_is_moved(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(320, 320)
    canvas.show_pixels(np.full((32, 32, 3), 128, np.uint8))
    canvas.set_brush(5)
    canvas.show()

    def painted() -> np.ndarray:
        return np.argwhere((pixels_of(canvas.grab().toImage()) != 128).any(0))

    assert len(painted()) == 0, "it is not known yet where the mouse is"
    qtbot.mouseMove(canvas, QPoint(104, 204))
    qtbot.mouseMove(canvas, QPoint(105, 205))
    rows, columns = painted().T
    middle = canvas.centre_of(canvas.cell)
    assert canvas.cell == (10, 20)
    assert (rows.mean(), columns.mean()) == (pytest.approx(middle.y(), abs=1), pytest.approx(middle.x(), abs=1))
    assert rows.max() - rows.min() == pytest.approx(5 * 10, abs=4), "as wide as five pixels of the picture"
    canvas.grips = True
    assert len(painted()) == 0
