"""The grid of tiles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QImage, QWheelEvent

from cifar_gui.explain.base import ImageGrid
from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets import dragged_file
from cifar_gui.ui.widgets.image_grid import (
    ImageGridView,
    TileModel,
    evenly,
    fitting_magnification,
    sheet_of,
)
from cifar_gui.ui.widgets.tile_marks import Mark


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


def wheel(view, up, modifier=Qt.KeyboardModifier.ControlModifier):
    place, none = QPointF(9, 9), Qt.MouseButton.NoButton
    view.wheelEvent(
        QWheelEvent(place, place, QPoint(), QPoint(0, up), none, modifier, Qt.ScrollPhase.NoScrollPhase, False)
    )


@pytest.mark.parametrize("count", [1, 5, 16, 17])
def test_a_sheet_holds_every_tile_pixel_by_pixel(qapp, count):
    grid = replace(grid_of(count), tiles=grid_of(count).tiles[:, :2])  # wider than high
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
    wheel(view, 120)
    wheel(view, 120)
    assert view._painter.magnification == before + 2
    wheel(view, -120)
    assert view._painter.magnification == before + 1
    wheel(view, -120, Qt.KeyboardModifier.NoModifier)
    qtbot.keyClicks(view, "+", Qt.KeyboardModifier.ControlModifier)  # is the whole window's
    assert view._painter.magnification == before + 1
    qtbot.keyClicks(view, "-=+")
    assert view._painter.magnification == before + 2


def test_the_chosen_tile_stays_in_sight_when_tiles_get_larger(view, qtbot):
    view.show_sheet(sheet_of(grid_of(300)))
    view.choose(150)
    qtbot.keyClicks(view, "+++")
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))


def test_the_size_of_the_tiles_has_ends_that_one_turns_back_at_once(view, qtbot):
    view.show_sheet(sheet_of(grid_of(9)))
    before = view._painter.magnification
    qtbot.keyClicks(view, "-" * 20)
    assert view._painter.magnification == before - 8
    qtbot.keyClicks(view, "+" * 40)
    assert view._painter.magnification == before + 24
    qtbot.keyClicks(view, "-")
    assert view._painter.magnification == before + 23
    qtbot.keyClicks(view, "0" + "-" * 8 + "0")
    assert view._painter.magnification == before


def test_tiles_are_spread_anew_when_the_room_the_zoom_or_their_shape_is_another(view):
    view.show_sheet(sheet_of(grid_of(300)))
    columns, cell = view.columns, view.gridSize()
    view.resize(800, 300)
    assert view.columns == pytest.approx(2 * columns, abs=1)
    view.resize(400, 300)
    theme().set_look(zoom=2.0)
    assert view.gridSize().height() > 1.5 * cell.height()
    theme().set_look(zoom=1.0)
    assert view.gridSize() == cell
    times = view._painter.magnification
    view.show_sheet(sheet_of(grid_of(300, side=12)))
    assert view._painter.magnification == times // 4


def test_tiles_without_numbers_stand_closer(view, qtbot):
    bare = ImageGridView(labelled=False)
    qtbot.addWidget(bare)
    bare.resize(400, 300)
    for each in (view, bare):
        each.show_sheet(sheet_of(grid_of(300)))
    assert bare.gridSize().height() == view.gridSize().height() - 16


def test_pages_of_tiles_are_walked_through_and_the_ends_are_ends(view, qtbot):
    view.show_sheet(sheet_of(grid_of(300)))
    rows = view.viewport().height() // view.gridSize().height()
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.chosen == rows * view.columns > view.columns
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.chosen == 0
    qtbot.keyClick(view, Qt.Key.Key_End)
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.chosen == 299


def test_an_empty_grid_takes_every_key_and_a_unit_that_is_not_shown_is_not_chosen(view, qtbot):
    for sheet in (None, sheet_of(grid_of(0))):
        view.show_sheet(sheet_of(grid_of(6)))
        view.choose(3)
        view.show_sheet(sheet)
        for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Plus):
            qtbot.keyClick(view, key)
        view.choose(1)
        assert (view.chosen, view.model().rowCount()) == (3, 0)
    view.show_sheet(sheet_of(grid_of(6)))
    for nobody in (None, 99):
        view.choose(nobody)
        assert view.chosen == 3


def test_new_pictures_of_the_same_units_are_painted(view, qtbot):
    view.show_sheet(sheet_of(grid_of(6)))
    before = view.grab().toImage()
    with qtbot.waitSignal(view.model().dataChanged):  # what makes a view on screen paint itself anew
        view.show_sheet(sheet_of(grid_of(6, seed=1)))
    assert view.grab().toImage() != before


def test_a_tile_tells_its_number_and_its_caption(view):
    view.show_sheet(sheet_of(grid_of(2, units=(7, 5))))
    index, role = view.model().index(1, 0), Qt.ItemDataRole
    told = [index.data(each) for each in (role.DisplayRole, role.UserRole, role.ToolTipRole, role.AccessibleTextRole)]
    assert told == ["5", 5, "filter 5", "filter 5"]
    assert [index.data(each) for each in (role.DecorationRole, role.StatusTipRole, role.SizeHintRole)] == [None] * 3
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled


def test_a_marked_tile_has_a_shape_of_its_own_beside_its_number_and_says_why(view):
    view.show_sheet(sheet_of(grid_of(6)))
    images = [view.grab().toImage()]
    for shape in ("crossed", "double"):
        view.show_marks({2: Mark(shape, "Dead: it says nothing.")})
        images.append(view.grab().toImage())
    assert len({image.bits().tobytes() for image in images}) == 3
    index, role = view.model().index(2, 0), Qt.ItemDataRole
    for told in (role.ToolTipRole, role.AccessibleTextRole):
        assert index.data(told) == "filter 2\nDead: it says nothing."
    changed = np.argwhere((pixels_of(images[0]) != pixels_of(images[1])).any(2))
    top, left = changed.min(0)
    place = view.visualRect(index)
    assert place.contains(int(left), int(top))
    assert len(changed) < 200, "nothing else is drawn another way"


def test_few_tiles_are_drawn_large_and_many_small_but_never_tiny(qapp):
    room, tile = QSize(600, 500), QSize(4, 4)
    few, many = (fitting_magnification(count, tile, room, 1.0, 16) for count in (4, 4000))
    assert few * 4 == 208
    assert 60 <= many * 4 < 70
    assert fitting_magnification(4000, QSize(63, 63), room, 1.0, 16) == 1
    assert fitting_magnification(4, tile, room, 1.5, 16) == 78
    six = fitting_magnification(6, QSize(5, 5), QSize(640, 500), 1.0, 16)
    assert six * 5 == 200, "three across and two down, as large as that allows"


@pytest.mark.parametrize(
    ("count", "fitting", "columns"), [(16, 5, 4), (6, 5, 3), (17, 5, 5), (256, 8, 8), (3, 5, 5), (0, 4, 4)]
)
def test_rows_are_as_full_as_can_be(count, fitting, columns):
    assert evenly(count, fitting) == columns


def test_what_is_said_of_the_chosen_unit_is_what_it_is_now(view):
    view.show_sheet(sheet_of(grid_of(4)))
    view.choose(2)
    for units in ((0, 1, 2, 3), (3, 2, 1, 0)):  # as before, and sorted anew
        captions = tuple(f"class {unit}, norm {len(units) + units[0]}" for unit in units)
        view.show_sheet(sheet_of(replace(grid_of(4, units=units), captions=captions)))
        assert view.accessibleDescription() == captions[units.index(2)]
    view.show_marks({2: Mark("crossed", "Dead: all its weights are 0.")})
    assert view.accessibleDescription().endswith("Dead: all its weights are 0.")


def test_a_tile_can_be_dragged_out_as_a_picture_and_as_a_file(qapp, home):
    model = TileModel()
    grid = grid_of(4, units=(5, 4, 2, 3))
    model.show_sheet(sheet_of(grid))
    mime = model.mimeData([model.index(0)])
    (url,) = mime.urls()
    assert mime.hasImage()
    assert url.fileName() == "block-1-conv-2-5.png", "the unit, wherever it stands"
    assert QImage(url.toLocalFile()).width() == 256
    assert pixels_of(QImage(url.toLocalFile()))[0, 0].tolist() == grid.tile(5)[0, 0].tolist()
    assert not model.mimeData([]).formats()


def test_tiles_of_different_views_are_dragged_out_as_different_files(qapp, home):
    model = TileModel()
    files = []
    for view in ("colour", "maps"):
        model.show_sheet(sheet_of(grid_of(2), view))
        files += [Path(url.toLocalFile()) for url in model.mimeData([model.index(1)]).urls()]
    assert [file.name for file in files] == ["block-1-conv-2-colour-1.png", "block-1-conv-2-maps-1.png"]
    assert all(file.is_file() for file in files)


def dragged(model: TileModel, unit: int = 0) -> Path:
    """The file that comes with a tile."""
    (url,) = model.mimeData([model.index(unit)]).urls()
    return Path(url.toLocalFile())


def test_the_same_unit_of_another_network_is_dragged_out_as_another_file(qapp, home, monkeypatch):
    monkeypatch.setattr(dragged_file, "_KEPT", 2)
    model, files = TileModel(), []
    for colour in (10, 20, 10, 30):
        model.show_sheet(sheet_of(replace(grid_of(2), tiles=np.full((2, 3, 3, 4), colour, np.uint8))))
        files.append(dragged(model))
    assert {file.name for file in files} == {"block-1-conv-2-0.png"}
    assert files[0] == files[2], "the same picture needs no other file"
    assert len(set(files)) == 3
    assert [file.is_file() for file in files] == [True, False, True, True], "those used last are kept"


def test_a_tile_is_dragged_out_as_a_picture_where_no_file_can_be_written(qapp, home):
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "dragged").write_text("no folder")
    model = TileModel()
    model.show_sheet(sheet_of(grid_of(2)))
    mime = model.mimeData([model.index(0)])
    assert (mime.hasImage(), mime.urls()) == (True, [])
