"""What every unit of a layer answers to one picture, place by place."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.preprocess import standardise
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain import colours
from cifar_gui.explain.arrange import units_in_order
from cifar_gui.explain.base import EXPLAINERS, ImageGrid, Request, Subject
from cifar_gui.explain.kept import Kept
from cifar_gui.explain.layers import ConvLayer, filter_layers
from cifar_gui.explain.response import maps_at, response_of
from cifar_gui.inference.forward import evaluating
from cifar_gui.inference.threads import one_core
from cifar_gui.words import signed_text


def feature_maps(
    snapshot: ModelSnapshot, layers: list[ConvLayer], pixels: NDArray[np.uint8]
) -> list[NDArray[np.float32]]:
    """uint8 (3, 32, 32) → for each layer the maps of its units, float32 (units, h, w), behind the activation; kept."""
    key = (snapshot.digest, tuple(layer.key for layer in layers), pixels.tobytes())
    return _KEPT.get(key, lambda: _feature_maps(snapshot, layers, pixels))


_KEPT: Kept[list[NDArray[np.float32]]] = Kept(32_000_000, lambda maps: sum(each.nbytes for each in maps))


def _feature_maps(
    snapshot: ModelSnapshot, layers: list[ConvLayer], pixels: NDArray[np.uint8]
) -> list[NDArray[np.float32]]:
    precision = Precision()
    model = rebuild(snapshot).to(memory_format=precision.memory_format)
    with one_core(), evaluating(model):
        image = torch.from_numpy(np.ascontiguousarray(pixels))[None]
        inputs = standardise(image, snapshot.card.stats, precision.memory_format)
        return [maps_at(model, response_of(snapshot, layer).answer, inputs)[0].numpy() for layer in layers]


@EXPLAINERS.register("maps", label="Feature maps", order=10, suits=lambda layer: True, needs_picture=True, scaled=True)
def maps_of_a_picture(snapshot: ModelSnapshot, request: Request) -> ImageGrid:
    """The map of every unit for the picture of the request. Raises CifarGuiError without one."""
    layer, picture = request.layer, subject_of(request)
    (values,) = feature_maps(snapshot, [layer], picture.pixels)
    reach, scale, apart = None, request.scale, ""
    if scale == "own" and values[0].size == 1:
        scale, apart = "common", " They share a scale: one value on a scale of its own is always in full colour."
    if layer.classes and scale == "network":
        scale, apart = "common", " They have a scale of their own: the values of classes are no maps."
    if scale == "network":
        filters = feature_maps(snapshot, filter_layers(snapshot), picture.pixels)
        reach = max(float(np.abs(each).max()) for each in [values, *filters])
    shown = units_in_order(snapshot, request)
    tiles = colours.signed(values / colours.largest(values, scale, reach))[shown]
    response = response_of(snapshot, layer)
    height, width = response.size
    seen = f"{height} × {width} places" if height * width > 1 else "one value for the whole picture"
    note = f"What the {layer.nouns} answer to the picture, {response.words}: {seen}; amber is above 0, blue below."
    captions = tuple(f"{layer.unit_words(unit)} · {_in_numbers(values[unit])}" for unit in shown)
    legend = colours.legend(values, scale, coloured=False, reach=reach, of="value", whose=layer.nouns)
    labels = tuple(layer.classes[unit] for unit in shown) if layer.classes else ()
    return ImageGrid(layer.label, "maps", tiles, tuple(shown), captions, note + apart, legend, labels)


def _in_numbers(values: NDArray[np.float32]) -> str:
    """A map in a few words."""
    highest = signed_text(float(values.max()), 3)
    if values.size == 1:
        return f"answers {highest}"
    return f"mean {signed_text(float(values.mean()), 3)}, highest {highest}"


def subject_of(request: Request) -> Subject:
    """The picture of a request. Raises CifarGuiError if there is none."""
    if request.picture is None:
        raise CifarGuiError("There is no picture to explain. Choose one.")
    return request.picture
