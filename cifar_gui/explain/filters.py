"""The weights of a layer as pictures: in colour, as mosaics of slices, one input channel at a time, as a matrix."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain import colours
from cifar_gui.explain.arrange import norms, strongest_first, units_in_order
from cifar_gui.explain.base import EXPLAINERS, ImageGrid, Order, Request, Scale
from cifar_gui.explain.layers import ConvLayer, filter_layers, weights_of


def _is_pointwise(layer: ConvLayer) -> bool:
    return layer.shape[1] > 0 and layer.shape[2:] == (1, 1)


def _is_deep(layer: ConvLayer) -> bool:
    return bool(layer.name) and layer.shape[1] != 3 and not layer.classes


def filter_images(
    snapshot: ModelSnapshot, layer: ConvLayer, *, order: Order = "index", scale: Scale = "own"
) -> ImageGrid:
    """The filters of a layer as one wants to see them first: in colour where they have colours, else as mosaics."""
    view = in_colour if layer.coloured else mosaic
    return view(snapshot, Request(layer, order, scale))


@EXPLAINERS.register(
    "colour", label="In colour", order=1, family="weights", scaled=True, suits=lambda layer: layer.coloured
)
def in_colour(snapshot: ModelSnapshot, request: Request) -> ImageGrid:
    """Filters that see red, green and blue, themselves or through a fixed stem: their weights are the colours."""
    layer = request.layer
    own = weights = weights_of(snapshot, layer)
    note = "Red, green and blue are the weights of the three inputs; grey is 0."
    if layer.stem is not None:
        weights = seen_through(weights, weights_of(snapshot, layer.stem), layer.stem.stride)
        note = (
            f"Projected to colour through {layer.stem.label}, which is {layer.stem.note}; "
            "the non-linearity between them is left out."
        )
    values = weights.numpy()
    # strength is that of the layer's own weights, as in captions and details; likeness is of what is seen
    shown = units_in_order(snapshot, request, values)
    scale, reach, apart = _scale(snapshot, request, seen=True)
    tiles = colours.rgb(values / colours.largest(values, scale, reach))[shown]
    legend = colours.legend(values, scale, coloured=True, reach=reach)
    captions = _captions(layer, shown, norms(own.numpy()))
    labels = tuple(layer.classes[unit] for unit in shown) if layer.classes else ()
    return ImageGrid(layer.label, layer.nouns, tiles, tuple(shown), captions, note + apart, legend, labels)


_HIGHEST_ROW = 24
"""Pixels that a row of a matrix is high at most, with inputs a pixel wide: all classes are to be in sight at once."""


@EXPLAINERS.register("matrix", label="Matrix", order=2, family="weights", scaled=True, suits=_is_pointwise)
def matrix(snapshot: ModelSnapshot, request: Request) -> ImageGrid:
    """One row for each unit and one column for each of its inputs: all there is to a 1×1 convolution."""
    layer = request.layer
    values = weights_of(snapshot, layer).numpy()
    shown = units_in_order(snapshot, request)
    scale, reach, apart = _scale(snapshot, request)
    scaled = values / colours.largest(values, scale, reach)
    rows = colours.signed(scaled[:, None, :, 0, 0])[shown]
    high = min(max(layer.shape[1] // (2 * layer.units), 1), _HIGHEST_ROW)
    tiles = rows.repeat(high, axis=1)  # few rows are high enough to be seen
    note = f"Each row is one of the {layer.nouns}, each column one of its {layer.shape[1]} inputs.{apart}"
    legend = colours.legend(values, scale, coloured=False, reach=reach, whose=layer.nouns)
    captions = _captions(layer, shown, norms(values))
    labels = tuple(layer.classes[unit] for unit in shown) if layer.classes else ()
    return ImageGrid(layer.label, layer.nouns, tiles, tuple(shown), captions, note, legend, labels, strips=True)


@EXPLAINERS.register("mosaic", label="Mosaic", order=3, family="weights", scaled=True, suits=_is_deep)
def mosaic(snapshot: ModelSnapshot, request: Request) -> ImageGrid:
    """All slices of each filter in one tile, the strongest top left."""
    values = weights_of(snapshot, request.layer).numpy()
    shown = units_in_order(snapshot, request)
    scale, reach, apart = _scale(snapshot, request)
    scaled = values / colours.largest(values, scale, reach)
    tiles = np.stack([_mosaic_tile(scaled[unit]) for unit in shown])
    channels = request.layer.shape[1]
    note = f"Each tile holds a filter's {channels} slices, one for each input channel, the strongest top left.{apart}"
    legend = colours.legend(values, scale, coloured=False, reach=reach)
    captions = _captions(request.layer, shown, norms(values))
    return ImageGrid(request.layer.label, "filters", tiles, tuple(shown), captions, note, legend)


@EXPLAINERS.register(
    "channels",
    label="Input channels",
    order=4,
    family="weights",
    scaled=True,
    suits=lambda layer: _is_deep(layer) and not _is_pointwise(layer),
)
def one_channel(snapshot: ModelSnapshot, request: Request) -> ImageGrid:
    """The slice of every filter that looks at one input channel; channels past the end show the last."""
    values = weights_of(snapshot, request.layer).numpy()
    channels = request.layer.shape[1]
    channel = min(max(request.channel, 0), channels - 1)
    shown = units_in_order(snapshot, request)
    scale, reach, apart = _scale(snapshot, request)
    slices = values[:, channel]
    tiles = colours.signed(slices / colours.largest(values, scale, reach)[:, 0])[shown]
    note = (
        f"What each filter does with input channel {channel}, of those from 0 to {channels - 1}, on the scale of its "
        f"other channels.{apart}"
    )
    legend = colours.legend(values, scale, coloured=False, reach=reach)
    captions = _captions(request.layer, shown, norms(slices), f" in channel {channel}")
    return ImageGrid(request.layer.label, "filters", tiles, tuple(shown), captions, note, legend)


def seen_through(weights: Tensor, stem: Tensor, stride: tuple[int, int] = (1, 1)) -> Tensor:
    """What a layer answers to in the picture itself, when a fixed convolution stands before it.

    `weights` (O, C, h, w) and `stem` (C, 3, p, q) → (O, 3, (h−1)·s+p, (w−1)·s+q), the two applied in a row:
    K[o,k,y,x] = Σ_c Σ_ij weights[o,c,i,j] · stem[c,k,y−s·i,x−s·j]. The activation between them is left out. For a
    stem of filters and their negatives (a whitening stem) under GELU that is, but for a factor of 2, exactly the odd
    part of the answer: gelu(x) − gelu(−x) = x."""
    filters, _, height, width = weights.shape
    _, colours_in, tall, wide = stem.shape
    (down, across) = stride
    seen = weights.new_zeros(filters, colours_in, (height - 1) * down + tall, (width - 1) * across + wide)
    for row in range(height):
        for column in range(width):
            part = (weights[:, :, row, column] @ stem.flatten(1)).view(filters, colours_in, tall, wide)
            top, left = row * down, column * across
            seen[:, :, top : top + tall, left : left + wide] += part
    return seen


def _mosaic_tile(slices: colours.Numbers) -> NDArray[np.uint8]:
    """(C, h, w) in [−1, 1] → RGBA (H, W, 4), about square: slices by falling norm, transparent lines between them."""
    count, height, width = slices.shape
    gap = 1 if height * width > 1 else 0
    columns = math.ceil(math.sqrt(count * height / width))
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows * (height + gap), columns * (width + gap), 4), np.uint8)
    ordered = colours.signed(slices[strongest_first(slices)])
    padded = np.zeros((rows * columns, height + gap, width + gap, 4), np.uint8)
    padded[:count, :height, :width] = ordered
    laid = padded.reshape(rows, columns, height + gap, width + gap, 4).transpose(0, 2, 1, 3, 4)
    sheet[:] = laid.reshape(sheet.shape)
    return sheet[: sheet.shape[0] - gap, : sheet.shape[1] - gap]


def _scale(snapshot: ModelSnapshot, request: Request, *, seen: bool = False) -> tuple[Scale, float | None, str]:
    """The scale to draw with; for one scale for all layers the largest absolute weight of all learned filters; and
    of a layer that cannot be on that scale a sentence that says why. `seen`: its weights are seen through its stem."""
    if request.scale != "network":
        return request.scale, None, ""
    if why := _why_apart(request.layer, seen=seen):
        return "common", None, f" It has a scale of its own: {why}."
    learned = [layer for layer in filter_layers(snapshot) if layer.learned]
    everything = [weights_of(snapshot, layer).numpy() for layer in learned]
    return "network", max(float(np.abs(each).max(initial=0.0)) for each in everything), ""


def _why_apart(layer: ConvLayer, *, seen: bool) -> str:
    """Why the weights of a layer cannot be compared with those of the learned convolutions; "" if they can."""
    if layer.classes:
        return "what weighs the classes is no convolution"
    if not layer.learned:
        return f"this layer is {layer.note}"
    if seen and layer.stem is not None:
        return f"seen through {layer.stem.label}, its weights are no longer the numbers that it has learned"
    return ""


def _captions(layer: ConvLayer, shown: list[int], strengths: NDArray[np.float64], of_what: str = "") -> tuple[str, ...]:
    return tuple(f"{layer.unit_words(unit)} · norm {strengths[unit]:.3g}{of_what}" for unit in shown)
