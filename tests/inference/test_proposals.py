"""Where to look in a photo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifar_gui.data.picture import Crop, centre_crop
from cifar_gui.inference.proposals import SMALLEST, deciding, proposals


@given(width=st.integers(1, 3000), height=st.integers(1, 3000))
def test_squares_lie_in_the_picture_and_none_is_there_twice(width: int, height: int) -> None:
    found = proposals(width, height)
    assert found[0] == centre_crop(width, height)
    assert len(set(found)) == len(found) <= 21
    for crop in found:
        assert min(crop.x, crop.y) >= 0
        assert crop.x + crop.side <= width
        assert crop.y + crop.side <= height
        assert crop.side >= min(SMALLEST, width, height)


def test_an_ordinary_photo_is_looked_at_in_three_sizes() -> None:
    found = proposals(500, 375)
    assert [sum(crop.side == side for crop in found) for side in (375, 300, 232)] == [3, 9, 9]
    assert {(crop.x, crop.y) for crop in found if crop.side == 375} == {(0, 0), (62, 0), (125, 0)}
    assert Crop(500 - 232, 375 - 232, 232) in found


@pytest.mark.parametrize(
    ("size", "count"), [((32, 32), 1), ((40, 40), 10), ((39, 39), 1), ((32, 48), 3), ((64, 64), 19)]
)
def test_squares_that_would_only_be_magnified_are_left_out(size: tuple[int, int], count: int) -> None:
    assert len(proposals(*size)) == count


def test_the_most_familiar_third_decides() -> None:
    assert deciding([0.5]) == [0]
    assert deciding([0.1, 0.7, 0.3]) == [1]
    assert deciding([float(-place) for place in range(21)]) == [0, 1, 2, 3, 4, 5]
    assert deciding([float(place) for place in range(12)]) == [11, 10, 9, 8]
