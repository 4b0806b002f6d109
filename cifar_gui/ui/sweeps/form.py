"""What is typed into the sweep dialog ↔ a `Sweep`, and what to say of it before it begins. Free of Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import NETWORKS, is_designed, network_settings
from cifar_gui.recipe import Recipe, settings
from cifar_gui.runs import RunSummary
from cifar_gui.runs.axis import OF_NETWORK, Axis, example, kind_of, label_of, sweepable
from cifar_gui.runs.sweep import GRID, RANDOM, Sweep
from cifar_gui.runs.sweep_pace import expected_seconds
from cifar_gui.ui.train.form_model import NETWORK_PREFIX, network_value, parsed
from cifar_gui.ui.typed import written
from cifar_gui.words import choice_words, time_left

_WORDS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}

_FROM_NOTHING = {
    "weight_decay": (0.0, 0.0005, 0.005), "label_smoothing": (0.0, 0.1, 0.2), "crop": (0, 2, 4), "cutout": (0, 8, 12),
    "seed": (0, 1, 2), "early_stopping": (0, 3, 5), "lookahead_every": (0, 5, 10), "final_lr": (0.0, 0.01, 0.1),
    "bias_lr": (0.1, 0.2, 0.4), "head_lr": (0.1, 0.2, 0.4),
    "momentum": (0.8, 0.9, 0.95),
}  # fmt: skip
"""What to propose where there is nothing to halve and to double."""

_ORDERS = ("lr", "bias_lr", "head_lr", "weight_decay")
"""Settings of which another order of magnitude may be right."""


@dataclass(frozen=True, slots=True)
class AxisText:
    """One row of the dialog, as it stands."""

    setting: str
    values: str = ""
    low: str = ""
    high: str = ""
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class Assembled:
    """The sweep in the dialog, or for what does not fit a sentence that says why, by the setting or by "runs", "seed"
    or "axes"."""

    sweep: Sweep | None
    problems: Mapping[str, str]


def offered(recipe: Recipe) -> list[tuple[str, str]]:
    """(setting, label) of what can be varied of a recipe, its network's own settings after its own."""
    own = [] if is_designed(recipe.network) else [OF_NETWORK + name for name in network_settings(recipe.network)]
    return [(name, label_of(name)) for name in (*sweepable(), *own)]


def takes_range(setting: str, recipe: Recipe) -> bool:
    """Whether a random search draws it from a range, and not from a list."""
    kind = kind_of(setting)
    value = _value(recipe, setting)
    return kind in ("int", "float") or (not kind and isinstance(value, int | float) and not isinstance(value, bool))


def proposal(setting: str, recipe: Recipe) -> AxisText:
    """Values about the recipe's own, to begin with."""
    choices = settings()[setting].choices if setting in settings() else ()
    value = _value(recipe, setting)
    if setting == "network":
        names = [recipe.network, *(name for name in ("simple", "lenet") if name != recipe.network)]
        return AxisText(setting, ", ".join(names[:2]))
    if choices:
        return AxisText(setting, ", ".join(choices))
    if isinstance(value, bool):
        return AxisText(setting, "yes, no")
    if not isinstance(value, int | float) and value is not None:
        return AxisText(setting, str(value))
    values = _about(setting, value)
    orders = setting in _ORDERS
    top = values[-1]
    low, high = (_fitting(setting, top / 100), _fitting(setting, top * 2.5)) if orders else (values[0], top)
    return AxisText(setting, ", ".join(map(_typed, values)), _typed(low), _typed(high), orders)


def assembled(
    recipe: Recipe, texts: Sequence[AxisText], *, search: str = GRID, runs: str = "", seed: str = ""
) -> Assembled:
    """The sweep that all the fields make."""
    problems: dict[str, str] = {}
    axes: list[Axis] = []
    for text in texts:
        try:
            axes.append(_axis(text, recipe, search))
        except RecipeError as error:
            problems[text.setting] = str(error)
    numbers = {"runs": _whole(runs), "seed": _whole(seed)} if search == RANDOM else {}
    for name, number in numbers.items():
        if number is None:
            problems[name] = f"{'The number of runs' if name == 'runs' else 'The seed'} must be a whole number."
    if problems:
        return Assembled(None, problems)
    try:
        return Assembled(Sweep(recipe, tuple(axes), search, **{name: each or 0 for name, each in numbers.items()}), {})
    except RecipeError as error:
        return Assembled(None, {error.setting: str(error)})


