"""What is said where a data set has no pictures that were held out from training."""

from __future__ import annotations


def none_held_out(name: str) -> str:
    """Of the data set with this name: what is missing, and what to do about it."""
    return (
        f"{name} has no pictures that were held out from training. Use a data set with at least three training "
        "pictures of a class."
    )
