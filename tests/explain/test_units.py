"""One filter in figures."""

from __future__ import annotations

import numpy as np
import pytest

from cifar_gui.explain.units import histogram, table_row, table_titles, unit_details


def test_mean_deviation_norm_and_rank_of_known_weights(layer_with):
    snapshot, layer = layer_with([[[[1.0, 3.0]]], [[[0.0, 10.0]]]], bias=[0.5, -0.5])
    details = unit_details(snapshot, layer, 0)
    assert (details.mean, details.deviation, details.norm, details.rank) == (2.0, 1.0, pytest.approx(10**0.5), 2)
    assert details.bias == 0.5
    assert details.weights.tolist() == [[[1.0, 3.0]]]


def test_the_histogram_reaches_as_far_as_the_largest_weight_of_the_layer(layer_with):
    snapshot, layer = layer_with([[[[1.0, 3.0]]], [[[0.0, -10.0]]]])
    details = unit_details(snapshot, layer, 0, bins=4)
    assert details.edges.tolist() == [-10.0, -5.0, 0.0, 5.0, 10.0]
    assert details.counts.tolist() == [0, 0, 2, 0]


def test_a_filter_of_zeros_has_a_histogram_too():
    counts, edges = histogram(np.zeros(5, np.float32), 0.0, 3)
    assert counts.tolist() == [0, 5, 0]
    assert (edges[0], edges[-1]) == (-1.0, 1.0)


@pytest.mark.parametrize("unit", [-1, 2])
def test_a_filter_that_is_not_there_is_refused_by_number(unit, layer_with):
    snapshot, layer = layer_with([[[[1.0]]], [[[0.0]]]])
    with pytest.raises(IndexError, match="filters 0 to 1"):
        unit_details(snapshot, layer, unit)


def test_numbers_come_as_one_row_for_each_row_of_the_kernel():
    weights = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    assert table_titles(weights) == ["input", "row", "0", "1"]
    rows = [table_row(weights, index) for index in range(4)]
    assert rows == [[0, 0, 0.0, 1.0], [0, 1, 2.0, 3.0], [1, 0, 4.0, 5.0], [1, 1, 6.0, 7.0]]
