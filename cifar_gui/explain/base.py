"""What every explanation returns, what it is asked with, and the registry it is filed in."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import Progress, no_progress
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.registry import Registry

Order = Literal["index", "norm", "similarity", "activity"]
Scale = Literal["own", "common", "network"]

ORDERS: dict[Order, str] = {
    "index": "number",
    "norm": "strength",
    "similarity": "similarity",
    "activity": "activity",
}
"""Ways to sort the units of a layer → what people call them. Activity is the mean over held-out pictures."""

SCALES: dict[Scale, str] = {"own": "each to its own", "common": "one for the layer", "network": "one for all layers"}
"""How values become brightness: each unit by its own largest, all by the layer's, or by that of all layers."""


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """The picture that is explained."""

    pixels: NDArray[np.uint8]  # (3, 32, 32)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Which pictures are wanted. An explanation ignores what does not concern it."""

    layer: ConvLayer
    order: Order = "index"
    scale: Scale = "own"
    channel: int = 0  # of the layer's inputs, from 0: for views of one input channel at a time
    unit: int | None = None  # the only one that is wanted; explanations that cost little for each show all the same
    picture: Subject | None = None  # for explanations of one
    pictures: HeldOut | None = None  # for explanations by many, and for the order by activity
    progress: Progress = field(default=no_progress, compare=False, repr=False)  # may raise Cancelled


@dataclass(frozen=True, slots=True)
class Legend:
    """How to read the colours of a grid."""

    kind: Literal["rgb", "signed"]  # three inputs as colours, or one signed value as dark blue – grey – amber
    low: str  # what the lowest value is called: "−0.31" or "−largest"
    high: str
    note: str  # one sentence on the scale


@dataclass(frozen=True, eq=False, slots=True)
class ImageGrid:
    """One picture for each unit of a layer, in the order in which to show them."""

    title: str  # "block 1 · conv 2"
    noun: str  # what the pictures are of, in the plural: "filters"
    tiles: NDArray[np.uint8]  # (N, h, w, 4) red, green, blue, opacity; gaps inside a tile are transparent
    units: tuple[int, ...]  # (N) the unit of each tile, from 0
    captions: tuple[str, ...]  # (N) one line on each tile: "filter 21 · norm 0.83"
    note: str  # one or two sentences on what is seen
    legend: Legend | None = None
    labels: tuple[str, ...] = ()  # (N) a word under each tile; the units' numbers if there are none
    strips: bool = False  # the tiles are the rows of one picture: they stand one below the other without gaps

    def __len__(self) -> int:
        return len(self.units)

    def first(self, count: int) -> ImageGrid:
        """The tiles that stand before the others."""
        cut = {name: getattr(self, name)[:count] for name in ("tiles", "units", "captions", "labels")}
        return replace(self, **cut)

    def label(self, position: int) -> str:
        """What stands under the tile there."""
        return self.labels[position] if self.labels else str(self.units[position])

    def position(self, unit: int) -> int:
        """Where the tile of `unit` stands, from 0; −1 when it is not shown."""
        return self.units.index(unit) if unit in self.units else -1

    def tile(self, unit: int) -> NDArray[np.uint8]:
        """uint8 (h, w, 4) of one unit. Raises KeyError when it is not shown."""
        where = self.position(unit)
        if where < 0:
            raise KeyError(unit)
        found: NDArray[np.uint8] = self.tiles[where]
        return found


class Explainer(Protocol):
    """Turns a snapshot and a request into pictures.

    Details in the registry: `suits(layer) -> bool`; `family`, the name that several views of one thing share, their own
    if it is left out; `needs_picture` and `needs_pictures`, whether the request must hold them; `slow`, whether it may
    take seconds, so that it wants progress and can be given up; `scaled`, whether `Request.scale` makes a difference.
    """

    def __call__(self, snapshot: ModelSnapshot, request: Request) -> ImageGrid: ...


EXPLAINERS: Registry[Explainer] = Registry("view", "cifar_gui.explain")


FAMILIES = {"weights": "Weights"}
"""What views of one thing are called together."""


def views(layer: ConvLayer, family: str = "") -> list[tuple[str, str]]:
    """Name and label of every view that makes sense for a layer, the one to open with first; of one family if given."""
    return [
        (entry.name, entry.label)
        for entry in EXPLAINERS
        if entry.details["suits"](layer) and family in ("", family_of(entry.name))
    ]


def family_of(view: str) -> str:
    """The family that a view belongs to."""
    return str(EXPLAINERS.entry(view).details.get("family", view))


def families(layer: ConvLayer) -> list[tuple[str, str]]:
    """Name and label of every family of views that a layer has."""
    found = {family_of(name): label for name, label in reversed(views(layer))}
    return [(name, FAMILIES.get(name, label)) for name, label in reversed(found.items())]


def says(view: str, detail: str) -> bool:
    """Whether a view says so of itself: `says("top", "slow")`."""
    return bool(EXPLAINERS.entry(view).details.get(detail, False))


def atlas(
    grid: ImageGrid,
    columns: int = 0,
    *,
    magnification: int = 1,
    gap: int = 1,
    ground: tuple[int, int, int] = (255, 255, 255),
) -> NDArray[np.uint8]:
    """All tiles in one picture, uint8 (H, W, 3), row by row; `columns` 0 makes it about square.

    `magnification` repeats pixels, `gap` is in pixels of the result. Raises ValueError for an empty grid."""
    count = len(grid)
    if not count:
        raise ValueError("an empty grid has no picture")
    columns = 1 if grid.strips else min(columns or math.ceil(math.sqrt(count)), count)
    gap = 0 if grid.strips else gap
    tiles = grid.tiles.repeat(magnification, axis=1).repeat(magnification, axis=2)
    height, width = tiles.shape[1] + gap, tiles.shape[2] + gap
    rows = math.ceil(count / columns)
    sheet = np.empty((rows * height + gap, columns * width + gap, 3), np.uint8)
    sheet[:] = ground
    for position, tile in enumerate(tiles):
        top, left = position // columns * height + gap, position % columns * width + gap
        opaque = tile[..., 3:] > 0
        place = sheet[top : top + tile.shape[0], left : left + tile.shape[1]]
        place[:] = np.where(opaque, tile[..., :3], place)
    return sheet
