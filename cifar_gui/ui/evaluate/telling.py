"""An outcome as words, as rows of a table, as a file, and as pictures with what was said of each."""

from __future__ import annotations

from collections.abc import Sequence

from cifar_gui.inference.evaluate import ClassScore
from cifar_gui.ui.evaluate.outcome import Outcome, Places
from cifar_gui.ui.evaluate.tiles import Tile
from cifar_gui.ui.widgets.csv_text import csv_text
from cifar_gui.ui.widgets.value_table import Cell
from cifar_gui.words import modest_percent, percent

TITLES = ("Class", "Precision", "Recall", "Pictures")


def accuracy_words(outcome: Outcome) -> str:
    """ "93.5 %"; never "100 %" of what is not quite."""
    return modest_percent(outcome.evaluation.accuracy, 1)


def interval_words(outcome: Outcome) -> str:
    """What the accuracy stands for."""
    found = outcome.evaluation
    low, high = found.interval
    right = sum(row[place] for place, row in enumerate(found.confusion))
    return f"{right:,} of {found.n:,} right. 95 % interval: {percent(low)} to {percent(high)}."


def class_rows(outcome: Outcome) -> list[list[Cell]]:
    """A row for each class, as `TITLES`."""
    return [_class_row(name, score) for name, score in outcome.evaluation.per_class.items()]


def _class_row(name: str, score: ClassScore) -> list[Cell]:
    return [
        Cell(name, name, name),  # there may not be room for all of it
        _share(score.precision, f"Of what was called {name}, so much was.", "Nothing was called so."),
        _share(score.recall, f"Of what is {name}, so much was called so.", "There is no picture of it."),
        Cell(score.count, f"{score.count:,}"),
    ]


def _share(share: float | None, meaning: str, why_none: str) -> Cell:
    return Cell(share, percent(share), why_none if share is None else meaning)


def cell_words(outcome: Outcome, row: int, column: int) -> str:
    """What the pictures of a cell are, and in which order they stand."""
    return f"{outcome.confusion.cell_words(row, column)}. {'Least sure' if row == column else 'Surest'} first."


def missed_words(outcome: Outcome, row: int) -> str:
    """The same of all pictures of a class that were called something else."""
    return f"{outcome.class_names[row]}, taken for something else: {len(outcome.missed(row)):,}. Surest first."


def tiles(outcome: Outcome, places: Places) -> list[Tile]:
    """The pictures there, with the verdict on each."""
    return [tile(outcome, place) for place in places.tolist()]


def tile(outcome: Outcome, place: int) -> Tile:
    """One of them."""
    label, answer = (outcome.class_names[int(each[place])] for each in (outcome.labels, outcome.answers))
    said = modest_percent(float(outcome.confidence[place]), 1)
    what = f"{label}, recognised" if label == answer else f"{label}, taken for {answer}"
    split = outcome.question.split
    note = f"{what}, {said} sure. Picture {place:,} of the {split} pictures."
    return Tile(((split, place),), f"{answer} {said}", note, right=label == answer)


def as_csv(outcome: Outcome, separator: str = ",") -> str:
    """One row for each class: its scores in full precision, empty where there was nothing to count as on the page, and
    how often it was called what."""
    names, found = outcome.class_names, outcome.evaluation
    rows: list[Sequence[object]] = [["class", "precision", "recall", "pictures", *(f"called {name}" for name in names)]]
    for (name, score), counts in zip(found.per_class.items(), found.confusion, strict=True):
        rows.append([name, score.precision, score.recall, score.count, *counts])
    return csv_text(rows, separator)
