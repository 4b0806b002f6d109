"""The picture with the square that the network looks at: drag it, its corners, or use the keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.data.picture import Crop
from cifar_gui.ui.classify import crop_geometry as geometry
from cifar_gui.ui.theme import px, tokens

_REACH = 14  # how far from a corner a press still takes hold of it
_HANDLE = 5  # radius of the dots at the corners

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_GROW = {
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_Equal: 1,  # the plus key of an American keyboard, without Shift
    Qt.Key.Key_Minus: -1,
    Qt.Key.Key_Underscore: -1,
}
_CORNER_CURSORS = {
    "top left": Qt.CursorShape.SizeFDiagCursor,
    "bottom right": Qt.CursorShape.SizeFDiagCursor,
    "top right": Qt.CursorShape.SizeBDiagCursor,
    "bottom left": Qt.CursorShape.SizeBDiagCursor,
}


class CropView(QWidget):
    """Shows a picture as large as fits, and on it a square.

    Arrow keys nudge the square (a tenth of the picture with Shift), + and − resize it, C asks for the next proposal.
    Signals: crop_changed(Crop) when the user moved or resized it; next_crop_wanted() when C was pressed;
    focus_changed(), as the ring is drawn around it by whoever holds it.
    """

    crop_changed = Signal(object)
    next_crop_wanted = Signal()
    focus_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self._size = (1, 1)
        self._crop = Crop(0, 0, 1)
        self._scaled = QPixmap()
        self._corner: geometry.Corner | None = None
        self._grip: QPointF | None = None  # where in the crop it was taken hold of, in picture pixels
        self.setObjectName("classify.crop")
        self.setAccessibleName("Part of the picture that the network looks at")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def crop(self) -> Crop:
        """The square as it is, in pixels of the picture."""
        return self._crop

    def show_picture(self, image: QImage, width: int, height: int, crop: Crop) -> None:
        """Show `image`, which may be a reduced copy of a picture of `width` × `height` pixels, and the crop on it."""
        self._image, self._size = image, (width, height)
        self._scaled = QPixmap()
        self._corner = self._grip = None
        self.show_crop(crop)

    def show_crop(self, crop: Crop) -> None:
        """Move the square without telling anybody."""
        self._crop = crop
        self.setAccessibleDescription(
            f"A square of {crop.side} pixels, {crop.x} from the left and {crop.y} from the top of a picture of "
            f"{self._size[0]} by {self._size[1]}. Arrow keys move it, plus and minus resize it, C cycles proposals."
        )
        self.update()

    def crop_rectangle(self) -> QRectF:
        """Where the square, as far as it lies on the picture, is on the widget."""
        fit = self._fit()
        x, y, width, height = geometry.visible_part(self._crop, *self._size)
        return QRectF(*fit.to_view(x, y), width * fit.scale, height * fit.scale)

    def sizeHint(self) -> QSize:
        return QSize(px(420), px(420))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), px(140))

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        fit = self._fit()
        picture = QRectF(fit.left, fit.top, self._size[0] * fit.scale, self._size[1] * fit.scale)
        crop = self.crop_rectangle()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPixmap(picture.topLeft(), self._pixmap(picture.size().toSize()))
            _dim(painter, picture.united(crop), crop)
            self._draw_frame(painter, crop)

    def _draw_frame(self, painter: QPainter, crop: QRectF) -> None:
        colours = tokens()
        painter.setPen(QPen(QColor(0, 0, 0, 90), px(4)))  # a seam: visible on a picture of the accent's colour too
        painter.drawRect(crop)
        painter.setPen(QPen(colours.accent, px(2)))
        painter.drawRect(crop)
        painter.setBrush(QColor("white"))
        for point in self._corners(crop).values():
            painter.drawEllipse(point, px(_HANDLE), px(_HANDLE))

    def _pixmap(self, size: QSize) -> QPixmap:
        """The picture at exactly the device pixels it covers, made once for each size."""
        ratio = self.devicePixelRatioF()
        wanted = QSize(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
        if self._scaled.size() != wanted:
            art = max(self._size) <= geometry.PIXEL_ART and wanted.width() >= self._size[0]
            mode = Qt.TransformationMode.FastTransformation if art else Qt.TransformationMode.SmoothTransformation
            image = self._image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
            self._scaled = QPixmap.fromImage(image)
        self._scaled.setDevicePixelRatio(ratio)
        return self._scaled

    def _fit(self) -> geometry.Fit:
        edge = px(_HANDLE + 2)  # room for handles of a crop that reaches the edge
        fit = geometry.fit(
            *self._size, max(1, self.width() - 2 * edge), max(1, self.height() - 2 * edge), self.devicePixelRatioF()
        )
        return geometry.Fit(fit.scale, fit.left + edge, fit.top + edge)

    def _corners(self, crop: QRectF) -> dict[geometry.Corner, QPointF]:
        return {
            "top left": crop.topLeft(),
            "top right": crop.topRight(),
            "bottom left": crop.bottomLeft(),
            "bottom right": crop.bottomRight(),
        }

    # --- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._image.isNull():
            event.ignore()
            return
        position = event.position()
        self._corner = self._corner_at(position)
        if self._corner is None:
            x, y = self._fit().to_picture(position.x(), position.y())
            if not self.crop_rectangle().contains(position):  # pressed beside it: it comes to the pointer
                half = self._crop.side // 2
                self._change(geometry.inside(Crop(round(x) - half, round(y) - half, self._crop.side), *self._size))
            self._grip = QPointF(x - self._crop.x, y - self._crop.y)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._image.isNull():
            return
        x, y = self._fit().to_picture(event.position().x(), event.position().y())
        if self._corner is not None:
            self._change(geometry.dragged_corner(self._crop, self._corner, x, y, *self._size))
        elif self._grip is not None:
            target = Crop(round(x - self._grip.x()), round(y - self._grip.y()), self._crop.side)
            self._change(geometry.inside(target, *self._size))
        else:
            self._set_cursor(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._corner = self._grip = None
        self._set_cursor(event.position())

    def _corner_at(self, position: QPointF) -> geometry.Corner | None:
        corners = self._corners(self.crop_rectangle())
        distances = {name: (point - position).manhattanLength() for name, point in corners.items()}
        nearest = min(distances, key=lambda name: distances[name])
        return nearest if distances[nearest] <= px(_REACH) else None

    def _set_cursor(self, position: QPointF) -> None:
        corner = self._corner_at(position)
        if corner is not None:
            self.setCursor(_CORNER_CURSORS[corner])
        elif self.crop_rectangle().contains(position):
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        else:
            self.unsetCursor()

    # --- keys

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        other = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if self._image.isNull() or other:
            super().keyPressEvent(event)
        elif key in _ARROWS:
            step = geometry.nudge_step(*self._size, large=large)
            right, down = _ARROWS[key]
            self._change(geometry.moved(self._crop, right * step, down * step, *self._size))
        elif key in _GROW:
            step = geometry.nudge_step(*self._size, large=False)
            self._change(geometry.resized(self._crop, 2 * step * _GROW[key], *self._size))
        elif key == Qt.Key.Key_C:
            self.next_crop_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _change(self, crop: Crop) -> None:
        if crop != self._crop:
            self.show_crop(crop)
            self.crop_changed.emit(crop)


def _dim(painter: QPainter, whole: QRectF, window: QRectF) -> None:
    """Darken what the network does not see."""
    outside = QPainterPath()
    outside.addRect(whole)
    outside.addRect(window)  # odd-even filling leaves this part out
    painter.fillPath(outside, QColor(0, 0, 0, 120))
