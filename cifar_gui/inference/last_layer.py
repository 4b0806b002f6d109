"""The last dense layer of a network at work: what it reads, which is what the network makes of a picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from cifar_gui.errors import CifarGuiError


class NotLinear(CifarGuiError):
    """The logits are no weighted sum of what the last layer reads. The message says why."""


Step = tuple[nn.Module, Tensor]
"""A layer, and what it was given."""


@contextmanager
def watched(model: nn.Module) -> Iterator[list[Step]]:
    """What every dense and every flattening layer is given inside the block, in the order of computation."""
    steps: list[Step] = []
    handles = [
        module.register_forward_pre_hook(lambda module, inputs: steps.append((module, inputs[0])))
        for module in model.modules()
        if isinstance(module, nn.Linear | nn.Flatten)
    ]
    try:
        yield steps
    finally:
        for handle in handles:
            handle.remove()


def last_layer(steps: list[Step], classes: int) -> tuple[nn.Linear, Tensor, tuple[int, int, int] | None]:
    """The dense layer that gives the answer, what it reads, and the maps that this is made of, if it is."""
    dense = [place for place, (module, _given) in enumerate(steps) if isinstance(module, nn.Linear)]
    head = steps[dense[-1]][0] if dense else None
    if not isinstance(head, nn.Linear) or head.out_features != classes:
        raise NotLinear("The answer of this network does not come from a dense layer, so it is no weighted sum of one.")
    read, before = steps[dense[-1]][1], steps[: dense[-1]]
    maps = None
    if before and isinstance(before[-1][0], nn.Flatten):
        shape = before[-1][1].shape[1:]
        if len(shape) == 3 and shape.numel() == head.in_features:
            maps = (int(shape[0]), int(shape[1]), int(shape[2]))
    return head, read, maps


def answers_and_features(model: nn.Module, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (N, classes) and what the last dense layer reads, (N, units), of standardised (N, 3, 32, 32). Raises
    NotLinear where there is none."""
    with watched(model) as steps:
        logits: Tensor = model(inputs)
    return logits, last_layer(steps, logits.shape[1])[1]
