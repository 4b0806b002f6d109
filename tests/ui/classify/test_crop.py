from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter

from cifar_gui.data.picture import Crop, centre_crop, whole_crop
from cifar_gui.ui.classify import crop_geometry as geometry
from cifar_gui.ui.classify.crop_view import CropView

lengths = st.integers(1, 3000)
shifts = st.integers(-4000, 4000)


def lies_inside(crop: Crop, width: int, height: int) -> bool:
    return (
        crop.side >= 1 and crop.x >= 0 and crop.y >= 0 and crop.x + crop.side <= width and crop.y + crop.side <= height
    )


@given(lengths, lengths, shifts, shifts, shifts)
def test_moving_and_resizing_never_leaves_the_picture(width, height, right, down, by):
    crop = centre_crop(width, height)
    moved = geometry.moved(crop, right, down, width, height)
    assert lies_inside(moved, width, height)
    assert moved.side == crop.side
    assert lies_inside(geometry.resized(moved, by, width, height), width, height)


@given(lengths, lengths, shifts, shifts, st.sampled_from(geometry.CORNERS), st.booleans())
def test_dragging_a_corner_keeps_the_opposite_one_and_stays_inside(width, height, x, y, corner, from_whole):
    crop = whole_crop(width, height) if from_whole else centre_crop(width, height)
    left, top, across, down = geometry.visible_part(crop, width, height)
    dragged = geometry.dragged_corner(crop, corner, x, y, width, height)
    assert lies_inside(dragged, width, height)
    if "left" in corner:
        assert dragged.x + dragged.side == left + across
    else:
        assert dragged.x == left
    if "top" in corner:
        assert dragged.y + dragged.side == top + down
    else:
        assert dragged.y == top


@pytest.mark.parametrize(
    ("corner", "x", "y", "dragged"),
    [
        ("bottom right", 120, 200, Crop(60, 50, 150)),  # the longer way counts, whichever it is
        ("bottom right", 220, 60, Crop(60, 50, 160)),
        ("bottom left", 100, 200, Crop(10, 50, 150)),
        ("bottom left", 40, 100, Crop(40, 50, 120)),
        ("top right", 100, 20, Crop(60, 20, 130)),
        ("top right", 210, 100, Crop(60, 0, 150)),
        ("top left", 150, 30, Crop(40, 30, 120)),
        ("top left", 40, 140, Crop(40, 30, 120)),
        ("top left", 158, 149, Crop(152, 142, 8)),  # a crop of a pixel would be no use
        ("bottom right", 62.6, 61.4, Crop(60, 50, 11)),
    ],
)
def test_a_dragged_corner_follows_the_pointer(corner, x, y, dragged):
    assert geometry.dragged_corner(Crop(60, 50, 100), corner, x, y, 400, 300) == dragged


@pytest.mark.parametrize(
    ("by", "size", "resized"),
    [
        (20, (400, 300), Crop(40, 30, 120)),
        (-20, (400, 300), Crop(60, 50, 80)),
        (-1000, (400, 300), Crop(96, 86, 8)),
        (1000, (400, 300), Crop(0, 0, 300)),
        (-1000, (5, 300), Crop(0, 40, 5)),
    ],
)
def test_a_crop_grows_and_shrinks_about_its_centre(by, size, resized):
    assert geometry.resized(geometry.inside(Crop(50, 40, 100), *size), by, *size) == resized


@pytest.mark.parametrize(
    ("size", "steps"),
    [((400, 300), (3, 30)), ((300, 400), (3, 30)), ((40, 40), (1, 4)), ((4, 900), (1, 1)), ((1000, 2000), (10, 100))],
)
def test_a_nudge_is_a_hundredth_of_the_shorter_side_or_a_tenth_and_never_nothing(size, steps):
    assert tuple(geometry.nudge_step(*size, large=large) for large in (False, True)) == steps


@given(lengths, lengths)
def test_the_whole_leaves_nothing_out(width, height):
    crop = whole_crop(width, height)
    assert geometry.is_whole(crop, width, height)
    assert geometry.visible_part(crop, width, height) == (0, 0, width, height)
    assert geometry.is_whole(centre_crop(width, height), width, height) == (width == height)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 1.75, 2.0])
def test_small_pictures_are_magnified_by_whole_device_pixels(ratio):
    fit = geometry.fit(32, 32, 333, 290, ratio)
    assert (fit.scale * ratio).is_integer()
    assert fit.scale * ratio == int(290 * ratio / 32)
    assert (fit.left * ratio).is_integer()


