"""Events → arrays: the curves of a run, in memory and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cifar_gui.errors import CheckpointError
from cifar_gui.training.events import EpochReport, Event, StepReport

Column = NDArray[np.float64]

STEP_COLUMNS = ("step", "epoch", "loss", "accuracy", "lr", "images_per_second")
EPOCH_COLUMNS = (
    "step", "epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "lr", "seconds",
    "images_per_second",
)  # fmt: skip
CSV_COLUMNS = ("kind", *dict.fromkeys((*STEP_COLUMNS, *EPOCH_COLUMNS)))
"""One file holds both: `kind` is "step" or "epoch", and columns that a kind does not have are empty."""

_FARTHEST = 1e9
"""No run has as many steps: the largest recipe comes to half of them."""


@dataclass
class History:
    """The figures of a run so far. What has no value, such as validation when trained on all data, is NaN."""

    step_rows: list[tuple[float, ...]] = field(default_factory=list)
    epoch_rows: list[tuple[float, ...]] = field(default_factory=list)
    _columns: dict[str, dict[str, Column]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def record(self, event: Event) -> None:
        """Keep what belongs to the curves; other events are ignored."""
        if isinstance(event, StepReport):
            self.step_rows.append(_row(event, STEP_COLUMNS))
        elif isinstance(event, EpochReport):
            self.epoch_rows.append(_row(event, EPOCH_COLUMNS))

    @property
    def steps(self) -> dict[str, Column]:
        """Column name → float64 array, a value for each step report."""
        return self._as_columns("step", self.step_rows, STEP_COLUMNS)

    @property
    def epochs(self) -> dict[str, Column]:
        """Column name → float64 array, a value for each epoch."""
        return self._as_columns("epoch", self.epoch_rows, EPOCH_COLUMNS)

    def _as_columns(self, kind: str, rows: list[tuple[float, ...]], names: tuple[str, ...]) -> dict[str, Column]:
        """Only new rows are taken over: curves are drawn many times a second, and their rows become 100,000."""
        known = self._columns.get(kind) or _columns([], names)
        done = len(known[names[0]])
        if done < len(rows):
            fresh = _columns(rows[done:], names)
            known = {name: np.concatenate([known[name], fresh[name]]) for name in names}
            self._columns[kind] = known
        return dict(known)

    def up_to(self, step: int) -> History:
        """The history of the first `step` optimiser steps: what a resumed run goes on from."""
        kept = ([row for row in rows if row[0] <= step] for rows in (self.step_rows, self.epoch_rows))
        return History(*kept)

    def to_csv(self) -> str:
        """The whole history, header included; numbers in full precision and the C locale."""
        rows = [("step", row) for row in self.step_rows] + [("epoch", row) for row in self.epoch_rows]
        rows.sort(key=lambda pair: (pair[1][0], pair[0] == "epoch"))
        lines = [",".join(CSV_COLUMNS)] + [_csv_line(kind, row) for kind, row in rows]
        return "\n".join(lines) + "\n"

    @classmethod
    def from_csv(cls, text: str, where: str = "history.csv") -> History:
        """Read what `to_csv` wrote; a torn last line is dropped. Raises CheckpointError naming file and line."""
        history = cls()
        whole = text if text.endswith("\n") else text[: text.rfind("\n") + 1]
        for number, record in enumerate(csv.DictReader(io.StringIO(whole)), start=2):
            try:
                kind = record["kind"]
                names = {"step": STEP_COLUMNS, "epoch": EPOCH_COLUMNS}[kind]
                row = tuple(float(record[name]) if record[name] else float("nan") for name in names)
                if not all(0 <= place <= _FARTHEST for place in row[:2]):
                    raise ValueError("no step and epoch")
            except (KeyError, TypeError, ValueError) as error:
                raise CheckpointError(f"{where} is damaged at line {number}.") from error
            (history.step_rows if kind == "step" else history.epoch_rows).append(row)
        return history


def csv_line(event: StepReport | EpochReport) -> str:
    """One event as a line of the CSV, without the line end, for files that grow as the run does."""
    if isinstance(event, StepReport):
        return _csv_line("step", _row(event, STEP_COLUMNS))
    return _csv_line("epoch", _row(event, EPOCH_COLUMNS))


def _row(event: StepReport | EpochReport, names: Iterable[str]) -> tuple[float, ...]:
    values = (getattr(event, name) for name in names)
    return tuple(float("nan") if value is None else float(value) for value in values)


def _columns(rows: list[tuple[float, ...]], names: tuple[str, ...]) -> dict[str, Column]:
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(names))
    return {name: np.ascontiguousarray(table[:, index]) for index, name in enumerate(names)}


def _csv_line(kind: str, row: tuple[float, ...]) -> str:
    names = STEP_COLUMNS if kind == "step" else EPOCH_COLUMNS
    cells = {name: "" if value != value else _number(value) for name, value in zip(names, row, strict=True)}
    return ",".join([kind, *(cells.get(name, "") for name in CSV_COLUMNS[1:])])


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
