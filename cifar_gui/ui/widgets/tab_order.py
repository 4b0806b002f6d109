"""The Tab key goes where the eye goes: from control to control as their layouts have them, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QScrollArea, QSplitter, QStackedWidget, QTabWidget, QWidget


def follow_layouts(widget: QWidget) -> None:
    """Have Tab walk through what a widget holds in the order of its layouts. To be called again when something has
    been added, as Qt puts that last, or has moved."""
    for before, after in pairwise(stops(widget)):
        QWidget.setTabOrder(before, after)


def stops(widget: QWidget) -> Iterator[QWidget]:
    """Where Tab can stop in a widget, hidden ones too, in the order of its layouts."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(widget, QTabWidget):  # which hands it on
        yield widget
        return
    for part in _parts(widget):
        yield from stops(part)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    match widget:
        case QTabWidget():
            pages = filter(None, map(widget.widget, range(widget.count())))
            yield from (widget.tabBar(), *pages)
        case QStackedWidget() | QSplitter():
            yield from filter(None, map(widget.widget, range(widget.count())))
        case QScrollArea():
            yield from filter(None, [widget.widget()])
        case _:
            if (layout := widget.layout()) is not None:
                yield from _laid_out(layout)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    places = range(layout.count())
    if isinstance(layout, QGridLayout):
        places = sorted(places, key=lambda place: layout.getItemPosition(place)[:2])  # type: ignore[index,assignment]
    for item in map(layout.itemAt, places):
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield widget
        elif (inner := item.layout()) is not None:
            yield from _laid_out(inner)
