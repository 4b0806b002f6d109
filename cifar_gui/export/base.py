"""What an export is: a file that gives, without this app, the very answers it gives here; and the proof of it.

Everything is written to a folder of its own first, read back and asked about a thousand pictures. Only what agrees
takes its place.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import Progress, no_progress
from cifar_gui.data.sources import load
from cifar_gui.errors import CifarGuiError, WriteError, not_written
from cifar_gui.export.deployed import Deployed
from cifar_gui.registry import Registry

TOLERANCE = 1e-4
"""Probabilities may differ by so much: other programs add float32 numbers in another order."""

PICTURES = 1000
"""How many pictures the exported network is asked about."""


class ExportError(CifarGuiError):
    """The network cannot be written in this form, or what was written does not answer as it should."""


class Exporter(Protocol):
    """A form that networks can be written in."""

    @property
    def suffix(self) -> str:
        """Of the file that is the network: ".onnx"."""

    def why_not(self) -> str:
        """Why it cannot be used here and what to do, as sentences; "" if it can."""

    def files(self, snapshot: ModelSnapshot, name: str) -> Mapping[str, bytes]:
        """The files by their names, the network first, `name` being the stem they share. Raises ExportError."""

    def answers(self, path: Path, inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Read what was written at `path`; uint8 (N, 3, 32, 32) → probabilities (N, classes)."""


EXPORTERS: Registry[Exporter] = Registry("export format", "cifar_gui.export")
"""By name, with label= and about=, a sentence on what it is good for."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how near its answers are."""

    files: tuple[Path, ...]  # the network first
    difference: float  # the largest between two probabilities
    pictures: int  # that were compared


def export(snapshot: ModelSnapshot, form: str, path: Path, progress: Progress = no_progress) -> Exported:
    """Write the network of `snapshot` as `path`, its suffix added if it is missing, and what belongs to it beside it.

    Replaces files of these names. Raises ExportError if it cannot be written in this form or answers otherwise when
    read back, WriteError if the place cannot be written to, and what `progress` raises to give it up; whichever it is,
    what was there is untouched."""
    exporter = EXPORTERS[form]
    if reason := exporter.why_not():
        raise ExportError(reason)
    if path.suffix.lower() != exporter.suffix:
        path = path.with_name(path.name + exporter.suffix)
    try:
        with tempfile.TemporaryDirectory(prefix=".export-", dir=path.parent) as folder:
            progress(0.0, "writing the network")
            names = _write(exporter.files(snapshot, path.stem), Path(folder))
            progress(0.5, "comparing its answers")
            difference = _difference(snapshot, exporter, Path(folder) / names[0])
            progress(0.95, "putting it in its place")  # the last moment at which it can be given up
            files = tuple(path.with_name(name) for name in names)
            for file in files:
                (Path(folder) / file.name).replace(file)
    except OSError as error:
        raise WriteError(not_written(path, error)) from error
    return Exported(files, difference, PICTURES)


def _write(files: Mapping[str, bytes], folder: Path) -> list[str]:
    for name, content in files.items():
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    return list(files)


def _difference(snapshot: ModelSnapshot, exporter: Exporter, path: Path) -> float:
    """The largest between what was written and the original. Raises ExportError if it is more than can be tolerated."""
    pictures = _pictures()
    expected = Deployed(snapshot).answers(pictures)
    found = exporter.answers(path, pictures)
    if found.shape != expected.shape or not np.isfinite(found).all():
        raise ExportError(f"What was written to {path.name} gives no probabilities, so it was thrown away.")
    difference = float(np.abs(found - expected).max())
    if difference > TOLERANCE:
        raise ExportError(
            f"What was written to {path.name} answers otherwise than the network, by up to {difference:.2g} in a "
            "probability, so it was thrown away. Try another format."
        )
    return difference


def _pictures() -> NDArray[np.uint8]:
    """uint8 (1000, 3, 32, 32): drawn shapes, and noise, for answers that are sure and answers that are not."""
    drawn = load("shapes").images[: PICTURES // 2]
    noise = torch.randint(0, 256, drawn.shape, generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return torch.cat([drawn, noise]).numpy()
