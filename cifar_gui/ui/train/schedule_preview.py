"""A small drawing of the learning rate over the run, with a dot where the run is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.recipe import Recipe
from cifar_gui.training.schedule import fraction_at
from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.words import rounded

_SAMPLES = 240
_BEFORE = "last valid: "


def sampled(recipe: Recipe, samples: int = _SAMPLES) -> list[tuple[float, float]]:
    """(share of the run 0–1, share of the largest learning rate 0–1) at evenly spaced places."""
    per_epoch = max(1, samples // recipe.epochs)
    total = per_epoch * recipe.epochs
    every = max(1, total // samples)
    return [(step / total, fraction_at(recipe, step, total, per_epoch)) for step in range(0, total + 1, every)]


class SchedulePreview(QWidget):
    """Shows how the learning rate of a recipe goes."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Learning rate over the run")
        self._recipe: Recipe | None = None
        self._pale = False  # what is drawn is not what stands in the fields
        self._line: list[tuple[float, float]] = []
        self._position: float | None = None
        theme().changed.connect(self.update)

    def show_recipe(self, recipe: Recipe | None) -> None:
        """Draw this recipe's schedule; None, as it does not fit: the last one stays, pale."""
        self._pale = recipe is None
        if recipe is not None:
            self._recipe, self._line = recipe, sampled(recipe)
        self._describe()

    def show_position(self, share: float | None) -> None:
        """Where the run is, 0–1; None: not running."""
        if share != self._position:
            self._position = share
            self._describe()

    def text(self) -> str:
        """The drawing in words."""
        if self._recipe is None:
            return ""
        peak, last = self._recipe.lr, self._line[-1][1] * self._recipe.lr
        where = "" if self._position is None else f", now {rounded(self._lr_at(self._position))}"
        before = _BEFORE if self._pale else ""
        first, most = rounded(self._line[0][1] * peak), rounded(peak)
        return f"{before}{first} at the start, at most {most}, {rounded(last)} at the end{where}"

    def sizeHint(self) -> QSize:
        return QSize(px(200), px(64))

    def _lr_at(self, share: float) -> float:
        nearest = min(self._line, key=lambda point: abs(point[0] - share))
        return nearest[1] * (self._recipe.lr if self._recipe else 0)

    def _describe(self) -> None:
        self.setAccessibleDescription(self.text())
        self.setToolTip(self.text())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._line:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(self.rect()).adjusted(px(4), px(4), -px(4), -px(18))
            points = [self._place(area, *point) for point in self._line]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens().raised if self._pale else tokens().accent_ground)
            painter.drawPolygon(QPolygonF([area.bottomLeft(), *points, area.bottomRight()]))
            painter.setPen(QPen(tokens().control_line if self._pale else tokens().accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(points))
            if self._position is not None and self._recipe is not None:
                share = self._lr_at(self._position) / self._recipe.lr
                painter.setBrush(tokens().accent)
                painter.setPen(QPen(tokens().panel, 2))
                painter.drawEllipse(self._place(area, self._position, share), px(5), px(5))
            self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        """The largest learning rate on the left, the number of epochs on the right."""
        if self._recipe is None:
            return
        painter.setFont(font(11))
        painter.setPen(tokens().muted)
        below = QRectF(self.rect()).adjusted(px(4), self.height() - px(16), -px(4), 0)
        epochs = f"{self._recipe.epochs} epoch{'s' if self._recipe.epochs != 1 else ''}"
        painter.drawText(
            below, Qt.AlignmentFlag.AlignLeft, f"{_BEFORE if self._pale else ''}peak {rounded(self._recipe.lr)}"
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, epochs)

    @staticmethod
    def _place(area: QRectF, along: float, up: float) -> QPointF:
        return QPointF(area.left() + min(along, 1.0) * area.width(), area.bottom() - up * area.height())
