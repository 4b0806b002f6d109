"""Kernels that a network has learned, as plain numbers of a size that can be looked at one by one."""

from __future__ import annotations

from dataclasses import dataclass

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.convolution import Numbers
from cifar_gui.explain.kernels import squared
from cifar_gui.explain.layers import ConvLayer, bias_of, convolution_layers, weights_of

COLOURS = 3


@dataclass(frozen=True, eq=False, slots=True)
class LearnedKernel:
    """One filter, or one slice of it."""

    label: str  # "conv 1 · filter 4", "conv 2 · filter 4, input 7"
    kernel: Numbers  # (3, size, size) of a filter that sees colours, else (1, size, size)
    bias: float
    stride: int


def small_layers(snapshot: ModelSnapshot, largest: int) -> list[ConvLayer]:
    """The convolution layers whose kernels are at most `largest` across and down."""
    return [layer for layer in convolution_layers(snapshot) if max(layer.shape[2:]) <= largest]


def learned_kernel(snapshot: ModelSnapshot, layer: ConvLayer, unit: int, channel: int = 0) -> LearnedKernel:
    """A filter of a layer: all of it if it sees the three colours, else its slice for one input channel. Those that
    are not square get zeros around them. Raises IndexError for what the layer does not have."""
    filters, channels = layer.shape[:2]
    if not (0 <= unit < filters and 0 <= channel < channels):
        raise IndexError(f"{layer.label} has filters 0 to {filters - 1} of channels 0 to {channels - 1}")
    weights = squared(weights_of(snapshot, layer)[unit].double().numpy())
    label = f"{layer.label} · filter {unit}"
    if channels != COLOURS:
        weights, label = weights[channel : channel + 1], f"{label}, input {channel}"
    return LearnedKernel(label, weights, bias_of(snapshot, layer, unit) or 0.0, layer.stride[0])
