"""What the folders of pictures say of them, and how far a network agrees: folders named after classes are labels. No
torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cifar_gui.data.picture import PictureSource
from cifar_gui.paths import file_stem
from cifar_gui.words import modest_percent

_MISTAKES = 8
"""The most frequent ones that are told of."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of pictures whose folders are named after classes."""

    right: int  # that are called what their folders say
    count: int  # all of them, at least 1
    mistakes: tuple[str, ...]  # which class is taken for which and how often, the most frequent first

    @property
    def words(self) -> str:
        """ "66.7 % as folders say"; never "100 %" of what is not quite."""
        return f"{modest_percent(self.right / self.count, 1)} as folders say"

    @property
    def count_words(self) -> str:
        """ "2 of 3"."""
        return f"{self.right:,} of {self.count:,}"


def truth_of(source: PictureSource, class_names: Sequence[str]) -> str:
    """The class that the folder of a picture is named after, by hand or by the app, in whatever case; "" if there is
    none."""
    return _class_named(source.path.parent.name, tuple(class_names)) if source.path is not None else ""


@lru_cache(maxsize=256)  # many pictures, few folders
def _class_named(folder: str, class_names: tuple[str, ...]) -> str:
    wanted = folder.casefold()
    return next((name for name in class_names if wanted in (name.casefold(), file_stem(name).casefold())), "")


def agreement(told: Mapping[tuple[str, str], int]) -> Agreement | None:
    """`told`: (what the folder says, what the network says) → how many pictures. None where no folder says anything."""
    count = sum(told.values())
    if not count:
        return None
    mistakes = Counter({pair: number for pair, number in told.items() if pair[0] != pair[1]})
    lines = (f"{truth} taken for {label}: {number:,}" for (truth, label), number in mistakes.most_common(_MISTAKES))
    return Agreement(count - mistakes.total(), count, tuple(lines))
