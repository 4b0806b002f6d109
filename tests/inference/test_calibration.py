"""Temperatures are found again."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from cifar_gui.inference.calibration import (
    COLDEST,
    HOTTEST,
    fit_temperature,
    temperature,
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
    assert temperature(card, six_views=False) == one
    assert temperature(card, six_views=True) == six
