"""A part of a page that scrolls up and down by itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from cifar_gui.ui.theme import px


class VerticalScroll(QScrollArea):
    """Is as wide as what it holds needs, so that nothing is cut off at its sides."""

    def __init__(self, inside: QWidget, least_height: int = 160, parent: QWidget | None = None) -> None:
        """`least_height`: in pixels at zoom 1."""
        super().__init__(parent)
        self._least_height, self._inside = least_height, inside
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)

    def minimumSizeHint(self) -> QSize:
        inside = self._inside
        elastic = inside.sizePolicy().horizontalPolicy() == inside.sizePolicy().Policy.Ignored
        width = 0 if elastic else inside.minimumSizeHint().width()
        return QSize(width + self.verticalScrollBar().sizeHint().width(), px(self._least_height))
