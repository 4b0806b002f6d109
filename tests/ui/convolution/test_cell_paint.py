"""How numbers are painted in cells."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from cifar_gui.ui.convolution.cell_paint import Shades
from cifar_gui.ui.theme import theme, tokens


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cells_have_the_colours_of_the_signs_and_none_where_there_is_nothing(scheme):
    theme().set_look(scheme=scheme)
    pixels = Shades(2.0).pixels(np.array([[-2.0, 0.0, 2.0]]))[0].tolist()
    assert [QColor(*pixel) for pixel in pixels] == [tokens().negative, tokens().panel, tokens().positive]
