"""The grid of tiles, the histogram and the table of values."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent

from cifar_gui.explain.base import ImageGrid
from cifar_gui.ui.widgets.histogram import Histogram, signed_text
from cifar_gui.ui.widgets.image_grid import (
    ImageGridView,
    TileModel,
    file_stem,
    fitting_magnification,
    sheet_of,
)
from cifar_gui.ui.widgets.value_table import Cell, ValueTable


def grid_of(count: int, side: int = 3, units: tuple[int, ...] | None = None, seed: int = 0) -> ImageGrid:
    tiles = np.random.default_rng(seed).integers(0, 256, (count, side, side, 4), np.uint8)
    tiles[..., 3] = 255
    units = units or tuple(range(count))
    return ImageGrid("block 1 · conv 2", "filters", tiles, units, tuple(f"filter {unit}" for unit in units), "a note")


@pytest.fixture
def view(qtbot):
    made = ImageGridView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def pixels_of(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 4].reshape(image.height(), image.width(), 4).copy()


@pytest.mark.parametrize("count", [1, 5, 16, 17])
def test_a_sheet_holds_every_tile_pixel_by_pixel(qapp, count):
    grid = grid_of(count)
    sheet = sheet_of(grid)
    for unit in grid.units:
        assert (pixels_of(sheet.tile(unit)) == grid.tile(unit)).all()
    assert sheet.tile(99).isNull()


def test_every_pixel_of_a_tile_covers_a_whole_square_on_screen(view):
    grid = grid_of(1, side=2)
    view.show_sheet(sheet_of(grid))
    times = view._painter.magnification
    place = view._painter.picture_rect(view.visualRect(view.model().index(0)), 1.0).toRect()
    shown = pixels_of(view.viewport().grab(place).toImage())
    assert times > 10
    assert (shown[..., :3] == grid.tiles[0, ..., :3].repeat(times, 0).repeat(times, 1)).all()


def test_arrow_keys_walk_over_the_tiles_and_into_the_next_row(view, qtbot):
    view.show_sheet(sheet_of(grid_of(20)))
    columns = view.columns
    assert columns > 2
    view.choose(columns - 1)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.chosen == columns
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.chosen == 0
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.chosen == columns
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.chosen == 19
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.chosen == 19
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.chosen == 0


def test_the_chosen_unit_is_announced_once_and_described_for_screen_readers(view, qtbot):
    with qtbot.waitSignal(view.unit_chosen) as first:
        view.show_sheet(sheet_of(grid_of(6)))
    assert first.args == [0]
    with qtbot.waitSignal(view.unit_chosen) as second:
        view.choose(4)
    assert second.args == [4]
    assert view.accessibleDescription() == "filter 4"


def test_new_pictures_of_the_same_units_keep_the_chosen_one(view, qtbot):
    view.show_sheet(sheet_of(grid_of(6)))
    view.choose(4)
    with qtbot.assertNotEmitted(view.unit_chosen):
        view.show_sheet(sheet_of(grid_of(6, seed=1)))
    assert view.chosen == 4
    view.show_sheet(sheet_of(grid_of(6, units=(5, 4, 3, 2, 1, 0))))
    assert view.chosen == 4
    assert view.currentIndex().row() == 1


def test_other_pictures_do_not_scroll_away_from_what_is_looked_at(view):
    view.show_sheet(sheet_of(grid_of(300)))
    view.choose(0)
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    view.show_sheet(sheet_of(grid_of(300, units=(*range(1, 300), 0))))
    assert (view.chosen, bar.value()) == (0, before)


def test_when_the_chosen_unit_is_gone_the_first_is_chosen(view):
    view.show_sheet(sheet_of(grid_of(6)))
    view.choose(5)
    view.show_sheet(sheet_of(grid_of(3)))
    assert view.chosen == 0


def test_all_tiles_can_be_reached_by_scrolling(view):
    view.show_sheet(sheet_of(grid_of(300)))
    assert view.verticalScrollBar().maximum() > 0
    view.choose(299)
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))


def test_plus_and_minus_and_the_wheel_change_the_size_of_the_tiles(view, qtbot):
    view.show_sheet(sheet_of(grid_of(9)))
    before = view._painter.magnification
    qtbot.keyClicks(view, "+")
    assert view._painter.magnification == before + 1
    qtbot.keyClicks(view, "0")
    assert view._painter.magnification == before
    wheel = QWheelEvent(
        QPointF(9, 9),
        QPointF(9, 9),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.wheelEvent(wheel)
    assert view._painter.magnification == before - 1


def test_few_tiles_are_drawn_large_and_many_small_but_never_tiny(qapp):
    room, tile = QSize(600, 500), QSize(4, 4)
    few, many = (fitting_magnification(count, tile, room, 1.0, 16) for count in (4, 4000))
    assert few * 4 == 112
    assert 60 <= many * 4 < 70
    assert fitting_magnification(4000, QSize(63, 63), room, 1.0, 16) == 1
    assert fitting_magnification(4, tile, room, 1.5, 16) == 42


def test_a_tile_can_be_dragged_out_as_a_picture_and_as_a_file(qapp, home):
    model = TileModel()
    model.show_sheet(sheet_of(grid_of(4)))
    mime = model.mimeData([model.index(2)])
    (url,) = mime.urls()
    assert mime.hasImage()
    assert url.fileName() == "block-1-conv-2-2.png"
    assert QImage(url.toLocalFile()).width() == 256


def test_titles_become_file_names():
    assert file_stem("block 1 · conv 2") == "block-1-conv-2"


def test_a_histogram_reads_its_bars_and_copies_itself_as_a_table(qtbot):
    histogram = Histogram("weights")
    qtbot.addWidget(histogram)
    histogram.resize(100, 90)
    histogram.show_counts(np.array([1, 5, 0, 2]), np.array([-1.0, -0.5, 0.0, 0.5, 1.0]), "eight weights")
    assert histogram.bar_at(30) == 1
    assert histogram.text_of(1) == "-0.5 to 0: 5 weights"
    assert histogram.accessibleDescription() == "eight weights"
    histogram.copy_table()
    assert QGuiApplication.clipboard().text().splitlines()[:2] == ["from\tto\tweights", "-1.0\t-0.5\t1"]
    assert not histogram.grab().isNull()
    histogram.clear()
    assert histogram.bar_at(30) == -1


def test_negative_numbers_have_a_real_minus_sign():
    assert signed_text(-0.3141) == "−0.31"


def test_a_table_copies_selected_rows_in_full_precision_and_all_when_none_is_selected(qtbot):
    table = ValueTable()
    qtbot.addWidget(table)
    table.show_rows(["name", "two\nlines"], [[Cell("a", "A"), Cell(1 / 3, "0.33")], [Cell("b, c", "B"), Cell(2, "2")]])
    assert table.as_text() == f"name\ttwo lines\na\t{1 / 3!r}\nb, c\t2\n"
    assert table.as_text(",").splitlines()[2] == '"b, c",2'
    table.selectRow(1)
    table.copy_rows()
    assert QGuiApplication.clipboard().text() == "name\ttwo lines\nb, c\t2\n"


def test_columns_of_a_table_share_the_width_that_is_left(qtbot):
    table = ValueTable(spreads=True)
    qtbot.addWidget(table)
    table.show_rows(["a", "b"], [[Cell("x", "x"), Cell(1, "1")]])
    table.resize(600, 200)
    table.show()
    assert table.horizontalHeader().length() == pytest.approx(table.viewport().width(), abs=2)
