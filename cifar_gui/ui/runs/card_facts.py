"""What stands on a run card: read from the run on a worker. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.errors import CheckpointError
from cifar_gui.explain.base import ImageGrid
from cifar_gui.explain.filters import filter_images
from cifar_gui.explain.layers import first_learned_layer
from cifar_gui.recipe import Recipe
from cifar_gui.runs.journal import read_history
from cifar_gui.runs.layout import Layout
from cifar_gui.ui.runs.rows import RunRow, epochs_words
from cifar_gui.words import NOTHING, choice_words, duration, percent, place_words, value_words

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class CardFacts:
    """All that is painted, and the recipe that goes with it."""

    title: str
    subtitle: str
    figure: str  # the result, large
    figure_note: str
    epochs: Values
    training: Values  # accuracy 0–1 after each epoch
    validation: Values  # the same; NaN where nothing was held out
    filters: ImageGrid | None
    filters_note: str
    lines: tuple[tuple[str, str], ...]  # what matters of the recipe: name and value
    recipe: Recipe


def read_card(row: RunRow) -> CardFacts:
    """For a worker; takes as long as it takes to load a network. Raises CheckpointError without a recipe or epochs."""
    summary, recipe = row.summary, row.summary.recipe
    path = summary.model_path
    if recipe is None or path is None:
        raise CheckpointError(f"Run {summary.number} has no recipe or no network yet, so there is no card of it.")
    columns = read_history(Layout(summary.path)).epochs
    filters, note = _filters(row)
    what = f"{row.network} on {row.data}" if summary.name else row.data  # without a name the network is the title
    validated = summary.best_accuracy is not None
    last = float(columns["train_accuracy"][-1]) if len(columns["epoch"]) else None
    return CardFacts(
        title=summary.name or row.network,
        subtitle=f"{what} · run {summary.number} · {_day(summary.created)}",
        figure=percent(summary.best_accuracy if validated else last),
        figure_note="of the held-out pictures named rightly" if validated else "of the training pictures",
        epochs=columns["epoch"],
        training=columns["train_accuracy"],
        validation=columns["validation_accuracy"],
        filters=filters,
        filters_note=note,
        lines=card_lines(row, recipe),
        recipe=recipe,
    )


def card_lines(row: RunRow, recipe: Recipe) -> tuple[tuple[str, str], ...]:
    """What one wants to know first of how a network was trained."""
    record = row.summary.record
    best = f", best after {record.best_epoch}" if record.best_epoch and record.best_accuracy is not None else ""
    augmentation = [
        f"crop {recipe.crop}" if recipe.crop else "",
        f"flip {choice_words(recipe.flip)}" if recipe.flip != "none" else "",
        f"cutout {recipe.cutout}" if recipe.cutout else "",
    ]
    where = place_words(record.device.upper(), record.precision)
    return (
        ("Recipe", row.recipe),
        ("Epochs", f"{epochs_words(row.summary)}{best}"),
        ("Optimiser", f"{choice_words(recipe.optimiser)}, lr {value_words(recipe.lr)}, batch {recipe.batch_size:,}"),
        ("Schedule", choice_words(recipe.schedule).replace("_", " ")),
        ("Augmentation", ", ".join(filter(None, augmentation)) or "none"),
        ("Seed", str(recipe.seed)),
        ("Parameters", f"{record.parameters:,}" if record.parameters else NOTHING),
        ("Time", f"{duration(row.summary.seconds)} on {where}" if where else duration(row.summary.seconds)),
    )


def _day(created: str) -> str:
    """ "3 May 2026", in local time: a card is looked at on other days too."""
    try:
        when = datetime.fromisoformat(created).astimezone()
    except ValueError:
        return NOTHING
    return f"{when.day} {when:%B %Y}"


def _filters(row: RunRow) -> tuple[ImageGrid | None, str]:
    """The first filters that learn, and what to say of them."""
    path = row.summary.model_path
    if path is None:
        return None, ""
    snapshot = load_snapshot(path)
    layer = first_learned_layer(snapshot)
    if layer is None:
        return None, "This network has no filters of its own."
    grid = filter_images(snapshot, layer)
    return grid, f"{len(grid)} {layer.nouns} of {layer.label}"
