"""As a program of `torch.export`: any PyTorch runs it, without this app and without its classes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.export.base import EXPORTERS
from cifar_gui.export.deployed import CHUNK, Deployed
from cifar_gui.export.scripts import script

CLASSES = "class_names.json"
"""Name of the class names inside the file."""


class ExportedProgram:
    """A .pt2 file, its class names inside."""

    suffix = ".pt2"

    def why_not(self) -> str:
        return ""

    def files(self, snapshot: ModelSnapshot, name: str) -> dict[str, bytes]:
        example = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
        # Not strict: torch's tracer of Python code takes longer, and needs nothing here that this one lacks.
        program = torch.export.export(
            Deployed(snapshot), (example,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},), strict=False
        )
        stored = io.BytesIO()
        names = json.dumps(snapshot.card.class_names)
        torch.export.save(program, stored, extra_files={CLASSES: names})
        return {f"{name}{self.suffix}": stored.getvalue(), **script(self.suffix, name)}

    def answers(self, path: Path, inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
        model = torch.export.load(path).module()
        with torch.inference_mode():
            return torch.cat([model(part) for part in torch.split(torch.from_numpy(inputs), CHUNK)]).numpy()


EXPORTERS.register(
    "exported-program",
    label="PyTorch program",
    order=2,
    about="One file for any PyTorch, from Python or C++, without this app.",
)(ExportedProgram())
