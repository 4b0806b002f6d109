"""The run card, painted: a picture of 1200 × 630 in light colours, whatever the window looks like."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication

from cifar_gui.explain.base import ImageGrid, atlas
from cifar_gui.runs.card_file import with_recipe
from cifar_gui.ui.runs.card_facts import CardFacts, Values
from cifar_gui.ui.tokens import LIGHT
from cifar_gui.ui.train.forming_filters import cut_to_fit, fitting
from cifar_gui.ui.widgets.curves import nice_ticks
from cifar_gui.ui.widgets.pixels import qimage_of
from cifar_gui.words import exact_percent

SIZE = QSize(1200, 630)
_EDGE = 48.0
_PLOT = QRectF(_EDGE + 56, 176, 596, 330)
_RIGHT = QRectF(776, 168, 1200 - 776 - _EDGE, 400)
_FILTERS_HEIGHT = 150
_LINE = 27.0
_FOOT = "Drop this picture on CIFAR GUI: recipe and seed are in it, to train the same network again."

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT_SIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


def paint_card(facts: CardFacts) -> QImage:
    """For the GUI thread; takes some milliseconds."""
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    image.fill(LIGHT.panel)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.fillRect(QRectF(0, 0, SIZE.width(), 8), LIGHT.accent)
        _paint_heading(painter, facts)
        _paint_plot(painter, facts)
        top = _paint_filters(painter, facts)
        _paint_lines(painter, facts, top)
        painter.fillRect(QRectF(_EDGE, 578, SIZE.width() - 2 * _EDGE, 1), LIGHT.panel_line)
        _write(painter, QRectF(_EDGE, 584, 1100, 30), _FOOT, 15, LIGHT.muted)
    return image


def card_png(facts: CardFacts, image: QImage) -> bytes:
    """The card as the bytes of a PNG file, with the recipe in them."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide's stubs want bytes here, PySide wants text
    return with_recipe(bytes(buffer.data().data()), facts.recipe)


def _font(size: int, *, bold: bool = False) -> QFont:
    """The interface font in pixels of the card."""
    result = QFont(QApplication.font())
    result.setPixelSize(size)
    result.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return result


def _write(
    painter: QPainter,
    where: QRectF,
    text: str,
    size: int,
    colour: QColor,
    flags: Qt.AlignmentFlag = _LEFT,
    *,
    bold: bool = False,
) -> None:
    """One line; what does not fit ends in an ellipsis."""
    painter.setFont(_font(size, bold=bold))
    painter.setPen(colour)
    elided = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, where.width())
    painter.drawText(where, flags, elided)


def _paint_heading(painter: QPainter, facts: CardFacts) -> None:
    _write(painter, QRectF(_EDGE, 40, 700, 54), facts.title, 42, LIGHT.text, bold=True)
    _write(painter, QRectF(_EDGE, 98, 700, 28), facts.subtitle, 19, LIGHT.muted)
    _write(painter, QRectF(_RIGHT.left(), 30, _RIGHT.width(), 72), facts.figure, 64, LIGHT.accent, bold=True)
    _write(painter, QRectF(_RIGHT.left(), 98, _RIGHT.width(), 28), facts.figure_note, 17, LIGHT.muted)


