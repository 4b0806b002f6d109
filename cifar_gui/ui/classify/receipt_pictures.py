"""What is shown beside the rows of a receipt: where each unit looks, what excites it most, what it wants to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import Progress
from cifar_gui.data.decode import Pixels
from cifar_gui.explain.attribution.base import heat
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.head_units import HeadUnits, head_units, maps_on_picture
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.ideal_input import ideal_inputs, known_ideals
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.receipt import Receipt
from cifar_gui.explain.survey import known_survey, survey
from cifar_gui.explain.top_pictures import TopPicture, top_pictures
from cifar_gui.ui.widgets.framed import Framed
from cifar_gui.ui.widgets.pixels import qimage_of
from cifar_gui.words import signed_text

Seat = tuple[ConvLayer, int]
"""A unit of a layer."""

Ideals = dict[tuple[str, int], NDArray[np.uint8]]
"""The key of a layer and a unit of it → its ideal input, (3, h, w)."""


@dataclass(frozen=True, eq=False, slots=True)
class RowPictures:
    """Beside one contribution. What there is not, or not yet, is None; no seat means that it is of no unit."""

    seat: Seat | None = None
    map: Framed | None = None
    top: Framed | None = None
    ideal: Framed | None = None
    silent: bool = False  # whether no held-out picture excites it more than another

    @property
    def filter(self) -> Seat | None:
        """The unit, if it can be looked at on the Filters page."""
        return self.seat if self.seat is not None and self.seat[0].noun == "filter" else None


def pictures_of(
    examined: Examined, receipt: Receipt, most: int, pixels: Pixels, pictures: HeldOut | None, ideals: Ideals
) -> list[RowPictures]:
    """Of the first `most` entries. Quick: long work is used where it has been done, and never begun."""
    units, entries = head_units(examined.snapshot), receipt.entries[:most]
    if units is None or len(units) != sum(entry.unit is not None for entry in receipt.entries):
        return [RowPictures() for _entry in entries]
    maps = maps_on_picture(examined, units, pixels)
    return [
        RowPictures() if entry.unit is None else _row(examined, units, entry.unit, maps, pixels, pictures, ideals)
        for entry in entries
    ]


def layers_of(rows: Sequence[RowPictures], *, lacking: Callable[[RowPictures], bool]) -> dict[ConvLayer, list[int]]:
    """The layers and units of the rows that lack something."""
    found: dict[ConvLayer, list[int]] = {}
    for row in rows:
        if row.seat is not None and lacking(row):
            layer, unit = row.seat
            found.setdefault(layer, []).append(unit)
    return found


def survey_layers(snapshot: ModelSnapshot, layers: Sequence[ConvLayer], pictures: HeldOut, progress: Progress) -> None:
    """Look through all pictures for what excites the units of some layers. What comes of it is kept."""
    for number, layer in enumerate(layers):
        survey(snapshot, layer, pictures, _part_of(progress, number, len(layers)))


def draw_ideals(snapshot: ModelSnapshot, layers: dict[ConvLayer, list[int]], progress: Progress) -> Ideals:
    """The ideal inputs of some units of some layers."""
    drawn: Ideals = {}
    for number, (layer, units) in enumerate(layers.items()):
        made = ideal_inputs(snapshot, layer, sorted(units), _part_of(progress, number, len(layers)))
        drawn |= {(layer.key, unit): made.states[-1, place] for place, unit in enumerate(made.units)}
    return drawn


def _row(
    examined: Examined,
    units: HeadUnits,
    number: int,
    maps: NDArray[np.float32] | None,
    pixels: Pixels,
    pictures: HeldOut | None,
    ideals: Ideals,
) -> RowPictures:
    layer, unit = units.seat(number)
    found = known_survey(examined.snapshot, layer, pictures)
    tops = top_pictures(found, unit, pictures) if found is not None else []
    return RowPictures(
        seat=(layer, unit),
        map=_map(maps[number], pixels) if maps is not None else None,
        top=_top(tops[0], pictures) if tops and pictures is not None else None,
        ideal=_ideal(examined.snapshot, layer, unit, ideals),
        silent=found is not None and not tops,
    )


def _map(values: NDArray[np.float32], pixels: Pixels) -> Framed:
    row, column = divmod(int(values.argmax()), values.shape[1])
    down, across = (("top", "middle", "bottom")[row * 3 // 32], ("left", "middle", "right")[column * 3 // 32])
    where = "in the middle" if down == across == "middle" else f"at the {down} {across}".replace(" middle", "")
    words = (
        f"where it looks: strongest {where}, with {signed_text(float(values.max()), 3)}; amber is above 0, blue below"
    )
    return Framed(qimage_of(heat(values, pixels)), None, words)


def _top(top: TopPicture, pictures: HeldOut) -> Framed:
    words = f"of the {pictures.kind} the one that excites it most, labelled {top.label}"
    words += f": it answers {signed_text(top.answer, 3)}"
    return Framed(_image(top.pixels), top.box, words)


def _ideal(snapshot: ModelSnapshot, layer: ConvLayer, unit: int, ideals: Ideals) -> Framed | None:
    drawn = ideals.get((layer.key, unit))
    if drawn is None and (everything := known_ideals(snapshot, layer)) is not None:
        drawn = everything.states[-1, unit]
    return None if drawn is None else Framed(_image(drawn), None, "its ideal input: what it would like best to see")


def _image(pixels: NDArray[np.uint8]) -> QImage:
    return qimage_of(pixels.transpose(1, 2, 0))


def _part_of(progress: Progress, number: int, count: int) -> Progress:
    """The progress of one of several pieces of work."""
    return lambda share, what: progress((number + share) / count, what)
