"""Channel statistics: how pixel values are shifted and scaled before a network sees them. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelStats:
    """Mean and standard deviation of each colour channel, in pixel values 0–255."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


CENTRED = ChannelStats(mean=(127.5, 127.5, 127.5), std=(255.0, 255.0, 255.0))
"""Pixels become x/255 − 0.5, as in many textbook examples."""