def _paint_plot(painter: QPainter, facts: CardFacts) -> None:
    values = np.concatenate([facts.training, facts.validation])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    air = max(0.06 * (high - low), 0.01)
    low, high = max(low - air, 0.0), min(high + air, 1.0)
    first, last = (float(facts.epochs[0]), float(facts.epochs[-1])) if len(facts.epochs) else (0.0, 1.0)
    last = max(last, first + 1)

    def at(epoch: float, accuracy: float) -> QPointF:
        across = (epoch - first) / (last - first)
        down = 1 - (accuracy - low) / (high - low)
        return QPointF(_PLOT.left() + across * _PLOT.width(), _PLOT.top() + down * _PLOT.height())

    _write(painter, QRectF(_EDGE, 142, 400, 24), "Accuracy", 16, LIGHT.text, bold=True)
    for tick in nice_ticks(low, high, 7):
        height = round(at(first, tick).y()) + 0.5
        painter.setPen(QPen(LIGHT.panel_line, 1))
        painter.drawLine(QLineF(_PLOT.left(), height, _PLOT.right(), height))
        _write(
            painter, QRectF(0, height - 12, _PLOT.left() - 10, 24), exact_percent(tick), 15, LIGHT.muted, _RIGHT_SIDE
        )
    for tick in nice_ticks(first, last, 9, whole=True):
        middle = at(tick, low).x()
        _write(painter, QRectF(middle - 30, _PLOT.bottom() + 6, 60, 22), f"{tick:g}", 15, LIGHT.muted, _CENTRE)
    _write(painter, QRectF(_PLOT.left(), _PLOT.bottom() + 28, _PLOT.width(), 22), "epoch", 15, LIGHT.muted, _CENTRE)
    curves = (("training", facts.training, LIGHT.muted, True), ("validation", facts.validation, LIGHT.accent, False))
    left = _PLOT.left() + 100
    for name, curve, colour, dashed in curves:
        points = _points(facts.epochs, curve)
        if not points:
            continue
        _draw_curve(painter, [at(x, y) for x, y in points], colour, dashed=dashed)
        painter.drawLine(QLineF(left, 154, left + 28, 154))
        _write(painter, QRectF(left + 36, 142, 110, 24), name, 15, LIGHT.muted)
        left += 140


def _points(epochs: Values, values: Values) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in zip(epochs, values, strict=True) if np.isfinite(y)]


def _draw_curve(painter: QPainter, points: list[QPointF], colour: QColor, *, dashed: bool) -> None:
    pen = QPen(colour, 3, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if len(points) > 1:
        painter.drawPolyline(QPolygonF(points))
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(points[-1], 5, 5)
    painter.restore()


def _paint_filters(painter: QPainter, facts: CardFacts) -> float:
    """The first filters, as large as whole magnifications allow; returns where the next thing may begin."""
    top = _RIGHT.top() - 26
    if facts.filters is None or not len(facts.filters):
        if facts.filters_note:
            _write(painter, QRectF(_RIGHT.left(), top, _RIGHT.width(), 24), facts.filters_note, 16, LIGHT.muted)
            return top + 40
        return top
    _write(painter, QRectF(_RIGHT.left(), top, _RIGHT.width(), 24), facts.filters_note, 16, LIGHT.text, bold=True)
    picture = _filters_picture(facts.filters)
    painter.drawImage(QPointF(_RIGHT.left() - 2, top + 30), picture)
    return top + 30 + picture.height() + 18


def _filters_picture(grid: ImageGrid) -> QImage:
    room = QSize(int(_RIGHT.width()), _FILTERS_HEIGHT)
    grid = cut_to_fit(grid, room)
    tile = QSize(grid.tiles.shape[2], grid.tiles.shape[1])
    columns, magnification = fitting(len(grid), tile, room)
    ground = (LIGHT.panel.red(), LIGHT.panel.green(), LIGHT.panel.blue())
    return qimage_of(atlas(grid, columns, magnification=magnification, gap=2, ground=ground))


def _paint_lines(painter: QPainter, facts: CardFacts, top: float) -> None:
    for number, (name, value) in enumerate(facts.lines):
        line = QRectF(_RIGHT.left(), top + number * _LINE, _RIGHT.width(), _LINE)
        if line.bottom() > 574:
            return
        _write(painter, QRectF(line.left(), line.top(), 122, _LINE), name, 16, LIGHT.muted)
        room = line.adjusted(128, 0, 0, 0)
        _write(painter, room, value, size_to_fit(value, room.width(), 16, least=13), LIGHT.text)


def size_to_fit(text: str, width: float, size: int, *, least: int) -> int:
    """As large as `size` if it fits, else smaller, down to `least`: nobody can ask a picture for what it leaves out."""
    sizes = range(size, least, -1)
    return next((each for each in sizes if QFontMetricsF(_font(each)).horizontalAdvance(text) <= width), least)
