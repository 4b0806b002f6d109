"""Image folders: `train/<class>/…` with `test/<class>/…`, or only `<class>/…`, of pictures of any kind and size."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from cifar_gui.data.base import DATASETS, ImageData, Progress, Recognised, assemble, picture_digests, share_of
from cifar_gui.data.official import CLASS_NAMES
from cifar_gui.data.picture import is_picture_name, natural_key, picture_files
from cifar_gui.data.pooled import read_pictures
from cifar_gui.errors import DataError, reason

TEST_SHARE = 0.1
"""Of each class of a folder that has no test pictures, so many are set aside as such."""

CLASS_LIMIT = 1000
_TRAIN, _TEST = ("train", "training"), ("test", "testing")
_VALIDATION = ("validation", "valid", "val")
_LAYOUT = "Put the pictures into train/<class>/ and test/<class>/, or only into one folder for each class."


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in an image folder, before any picture is read."""

    class_names: tuple[str, ...]
    files: tuple[Path, ...]
    labels: tuple[int, ...]  # of each file
    is_test: tuple[bool, ...]  # of each file; all False if the folder has no test pictures


def recognise(path: Path) -> Recognised | None:
    """Whether `path` is a folder with folders of pictures in it."""
    if not path.is_dir():
        return None
    parts = _parts(path)
    if parts[_TRAIN[0]]:
        return Recognised("folder", f"Image folder, {' and '.join(name for name in parts if parts[name])}", path)
    if any(_has_picture(folder) for folder in _folders(path)):
        return Recognised("folder", "Image folder, one folder per class", path)
    return None


def class_names(root: Path) -> tuple[str, ...]:
    """The classes of an image folder, in the order of their labels. Raises DataError naming what does not fit."""
    return _class_names(root, [folder for folder, _ in _labelled(root)])


@DATASETS.register(
    "folder", label="Image folder", order=3, recognise=recognise, needs_path=True, class_names=class_names
)
def load(source: Path | None, progress: Progress) -> ImageData:
    """Every picture of an image folder. Raises DataError naming what is missing, empty or unreadable."""
    if source is None:
        raise DataError("An image folder has to be chosen: give its path.")
    listing = listed(source)
    images = read_pictures(listing.files, lambda share, doing: progress(0.9 * share, doing))
    progress(0.9, "Sorting the pictures")
    labels = torch.tensor(listing.labels, dtype=torch.int64)
    test = torch.tensor(listing.is_test, dtype=torch.bool)
    if not test.any():
        test = drawn_for_test(images, labels, len(listing.class_names))
    data = assemble(_name(source, listing), images, labels, listing.class_names, test=test)
    progress(1.0, "Read")
    return data


def listed(root: Path) -> Listing:
    """The classes and files of an image folder. Raises DataError naming the folder that does not fit."""
    parts = _labelled(root)
    names = _class_names(root, [folder for folder, _ in parts])
    files: list[Path] = []
    labels: list[int] = []
    is_test: list[bool] = []
    for folder, testing in parts:
        for label, class_name in enumerate(names):
            own = picture_files(folder / class_name)
            if not own:
                raise DataError(f"{folder / class_name} holds no pictures. Add some, or remove the folder.")
            files += own
            labels += [label] * len(own)
            is_test += [testing] * len(own)
    return Listing(names, tuple(files), tuple(labels), tuple(is_test))


def drawn_for_test(images: Tensor, labels: Tensor, classes: int, share: float = TEST_SHARE) -> Tensor:
    """bool (N,): of each class, the pictures with the largest digests. A fixed draw that depends on pixels alone."""
    digests = picture_digests(images)
    test = torch.zeros(len(labels), dtype=torch.bool)
    for label in range(classes):
        own = torch.nonzero(labels == label).flatten().tolist()
        own.sort(key=digests.__getitem__, reverse=True)
        test[own[: share_of(len(own), share)]] = True
    return test


def _labelled(root: Path) -> list[tuple[Path, bool]]:
    """The folders of class folders, each with whether it holds test pictures."""
    parts = _parts(root)
    if not parts[_TRAIN[0]]:
        return [(root, False)]
    train = [(folder, False) for folder in (*parts[_TRAIN[0]], *parts[_VALIDATION[0]])]
    return [*train, *((folder, True) for folder in parts[_TEST[0]])]


def _class_names(root: Path, folders: Sequence[Path]) -> tuple[str, ...]:
    first = [folder.name for folder in _folders(folders[0])]
    for folder in folders[1:]:
        other = [each.name for each in _folders(folder)]
        odd = sorted(set(first).symmetric_difference(other))
        if odd:
            has, lacks = (folders[0], folder) if odd[0] in first else (folder, folders[0])
            raise DataError(
                f"In {root}, {has.name} has the class {odd[0]} and {lacks.name} has not. Give both the same classes."
            )
    if not first:
        raise DataError(f"{folders[0]} holds no class folders. {_LAYOUT}")
    if len(first) == 1:
        raise DataError(f"{folders[0]} holds one class only, {first[0]}; there is nothing to tell apart. {_LAYOUT}")
    for name in first:
        if not _is_text(name):
            raise DataError(
                f"{folders[0]} holds a folder whose name is not UTF-8 text, {name!r}. It names a class: rename it."
            )
    if len(first) > CLASS_LIMIT:
        raise DataError(
            f"{folders[0]} holds {len(first):,} folders; more than {CLASS_LIMIT:,} classes are not supported."
        )
    return tuple(first)


def _is_text(name: str) -> bool:
    """Names of files may hold any bytes; what is no UTF-8 in them can be neither shown nor written down."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parts(root: Path) -> dict[str, list[Path]]:
    """The folders for training, validation and test, whatever they are called; empty lists if there are none."""
    folders = _folders(root)
    parts = {
        names[0]: [each for each in folders if each.name.casefold() in names] for names in (_TRAIN, _VALIDATION, _TEST)
    }
    has_classes = any(_folders(each) for each in parts[_TRAIN[0]])
    has_nothing_else = sum(map(len, parts.values())) == len(folders)
    return parts if has_classes or has_nothing_else else {name: [] for name in parts}  # "train" may be a class


def _folders(root: Path) -> list[Path]:
    """The visible folders in `root`, in the order people expect. DataError if it cannot be read."""
    try:
        with os.scandir(root) as entries:
            found = [Path(each.path) for each in entries if not each.name.startswith((".", "__")) and each.is_dir()]
    except OSError as error:
        raise DataError(f"{root} cannot be read: {reason(error)}. Choose another folder.") from error
    return sorted(found, key=lambda path: natural_key(path.name))


def _has_picture(folder: Path) -> bool:
    return any(is_picture_name(name) for _, _, names in os.walk(folder) for name in names)


def _name(root: Path, listing: Listing) -> str:
    count, tests = len(listing.files), sum(listing.is_test)
    is_cifar10 = listing.class_names == CLASS_NAMES and (count - tests, tests) == (50_000, 10_000)
    return "CIFAR-10" if is_cifar10 else root.resolve().name or str(root)
