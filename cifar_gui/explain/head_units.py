"""What the last layer of a network adds up: of which layer each number is a unit, and where its map lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import IMAGE_SIZE
from cifar_gui.data.decode import Pixels
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.layers import ConvLayer, convolution_layers, dense_layer, forward_steps
from cifar_gui.explain.names import readable_names
from cifar_gui.explain.response import BEFORE, maps_at, response_of
from cifar_gui.inference.threads import one_core
from cifar_gui.networks.layer_table import Step, View

_UNMIXED = (
    *("MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d"),
    *("BatchNorm1d", "BatchNorm2d", "Dropout", "Dropout2d", "Flatten", "Identity"),
)
"""What may stand between units and the last layer: it mixes none of them with another."""


@dataclass(frozen=True, slots=True)
class HeadUnits:
    """The units that the last layer reads, pooled or as they are."""

    layers: tuple[ConvLayer, ...]  # whose units they are, one layer's after the other's
    tap: str  # where all of them can be read: see `maps_at`
    size: tuple[int, int] | None  # height and width of their maps; None of units that look at the picture as a whole
    view: View  # of a place of the maps

    def __len__(self) -> int:
        return sum(layer.units for layer in self.layers)

    def seat(self, number: int) -> tuple[ConvLayer, int]:
        """The layer and the unit that a number is of. Raises IndexError for one that there is not."""
        for layer in self.layers:
            if 0 <= number < layer.units:
                return layer, number
            number -= layer.units
        raise IndexError("the last layer reads fewer units")


def head_units(snapshot: ModelSnapshot) -> HeadUnits | None:
    """Of the last dense layer or convolution; None where there is none, or where it reads the pixels."""
    found = forward_steps(snapshot)
    weighing = [step for step in found if step.row.kind in ("Linear", "Conv2d")]
    if not weighing:
        return None
    at = {step.key: step for step in found}
    reader = weighing[-1]
    while len(reader.sources) == 1 and at[reader.sources[0]].row.kind in _UNMIXED:
        reader = at[reader.sources[0]]
    if len(reader.sources) != 1 or at[reader.sources[0]].op == "input":
        return None
    source = at[reader.sources[0]]
    shape = source.row.output_shape
    size = (shape[1], shape[2]) if len(shape) == 3 and shape[1] * shape[2] > 1 else None
    layers = _layers(snapshot, source, at) or [_as_layer(snapshot, source, reader)]
    return HeadUnits(tuple(layers), BEFORE + reader.row.name, size, source.view)


def maps_on_picture(examined: Examined, units: HeadUnits, pixels: Pixels) -> NDArray[np.float32] | None:
    """What each unit answers to uint8 (3, 32, 32), float32 (units, 32, 32): every place of its map laid over the middle
    of what it sees, with straight lines between places. None of units without maps."""
    if units.size is None:
        return None
    with examined.lock, one_core(), torch.inference_mode():
        maps = maps_at(examined.model, units.tap, examined.inputs(pixels))[0].numpy()
    down, across = (_spread(units.size[axis], units.view, axis) for axis in (0, 1))
    laid: NDArray[np.float32] = down @ maps @ across.T
    return laid


def _spread(places: int, view: View, axis: int) -> NDArray[np.float32]:
    """(32, places): how much each pixel in a direction takes from each place: all from the one whose middle it is."""
    middles = view.start[axis] + (view.field[axis] - 1) / 2 + view.jump[axis] * np.arange(places)
    pixels = np.arange(IMAGE_SIZE)
    return np.stack([np.interp(pixels, middles, row) for row in np.eye(places)], 1).astype(np.float32)


def _layers(snapshot: ModelSnapshot, source: Step, at: dict[str, Step]) -> list[ConvLayer]:
    """The layers whose answers a step gives, or puts behind each other; [] if it gives anything else."""
    parts = [at[key] for key in source.sources] if source.row.kind == "cat" else [source]
    layers = [_layer(snapshot, part, at) for part in parts]
    found = [layer for layer in layers if layer is not None]
    whole = len(found) == len(parts) and sum(layer.units for layer in found) == source.row.output_shape[0]
    return found if whole else []


def _layer(snapshot: ModelSnapshot, step: Step, at: dict[str, Step]) -> ConvLayer | None:
    """The layer whose answers a step gives, if there is one."""
    back = step
    while back.row.kind not in ("Conv2d", "Linear"):
        if back.op != "layer" or len(back.sources) != 1:
            return None
        back = at[back.sources[0]]
    known = convolution_layers(snapshot) if back.row.kind == "Conv2d" else [dense_layer(snapshot, back)]
    layer = next(each for each in known if each.name == back.row.name)
    return layer if response_of(snapshot, layer).answer == step.row.name else None


def _as_layer(snapshot: ModelSnapshot, source: Step, reader: Step) -> ConvLayer:
    """What is no layer's answer, such as a sum of two, in the form of one."""
    name = source.row.name or BEFORE + reader.row.name
    label = f"{BEFORE}{readable_names([reader.row.name], [reader.row.kind])[0]}"
    return ConvLayer(name, label, (source.row.output_shape[0], 0, 1, 1), 0, True, noun="map")
