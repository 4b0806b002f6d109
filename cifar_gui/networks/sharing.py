"""What a design saves by sharing: its weights beside those of fully connected layers of the same width. Free of torch.

A unit that is fully connected has a weight for every value before it, and a bias. A layer of m values after n values
therefore costs m·(n + 1). A convolution with d filters of height × width over c channels gives m = d·(rows·columns)
values as well, but each filter is one unit that all places share, and sees c·height·width values only: d·(c·h·w + 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from cifar_gui.networks.design import PICTURE, Convolution, Dense, Design, Shape, Step
from cifar_gui.words import grouped


@dataclass(frozen=True, slots=True)
class Connected:
    """One layer with weights, in its place."""

    layer: Convolution | Dense
    before: Shape
    after: Shape

    @property
    def neurons(self) -> int:
        """Values that it gives."""
        return math.prod(self.after)

    @property
    def dense_weights(self) -> int:
        """Of one unit that is connected to every value before it, without the bias."""
        return math.prod(self.before)

    @property
    def dense_parameters(self) -> int:
        """What as many fully connected units would cost: m·(n + 1)."""
        return self.neurons * (self.dense_weights + 1)


def connected(design: Design, classes: int = 10) -> list[Connected]:
    """The layers with weights and what goes in and out of them, as far as the layers fit. Batch norm has weights of
    its own kind, one pair for each channel, and is none of them."""
    steps = [Step(Dense(), PICTURE), *design.steps(classes)]  # the first stands for the picture
    return [
        Connected(step.layer, before.shape, step.shape)
        for before, step in pairwise(steps)
        if isinstance(step.layer, Convolution | Dense) and before.shape is not None and step.shape is not None
    ]


def dense_parameters(design: Design, classes: int = 10) -> int:
    """Weights and biases, if each layer that has any gave as many values as it does, each from all values before it."""
    return sum(each.dense_parameters for each in connected(design, classes))


def comparison(design: Design, classes: int = 10) -> str:
    """In a sentence or two what fully connected layers of the same width would cost; "" while a layer does not fit."""
    layers, steps = connected(design, classes), design.steps(classes)
    if not layers or any(step.problem for step in steps):
        return ""
    first, has = layers[0], sum(step.parameters for step in steps)
    if isinstance(first.layer, Dense):  # then so are all: convolutions cannot follow
        bias = " and a bias" if first.layer.bias else ""
        return (
            f"Each of the {grouped(first.neurons)} neurons of the first layer has {grouped(first.dense_weights)} "
            f"weights{bias}. A filter of 3 × 3 would have 27, shared by all places of the picture."
        )
    would = sum(each.dense_parameters for each in layers)
    return (
        f"{_first_in_words(first, first.layer)} Fully connected layers of the same width would have {grouped(would)} "
        f"parameters in all, {_times(would / has)} the {grouped(has)} of this design."
    )


def _first_in_words(first: Connected, layer: Convolution) -> str:
    weights, neurons = grouped(first.dense_weights), grouped(first.neurons)
    own = first.before[0] * layer.height * layer.width
    _, rows, columns = first.after
    return (
        f"Fully connected, each of the {neurons} neurons of the first convolution would need {weights} weights and a "
        f"bias; each of its {grouped(layer.depth)} filters has {grouped(own)}, shared by all {rows} × {columns} "
        "places."
    )


def _times(factor: float) -> str:
    """How often: 432.1 → "432 times", 1.04 → "1.04 times"."""
    return f"{grouped(round(factor))} times" if factor >= 10 else f"{factor:.3g} times"
