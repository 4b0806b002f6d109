"""How many pictures of each class were called what, in numbers and in words. Neither torch nor numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cifar_gui.words import percent

_MOST_OFTEN = 3
_FEW = 20
"""So many classes are shown whether they occur or not."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """A confusion matrix with the names of its classes."""

    class_names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]  # (classes, classes): how many of row were called column

    @classmethod
    def of_pairs(cls, told: Mapping[tuple[str, str], int], class_names: Sequence[str]) -> Confusion:
        """`told`: (what it is, what it was called) → how many, both among `class_names`. Of more classes than can be
        looked at together, only those that occur."""
        occurring = {name for pair in told for name in pair}
        names = tuple(name for name in class_names if len(class_names) <= _FEW or name in occurring)
        return cls(names, tuple(tuple(told.get((row, column), 0) for column in names) for row in names))

    def most(self, number: int = _MOST_OFTEN) -> list[tuple[int, int, int]]:
        """The errors made most often as (row, column, count)."""
        errors = (
            (row, column, count)
            for row, counts in enumerate(self.counts)
            for column, count in enumerate(counts)
            if count and row != column
        )
        return sorted(errors, key=lambda error: -error[2])[:number]

    @property
    def words(self) -> str:
        """What is confused most, in a sentence."""
        names = self.class_names
        told = [f"{names[row]} taken for {names[column]} ({count:,})" for row, column, count in self.most()]
        return f"Most often: {', '.join(told)}." if told else "Nothing was taken for anything else."

    def cell_words(self, row: int, column: int) -> str:
        """One of its numbers in words: "cat, taken for dog: 2 of 40, 5.0 %"."""
        counts = self.counts[row]
        what = "recognised" if row == column else f"taken for {self.class_names[column]}"
        share = f", {percent(counts[column] / sum(counts))}" if sum(counts) else ""
        return f"{self.class_names[row]}, {what}: {counts[column]:,} of {sum(counts):,}{share}"

    @property
    def rows(self) -> list[list[object]]:
        """As a table: the names of the columns, then each class with its counts."""
        return [
            ["", *self.class_names],
            *([name, *row] for name, row in zip(self.class_names, self.counts, strict=True)),
        ]
