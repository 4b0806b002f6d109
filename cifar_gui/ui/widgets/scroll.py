"""Areas that scroll what lies in them: a whole page, or a part of it that scrolls up and down by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from cifar_gui.ui.theme import px


class CalmScroll(QScrollArea):
    """Gives what it holds all the room there is. Qt's own overflows the stack where lines break differently beside a
    scroll bar: it resizes, and at once, before anything has been laid out anew, asks again how high that has to be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of what it holds: a new size came from here, so there is nothing to hear of; a new layout is heard of."""
        return False if event.type() == QEvent.Type.Resize else super().eventFilter(watched, event)


class VerticalScroll(CalmScroll):
    """Is as wide as what it holds needs, so that nothing is cut off at its sides."""

    def __init__(self, inside: QWidget, least_height: int = 160, parent: QWidget | None = None) -> None:
        """`least_height`: in pixels at zoom 1."""
        super().__init__(parent)
        self._least_height, self._inside, self._asked_for = least_height, inside, 0
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)

    def minimumSizeHint(self) -> QSize:
        self._asked_for = self._needed()
        return QSize(self._asked_for + self.verticalScrollBar().sizeHint().width(), px(self._least_height))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's own does not pass on that what it holds has come to need another width."""
        if event.type() == QEvent.Type.LayoutRequest and self._needed() != self._asked_for:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _needed(self) -> int:
        """The width of what it holds."""
        inside = self._inside
        elastic = inside.sizePolicy().horizontalPolicy() == inside.sizePolicy().Policy.Ignored
        return 0 if elastic else inside.minimumSizeHint().width()
