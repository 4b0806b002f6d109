"""The plot of a sweep: one point for each run, its accuracy against one setting. A click opens the run."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.ui.sweeps.results import Dot, Scatter
from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.widgets.curves import nice_ticks
from cifar_gui.words import counted, exact_percent, percent

_LEFT, _TOP, _RIGHT, _BELOW = 50, 12, 16, 38
_RADIUS = 5.0
_NEAR = 14  # pixels at zoom 1: points no farther from the mouse are meant
_CENTRE = Qt.AlignmentFlag.AlignCenter
_RIGHT_SIDE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class ScatterPlot(QWidget):
    """Hover or the arrow keys read a point, a click or Enter chooses it.

    Signals: chosen(int) the number of a trial, opened(int) after a double click; read(str) what is to be said of the
    point under the mouse, "" of none.
    """

    chosen = Signal(int)
    opened = Signal(int)
    read = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sweep.plot")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(px(260), px(140))
        self.scatter = Scatter()
        self.marked = 0  # the trial that is chosen in the table
        self._under: int | None = None  # place of the dot that is read
        theme().changed.connect(self.update)

    def show_scatter(self, scatter: Scatter, *, renewed: bool = False) -> None:
        """Other points, or another axis; `renewed`: the same ones as they are now, of which the one read stays so."""
        if scatter != self.scatter:
            trial = self.scatter.dots[self._under].trial if renewed and self._under is not None else 0
            self.scatter = scatter
            self._read(None)
            self._read(next((place for place, dot in enumerate(scatter.dots) if dot.trial == trial), None))
        best = next((dot.words for dot in scatter.dots if dot.best), "no run has finished an epoch")
        self.setAccessibleName(f"Accuracy against {scatter.label.lower() or 'a setting'}, plot")
        self.setAccessibleDescription(f"{counted(len(scatter.dots), 'run')}; best: {best}.")

    def mark(self, trial: int) -> None:
        """Ring the point of a trial; 0: none."""
        self.marked = trial
        self.update()

    def at(self, dot: Dot) -> QPointF:
        """Where a point is, in pixels."""
        area = self._area()
        return QPointF(area.left() + dot.x * area.width(), self._height_of(dot.accuracy))

    def dot_near(self, place: QPointF) -> int | None:
        """The place in `scatter.dots` of the point nearest to `place`, if that is near enough to be meant."""
        apart = [(self.at(dot) - place).manhattanLength() for dot in self.scatter.dots]
        nearest = min(range(len(apart)), key=apart.__getitem__, default=None)
        return nearest if nearest is not None and apart[nearest] <= px(_NEAR) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._read(self.dot_near(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self.dot_near(event.position())
        if event.button() == Qt.MouseButton.LeftButton and near is not None:
            self.chosen.emit(self.scatter.dots[near].trial)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        near = self.dot_near(event.position())
        if near is not None:
            self.opened.emit(self.scatter.dots[near].trial)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        count = len(self.scatter.dots)
        if step is not None and count:
            start = self._under if self._under is not None else (-1 if step > 0 else count)
            self._read(min(max(start + step, 0), count - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._under is not None:
            self.chosen.emit(self.scatter.dots[self._under].trial)
        else:
            super().keyPressEvent(event)

    def _read(self, under: int | None) -> None:
        if under != self._under:
            self._under = under
            self.read.emit("" if under is None else self.scatter.dots[under].words)
            self.setCursor(Qt.CursorShape.ArrowCursor if under is None else Qt.CursorShape.PointingHandCursor)
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font(11))
            self._paint_axes(painter)
            if not self.scatter.dots:
                painter.setPen(tokens().muted)
                painter.drawText(self._area(), _CENTRE, "A point appears here with the first epoch of each run.")
            for place, dot in enumerate(self.scatter.dots):
                self._paint_dot(painter, dot, under=place == self._under)
            self._name_best(painter)
            if self.hasFocus():
                painter.setPen(QPen(tokens().accent, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(4), px(4))

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(px(_LEFT), px(_TOP), -px(_RIGHT), -px(_BELOW))

    def _height_of(self, accuracy: float) -> float:
        area, low, high = self._area(), self.scatter.low, self.scatter.high
        return area.bottom() - (accuracy - low) / max(high - low, 1e-9) * area.height()

    def _paint_axes(self, painter: QPainter) -> None:
        area, colours = self._area(), tokens()
        painter.fillRect(area, colours.plot_ground)
        for value in nice_ticks(self.scatter.low, self.scatter.high, max(2, int(area.height() / px(34)))):
            height = round(self._height_of(value)) + 0.5
            painter.setPen(QPen(colours.panel_line, 1))
            painter.drawLine(QPointF(area.left(), height), QPointF(area.right(), height))
            painter.setPen(colours.muted)
            painter.drawText(QRectF(0, height - px(10), area.left() - px(8), px(20)), _RIGHT_SIDE, exact_percent(value))
        painter.setPen(colours.muted)
        metrics, reach = QFontMetricsF(painter.font()), -1e9
        for share, words in self.scatter.ticks:
            width, middle = metrics.horizontalAdvance(words) + 2, area.left() + share * area.width()
            if middle - width / 2 < reach + px(6):
                continue  # there is no room between it and the one before
            reach = middle + width / 2
            painter.drawText(QRectF(middle - width / 2, area.bottom() + px(4), width, px(16)), _CENTRE, words)
        below = QRectF(area.left(), area.bottom() + px(20), area.width(), px(16))
        painter.drawText(below, _CENTRE, self.scatter.label.lower())

    def _paint_dot(self, painter: QPainter, dot: Dot, *, under: bool) -> None:
        colours, middle = tokens(), self.at(dot)
        radius = px(1) * _RADIUS * (1.3 if under else 1.0)
        painter.setPen(QPen(colours.panel, 1))
        painter.setBrush(colours.good if dot.best else colours.accent)
        painter.drawEllipse(middle, radius, radius)
        if dot.trial == self.marked:
            painter.setPen(QPen(colours.text, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, radius + px(4), radius + px(4))

    def _name_best(self, painter: QPainter) -> None:
        """The best stands out by more than its colour."""
        best = next((dot for dot in self.scatter.dots if dot.best), None)
        if best is None:
            return
        middle, words = self.at(best), percent(best.accuracy)
        width = QFontMetricsF(painter.font()).horizontalAdvance(words) + 2
        right = middle.x() + px(10) + width < self.width()
        left = middle.x() + px(10) if right else middle.x() - px(10) - width
        painter.setPen(tokens().good)
        painter.drawText(QRectF(left, middle.y() - px(8), width, px(16)), _CENTRE, words)
