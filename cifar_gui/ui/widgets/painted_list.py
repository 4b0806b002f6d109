"""A list whose lines are painted by a delegate, without a frame of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QListWidget, QStyledItemDelegate, QWidget

from cifar_gui.ui.theme import px, theme
from cifar_gui.ui.widgets.indexes import AnyIndex

_LEAST_HEIGHT = 136
"""In pixels at zoom 1: two lines or three can be seen at once."""

_STEP = 32
"""In pixels at zoom 1: three of them are a notch of the wheel. Qt would take the height of a line for it, and three
cards are more than a page."""


class PaintedList(QListWidget):
    """Scrolls by pixels, up and down only; the chosen line shows the focus. Asks for the width of its longest words."""

    _in_sight = True  # whether the chosen line is, unless the user has scrolled it away
    _lays_out = False  # Qt does that before the list is finished, too

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
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._on_scrolled())

    def needed_width(self) -> int:
        """How much width the words need that stand on one line, now; those that break into lines ask for none."""
        return 0

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        """Qt scrolls to a line that is newly chosen."""
        super().currentChanged(current, previous)
        self._in_sight = True

    def updateGeometries(self) -> None:
        """After every layout, and every change of size: the chosen line stays in sight if it has been. A list that got
        shorter, or whose lines got higher, would seem to have none."""
        if self._lays_out:
            super().updateGeometries()
            return
        self._lays_out = True
        super().updateGeometries()
        self.verticalScrollBar().setSingleStep(px(_STEP))
        if self._in_sight and self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
        self._lays_out = False

    def minimumSizeHint(self) -> QSize:
        beside = self.verticalScrollBar().sizeHint().width()
        return QSize(max(px(self._least_width), self.needed_width() + beside), super().minimumSizeHint().height())

    def _on_scrolled(self) -> None:
        """By the user: where a layout leaves the lines says nothing of what is wanted."""
        if not self._lays_out:
            self._in_sight = self.visualRect(self.currentIndex()).intersects(self.viewport().rect())
