"""What a network should reach beside what it has reached: LeNet's 75 % are no fault. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cifar_gui.errors import CifarGuiError
from cifar_gui.networks.base import NETWORKS, Reach, network_settings, presets, reach
from cifar_gui.networks.skeleton import build_without_weights
from cifar_gui.recipe import Recipe
from cifar_gui.ui.train.form_model import preset_of
from cifar_gui.words import percent, percent_range


@dataclass(frozen=True, slots=True)
class Expectation:
    """The validation accuracy that the best preset of a network should reach."""

    reach: Reach
    is_best: bool  # whether this run is by that preset


def expectation(recipe: Recipe, *, is_cifar10: bool) -> Expectation | None:
    """What may be expected of a run; None where nobody knows: other pictures, a network of other widths, own layers."""
    if not is_cifar10 or recipe.network not in NETWORKS or (expected := reach(recipe.network)) is None:
        return None
    known = presets(recipe.network)
    if _weights(recipe) != _weights(known["best"]):
        return None
    return Expectation(expected, preset_of(recipe, known) == "best")


def _weights(recipe: Recipe) -> tuple[int, ...] | None:
    """How many numbers each layer learns, None for a network that cannot be built: dropout or a scale of the head make
    it no other network, widths do."""
    own = network_settings(recipe.network) | dict(recipe.network_settings)
    return _sizes(recipe.network, tuple(sorted(own.items())))


@lru_cache(maxsize=64)
def _sizes(network: str, own: tuple[tuple[str, Any], ...]) -> tuple[int, ...] | None:
    try:
        model = build_without_weights(network, 10, dict(own))
    except CifarGuiError:
        return None
    return tuple(each.numel() for each in model.parameters())


def comparison(best: float, expected: Expectation, *, ended: bool) -> str:
    """A sentence on the `best` validation accuracy, 0–1, of a run that has `ended` or goes on."""
    low, high = expected.reach
    words, best = percent_range(low, high), round(best, 3)  # as it is written
    whose = "this network" if expected.is_best else "the best preset of this network"
    if not ended:
        return f"So far {percent(best)}; {whose} should reach {words}."
    if best > high:
        return f"It reached {percent(best)}, more than the {words} that {whose} should reach."
    if best < low and expected.is_best:
        return f"It reached {percent(best)}, less than the {words} that {whose} should reach."
    return f"It reached {percent(best)}; {whose} should reach {words}."
