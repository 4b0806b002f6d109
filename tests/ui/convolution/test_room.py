"""How maps share the width."""

from __future__ import annotations

import pytest

from cifar_gui.ui.convolution.room import shares


@pytest.mark.parametrize(
    ("columns", "most", "least", "width", "found"),
    [
        ((7, 5), (900, 900), (0, 0), 600, [350, 250]),
        ((32, 5), (230, 230), (0, 0), 900, [450, 450]),
        ((32, 5), (230, 900), (0, 0), 900, [230, 670]),
        ((32, 5), (230, 400), (0, 0), 500, [230, 270]),
        ((32, 28, 0), (900, 900, 0), (0, 0, 90), 600, [320, 280, 0]),
        ((8, 8, 4), (100, 900, 900), (0, 0, 0), 400, [100, 200, 100]),
        ((9, 7, 3), (900, 900, 900), (60, 70, 120), 610, [276, 214, 120]),
        ((11, 2, 1), (290, 60, 40), (60, 70, 90), 660, [360, 140, 160]),
        ((11, 2, 1), (290, 60, 40), (60, 70, 90), 200, [60, 70, 90]),
    ],
)
def test_cells_are_alike_until_a_map_has_all_it_can_use_and_the_rest_is_for_the_others(
    columns, most, least, width, found
):
    assert shares(columns, most, least, width) == found
