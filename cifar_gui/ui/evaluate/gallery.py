"""The pictures behind a number: all of them, each with its verdict."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from cifar_gui.data.base import ImageData
from cifar_gui.ui.evaluate.picture_list import PictureList
from cifar_gui.ui.evaluate.tiles import Tile
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import muted

HINT = "Choose a cell of the confusion matrix, or a row of the table: the pictures in it appear here."
_OPEN = "A click, or Enter, opens one on Classify."


class GalleryPanel(Panel):
    """Signals: picture_opened(Tile)."""

    picture_opened = Signal(object)

    def __init__(self) -> None:
        super().__init__("Pictures")
        self.words = muted(HINT, wrap=True)
        self.list = PictureList()
        self.list.setObjectName("evaluate.gallery")
        self.list.setAccessibleName("Pictures")
        self.header.addWidget(HelpButton("evaluate#the-pictures", "the pictures"))
        self.body.addWidget(self.words)
        self.body.addWidget(self.list, 1)
        self.list.opened.connect(self.picture_opened)
        explained_by(self, "evaluate#the-pictures")

    def show_tiles(self, words: str, data: ImageData, tiles: Sequence[Tile]) -> None:
        """Show these, with what they are."""
        self.words.setText(words)
        self.list.show_tiles(data, tiles)
        self.list.setToolTip(_OPEN if tiles else "")
        self.list.setAccessibleDescription(f"{words} {_OPEN}")

    def clear(self) -> None:
        """Nothing has been chosen."""
        self.words.setText(HINT)
        self.list.show_tiles(None, ())
        self.list.setToolTip("")
        self.list.setAccessibleDescription(HINT)
