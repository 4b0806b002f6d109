"""The convolution layers of a network: which there are, what they are called, whether they are learned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import IMAGE_SIZE
from cifar_gui.explain.names import readable_names
from cifar_gui.inference.forward import evaluating

NOT_LEARNED = "computed, not learned"


@dataclass(frozen=True, slots=True)
class ConvLayer:
    """One convolution layer, without its weights."""

    name: str  # of the module; its weights are called `name`.weight
    label: str  # for people: "block 1 · conv 2"
    shape: tuple[int, int, int, int]  # filters, input channels of each, height, width
    parameters: int  # weights and biases
    learned: bool
    note: str = ""  # "computed, not learned"
    stride: tuple[int, int] = (1, 1)
    stem: ConvLayer | None = None  # the fixed layer through which this one sees the colours of the picture

    @property
    def coloured(self) -> bool:
        """Whether its filters can be shown in the colours of the picture."""
        return self.shape[1] == 3 or self.stem is not None

    @property
    def units(self) -> int:
        """How many filters it has."""
        return self.shape[0]


def convolution_layers(snapshot: ModelSnapshot) -> list[ConvLayer]:
    """Every convolution layer, 1×1 included, in the order of computation. Empty for a network without any."""
    card = snapshot.card
    key = json.dumps([card.network, len(card.class_names), dict(card.network_settings)], sort_keys=True)
    if key not in _KNOWN:
        _KNOWN[key] = tuple(_look(rebuild(snapshot)))
    return list(_KNOWN[key])


_KNOWN: dict[str, tuple[ConvLayer, ...]] = {}
"""Layers by architecture: snapshots of one run differ in their weights only, and come twice a second."""


def first_learned_layer(snapshot: ModelSnapshot) -> ConvLayer | None:
    """The first layer whose filters form in training; None if there is none."""
    return next((layer for layer in convolution_layers(snapshot) if layer.learned), None)


def weights_of(snapshot: ModelSnapshot, layer: ConvLayer) -> Tensor:
    """float32 (filters, input channels, height, width)."""
    return snapshot.weights[f"{layer.name}.weight"].float()


def bias_of(snapshot: ModelSnapshot, layer: ConvLayer, unit: int) -> float | None:
    """The bias of one filter; None for a layer without biases."""
    bias = snapshot.weights.get(f"{layer.name}.bias")
    return None if bias is None else float(bias[unit])


@dataclass(slots=True)
class _Call:
    """A convolution as it was met in a forward pass."""

    name: str
    module: nn.Conv2d
    input_size: tuple[int, ...]  # height, width
    output_size: tuple[int, ...]


def _look(model: nn.Module) -> list[ConvLayer]:
    with _recorded_calls(model) as calls, evaluating(model):
        model(torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE))
    labels = readable_names([call.name for call in calls], ["Conv2d"] * len(calls))
    layers = [_describe(call, label) for call, label in zip(calls, labels, strict=True)]
    if len(calls) > 1 and _continues(calls[0], calls[1]) and not layers[0].learned:
        note = f"seen in colour through {layers[0].label}"
        layers[1] = replace(layers[1], stem=layers[0], note=layers[1].note or note)
    return layers


@contextmanager
def _recorded_calls(model: nn.Module) -> Iterator[list[_Call]]:
    """Inside, each convolution's first call is noted, in order."""
    calls: dict[str, _Call] = {}

    def note(name: str, module: nn.Conv2d, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        calls.setdefault(name, _Call(name, module, tuple(inputs[0].shape[2:]), tuple(output.shape[2:])))

    found = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    handles = [
        module.register_forward_hook(lambda module, inputs, output, name=name: note(name, module, inputs, output))
        for name, module in found
    ]
    listed: list[_Call] = []
    try:
        yield listed
    finally:
        for handle in handles:
            handle.remove()
        listed.extend(calls.values())


def _describe(call: _Call, label: str) -> ConvLayer:
    filters, channels, height, width = call.module.weight.shape
    learned = isinstance(call.module.weight, nn.Parameter) and call.module.weight.requires_grad
    return ConvLayer(
        name=call.name,
        label=label,
        shape=(filters, channels, height, width),
        parameters=sum(value.numel() for value in (call.module.weight, call.module.bias) if value is not None),
        learned=learned,
        note="" if learned else NOT_LEARNED,
        stride=(int(call.module.stride[0]), int(call.module.stride[1])),
    )


def _continues(first: _Call, second: _Call) -> bool:
    """Whether `second` reads what `first` wrote from the colours, pixel by pixel, no pooling in between."""
    return (
        first.module.in_channels == 3
        and first.module.groups == second.module.groups == 1
        and first.module.out_channels == second.module.in_channels
        and first.output_size == second.input_size
    )
