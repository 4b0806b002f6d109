"""Orders in which units are shown."""

from __future__ import annotations

import numpy as np
import pytest

from cifar_gui.explain.arrange import arranged, norms, side_by_side, strongest_first
from cifar_gui.explain.base import ORDERS


def test_the_norm_is_the_root_of_the_sum_of_squares():
    weights = np.array([[[3.0, 4.0]], [[0.0, 0.0]]], np.float32)
    assert norms(weights).tolist() == [5.0, 0.0]


def test_strongest_first_keeps_the_order_of_equals():
    assert strongest_first(np.array([[1.0], [3.0], [-3.0], [2.0]], np.float32)) == [1, 2, 3, 0]
    many = np.arange(200, dtype=np.float32) % 3
    assert strongest_first(many[:, None]) == sorted(range(200), key=lambda unit: -many[unit])


def test_likes_come_to_stand_side_by_side():
    """Each next one is most like the last, not like the first, which is the strongest."""
    angles, strengths = np.radians([130.0, -100.0, 0.0, 60.0]), np.array([[1.0], [1.0], [2.0], [1.5]])
    weights = (np.stack([np.cos(angles), np.sin(angles)], axis=1) * strengths).astype(np.float32)
    assert side_by_side(weights) == [2, 3, 0, 1]
    assert arranged(weights, "similarity") == [2, 3, 0, 1]


def test_dead_filters_do_not_upset_the_similarity_order():
    weights = np.zeros((3, 2), np.float32)
    weights[1] = 1
    assert sorted(side_by_side(weights)) == [0, 1, 2]
    assert side_by_side(np.zeros((0, 2), np.float32)) == []


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_shows_every_unit_once(order):
    weights = np.random.default_rng(0).normal(size=(37, 4, 3, 3)).astype(np.float32)
    assert sorted(arranged(weights, order)) == list(range(37))


def test_by_number_is_by_number():
    assert arranged(np.ones((4, 1), np.float32), "index") == [0, 1, 2, 3]
