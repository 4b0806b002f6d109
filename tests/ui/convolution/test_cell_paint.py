"""How numbers are painted in cells."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from cifar_gui.ui.convolution.cell_paint import Shades, draw_cells
from cifar_gui.ui.theme import theme, tokens


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
        draw_cells(painter, QPointF(4, 4), 4, np.zeros((6, 5)), Shades(1.0))
    edge = [(4, 10), (24, 10), (10, 4), (10, 28)]  # left, right, top, bottom of 5 × 6 cells of four pixels
    assert [image.pixelColor(*place) for place in edge] == [tokens().panel_line] * 4
    assert image.pixelColor(14, 16) == tokens().panel, "and no lines inside"
