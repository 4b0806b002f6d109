"""Filters that do nothing, and filters that do what another does already: found, and named in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.arrange import likeness, norms
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.layers import ConvLayer, bias_of, weights_of
from cifar_gui.explain.survey import Survey
from cifar_gui.words import counted, signed_text

ALIKE = 0.99
"""From this cosine of their weights on, two filters look for the same thing."""

_STILL = 1e-6
"""What changes by less than this share of what the layer's answers span does not change."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is the matter with some filters of a layer."""

    kind: Literal["dead", "constant", "duplicate"]
    units: tuple[int, ...]
    text: str  # a sentence


def findings(
    snapshot: ModelSnapshot, layer: ConvLayer, survey: Survey | None, pictures: HeldOut | None = None
) -> list[Finding]:
    """The dead first, then duplicates. Without a `survey`, which is one of these `pictures`, only what the weights tell
    is found."""
    if layer.classes:
        return []
    weights = weights_of(snapshot, layer).numpy()
    return [*_silent(snapshot, layer, weights, survey, pictures), *_duplicates(weights, layer.nouns)]


def finding_of(found: Sequence[Finding], unit: int) -> list[Finding]:
    """Those that concern one filter."""
    return [each for each in found if unit in each.units]


def summary(found: Sequence[Finding], noun: str = "filter") -> str:
    """ "2 dead filters (3, 7) · alike: 4 and 9"; "" if all is well. `noun`: what one of the units is called."""
    dead = [unit for each in found if each.kind != "duplicate" for unit in each.units]
    alike = [each.units for each in found if each.kind == "duplicate"]
    parts = []
    if dead:
        parts.append(f"{counted(len(dead), f'dead {noun}')} ({_listed(dead)})")
    if alike:
        groups = "; ".join(_joined(group) for group in alike[:3]) + ("; …" if len(alike) > 3 else "")
        parts.append(f"alike: {groups}")
    return " · ".join(parts)


def _silent(
    snapshot: ModelSnapshot,
    layer: ConvLayer,
    weights: NDArray[np.float32],
    survey: Survey | None,
    pictures: HeldOut | None,
) -> list[Finding]:
    found = []
    span = float((survey.highest - survey.lowest).max()) if survey is not None else 0.0
    for unit in range(layer.units):
        if not weights[unit].any():
            bias = bias_of(snapshot, layer, unit)
            found.append(Finding("dead", (unit,), f"Dead: all its weights are 0{' but its bias' if bias else ''}."))
        elif survey is not None and survey.response.rectified and survey.highest[unit] <= 0:
            those = pictures.kind if pictures is not None else "pictures"
            text = f"Dead: not one of the {those} brings it above 0, so it tells the layers behind it nothing."
            found.append(Finding("dead", (unit,), text))
        elif survey is not None and survey.highest[unit] - survey.lowest[unit] <= _STILL * span:
            says = signed_text(float(survey.highest[unit]), 3)
            text = f"Constant: it says {says} whatever the picture, which a bias could do as well."
            found.append(Finding("constant", (unit,), text))
    return found


def _duplicates(weights: NDArray[np.float32], nouns: str) -> list[Finding]:
    """Groups of units that are alike, each in one group at most; `nouns`: what they are called."""
    alike = likeness(weights)
    free = norms(weights) > 0
    found = []
    for unit in range(len(weights)):
        if not free[unit]:
            continue
        group = [int(each) for each in np.flatnonzero((alike[unit] >= ALIKE) & free)]
        if len(group) > 1:
            free[group] = False
            text = f"{nouns.capitalize()} {_joined(group)} look for the same thing: their weights point the same way "
            least = float(alike[unit, group].min())
            found.append(
                Finding("duplicate", tuple(group), f"{text}(cosine {'at least ' * (len(group) > 2)}{least:.3f}).")
            )
    return found


def _joined(units: tuple[int, ...] | list[int]) -> str:
    """ "3 and 7", "3, 5 and 7" """
    *others, last = map(str, units)
    return f"{', '.join(others)} and {last}" if others else last


def _listed(units: list[int], most: int = 6) -> str:
    return ", ".join(map(str, units[:most])) + (", …" if len(units) > most else "")
