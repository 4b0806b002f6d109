"""How sure an answer is, told three times: by colour, by shape and by word."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.inference.prediction import Confidence
from cifar_gui.inference.verdict import label_of
from cifar_gui.ui.theme import font, px, tokens

WORDS = {state: label_of(state) for state in get_args(Confidence)}
EXPLANATIONS = {
    "confident": "One class stands out clearly.",
    "unsure": "Two classes or more are too close to call.",
    "unknown": "Nothing in the picture looks enough like what the network was trained on.",
}


def state_colour(state: str) -> QColor:
    """Green, amber and grey; red for what cannot be read. Text on a panel in it is readable in both themes."""
    colours = tokens()
    named = {"confident": colours.good, "unsure": colours.doubt, "unreadable": colours.bad}
    return named.get(state, colours.muted)


def draw_sign(painter: QPainter, box: QRectF, state: str) -> None:
    """A disc, a triangle, a ring, a cross, or three dots, inside `box`."""
    colour = state_colour(state)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    stroke = QPen(colour, max(1.5, box.width() / 6))
    if state == "confident":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(box)
    elif state == "unsure":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()]))
    elif state == "unknown":
        painter.setPen(stroke)
        inset = stroke.widthF() / 2
        painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))
    elif state == "unreadable":
        painter.setPen(stroke)
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.topRight(), box.bottomLeft())
    else:
        _draw_dots(painter, box, colour)
    painter.restore()


def _draw_dots(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    radius = box.width() / 9
    for place in (-1, 0, 1):
        painter.drawEllipse(box.center() + QPointF(place * box.width() / 2.6, 0), radius, radius)


class ConfidenceBadge(QWidget):
    """A sign and a word; empty until told a state."""

    def __init__(self) -> None:
        super().__init__()
        self._state = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def state(self) -> str:
        """What is shown, "" for nothing."""
        return self._state

    def show_state(self, state: str) -> None:
        """One of confident, unsure, unknown; "" for nothing."""
        self._state = state
        self.setAccessibleName(f"Confidence: {WORDS[state]}" if state else "")
        self.setToolTip(EXPLANATIONS.get(state, ""))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if not self._state:
            return QSize(0, px(20))
        self.setFont(font(bold=True))
        return QSize(self.fontMetrics().horizontalAdvance(WORDS[self._state]) + px(18), px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._state:
            return
        with QPainter(self) as painter:
            side = px(10)
            draw_sign(painter, QRectF(1, (self.height() - side) / 2, side, side), self._state)
            painter.setFont(font(bold=True))
            painter.setPen(state_colour(self._state))
            text = QRectF(self.rect()).adjusted(px(17), 0, 0, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, WORDS[self._state])
