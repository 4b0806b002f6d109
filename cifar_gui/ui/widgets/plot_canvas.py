"""The drawing surface of a plot: curves by pyqtgraph, what is shown of them, and reading them by mouse and keys."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from cifar_gui.ui.theme import prepare_pyqtgraph, px, theme, tokens
from cifar_gui.ui.widgets.curves import (
    Points,
    at,
    log_range,
    log_ticks,
    nice_ticks,
    padded_range,
    sparse,
    thinned,
)
from cifar_gui.ui.widgets.plot_box import ZoomBox
from cifar_gui.ui.widgets.plot_paint import draw_background, draw_foreground
from cifar_gui.ui.widgets.plot_style import CurveStyle, Forms, Mark
from cifar_gui.words import rounded

prepare_pyqtgraph()

_EMPTY = np.empty(0)
_SMOOTH_EDGES_UP_TO = 1500  # points: beyond that antialiasing costs more than it shows
_PALE = 90  # opacity of 255
_NEAR = 0.02  # of the width: points no farther from the cursor than this are read without naming their place


class PlotCanvas(pyqtgraph.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """Curves over one x axis. Read with the mouse or the arrow keys; see `Plot` for the rest.

    Signals: readout_changed(str) with the values under the cursor in words, "" when there is none.
    """

    readout_changed = Signal(str)

    def __init__(
        self, forms: Forms, x_label: str, floor: float | None, *, log_x: bool = False, whole_x: bool = False
    ) -> None:
        super().__init__()
        self.whole_x = whole_x
        self.forms, self.x_label, self._log_x = forms, x_label, log_x
        self._floor = floor
        self._box = ZoomBox(self._on_zoomed, self.show_everything)
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
        self._x_range = (0.1, 1.0) if log_x else (0.0, 1.0)
        self._y_limits: tuple[float, float] | None = None
        self.log = False
        self.zoomed = False
        self.cursor: float | None = None
        self.apply_theme()
        self._place()

    # Data

    def add_curve(self, key: str, style: CurveStyle) -> None:
        item = pyqtgraph.PlotDataItem(skipFiniteCheck=True, antialias=False)
        item.setDownsampling(auto=True, method="peak")
        item.setClipToView(True)
        item.setLogMode(self._log_x, False)
        item.setZValue(-1 if style.under else len(self._items))
        self.styles[key], self._items[key] = style, item
        self.points[key] = Points(style.full_label, _EMPTY, _EMPTY)
        self._box.addItem(item)
        self._pen(key)

    def relabel(self, key: str, label: str, group: str = "", name: str | None = None) -> None:
        """Another label, group and name at the line's end: see `CurveStyle`."""
        self.styles[key] = replace(self.styles[key], label=label, group=group, name=name)
        self.points[key] = replace(self.points[key], label=self.styles[key].full_label)

    def set_curve(self, key: str, x: np.ndarray, y: np.ndarray) -> None:
        """float64 (n,) each, x rising; values that are no number are left out. Nothing moves until `refresh`."""
        seen = np.isfinite(y) & np.isfinite(x)
        if not seen.all():
            x, y = x[seen], y[seen]
        x, y = thinned(np.ascontiguousarray(x, np.float64), np.ascontiguousarray(y, np.float64))
        self.points[key] = Points(self.styles[key].full_label, x, y)
        item = self._items[key]
        if self.log:
            positive = y > 0
            x, y = x[positive], y[positive]
        item.setData(x, y, skipFiniteCheck=True, antialias=len(x) <= _SMOOTH_EDGES_UP_TO)

    def set_log(self, *, log: bool) -> None:
        """Logarithmic y axis; values that are not positive have no place on it."""
        self.log = log
        for key, item in self._items.items():
            item.setLogMode(self._log_x, log)
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
        curves = list(self.points.values())
        linear = self._y_limits or padded_range(curves, self._floor) or (0.0, 1.0)
        y = log_range(curves) if self.log else linear
        x = (self._seen(self._x_range[0]), self._seen(self._x_range[1]))
        self._box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)

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
        right = px(108) if self.width() >= px(440) else px(72)  # "validation 55.0 %" beside its point
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
        return QPointF(self._box.mapViewToScene(QPointF(self._seen(x), shown)))

    def _seen(self, x: float) -> float:
        """Where an x is on the axis, which may count its decimal logarithm."""
        return math.log10(x) if self._log_x and x > 0 else x

    def _meant(self, place: float) -> float:
        """The x at a place of the axis: the reverse of `_seen`."""
        return 10.0**place if self._log_x else place

    def x_in_words(self, x: float) -> str:
        """An x as it is read out."""
        return rounded(x) if self._log_x else f"{x:.{0 if self.whole_x else 2}f}"

    def ticks(self) -> tuple[list[float], list[float]]:
        """The round numbers marked on x and y; on x whole ones, as it counts epochs, where any can be seen."""
        (left, right), (low, high) = self._box.viewRange()
        most = max(2, min(10, int(self.area().width() / px(44))))
        if self._log_x:
            x = sparse(log_ticks(10**left, 10**right), most)
        else:
            x = nice_ticks(left, right, most, whole=True) or nice_ticks(left, right, most)
        most = max(2, int(self.area().height() / px(34)))
        y = log_ticks(10**low, 10**high) if self.log else nice_ticks(low, high, most)
        return x, y

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        draw_background(painter, rect, self)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        draw_foreground(painter, self)

    # The readout

    @property
    def place(self) -> float | None:
        """Where the curves are read: at the cursor, or the whole number nearest to it, but never before or after all of
        them; None: nowhere."""
        ends = [points.x[[0, -1]] for key, points in self.points.items() if self.styles[key].labelled and len(points.x)]
        if self.cursor is None or not ends:
            return None
        inside = min(max(self.cursor, float(np.min(ends))), float(np.max(ends)))
        return float(round(inside)) if self.whole_x else inside

    def values_at(self, x: float) -> list[tuple[CurveStyle, float, float]]:
        """For each curve with a readout its style and nearest point (x, y)."""
        found = ((style, at(self.points[key], x)) for key, style in self.styles.items() if style.labelled)
        return [(style, *point) for style, point in found if point is not None]

    def value_in_words(self, style: CurveStyle, x: float, y: float, *, grouped: bool = True) -> str:
        """One of the values that are read, with its place where that is another than the one read at. `grouped`:
        with the name of its group."""
        said = f"{style.full_label if grouped else style.label} {self.forms[0](y)}"
        left, right = self._box.viewRange()[0]
        elsewhere = self.place is not None and abs(self._seen(x) - self._seen(self.place)) > _NEAR * (right - left)
        return f"{said} at {self.x_in_words(x)}" if elsewhere else said

    def readout(self) -> str:
        """The values under the cursor in words."""
        if (place := self.place) is None:
            return ""
        values = ", ".join(self.value_in_words(*each) for each in self.values_at(place))
        return f"{self.x_label} {self.x_in_words(place)}: {values}"

    def set_cursor(self, x: float | None) -> None:
        """Read the curves at `x`; None ends it."""
        if x == self.cursor:
            return
        self.cursor = x
        self.readout_changed.emit(self.readout())
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        inside = self.area().contains(event.position())
        self.set_cursor(self._meant(float(self._box.mapSceneToView(event.position()).x())) if inside else None)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.set_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        left, right = self._box.viewRange()[0]
        if step is not None:
            coarse = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            place = self.place
            start = self._seen(place) if place is not None else (left if step > 0 else right)
            reached = start + step * (1 if self.whole_x else (right - left) / (10 if coarse else 50))
            self.set_cursor(self._meant(min(max(reached, left), right)))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.set_cursor(self._meant(left if event.key() == Qt.Key.Key_Home else right))
        elif event.key() == Qt.Key.Key_Escape and (self.cursor is not None or self.zoomed):
            self.set_cursor(None)
            self.show_everything()
        else:
            QWidget.keyPressEvent(self, event)
