"""How maps share the width."""

from __future__ import annotations

import pytest

from cifar_gui.ui.convolution.room import shares


@pytest.mark.parametrize(
    ("columns", "most", "width", "found"),
    [
        ((7, 5), (900, 900), 600, [350, 250]),
        ((32, 5), (230, 230), 900, [230, 230]),
        ((32, 5), (230, 900), 900, [230, 670]),
        ((32, 5), (230, 400), 500, [230, 270]),
        ((32, 28, 0), (900, 900, 0), 600, [320, 280, 0]),
        ((8, 8, 4), (100, 900, 900), 400, [100, 200, 100]),
    ],
)
def test_cells_are_alike_until_a_map_has_all_it_can_use_and_the_rest_is_for_the_others(columns, most, width, found):
    assert shares(columns, most, width) == found
