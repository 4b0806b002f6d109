"""The picture that is explained, and the ways to take another."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui.data.picture import PictureSource
from cifar_gui.explain.base import Subject
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.bar import ShyButton
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.mime import accept_copy, picture_sources
from cifar_gui.ui.widgets.open_dialog import PICTURES, ask_for_file
from cifar_gui.ui.widgets.pixels import PixelView
from cifar_gui.ui.widgets.text import heading

_SIDE = 64


class PictureChoice(QWidget):
    """Shows it small and takes drops. Signals: random_wanted(); opened(PictureSource); refused(str), a sentence."""

    random_wanted = Signal()
    opened = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.subject: Subject | None = None
        self.picture = PixelView(_SIDE)
        self.picture.setFixedSize(QSize(_SIDE, _SIDE))
        self.picture.setAccessibleName("The picture that is explained")
        self.name = ElidedLabel("caption")
        self.random = _button("Random", "shuffle", "Take a picture that was held out from training, at random")
        self.random.clicked.connect(self.random_wanted)
        self.open = _button("Open…", "open", "Take a picture from a file. Pictures can be dropped here, too")
        self.open.clicked.connect(self._on_open)
        buttons = QVBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addWidget(self.random)
        buttons.addWidget(self.open)
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        row.addWidget(self.picture)
        row.addLayout(buttons, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(heading("Picture"))
        column.addLayout(row)
        column.addWidget(self.name)
        self.setAcceptDrops(True)

    def show_subject(self, subject: Subject) -> None:
        """Replace the picture."""
        self.subject = subject
        self.picture.show_pixels(subject.pixels.transpose(1, 2, 0))
        self.picture.setAccessibleDescription(subject.name)
        self.name.setText(subject.name)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        accept_copy(event)
        found = picture_sources(event.mimeData())
        if found.sources:
            self.opened.emit(found.sources[0])
        elif found.links:
            self.refused.emit("Pictures from the web are opened on the Classify page: drop it there.")
        else:
            self.refused.emit(found.refusals[0])

    def _on_open(self) -> None:
        if file := ask_for_file(self, "Open a picture", PICTURES):
            self.opened.emit(PictureSource.from_path(file))


def _button(text: str, symbol: str, tip: str) -> QPushButton:
    button = ShyButton(text)
    button.setIcon(icon(symbol))
    button.setToolTip(tip)
    return button
