"""A small "?" that asks for the help page written for what stands beside it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QWhatsThisClickedEvent
from PySide6.QtWidgets import QToolButton, QWidget

from cifar_gui.ui.icons import icon

TOPIC = "help_topic"
"""The property that says which page explains a widget and all within it: "loss" or "loss#on-the-plot"."""


class HelpButton(QToolButton):
    """Sends Qt's own event for a pressed help link to itself; that rises to the window, which opens the page."""

    def __init__(self, topic: str, what: str) -> None:
        """`what` it explains, as in "Explain the loss plot"."""
        super().__init__()
        self.setProperty("flat", True)
        self.setProperty("mark", True)  # small: it stands beside many things
        self.setIcon(icon("help"))
        self.point_to(topic, what)
        self.clicked.connect(self._ask)

    def point_to(self, topic: str, what: str) -> None:
        """Explain something else from now on."""
        self.topic = topic
        self.setToolTip(f"Explain {what}")
        self.setAccessibleName(f"Explain {what}")

    def _ask(self) -> None:
        QCoreApplication.sendEvent(self, QWhatsThisClickedEvent(self.topic))


def explained_by(widget: QWidget, topic: str) -> None:
    """F1 within the widget opens this page."""
    widget.setProperty(TOPIC, topic)


def topic_at(widget: QWidget | None, otherwise: str) -> str:
    """The page that explains a widget, or what it stands in."""
    while widget is not None:
        if topic := widget.property(TOPIC):
            return str(topic)
        widget = widget.parentWidget()
    return otherwise
