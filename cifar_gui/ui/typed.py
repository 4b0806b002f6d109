"""What fields hold, and values as fields show them. Free of Qt."""

from __future__ import annotations

from typing import Any

from cifar_gui.words import short_exponent

Raw = str | bool
"""What a field holds: text, or whether it is ticked."""


def written(value: Any) -> Raw:
    """A value as its field shows it."""
    if isinstance(value, bool):
        return value
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return short_exponent(f"{value:g}" if float(f"{value:g}") == value else str(value))
