"""Parts in a row, or one below the other where there is no room for that."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from cifar_gui.ui.theme import px


class SideBySide(QWidget):
    """Asks for the width of its widest part only."""

    def __init__(self, parts: Sequence[tuple[QWidget, int]], wide: int, parent: QWidget | None = None) -> None:
        """`parts` with their shares of the room; `wide`: pixels at zoom 1 from which on they stand in a row."""
        super().__init__(parent)
        self._parts, self._wide = [part for part, _ in parts], wide
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(16)
        for part, share in parts:
            self._layout.addWidget(part, share)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        row = self.width() >= px(self._wide)
        way = QBoxLayout.Direction.LeftToRight if row else QBoxLayout.Direction.TopToBottom
        if way != self._layout.direction():
            self._layout.setDirection(way)
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        shown = [part for part in self._parts if not part.isHidden()]
        widest = max((max(part.minimumSizeHint().width(), part.minimumWidth()) for part in shown), default=0)
        return QSize(widest, self._layout.minimumSize().height())
