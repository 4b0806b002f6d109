"""Verdicts and painted pictures as files, where the user wants them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from cifar_gui.atomic import write_atomically
from cifar_gui.errors import not_written
from cifar_gui.ui.classify.results import Row, Tally, as_text
from cifar_gui.ui.context import Context
from cifar_gui.ui.widgets.picture_file import write_png
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save


def save_verdicts(context: Context, parent: QWidget, rows: Sequence[Row]) -> None:
    """Ask where, then write CSV on a worker: of a hundred thousand pictures the text alone takes seconds."""
    if path := ask_where_to_save(parent, "Save verdicts", "verdicts.csv", {"CSV": ".csv"}):
        context.jobs.run(
            lambda: _written(path, rows),
            context.messages.info,
            lambda error: context.messages.error(str(error)),
            owed=True,
            doing="Saving the verdicts…",
        )


def save_painting(context: Context, parent: QWidget, image: QImage) -> None:
    """Ask where, then write the pixels as PNG."""
    if path := ask_where_to_save(parent, "Save the painting", "painted.png", {"PNG": ".png"}):
        try:
            write_png(path, image)
        except OSError as error:
            context.messages.error(not_written(path, error))
        else:
            context.messages.info(f"Saved {path.name}: the 32 × 32 pixels as they are painted.")


def _written(path: Path, rows: Sequence[Row]) -> str:
    """Write the rows as CSV; what to say of it then. Raises WriteError, and a file that was there is as it was."""
    write_atomically(path, [as_text(rows).encode()])
    return f"Saved {path.name}: {Tally(rows).words()}."
