"""Runs in words: what the table, the comparison and the details say of them. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cifar_gui.networks.base import NETWORKS
from cifar_gui.recipe import Recipe, settings
from cifar_gui.runs import RunSummary, list_runs, list_trash
from cifar_gui.ui.recipe_words import OWN, differing_settings, label_of, recipe_words, setting_words
from cifar_gui.words import NOTHING, choice_words, duration, place_words, value_words

STATUS_WORDS = {
    "new": "not started",
    "running": "training",
    "paused": "paused",
    "completed": "completed",
    "early": "stopped early",
    "stopped": "stopped",
    "interrupted": "interrupted",
    "diverged": "diverged",
    "failed": "failed",
    "damaged": "damaged",
}
"""Status → what people read."""

TONES = {
    "running": "accent", "paused": "accent", "completed": "good", "interrupted": "doubt", "diverged": "bad",
    "failed": "bad", "damaged": "bad",
}  # fmt: skip
"""Status → the token of its colour; the others are plain text."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with the words that need the registry of networks."""

    summary: RunSummary
    network: str  # label
    data: str  # label
    recipe: str  # "Best", "Quick, 4 epochs": in what it differs from a preset

    @property
    def path(self) -> Path:
        return self.summary.path


def read_rows(data_labels: dict[str, str], *, trash: bool = False) -> list[RunRow]:
    """All runs, or those in the trash, the newest first. Never raises; for a worker."""
    summaries = list_trash() if trash else list_runs()
    return told_apart([row_of(summary, data_labels) for summary in summaries])


def told_apart(rows: Sequence[RunRow]) -> list[RunRow]:
    """The rows, where runs of one sweep that are near to no preset say in what they differ from each other."""
    sweeps: dict[str, list[Recipe]] = {}
    for row in rows:
        if row.summary.record.sweep and row.summary.recipe is not None:
            sweeps.setdefault(row.summary.record.sweep, []).append(row.summary.recipe)
    varied = {sweep: differing_settings(recipes) for sweep, recipes in sweeps.items()}
    found = []
    for row in rows:
        recipe, names = row.summary.recipe, varied.get(row.summary.record.sweep, ())
        if recipe is not None and names and row.recipe == OWN:
            row = replace(row, recipe=", ".join(setting_words(name, getattr(recipe, name)) for name in names))
        found.append(row)
    return found


def row_of(summary: RunSummary, data_labels: dict[str, str]) -> RunRow:
    """The words for one run. `data_labels`: names of built-in data sets → what they are called."""
    recipe = summary.recipe
    if recipe is None:
        return RunRow(summary, NOTHING, NOTHING, NOTHING)
    network = NETWORKS.entry(recipe.network).label if recipe.network in NETWORKS else recipe.network
    data = data_labels.get(recipe.data) or Path(recipe.data).name
    return RunRow(summary, network, data, recipe_words(recipe))


def differing(rows: Sequence[RunRow]) -> list[tuple[str, list[str]]]:
    """The settings in which runs differ: label, and each run's value in words. Damaged runs have none to say."""
    table = []
    for name in settings():
        values = [_setting_words(row, name) for row in rows]
        if len(set(values)) > 1 and name != "preset":
            table.append((label_of(name), values))
    return table


def _setting_words(row: RunRow, name: str) -> str:
    """What a run's recipe says of a setting."""
    said = {"network": row.network, "data": row.data}
    recipe = row.summary.recipe
    return NOTHING if recipe is None else said.get(name) or value_words(getattr(recipe, name))


