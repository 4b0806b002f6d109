"""What stands where something is being worked out: how far it is, and a way to give it up."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.text import caption
from cifar_gui.words import time_left

_WIDTH = 320
_SURE_AFTER = 0.05
_SURE_SECONDS = 2.0
"""From this share and time on it can be told how long the rest may take."""


class Waiting(QWidget):
    """Signals: cancelled() when the user has had enough."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None, *, centred: bool = False, low: bool = False) -> None:
        """`centred` in what room there is; `low`: with the button beside
        it, where there is little."""
        super().__init__(parent)
        self._since = QElapsedTimer()
        self.text = caption(wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self.cancelled)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self.text)
        column.addWidget(self.bar)
        if not low:
            column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignLeft)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        if centred:
            self.bar.setMinimumWidth(_WIDTH)
            column.insertStretch(0, 1)
            column.addStretch(1)
            outer.addStretch(1)
            outer.addLayout(column, 2)
            outer.addStretch(1)
        else:
            outer.addLayout(column, 1)
        if low:
            outer.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignVCenter)

    def begin(self, what: str) -> None:
        """Start from nothing."""
        self._since.start()
        self.show_progress(0.0, what)

    def show_progress(self, share: float, what: str) -> None:
        """The share done, 0–1, and what is done."""
        self.bar.setValue(round(1000 * share))
        words = f"{what}."
        elapsed = self._since.elapsed() / 1000 if self._since.isValid() else 0.0
        if share > _SURE_AFTER and elapsed > _SURE_SECONDS:
            words = f"{what}, {time_left(elapsed * (1 - share) / share)} left."
        self.text.setText(words)
        self.bar.setAccessibleDescription(words)
