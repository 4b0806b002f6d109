"""The three forms in which `classify` writes: for people, for spreadsheets, for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cifar_gui.cli.console import write, write_json
from cifar_gui.errors import PictureError
from cifar_gui.words import modest_percent

if TYPE_CHECKING:
    from cifar_gui.inference.prediction import Prediction

_DOUBTS = {"confident": "", "unsure": "unsure: ", "unknown": "unknown, perhaps "}
_FACTS = ("path", "label", "probability", "verdict", "familiarity", "crop_x", "crop_y", "crop_side", "error")


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is to say of one picture."""

    path: str  # as the user named it; "-" for stdin
    outcome: Prediction | PictureError

    @property
    def error(self) -> str:
        """Why the picture could not be read, or ""."""
        return str(self.outcome) if isinstance(self.outcome, PictureError) else ""

    def as_dict(self, top: int | None = None) -> dict[str, Any]:
        """The public JSON form; `probabilities` holds the `top` best classes, best first, or all in their order.
        Of a picture that could not be read everything but `path` and `error` is None."""
        if isinstance(self.outcome, PictureError):
            nothing = ("label", "probability", "probabilities", "verdict", "familiarity", "crop")
            return {"path": self.path, **dict.fromkeys(nothing), "error": self.error}
        found, crop = self.outcome, self.outcome.crop
        everything = zip(found.class_names, found.probabilities, strict=True)
        return {
            "path": self.path,
            "label": found.label,
            "probability": found.probability,
            "probabilities": dict(everything if top is None else found.top(top)),
            "verdict": found.verdict.confidence,
            "familiarity": found.familiarity,
            "crop": [crop.x, crop.y, crop.side] if crop else None,
        }


class PlainAnswers:
    """One line for each picture, as soon as it is there; of a doubtful one with the reason."""

    def __init__(self, top: int) -> None:
        self._top = top

    def add(self, answer: Answer) -> None:
        if not isinstance(answer.outcome, PictureError):
            verdict = answer.outcome.verdict
            best = ", ".join(f"{name} {modest_percent(share, 1)}" for name, share in answer.outcome.top(self._top))
            why = "" if verdict.confidence == "confident" else f". {verdict.reason}"
            write(f"{answer.path}: {_DOUBTS[verdict.confidence]}{best}{why}")

    def close(self) -> None:
        """Nothing is held back."""


class JsonAnswers:
    """One list, once everything is there."""

    def __init__(self, top: int | None) -> None:
        self._top = top
        self._answers: list[dict[str, Any]] = []

    def add(self, answer: Answer) -> None:
        self._answers.append(answer.as_dict(self._top))

    def close(self) -> None:
        write_json(self._answers)


class CsvAnswers:
    """A header and one row for each picture, as soon as it is there; full precision, points for decimals."""

    def __init__(self, class_names: Sequence[str], top: int | None) -> None:
        self._class_names, self._top = tuple(class_names), top
        self._write_row([*_FACTS, *self._class_names])

    def add(self, answer: Answer) -> None:
        values = answer.as_dict(self._top)
        x, y, side = values["crop"] or (None, None, None)
        facts = {**values, "crop_x": x, "crop_y": y, "crop_side": side}
        probabilities = values["probabilities"] or {}
        self._write_row([facts.get(name) for name in _FACTS] + [probabilities.get(name) for name in self._class_names])

    def close(self) -> None:
        """Nothing is held back."""

    def _write_row(self, cells: Sequence[Any]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(cells)
        write(line.getvalue())
