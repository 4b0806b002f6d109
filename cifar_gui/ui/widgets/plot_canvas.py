"""The drawing surface of a plot: curves by pyqtgraph; grid, labels, marks and the readout painted around them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from cifar_gui.ui.theme import font, prepare_pyqtgraph, px, theme, tokens
from cifar_gui.ui.widgets.curves import Points, at, log_ticks, nice_ticks, padded_range, spread, thinned

prepare_pyqtgraph()

_EMPTY = np.empty(0)
_SMOOTH_EDGES_UP_TO = 1500  # points: beyond that antialiasing costs more than it shows
_PALE = 90  # opacity of 255


Forms = tuple[Callable[[float], str], Callable[[float], str]]
"""How a y value is written: where it is read out, and beside the axis."""


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """How one curve looks. `colour` names a token; told apart by `line` too, never by colour alone."""

    label: str
    colour: str = "accent"
    line: Qt.PenStyle = Qt.PenStyle.SolidLine
    under: bool = False  # lies under the others, without a value at its end
    labelled: bool = True  # named at its end, read out, and part of summary, table and export; otherwise pale


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the plot with a word on it: at an x (such as the best epoch) or a y (such as chance)."""

    at: float
    label: str
    colour: str = "muted"


class _Box(pyqtgraph.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """Left drag zooms to a rectangle, double click shows everything, the wheel is the page's."""

    def __init__(self, on_zoomed: Callable[[], None], on_reset: Callable[[], None]) -> None:
        super().__init__(enableMenu=False, border=None)
        self.setMouseMode(pyqtgraph.ViewBox.RectMode)
        self.disableAutoRange()
        self.setDefaultPadding(0)
        self._on_zoomed, self._on_reset = on_zoomed, on_reset

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        super().mouseDragEvent(event, axis)
        if event.isFinish():
            self._on_zoomed()

    def mouseDoubleClickEvent(self, event: Any) -> None:
        event.accept()
        self._on_reset()

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        event.ignore()


class PlotCanvas(pyqtgraph.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """Curves over one x axis. Read with the mouse or the arrow keys; see `Plot` for the rest.

    Signals: readout_changed(str) with the values under the cursor in words, "" when there is none.
    """

    readout_changed = Signal(str)

    def __init__(self, forms: Forms, x_label: str, floor: float | None) -> None:
        super().__init__()
        self._form, self._tick_form = forms
        self._x_label, self._floor = x_label, floor
        self._box = _Box(self._on_zoomed, self.show_everything)
        layout = pyqtgraph.GraphicsLayout()
        layout.addItem(self._box, 0, 0)
        self._layout = layout
        self.setCentralItem(layout)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setCacheMode(self.CacheModeFlag.CacheNone)  # the ticks in the background move with the curves
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.styles: dict[str, CurveStyle] = {}
        self.points: dict[str, Points] = {}
        self.vertical: list[Mark] = []
        self.horizontal: list[Mark] = []
        self.empty_text = ""
        self._items: dict[str, Any] = {}
        self._x_range = (0.0, 1.0)
        self._y_range = (0.0, 1.0)
        self._y_limits: tuple[float, float] | None = None
        self.log = False
        self.zoomed = False
        self._cursor: float | None = None
        self.apply_theme()
        self._place()

    # Data

    def add_curve(self, key: str, style: CurveStyle) -> None:
        item = pyqtgraph.PlotDataItem(skipFiniteCheck=True, antialias=False)
        item.setDownsampling(auto=True, method="peak")
        item.setClipToView(True)
        item.setZValue(-1 if style.under else len(self._items))
        self.styles[key], self._items[key] = style, item
        self.points[key] = Points(style.label, _EMPTY, _EMPTY)
        self._box.addItem(item)
        self._pen(key)

    def relabel(self, key: str, label: str) -> None:
        """Another name at the line's end."""
        old = self.styles[key]
        self.styles[key] = CurveStyle(label, old.colour, old.line, old.under, old.labelled)
        self.points[key] = Points(label, self.points[key].x, self.points[key].y)

    def set_curve(self, key: str, x: np.ndarray, y: np.ndarray) -> None:
        """float64 (n,) each, x rising; values that are no number are left out. Nothing moves until `refresh`."""
        seen = np.isfinite(y) & np.isfinite(x)
        if not seen.all():
            x, y = x[seen], y[seen]
        x, y = thinned(np.ascontiguousarray(x, np.float64), np.ascontiguousarray(y, np.float64))
        self.points[key] = Points(self.styles[key].label, x, y)
        item = self._items[key]
        if self.log:
            positive = y > 0
            x, y = x[positive], y[positive]
        item.setData(x, y, skipFiniteCheck=True, antialias=len(x) <= _SMOOTH_EDGES_UP_TO)

    def set_log(self, *, log: bool) -> None:
        """Logarithmic y axis; values that are not positive have no place on it."""
        self.log = log
        for key, item in self._items.items():
            item.setLogMode(False, log)
            self.set_curve(key, self.points[key].x, self.points[key].y)
        self.show_everything()

    def set_ranges(self, x: tuple[float, float], y: tuple[float, float] | None = None) -> None:
        """The x shown when nothing is zoomed, and the y too, or None to fit it to the curves."""
        self._x_range, self._y_limits = x, y
        self.refresh()

    def refresh(self) -> None:
        """Fit the axes to what has been set, unless the user has zoomed, and repaint."""
        if not self.zoomed:
            self._fit()
        self.viewport().update()

    def show_everything(self) -> None:
        self.zoomed = False
        self.refresh()

    def _fit(self) -> None:
        y = self._y_limits or padded_range(list(self.points.values()), self._floor) or (0.0, 1.0)
        if self.log:
            positive = [p.y[p.y > 0] for p in self.points.values()]
            values = np.concatenate([*positive, _EMPTY])
            low, high = (float(values.min()), float(values.max())) if len(values) else (0.1, 1.0)
            y = (math.log10(low) - 0.05, math.log10(max(high, low * 1.2)) + 0.05)
        self._y_range = y
        self._box.setRange(xRange=self._x_range, yRange=y, padding=0, disableAutoRange=True)

    def _on_zoomed(self) -> None:
        self.zoomed = True
        self.viewport().update()

    # Looks

    def apply_theme(self) -> None:
        """Take colours and sizes anew."""
        for key in self._items:
            self._pen(key)
        self._place()
        self.viewport().update()

    def _pen(self, key: str) -> None:
        style = self.styles[key]
        colour = QColor(getattr(tokens(), style.colour))
        if not style.labelled:
            colour.setAlpha(_PALE)
        width = theme().curve_width * (1.3 if style.under else 1.6)
        pen = QPen(colour, width, style.line)
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._items[key].setPen(pen)

    def _place(self) -> None:
        """Leave room for the numbers on the left and below, and for the labels at the line ends on the right."""
        right = px(100) if self.width() >= px(440) else px(72)
        self._layout.setContentsMargins(px(46), px(8), right, px(22))

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_layout"):  # pyqtgraph resizes itself while it is being made
            self._place()

    def area(self) -> QRectF:
        """Where the curves are, in scene coordinates (pixels)."""
        return QRectF(self._box.sceneBoundingRect())

    def to_scene(self, x: float, y: float) -> QPointF:
        """A point of the data → pixels."""
        shown = math.log10(y) if self.log and y > 0 else y
        return QPointF(self._box.mapViewToScene(QPointF(x, shown)))

    def ticks(self) -> tuple[list[float], list[float]]:
        """The round numbers marked on x and y."""
        (left, right), (low, high) = self._box.viewRange()
        x = nice_ticks(left, right, max(2, min(10, int(self.area().width() / px(44)))))
        most = max(2, int(self.area().height() / px(34)))
        y = log_ticks(10**low, 10**high) if self.log else nice_ticks(low, high, most)
        return x, y

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        area, colours = self.area(), tokens()
        painter.fillRect(rect, colours.panel)
        painter.fillRect(area, colours.plot_ground)
        x_ticks, y_ticks = self.ticks()
        painter.setFont(font(11))
        metrics = QFontMetricsF(painter.font())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for y in y_ticks:
            at_y = round(self.to_scene(area.left(), y).y()) + 0.5
            painter.setPen(QPen(colours.panel_line, 1))
            painter.drawLine(QPointF(area.left(), at_y), QPointF(area.right(), at_y))
            painter.setPen(colours.muted)
            painter.drawText(QRectF(0, at_y - px(10), area.left() - px(8), px(20)), flags, self._tick_form(y))
        below = QRectF(0, area.bottom() + px(4), 0, px(16))
        for x in x_ticks:
            word = f"{x:g}"
            width = metrics.horizontalAdvance(word) + px(4)
            at_x = self._box.mapViewToScene(QPointF(x, 0)).x()
            painter.drawText(below.translated(at_x - width / 2, 0).adjusted(0, 0, width, 0), _CENTRE, word)
        unit = QRectF(area.right() + px(8), area.bottom() + px(4), px(90), px(16))
        painter.drawText(unit, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._x_label)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(11))
        for mark in self.horizontal:
            self._draw_horizontal(painter, mark)
        labels = self._draw_line_ends(painter)
        for mark in self.vertical:
            self._draw_vertical(painter, mark, labels)
        if self._cursor is not None:
            self._draw_readout(painter, self._cursor)
        if self.empty_text and not any(len(each.x) for each in self.points.values()):
            painter.setFont(font())
            painter.setPen(tokens().muted)
            painter.drawText(self.area(), _CENTRE | Qt.TextFlag.TextWordWrap, self.empty_text)
        if self.hasFocus():
            painter.setPen(QPen(tokens().accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.sceneRect().adjusted(1, 1, -1, -1), px(4), px(4))

    def _draw_horizontal(self, painter: QPainter, mark: Mark) -> None:
        area, colour = self.area(), getattr(tokens(), mark.colour)
        y = self.to_scene(self._x_range[0], mark.at).y()
        if not area.top() - 1 <= y <= area.bottom() + 1:
            return
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(colour)
        top = y + px(1) if y - px(16) < area.top() else y - px(16)
        box = QRectF(area.left() + px(6), top, area.width() - px(12), px(15))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, mark.label)

    def _draw_vertical(self, painter: QPainter, mark: Mark, labels: list[QRectF]) -> None:
        """A line with its word beside it, at the first height where it covers none of the `labels`."""
        area, colour = self.area(), getattr(tokens(), mark.colour)
        x = self._box.mapViewToScene(QPointF(mark.at, 0)).x()
        if not area.left() <= x <= area.right() + 1:
            return
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        width = QFontMetricsF(painter.font()).horizontalAdvance(mark.label) + px(8)
        left = x + px(6) if x + px(6) + width < self.sceneRect().right() else x - px(6) - width
        places = [QRectF(left, area.top() + share * area.height(), width, px(16)) for share in (0.0, 0.3, 0.5, 0.7)]
        free = [place for place in places if not any(place.intersects(label) for label in labels)]
        painter.setPen(colour)
        painter.drawText((free or places)[0], Qt.AlignmentFlag.AlignVCenter, mark.label)

    def _draw_line_ends(self, painter: QPainter) -> list[QRectF]:
        """A dot and a name at the end of each line, apart from each other. Returns where the names stand."""
        area = self.area()
        ends, boxes = [], []
        for key, style in self.styles.items():
            points = self.points[key]
            if not style.labelled or not len(points.x):
                continue
            end = self.to_scene(float(points.x[-1]), float(points.y[-1]))
            if area.adjusted(-2, -2, 2, 2).contains(end):
                ends.append((style, end, style.label if style.under else f"{style.label} {self._form(points.y[-1])}"))
        heights = spread([end.y() for _, end, _ in ends], px(14), area.top() + px(6), area.bottom() - px(6))
        live = max((end.x() for style, end, _ in ends if not style.under), default=0.0)
        for (style, end, text), y in zip(ends, heights, strict=True):
            x = end.x() if style.under else live
            box = QRectF(x + px(8), y - px(7), QFontMetricsF(painter.font()).horizontalAdvance(text) + 2, px(14))
            if box.right() > self.sceneRect().right():
                box.moveRight(self.sceneRect().right())
            ground = QColor(tokens().panel)
            ground.setAlpha(190)
            painter.fillRect(box, ground)
            painter.setPen(getattr(tokens(), style.colour))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            painter.setBrush(getattr(tokens(), style.colour))
            painter.drawEllipse(end, px(2), px(2))
            boxes.append(box)
        return boxes

    # The readout

    def values_at(self, x: float) -> list[tuple[str, CurveStyle, float, float]]:
        """For each curve with a readout its key, style and nearest point (x, y)."""
        found = ((key, style, at(self.points[key], x)) for key, style in self.styles.items() if style.labelled)
        return [(key, style, *point) for key, style, point in found if point is not None]

    def readout(self) -> str:
        """The values under the cursor in words."""
        if self._cursor is None or not (values := self.values_at(self._cursor)):
            return ""
        parts = [f"{style.label} {self._form(y)}" for _, style, _, y in values]
        return f"{self._x_label} {self._cursor:.2f}: " + ", ".join(parts)

    def set_cursor(self, x: float | None) -> None:
        """Read the curves at `x`; None ends it."""
        if x == self._cursor:
            return
        self._cursor = x
        self.readout_changed.emit(self.readout())
        self.viewport().update()

    def _draw_readout(self, painter: QPainter, x: float) -> None:
        values, area, colours = self.values_at(x), self.area(), tokens()
        if not values:
            return
        at_x = min(max(self._box.mapViewToScene(QPointF(x, 0)).x(), area.left()), area.right())
        painter.setPen(QPen(colours.control_line, 1))
        painter.drawLine(QPointF(at_x, area.top()), QPointF(at_x, area.bottom()))
        lines = [(f"{self._x_label} {x:.2f}", colours.muted)]
        for _, style, point_x, point_y in values:
            painter.setPen(QPen(colours.panel, 1))
            painter.setBrush(getattr(colours, style.colour))
            painter.drawEllipse(self.to_scene(point_x, point_y), px(3), px(3))
            lines.append((f"{style.label} {self._form(point_y)}", getattr(colours, style.colour)))
        self._draw_lines(painter, at_x, lines)

    def _draw_lines(self, painter: QPainter, x: float, lines: list[tuple[str, QColor]]) -> None:
        area, metrics = self.area(), QFontMetricsF(painter.font())
        width = max(metrics.horizontalAdvance(text) for text, _ in lines) + px(16)
        left = x + px(10) if x + px(10) + width < area.right() else x - px(10) - width
        box = QRectF(left, area.top() + px(8), width, len(lines) * px(16) + px(8))
        painter.setPen(QPen(tokens().panel_line, 1))
        painter.setBrush(tokens().raised)
        painter.drawRoundedRect(box, px(5), px(5))
        for row, (text, colour) in enumerate(lines):
            painter.setPen(colour)
            line = QRectF(box.left() + px(8), box.top() + px(4) + row * px(16), width, px(16))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        inside = self.area().contains(event.position())
        self.set_cursor(float(self._box.mapSceneToView(event.position()).x()) if inside else None)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.set_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        left, right = self._box.viewRange()[0]
        if step is not None:
            coarse = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            start = self._cursor if self._cursor is not None else (left if step > 0 else right)
            self.set_cursor(min(max(start + step * (right - left) / (10 if coarse else 50), left), right))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.set_cursor(left if event.key() == Qt.Key.Key_Home else right)
        elif event.key() == Qt.Key.Key_Escape and (self._cursor is not None or self.zoomed):
            self.set_cursor(None)
            self.show_everything()
        else:
            QWidget.keyPressEvent(self, event)


_CENTRE = Qt.AlignmentFlag.AlignCenter