def weights_words(rows: Sequence[RunRow]) -> str:
    """Which of several runs started from the same weights, as it was written down when they began; "" if that cannot
    be said in a sentence."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row.summary.record.first_weights, []).append(row.summary.number)
    unknown = groups.pop("", [])
    same = [numbers for numbers in groups.values() if len(numbers) > 1]
    if len(rows) == 2:
        if unknown:
            return _unknown_weights(unknown) if _same_beginning(rows) else ""
        return f"These two started from {'the same weights' if same else 'different weights'}."
    if same and len(same[0]) == len(rows):
        return "All of these started from the same weights."
    return " ".join(f"{', '.join(each[:-1])} and {each[-1]} started from the same weights." for each in same)


def _unknown_weights(numbers: Sequence[str]) -> str:
    whose = f"run {numbers[0]} was" if len(numbers) == 1 else "they were"
    return f"Whether these two started from the same weights is not known: {whose} begun by an earlier version."


def _same_beginning(rows: Sequence[RunRow]) -> bool:
    """Whether the recipes would give the same first weights."""
    recipes = [row.summary.recipe for row in rows]
    keys = [(each.network, each.network_settings, each.seed) for each in recipes if each is not None]
    return len(keys) == len(rows) and all(key == keys[0] for key in keys)


def matching(rows: Sequence[RunRow], text: str, tag: str = "") -> list[RunRow]:
    """The runs that have the tag, if one is given, and in which every word of the text occurs somewhere."""
    words = text.casefold().split()
    return [row for row in rows if (not tag or tag in row.summary.tags) and _has_all(row, words)]


def _has_all(row: RunRow, words: Sequence[str]) -> bool:
    summary = row.summary
    own = (summary.number, summary.name, summary.notes, STATUS_WORDS[summary.status], *summary.tags)
    said = "\n".join((*own, summary.record.sweep, row.network, row.data, row.recipe)).casefold()
    return all(word in said for word in words)


def all_tags(rows: Sequence[RunRow]) -> list[str]:
    """Every tag there is, in alphabetical order."""
    return sorted({tag for row in rows for tag in row.summary.tags}, key=str.casefold)


def facts(row: RunRow) -> list[tuple[str, str]]:
    """What the table has no room for: name of the fact, and the fact."""
    record = row.summary.record
    recipe = row.summary.recipe
    found = [
        ("Best epoch", str(record.best_epoch) if record.best_epoch else NOTHING),
        ("Parameters", f"{record.parameters:,}" if record.parameters else NOTHING),
        ("Trained on", _pictures(record.training_pictures)),
        ("Validated on", _pictures(record.validation_pictures)),
        ("Device", place_words(record.device.upper(), record.precision) or NOTHING),
        ("Kept epochs", _kept(row.summary.kept_epochs)),
    ]
    if recipe is not None:
        optimiser = f"{choice_words(recipe.optimiser)}, lr {value_words(recipe.lr)}, batch {recipe.batch_size}"
        found = [("Recipe", row.recipe), ("Optimiser", optimiser), *found]
    if record.sweep:
        found.append(("Sweep", record.sweep))
    return found


def _pictures(count: int) -> str:
    return f"{count:,} pictures" if count else NOTHING


def _kept(epochs: Sequence[int]) -> str:
    if len(epochs) > 1:
        return f"{len(epochs)}, from {epochs[0]} to {epochs[-1]}"
    return str(epochs[0]) if epochs else NOTHING


def epochs_words(summary: RunSummary) -> str:
    """3 of 8."""
    return f"{summary.epochs_done} of {summary.epochs_planned}" if summary.recipe is not None else NOTHING


def time_words(summary: RunSummary) -> str:
    """How long it has been trained."""
    return duration(summary.seconds) if summary.seconds > 0 else NOTHING


def date_words(created: str, today: datetime | None = None) -> str:
    """An ISO time → "today 14:05", "3 May 14:05", "3 May 2025", in local time; – if it is none."""
    try:
        when = datetime.fromisoformat(created).astimezone()
    except ValueError:
        return NOTHING
    today = today or datetime.now().astimezone()
    clock = f"{when:%H:%M}"
    if when.date() == today.date():
        return f"today {clock}"
    day = f"{when.day} {when:%b}"
    return f"{day} {clock}" if when.year == today.year else f"{day} {when.year}"


def why_not_continue(rows: Sequence[RunRow], session_state: str) -> str:
    """Why the selected runs cannot be continued; "" if the one selected run can."""
    if session_state != "idle":
        return "A run is under way: stop it first."
    if len(rows) != 1:
        return "Select one run."
    if rows[0].summary.running:
        return "Another window or process is training this run."
    if rows[0].summary.status == "diverged":
        return "Its loss ran away, and would again: duplicate the recipe and lower the learning rate."
    return "" if rows[0].summary.resumable else "The recipe of this run is damaged."


def continue_words(rows: Sequence[RunRow]) -> str:
    """The button: "Continue 0007 (5 of 8)", "Train 0007 one epoch more", "Continue"."""
    if len(rows) != 1 or not rows[0].summary.resumable or rows[0].summary.status == "diverged":
        return "Continue"
    summary = rows[0].summary
    if summary.unfinished:
        return f"Continue {summary.number} ({epochs_words(summary)})"
    return f"Train {summary.number} one epoch more"
