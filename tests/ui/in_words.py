"""What a page says, as text: every word of every part that is to be seen, for tests that keep it (`stays_as_kept`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QSlider,
    QTextEdit,
    QWidget,
)

from cifar_gui.ui.widgets.indexes import ROOT
from cifar_gui.ui.widgets.pixels import pixels_of
from cifar_gui.ui.widgets.plot import Plot

ROWS = 24
"""Of a table or list, as many are told."""

_ROLES = {"tip": Qt.ItemDataRole.ToolTipRole, "spoken": Qt.ItemDataRole.AccessibleTextRole}


def in_words(page: QWidget) -> str:
    """A line for each part with something to say, in the order of the parts; those within a part are indented."""
    return "\n".join(_lines(page, page, 0)) + "\n"


def _lines(part: QWidget, page: QWidget, depth: int) -> Iterator[str]:
    told = _told(part)
    if told:
        yield "  " * depth + told
    if isinstance(part, Plot):
        yield from ("  " * (depth + 1) + line for line in _plotted(part))
    if isinstance(part, QAbstractItemView):
        yield from ("  " * (depth + 1) + line for line in _rows(part))
    if isinstance(part, QComboBox):
        return
    for child in part.children():
        if isinstance(child, QWidget) and child.isVisibleTo(page) and not isinstance(child, QHeaderView | QScrollBar):
            yield from _lines(child, page, depth + 1 if told else depth)


def _told(part: QWidget) -> str:
    """The part itself: what it says, how it stands, and what is told of it on hover and to screen readers."""
    words = [f"“{_words(part)}”"] if _words(part) else []
    if isinstance(part, QAbstractButton) and part.isCheckable():
        words.append("on" if part.isChecked() else "off")
    if isinstance(part, QSlider | QProgressBar):
        words.append(f"at {part.value()} of {part.minimum()} to {part.maximum()}")
    more = {
        "tip": part.toolTip(),
        "name": part.accessibleName(),
        "spoken": part.accessibleDescription(),
        "hint": part.placeholderText() if isinstance(part, QLineEdit | QPlainTextEdit) else "",
    }
    words += [f"{what}: {_one_line(text)}" for what, text in more.items() if text]
    if not words:
        return ""
    if not part.isEnabled():
        words.append("shut")
    return f"{type(part).__name__} {' · '.join(words)}"


def _words(part: QWidget) -> str:
    if isinstance(part, QComboBox):
        choices = [part.itemText(place) for place in range(part.count())]
        return f"{part.currentText()}, of {', '.join(choices)}"
    if isinstance(part, QTextEdit | QPlainTextEdit):
        return _one_line(part.toPlainText())
    if isinstance(part, QAbstractButton | QLabel | QLineEdit):
        return _one_line(part.text())
    read = getattr(part, "text", None)
    found = read() if callable(read) else ""
    return _one_line(found) if isinstance(found, str) else ""


def _plotted(plot: Plot) -> Iterator[str]:
    for curve in plot.curves():
        points = "; ".join(f"{x:.4g}, {y:.4g}" for x, y in zip(curve.x[:ROWS], curve.y[:ROWS], strict=True))
        yield f"curve {curve.label}: {points}"


def _rows(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    count = 1 if isinstance(model, QAbstractListModel) else model.columnCount(ROOT)
    columns = [column for column in range(count) if not _is_hidden(view, column)]
    titles = [_one_line(str(model.headerData(each, Qt.Orientation.Horizontal) or "")) for each in columns]
    if any(titles) and count > 1:
        yield "titles: " + " | ".join(titles)
    chosen = {index.row() for index in view.selectedIndexes()}
    for row in range(min(model.rowCount(ROOT), ROWS)):
        cells = [_cell(model, model.index(row, column)) for column in columns]
        yield ("> " if row in chosen else "- ") + " | ".join(cells)
    if model.rowCount(ROOT) > ROWS:
        yield f"and {model.rowCount(ROOT) - ROWS} more"


def _is_hidden(view: QAbstractItemView, column: int) -> bool:
    hidden = getattr(view, "isColumnHidden", None)
    return bool(hidden(column)) if callable(hidden) else False


def _cell(model: QAbstractItemModel, index: QModelIndex) -> str:
    shown = model.data(index, Qt.ItemDataRole.DisplayRole)
    words = [_one_line(str(shown)) if shown is not None else ""]
    told = {what: str(model.data(index, role) or "") for what, role in _ROLES.items()}
    if told["spoken"] == told["tip"]:
        told["spoken"] = ""
    words += [f"{what}: {_one_line(text)}" for what, text in told.items() if text not in ("", str(shown))]
    font, colour = model.data(index, Qt.ItemDataRole.FontRole), model.data(index, Qt.ItemDataRole.ForegroundRole)
    if isinstance(font, QFont) and font.bold():
        words.append("bold")
    if isinstance(colour, QBrush | QColor):
        words.append("coloured")
    picture = model.data(index, Qt.ItemDataRole.DecorationRole)
    if isinstance(picture, QImage) and not picture.isNull():
        words.append(f"picture {_colours(picture)}")
    return ", ".join(word for word in words if word)


def _colours(image: QImage) -> str:
    """The mean red, green and blue of each quarter, in tenths."""
    pixels = pixels_of(image.convertToFormat(QImage.Format.Format_RGB888))
    height, width = pixels.shape[1] // 2, pixels.shape[2] // 2
    quarters = [
        pixels[:, down : down + height, across : across + width] for down in (0, height) for across in (0, width)
    ]
    return " ".join("".join(f"{np.mean(channel) / 25.6:.0f}" for channel in quarter) for quarter in quarters)


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " / ", text.strip())
