"""Writing what is drawn on screen into a file: PNG and SVG, by the suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from cifar_gui.errors import CifarGuiError, not_written
from cifar_gui.ui.theme import tokens


def write_by_suffix(path: Path, writers: Mapping[str, Callable[[Path], object]], what: str) -> None:
    """Let the writer for the suffix of `path` write it. Raises CifarGuiError naming the file; `what`: "a plot"."""
    writer = writers.get(path.suffix.lower())
    if writer is None:
        *most, last = writers
        raise CifarGuiError(f"{path.name} cannot be saved: {what} is saved as {', '.join(most)} or {last}.")
    try:
        writer(path)
    except OSError as error:
        raise CifarGuiError(not_written(path, error)) from error


def write_png(path: Path, image: QImage) -> None:
    """Raises OSError."""
    if not image.save(str(path)):
        raise OSError("the picture could not be stored there")


def write_svg(path: Path, size: QSize, title: str, description: str, draw: Callable[[QPainter], object]) -> None:
    """`draw` paints on the panel's ground. Raises OSError."""
    path.touch()  # the generator reports nothing when it cannot write
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    generator.setDescription(description)
    with QPainter(generator) as painter:
        painter.fillRect(QRect(0, 0, size.width(), size.height()), tokens().panel)
        draw(painter)
