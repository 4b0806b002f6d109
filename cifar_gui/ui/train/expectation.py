"""What a network should reach beside what it has reached: LeNet's 75 % are no fault. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass

from cifar_gui.networks.base import NETWORKS, Reach, network_settings, presets, reach
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
    usual, known = network_settings(recipe.network), presets(recipe.network)
    if usual | dict(recipe.network_settings) != usual | dict(known["best"].network_settings):
        return None
    return Expectation(expected, preset_of(recipe, known) == "best")


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
