"""`RunRecord`: how far a run has come; run.json. Written by whoever trains, so not the place for names and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from cifar_gui.errors import RecipeError
from cifar_gui.recipe import Recipe

STATUSES = ("new", "running", "paused", "completed", "early", "stopped", "diverged", "failed")
"""As the training told it. A run that says it is running though nobody trains it has been interrupted."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Figures of a run, for lists. All of them follow from the events."""

    status: str = "new"
    created: str = ""  # ISO 8601, UTC
    epochs_done: int = 0
    epochs_planned: int = 0
    lr: float | None = None  # set while it trained; None: that of the recipe
    micro_batch: int | None = None  # lowered since it began, because memory was short; None: that of the recipe
    best_accuracy: float | None = None  # validation, 0–1; None when trained on all data
    best_epoch: int = 0
    seconds: float = 0.0  # of training, validation not counted
    device: str = ""
    precision: str = ""
    memory_format: str = ""
    parameters: int = 0
    training_pictures: int = 0
    validation_pictures: int = 0
    classes: int = 10
    message: str = ""  # why it ended, if that needs to be said
    sweep: str = ""  # the name of the sweep that it is a trial of
    first_weights: str = ""  # digest of those before the first step; "" if an earlier version began it

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-able values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunRecord:
        """The reverse of `to_dict`; unknown keys are ignored. Raises KeyError, TypeError or ValueError."""
        best = values["best_accuracy"]
        lr, micro_batch = values.get("lr"), values.get("micro_batch")  # which earlier versions did not write
        record = cls(
            status=str(values["status"]),
            created=str(values["created"]),
            epochs_done=int(values["epochs_done"]),
            epochs_planned=int(values["epochs_planned"]),
            lr=None if lr is None else float(lr),
            micro_batch=None if micro_batch is None else int(micro_batch),
            best_accuracy=None if best is None else float(best),
            best_epoch=int(values["best_epoch"]),
            seconds=float(values["seconds"]),
            device=str(values["device"]),
            precision=str(values["precision"]),
            memory_format=str(values["memory_format"]),
            parameters=int(values["parameters"]),
            training_pictures=int(values["training_pictures"]),
            validation_pictures=int(values["validation_pictures"]),
            classes=int(values.get("classes", 10)),
            message=str(values["message"]),
            sweep=str(values.get("sweep", "")),
            first_weights=str(values.get("first_weights", "")),
        )
        if record.status not in STATUSES:
            raise ValueError(f"unknown status {record.status!r}")
        return record

    def applied_to(self, recipe: Recipe) -> Recipe:
        """The recipe of the run with what has been changed since it began; as it was if that makes no sense."""
        changes = {"epochs": self.epochs_planned or None, "lr": self.lr, "micro_batch": self.micro_batch}
        try:
            return recipe.changed(**{name: value for name, value in changes.items() if value is not None})
        except RecipeError:
            return recipe


@dataclass(frozen=True, slots=True)
class Notes:
    """What the user says about a run; notes.json, which the training never writes."""

    name: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Notes:
        """From JSON values. Raises KeyError or TypeError."""
        return cls(str(values["name"]), str(values["notes"]), cleaned(map(str, values.get("tags", ()))))


MAX_TAGS, MAX_TAG = 20, 40
"""How many tags a run may have, and how many letters one of them."""


def cleaned(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: no empty ones, none twice, whatever their case, none with a comma or a line break."""
    found: dict[str, str] = {}
    for tag in tags:
        plain = " ".join(tag.replace(",", " ").split())[:MAX_TAG].rstrip()
        if plain:
            found.setdefault(plain.casefold(), plain)
    return tuple(found.values())[:MAX_TAGS]


def now() -> str:
    """The time in UTC, to the second: "2026-01-31T12:00:00+00:00"."""
    return datetime.now(UTC).isoformat(timespec="seconds")
