"""What the wall says of each picture: the three most probable classes and how they are to be read. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cifar_gui.words import modest_percent

Role = Literal["right", "wrong", "other"]

TOP = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One class. `role`: the true class, a wrong winner, or any other."""

    label: str
    probability: float
    role: Role


def chosen(labels: Sequence[int], count: int) -> list[int]:
    """`count` positions, fixed: the first picture of each class in turn, then the second ones, as far as they go."""
    seen: dict[int, int] = {}
    turns = []
    for position, label in enumerate(labels):
        turns.append((seen.get(label, 0), label, position))
        seen[label] = seen.get(label, 0) + 1
    return [position for _, _, position in sorted(turns)[:count]]


def bars(probabilities: NDArray[np.float32], truth: int, class_names: Sequence[str]) -> list[Bar]:
    """The top bars of one picture, the most probable first; none if the network gave no numbers, as after its loss ran
    away. `probabilities` (classes,)."""
    if not np.isfinite(probabilities).all():
        return []
    order = np.argsort(-probabilities, kind="stable")[:TOP]
    return [
        Bar(class_names[index], float(probabilities[index]), _role(int(index), truth, winner=position == 0))
        for position, index in enumerate(order)
    ]


def _role(index: int, truth: int, *, winner: bool) -> Role:
    if index == truth:
        return "right"
    return "wrong" if winner else "other"


def is_right(row: Sequence[Bar]) -> bool:
    """Whether the most probable class of a picture is its true one."""
    return bool(row) and row[0].role == "right"


def in_words(rows: Sequence[Sequence[Bar]], truths: Sequence[str]) -> str:
    """The wall for those who cannot see it."""
    parts = [f"{truth}: {_answer(row)}" for row, truth in zip(rows, truths, strict=True)]
    return f"{sum(map(is_right, rows))} of {len(rows)} right. " + "; ".join(parts)


def _answer(row: Sequence[Bar]) -> str:
    if not row:
        return "no answer"
    return f"{row[0].label} {modest_percent(row[0].probability)}, {'right' if is_right(row) else 'wrong'}"
