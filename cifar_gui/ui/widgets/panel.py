"""A quiet panel with a heading."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by

_PADDING = 14


class Panel(QFrame):
    """Put content into `body`, controls that belong beside the heading into `header` (they stand on the right)."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(_PADDING, _PADDING, _PADDING, _PADDING)
        outer.setSpacing(SPACING)
        self.title_label: QLabel = ElidedLabel("heading", greedy=False)
        self.header = QHBoxLayout()
        self.header.setSpacing(SPACING)
        self.header.addWidget(self.title_label)
        self.header.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACING)
        self.set_title(title)
        outer.addLayout(self.header)
        outer.addLayout(self.body, 1)

    def fill_header(self, widget: QWidget) -> None:
        """Give a widget all of the line beside the heading. To be called before anything is added to `header`."""
        self.header.takeAt(1)
        self.header.addWidget(widget, 1)

    def explain(self, topic: str, what: str) -> None:
        """Put a "?" at the end of the line beside the heading, which opens the help page `topic`, as F1 does within
        the panel. `what` it explains, as in "Explain the loss plot"."""
        explained_by(self, topic)
        self.header.addWidget(HelpButton(topic, what))

    def set_title(self, title: str) -> None:
        """Change the heading; "" hides it."""
        self.title_label.setText(title.upper())
        self.title_label.setAccessibleName(title)
        self.title_label.setVisible(bool(title))
