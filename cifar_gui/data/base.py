"""`ImageData`: what every data source becomes. Small, resident, and the same whatever the pictures came in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor

from cifar_gui.data.statistics import ChannelStats
from cifar_gui.errors import DataError
from cifar_gui.registry import Registry

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")

IMAGE_SIZE = 32
"""Height and width of every picture in a data set, in pixels."""


@dataclass(frozen=True, eq=False, slots=True)
class Split:
    """One part of a data set. `images` is a view, uint8 (N, 3, 32, 32) in [0, 255]; `labels` int64 (N,)."""

    name: str
    images: Tensor
    labels: Tensor
    fingerprint: str  # of these pictures and their labels, whatever their order or file format

    def __len__(self) -> int:
        return len(self.labels)

    def some(self, most: int) -> Split:
        """At most so many of the pictures, without a copy: they lie in the order of their digests, so it is a fair draw
        and always the same."""
        return Split(self.name, self.images[:most], self.labels[:most], self.fingerprint)


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class ImageData:
    """A whole data set, held in memory as one tensor ordered train, validation, test."""

    name: str  # for people: "CIFAR-10"
    images: Tensor  # uint8 (N, 3, 32, 32)
    labels: Tensor  # int64 (N,)
    class_names: tuple[str, ...]
    counts: tuple[int, int, int]  # pictures in train, validation, test; sums to N
    fingerprints: tuple[str, str, str, str]  # of train, validation, test, and train + validation
    stats: ChannelStats  # over train + validation
    _relabelled: dict[tuple[str, ...], ImageData] = field(default_factory=dict, init=False, repr=False)

    def split(self, name: SplitName) -> Split:
        """The pictures of one split, without a copy."""
        if name not in SPLITS:
            raise DataError(f"There is no split called {name!r}. Known: {', '.join(SPLITS)}.")
        which = SPLITS.index(name)
        start = sum(self.counts[:which])
        return self._slice(name, start, start + self.counts[which], self.fingerprints[which])

    def training(self, *, all_data: bool = False) -> Split:
        """What a run learns from: the train split, or train and validation together."""
        if not all_data:
            return self.split("train")
        return self._slice("train + validation", 0, self.counts[0] + self.counts[1], self.fingerprints[3])

    def was_trained_on(self, split: SplitName, trained_on: str) -> bool:
        """Whether a network whose training pictures had fingerprint `trained_on` has seen this split."""
        seen = {
            "train": (self.fingerprints[0], self.fingerprints[3]),
            "validation": (self.fingerprints[3],),
            "test": (),
        }
        return bool(trained_on) and trained_on in seen[split]

    def for_classes(self, class_names: Sequence[str]) -> ImageData:
        """The same pictures, labelled by their places among `class_names`: for a network that knows more classes than
        these are of, or the same in another order. Itself if nothing changes by it, or if they are of other classes.

        Asked twice, it is the same object."""
        names = tuple(class_names)
        if names == self.class_names or not set(self.class_names) <= set(names):
            return self
        if names not in self._relabelled:
            places = torch.tensor([names.index(name) for name in self.class_names])
            self._relabelled[names] = replace(self, labels=places[self.labels], class_names=names)
        return self._relabelled[names]

    def _slice(self, name: str, start: int, stop: int, fingerprint: str) -> Split:
        return Split(name, self.images[start:stop], self.labels[start:stop], fingerprint)


def assemble(
    name: str,
    images: Tensor,
    labels: Tensor,
    class_names: Sequence[str],
    *,
    test: Tensor,
    validation_share: float = 0.1,
) -> ImageData:
    """Order, split and fingerprint pictures that have just been read.

    `images` uint8 (N, 3, 32, 32), `labels` int64 (N,), `test` bool (N,): the official test pictures. Of each class, the
    `validation_share` of the other pictures whose digests are smallest are held out: a fixed, stratified draw that
    depends on the pixels alone, so the official archives, in either edition, and a folder of the same pictures in any
    order give the same split, the same order and the same fingerprint. A class of three or more gives at least one.
    """
    digests = picture_digests(images)
    is_test, label_of = test.tolist(), labels.tolist()
    part = [2 if each else 0 for each in is_test]
    for label in range(len(class_names)):
        own = sorted(
            (i for i, each in enumerate(label_of) if each == label and not is_test[i]), key=digests.__getitem__
        )
        held_out = share_of(len(own), validation_share)
        for i in own[:held_out]:
            part[i] = 1
    order = sorted(range(len(label_of)), key=lambda i: (part[i], digests[i], label_of[i]))
    index = torch.tensor(order, dtype=torch.int64)
    images, labels = images[index], labels[index]
    digests = [digests[i] for i in order]
    counts = tuple(part.count(which) for which in range(3))
    train, validation = counts[0], counts[0] + counts[1]
    spans = ((0, train), (train, validation), (validation, len(labels)), (0, validation))
    fingerprints = tuple(_fingerprint(digests[a:b], labels[a:b], class_names) for a, b in spans)
    stats = channel_stats(images[:validation])
    return ImageData(name, images, labels, tuple(class_names), counts, fingerprints, stats)  # type: ignore[arg-type]


def share_of(count: int, share: float) -> int:
    """How many of `count` pictures of a class are held out: the share, but at least one of three or more."""
    return max(round(count * share), 1 if count >= 3 and share > 0 else 0)


def picture_digests(images: Tensor) -> list[bytes]:
    """One 16-byte digest for each picture of uint8 (N, 3, H, W), of its pixels alone."""
    pixels = images.contiguous().numpy()
    return [hashlib.blake2b(picture.data, digest_size=16).digest() for picture in pixels]


def channel_stats(images: Tensor, chunk: int = 5000) -> ChannelStats:
    """Mean and standard deviation per channel of uint8 (N, 3, H, W), exact: sums are whole numbers."""
    total, squares = np.zeros(images.shape[1], np.int64), np.zeros(images.shape[1], np.int64)
    for start in range(0, len(images), chunk):
        values = images[start : start + chunk].numpy().astype(np.uint16)
        total += values.sum(axis=(0, 2, 3), dtype=np.int64)
        squares += (values * values).sum(axis=(0, 2, 3), dtype=np.int64)
    count = max(1, images.shape[0] * images.shape[2] * images.shape[3])
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean * mean, 0.0))
    return ChannelStats(tuple(map(float, mean)), tuple(max(float(each), 1.0) for each in deviation))


def _fingerprint(digests: Sequence[bytes], labels: Tensor, class_names: Sequence[str]) -> str:
    """Hex digest of a set of labelled pictures; "" for an empty one. Sorted, so the order does not matter."""
    if not digests:
        return ""
    lines = sorted(digest + class_names[label].encode() for digest, label in zip(digests, labels.tolist(), strict=True))
    return hashlib.blake2b(b"\n".join(lines), digest_size=16).hexdigest()


Progress = Callable[[float, str], None]
"""Called with the share done, 0–1, and what is being done. May raise `Cancelled` to give up."""


def no_progress(share: float, doing: str) -> None:
    """The progress callback of those who do not watch."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was found at a path that a person chose."""

    source: str  # the registered name of the source that reads it
    kind: str  # in words: "CIFAR-10, binary edition, packed"
    path: Path  # what is to be read; may lie beside or below the path that was chosen
    variant: str = ""  # for the source itself, if it reads several kinds


class Source(Protocol):
    """How a data source is loaded. `source` is the path, or None for a built-in that needs no files."""

    def __call__(self, source: Path | None, progress: Progress) -> ImageData: ...


DATASETS: Registry[Source] = Registry("data set", "cifar_gui.data")
"""Where pictures come from. What a source says of itself when it registers:

- `class_names(path) -> tuple[str, ...]`: its classes, known before any picture is read.

And may say:

- `recognise(path) -> Recognised | None`: whether it reads what lies there; DataError if it nearly would.
- `locate() -> Path | None`: where its files lie on this machine, and `missing`, a sentence for when they do not.
- `needs_path=True`: it has no name of its own in the chooser, a person must choose a path.
"""
