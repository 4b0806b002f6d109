"""The short programs that lie beside an exported network and show how to use it without this app."""

from __future__ import annotations

import re
from string import Template

PREPARE = '''\
def prepare(path):
    """The central square of a picture, as the network wants it: uint8 (1, 3, 32, 32)."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side)).resize((32, 32), Image.Resampling.BICUBIC)
    return np.asarray(square).transpose(2, 0, 1)[None].copy()'''
"""How a picture is made ready, as in `data.preprocess`; part of every program that is written."""

_SCRIPT = Template('''\
"""What $file says of pictures: python $script PICTURE ...

Needs $packages. Written by cifar-gui.
"""

import json
import sys
from pathlib import Path

import numpy as np
$imports
from PIL import Image, ImageOps

$load


$prepare


for path in sys.argv[1:]:
    probabilities = answer(prepare(path))[0]
    best = int(np.argmax(probabilities))
    print(f"{path}: {class_names[best]}, {probabilities[best]:.1%}")
''')

_ONNX = '''\
session = onnxruntime.InferenceSession(Path(__file__).with_name($file))
class_names = json.loads(session.get_modelmeta().custom_metadata_map["class_names"])


def answer(images):
    """uint8 (N, 3, 32, 32) → probabilities (N, classes)."""
    return session.run(None, {"images": images})[0]'''

_PROGRAM = '''\
extra = {"class_names.json": ""}
program = torch.export.load(Path(__file__).with_name($file), extra_files=extra).module()
class_names = json.loads(extra["class_names.json"])


def answer(images):
    """uint8 (N, 3, 32, 32) → probabilities (N, classes)."""
    with torch.inference_mode():
        return program(torch.from_numpy(images)).numpy()'''

_KINDS = {
    ".onnx": ("onnxruntime, numpy and Pillow", "import onnxruntime", _ONNX),
    ".pt2": ("torch, numpy and Pillow", "import torch", _PROGRAM),
}


def script(suffix: str, name: str) -> dict[str, bytes]:
    """The program that belongs to `name`.onnx or `name`.pt2, by its name: `name`_onnx.py lies beside `name`_pt2.py."""
    packages, imports, load = _KINDS[suffix]
    own = f"{name}_{suffix[1:]}.py"
    text = _SCRIPT.substitute(
        file=plain(f"{name}{suffix}"),
        script=plain(own),
        packages=packages,
        imports=imports,
        load=Template(load).substitute(file=repr(f"{name}{suffix}")),
        prepare=PREPARE,
    )
    return {own: text.encode()}


def plain(text: str) -> str:
    """Text inside a docstring: nothing in it ends the string or escapes anything."""
    return re.sub(r"[\\\"\n]", "'", text)
