"""Temperatures are found again, and shares that belong to no class."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from cifar_gui.inference.calibration import (
    COLDEST,
    HOTTEST,
    MOST_SMOOTHED,
    Calibration,
    fit_calibration,
    fit_temperature,
)


def drawn_from(logits: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """Labels that follow the softmax of the logits."""
    generator = torch.Generator().manual_seed(seed)
    return torch.multinomial(torch.softmax(logits, 1), 1, generator=generator).squeeze(1)


def some_logits(count: int = 20_000, spread: float = 2.0) -> torch.Tensor:
    return torch.randn(count, 10, generator=torch.Generator().manual_seed(1)) * spread


@pytest.mark.parametrize("known", [0.2, 0.5, 1.0, 1.7, 8.0])
def test_a_known_temperature_is_found_again(known: float) -> None:
    logits = some_logits()
    assert fit_temperature(logits * known, drawn_from(logits)) == pytest.approx(known, rel=0.03)


def test_no_other_temperature_has_less_loss() -> None:
    logits = some_logits(500)
    labels = drawn_from(logits * 0.3)
    best = fit_temperature(logits, labels)
    losses = [float(F.cross_entropy(logits.double() / (best * factor), labels)) for factor in (0.99, 1.0, 1.01)]
    assert losses[1] < min(losses[0], losses[2])


def test_extreme_networks_stay_within_bounds() -> None:
    logits = some_logits(50)
    always_right = fit_temperature(logits, logits.argmax(1))
    always_wrong = fit_temperature(logits, logits.argmin(1))
    assert always_right == pytest.approx(COLDEST, rel=0.5)
    assert always_wrong == pytest.approx(HOTTEST, rel=0.5)
    assert fit_temperature(torch.zeros(5, 3), torch.zeros(5, dtype=torch.long)) > 0
    with pytest.raises(ValueError, match="at least one"):
        fit_temperature(logits[:0], torch.zeros(0, dtype=torch.long))


@pytest.mark.parametrize(
    ("card", "one", "six"),
    [
        ({}, 1.0, 1.0),
        ({"temperature": 0.5}, 0.5, 0.5),
        ({"temperature": 0.5, "temperature_six_views": 0.4}, 0.5, 0.4),
        ({"temperature": COLDEST, "temperature_six_views": HOTTEST}, COLDEST, HOTTEST),
        ({"temperature": 0.0}, 1.0, 1.0),
        ({"temperature": float("nan")}, 1.0, 1.0),
        ({"temperature": 1e9}, 1.0, 1.0),
    ],
)
def test_the_card_says_which_temperature_is_used(card: dict[str, float], one: float, six: float) -> None:
    assert Calibration.of(card, six_views=False).temperature == one
    assert Calibration.of(card, six_views=True).temperature == six


@pytest.mark.parametrize(
    ("card", "one", "six"),
    [
        ({"temperature": 0.5}, 0.0, 0.0),
        ({"temperature": 0.5, "smoothing": 0.03}, 0.03, 0.03),
        ({"temperature": 0.5, "smoothing": 0.03, "temperature_six_views": 0.4}, 0.03, 0.0),
        ({"temperature_six_views": 0.4, "smoothing_six_views": MOST_SMOOTHED}, 0.0, MOST_SMOOTHED),
        ({"smoothing": -0.01}, 0.0, 0.0),
        ({"smoothing": float("nan")}, 0.0, 0.0),
        ({"smoothing": 1.0}, 0.0, 0.0),
    ],
)
def test_the_card_says_what_is_taken_off(card: dict[str, float], one: float, six: float) -> None:
    assert [Calibration.of(card, six_views=each).smoothing for each in (False, True)] == [one, six]


def test_what_is_kept_is_read_again() -> None:
    one, six = Calibration(0.5, 0.02), Calibration(0.7, 0.01)
    kept = {**one.kept(six_views=False), **six.kept(six_views=True)}
    assert [Calibration.of(kept, six_views=each) for each in (False, True)] == [one, six]


def smoothed(true: torch.Tensor, share: float) -> torch.Tensor:
    """Logits of a network that gives every class its part of a share, besides what is true."""
    return torch.log((1 - share) * true + share / true.shape[1])


def test_what_label_smoothing_gave_to_every_class_is_taken_back() -> None:
    logits = some_logits(spread=4.0)
    labels, true = drawn_from(logits), torch.softmax(logits, 1)
    found = fit_calibration(smoothed(true, 0.1), labels)
    assert found.smoothing == pytest.approx(0.1, abs=0.02)
    assert found.temperature == pytest.approx(1.0, abs=0.05)
    said = found.probabilities(found.logits(smoothed(true, 0.1)))
    assert (said - true).abs().mean() < 0.002
    cold = fit_temperature(smoothed(true, 0.1), labels)
    assert (torch.softmax(smoothed(true, 0.1) / cold, 1) - true).abs().mean() > 0.005, "one number alone cannot"


def test_nothing_is_taken_off_where_that_does_not_help() -> None:
    logits = some_logits()
    found = fit_calibration(logits * 2, drawn_from(logits))
    assert found == Calibration(fit_temperature(logits * 2, drawn_from(logits)), 0.0)


@pytest.mark.parametrize("shape", [(7, 10), (2, 7, 3), (5, 1)])
def test_probabilities_sum_to_one_and_keep_the_order_of_the_logits(shape: tuple[int, ...]) -> None:
    raw = torch.randn(shape, generator=torch.Generator().manual_seed(2)) * 3
    for found in (Calibration(), Calibration(0.5), Calibration(0.5, 0.1), Calibration(2.0, MOST_SMOOTHED)):
        said = found.probabilities(found.logits(raw))
        torch.testing.assert_close(said.sum(-1), torch.ones(shape[:-1]))
        assert bool((said >= 0).all())
        ranked = said.gather(-1, raw.argsort(-1))
        assert bool((ranked.diff(dim=-1) >= 0).all())
        if found.smoothing == 0:
            torch.testing.assert_close(said, torch.softmax(raw / found.temperature, -1))


def test_networks_that_are_always_right_or_always_wrong_are_calibrated_all_the_same() -> None:
    logits = some_logits(50)
    for labels in (logits.argmax(1), logits.argmin(1)):
        found = fit_calibration(logits, labels)
        assert COLDEST <= found.temperature <= HOTTEST
        assert 0 <= found.smoothing <= MOST_SMOOTHED
    with pytest.raises(ValueError, match="at least one"):
        fit_calibration(logits[:0], torch.zeros(0, dtype=torch.long))


def test_however_much_was_given_to_every_class_no_more_than_the_most_is_taken_off() -> None:
    logits = some_logits(2000, spread=4.0)
    given = smoothed(torch.softmax(logits, 1), 2 * MOST_SMOOTHED)
    assert fit_calibration(given, drawn_from(logits)).smoothing == pytest.approx(MOST_SMOOTHED)
