"""A list whose lines are painted by a delegate, without a frame of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QListWidget, QStyledItemDelegate, QWidget

from cifar_gui.ui.theme import px, theme

_LEAST_HEIGHT = 136
"""In pixels at zoom 1: two lines or three can be seen at once."""


class PaintedList(QListWidget):
    """Scrolls by pixels, up and down only; the chosen line shows the focus. Asks for the width of its longest words."""

    def __init__(
        self,
        name: str,
        painter: Callable[[QListWidget], QStyledItemDelegate],
        parent: QWidget | None = None,
        *,
        least_width: int = 0,
    ) -> None:
        """`name` is for screen readers; `least_width` is in pixels at zoom 1."""
        super().__init__(parent)
        self._least_width = least_width
        self.setItemDelegate(painter(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setStyleSheet("QListWidget { border: none; background: transparent; }")
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setMinimumHeight(_LEAST_HEIGHT)
        theme().changed.connect(self.scheduleDelayedItemsLayout)
        theme().changed.connect(self.updateGeometry)

    def needed_width(self) -> int:
        """How much width the words need that stand on one line, now; those that break into lines ask for none."""
        return 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chosen line stays in sight if it has been: a list that got shorter would seem to have none."""
        chosen, before = self.currentIndex(), event.oldSize()
        in_sight = not before.isValid() or self.visualRect(chosen).bottom() <= before.height()
        super().resizeEvent(event)
        if chosen.isValid() and in_sight:
            self.scrollTo(chosen)

    def minimumSizeHint(self) -> QSize:
        beside = self.verticalScrollBar().sizeHint().width()
        return QSize(max(px(self._least_width), self.needed_width() + beside), super().minimumSizeHint().height())
