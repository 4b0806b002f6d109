"""A second network beside the first: who is right where the other is not, and whether the difference is chance."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.evaluate.comparison import SIDES, Comparison
from cifar_gui.ui.model_choices import ModelChoice
from cifar_gui.ui.network_choice import NetworkChoice
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.bar import ControlBar
from cifar_gui.ui.widgets.help_button import explained_by
from cifar_gui.ui.widgets.text import caption, muted
from cifar_gui.ui.widgets.waiting import Waiting

_SIDES = {
    (True, True): "Both right",
    (True, False): "Only the first right",
    (False, True): "Only the second right",
    (False, False): "Both wrong",
}
"""As in `SIDES`, without names, which may be of any length."""

_HINT = "Choose a second network: it is asked about the same pictures, and the two are compared."


class CompareView(QWidget):
    """Signals: wanted(ModelChoice); cancelled(); side_chosen(bool, bool): whether the first and the second network is
    right on the pictures that are to be shown."""

    wanted = Signal(object)
    cancelled = Signal()
    side_chosen = Signal(bool, bool)

    def __init__(self) -> None:
        super().__init__()
        self.found: Comparison | None = None
        self.choice = NetworkChoice("Second network")
        self.button = QPushButton("Compare")
        self.words = muted(_HINT, wrap=True)
        self.waiting = Waiting()
        self.sides = {side: QPushButton() for side in SIDES}
        self._grid = QWidget()
        self._how = caption("A click shows the pictures.")
        self._lay_out()
        self.button.clicked.connect(lambda: self.wanted.emit(self.choice.chosen))
        self.waiting.cancelled.connect(self.cancelled)
        self.clear()

    def offer(self, choices: Sequence[ModelChoice]) -> None:
        """These can be chosen."""
        self.choice.offer(choices)
        self._allow()

    def clear(self) -> None:
        """Nothing has been compared."""
        self.found = None
        self.words.setText(_HINT)
        self._show(waiting=False, result=False)

    def begin(self, what: str) -> None:
        """It is being worked on."""
        self.waiting.begin(what)
        self._show(waiting=True, result=False)

    def show_comparison(self, found: Comparison) -> None:
        """Replace everything."""
        self.found = found
        self.words.setText(found.words())
        for side, count in found.counts().items():
            button = self.sides[side]
            button.setText(f"{_SIDES[side]}: {count:,}")
            button.setToolTip(f"{found.side_words(side)}: show the pictures")
            button.setEnabled(count > 0)
        self._show(waiting=False, result=True)

    def _show(self, *, waiting: bool, result: bool) -> None:
        waited = self.waiting.cancel.hasFocus()
        self.waiting.setVisible(waiting)
        self.words.setVisible(not waiting)
        self._grid.setVisible(result)
        self._allow()
        if waited and not waiting:
            self.button.setFocus()  # where it was: Qt would hand it to whatever follows on the page

    def _allow(self) -> None:
        self.button.setEnabled(self.waiting.isHidden() and self.choice.chosen is not None)

    def _lay_out(self) -> None:
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACING)
        for (first, second), button in self.sides.items():
            button.setProperty("listed", True)
            button.clicked.connect(lambda _on=False, side=(first, second): self.side_chosen.emit(*side))
            grid.addWidget(button, 0 if first else 1, 0 if second else 1)
        grid.addWidget(self._how, 2, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(ControlBar([QLabel("With"), self.choice, self.button], stretched=self.choice))
        for widget in (self.words, self.waiting, self._grid):
            column.addWidget(widget)
        column.addStretch(1)
        explained_by(self, "evaluate#two-networks")
