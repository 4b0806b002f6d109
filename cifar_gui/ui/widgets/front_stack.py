"""A stack that needs room for what is in front, not for what lies behind."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QWidget


class FrontStack(QStackedWidget):
    """Qt's own asks for as much as the largest of its widgets needs, seen or not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(lambda _index: self.updateGeometry())

    def sizeHint(self) -> QSize:
        front = self.currentWidget()
        return front.sizeHint().expandedTo(self.minimumSizeHint()) if front is not None else QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        front = self.currentWidget()
        return front.minimumSizeHint().expandedTo(front.minimumSize()) if front is not None else QSize(0, 0)
