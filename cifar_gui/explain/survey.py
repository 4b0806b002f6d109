"""How all units of a layer answer many pictures, found in one pass: what excites each most, how active it is."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Progress, no_progress
from cifar_gui.data.preprocess import standardise
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.kept import Kept
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.response import Response, maps_at, response_of
from cifar_gui.explain.store import Arrays, Forms, Key, Store
from cifar_gui.inference.forward import evaluating

TOP = 9
"""Pictures kept of each unit."""

_PORTION = 125
"""Pictures at a time: what is held of their maps stays below 100 MB for the layers there are."""


@dataclass(frozen=True, eq=False, slots=True)
class Survey:
    """What came of it, for each of N units. Where fewer than nine pictures were looked at, there are fewer columns."""

    response: Response
    answers: NDArray[np.float32]  # (N, 9) the strongest answer to each of the pictures that excite it most, falling
    pictures: NDArray[np.int64]  # (N, 9) which pictures these are
    places: NDArray[np.int64]  # (N, 9, 2) row and column of that answer in the map
    mean: NDArray[np.float32]  # (N) over all places of all pictures
    lowest: NDArray[np.float32]  # (N)
    highest: NDArray[np.float32]  # (N)
    active: NDArray[np.float32]  # (N) share of all places where it is above 0

    @property
    def arrays(self) -> Arrays:
        """All of it but the response, by name."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "response"}

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return sum(each.nbytes for each in self.arrays.values())


def survey(
    snapshot: ModelSnapshot, layer: ConvLayer, pictures: HeldOut | None, progress: Progress = no_progress
) -> Survey:
    """Of one layer; kept. Raises CifarGuiError without pictures, and what `progress` raises."""
    if pictures is None:
        raise CifarGuiError("This needs pictures to look at, and no data set is loaded. Get data first.")
    known = known_survey(snapshot, layer, pictures)
    if known is not None:
        return known
    key = _key(snapshot, layer, pictures)
    found = _KEPT.get(key, lambda: _look(snapshot, layer, pictures.split.images, progress))
    _STORE.write(key, found.arrays)
    return found


def known_survey(snapshot: ModelSnapshot, layer: ConvLayer, pictures: HeldOut | None) -> Survey | None:
    """The same if it has been made already, now or in an earlier session."""
    if pictures is None:
        return None
    return _KEPT.find(_key(snapshot, layer, pictures), lambda: _stored(snapshot, layer, pictures))


_KEPT: Kept[Survey] = Kept(64_000_000, lambda kept: kept.nbytes)
_STORE = Store("surveys", 1, 32_000_000)


def _key(snapshot: ModelSnapshot, layer: ConvLayer, pictures: HeldOut) -> Key:
    return snapshot.function_digest, layer.key, pictures.split.fingerprint


def _stored(snapshot: ModelSnapshot, layer: ConvLayer, pictures: HeldOut) -> Survey | None:
    """That of an earlier session, if all of it is possible."""
    count, units = len(pictures.split), layer.units
    top = units, min(TOP, count)
    forms: Forms = {
        "answers": (np.float32, top),
        "pictures": (np.int64, top),
        "places": (np.int64, (*top, 2)),
        **{name: (np.float32, (units,)) for name in ("mean", "lowest", "highest", "active")},
    }
    arrays = _STORE.read(_key(snapshot, layer, pictures), forms)
    if arrays is None:
        return None
    found = Survey(response_of(snapshot, layer), **arrays)
    rows, columns = found.response.size
    limits = [(found.pictures, count), (found.places[..., 0], rows), (found.places[..., 1], columns)]
    possible = all(bool(((each >= 0) & (each < limit)).all()) for each, limit in limits)
    finite = all(bool(np.isfinite(each).all()) for each in arrays.values())
    return found if possible and finite else None


def _look(snapshot: ModelSnapshot, layer: ConvLayer, images: Tensor, progress: Progress) -> Survey:
    response, precision = response_of(snapshot, layer), Precision()
    model = rebuild(snapshot).to(memory_format=precision.memory_format)
    tally = _Tally(layer.units)
    progress(0.0, f"Looking at {len(images):,} pictures")
    with evaluating(model):
        for start in range(0, len(images), _PORTION):
            portion = images[start : start + _PORTION]
            inputs = standardise(portion, snapshot.card.stats, precision.memory_format)
            tally.add(maps_at(model, response.answer, inputs), start)
            done = start + len(portion)
            progress(done / len(images), f"Looked at {done:,} of {len(images):,} pictures")
    return tally.result(response, len(images))


class _Tally:
    """What is kept while the pictures go by: never more than the nine best of each unit."""

    def __init__(self, units: int) -> None:
        self._best = torch.empty(0, units)
        self._which = torch.empty(0, units, dtype=torch.int64)
        self._where = torch.empty(0, units, dtype=torch.int64)
        self._sum, self._above = torch.zeros(units, dtype=torch.float64), torch.zeros(units, dtype=torch.float64)
        self._lowest, self._highest = torch.full((units,), torch.inf), torch.full((units,), -torch.inf)
        self._places = 1

    def add(self, maps: Tensor, first: int) -> None:
        """(B, units, h, w) of the pictures from number `first` on."""
        flat = maps.flatten(2)
        self._places = flat.shape[2]
        strongest, where = flat.max(2)
        which = torch.arange(first, first + len(flat))[:, None].expand_as(where)
        answers = torch.cat([self._best, strongest])
        # stable: of equals the earlier picture, so that the same is found however the pictures are portioned out
        order = answers.sort(dim=0, descending=True, stable=True).indices[:TOP]
        self._best = answers.gather(0, order)
        self._which = torch.cat([self._which, which]).gather(0, order)
        self._where = torch.cat([self._where, where]).gather(0, order)
        self._sum += flat.sum((0, 2), dtype=torch.float64)
        self._above += (flat > 0).sum((0, 2))
        self._lowest = torch.minimum(self._lowest, flat.amin((0, 2)))
        self._highest = torch.maximum(self._highest, strongest.amax(0))

    def result(self, response: Response, count: int) -> Survey:
        width = response.size[1]
        places = torch.stack([self._where // width, self._where % width], -1)
        values = count * self._places
        return Survey(
            response=response,
            answers=self._best.T.contiguous().numpy(),
            pictures=self._which.T.contiguous().numpy(),
            places=places.transpose(0, 1).contiguous().numpy(),
            mean=(self._sum / values).float().numpy(),
            lowest=self._lowest.numpy(),
            highest=self._highest.numpy(),
            active=(self._above / values).float().numpy(),
        )
