"""What a gallery shows: one or two pictures of a data set side by side, and what is said of them. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass

from cifar_gui.data.base import SplitName

Picture = tuple[SplitName, int]
"""The split it is in, and its place there."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One entry of a gallery."""

    pictures: tuple[Picture, ...]  # the first is the one that is opened
    words: str  # under it
    note: str  # the whole story, for tool tips and screen readers
    right: bool | None = None  # whether the verdict is; None where there is none to judge
