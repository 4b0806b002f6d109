"""What is traded by calling answers sure from another probability on: more of them, or more of them right. No torch."""

from __future__ import annotations

from collections.abc import Sequence

from cifar_gui.words import modest_percent

Trade = Sequence[tuple[float, float, float]]
"""Rows of threshold, share answered with confidence and share of those right, as in `ModelCard.trade`."""


def trade_at(trade: Trade, threshold: float) -> tuple[float, float] | None:
    """Share answered with confidence, and share of those right, at the threshold measured that is nearest; None where
    nothing was measured."""
    if not trade:
        return None
    _, answered, right = min(trade, key=lambda row: abs(row[0] - threshold))
    return answered, right


def trade_words(trade: Trade, threshold: float) -> str:
    """The same in a sentence; "" where nothing was measured."""
    found = trade_at(trade, threshold)
    if found is None:
        return ""
    answered, right = found
    if answered == 0:
        return "None of the held-out pictures would be answered with confidence."
    return (
        f"Of the held-out pictures {modest_percent(answered)} would be answered with confidence, and "
        f"{modest_percent(right, 1)} of those rightly."
    )
