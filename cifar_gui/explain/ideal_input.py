"""The picture that a unit, or a class, would like to see: found by climbing, from grey, along its own gradient."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import IMAGE_SIZE, Progress, no_progress
from cifar_gui.explain.arrange import units_in_order
from cifar_gui.explain.base import EXPLAINERS, ImageGrid, Request
from cifar_gui.explain.climb import STATES, STEPS, Climb
from cifar_gui.explain.kept import Kept
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.response import Response, response_of
from cifar_gui.explain.store import Arrays, Forms, Key, Store
from cifar_gui.inference.calibration import Calibration
from cifar_gui.inference.threads import one_core
from cifar_gui.words import modest_percent, signed_text

_PORTION = 64
"""Units that are worked on together."""


@dataclass(frozen=True, eq=False, slots=True)
class Ideals:
    """Ideal inputs of some units, as they form."""

    units: tuple[int, ...]
    states: NDArray[np.uint8]  # (states, units, 3, h, w): after `STATES` steps, at the size the units see
    answers: NDArray[np.float32]  # (units) to the last state: before the activation, or a class's probability

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.states.nbytes + self.answers.nbytes

    @property
    def arrays(self) -> Arrays:
        """What there is to write down: all begin with the same grey."""
        return {"start": self.states[0, 0], "states": self.states[1:], "answers": self.answers}


def ideal_inputs(
    snapshot: ModelSnapshot, layer: ConvLayer, units: Sequence[int] | None = None, progress: Progress = no_progress
) -> Ideals:
    """Of some units of a layer, or of all; kept. The same every time. Raises what `progress` raises."""
    wanted = _all(layer) if units is None else tuple(units)
    for those in (_all(layer), wanted):
        if (known := _known(snapshot, layer, those)) is not None:
            return _of(known, wanted)
    key = _key(snapshot, layer, wanted)
    found = _KEPT.get(key, lambda: _climb_all(snapshot, layer, wanted, progress))
    _STORE.write(key, found.arrays)
    return found


def known_ideals(snapshot: ModelSnapshot, layer: ConvLayer) -> Ideals | None:
    """Those of a whole layer, if they have been made already, now or in an earlier session, or come with the app."""
    return _known(snapshot, layer, _all(layer))


def ship_ideals(snapshot: ModelSnapshot, layers: Sequence[ConvLayer], name: str, progress: Progress) -> Path:
    """Write those of whole layers into a file that comes with the app. Raises WriteError."""
    found = {_key(snapshot, each, _all(each)): ideal_inputs(snapshot, each, None, progress).arrays for each in layers}
    return _STORE.ship(name, found)


def _known(snapshot: ModelSnapshot, layer: ConvLayer, units: tuple[int, ...]) -> Ideals | None:
    return _KEPT.find(_key(snapshot, layer, units), lambda: _stored(snapshot, layer, units))


_KEPT: Kept[Ideals] = Kept(96_000_000, lambda kept: kept.nbytes)
_STORE = Store("ideal", 1, 192_000_000)


def _key(snapshot: ModelSnapshot, layer: ConvLayer, units: tuple[int, ...]) -> Key:
    return snapshot.function_digest, layer.key, units


def _all(layer: ConvLayer) -> tuple[int, ...]:
    return tuple(range(layer.units))


def _stored(snapshot: ModelSnapshot, layer: ConvLayer, units: tuple[int, ...]) -> Ideals | None:
    """Those of an earlier session, or that come with the app, if all of it is possible."""
    picture = (3, *response_of(snapshot, layer).field())
    forms: Forms = {
        "start": (np.uint8, picture),
        "states": (np.uint8, (len(STATES) - 1, len(units), *picture)),
        "answers": (np.float32, (len(units),)),
    }
    arrays = _STORE.read(_key(snapshot, layer, units), forms)
    if arrays is None:
        return None
    start, states, answers = (arrays[name] for name in forms)
    possible = (answers >= 0) & (answers <= 1) if layer.classes else np.isfinite(answers)
    if not possible.all():
        return None
    return Ideals(units, np.concatenate([np.broadcast_to(start, (1, *states.shape[1:])), states]), answers)


@EXPLAINERS.register("ideal", label="Ideal input", order=30, suits=lambda layer: True, slow=True)
def ideal_pictures(snapshot: ModelSnapshot, request: Request) -> ImageGrid:
    """The ideal input of every unit of a layer, or of one. Raises what the request's progress raises."""
    layer = request.layer
    found = ideal_inputs(snapshot, layer, None if request.unit is None else [request.unit], request.progress)
    shown = units_in_order(snapshot, request) if request.unit is None else [request.unit]
    pictures = found.states[-1, [found.units.index(unit) for unit in shown]].transpose(0, 2, 3, 1)
    tiles = np.concatenate([pictures, np.full_like(pictures[..., :1], 255)], -1)
    height, width = tiles.shape[1:3]
    size = f"{height}×{width} pixels, which is what each sees" if height * width < IMAGE_SIZE**2 else "32×32 pixels"
    made = "Shipped with the model, made" if _STORE.ships(_key(snapshot, layer, _all(layer))) else "Made"
    note = (
        f"{made} by climbing from grey, {STEPS} steps along the gradient: {size}. The picture is not of anything seen."
    )
    response = response_of(snapshot, layer)
    captions = tuple(f"{layer.unit_words(unit)} · {_answer_words(layer, response, found, unit)}" for unit in shown)
    labels = tuple(layer.classes[unit] for unit in shown) if layer.classes else ()
    return ImageGrid(layer.label, "inputs", tiles, tuple(shown), captions, note, None, labels)


def _answer_words(layer: ConvLayer, response: Response, found: Ideals, unit: int) -> str:
    """Maps and top pictures tell what is behind the activation, which this cannot be compared with."""
    answer = float(found.answers[found.units.index(unit)])
    if layer.classes:
        return f"the network says so with {modest_percent(answer)}"
    return f"answers {signed_text(answer, 3)}{' before its activation' if response.drive != response.answer else ''}"


def _of(everything: Ideals, units: tuple[int, ...]) -> Ideals:
    if units == everything.units:
        return everything
    return Ideals(units, everything.states[:, list(units)], everything.answers[list(units)])


def _climb_all(snapshot: ModelSnapshot, layer: ConvLayer, units: tuple[int, ...], progress: Progress) -> Ideals:
    response, memory_format = response_of(snapshot, layer), Precision().memory_format
    model = rebuild(snapshot).requires_grad_(False).to(memory_format=memory_format)
    calibration = Calibration.of(snapshot.card.calibration, six_views=False) if layer.classes else None
    states, answers = [], []
    what = f"Drawing ideal inputs of {len(units)} {layer.nouns}"
    for start in range(0, len(units), _PORTION):
        portion = torch.tensor(units[start : start + _PORTION])

        def tell(share: float, first: int = start, count: int = len(portion)) -> None:
            progress((first + share * count) / len(units), what)

        climb = Climb(model, response, portion, snapshot.card.stats, memory_format, calibration)
        with one_core() if climb.small else nullcontext():
            made, answer = climb.run(tell)
        states.append(made)
        answers.append(answer)
    return Ideals(units, np.concatenate(states, 1), np.concatenate(answers))
