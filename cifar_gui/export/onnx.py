"""As ONNX: for onnxruntime, browsers, phones and nearly everything else. Needs packages that are no part of the app."""

from __future__ import annotations

import importlib.util
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.export.base import EXPORTERS
from cifar_gui.export.deployed import CHUNK, Deployed
from cifar_gui.export.scripts import script

PACKAGES = ("onnxscript", "onnxruntime")
CLASSES = "class_names"
"""Key of the class names, as JSON, in the metadata of the file."""


class Onnx:
    """An .onnx file, its class names in the metadata."""

    suffix = ".onnx"

    def why_not(self) -> str:
        missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
        if not missing:
            return ""
        verb = "is" if len(missing) == 1 else "are"
        return (
            f"ONNX needs {' and '.join(missing)}, which {verb} not installed. "
            'Install them with pip install "cifar-gui[onnx]", or choose another format.'
        )

    def files(self, snapshot: ModelSnapshot, name: str) -> dict[str, bytes]:
        example = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
        with _only_errors():
            program = torch.onnx.export(
                Deployed(snapshot),
                (example,),
                dynamo=True,
                input_names=["images"],
                output_names=["probabilities"],
                dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
                verbose=False,
            )
        model = cast("torch.onnx.ONNXProgram", program).model_proto  # without dynamo=True it would be None
        entry = model.metadata_props.add()
        entry.key, entry.value = CLASSES, json.dumps(snapshot.card.class_names)
        return {f"{name}{self.suffix}": model.SerializeToString(), **script(self.suffix, name)}

    def answers(self, path: Path, inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
        import onnxruntime

        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        parts = np.array_split(inputs, max(len(inputs) // CHUNK, 1))
        return np.concatenate([session.run(None, {"images": part})[0] for part in parts])


@contextmanager
def _only_errors() -> Iterator[None]:
    """Else the exporter warns, each time, that a package is missing which nothing here needs: torchvision."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


EXPORTERS.register(
    "onnx",
    label="ONNX",
    order=1,
    about="The common form: onnxruntime, web browsers, phones and most other programs read it.",
)(Onnx())
