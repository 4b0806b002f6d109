"""How numbers are painted in cells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from cifar_gui.explain.convolution import Step
from cifar_gui.ui.convolution import arithmetic
from cifar_gui.ui.convolution.cell_map import CellMap, MapContent
from cifar_gui.ui.convolution.cell_paint import Shades, draw_cells
from cifar_gui.ui.theme import theme, tokens
from cifar_gui.ui.widgets.pixels import pixels_of


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cells_have_the_colours_of_the_signs_and_none_where_there_is_nothing(scheme):
    theme().set_look(scheme=scheme)
    pixels = Shades(2.0).pixels(np.array([[-2.0, 0.0, 2.0]]))[0].tolist()
    assert [QColor(*pixel) for pixel in pixels] == [tokens().negative, tokens().panel, tokens().positive]


def test_a_map_of_zeros_whose_cells_are_small_has_an_edge():
    theme().set_look(scheme="light")
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(tokens().panel)
    with QPainter(image) as painter:
        draw_cells(painter, QPointF(4, 4), 4, np.zeros((6, 5)), Shades(1.0), None)
    edge = [(4, 10), (24, 10), (10, 4), (10, 28)]  # left, right, top, bottom of 5 × 6 cells of four pixels
    assert [image.pixelColor(*place) for place in edge] == [tokens().panel_line] * 4
    assert image.pixelColor(14, 16) == tokens().panel, "and no lines inside"


def at(shape: tuple[int, int], *places: tuple[int, int]) -> np.ndarray:
    """True there."""
    marks = np.zeros(shape, bool)
    for place in places:
        marks[place] = True
    return marks


@pytest.mark.parametrize(
    ("laid", "places"),
    [
        ({"unread": at((6, 7), (0, 0), (3, 6))}, {(-1, -1), (2, 5)}),
        ({"hidden": at((4, 5), (0, 0), (1, 3))}, {(0, 0), (1, 3)}),
        ({"outlines": (((-1, 0), 1), ((3, 4), 1))}, {(-1, 0), (3, 4)}),
        ({"marked": ((0, 3), (-1, 2))}, {(0, 3), (-1, 2)}),
        ({"cursor": (2, 1)}, {(2, 1)}),
    ],
)
def test_what_is_laid_over_a_cell_lies_on_that_cell(qtbot, laid: dict[str, Any], places) -> None:
    widget = CellMap()
    qtbot.addWidget(widget)
    widget.resize(240, 200)
    plain = MapContent(np.ones((4, 5)), Shades(1.0), padding=1)
    looks = []
    for content in (plain, replace(plain, **laid)):
        widget.show_content(content)
        looks.append(pixels_of(widget.grab().toImage()))
    changed = np.argwhere((looks[0] != looks[1]).any(0)).tolist()
    assert {widget.place_at(QPointF(column, row)) for row, column in changed} == places


def test_digits_of_slices_below_each_other_are_equally_large(qtbot, monkeypatch):
    """A long number in one channel's kernel made its digits smaller than those of the channels above and below."""
    seen = defaultdict(list)
    draw = arithmetic.draw_cells

    def spy(painter, corner, cell, values, shades, digits, wide):
        seen[corner.x()].append(digits)
        draw(painter, corner, cell, values, shades, digits, wide)

    monkeypatch.setattr(arithmetic, "draw_cells", spy)
    window = np.ones((3, 3, 3))
    kernel = np.stack([np.full((3, 3), value) for value in (1.0, -0.002, 0.25)])
    widget = arithmetic.Arithmetic()
    qtbot.addWidget(widget)
    widget.resize(480, 520)
    widget.stand_beside(beside=True)
    step = Step(window, kernel, window * kernel, (window * kernel).sum((1, 2)), 0.0)
    widget.show_sum(arithmetic.Sum(step, Shades(1.0), "none", step.value))
    widget.grab()
    sizes = [{each.size for each in column} for _, column in sorted(seen.items())]
    assert [len(column) for column in seen.values()] == [3, 3, 3]
    assert [len(each) for each in sizes] == [1, 1, 1]
    assert min(sizes[0]) > max(sizes[1]), "where all are short they stay large"


def test_each_grid_of_the_arithmetic_is_as_strong_as_its_own_largest_number(qtbot, monkeypatch):
    """Of all channels together: what is weak in one of them is to be seen as weak."""
    reaches = []
    monkeypatch.setattr(arithmetic, "draw_cells", lambda *drawn: reaches.append(drawn[4].reach))
    window, kernel = np.full((3, 2, 2), 5.0), np.stack([np.full((2, 2), value) for value in (-3.0, 1.0, 2.0)])
    widget = arithmetic.Arithmetic()
    qtbot.addWidget(widget)
    widget.resize(700, 300)
    step = Step(window, kernel, window * kernel, (window * kernel).sum((1, 2)), 0.0)
    widget.show_sum(arithmetic.Sum(step, Shades(9.0), "none", step.value))
    widget.grab()
    assert reaches == 3 * [9.0, 3.0, 15.0], "of the window that of the whole input"
