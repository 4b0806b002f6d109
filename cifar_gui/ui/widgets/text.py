"""Labels in the window's few sizes. Their looks come from the stylesheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel


def _label(text: str, style: str, *, wrap: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty(style, True)
    label.setWordWrap(wrap)
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
