"""A label that says with … that there was no room for the rest."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy


class ElidedLabel(QLabel):
    """Plain text on one line; `text()` is the whole of it, and so is the tool tip where it does not fit."""

    def __init__(self, style: str = "", *, greedy: bool = True) -> None:
        """`style`: as in `widgets.text`; `greedy`: takes the room it is given, however long its text is."""
        super().__init__()
        self._more = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        if style:
            self.setProperty(style, True)
        across = QSizePolicy.Policy.Ignored if greedy else QSizePolicy.Policy.Maximum
        self.setSizePolicy(across, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._explain()

    def say_more(self, text: str) -> None:
        """What the tool tip adds to the text, "" for nothing."""
        self._more = text
        self._explain()

    def shown(self) -> str:
        """As much of the text as there is room for."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().windowText().color())
            painter.drawText(self.rect(), self.alignment(), self.shown())

    def _explain(self) -> None:
        cut_off = self.text() if self.shown() != self.text() else ""
        self.setToolTip("\n".join(filter(None, (cut_off, self._more))))
