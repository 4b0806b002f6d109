"""What a recipe is called: the preset it is nearest to, and the few settings in which it differs. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cifar_gui.errors import CifarGuiError
from cifar_gui.networks.base import is_designed, presets
from cifar_gui.recipe import PROMISES, Recipe, settings
from cifar_gui.words import choice_words, counted, value_words

FEW = 3
"""A recipe that differs in no more settings is called by its preset."""

OWN = "own settings"
"""What is called so is near to no preset."""

_ELSEWHERE = ("data", "preset", "device", "precision", "memory_format", *PROMISES)
"""Settings that say where a network was trained, not how: they do not belong to what a recipe is called."""

_LAST = ("seed", "all_data")
"""What says least about how a network was trained."""

_SAID_ALONE = ("optimiser",)
"""Settings whose values say of what they are."""


@dataclass(frozen=True, slots=True)
class Change:
    """A setting in which a recipe differs from a preset."""

    setting: str  # its name in the recipe, or that of a setting of the network
    here: Any
    there: Any  # in the preset; None: not set, as `here`


@dataclass(frozen=True, slots=True)
class Nearest:
    """A preset, and all the settings in which a recipe differs from it."""

    preset: str
    changes: tuple[Change, ...]

    @property
    def is_near(self) -> bool:
        """Whether the differences are few enough to be listed."""
        return len(self.changes) <= FEW


def nearest_preset(recipe: Recipe) -> Nearest | None:
    """That with the fewest differences, of equals the one which the recipe names, or else the best, with which the form
    begins; None if its network has none."""
    try:
        known = presets(recipe.network)
    except CifarGuiError:
        return None
    found = [Nearest(name, _changes(recipe, preset)) for name, preset in known.items()]
    return min(
        found, key=lambda each: (len(each.changes), each.preset != recipe.preset, each.preset != "best"), default=None
    )


def recipe_words(recipe: Recipe) -> str:
    """ "Best", "Best, 3 epochs, learning rate 0.01"; "own settings" for what is near to no preset."""
    nearest = nearest_preset(recipe)
    if nearest is None or not nearest.is_near:
        return OWN
    return ", ".join([choice_words(nearest.preset), *map(change_words, nearest.changes)])


def recipe_tip(recipe: Recipe) -> str:
    """The same with all there is to say: every difference, and what the preset has."""
    nearest = nearest_preset(recipe)
    if nearest is None:
        return OWN
    name = choice_words(nearest.preset)
    if not nearest.changes:
        return f"The settings of the preset {name}"
    lines = [f"{change_words(each)} instead of {_there_words(each)}" for each in nearest.changes]
    return "\n".join([f"Nearest to the preset {name}, with", *lines])


def change_words(change: Change) -> str:
    """3 epochs, learning rate 0.1, SGD, nesterov off, no head learning rate."""
    return setting_words(change.setting, change.here)


def setting_words(setting: str, value: Any) -> str:
    """The value of a setting, said so that one knows of what it is."""
    label = label_of(setting).lower()
    if setting == "epochs":
        return counted(value, "epoch")
    if isinstance(value, bool):
        return label if value else f"{label} off"
    if value is None:
        return f"no {label}"
    return value_words(value) if setting in _SAID_ALONE else f"{label} {value_words(value)}"


def differing_settings(recipes: Sequence[Recipe]) -> tuple[str, ...]:
    """Those of the recipe itself, not of its network, in which some of these differ, what says least last."""
    left_out = {*_ELSEWHERE, "network", "network_settings"}
    if all(each.micro_batch == each.batch_size for each in recipes):
        left_out.add("micro_batch")
    differing = {name for each in recipes[1:] for name in each.differences(recipes[0])} - left_out
    return tuple(sorted((name for name in settings() if name in differing), key=lambda name: name in _LAST))


def _there_words(change: Change) -> str:
    return "none" if change.there is None else value_words(change.there)


def label_of(setting: str) -> str:
    """What a setting is called on the Train page."""
    known = settings()
    return known[setting].label if setting in known else setting.replace("_", " ")


def _changes(recipe: Recipe, preset: Recipe) -> tuple[Change, ...]:
    """In the order of the settings, what says least last. The layers of a design are the design's, not the recipe's."""
    left_out = {*_ELSEWHERE, "network_settings"}
    if all(each.micro_batch == each.batch_size for each in (recipe, preset)):
        left_out.add("micro_batch")  # it follows the batch
    differing = recipe.differences(preset).items()
    found = [Change(name, here, there) for name, (here, there) in differing if name not in left_out]
    if not is_designed(recipe.network):
        own, usual = recipe.network_settings, preset.network_settings
        names = [*own, *(name for name in usual if name not in own)]
        found += [Change(name, own.get(name), usual.get(name)) for name in names if own.get(name) != usual.get(name)]
    return tuple(sorted(found, key=lambda each: each.setting in _LAST))
