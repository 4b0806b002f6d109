"""Saving an outcome: the numbers as CSV, what is shown as PNG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from cifar_gui.atomic import write_atomically
from cifar_gui.ui.widgets.picture_file import write_by_suffix, write_png

_KINDS = {"Numbers (*.csv)": ".csv", "Picture (*.png)": ".png"}


def ask_where_to_save(parent: QWidget) -> Path | None:
    """None if the user thinks better of it."""
    name, kind = QFileDialog.getSaveFileName(parent, "Save the evaluation", "evaluation.csv", ";;".join(_KINDS))
    path = Path(name)
    return (path if path.suffix else path.with_suffix(_KINDS.get(kind, ".csv"))) if name else None


def write(path: Path, numbers: Callable[[], str], picture: Callable[[], QImage]) -> None:
    """By the suffix. Raises CifarGuiError naming the file."""

    def write_csv(where: Path) -> None:
        write_atomically(where, [numbers().encode()])

    write_by_suffix(path, {".csv": write_csv, ".png": lambda where: write_png(where, picture())}, "an evaluation")
