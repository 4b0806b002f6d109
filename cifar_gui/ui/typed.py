"""What fields hold, and values as fields show them. Free of Qt."""

from __future__ import annotations

from typing import Any

Raw = str | bool
"""What a field holds: text, or whether it is ticked."""


def written(value: Any) -> Raw:
    """A value as its field shows it."""
    if isinstance(value, bool):
        return value
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)
