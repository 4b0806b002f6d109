"""Pictures that stand, nearly the same, among those learned from, as pairs side by side."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget

from cifar_gui.data.base import SplitName
from cifar_gui.ui.evaluate.picture_list import PictureList
from cifar_gui.ui.evaluate.twins import CHOICES, Found, tiles
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.bar import ControlBar
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.help_button import explained_by
from cifar_gui.ui.widgets.text import caption, muted
from cifar_gui.ui.widgets.waiting import Waiting

_HOW_TO_READ = "Left the picture, right its twin; below them their labels, and how alike they are: 1 is the same."


class TwinsView(QWidget):
    """Signals: split_chosen(str); wanted(); cancelled(); opened(Tile) with a pair, to open its first picture."""

    split_chosen = Signal(str)
    wanted = Signal()
    cancelled = Signal()
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.found: Found | None = None
        self.split = ChoiceField(CHOICES.items(), whole=True)
        self.split.setAccessibleName("Pictures whose near-duplicates are looked for")
        self.button = QPushButton()
        self.words, self.accuracy = muted(wrap=True), muted(wrap=True)
        self.mislabelled = QCheckBox("Different labels only")
        self.waiting = Waiting()
        self.list = PictureList()
        self.list.setObjectName("evaluate.twins")
        self.list.setAccessibleName("Pairs of pictures that are nearly the same")
        self._how = caption(_HOW_TO_READ, wrap=True)
        self._lay_out()
        self.split.edited.connect(lambda: self.split_chosen.emit(self.split.raw()))
        self.button.clicked.connect(self.wanted)
        self.waiting.cancelled.connect(self.cancelled)
        self.mislabelled.toggled.connect(lambda _on: self._show_pairs())
        self.list.opened.connect(self.opened)
        self.clear("test", "", possible=False)

    def clear(self, split: SplitName, words: str, *, possible: bool) -> None:
        """Nothing has been looked for; `possible`: whether it can be."""
        self.found = None
        self.split.put(split)
        self.button.setText("Look at the test pictures" if split == "test" else "Look for them")
        self.button.setEnabled(possible)
        self.words.setText(words)
        self._show(waiting=False)

    def begin(self, what: str) -> None:
        """It is being worked on."""
        self.waiting.begin(what)
        self._show(waiting=True)
        self.button.setEnabled(False)  # last: with nothing else to go to, the keyboard would leave for another panel

    def show_found(self, found: Found, words: str, accuracy: str) -> None:
        """Replace everything."""
        self.found = found
        self.split.put(found.search.split)
        self.words.setText(words)
        self.accuracy.setText(accuracy)
        self.mislabelled.setEnabled(bool(found.mislabelled))
        self._show_pairs()
        self._show(waiting=False)

    def _show_pairs(self) -> None:
        if self.found is None:
            return
        wanted = self.mislabelled.isChecked() and self.mislabelled.isEnabled()
        self.list.show_tiles(self.found.search.data, tiles(self.found, mislabelled=wanted))
        self.list.setAccessibleDescription(self.words.text())

    def _show(self, *, waiting: bool) -> None:
        there = self.found is not None and not waiting
        waited = self.waiting.cancel.hasFocus()
        self.waiting.setVisible(waiting)
        self.words.setVisible(not waiting)
        self.button.setVisible(self.found is None)
        self.accuracy.setVisible(there and bool(self.accuracy.text()))
        pairs = there and self.found is not None and bool(self.found.twins)
        for widget in (self.mislabelled, self.list, self._how):
            widget.setVisible(pairs)
        if waited and not waiting:
            (self.split if self.button.isHidden() else self.button).setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(ControlBar([self.split], [self.button, self.mislabelled], close=True, breaks=True))
        for widget in (self.words, self.waiting, self.accuracy):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addWidget(self._how)
        column.addStretch(0)
        explained_by(self, "evaluate#near-duplicates")
