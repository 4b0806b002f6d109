"""The layers that can be looked into: every convolution, what it is called, whether it is learned; dense layers that
look at the picture itself; and the classes."""

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
from cifar_gui.explain.kept import Kept
from cifar_gui.explain.names import readable_names
from cifar_gui.inference.forward import evaluating
from cifar_gui.networks.layer_table import Step, steps

NOT_LEARNED = "computed, not learned"

CLASSES = "classes"
"""What the answers of the network are called among its layers."""


@dataclass(frozen=True, slots=True)
class ConvLayer:
    """One convolution layer, without its weights; or the answers of the network, one unit for each class; or what else
    has units that answer, in the same form."""

    name: str  # of the module; its weights are called `name`.weight. "" for classes without weights of their own
    label: str  # for people: "block 1 · conv 2"
    shape: tuple[int, int, int, int]  # filters, input channels of each, height, width
    parameters: int  # weights and biases
    learned: bool
    note: str = ""  # "computed, not learned"
    stride: tuple[int, int] = (1, 1)
    stem: ConvLayer | None = None  # the fixed layer through which this one sees the colours of the picture
    classes: tuple[str, ...] = ()  # what its units stand for, if they are the answers of the network
    noun: str = "filter"  # what one of its units is called, if it is no class

    @property
    def key(self) -> str:
        """What tells it from the other layers of its network, as labels need not: they leave out containers."""
        return self.name or self.label

    @property
    def nouns(self) -> str:
        """What its units are called, in the plural."""
        return "classes" if self.classes else f"{self.noun}s"

    def unit_words(self, unit: int) -> str:
        """What one unit is called: "filter 21", "cat"."""
        return self.classes[unit] if self.classes else f"{self.noun} {unit}"

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
    return list(_KNOWN.get(architecture_of(snapshot), lambda: tuple(_look(rebuild(snapshot)))))


_ARCHITECTURES = 32
"""So many are remembered: a sweep over widths, or an afternoon of designing, meets new ones all the time."""

_KNOWN: Kept[tuple[ConvLayer, ...]] = Kept(_ARCHITECTURES, lambda _layers: 1)
"""Layers by architecture: snapshots of one run differ in their weights only, and come twice a second."""


def architecture_of(snapshot: ModelSnapshot) -> str:
    """What is the same of snapshots whose layers are the same, whatever their weights."""
    card = snapshot.card
    return json.dumps([card.network, len(card.class_names), dict(card.network_settings)], sort_keys=True)


def filter_layers(snapshot: ModelSnapshot) -> list[ConvLayer]:
    """Every layer whose weights are filters of what they look at: the convolutions, and dense layers that look at the
    picture itself, each of whose units is a filter as large as the picture."""
    last = class_layer(snapshot).name
    dense = [step for step in forward_steps(snapshot) if step.row.kind == "Linear" and step.row.name != last]
    return convolution_layers(snapshot) + [
        layer for layer in (dense_layer(snapshot, step) for step in dense) if layer.coloured
    ]


def dense_layer(snapshot: ModelSnapshot, step: Step) -> ConvLayer:
    """A dense layer in the form of a convolution: of the whole picture, if that is what it looks at, or else of what is
    one place."""
    names = [each.row.name for each in forward_steps(snapshot) if each.row.kind == "Linear"]
    label = readable_names(names, ["Linear"] * len(names))[names.index(step.row.name)]
    return ConvLayer(step.row.name, label, _dense_shape(snapshot, step), step.row.parameters, True, noun="unit")


def class_layer(snapshot: ModelSnapshot) -> ConvLayer:
    """The answers of a network as a layer: its units are the classes, its weights those of the last dense layer, if the
    network ends in one."""
    classes = snapshot.card.class_names
    dense = next((step for step in _last_steps(forward_steps(snapshot)) if step.row.kind == "Linear"), None)
    weight = snapshot.weights.get(f"{dense.row.name}.weight") if dense is not None else None
    if dense is None or weight is None:
        return ConvLayer("", CLASSES, (len(classes), 0, 1, 1), 0, True, classes=classes)
    bias = snapshot.weights.get(f"{dense.row.name}.bias")
    size = weight.numel() + (0 if bias is None else bias.numel())
    return ConvLayer(dense.row.name, CLASSES, _dense_shape(snapshot, dense), size, True, classes=classes)


def _dense_shape(snapshot: ModelSnapshot, dense: Step) -> tuple[int, int, int, int]:
    """Units and their inputs; (units, 3, 32, 32) where the inputs are the pixels, in their order."""
    at = {step.key: step for step in forward_steps(snapshot)}
    step = dense
    while len(step.sources) == 1 and at[step.sources[0]].row.kind in ("Flatten", "Dropout", "Identity"):
        step = at[step.sources[0]]
    units, inputs = snapshot.weights[f"{dense.row.name}.weight"].shape
    if len(step.sources) == 1 and at[step.sources[0]].op == "input":
        return units, 3, IMAGE_SIZE, IMAGE_SIZE
    return units, inputs, 1, 1


def forward_steps(snapshot: ModelSnapshot) -> list[Step]:
    """What becomes of a picture in this network, in the order of computation."""
    return list(_STEPS.get(architecture_of(snapshot), lambda: tuple(steps(rebuild(snapshot)))))


_STEPS: Kept[tuple[Step, ...]] = Kept(_ARCHITECTURES, lambda _steps: 1)


def _last_steps(found: list[Step]) -> Iterator[Step]:
    """The answer, and back from there what it is merely rescaled from."""
    at = {step.key: step for step in found}
    step: Step | None = found[-1]
    while step is not None:
        yield step
        plain = step.op in ("output", "operation") and len(step.sources) == 1
        step = at.get(step.sources[0]) if plain else None


def first_learned_layer(snapshot: ModelSnapshot) -> ConvLayer | None:
    """The first layer whose filters form in training; None if there is none."""
    return next((layer for layer in filter_layers(snapshot) if layer.learned), None)


def weights_of(snapshot: ModelSnapshot, layer: ConvLayer) -> Tensor:
    """float32 (filters, input channels, height, width)."""
    return snapshot.weights[f"{layer.name}.weight"].float().view(layer.shape)


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
