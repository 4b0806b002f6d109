"""Which training pictures a network finds most like a picture: the nearest ones in what its last layer reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Progress, Split, no_progress
from cifar_gui.data.decode import Pixels
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.penultimate import features_of
from cifar_gui.explain.store import Key, Store
from cifar_gui.inference.quickest import quickest

WIDEST = 512
"""Numbers kept of each picture. What is wider is projected onto as many random directions, which keeps distances."""

_BATCH = 125
_WORTH_A_PROBE = 20_000
"""Pictures of a split from which on it is worth finding out in which precision they are looked at quickest: neighbours
found in bfloat16 are hardly others."""

_STORE = Store("features", 2, 192_000_000)
"""That of CIFAR-10 takes at most 46 MB for each network."""


@dataclass(frozen=True, eq=False, slots=True)
class Library:
    """Every picture of a split as one network sees it: float16 (N, ≤ WIDEST), each of length 1."""

    features: NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.features)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A picture of the split, and how like it is: the cosine of the angle between the two, at most 1."""

    place: int
    likeness: float


def library(examined: Examined, split: Split, progress: Progress = no_progress) -> Library:
    """What the network makes of every picture of `split`: from the cache, or computed and kept there.

    `progress` may raise Cancelled. Raises NotLinear for a network without a last layer to read."""
    found = kept(examined.snapshot, split)
    if found is None:
        found = _compute(examined, split, progress)
        _STORE.write(_key(examined.snapshot, split), {"features": found.features})
    return found


def kept(snapshot: ModelSnapshot, split: Split) -> Library | None:
    """What was computed at another time, if it is there still."""
    arrays = _STORE.read(_key(snapshot, split), {"features": (np.float16, (len(split), None))})
    if arrays is None or not np.isfinite(arrays["features"]).all():
        return None
    return Library(arrays["features"])


def nearest(library: Library, examined: Examined, pixels: Pixels, count: int = 12) -> list[Neighbour]:
    """The pictures most like uint8 (3, 32, 32), the likest first."""
    own = _normed(features_of(examined, examined.inputs(pixels)))[0].numpy()
    likeness = library.features.astype(np.float32) @ own
    best = np.argsort(-likeness, kind="stable")[:count]
    return [Neighbour(int(place), float(likeness[place])) for place in best]


def _key(snapshot: ModelSnapshot, split: Split) -> Key:
    return snapshot.function_digest, split.fingerprint


def _compute(examined: Examined, split: Split, progress: Progress) -> Library:
    doing = f"Looking at {len(split):,} training pictures"
    progress(0.0, doing)
    precision = Precision()
    if len(split) >= _WORTH_A_PROBE:
        precision = quickest(examined.snapshot, split.images, lambda: progress(0.0, doing))
    quick = Examined(examined.snapshot, precision)  # of its own: others need not wait for `examined`
    parts = []
    for start in range(0, len(split), _BATCH):
        progress(start / len(split), doing)
        images = split.images[start : start + _BATCH].numpy()
        parts.append(_normed(features_of(quick, quick.inputs(images))).to(torch.float16))
    return Library(torch.cat(parts).numpy() if parts else np.zeros((0, 1), np.float16))


def _normed(features: Tensor) -> Tensor:
    """(N, units) → (N, ≤ WIDEST), each of length 1, or 0 where all units are silent."""
    units = features.shape[1]
    if units > WIDEST:
        generator = torch.Generator().manual_seed(units)
        features = features @ torch.randn(units, WIDEST, generator=generator)
    return torch.nn.functional.normalize(features, dim=1)
