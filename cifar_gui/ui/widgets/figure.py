"""A number, and below it what it counts."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cifar_gui.ui.widgets.text import caption


def figure(number: QLabel, words: QLabel | str) -> QWidget:
    """Both in a column."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 16, 0)
    column.setSpacing(0)
    column.addWidget(number)
    column.addWidget(caption(words) if isinstance(words, str) else words)
    return made
