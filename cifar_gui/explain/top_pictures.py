"""Which pictures excite each unit of a layer most, and which part of them does it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import IMAGE_SIZE
from cifar_gui.explain.arrange import units_in_order
from cifar_gui.explain.base import EXPLAINERS, ImageGrid, Request
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.response import Box, Response
from cifar_gui.explain.survey import Survey, survey
from cifar_gui.words import signed_text

_ACROSS = 3
"""Patches in a row of a tile, and rows."""


@dataclass(frozen=True, eq=False, slots=True)
class TopPicture:
    """One of the pictures that excite a unit most."""

    number: int  # among the held-out pictures
    label: str  # what it is labelled with
    answer: float  # the unit's strongest to it
    box: Box  # what the unit sees there, as far as it lies inside the picture
    pixels: NDArray[np.uint8]  # (3, 32, 32)


@EXPLAINERS.register("top", label="Top pictures", order=20, suits=lambda layer: True, needs_pictures=True, slow=True)
def top_patches(snapshot: ModelSnapshot, request: Request) -> ImageGrid:
    """In each tile the nine patches that excite a unit most, at the size that it sees, strongest first.

    Raises CifarGuiError without pictures, and what the request's progress raises."""
    layer, pictures = request.layer, request.pictures
    found = survey(snapshot, layer, pictures, request.progress)
    shown = units_in_order(snapshot, request)
    tops = {unit: top_pictures(found, unit, pictures) for unit in shown}
    tiles = np.stack([_tile(tops[unit], found, unit) for unit in shown])
    height, width = found.response.field()
    part = "it sees all of them"
    if height * width < IMAGE_SIZE**2:
        part = f"the {height}×{width} pixels that it sees, blank beyond the edge of the picture"
    note = f"Of {pictures.words if pictures else ''}, the nine that excite each most, strongest first: {part}."
    captions = tuple(f"{layer.unit_words(unit)} · {_words(tops[unit])}" for unit in shown)
    labels = tuple(layer.classes[unit] for unit in shown) if layer.classes else ()
    return ImageGrid(layer.label, layer.nouns, tiles, tuple(shown), captions, note, None, labels)


def top_pictures(found: Survey, unit: int, pictures: HeldOut | None) -> list[TopPicture]:
    """Up to nine, strongest first; none for a unit that is silent for every picture, or always says the same."""
    if pictures is None or _is_silent(found, unit):
        return []
    return [
        TopPicture(
            number=number,
            label=pictures.label(number),
            answer=answer,
            box=found.response.box(*place).clipped(),
            pixels=pictures.split.images[number].numpy(),
        )
        for number, answer, place in zip(
            found.pictures[unit].tolist(), found.answers[unit].tolist(), found.places[unit].tolist(), strict=True
        )
    ]


def _is_silent(found: Survey, unit: int) -> bool:
    silent = found.response.rectified and found.highest[unit] <= 0
    return bool(silent or found.highest[unit] == found.lowest[unit])


def _tile(tops: list[TopPicture], found: Survey, unit: int) -> NDArray[np.uint8]:
    """RGBA (3·h + 2, 3·w + 2, 4): the patches with transparent lines between them, and where they leave the picture."""
    height, width = found.response.field()
    tile = np.zeros((_ACROSS * (height + 1) - 1, _ACROSS * (width + 1) - 1, 4), np.uint8)
    for rank, (top, place) in enumerate(zip(tops, found.places[unit].tolist(), strict=False)):
        down, right = rank // _ACROSS * (height + 1), rank % _ACROSS * (width + 1)
        tile[down : down + height, right : right + width] = patch(top.pixels, found.response, *place)
    return tile


def patch(pixels: NDArray[np.uint8], response: Response, row: int, column: int) -> NDArray[np.uint8]:
    """uint8 (3, 32, 32) → RGBA (h, w, 4): what a place of the map sees; what lies outside is transparent."""
    window = response.window(row, column)
    inside = window.clipped()
    seen = np.zeros((window.bottom - window.top, window.right - window.left, 4), np.uint8)
    part = seen[inside.top - window.top : inside.bottom - window.top, inside.left - window.left :]
    part = part[:, : inside.right - inside.left]
    part[..., :3] = pixels[:, inside.top : inside.bottom, inside.left : inside.right].transpose(1, 2, 0)
    part[..., 3] = 255
    return seen


def _words(tops: list[TopPicture]) -> str:
    """ "up to 3.2; frog 5, bird 4" """
    if not tops:
        return "the same for every picture"
    labels = [top.label for top in tops]
    counted = sorted(set(labels), key=lambda label: (-labels.count(label), label))
    named = ", ".join(f"{label} {labels.count(label)}" for label in counted)
    return f"up to {signed_text(tops[0].answer, 3)} · {named}"
