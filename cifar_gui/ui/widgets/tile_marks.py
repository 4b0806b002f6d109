"""Small shapes that mark tiles of a grid: what is the matter is told by the shape, never by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from cifar_gui.ui.theme import px, tokens

SIDE = 11
"""Of a mark, in pixels at zoom 1."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a tile is marked with, and why."""

    shape: Literal["crossed", "double"]
    text: str  # a sentence or more


def draw_mark(painter: QPainter, corner: QPointF, mark: Mark) -> None:
    """Its shape: a crossed circle, or two squares of which one hides a part of the other."""
    side = px(SIDE)
    place = QRectF(corner.x(), corner.y(), side, side).adjusted(1, 1, -1, -1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens().doubt, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mark.shape == "crossed":
        painter.drawEllipse(place)
        inset = place.width() * 0.146  # where the circle's diagonal begins
        painter.drawLine(place.bottomLeft() + QPointF(inset, -inset), place.topRight() + QPointF(-inset, inset))
    else:
        part = place.width() * 0.66
        painter.drawRect(QRectF(place.topLeft(), place.topLeft() + QPointF(part, part)))
        painter.setBrush(tokens().panel)
        painter.drawRect(QRectF(place.bottomRight() - QPointF(part, part), place.bottomRight()))
    painter.restore()
