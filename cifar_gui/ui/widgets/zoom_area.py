"""A drawing larger than its place: wheel, pinch, keys and buttons zoom, dragging and scroll bars move it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

_LEAST, _MOST = 0.1, 3.0
_STEP = 1.2
"""How much a click of the wheel, a key or a button enlarges."""

_KEYS = {"+": 1, "=": 1, "-": -1, "_": -1}


class ZoomArea(QAbstractScrollArea):
    """Subclasses draw the content from (0, 0) on and say how large it is at 100 %. All positions are the content's.

    The wheel and + and − zoom, 0 fits everything in; a trackpad scrolls with two fingers and zooms with a pinch.
    Signals: clicked(QPointF), double_clicked(QPointF); hovered(object) with a QPointF, or None when the mouse leaves.
    """

    clicked = Signal(QPointF)
    double_clicked = Signal(QPointF)
    hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = QSizeF(1, 1)
        self._scale = 1.0
        self._pressed: QPointF | None = None  # where, in the viewport
        self._dragged = False
        self._held: QWidget | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().installEventFilter(self)

    def draw(self, painter: QPainter, seen: QRectF) -> None:
        """For subclasses: paint what lies in `seen`."""

    def hold(self, widget: QWidget) -> None:
        """Keep a widget in the upper right corner, over the content."""
        self._held = widget
        widget.setParent(self)
        widget.installEventFilter(self)
        self._place_held()

    @property
    def zoom(self) -> float:
        """1: one unit of the content is one pixel."""
        return self._scale

    def set_content_size(self, size: QSizeF) -> None:
        """Of the content at 100 %."""
        self._size = size
        self._set_ranges()
        self.viewport().update()

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """`at`: the point of the viewport that stays where it is, its middle if None."""
        fixed = at if at is not None else QPointF(self.viewport().rect().center())
        point = self.to_content(fixed)
        self._scale = min(max(scale, _LEAST), _MOST)
        self._set_ranges()
        self.put(point, fixed)

    def zoom_by(self, steps: float, at: QPointF | None = None) -> None:
        """Larger or smaller."""
        self.zoom_to(self._scale * _STEP**steps, at)

    def fit(self) -> None:
        """Everything in sight, at most at 100 %."""
        self.zoom_to(min(self.fitting_zoom(), 1.0))

    def fitting_zoom(self) -> float:
        """At which all of the content just fits."""
        room = self.maximumViewportSize()
        return min(room.width() / self._size.width(), room.height() / self._size.height())

    def put(self, point: QPointF, position: QPointF) -> None:
        """Move the content so that one of its points comes to a position of the viewport, as near as it can."""
        self.horizontalScrollBar().setValue(round(point.x() * self._scale - position.x()))
        self.verticalScrollBar().setValue(round(point.y() * self._scale - position.y()))
        self.viewport().update()

    def show_rectangle(self, wanted: QRectF) -> None:
        """Scroll as little as needed to have it in sight; its left top where it is larger than the room."""
        seen, scale = self.seen(), self._scale
        across = _way(wanted.left(), wanted.right(), seen.left(), seen.right())
        along = _way(wanted.top(), wanted.bottom(), seen.top(), seen.bottom())
        for bar, distance in ((self.horizontalScrollBar(), across), (self.verticalScrollBar(), along)):
            bar.setValue(bar.value() + round(distance * scale))

    def seen(self) -> QRectF:
        """The part of the content that the viewport shows."""
        corner = self.viewport().rect().bottomRight()
        return QRectF(self.to_content(QPointF(0, 0)), self.to_content(QPointF(corner)))

    def to_content(self, position: QPointF) -> QPointF:
        """A position of the viewport → of the content."""
        return (position - self._origin()) / self._scale

    def to_viewport(self, point: QPointF) -> QPointF:
        """The reverse."""
        return point * self._scale + self._origin()

    def _origin(self) -> QPointF:
        """Where the content begins in the viewport: in the middle of more room than it needs."""
        room, size = self.viewport().size(), self._size * self._scale
        spare = max((room.width() - size.width()) / 2, 0.0), max((room.height() - size.height()) / 2, 0.0)
        return QPointF(
            spare[0] - self.horizontalScrollBar().value(),
            spare[1] - self.verticalScrollBar().value(),
        )

    def _set_ranges(self) -> None:
        size, room, most = self._size * self._scale, self.viewport().size(), self.maximumViewportSize()
        fits = size.width() <= most.width() and size.height() <= most.height()
        for bar, length, there in (
            (self.horizontalScrollBar(), size.width(), room.width()),
            (self.verticalScrollBar(), size.height(), room.height()),
        ):
            bar.setRange(0, 0 if fits else max(round(length - there), 0))
            bar.setPageStep(there)
            bar.setSingleStep(20)

    def _place_held(self) -> None:
        if self._held is not None:
            self._held.resize(self._held.sizeHint())
            self._held.move(self.viewport().geometry().right() + 1 - self._held.width(), self.viewport().y())
            self._held.raise_()

    # Qt's own

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            painter.translate(self._origin())
            painter.scale(self._scale, self._scale)
            self.draw(painter, self.seen())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_ranges()
        self._place_held()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned, keys = event.angleDelta(), event.modifiers()
        sideways = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        by_fingers = event.phase() != Qt.ScrollPhase.NoScrollPhase or turned.x() != 0
        event.accept()
        if (sideways or by_fingers) and not keys & Qt.KeyboardModifier.ControlModifier:
            way = event.pixelDelta() if not event.pixelDelta().isNull() else turned
            across, along = (way.x() + way.y(), 0) if sideways else (way.x(), way.y())
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - across)
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - along)
            return
        self.zoom_by(turned.y() / 120, event.position())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_to(self._scale * (1 + event.value()), event.position())
            return True
        if watched is self._held and event.type() == QEvent.Type.LayoutRequest:  # it has become larger or smaller
            self._place_held()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            self.hovered.emit(self.to_content(event.position()))
            return
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self._dragged or far:
            if not self._dragged:
                self._dragged = True
                self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.put(self.to_content(self._pressed), event.position())
            self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._pressed = None
        self.viewport().unsetCursor()
        if not self._dragged:
            self.clicked.emit(self.to_content(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(self.to_content(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in _KEYS:
            self.zoom_by(_KEYS[event.text()])
        elif event.text() == "0":
            self.fit()
        else:
            super().keyPressEvent(event)


def _way(low: float, high: float, seen_low: float, seen_high: float) -> float:
    """How far to go so that `low` to `high` is in sight; at least its beginning, where it is longer than the room."""
    if low < seen_low or high - low > seen_high - seen_low:
        return low - seen_low
    return max(high - seen_high, 0.0)
