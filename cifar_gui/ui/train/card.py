"""A panel with an icon, what it offers, what that means, and room for what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout

from cifar_gui.ui.icons import icon_pixmap
from cifar_gui.ui.theme import SPACING, theme
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import muted, title


class Card(Panel):
    """Put what to do into `content`."""

    def __init__(self, icon_name: str, name: str, text: str) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._picture = QLabel()
        self.setAccessibleName(name)
        self.setAccessibleDescription(text)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._picture, 0, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(title(name), 0, 1)
        grid.addWidget(muted(text, wrap=True), 1, 1)
        self.content = QVBoxLayout()
        self.content.setSpacing(SPACING)
        grid.addLayout(self.content, 2, 1)
        self.body.addLayout(grid)
        theme().changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self._picture.setPixmap(icon_pixmap(self._icon_name, "accent", 28))
