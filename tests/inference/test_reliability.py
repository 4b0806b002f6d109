"""Reliability, calibration error and coverage, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cifar_gui.inference.reliability import Bin, calibration_error, coverage, error_by_chance, reliability


def test_answers_that_are_exactly_as_sure_as_they_may_be_still_show_an_error() -> None:
    random = np.random.default_rng(0)
    found, expected = [], []
    for _ in range(200):
        confidence = random.uniform(0.5, 1.0, 300)
        bins = reliability(confidence, random.random(300) < confidence)
        found.append(calibration_error(bins))
        expected.append(error_by_chance(bins))
    assert np.mean(found) == pytest.approx(np.mean(expected), rel=0.05)
    assert error_by_chance([]) == 0.0


def test_bins_hold_equally_many_answers_of_about_the_same_confidence() -> None:
    found = reliability([0.9, 0.2, 0.6, 0.4], [True, False, False, True], bins=2)
    assert found == (
        Bin(0.2, 0.4, pytest.approx(0.3), 0.5, 2),
        Bin(0.6, 0.9, pytest.approx(0.75), 0.5, 2),
    )
    assert calibration_error(found) == pytest.approx((2 * 0.2 + 2 * 0.25) / 4)


def test_bins_of_unequal_size_count_by_what_they_hold() -> None:
    found = reliability([0.5, 0.5, 1.0], [True, False, True], bins=2)
    assert [each.count for each in found] == [2, 1]
    assert calibration_error(found) == 0.0
    assert calibration_error(reliability([1.0, 1.0, 1.0], [False, False, True], bins=2)) == pytest.approx(2 / 3)


def test_fewer_answers_than_bins_get_one_each() -> None:
    assert [each.count for each in reliability([0.1, 0.7], [True, True])] == [1, 1]


def test_nothing_has_no_bins_and_no_error() -> None:
    assert reliability([], []) == ()
    assert calibration_error(()) == 0.0
    assert coverage([], []).at(0.5) == (0.0, 1.0)


def test_withholding_the_less_confident_answers_leaves_fewer_and_better_ones() -> None:
    found = coverage([0.9, 0.6, 0.8, 0.3], [True, False, True, False])
    assert found.threshold.tolist() == [0.9, 0.8, 0.6, 0.3]
    assert found.share.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert found.accuracy.tolist() == pytest.approx([1, 1, 2 / 3, 0.5])
    assert found.at(0.8) == (0.5, 1.0)
    assert found.at(0.81) == (0.25, 1.0)
    assert found.at(0.95) == (0.0, 1.0)
    assert found.at(0.0) == (1.0, 0.5)


def test_answers_of_equal_confidence_come_and_go_together() -> None:
    found = coverage([0.7, 0.7, 0.7, 0.5], [True, False, True, True])
    assert found.threshold.tolist() == [0.7, 0.5]
    assert found.accuracy.tolist() == pytest.approx([2 / 3, 0.75])


def test_a_network_that_says_what_is_true_has_little_error() -> None:
    random = np.random.default_rng(1)
    said = random.uniform(0.3, 1.0, 20_000)
    error = calibration_error(reliability(said, random.uniform(size=20_000) < said))
    assert error < 0.015
    assert calibration_error(reliability(said, random.uniform(size=20_000) < said - 0.2)) == pytest.approx(
        0.2, abs=0.02
    )
