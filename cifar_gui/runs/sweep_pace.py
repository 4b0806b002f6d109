"""What can be said of a sweep before it begins: whether its networks can be built, and how long it will take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cifar_gui.recipe import Recipe
from cifar_gui.runs.summary import RunSummary
from cifar_gui.runs.sweep import Sweep

_FORWARD = 1 / 3
"""What it takes to look at a held-out picture, of what it takes to learn from one."""

_SAME = ("network", "network_settings", "data", "all_data", "device", "precision", "memory_format")
"""In which recipes must not differ for one to take as long as the other; batch sizes matter far less."""


def expected_seconds(recipes: Iterable[Recipe], runs: Sequence[RunSummary]) -> tuple[float, str] | None:
    """How long these recipes train one after another, at the speed of the newest `runs` (newest first) that trained
    such networks on this data here, and the number of the newest; None if there is none for one of them."""
    total, newest = 0.0, ""
    paces: dict[int, RunSummary | None] = {}
    kinds: list[Recipe] = []
    for recipe in recipes:
        kind = next((place for place, known in enumerate(kinds) if _alike(known, recipe)), len(kinds))
        if kind == len(kinds):
            kinds.append(recipe)
            paces[kind] = _measured(recipe, runs)
        run = paces[kind]
        if run is None:
            return None
        newest = max(newest, run.number, key=lambda number: (len(number), number))  # "9999" before "10000"
        total += recipe.epochs * _seconds_per_epoch(run)
    return total, newest


def check_networks(sweep: Sweep) -> None:
    """Raise RecipeError, naming the setting, if a network of the sweep is not known or cannot be built. Needs torch."""
    from cifar_gui.networks.skeleton import check_network

    tried: list[Recipe] = []
    for trial in sweep.trials():
        if not any(_same_network(trial.recipe, each) for each in tried):
            tried.append(trial.recipe)
            check_network(trial.recipe)


def _same_network(one: Recipe, other: Recipe) -> bool:
    return (one.network, one.network_settings) == (other.network, other.network_settings)


def _alike(one: Recipe, other: Recipe) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _SAME)


def _measured(recipe: Recipe, runs: Sequence[RunSummary]) -> RunSummary | None:
    """The newest run that says how fast this recipe trains."""
    return next((run for run in runs if run.recipe and _alike(run.recipe, recipe) and _is_measured(run)), None)


def _is_measured(run: RunSummary) -> bool:
    return run.epochs_done > 0 and run.seconds > 0 and run.record.training_pictures > 0


def _seconds_per_epoch(run: RunSummary) -> float:
    """With the look at the held-out pictures, which the time of a run leaves out."""
    validation = _FORWARD * run.record.validation_pictures / run.record.training_pictures
    return run.seconds / run.epochs_done * (1 + validation)
