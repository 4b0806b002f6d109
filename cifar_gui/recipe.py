"""A recipe says all there is to say about one training run. Plain values, checked; TOML in, TOML out; free of torch."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cifar_gui.errors import RecipeError, not_read
from cifar_gui.words import given, grouped, what_there_is


@dataclass(frozen=True, slots=True)
class Setting:
    """What a person needs to know about one field of a recipe: name, meaning, range."""

    label: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    advanced: bool = True  # folded away in the window


def _setting(
    default: Any,
    label: str,
    help: str,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: tuple[str, ...] = (),
    advanced: bool = True,
) -> Any:
    metadata = {"setting": Setting(label, help, low, high, choices, advanced)}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


PRESETS = ("quick", "best", "textbook")
"""What every network comes with; "minutes" is made for a machine and the time there is, "custom" is a person's own."""

PROMISES = ("promised_minutes", "promised_accuracy")
CIRCUMSTANCES = ("data", "seed", "device", "precision", "memory_format", "all_data", "preset", *PROMISES)
"""Settings that may differ without a recipe being another preset: they say on what and where, not how."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One training run. Construction checks every field and raises RecipeError naming the first that does not fit."""

    network: str = _setting(
        "airnet", "Network", "The architecture to train. Small ones take seconds, large ones hours.", advanced=False
    )
    network_settings: Mapping[str, Any] = _setting(
        {}, "Network settings", "What this architecture lets you choose, such as widths or dropout."
    )
    data: str = _setting(
        "cifar10", "Data", "cifar10, shapes (built in), or the path of an archive or image folder.", advanced=False
    )
    preset: str = _setting(
        "custom",
        "Preset",
        "Settings that go together: for a first look, the best known here, as published, or for the time there is. "
        "Changed ones are custom.",
        choices=(*PRESETS, "minutes", "custom"),
        advanced=False,
    )
    all_data: bool = _setting(
        False, "Train on everything", "Also learn from the pictures held out for validation; no validation curves then."
    )
    seed: int = _setting(0, "Seed", "The same seed gives the same run on the same machine.", 0, 2**31 - 1)
    epochs: int = _setting(
        8,
        "Epochs",
        "How often the network sees every training picture. More takes longer and helps less and less.",
        1,
        10_000,
        advanced=False,
    )
    batch_size: int = _setting(
        500,
        "Batch size",
        "Pictures per step. Larger steps are steadier, fewer, and want a larger learning rate.",
        1,
        50_000,
        advanced=False,
    )
    micro_batch: int = _setting(
        500,
        "Micro-batch",
        "Pictures computed in one piece; batch norm looks at these. Lower it if memory runs out.",
        1,
        50_000,
    )
    optimiser: str = _setting(
        "sgd",
        "Optimiser",
        "The rule that turns gradients into steps. SGD and Muon want larger learning rates than Adam and its kin.",
        choices=("sgd", "adam", "adamw", "adamax", "muon"),
        advanced=False,
    )
    lr: float = _setting(
        0.1,
        "Learning rate",
        "The size of the steps at their largest. If the loss turns into NaN, lower this; if it hardly falls, raise it.",
        1e-9,
        1e6,
        advanced=False,
    )
    bias_lr: float | None = _setting(
        None, "Bias learning rate", "A learning rate of their own for biases and norms; empty: the same.", 1e-9, 1e6
    )
    head_lr: float | None = _setting(
        None,
        "Head learning rate",
        "A learning rate of its own for fully connected weights; empty: the same.",
        1e-9,
        1e6,
    )
    momentum: float = _setting(0.9, "Momentum", "How much of the last step is carried into the next.", 0, 0.9999)
    nesterov: bool = _setting(True, "Nesterov", "Look ahead along the momentum before stepping (SGD and Muon).")
    weight_decay: float = _setting(
        0.0,
        "Weight decay",
        "Pulls weights towards zero against memorising. Higher if training beats validation.",
        0,
        10,
    )
    decoupled_decay: bool = _setting(
        False, "Decouple decay", "Divide the decay by each learning rate, so that all weights shrink at one pace (SGD)."
    )
    lookahead_every: int = _setting(
        0, "Lookahead", "Average the weights every so many steps (Lookahead); 0 turns it off.", 0, 1000
    )
    schedule: str = _setting(
        "one_cycle",
        "Schedule",
        "How the learning rate changes during the run. All but constant end low, which is worth some points.",
        choices=("one_cycle", "cosine", "linear", "exponential", "step", "constant"),
        advanced=False,
    )
    warm_up: float = _setting(
        0.25, "Warm-up", "The share of the run in which the learning rate rises (one-cycle, cosine).", 0, 0.9
    )
    initial_lr: float = _setting(
        0.2, "Initial learning rate", "Where the warm-up starts, as a share of the largest.", 0, 1
    )
    final_lr: float = _setting(0.0, "Final learning rate", "Where the schedule ends, as a share of the largest.", 0, 1)
    lr_decay: float = _setting(
        0.9, "Decay factor", "Exponential: factor per epoch. Step: factor at each step.", 1e-6, 1
    )
    lr_step_epochs: int = _setting(10, "Step every", "Step schedule: epochs between two reductions.", 1, 10_000)
    loss_reduction: str = _setting(
        "mean", "Loss over a batch", "Mean, as most do, or sum, as some published recipes do.", choices=("mean", "sum")
    )
    label_smoothing: float = _setting(
        0.0, "Label smoothing", "Ask for a little doubt: 0.1 shares a tenth among all classes.", 0, 0.9
    )
    pixel_scaling: str = _setting(
        "standardise",
        "Pixel scaling",
        "standardise: mean 0, deviation 1 per channel. centre: x/255 − 0.5.",
        choices=("standardise", "centre"),
    )
    crop: int = _setting(0, "Crop", "Shift pictures by up to this many pixels, edges mirrored.", 0, 16, advanced=False)
    flip: str = _setting(
        "random",
        "Flip",
        "Mirror pictures: never, at random, or every other epoch (alternating).",
        choices=("none", "random", "alternating"),
        advanced=False,
    )
    cutout: int = _setting(
        0, "Cutout", "Blank a square this many pixels wide, so that no detail is trusted alone.", 0, 31
    )
    early_stopping: int = _setting(
        0, "Early stopping", "Stop after so many epochs without a better validation accuracy; 0: never.", 0, 1000
    )
    device: str = _setting(
        "auto", "Device", "What computes; auto takes a GPU that works: auto, cpu, cuda, cuda:1, mps.", advanced=False
    )
    precision: str = _setting(
        "auto",
        "Precision",
        "auto measures what is fast and right on this machine.",
        choices=("auto", "float32", "bfloat16"),
        advanced=False,
    )
    memory_format: str = _setting(
        "auto",
        "Memory format",
        "auto measures what is fast on this machine.",
        choices=("auto", "channels_last", "contiguous"),
    )

    promised_minutes: float | None = _setting(
        None, "Promised minutes", "How long the training was said to take where the recipe was made.", 0, 1e6
    )
    promised_accuracy: float | None = _setting(
        None, "Promised accuracy", "The share of held-out pictures that was said to be named rightly.", 0, 1
    )

    def __post_init__(self) -> None:
        for each in dataclasses.fields(self):
            _check(each, getattr(self, each.name))
        if self.micro_batch > self.batch_size:
            object.__setattr__(self, "micro_batch", self.batch_size)

    def changed(self, **changes: Any) -> Recipe:
        """A copy with some fields changed, checked again; what was promised of a recipe is not promised of another.
        Misspelt names raise RecipeError."""
        own = self.to_dict()
        if any(own.get(name) != value for name, value in changes.items() if name not in CIRCUMSTANCES):
            own = {name: value for name, value in own.items() if name not in PROMISES}
        return Recipe.from_dict({**own, **changes})

    def with_lr(self, lr: float) -> Recipe:
        """A copy with this learning rate; those of biases and heads, where they have their own, keep their proportion
        to it."""
        own = {name: getattr(self, name) for name in ("bias_lr", "head_lr")}
        scaled = {name: float(f"{value * lr / self.lr:.4g}") for name, value in own.items() if value is not None}
        return self.changed(lr=lr, **scaled)

    def placed_as(self, other: Recipe) -> Recipe:
        """A copy with the other's circumstances: its data, seed, device, precision and choice of training pictures."""
        kept = {name: getattr(other, name) for name in CIRCUMSTANCES if name not in ("preset", *PROMISES)}
        return self.changed(**kept)

    def to_dict(self) -> dict[str, Any]:
        """Every field that has a value, as plain JSON- and TOML-able values."""
        values = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        values["network_settings"] = dict(self.network_settings)
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """The recipe with these fields, the rest at their defaults. Raises RecipeError for unknown or unfit ones."""
        known = settings()
        for name in values:
            if name not in known:
                labels = {setting.label: field for field, setting in known.items()}
                there_is = what_there_is(name, known, called=labels)
                raise RecipeError(f"There is no setting called {given(name)}. {there_is}", name)
        return cls(**{name: _number_like(cls, name, value) for name, value in values.items()})

    def to_toml(self) -> str:
        import tomli_w  # here, as tomllib below: the window's first paint needs neither

        return tomli_w.dumps(self.to_dict())

    @classmethod
    def from_toml(cls, text: str, where: str = "The recipe") -> Recipe:
        """Read what `to_toml` wrote, or what a person typed. Raises RecipeError naming line or setting."""
        return cls.from_dict(toml_values(text, where))

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """The recipe in a TOML file. Raises RecipeError naming the file."""
        try:
            return cls.from_toml(path.read_text(encoding="utf-8"), where=path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(not_read(path, error)) from error

    def differences(self, other: Recipe) -> dict[str, tuple[Any, Any]]:
        """Fields in which two recipes differ: name → (this one's value, the other's)."""
        pairs = {each.name: (getattr(self, each.name), getattr(other, each.name)) for each in dataclasses.fields(self)}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def toml_values(text: str, where: str) -> dict[str, Any]:
    """What a text in TOML says; `where` it stands, as a sentence begins. Raises RecipeError naming the line."""
    import tomllib

    try:
        values = tomllib.loads(text.removeprefix("\ufeff"))  # with which some editors begin what they save as UTF-8
        str(values)  # in hexadecimal a number may be longer than any that Python writes out again
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{where} is not valid TOML: {error}.") from error
    except (ValueError, RecursionError) as error:
        raise RecipeError(
            f"{where} cannot be read: a number in it has thousands of digits, or its brackets are hundreds deep."
        ) from error
    return values


def settings() -> dict[str, Setting]:
    """Field name → its `Setting`, in the order in which a person would fill them in."""
    return {each.name: each.metadata["setting"] for each in dataclasses.fields(Recipe)}


def _number_like(cls: type[Recipe], name: str, value: Any) -> Any:
    """Let `1` stand for `1.0` where a float is wanted: TOML and people write it so."""
    wanted = cls.__dataclass_fields__[name].type
    if not str(wanted).startswith("float") or not isinstance(value, int) or isinstance(value, bool):
        return value
    if abs(value) > sys.float_info.max:
        return math.inf if value > 0 else -math.inf
    return float(value)


_KINDS: dict[str, tuple[type, str]] = {
    "str": (str, "text"),
    "bool": (bool, "true or false"),
    "int": (int, "a whole number"),
    "float": (float, "a number"),
    "Mapping[str, Any]": (Mapping, "a table"),
}


def _check(each: dataclasses.Field[Any], value: Any) -> None:
    setting: Setting = each.metadata["setting"]
    kind, optional, _ = str(each.type).partition(" | None")
    if value is None and optional:
        return
    wanted, words = _KINDS[kind]
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise RecipeError(f"{setting.label} must be {words}, not {given(value)}.", each.name)
    if setting.choices and value not in setting.choices:
        raise RecipeError(
            f"{setting.label} must be one of {', '.join(setting.choices)}, not {given(value)}.", each.name
        )
    if isinstance(value, int | float):
        _check_range(setting, value, each.name)


def _check_range(setting: Setting, value: float, name: str) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise RecipeError(f"{setting.label} must be a finite number, not {value}.", name)
    if setting.low is not None and value <= 0 < setting.low < 1e-3:
        raise RecipeError(f"{setting.label} must be more than 0, not {grouped(value)}.", name)
    if setting.low is not None and value < setting.low:
        raise RecipeError(f"{setting.label} must be at least {grouped(setting.low)}, not {grouped(value)}.", name)
    if setting.high is not None and value > setting.high:
        raise RecipeError(f"{setting.label} must be at most {grouped(setting.high)}, not {grouped(value)}.", name)
