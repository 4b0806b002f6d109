"""Small drawings of whole numbers to begin with. Free of Qt."""

from __future__ import annotations

import numpy as np

from cifar_gui.explain.convolution import Numbers

CANVAS = 32
"""Cells that a drawing may have across and down."""

LARGEST_VALUE = 255
"""That a cell of a drawing can hold: as in a picture."""

SEVEN = """
0000000
0333330
0000230
0001310
0003200
0013000
0030000
"""

BAR = """
0000000
0003000
0003000
0003000
0003000
0003000
0000000
"""

DOT = """
0000000
0000000
0000000
0001000
0000000
0000000
0000000
"""

SQUARE = """
0000000
0222220
0200020
0200020
0200020
0222220
0000000
"""

EIGHT = """
00000000
01222210
02000020
02011020
02011020
02000020
01222210
00000000
"""

COLOURED = """
0000000
0330000
0330000
0330000
0330000
0330000
0000000

0000000
0222220
0222220
0000000
0000000
0000000
0000000

0000000
0000000
0000000
0001110
0001110
0001110
0000000
"""
"""A red, a green and a blue slice, with an empty line between them."""


def numbers_of(drawing: str) -> Numbers:
    """(slices, rows, columns)."""
    slices = drawing.strip().split("\n\n")
    return np.array([[[float(digit) for digit in row] for row in each.split("\n")] for each in slices])


def on_canvas(drawing: str) -> Numbers:
    """(slices, 32, 32) with the drawing in the top left corner. More than is shown is kept: a drawing that is made
    smaller and larger again is as it was."""
    values = numbers_of(drawing)
    canvas = np.zeros((len(values), CANVAS, CANVAS))
    canvas[:, : values.shape[1], : values.shape[2]] = values
    return canvas
