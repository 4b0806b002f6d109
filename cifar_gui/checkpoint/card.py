"""`ModelCard`: everything about a snapshot but its weights. Free of torch, so that choosers can list models at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from cifar_gui.data.statistics import ChannelStats
from cifar_gui.recipe import Recipe

MOST_THRESHOLDS = 100
"""Rows of a `ModelCard.trade`."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What stands in the header of a model file, as JSON."""

    network: str  # name in the registry
    class_names: tuple[str, ...]
    stats: ChannelStats  # what the input is standardised with
    network_settings: Mapping[str, Any] = field(default_factory=dict)
    recipe: Recipe | None = None  # how it was trained
    data_name: str = ""  # "CIFAR-10"
    trained_on: str = ""  # fingerprint of the training pictures
    epoch: float = 0.0
    step: int = 0
    scores: Mapping[str, float] = field(default_factory=dict)
    # ^ accuracies 0–1 and losses in nats: validation_accuracy, validation_loss, train_accuracy, train_loss,
    #   and for shipped models test_accuracy, test_accuracy_six_views
    calibration: Mapping[str, float] = field(default_factory=dict)
    # ^ what makes probabilities of logits, of one view and of six, as `inference.calibration.Calibration` writes it
    familiarity: tuple[float, ...] = ()
    # ^ what tells pictures like those it learned from from others, as `inference.familiarity.Familiarity` writes it
    trade: tuple[tuple[float, float, float], ...] = ()
    # ^ from what probability on an answer is called sure, rising; what share of the held-out pictures is then answered
    #   with confidence, and what share of those rightly; all 0–1
    title: str = ""  # "AirNet" for shipped models; "" otherwise
    made: Mapping[str, str] = field(default_factory=dict)
    # ^ of shipped models: the command that made it, the machine, the minutes

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-able values; equal for cards that are equal, so 1 and 1.0 are both written as 1.0."""
        values = asdict(self)
        values["recipe"] = self.recipe.to_dict() if self.recipe else None
        values["stats"] = {"mean": list(map(float, self.stats.mean)), "std": list(map(float, self.stats.std))}
        values["epoch"] = float(self.epoch)
        values["familiarity"] = list(map(float, self.familiarity))
        values["trade"] = [list(map(float, row)) for row in self.trade]
        for name in ("scores", "calibration"):
            values[name] = {key: float(value) for key, value in values[name].items()}
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModelCard:
        """The reverse of `to_dict`. Raises KeyError, TypeError, ValueError or RecipeError for malformed values."""
        stats = ChannelStats(
            tuple(float(x) for x in values["stats"]["mean"]), tuple(float(x) for x in values["stats"]["std"])
        )
        recipe = Recipe.from_dict(values["recipe"]) if values.get("recipe") else None
        return cls(
            network=str(values["network"]),
            class_names=tuple(str(name) for name in values["class_names"]),
            stats=stats,
            network_settings=dict(values.get("network_settings") or {}),
            recipe=recipe,
            data_name=str(values.get("data_name", "")),
            trained_on=str(values.get("trained_on", "")),
            epoch=float(values.get("epoch", 0)),
            step=int(values.get("step", 0)),
            scores={str(k): float(v) for k, v in (values.get("scores") or {}).items()},
            calibration={str(k): float(v) for k, v in (values.get("calibration") or {}).items()},
            familiarity=tuple(_finite(value) for value in values.get("familiarity") or ()),
            trade=_trade(values.get("trade") or ()),
            title=str(values.get("title", "")),
            made={str(key): str(value) for key, value in (values.get("made") or {}).items()},
        )


def _trade(rows: Any) -> tuple[tuple[float, float, float], ...]:
    """Raises TypeError or ValueError for anything but a short list of rows of three shares, thresholds rising."""
    if len(rows) > MOST_THRESHOLDS:
        raise ValueError(f"{len(rows)} thresholds are more than {MOST_THRESHOLDS}")
    found = [(_share(threshold), _share(answered), _share(right)) for threshold, answered, right in rows]
    if any(later[0] <= former[0] for former, later in pairwise(found)):
        raise ValueError("thresholds that do not rise")
    return tuple(found)


def _share(value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{number} is not between 0 and 1")
    return number


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no number to compute with")
    return number
