"""Which earlier runs lie under the curves, each at a place of its own that gives it colour and shape. Free of Qt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cifar_gui.words import counted

MOST = 6
"""As many can be told apart under two curves."""

FULL = "Six runs are laid under, as many as can be told apart. Untick one to lay another under."


@dataclass(frozen=True, slots=True)
class LaidUnder:
    """The runs that were ticked. A run keeps its place, and so its looks, whatever becomes of the others."""

    places: tuple[str, ...] = ("",) * MOST  # paths of runs; "": free

    @property
    def runs(self) -> list[tuple[int, str]]:
        """(place, path) of each."""
        return [(place, path) for place, path in enumerate(self.places) if path]

    @property
    def is_full(self) -> bool:
        """Whether no other can be laid under."""
        return all(self.places)

    def place_of(self, path: str) -> int | None:
        """Where this run is; None: it is not laid under."""
        return self.places.index(path) if path in self.places else None

    def toggled(self, path: str) -> LaidUnder:
        """With this run at the first free place, or without it if it was there; as it is where there is no room."""
        taken = self.place_of(path)
        place = taken if taken is not None else (None if self.is_full else self.places.index(""))
        if place is None:
            return self
        return LaidUnder((*self.places[:place], "" if taken is not None else path, *self.places[place + 1 :]))

    def among(self, offered: Collection[str]) -> LaidUnder:
        """Without those that are not offered any more."""
        return LaidUnder(tuple(path if path in offered else "" for path in self.places))

    def in_words(self) -> str:
        """How many: "Earlier runs" as long as there are none, then "1 earlier run", "2 earlier runs"."""
        return counted(len(self.runs), "earlier run") if self.runs else "Earlier runs"