@pytest.mark.parametrize(
    ("size", "view", "scale"),
    [
        ((96, 96), (250, 250), 2),  # pixel art
        ((96, 50), (250, 250), 2),
        ((97, 97), (250, 250), 250 / 97),
        ((50, 97), (250, 250), 250 / 97),
        ((96, 96), (50, 60), 50 / 96),  # too small a view for it
    ],
)
def test_only_small_pictures_that_are_magnified_are_so_by_whole_numbers(size, view, scale):
    fit = geometry.fit(*size, *view)
    assert fit.scale == pytest.approx(scale)
    assert fit.left == pytest.approx((view[0] - size[0] * scale) / 2, abs=0.5)
    assert fit.top == pytest.approx((view[1] - size[1] * scale) / 2, abs=0.5)


@given(st.integers(97, 3000), st.integers(97, 3000), st.integers(50, 2000), st.integers(50, 2000))
def test_larger_pictures_fill_the_view_and_keep_their_shape(width, height, view_width, view_height):
    fit = geometry.fit(width, height, view_width, view_height)
    assert width * fit.scale <= view_width + 1e-6
    assert height * fit.scale <= view_height + 1e-6
    assert max(width * fit.scale - view_width, height * fit.scale - view_height) == pytest.approx(0, abs=1e-6)


@given(lengths, lengths, st.floats(0, 3000), st.floats(0, 3000))
def test_view_and_picture_coordinates_undo_each_other(width, height, x, y):
    fit = geometry.fit(width, height, 640, 480, 1.5)
    assert fit.to_picture(*fit.to_view(x, y)) == pytest.approx((x, y), abs=1e-6)


@pytest.fixture
def view(qtbot):
    widget = CropView()
    qtbot.addWidget(widget)
    widget.resize(414, 314)
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    widget.show_picture(image, 400, 300, centre_crop(400, 300))
    widget.show()
    return widget


def changes_of(view: CropView) -> list[Crop]:
    seen: list[Crop] = []
    view.crop_changed.connect(seen.append)
    return seen


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Left, Crop(47, 0, 300)),
        (Qt.Key.Key_Right, Crop(53, 0, 300)),
        (Qt.Key.Key_Up, Crop(50, 0, 300)),
        (Qt.Key.Key_Minus, Crop(53, 3, 294)),
        (Qt.Key.Key_Underscore, Crop(53, 3, 294)),
    ],
)
def test_keys_nudge_and_resize_the_crop(view, qtbot, key, expected):
    qtbot.keyClick(view, key)
    assert view.crop == expected


def test_shift_nudges_ten_times_as_far_and_plus_grows_again(view, qtbot):
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.crop == Crop(83, 3, 294)
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.crop == Crop(80, 0, 300)


def test_the_crop_of_a_tall_picture_is_nudged_up_and_down(view, qtbot):
    view.show_picture(QImage(300, 400, QImage.Format.Format_RGB32), 300, 400, centre_crop(300, 400))
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.crop == Crop(0, 53, 300)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert view.crop == Crop(0, 23, 300)


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier])
@pytest.mark.parametrize("key", [Qt.Key.Key_C, Qt.Key.Key_Left, Qt.Key.Key_Minus])
def test_keys_that_mean_something_else_do_not_touch_the_crop(view, qtbot, key, modifier):
    seen = changes_of(view)
    with qtbot.assertNotEmitted(view.next_crop_wanted):
        qtbot.keyClick(view, key, modifier)
    assert seen == []


def test_c_asks_for_the_next_proposal_and_leaves_the_crop_alone(view, qtbot):
    with qtbot.waitSignal(view.next_crop_wanted):
        qtbot.keyClick(view, Qt.Key.Key_C)
    assert view.crop == centre_crop(400, 300)


def test_the_crop_is_dragged_by_its_inside(view, qtbot):
    seen = changes_of(view)
    start = view.crop_rectangle().center().toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, start + QPoint(20, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(20, 0))
    qtbot.mouseMove(view, start)
    assert seen == [Crop(70, 0, 300)]


def test_the_crop_is_dragged_from_where_it_was_taken_hold_of_and_by_the_left_button_only(view, qtbot):
    view.show_crop(Crop(40, 40, 200))
    seen = changes_of(view)
    start = view.crop_rectangle().topLeft().toPoint() + QPoint(30, 40)
    for button in (Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton):
        qtbot.mousePress(view, button, pos=start)
        assert seen == [], "taken hold of, not moved"
        qtbot.mouseMove(view, start + QPoint(10, -20))
        qtbot.mouseRelease(view, button, pos=start + QPoint(10, -20))
    assert seen == [Crop(50, 20, 200)]


def test_a_press_beside_the_crop_brings_its_middle_there_and_it_can_be_dragged_on(view, qtbot):
    view.show_crop(Crop(0, 0, 100))
    seen = changes_of(view)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(207, 207))
    qtbot.mouseMove(view, QPoint(217, 197))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(217, 197))
    assert seen == [Crop(150, 150, 100), Crop(160, 140, 100)]


