"""A drawing larger than its place: zoomed and moved by mouse, trackpad and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPainter, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from cifar_gui.ui.widgets.zoom_area import ZoomArea

Keys = Qt.KeyboardModifier


class Ruled(ZoomArea):
    """Notes what it is asked to draw."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[QRectF] = []

    def draw(self, painter: QPainter, seen: QRectF) -> None:
        self.drawn.append(seen)


@pytest.fixture
def area(qtbot):
    """400 × 300 pixels before a drawing of 2,000 × 300, at 100 %."""
    made = Ruled()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.set_content_size(QSizeF(2000, 280))
    return made


def wheel(area, turned, keys=Keys.NoModifier, at=(100, 100), pixels=(0, 0), phase=Qt.ScrollPhase.NoScrollPhase):
    place = QPointF(*at)
    event = QWheelEvent(
        place, area.viewport().mapToGlobal(place), QPoint(*pixels), QPoint(*turned), Qt.MouseButton.NoButton, keys,
        phase, False,
    )  # fmt: skip
    QApplication.sendEvent(area.viewport(), event)
    return event.isAccepted()


def shown_at(area, x, y):
    return tuple(round(value, 1) for value in area.to_content(QPointF(x, y)).toTuple())


def test_the_wheel_zooms_around_the_pointer(area):
    area.put(QPointF(500, 0), QPointF(0, 0))
    before = shown_at(area, 100, 100)
    assert wheel(area, (0, 240))
    assert area.zoom == pytest.approx(1.44)
    assert shown_at(area, 100, 100) == pytest.approx(before, abs=1)
    wheel(area, (0, -240))
    assert area.zoom == pytest.approx(1)
    assert shown_at(area, 100, 100) == pytest.approx(before, abs=2)


def test_zooming_ends_somewhere(area):
    for _ in range(40):
        wheel(area, (0, 120))
    assert area.zoom == 3
    for _ in range(80):
        wheel(area, (0, -120))
    assert area.zoom == 0.1


def test_two_fingers_and_shift_scroll_and_control_zooms_all_the_same(area):
    bar = area.horizontalScrollBar()
    wheel(area, (0, -120), Keys.ShiftModifier)
    assert (bar.value(), area.zoom) == (120, 1)
    wheel(area, (0, 0), pixels=(-30, 0), phase=Qt.ScrollPhase.ScrollUpdate)
    assert (bar.value(), area.zoom) == (150, 1)
    wheel(area, (50, 0))
    assert (bar.value(), area.zoom) == (100, 1)
    wheel(area, (0, 120), Keys.ControlModifier, phase=Qt.ScrollPhase.ScrollUpdate)
    assert area.zoom == pytest.approx(1.2)


def test_a_pinch_zooms_around_the_fingers(area):
    before = shown_at(area, 50, 60)
    place = QPointF(50, 60)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, place, place, place, 0.5,
        QPointF(), 0,
    )  # fmt: skip
    QApplication.sendEvent(area.viewport(), event)
    assert area.zoom == 1.5
    assert shown_at(area, 50, 60) == pytest.approx(before, abs=1)


def test_keys_zoom_and_nought_shows_everything(area, qtbot):
    qtbot.keyClicks(area, "+=")
    assert area.zoom == pytest.approx(1.44)
    qtbot.keyClicks(area, "-")
    assert area.zoom == pytest.approx(1.2)
    qtbot.keyClicks(area, "0")
    assert area.zoom == pytest.approx(400 / 2000)
    assert area.seen().adjusted(-9, -1, 9, 1).contains(QRectF(0, 0, 2000, 280))
    assert area.horizontalScrollBar().maximum() == 0


def test_what_is_small_is_not_blown_up_to_fit_and_stands_in_the_middle(area, qtbot):
    area.set_content_size(QSizeF(100, 50))
    area.fit()
    assert area.zoom == 1
    qtbot.waitUntil(lambda: area.viewport().height() == 300)  # the scroll bar goes
    assert area.to_viewport(QPointF(50, 25)).toTuple() == pytest.approx((200, 150), abs=1)


def test_dragging_moves_the_drawing_and_is_no_click(area, qtbot):
    clicks = []
    area.clicked.connect(clicks.append)
    view, left = area.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(view, left, pos=QPoint(300, 100))
    qtbot.mouseMove(view, QPoint(200, 100))
    assert view.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    qtbot.mouseMove(view, QPoint(150, 100))
    qtbot.mouseRelease(view, left, pos=QPoint(150, 100))
    assert shown_at(area, 150, 100)[0] == 300
    assert clicks == []
    assert view.cursor().shape() != Qt.CursorShape.ClosedHandCursor


def test_a_click_says_where_in_the_drawing(area, qtbot):
    clicks, doubles = [], []
    area.clicked.connect(clicks.append)
    area.double_clicked.connect(doubles.append)
    area.zoom_to(2)
    area.put(QPointF(500, 20), QPointF(0, 0))
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 40))
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.RightButton, pos=QPoint(10, 10))
    qtbot.mouseDClick(area.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 40))
    assert [point.toTuple() for point in clicks[:1]] == [(550, 40)]
    assert [point.toTuple() for point in doubles] == [(550, 40)]


def test_pointing_says_where_until_the_mouse_leaves(area, qtbot):
    places = []
    area.hovered.connect(places.append)
    qtbot.mouseMove(area.viewport(), QPoint(20, 30))
    assert places[-1].x() == 20
    area.leaveEvent(None)
    assert places[-1] is None


def test_a_part_is_scrolled_into_sight_and_no_farther_than_needed(area):
    bar = area.horizontalScrollBar()
    area.show_rectangle(QRectF(100, 0, 50, 50))
    assert bar.value() == 0
    area.show_rectangle(QRectF(600, 0, 100, 50))
    assert bar.value() == pytest.approx(300, abs=2)
    area.show_rectangle(QRectF(320, 0, 60, 50))
    assert bar.value() == pytest.approx(300, abs=2)
    area.show_rectangle(QRectF(40, 0, 60, 50))
    assert bar.value() == 40
    area.show_rectangle(QRectF(700, 0, 900, 50))
    assert bar.value() == pytest.approx(700, abs=2), "what is larger than the room is shown from its beginning on"


def test_only_what_is_in_sight_is_asked_to_be_drawn(area):
    area.zoom_to(2)
    area.put(QPointF(500, 0), QPointF(0, 0))
    area.grab()
    seen = area.drawn[-1]
    assert (seen.left(), round(seen.width())) == (500, 200)
