"""The groups of controls that a lesson may leave out, by name. Their widgets are in `Page.parts`. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A group of controls."""

    name: str  # "train.settings", as in lesson files: the page's name before the dot
    label: str

    @property
    def page(self) -> str:
        """The name of its page."""
        return self.name.partition(".")[0]


PARTS = (
    Part("classify.paint", "Paint"),
    Part("classify.why", "Why?"),
    Part("classify.resembles", "Resembles"),
    Part("classify.heat_maps", "Heat maps"),
    Part("classify.crop", "Choice of the crop"),
    Part("train.settings", "More settings"),
    Part("train.rates", "Find a learning rate"),
    Part("train.sweep", "Sweep over this recipe"),
    Part("filters.picture", "Choice of the picture"),
    Part("evaluate.six_views", "Six views"),
    Part("evaluate.game", "You against it"),
    Part("convolution.network", "A whole network"),
    Part("runs.sweeps", "Sweeps"),
)
"""In the order of the pages."""

NAMES = frozenset(part.name for part in PARTS)
