"""What is typed into the recipe's fields ↔ a `Recipe`. Free of Qt; knows every setting through its metadata alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import is_designed
from cifar_gui.networks.skeleton import refused_settings
from cifar_gui.recipe import CIRCUMSTANCES, PROMISES, Recipe, settings
from cifar_gui.ui.typed import Raw
from cifar_gui.words import bounds

_LONGEST = 24
NETWORK_PREFIX = "network."
"""Settings of the chosen network stand among the recipe's fields under this prefix: "network.size"."""


_TOPICS = {
    "network": "network",
    "data": "data",
    "preset": "train#the-recipe",
    "all_data": "splits#train-on-everything",
    "seed": "runs#same-seed-same-run",
    "epochs": "batches#how-many-epochs",
    "batch_size": "batches#batch-size",
    "micro_batch": "batches#micro-batch",
    "optimiser": "optimisers",
    "momentum": "optimisers#momentum",
    "nesterov": "optimisers#momentum",
    "weight_decay": "regularisation#weight-decay",
    "decoupled_decay": "regularisation#weight-decay",
    "loss_reduction": "loss",
    "label_smoothing": "regularisation#label-smoothing",
    "crop": "augmentation",
    "flip": "augmentation",
    "cutout": "augmentation",
    "early_stopping": "regularisation#early-stopping",
    "device": "precision#device",
    "precision": "precision",
    "memory_format": "precision#memory-format",
    **dict.fromkeys(("lr", "bias_lr", "head_lr"), "learning-rate"),
    **dict.fromkeys(
        ("schedule", "warm_up", "initial_lr", "final_lr", "lr_decay", "lr_step_epochs"),
        "learning-rate#why-it-changes-during-a-run",
    ),
}


def help_topic(name: str) -> str:
    """The help page that explains a field of the recipe, and the heading on it."""
    return _TOPICS.get(name, "train#the-recipe")


def kind_of(name: str) -> str:
    """ "str", "bool", "int" or "float": what a recipe's field holds when it is not empty."""
    kind = str(Recipe.__dataclass_fields__[name].type)
    return kind.partition(" | None")[0]


def may_be_empty(name: str) -> bool:
    """Whether a field may be left empty."""
    return str(Recipe.__dataclass_fields__[name].type).endswith("| None")


def help_text(name: str) -> str:
    """The tool tip of a field: what it means and which values it takes."""
    setting = settings()[name]
    if setting.low is not None and setting.high is not None:
        words = bounds(setting.low, setting.high)
        return f"{setting.help}\n{words[0].upper()}{words[1:]}."
    return setting.help


def parsed(name: str, raw: Raw) -> Any:
    """The value that a field of the recipe holds. Raises RecipeError, naming the setting, for nonsense."""
    kind, label = kind_of(name), settings()[name].label
    if isinstance(raw, bool) or kind == "str":
        return raw
    text = raw.strip().replace("\N{THIN SPACE}", "").replace("\N{NO-BREAK SPACE}", "")
    if not text and may_be_empty(name):
        return None
    try:
        return _number(text, whole=kind == "int")
    except ValueError:
        example = "a whole number, such as 8" if kind == "int" else "a number, such as 0.1"
        said = f"“{text[:20]}” is not" if text else "it is empty"
        raise RecipeError(f"{label} must be {example}: {said}.", name) from None


