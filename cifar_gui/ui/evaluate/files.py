"""Saving an outcome: the numbers as CSV, what is shown as PNG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QImage

from cifar_gui.atomic import write_atomically
from cifar_gui.ui.widgets.picture_file import write_by_suffix, write_png

KINDS = {"Numbers": ".csv", "Picture": ".png"}
"""What an outcome can be saved as, for a dialog."""


def write(path: Path, numbers: Callable[[], str], picture: Callable[[], QImage]) -> None:
    """By the suffix. Raises CifarGuiError naming the file."""

    def write_csv(where: Path) -> None:
        write_atomically(where, [numbers().encode()])

    write_by_suffix(path, {".csv": write_csv, ".png": lambda where: write_png(where, picture())}, "an evaluation")
