"""Pictures by name and place: what can be dropped, listed and cropped. Free of torch, numpy and Pillow."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from cifar_gui import paths
from cifar_gui.errors import PictureError

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
    | {".avif", ".avifs", ".heic", ".heif", ".hif"}
)
"""Endings, in lower case, of the files that are taken for pictures when a folder is read."""


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Where a picture comes from: a file, or bytes that were pasted, dropped or piped in."""

    name: str  # what people call it: a file name, "pasted picture"
    path: Path | None = None
    content: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.path is None) == (self.content is None):
            raise ValueError("a picture comes from a path or from bytes: give exactly one of them")

    @classmethod
    def from_path(cls, path: Path) -> PictureSource:
        """The picture in a file, under the file's name."""
        return cls(path.name, path=path)

    @classmethod
    def from_bytes(cls, content: bytes, name: str = "picture") -> PictureSource:
        """The picture in the bytes of a file."""
        return cls(name, content=content)


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of the upright picture, in its pixels: top left corner and side. May be the whole of it."""

    x: int
    y: int
    side: int


def centre_crop(width: int, height: int) -> Crop:
    """The largest square in the middle of a picture of `width` × `height` pixels."""
    side = min(width, height)
    return Crop((width - side) // 2, (height - side) // 2, side)


def whole_crop(width: int, height: int) -> Crop:
    """All of a picture: a square about it. What sticks out is cut off, so the picture is squeezed into a square."""
    side = max(width, height)
    return Crop((width - side) // 2, (height - side) // 2, side)


def is_picture_name(name: str) -> bool:
    """Whether a file of this name is taken for a picture: visible, with a known ending."""
    return not name.startswith(".") and Path(name).suffix.lower() in PICTURE_SUFFIXES


def picture_files(folder: Path) -> list[Path]:
    """Every picture in `folder` and below, in the order people expect: 2.png before 10.png.

    Hidden files and folders are skipped, links to folders are not followed. Raises PictureError if there is no such
    folder; an empty list means that it holds no pictures.
    """
    if not paths.is_folder(folder):
        raise PictureError(f"{folder} is not a folder that can be read; choose a folder of pictures.")
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.extend(Path(place, name) for name in names if is_picture_name(name))
    return sorted(found, key=lambda path: [natural_key(part) for part in path.relative_to(folder).parts])


def natural_key(text: str) -> list[tuple[int, int | str]]:
    """A sort key in which numbers count as numbers and case does not matter."""
    parts = re.split(r"([0-9]+)", text)
    return [(0, int(part)) if part.isdecimal() else (1, part.casefold()) for part in parts if part] + [(2, text)]
