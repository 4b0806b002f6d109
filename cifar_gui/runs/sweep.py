"""`Sweep`: which settings of a recipe are to be tried with which values; TOML in, TOML out. Free of torch.

A grid tries every combination of the values. A random search draws so many of them: the same ones for the same seed, so
that a longer search begins with the trials of a shorter one. Where few of the settings matter it finds more with less
(Bergstra and Bengio 2012, "Random search for hyper-parameter optimization").
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cifar_gui.errors import RecipeError
from cifar_gui.recipe import Recipe, toml_values
from cifar_gui.runs.axis import OF_NETWORK, Axis, label_of
from cifar_gui.words import given

GRID, RANDOM = "grid", "random"
MAX_TRIALS = 1000
MAX_AXES = 6
_REDRAWS = 50  # for each trial that is wanted: what has been drawn already is drawn again


@dataclass(frozen=True, slots=True)
class Trial:
    """One recipe of a sweep."""

    number: int  # from 1
    recipe: Recipe
    values: tuple[Any, ...]  # of the axes, in their order


@dataclass(frozen=True, slots=True)
class Sweep:
    """Construction checks everything, each trial's recipe too, and raises RecipeError naming the setting."""

    recipe: Recipe
    axes: tuple[Axis, ...]
    search: str = GRID
    runs: int = 0  # of a random search
    seed: int = 0  # of its draws

    def __post_init__(self) -> None:
        if self.search not in (GRID, RANDOM):
            raise RecipeError(f"Search must be grid or random, not {given(self.search)}.", "search")
        if self.recipe.all_data:
            raise RecipeError(
                "A sweep compares validation accuracies, and a network trained on everything has none. Turn “Train on "
                "everything” off.",
                "all_data",
            )
        if not 1 <= len(self.axes) <= MAX_AXES:
            raise RecipeError(f"Choose one to {MAX_AXES} settings to be varied, not {len(self.axes)}.", "axes")
        for place, axis in enumerate(self.axes):
            if axis.setting in [other.setting for other in self.axes[:place]]:
                raise RecipeError(f"{label_of(axis.setting)} is there twice.", axis.setting)
            axis.check(ranges=self.search == RANDOM)
        self._check_size()
        self.trials()

    def trials(self) -> tuple[Trial, ...]:
        """Every recipe to be trained, no two of them the same, in the order in which they are."""
        found = [
            Trial(number, self._recipe_of(values), values)
            for number, values in enumerate(self._combinations(), start=1)
        ]
        if self.search == RANDOM and len(found) < self.runs:
            raise RecipeError(
                f"There are not {self.runs:,} different trials here, but about {len(found):,}: ask for fewer runs, or "
                "give wider ranges.",
                "runs",
            )
        return tuple(found)

    def to_toml(self) -> str:
        import tomli_w  # here: the window's first paint does not need it

        values: dict[str, Any] = {"search": self.search}
        if self.search == RANDOM:
            values |= {"runs": self.runs, "seed": self.seed}
        return tomli_w.dumps(values | {"vary": [axis.to_dict() for axis in self.axes], "recipe": self.recipe.to_dict()})

    @classmethod
    def from_toml(cls, text: str, where: str = "The sweep") -> Sweep:
        """Read what `to_toml` wrote, or what a person typed. Raises RecipeError naming line or setting."""
        values = toml_values(text, where)
        known = ("search", "runs", "seed", "vary", "recipe")
        for name in values:
            if name not in known:
                raise RecipeError(f"{where} has {given(name)}. It may have: {', '.join(known)}.")
        recipe, vary = values.get("recipe"), values.get("vary")
        if not isinstance(recipe, Mapping) or not isinstance(vary, list):
            raise RecipeError(f"{where} needs a table [recipe], and a [[vary]] for each setting to be varied.")
        axes = tuple(Axis.from_dict(each, where) for each in vary)
        search = values.get("search", GRID)
        return cls(Recipe.from_dict(recipe), axes, search, values.get("runs", 0), values.get("seed", 0))

    def _check_size(self) -> None:
        if self.search == RANDOM:
            _check_whole("The number of runs", self.runs, 1, MAX_TRIALS, "runs")
            _check_whole("The seed", self.seed, 0, 2**31 - 1, "seed")
            return
        count = math.prod(len(axis.values) for axis in self.axes)
        if count > MAX_TRIALS:
            raise RecipeError(
                f"These are {count:,} runs, and a sweep has at most {MAX_TRIALS:,}. Try fewer values.", "axes"
            )

    def _combinations(self) -> Iterator[tuple[Any, ...]]:
        if self.search == GRID:
            yield from itertools.product(*(axis.values for axis in self.axes))
            return
        source = random.Random(self.seed)
        seen: set[tuple[Any, ...]] = set()
        for _ in range(self.runs * _REDRAWS):
            values = tuple(axis.drawn(source.random()) for axis in self.axes)
            if values not in seen:
                seen.add(values)
                yield values
            if len(seen) == self.runs:
                return

    def _recipe_of(self, values: tuple[Any, ...]) -> Recipe:
        """The recipe with these values. What goes with another setting follows it: a micro-batch that was the whole
        batch, the learning rates of biases and heads, the settings of a network that is not the recipe's."""
        base = self.recipe
        pairs = {axis.setting: value for axis, value in zip(self.axes, values, strict=True)}
        own = {name.removeprefix(OF_NETWORK): pairs.pop(name) for name in list(pairs) if name.startswith(OF_NETWORK)}
        if "batch_size" in pairs and base.micro_batch == base.batch_size:
            pairs.setdefault("micro_batch", pairs["batch_size"])
        kept = base.network_settings if pairs.get("network", base.network) == base.network else {}
        try:
            changed = base.changed(**pairs, network_settings={**kept, **own}, preset="custom")
            if "lr" in pairs:
                followed = base.with_lr(changed.lr)
                changed = changed.changed(
                    **{name: getattr(followed, name) for name in ("bias_lr", "head_lr") if name not in pairs}
                )
        except RecipeError as error:
            name = error.setting if error.setting in pairs else self.axes[0].setting
            raise RecipeError(str(error), name) from error
        return changed


def _check_whole(what: str, value: object, low: int, high: int, name: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise RecipeError(f"{what} must be a whole number from {low:,} to {high:,}, not {given(value)}.", name)