def test_another_picture_is_not_dragged_by_a_pointer_that_held_the_last_one(view, qtbot):
    for place in (view.crop_rectangle().bottomRight().toPoint(), view.crop_rectangle().center().toPoint()):
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=place)
        view.show_picture(QImage(400, 300, QImage.Format.Format_RGB32), 400, 300, Crop(50, 0, 300))
        qtbot.mouseMove(view, place - QPoint(30, 30))
        assert view.crop == Crop(50, 0, 300)
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place - QPoint(30, 30))


def test_the_pointer_shows_what_can_be_dragged(view, qtbot):
    crop, shapes = view.crop_rectangle(), Qt.CursorShape
    reach = QPoint(6, 6)
    for place, shape in (
        (crop.topLeft().toPoint() + reach, shapes.SizeFDiagCursor),
        (crop.topRight().toPoint() - reach, shapes.SizeBDiagCursor),
        (crop.center().toPoint(), shapes.SizeAllCursor),
        (QPoint(20, 150), shapes.ArrowCursor),
    ):
        qtbot.mouseMove(view, place)
        assert view.cursor().shape() == shape
    corner = crop.bottomRight().toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseMove(view, corner - QPoint(100, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=corner - QPoint(100, 100))
    assert view.cursor().shape() == shapes.SizeFDiagCursor


def test_a_corner_is_dragged_while_the_opposite_one_stays(view, qtbot):
    corner = view.crop_rectangle().bottomRight().toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseMove(view, corner - QPoint(100, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=corner - QPoint(100, 100))
    assert (view.crop.x, view.crop.y) == (50, 0)
    assert view.crop.side == pytest.approx(200, abs=1)


def test_a_press_beside_the_crop_brings_it_there(view, qtbot):
    for _ in range(40):
        qtbot.keyClick(view, Qt.Key.Key_Minus)
    target = view.rect().topLeft() + QPoint(30, 30)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=target)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=target)
    assert view.crop_rectangle().contains(QPointF(target))


def test_another_picture_of_the_same_size_is_painted_in_its_own_colours(view):
    view.grab()
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    view.show_picture(image, 400, 300, centre_crop(400, 300))
    middle = view.crop_rectangle().center().toPoint()
    assert view.grab().toImage().pixelColor(middle) == QColor("teal")
    view.resize(814, 614)
    edge = view.crop_rectangle().topRight().toPoint() + QPoint(-30, 90)
    assert view.grab().toImage().pixelColor(edge) == QColor("teal"), "scaled anew for another size of the view"


@pytest.mark.parametrize(("width", "height"), [(100, 40), (60, 150), (800, 500)])
def test_a_picture_lies_where_its_crop_says_that_its_pixels_are(view, width, height):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    side = min(width, height) // 3
    right, below = width - side, height - side
    corners = {"red": (0, 0), "teal": (right, 0), "navy": (0, below), "black": (right, below)}
    with QPainter(image) as painter:
        for colour, (x, y) in corners.items():
            painter.fillRect(x, y, side, side, QColor(colour))
    for colour, (x, y) in corners.items():
        view.show_picture(image, width, height, Crop(x, y, side))
        crop = view.crop_rectangle()
        shot = view.grab().toImage()
        assert shot.pixelColor(crop.center().toPoint()) == QColor(colour)
        beside = crop.center().x() + (1 if x == 0 else -1) * crop.width()
        dimmed = shot.pixelColor(round(beside), round(crop.center().y()))
        assert dimmed.red() == dimmed.green() == dimmed.blue() < 180, "white, dimmed"


def test_the_view_tells_when_the_focus_comes_and_goes(view, qtbot):
    told = []
    view.focus_changed.connect(lambda: told.append(view.hasFocus()))
    for handler, kind in ((view.focusInEvent, QEvent.Type.FocusIn), (view.focusOutEvent, QEvent.Type.FocusOut)):
        before = len(told)
        handler(QFocusEvent(kind))
        assert len(told) == before + 1


def test_outside_the_crop_the_picture_is_dimmed(view):
    shot = view.grab().toImage()
    crop = view.crop_rectangle()
    inside = shot.pixelColor(crop.center().toPoint())
    outside = shot.pixelColor(int(crop.left()) - 20, int(crop.center().y()))
    assert inside == QColor("white")
    assert outside.lightness() < 180


def test_a_crop_that_is_shown_is_painted_anew(view, painted_anew):
    assert painted_anew(view, lambda: view.show_crop(Crop(0, 0, 100)))
    before = view.grab().toImage()
    assert painted_anew(view, lambda: view.show_crop(Crop(200, 100, 100)))
    assert view.grab().toImage() != before


def test_the_crop_is_described_in_words(view, qtbot):
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert "53 from the left" in view.accessibleDescription()
    assert "400 by 300" in view.accessibleDescription()


def test_without_a_picture_nothing_happens(qtbot):
    view = CropView()
    qtbot.addWidget(view)
    seen = changes_of(view)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton)
    assert seen == []
