"""How far something is that takes a while, and the button that ends it. Hidden while there is nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.text import muted
from cifar_gui.words import percent


class ProgressRow(QWidget):
    """Signals: cancelled() when the user has had enough."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words, self.bar, self.cancel = muted(), QProgressBar(), QPushButton("Cancel")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(px(200))
        self.cancel.setIcon(icon("stop"))
        self.cancel.setToolTip("End this; nothing half-written stays")
        self.cancel.clicked.connect(self.cancelled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * SPACING)
        for widget in (self.words, self.bar, self.cancel):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.hide()

    def show_progress(self, share: float, what: str) -> None:
        """The share done, 0–1, and what is done."""
        self.words.setText(f"{what}: {percent(share, 0)}")
        self.bar.setValue(round(1000 * share))
        self.bar.setAccessibleName(self.words.text())
        self.show()
