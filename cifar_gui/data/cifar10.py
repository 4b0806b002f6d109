"""CIFAR-10 from the archives that its authors publish: either edition, packed or unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cifar_gui import paths
from cifar_gui.data.archive import BatchFile, edition_inside, packed_batches, sha256, unpacked_batches, unreadable
from cifar_gui.data.base import DATASETS, ImageData, Progress, Recognised, assemble
from cifar_gui.data.batches import Bytes, read_batch
from cifar_gui.data.official import CLASS_NAMES, CONTENT, EDITIONS, Edition
from cifar_gui.errors import DataError

MISSING = (
    "CIFAR-10 is not on this machine yet. Download it (170 MB) on the Train page, or choose the archive or a folder "
    "of its pictures there."
)


def recognise(path: Path) -> Recognised | None:
    """Whether `path` is an official archive, an unpacked one, the folder around it, or one of its batch files."""
    if path.is_file():
        return _recognise_file(path)
    for edition in EDITIONS:
        for folder in (path, path / edition.folder):
            if any(paths.is_file(folder / batch) for batch in edition.batches):
                return _recognised(edition, folder, "unpacked")
    return None


def locate() -> Path | None:
    """Where a downloaded, or copied, archive or folder of CIFAR-10 lies among the user's data sets."""
    home = paths.data_sets()
    places = [home / name for edition in EDITIONS for name in (edition.file_name, edition.folder)]
    return next((place for place in places if place.exists()), None)


@DATASETS.register(
    "cifar10",
    label="CIFAR-10",
    order=1,
    recognise=recognise,
    locate=locate,
    missing=MISSING,
    class_names=lambda _path: CLASS_NAMES,
)
def load(source: Path | None, progress: Progress) -> ImageData:
    """The 60,000 pictures of an archive or unpacked folder. Raises DataError naming the file that does not fit."""
    found = None if source is None else recognise(source)
    if found is None:
        raise DataError(f"{source or 'CIFAR-10'} is neither an archive of CIFAR-10 nor an unpacked one.")
    edition = next(each for each in EDITIONS if each.name == found.variant)
    if found.path.is_dir():
        return read_edition(unpacked_batches(found.path, edition), edition, found.path, progress)
    differs = difference_from_official(found.path, edition, lambda share, doing: progress(0.3 * share, doing))
    batches = packed_batches(found.path, edition)
    data = read_edition(batches, edition, found.path, lambda share, doing: progress(0.3 + 0.7 * share, doing))
    if differs and not is_original(data):
        raise DataError(
            f"{found.path.name} {differs}, and the pictures in it are not those of CIFAR-10. Download it again."
        )
    return data


def difference_from_official(path: Path, edition: Edition, progress: Progress) -> str:
    """How an archive differs from the published one, in words that follow its name; "" if it does not."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    if size != edition.size:
        return f"has {size:,} bytes where the published archive has {edition.size:,}"
    if sha256(path, progress) != edition.sha256:
        return "does not have the checksum of the published archive"
    return ""


def is_original(data: ImageData) -> bool:
    """Whether these are the 60,000 pictures and labels of CIFAR-10, whatever they came in."""
    return (data.fingerprints[3], data.fingerprints[2]) == CONTENT


def read_edition(batches: Iterator[BatchFile], edition: Edition, path: Path, progress: Progress) -> ImageData:
    """All batches of an edition as one `ImageData`. Other contents in this layout are called by their path."""
    pictures = _Pictures(edition)
    for done, file in enumerate(batches):
        progress(0.7 * done / len(edition.batches), f"Reading {file.batch}")
        pictures.put(file.batch, *read_batch(edition, file.content, file.where))
    progress(0.7, "Sorting the pictures")
    count = len(pictures.labels)
    test = torch.arange(count) >= count - edition.pictures
    images, labels = torch.from_numpy(pictures.images), torch.from_numpy(pictures.labels)
    data = assemble("CIFAR-10", images, labels, CLASS_NAMES, test=test)
    progress(1.0, "Read")
    return data if is_original(data) else renamed(data, f"{path.name} (not the original pictures)")


def renamed(data: ImageData, name: str) -> ImageData:
    """The same data under another name."""
    return ImageData(name, data.images, data.labels, data.class_names, data.counts, data.fingerprints, data.stats)


@dataclass(slots=True)
class _Pictures:
    """Room for all batches, the test batch last."""

    edition: Edition
    images: Bytes = field(init=False)  # uint8 (N, 3, 32, 32)
    labels: npt.NDArray[np.int64] = field(init=False)  # (N,)

    def __post_init__(self) -> None:
        count = len(self.edition.batches) * self.edition.pictures
        self.images = np.empty((count, 3, 32, 32), np.uint8)
        self.labels = np.empty(count, np.int64)

    def put(self, batch: str, images: Bytes, labels: Bytes) -> None:
        start = self.edition.batches.index(batch) * self.edition.pictures
        place = slice(start, start + self.edition.pictures)
        self.images[place], self.labels[place] = images, labels


def _recognise_file(path: Path) -> Recognised | None:
    for edition in EDITIONS:
        if path.name in edition.batches:
            return _recognised(edition, path.parent, "unpacked")
    named = next((edition for edition in EDITIONS if path.name == edition.file_name), None)
    if named is None and not path.name.lower().endswith((".tar.gz", ".tgz", ".tar")):
        return None
    return _recognised(named or edition_inside(path), path, "packed")


def _recognised(edition: Edition, path: Path, how: str) -> Recognised:
    return Recognised("cifar10", f"CIFAR-10, {edition.name} edition, {how}", path, variant=edition.name)
