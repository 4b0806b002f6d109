"""The last layer of a network at work: what it reads, which is what the network makes of a picture, and what it weighs.

That is a dense layer, or a convolution with a filter for each class whose maps are averaged. The average of a map is
a weighted sum of averages too: of what the filter read, over all places that one cell of its kernel has been at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cifar_gui.errors import CifarGuiError


class NotLinear(CifarGuiError):
    """The logits are no weighted sum of what the last layer reads. The message says why."""


@dataclass(frozen=True, eq=False, slots=True)
class LastLayer:
    """The layer that gives the answer, at work on N inputs: a multiple of features · weightᵀ + bias, unless something
    bends the answer behind it."""

    features: Tensor  # (N, units)
    weight: Tensor  # (classes, units)
    bias: Tensor  # (classes)
    maps: tuple[int, int, int] | None  # filters, rows, columns, where the units are places of maps


@dataclass(eq=False, slots=True)
class Watched:
    """What has come by that may be the last layer, what it was given, and what stands around it."""

    head: nn.Linear | nn.Conv2d | None = None
    given: Tensor | None = None
    flattened: torch.Size | None = None  # what was put into the row that the head was given, (N, …)
    norms: list[nn.Module] = field(default_factory=list)  # behind the head
    _row: torch.Size | None = None  # what was put into a row since the last head

    def see(self, module: nn.Module, given: Tensor) -> None:
        """Note a module that is about to work on `given`; they come in the order of computation."""
        if isinstance(module, nn.Flatten):
            self._row = given.shape
        elif isinstance(module, nn.Linear | nn.Conv2d):
            self.head, self.given, self.flattened = module, given, self._row
            self.norms, self._row = [], None
        else:
            self.norms.append(module)


@contextmanager
def watched(model: nn.Module) -> Iterator[Watched]:
    """Keeps what the last layer is given inside the block."""
    found = Watched()
    handles = [
        module.register_forward_pre_hook(lambda module, inputs: found.see(module, inputs[0]))
        for module in model.modules()
        if isinstance(module, nn.Linear | nn.Conv2d | nn.Flatten | nn.BatchNorm1d | nn.BatchNorm2d)
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def last_layer(found: Watched, classes: int) -> LastLayer:
    """The layer that gave the answer. Raises NotLinear where none gives a number for each class."""
    head, given = found.head, found.given
    if head is None or given is None or len(head.weight) != classes:
        raise NotLinear(
            "The answer of this network does not come from a layer with a weighted sum for each class, neither a "
            "dense layer nor a convolution."
        )
    maps = _maps(found, head)
    features, weight = _averaged(head, given) if isinstance(head, nn.Conv2d) else (given, head.weight.detach())
    bias = head.bias.detach() if head.bias is not None else weight.new_zeros(classes)
    for norm in found.norms:
        scale, shift = _scale_and_shift(norm)
        weight, bias = scale[:, None] * weight, scale * bias + shift
    return LastLayer(features, weight, bias, maps)


def _maps(found: Watched, head: nn.Linear | nn.Conv2d) -> tuple[int, int, int] | None:
    """Those that a dense layer was given in a row; of a convolution each map is as large as the kernel."""
    if isinstance(head, nn.Conv2d):
        return head.in_channels, head.kernel_size[0], head.kernel_size[1]
    shape = found.flattened[1:] if found.flattened is not None else ()
    return (shape[0], shape[1], shape[2]) if len(shape) == 3 and math.prod(shape) == head.in_features else None


def _averaged(head: nn.Conv2d, given: Tensor) -> tuple[Tensor, Tensor]:
    """(N, C, H, W) → for each channel and each cell of the kernel the mean of what it reads, (N, units), and the
    weights of the cells, (classes, units)."""
    (rows, columns), (down, across), (apart, aside) = head.kernel_size, head.stride, head.dilation
    padded = F.pad(given.float(), head._reversed_padding_repeated_twice)  # "same" in words, too
    ends = [padded.shape[axis] - gap * (size - 1) for axis, gap, size in ((2, apart, rows), (3, aside, columns))]
    cells = [
        padded[:, :, apart * row : apart * row + ends[0] : down, aside * column : aside * column + ends[1] : across]
        for row, column in product(range(rows), range(columns))
    ]
    features = torch.stack([cell.mean((2, 3)) for cell in cells], 2).flatten(1)
    classes, channels = len(head.weight), given.shape[1]
    weight = head.weight.new_zeros(classes, head.groups, channels // head.groups, rows, columns)
    for group, part in enumerate(head.weight.detach().chunk(head.groups)):  # each reads channels of its own
        each = classes // head.groups
        weight[group * each : (group + 1) * each, group] = part
    return features, weight.reshape(classes, -1)


def _scale_and_shift(norm: nn.Module) -> tuple[Tensor, Tensor]:
    """What a batch norm in use does to each class, (classes) and (classes): it multiplies and adds."""
    mean, variance, weight, bias = (getattr(norm, name) for name in ("running_mean", "running_var", "weight", "bias"))
    scale = (variance + norm.eps).rsqrt()
    scale = scale if weight is None else scale * weight.detach()
    return scale, (0 if bias is None else bias.detach()) - mean * scale
