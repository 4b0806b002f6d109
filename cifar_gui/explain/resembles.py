"""Which training pictures a network finds most like a picture: the nearest ones in what its last layer reads."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cifar_gui import paths
from cifar_gui.atomic import write_atomically
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import Progress, Split, no_progress
from cifar_gui.data.decode import Pixels
from cifar_gui.errors import WriteError
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.penultimate import features_of

WIDEST = 512
"""Numbers kept of each picture. What is wider is projected onto as many random directions, which keeps distances."""

_BATCH = 250
_KEPT = 4
"""Files in the cache: at most 46 MB each for CIFAR-10."""

_VERSION = 1
"""Part of every file's name: raise it when what is kept changes."""


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

    `progress` may raise Cancelled. Raises NotLinear for a network that does not end in a dense layer."""
    found = kept(examined.snapshot, split)
    if found is None:
        found = _compute(examined, split, progress)
        _write(library_path(examined.snapshot, split), found)
    return found


def kept(snapshot: ModelSnapshot, split: Split) -> Library | None:
    """What was computed at another time, if it is there still."""
    return _read(library_path(snapshot, split), len(split))


def nearest(library: Library, examined: Examined, pixels: Pixels, count: int = 12) -> list[Neighbour]:
    """The pictures most like uint8 (3, 32, 32), the likest first."""
    own = _normed(features_of(examined, examined.inputs(pixels)))[0].numpy()
    likeness = library.features.astype(np.float32) @ own
    best = np.argsort(-likeness, kind="stable")[:count]
    return [Neighbour(int(place), float(likeness[place])) for place in best]


def library_path(snapshot: ModelSnapshot, split: Split) -> Path:
    """Where it is kept: one file for each network and split."""
    return folder() / f"{_VERSION}-{snapshot.digest[:24]}-{split.fingerprint[:24]}.npy"


def folder() -> Path:
    """Where libraries lie. Not created here."""
    return paths.cache() / "features"


def _compute(examined: Examined, split: Split, progress: Progress) -> Library:
    parts = []
    for start in range(0, len(split), _BATCH):
        progress(start / len(split), f"Looking at {len(split):,} training pictures")
        images = split.images[start : start + _BATCH].numpy()
        parts.append(_normed(features_of(examined, examined.inputs(images))).to(torch.float16))
    return Library(torch.cat(parts).numpy() if parts else np.zeros((0, 1), np.float16))


def _normed(features: Tensor) -> Tensor:
    """(N, units) → (N, ≤ WIDEST), each of length 1, or 0 where all units are silent."""
    units = features.shape[1]
    if units > WIDEST:
        generator = torch.Generator().manual_seed(units)
        features = features @ torch.randn(units, WIDEST, generator=generator)
    return torch.nn.functional.normalize(features, dim=1)


def _read(place: Path, count: int) -> Library | None:
    try:
        features = np.load(place, allow_pickle=False)
    except (OSError, ValueError, EOFError):  # not there, or damaged: it is computed again
        return None
    right = features.ndim == 2 and len(features) == count and features.dtype == np.float16
    return Library(features) if right and bool(np.isfinite(features).all()) else None


def _write(place: Path, library: Library) -> None:
    """A full disk costs the next look some seconds, nothing else."""
    content = io.BytesIO()
    np.save(content, library.features, allow_pickle=False)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, [content.getbuffer()])
        files = sorted(place.parent.glob("*.npy"), key=lambda path: path.stat().st_mtime)
        for old in files[:-_KEPT]:
            old.unlink()
    except (WriteError, OSError):
        return
