"""`Axis`: one setting of a recipe, and what it is to be in the trials of a sweep. Free of torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cifar_gui.errors import RecipeError
from cifar_gui.recipe import PROMISES, Recipe, Setting, settings
from cifar_gui.words import given, grouped

OF_NETWORK = "network_settings."
"""Before the name of a setting that the network has: "network_settings.width"."""

_FIXED = ("network_settings", "data", "preset", "all_data", "device", "precision", "memory_format", *PROMISES)
"""Settings that say on what and where a network is trained: accuracies are compared of the rest."""

_SCALES = ("linear", "logarithmic")


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting, and the `values` it takes, or the range from `low` to `high` out of which it is drawn."""

    setting: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    logarithmic: bool = False  # each order of magnitude is as likely as another

    @property
    def is_range(self) -> bool:
        """Whether it has bounds and no list of values."""
        return not self.values

    @property
    def _is_whole(self) -> bool:
        """Whether what is drawn from the range are whole numbers."""
        kind = kind_of(self.setting)
        return kind == "int" or (not kind and isinstance(self.low, int) and isinstance(self.high, int))

    def check(self, *, ranges: bool) -> None:
        """Raise RecipeError, naming the setting, unless it can be varied so; whether `ranges` are possible at all. That
        the values suit the setting the recipes made with them check."""
        name, label = self.setting, label_of(self.setting)
        if name not in sweepable() and not (name.startswith(OF_NETWORK) and len(name) > len(OF_NETWORK)):
            known = ", ".join(sweepable())
            raise RecipeError(f"{given(name)} cannot be varied. What can: {known}, {OF_NETWORK}NAME.", name)
        if not self.is_range:
            return
        if not ranges or kind_of(name) in ("str", "bool"):
            raise RecipeError(f"{label} needs the values that are to be tried, such as {example(name)}.", name)
        if not (_is_number(self.low) and _is_number(self.high) and self.low < self.high):
            raise RecipeError(f"{label} needs two numbers, from and to, the smaller one first.", name)
        if self._is_whole and not (float(self.low).is_integer() and float(self.high).is_integer()):
            raise RecipeError(f"{label} needs whole numbers, from and to.", name)
        if self.logarithmic and self.low <= 0:
            raise RecipeError(f"{label}: a logarithmic range begins above 0, not at {grouped(self.low)}.", name)

    def drawn(self, share: float) -> Any:
        """The value at `share`, 0–1, of the way. Whole numbers are each as likely as their neighbours, and fractions
        have three digits, to be read and typed."""
        if not self.is_range:
            return self.values[int(share * len(self.values))]
        low, high = (self.low - 0.5, self.high + 0.5) if self._is_whole else (self.low, self.high)
        value = low * (high / low) ** share if self.logarithmic else low + share * (high - low)
        if self._is_whole:
            return min(max(round(value), int(self.low)), int(self.high))
        return min(max(float(f"{value:.3g}"), self.low), self.high)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the file of a sweep."""
        if not self.is_range:
            return {"setting": self.setting, "values": list(self.values)}
        return {"setting": self.setting, "from": self.low, "to": self.high, "scale": _SCALES[self.logarithmic]}

    @classmethod
    def from_dict(cls, values: object, where: str) -> Axis:
        """The reverse of `to_dict`, of what anybody may have typed; `where` it stands, as a sentence begins. Raises
        RecipeError."""
        if not isinstance(values, Mapping) or not isinstance(values.get("setting"), str):
            raise RecipeError(f'{where} needs a setting = "…" in each [[vary]].')
        name = values["setting"]
        unknown = [key for key in values if key not in ("setting", "values", "from", "to", "scale")]
        if unknown:
            raise RecipeError(f"{name} has {given(unknown[0])}. It may have: values, or from, to and scale.", name)
        listed, scale = values.get("values", []), values.get("scale", "linear")
        if not isinstance(listed, list) or any(isinstance(each, list | dict) for each in listed):
            raise RecipeError(f"The values of {name} must be a list, such as [{example(name)}].", name)
        if scale not in _SCALES:
            raise RecipeError(f"The scale of {name} must be linear or logarithmic, not {given(scale)}.", name)
        if listed and ("from" in values or "to" in values):
            raise RecipeError(f"{name} has values and bounds. Give it one of them.", name)
        return cls.of(name, listed, values.get("from", 0.0), values.get("to", 0.0), logarithmic=scale != "linear")

    @classmethod
    def of(cls, setting: str, values: list[Any], low: Any, high: Any, *, logarithmic: bool) -> Axis:
        """An axis in which 1 may stand for 1.0, each value once."""
        wants_float = kind_of(setting) == "float"
        typed = [float(each) if wants_float and type(each) is int else each for each in values]
        return cls(setting, tuple(dict.fromkeys(typed)), low, high, logarithmic)


def sweepable() -> dict[str, Setting]:
    """The settings of a recipe that can be varied, in the order in which a person would fill them in."""
    return {name: each for name, each in settings().items() if name not in _FIXED}


def label_of(setting: str) -> str:
    """What a setting that is varied is called."""
    known = settings()
    if setting in known:
        return known[setting].label
    return setting.removeprefix(OF_NETWORK).replace("_", " ").capitalize()


def kind_of(setting: str) -> str:
    """ "str", "bool", "int" or "float" of a setting of the recipe; "" of one that the network has."""
    known = Recipe.__dataclass_fields__.get(setting)
    return "" if known is None else str(known.type).partition(" | None")[0]


def example(setting: str) -> str:
    """Values as they may be typed for a setting."""
    choices = settings()[setting].choices if setting in settings() else ()
    if choices:
        return ", ".join(choices[:2])
    return {"float": "0.1, 0.2, 0.4", "bool": "true, false", "str": "simple, lenet"}.get(kind_of(setting), "8, 16, 32")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
