"""What stands where nothing is yet: why, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.icons import icon_pixmap
from cifar_gui.ui.theme import SPACING, theme
from cifar_gui.ui.widgets.text import muted, title


class EmptyState(QWidget):
    """An icon, a title, a sentence and one button."""

    def __init__(
        self,
        icon: str,
        heading: str,
        text: str,
        action_label: str = "",
        callback: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._picture = QLabel()
        self.title_label = title(heading)
        self.text_label = muted(text, wrap=True)
        self.text_label.setMaximumWidth(520)
        self.text_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton(action_label)
        self.button.setProperty("primary", True)
        self.button.setVisible(bool(action_label))
        if callback is not None:
            self.button.clicked.connect(lambda: callback())
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACING)
        layout.addStretch(1)
        row = QHBoxLayout()  # an aligned label would not be given the height its wrapped text needs
        row.addStretch(1)
        row.addWidget(self.text_label, 8)
        row.addStretch(1)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.title_label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(row)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        theme().changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self._picture.setPixmap(icon_pixmap(self._icon, "control_line", 40))
