"""Pictures of one split that stand, nearly the same, in another: whoever learned the one knows the other by heart.

About 3 % of CIFAR-10's test pictures have such a twin among the training pictures (Barz and Denzler 2020, "Do We Train
on Test Data? Purging CIFAR of Near-Duplicates"). They looked by eye at what a network found alike; here two pictures
are twins if their details correlate, pixel by pixel, mirrored or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from cifar_gui.data.base import Progress, Split, no_progress

ALIKE = 0.8
"""Correlation from which two pictures count as twins; found by looking at pairs of training and validation pictures."""

_AROUND = 9
"""Width of the surroundings, in pixels, whose mean is taken off: it leaves details."""

_COARSE, _COARSE_ALIKE = 8, 0.6
"""Pairs are first sought among pictures reduced to 8×8 pixels: sixteen times less to multiply. Of 82 twins among the
validation pictures of CIFAR-10 that finds 80."""

_CHUNK = 500
_REDUCING = 0.3
"""What reducing takes of the time, about."""


@dataclass(frozen=True, slots=True)
class Twins:
    """Two pictures that are nearly the same."""

    first: int  # place in the one split
    second: int  # place in the other
    correlation: float  # of their pixels, at most 1
    mirrored: bool
    same_label: bool


def near_duplicates(
    first: Split, second: Split, *, alike: float = ALIKE, progress: Progress = no_progress
) -> list[Twins]:
    """For each picture of `first` its likest of `second`, if they correlate by at least `alike`; the likest first.

    `progress` may raise Cancelled."""
    if not len(first) or not len(second):
        return []
    coarse = _standardised(
        _reduced(second.images, lambda share: progress(_REDUCING * share, "looking at the pictures one by one"))
    )
    found: list[Twins] = []
    for start in range(0, len(first), _CHUNK):
        share = _REDUCING + (1 - _REDUCING) * start / len(first)
        progress(share, f"{start:,} of {len(first):,} pictures compared")
        images = first.images[start : start + _CHUNK]
        best = [_likest(images, mirrored, coarse, second.images) for mirrored in (False, True)]
        for place, plain, mirrored in zip(range(len(images)), *(list(each) for each in best), strict=True):
            correlation, other = max(plain, mirrored)
            if correlation >= alike:
                same = bool(first.labels[start + place] == second.labels[other])
                found.append(Twins(start + place, other, correlation, mirrored > plain, same))
    return sorted(found, key=lambda twins: -twins.correlation)


def _likest(images: Tensor, mirrored: bool, coarse: Tensor, others: Tensor) -> Iterator[tuple[float, int]]:
    """For each of `images` the correlation with the likest of `others`, and its place."""
    images = images.flip(-1) if mirrored else images
    rough, places = (_standardised(_reduced(images)) @ coarse.T).max(1)
    fine = (_standardised(_details(images)) * _standardised(_details(others[places]))).sum(1)
    for seems, exact, place in zip(rough.tolist(), fine.tolist(), places.tolist(), strict=True):
        yield (exact if seems >= _COARSE_ALIKE else -1.0), place


def _reduced(images: Tensor, tell: Callable[[float], object] = lambda _share: None) -> Tensor:
    """uint8 (N, 3, H, W) → float32 (N, 3, _COARSE, _COARSE), details only, a chunk at a time. `tell` is told the share
    done, 0–1, before each."""
    reduced = torch.empty(len(images), images.shape[1], _COARSE, _COARSE)
    for start in range(0, len(images), 2 * _CHUNK):
        tell(start / len(images))
        part = slice(start, start + 2 * _CHUNK)
        reduced[part] = F.adaptive_avg_pool2d(_details(images[part]), _COARSE)
    return reduced


def _details(images: Tensor) -> Tensor:
    """uint8 (N, 3, H, W) → float32 alike, less the mean of the surroundings of each pixel: skies and seas all look the
    same from afar."""
    values = images.float()
    return values - F.avg_pool2d(values, _AROUND, 1, _AROUND // 2, count_include_pad=False)


def _standardised(images: Tensor) -> Tensor:
    """(N, …) → float32 (N, values), each row of mean 0 and length 1, so that a product is a correlation; a picture of
    one colour alone is like no other."""
    flat = images.float().flatten(1)
    flat = flat - flat.mean(1, keepdim=True)
    lengths: Tensor = flat.norm(dim=1, keepdim=True)
    return flat / lengths.clamp(min=1e-3)
