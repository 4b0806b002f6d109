"""What is painted around the curves of a plot: grid, axes, marks, names at the line ends, and the readout."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.curves import Points, spread
from cifar_gui.ui.widgets.plot_shapes import draw_shape
from cifar_gui.ui.widgets.plot_style import CurveStyle, Forms, Mark
from cifar_gui.words import grouped

_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class Painted(Protocol):
    """What painting needs to know of a plot. Positions are in scene coordinates (pixels)."""

    forms: Forms
    x_label: str
    styles: dict[str, CurveStyle]
    points: dict[str, Points]
    vertical: list[Mark]
    horizontal: list[Mark]
    empty_text: str
    whole_x: bool

    @property
    def place(self) -> float | None: ...
    def area(self) -> QRectF: ...
    def sceneRect(self) -> QRectF: ...
    def to_scene(self, x: float, y: float) -> QPointF: ...
    def ticks(self) -> tuple[list[float], list[float]]: ...
    def values_at(self, x: float) -> list[tuple[CurveStyle, float, float]]: ...
    def value_in_words(self, style: CurveStyle, x: float, y: float, *, grouped: bool = True) -> str: ...
    def x_in_words(self, x: float) -> str: ...
    def hasFocus(self) -> bool: ...


def draw_background(painter: QPainter, rect: QRectF, plot: Painted) -> None:
    """Grounds, grid and the numbers on both axes; for what is behind the curves."""
    area, colours = plot.area(), tokens()
    painter.fillRect(rect, colours.panel)
    painter.fillRect(area, colours.plot_ground)
    x_ticks, y_ticks = plot.ticks()
    painter.setFont(font(11))
    metrics = QFontMetricsF(painter.font())
    for y in y_ticks:
        at_y = round(plot.to_scene(0, y).y()) + 0.5
        painter.setPen(QPen(colours.panel_line, 1))
        painter.drawLine(QPointF(area.left(), at_y), QPointF(area.right(), at_y))
        painter.setPen(colours.muted)
        painter.drawText(QRectF(0, at_y - px(10), area.left() - px(8), px(20)), _RIGHT, plot.forms[1](y))
    painter.setPen(colours.muted)
    below = QRectF(0, area.bottom() + px(4), 0, px(16))
    reach = area.right()  # of the numbers
    for x in x_ticks:
        word = grouped(x)
        width = metrics.horizontalAdvance(word)
        at_x = plot.to_scene(x, 0).x()
        painter.drawText(below.translated(at_x - width / 2 - 1, 0).adjusted(0, 0, width + 2, 0), _CENTRE, word)
        reach = max(reach, at_x + width / 2)
    unit = QRectF(reach + px(6), area.bottom() + px(4), px(90), px(16))
    painter.drawText(unit, _LEFT, plot.x_label)


def draw_foreground(painter: QPainter, plot: Painted) -> None:
    """Marks, names, readout and the ring of the focus; for what is before the curves."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font(11))
    labels = _draw_line_ends(painter, plot)
    for mark in plot.horizontal:
        labels.append(draw_horizontal(painter, plot, mark, labels))
    for mark in plot.vertical:
        labels.append(draw_vertical(painter, plot, mark, labels))
    if (place := plot.place) is not None:
        _draw_readout(painter, plot, place)
    if plot.empty_text and not any(len(each.x) for each in plot.points.values()):
        _draw_empty_text(painter, plot)
    if plot.hasFocus():
        painter.setPen(QPen(tokens().accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(plot.sceneRect().adjusted(1, 1, -1, -1), px(4), px(4))


def _draw_empty_text(painter: QPainter, plot: Painted) -> None:
    """On a ground of its own: the grid would strike it through."""
    painter.setFont(font())
    area, how = plot.area(), int(_CENTRE) | int(Qt.TextFlag.TextWordWrap)
    text = QFontMetricsF(painter.font()).boundingRect(area, how, plot.empty_text)
    painter.fillRect(text.adjusted(-px(8), -px(4), px(8), px(4)), tokens().plot_ground)
    painter.setPen(tokens().muted)
    painter.drawText(area, how, plot.empty_text)


def draw_vertical(painter: QPainter, plot: Painted, mark: Mark, labels: list[QRectF]) -> QRectF:
    """A line with its word beside it, at the first place where it covers none of the `labels`. Returns where that is,
    nowhere if it cannot be seen."""
    area, colour = plot.area(), getattr(tokens(), mark.colour)
    x = plot.to_scene(mark.at, 0).x()
    if not area.left() <= x <= area.right() + 1:
        return QRectF()
    painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    width = QFontMetricsF(painter.font()).horizontalAdvance(mark.label) + px(8)
    sides = [x + px(6)] if x + px(6) + width < plot.sceneRect().right() else []
    sides += [x - px(6) - width] if x - px(6) - width > area.left() or not sides else []
    heights = [area.top() + share * area.height() for share in (0.0, 0.3, 0.5, 0.7)]
    places = [QRectF(left, top, width, px(16)) for top in heights for left in sides]
    place = _free(places, labels)
    _write(painter, place, mark.label, colour)
    return place


def draw_horizontal(painter: QPainter, plot: Painted, mark: Mark, labels: list[QRectF]) -> QRectF:
    """As `draw_vertical`: its word stands on the right, or on the left, above the line or below it."""
    area, colour = plot.area(), getattr(tokens(), mark.colour)
    y = plot.to_scene(0, mark.at).y()
    if not area.top() - 1 <= y <= area.bottom() + 1:
        return QRectF()
    painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    width = QFontMetricsF(painter.font()).horizontalAdvance(mark.label) + 2
    tops = [top for top in (y - px(16), y + px(1)) if area.top() <= top <= area.bottom() - px(15)] or [y - px(16)]
    lefts = (area.right() - px(6) - width, area.left() + px(6))
    place = _free([QRectF(left, top, width, px(15)) for left in lefts for top in tops], labels)
    _write(painter, place, mark.label, colour)
    return place


def _free(places: list[QRectF], labels: list[QRectF]) -> QRectF:
    """The first that covers no label, else the first."""
    return next((place for place in places if not any(place.intersects(label) for label in labels)), places[0])


def _write(painter: QPainter, place: QRectF, text: str, colour: QColor) -> None:
    """On a ground that lets little through: curves and grid would strike it through."""
    ground = QColor(tokens().panel)
    ground.setAlpha(190)
    painter.fillRect(place, ground)
    painter.setPen(colour)
    painter.drawText(place, _LEFT, text)


def _draw_line_ends(painter: QPainter, plot: Painted) -> list[QRectF]:
    """A dot or another shape at the end of each line, and names apart from each other. Returns where these stand."""
    area, right = plot.area(), plot.sceneRect().right()
    seen = _line_ends(plot)
    painter.setPen(Qt.PenStyle.NoPen)
    if plot.whole_x:
        _draw_points(painter, plot)
    for style, end, _ in seen:
        painter.setBrush(getattr(tokens(), style.colour))
        draw_shape(painter, style.shape, end, px(3))
    ends = [each for each in seen if each[2]]
    heights = _heights(area, [end for _, end, _ in ends])
    live = max((end.x() for style, end, _ in ends if not style.under), default=0.0)
    boxes = []
    for (style, end, text), y in zip(ends, heights, strict=True):
        x = end.x() if style.under else live
        box = QRectF(x + px(8), y - px(7), QFontMetricsF(painter.font()).horizontalAdvance(text) + 2, px(14))
        if box.right() > right:
            box.moveRight(right)
        _write(painter, box, text, getattr(tokens(), style.colour))
        boxes.append(box)
    return boxes


def _draw_points(painter: QPainter, plot: Painted) -> None:
    """The shape of each labelled curve at each of its points, which are few where x are whole numbers."""
    seen = plot.area().adjusted(-2, -2, 2, 2)
    labelled = [(key, style) for key, style in plot.styles.items() if style.labelled]
    for key, style in labelled:
        painter.setBrush(getattr(tokens(), style.colour))
        points = plot.points[key]
        for x, y in zip(points.x.tolist(), points.y.tolist(), strict=True):
            if seen.contains(place := plot.to_scene(x, y)):
                draw_shape(painter, style.shape, place, px(3))


def _heights(area: QRectF, ends: list[QPointF]) -> list[float]:
    """Where names beside these points stand: apart from each other, those at the right and those before it."""
    outermost = max((end.x() for end in ends), default=0.0) - px(60)
    found = [0.0] * len(ends)
    for outer in (True, False):
        members = [i for i, end in enumerate(ends) if (end.x() >= outermost) == outer]
        heights = spread([ends[i].y() for i in members], px(14), area.top() + px(6), area.bottom() - px(6))
        for i, height in zip(members, heights, strict=True):
            found[i] = height
    return found


def _line_ends(plot: Painted) -> list[tuple[CurveStyle, QPointF, str]]:
    """The labelled curves whose last point can be seen: style, that point, and what stands beside it, if anything."""
    seen = plot.area().adjusted(-2, -2, 2, 2)
    ends = []
    for key, style in plot.styles.items():
        points = plot.points[key]
        if not style.labelled or not len(points.x):
            continue
        end = plot.to_scene(float(points.x[-1]), float(points.y[-1]))
        name = style.full_label if style.name is None else style.name
        if seen.contains(end):
            ends.append((style, end, name if style.under else f"{name} {plot.forms[0](points.y[-1])}"))
    return ends


def _draw_readout(painter: QPainter, plot: Painted, x: float) -> None:
    area, colours = plot.area(), tokens()
    at_x = min(max(plot.to_scene(x, 0).x(), area.left()), area.right())
    painter.setPen(QPen(colours.control_line, 1))
    painter.drawLine(QPointF(at_x, area.top()), QPointF(at_x, area.bottom()))
    values = plot.values_at(x)
    for style, point_x, point_y in values:
        painter.setPen(QPen(colours.panel, 1))
        painter.setBrush(getattr(colours, style.colour))
        draw_shape(painter, style.shape, plot.to_scene(point_x, point_y), px(3))
    heading = (f"{plot.x_label} {plot.x_in_words(x)}", colours.muted)
    _draw_lines(painter, plot, at_x, [heading, *readout_lines(plot, values)])


def readout_lines(plot: Painted, values: list[tuple[CurveStyle, float, float]]) -> list[tuple[str, QColor]]:
    """What stands on each line, and its colour: a value, or those of a group."""
    lines: list[tuple[str, QColor]] = []
    group = ""
    for style, x, y in values:
        if style.group and style.group == group:
            said, colour = lines.pop()
            lines.append((f"{said}, {plot.value_in_words(style, x, y, grouped=False)}", colour))
        else:
            lines.append((plot.value_in_words(style, x, y), getattr(tokens(), style.colour)))
        group = style.group
    return lines


def _draw_lines(painter: QPainter, plot: Painted, x: float, lines: list[tuple[str, QColor]]) -> None:
    """On one side of `x`, in as many columns as it takes to stay within the plot."""
    area, edge = plot.area(), plot.sceneRect().right()
    rows = min(max(int((area.height() - px(16)) // px(16)), 1), len(lines))
    columns = [lines[start : start + rows] for start in range(0, len(lines), rows)]
    metrics = QFontMetricsF(painter.font())
    widths = [max(metrics.horizontalAdvance(text) for text, _ in column) + px(16) for column in columns]
    width = sum(widths)
    right_of, left_of = x + px(10), x - px(10) - width
    left = right_of if right_of + width < area.right() else left_of
    if left < area.left():  # there is no room on that side: over the names at the line ends, if need be
        left = max(min(right_of, edge - width), 0.0)
    box = QRectF(left, area.top() + px(8), width, rows * px(16) + px(8))
    painter.setPen(QPen(tokens().panel_line, 1))
    painter.setBrush(tokens().raised)
    painter.drawRoundedRect(box, px(5), px(5))
    for column, column_width in zip(columns, widths, strict=True):
        for row, (text, colour) in enumerate(column):
            painter.setPen(colour)
            line = QRectF(left + px(8), box.top() + px(4) + row * px(16), column_width, px(16))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
        left += column_width
