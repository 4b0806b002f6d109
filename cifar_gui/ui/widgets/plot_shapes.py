"""What marks a point of a curve, so that curves are told apart by more than colour and line."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPolygonF


def _star() -> tuple[tuple[float, float], ...]:
    reaches = (1.6, 0.65)
    turns = [math.pi * i / 5 for i in range(10)]
    return tuple((reaches[i % 2] * math.sin(turn), -reaches[i % 2] * math.cos(turn)) for i, turn in enumerate(turns))


SHAPES: dict[str, tuple[tuple[float, float], ...]] = {
    "dot": (),
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((0, -1.3), (1.25, 0.9), (-1.25, 0.9)),
    "diamond": ((0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)),
    "wedge": ((-1.25, -0.9), (1.25, -0.9), (0, 1.3)),
    "bar": ((-1.6, -0.5), (1.6, -0.5), (1.6, 0.5), (-1.6, 0.5)),
    "star": _star(),
}
"""Name → the corners about the middle, for the size of a dot of radius 1; the dot itself has none."""


def draw_shape(painter: QPainter, shape: str, middle: QPointF, radius: float) -> None:
    """One of `SHAPES` with the painter's pen and brush; `radius` is that of a dot of about its size."""
    if corners := SHAPES[shape]:
        painter.drawPolygon(QPolygonF([middle + QPointF(x, y) * radius for x, y in corners]))
    else:
        painter.drawEllipse(middle, radius, radius)