def size_words(sweep: Sweep, runs: Sequence[RunSummary]) -> str:
    """ "6 runs of 8 epochs each. About 12 min, as fast as run 0007 was."; `runs`: all, newest first."""
    recipes = [trial.recipe for trial in sweep.trials()]
    epochs = sorted({recipe.epochs for recipe in recipes})
    each = _epochs(str(epochs[0]), epochs[0]) if len(epochs) == 1 else _epochs(f"{epochs[0]} to {epochs[-1]}", 2)
    what = f"One run of {each}." if len(recipes) == 1 else f"{len(recipes):,} runs of {each} each."
    pace = expected_seconds(recipes, runs)
    if pace is None:
        return f"{what} How long that takes is not known: not each of these networks has been trained on this data yet."
    seconds, number = pace
    return f"{what} About {time_left(seconds)}, going by run {number}."


def proposed_name(texts: Sequence[AxisText]) -> str:
    """What a sweep is called if nobody gives it a name: "learning-rate-flip"."""
    return "-".join(label_of(text.setting).lower().replace(" ", "-") for text in texts) or "sweep"


def _epochs(words: str, count: int) -> str:
    return f"{words} epoch" if count == 1 else f"{words} epochs"


def _axis(text: AxisText, recipe: Recipe, search: str) -> Axis:
    """Raises RecipeError, naming the setting."""
    name = text.setting
    if search == RANDOM and takes_range(name, recipe):
        low, high = (_parsed(name, each, recipe) for each in (text.low, text.high))
        axis = Axis.of(name, [], low, high, logarithmic=text.logarithmic)
    else:
        parts = [part.strip() for part in text.values.split(",") if part.strip()]
        if not parts:
            raise RecipeError(f"{label_of(name)} needs the values that are to be tried, such as {example(name)}.", name)
        axis = Axis.of(name, [_parsed(name, part, recipe) for part in parts], 0.0, 0.0, logarithmic=False)
    axis.check(ranges=search == RANDOM)
    for value in axis.values or (axis.low, axis.high):
        if not name.startswith(OF_NETWORK):
            Recipe.from_dict({name: value})
    return axis


def _parsed(name: str, text: str, recipe: Recipe) -> Any:
    """One value as it was typed. Raises RecipeError."""
    kind = kind_of(name)
    if name.startswith(OF_NETWORK):
        default = network_settings(recipe.network).get(name.removeprefix(OF_NETWORK))
        if not isinstance(default, bool):
            try:
                return network_value(name.removeprefix(OF_NETWORK), text, default)
            except RecipeError as error:
                raise RecipeError(str(error), error.setting.replace(NETWORK_PREFIX, OF_NETWORK)) from error
        kind = "bool"
    if kind == "bool":
        if text.lower() not in _WORDS:
            raise RecipeError(f"{label_of(name)} can be yes or no: “{text[:20]}” is neither.", name)
        return _WORDS[text.lower()]
    if kind == "str":
        return _chosen(name, text)
    return parsed(name, text)


def _chosen(name: str, text: str) -> str:
    """The key of a choice that was typed as it is called, or as it is written."""
    keys = {choice: choice_words(choice) for choice in settings()[name].choices}
    if name == "network":
        keys = {entry.name: entry.label for entry in NETWORKS}
    typed = text.lower()
    found = next((key for key, words in keys.items() if typed in (key, words.lower())), None)
    if found is None:
        raise RecipeError(f"{label_of(name)} can be {', '.join(keys)}: “{text[:20]}” is none of them.", name)
    return found


def _about(setting: str, value: float | None) -> tuple[float, ...]:
    """Half of it, it, and twice as much, as far as the setting goes there."""
    if not value or setting in ("seed", "momentum"):
        return _FROM_NOTHING.get(setting, (0, 1, 2) if isinstance(value, int) else (0.0, 0.1, 0.2))
    half = value // 2 if isinstance(value, int) else value / 2
    wanted = (_fitting(setting, half), value, _fitting(setting, value * 2))
    return tuple(sorted({each for each in wanted if each}))


def _fitting(setting: str, value: float) -> float:
    """The value, or the bound of the setting that it lies beyond."""
    known = settings().get(setting)
    low = -float("inf") if known is None or known.low is None else known.low
    high = float("inf") if known is None or known.high is None else known.high
    fit = min(max(value, low), high)
    return fit if isinstance(value, int) else min(max(float(f"{fit:.3g}"), low), high)


def _typed(value: float) -> str:
    return str(written(value))


def _whole(text: str) -> int | None:
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 12 else None


def _value(recipe: Recipe, setting: str) -> Any:
    if setting.startswith(OF_NETWORK):
        name = setting.removeprefix(OF_NETWORK)
        return recipe.network_settings.get(name, network_settings(recipe.network).get(name))
    return getattr(recipe, setting)
