"""The card of one's own design: drawing and figures as the network would have them, without building it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cifar_gui.explain.names import readable_names
from cifar_gui.networks import design
from cifar_gui.networks.design import Design, Layer, Step
from cifar_gui.networks.graph import chain
from cifar_gui.networks.layer_table import LayerRow
from cifar_gui.ui.network.overview import NetworkOverview

_KINDS: dict[type[Layer], str] = {
    design.Convolution: "Conv2d",
    design.MaxPooling: "MaxPool2d",
    design.AveragePooling: "AvgPool2d",
    design.GlobalAverage: "AdaptiveAvgPool2d",
    design.Dense: "Linear",
}
"""What torch calls the layers that are drawn."""


def of_design(card: NetworkOverview, steps: Sequence[Step], refusal: str) -> NetworkOverview:
    """The card of a design of these layers, as far as they fit. `refusal`: that it cannot be trained yet, or ""."""
    rows = tuple(_row(number, step) for number, step in enumerate(steps) if step.shape is not None)
    return replace(
        card,
        about=refusal or card.about,
        graph=chain(rows),
        layers=tuple(readable_names([row.name for row in rows], [row.kind for row in rows])),
        parameters=sum(row.parameters for row in rows),
        multiply_adds=sum(row.multiply_adds for row in rows),
        design=Design(tuple(step.layer for step in steps)),
        is_whole=bool(steps) and len(rows) == len(steps),
    )


def _row(number: int, step: Step) -> LayerRow:
    kind = _KINDS.get(type(step.layer), step.layer.label)
    shape = step.shape or ()
    if isinstance(step.layer, design.GlobalAverage):
        shape = (*shape, 1, 1)  # one value for each map, before they stand in a row
    return LayerRow(str(number), kind, shape, step.parameters, step.multiply_adds, step.receptive_field)
