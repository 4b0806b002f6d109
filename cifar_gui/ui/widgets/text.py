"""Labels in the window's few sizes. Their looks come from the stylesheet."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel

_NO_BREAK = "\N{NO-BREAK SPACE}"
_WITHIN_NUMBERS = re.compile(r"(?<=\d) (?=%|× \d)|(?<=\d ×) (?=\d)")


class WrappedLabel(QLabel):
    """Asks for the height that its lines need at the width it has.

    Qt's own wrapped labels ask for one line and hope to be given the rest, which splitters, tabs and scroll areas
    do not do: the last lines were cut off, or painted over by what stands below.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._wrapped_at = 0
        self.setWordWrap(True)
        self.setText(text)

    def setText(self, text: str) -> None:
        """A number and its "%" stay on one line, and so does "32 × 32"; `text` gives them back with the spaces that
        they came with."""
        super().setText(_WITHIN_NUMBERS.sub(_NO_BREAK, text))

    def text(self) -> str:
        return super().text().replace(_NO_BREAK, " ")

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self._high_enough(super().sizeHint())

    def minimumSizeHint(self) -> QSize:
        return self._high_enough(super().minimumSizeHint())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.width() != self._wrapped_at:
            self._wrapped_at = self.width()
            if self.wordWrap():
                self.updateGeometry()

    def _high_enough(self, hint: QSize) -> QSize:
        if self._wrapped_at and self.wordWrap():
            hint.setHeight(self.heightForWidth(self._wrapped_at))
        return hint


def _label(text: str, style: str, *, wrap: bool = False) -> QLabel:
    label = WrappedLabel(text) if wrap else QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty(style, True)
    return label


def caption(text: str = "", *, wrap: bool = False) -> QLabel:
    """Small and muted."""
    return _label(text, "caption", wrap=wrap)


def heading(text: str = "") -> QLabel:
    """A panel's heading in small capitals."""
    label = _label(text.upper(), "heading")
    label.setAccessibleName(text)
    return label


def title(text: str = "") -> QLabel:
    """The largest text of an empty state or a dialog."""
    return _label(text, "title")


def muted(text: str = "", *, wrap: bool = False) -> QLabel:
    """Normal size, muted colour."""
    return _label(text, "muted", wrap=wrap)


def line() -> QFrame:
    """A thin horizontal line between two parts of a panel."""
    frame = QFrame()
    frame.setProperty("line", True)
    return frame
