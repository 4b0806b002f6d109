"""A list whose lines are painted by a delegate, without a frame of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QListWidget, QStyledItemDelegate, QWidget

from cifar_gui.ui.theme import theme

_LEAST_HEIGHT = 136
"""In pixels at zoom 1: two lines or three can be seen at once."""


class PaintedList(QListWidget):
    """Scrolls by pixels, up and down only; the chosen line shows the focus."""

    def __init__(self, name: str, painter: type[QStyledItemDelegate], parent: QWidget | None = None) -> None:
        """`name` is for screen readers."""
        super().__init__(parent)
        self.setItemDelegate(painter(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setStyleSheet("QListWidget { border: none; background: transparent; }")
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setMinimumHeight(_LEAST_HEIGHT)
        theme().changed.connect(self.scheduleDelayedItemsLayout)
