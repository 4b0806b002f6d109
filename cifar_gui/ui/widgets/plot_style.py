"""How curves and marks of a plot look, and how its values are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt

Forms = tuple[Callable[[float], str], Callable[[float], str]]
"""How a y value is written: where it is read out, and beside the axis."""


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """How one curve looks. `colour` names a token; told apart by `line` too, never by colour alone."""

    label: str
    colour: str = "accent"
    line: Qt.PenStyle = Qt.PenStyle.SolidLine
    under: bool = False  # lies under the others, without a value at its end
    labelled: bool = True  # named at its end, read out, and part of summary, table and export; otherwise pale
    group: str = ""  # what the label is of, such as the number of a run: curves of one group are read on one line
    name: str | None = None  # stands at its end instead of group and label; "" for nothing
    shape: str = "dot"  # at its end and where it is read: a key of `plot_shapes.SHAPES`

    @property
    def full_label(self) -> str:
        """The label with its group: "0007 training"."""
        return f"{self.group} {self.label}".strip()


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the plot with a word on it: at an x (such as the best epoch) or a y (such as chance)."""

    at: float
    label: str
    colour: str = "muted"