def _number(text: str, *, whole: bool) -> float:
    """Raises ValueError for what is no number. "2e3" and "8.0" are whole too; underscores and "nan" are nonsense."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    if not whole:
        return float(text)
    value = float(text)
    if not value.is_integer() or abs(value) > 2**53:
        raise ValueError(text)
    return int(value)


def assembled(raws: Mapping[str, Raw], network_settings: Mapping[str, Any]) -> tuple[Recipe | None, dict[str, str]]:
    """The recipe in all the fields, or None and for each field that does not fit a sentence that says why.

    `network_settings`: the defaults of the chosen network's settings, which say what kind of value each takes.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    own: dict[str, Any] = {}
    for name, raw in raws.items():
        try:
            if name.startswith(NETWORK_PREFIX):
                key = name.removeprefix(NETWORK_PREFIX)
                own[key] = network_value(key, raw, network_settings[key])
                continue
            value = parsed(name, raw)
            if value is not None:
                _checked(name, value)
                values[name] = value
        except RecipeError as error:
            problems[name] = str(error)
    if problems:
        return None, problems
    changed = {key: value for key, value in own.items() if value != network_settings[key]}
    return Recipe.from_dict({**values, "network_settings": changed}), {}


def refused(recipe: Recipe) -> dict[str, str]:
    """For each field whose value the network cannot be built with a sentence that says why."""
    own = dict(recipe.network_settings)
    reasons = _reasons(recipe.network, tuple(own.items()))
    return {NETWORK_PREFIX + key: _refusal(key, own[key], reason) for key, reason in reasons.items()}


def _refusal(key: str, value: Any, reason: str) -> str:
    """The value is repeated where it is short: a design is not."""
    what = "do not fit" if len(str(value)) > _LONGEST else f"cannot be {value}"
    return f"{plain(key)} {what}: {reason}."


@lru_cache(maxsize=16)
def _reasons(network: str, own: tuple[tuple[str, Any], ...]) -> dict[str, str]:
    return refused_settings(network, dict(own))


def _checked(name: str, value: Any) -> None:
    """Raise RecipeError unless this value alone would fit into a recipe."""
    Recipe.from_dict({name: value})


def network_value(key: str, raw: Raw, default: Any) -> Any:
    """The value of one setting of a network, of the kind of its default. Raises RecipeError."""
    if isinstance(raw, bool) or isinstance(default, str):
        return raw
    try:
        return _number(raw.strip(), whole=isinstance(default, int))
    except ValueError:
        said = f"“{raw.strip()[:20]}” is not" if raw.strip() else "it is empty"
        raise RecipeError(f"{plain(key)} must be a number, such as {default}: {said}.", NETWORK_PREFIX + key) from None


def plain(key: str) -> str:
    """The name of a network's setting for people: "dense_dropout" → "Dense dropout"."""
    return key.replace("_", " ").capitalize()


def preset_of(recipe: Recipe, presets: Mapping[str, Recipe], promised: Recipe | None = None) -> str:
    """Which preset these settings are, whatever data, seed and device; "minutes" if what was `promised` for the time
    there is holds for them; "custom" if none."""
    if promised is not None and not set(recipe.differences(promised)) - {"preset", "seed", *PROMISES}:
        return "minutes"
    free = {*CIRCUMSTANCES, *(["network_settings"] if is_designed(recipe.network) else [])}
    for name, preset in presets.items():
        if not set(recipe.differences(preset)) - free:
            return name
    return "custom"


def with_preset(recipe: Recipe, preset: Recipe, own: str = "") -> Recipe:
    """The preset's settings with this recipe's data, seed, device, precision and choice of training pictures; if it is
    that of a design, with this recipe's layers, and where it has none with one's `own`."""
    placed = preset.placed_as(recipe)
    if not is_designed(preset.network):
        return placed
    if recipe.network == preset.network:
        return placed.changed(network_settings=recipe.network_settings)
    return placed.changed(network_settings={"layers": own}) if own else placed


def field_names() -> tuple[list[str], list[str]]:
    """The recipe's fields that are shown at once, and those folded away."""
    known = {name: setting for name, setting in settings().items() if name not in ("network_settings", *PROMISES)}
    shown = [name for name, setting in known.items() if not setting.advanced]
    return shown, [name for name in known if name not in shown]


EDITABLE_WHILE_RUNNING = ("lr", "epochs")
"""The fields that may still be changed while the network trains."""
