"""Accuracy over the epochs of a run, as far as they have been asked."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.evaluate.epoch_scores import Scores
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.bar import ControlBar
from cifar_gui.ui.widgets.help_button import explained_by
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle, Mark
from cifar_gui.ui.widgets.text import muted
from cifar_gui.ui.widgets.waiting import Waiting
from cifar_gui.words import exact_percent, percent

_LEAST_HEIGHT = 96


class EpochsView(QWidget):
    """Signals: wanted() when every kept epoch is to be asked; cancelled()."""

    wanted = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._possible = False
        self.button = QPushButton("Ask every epoch")
        self.words, self.waiting = muted(wrap=True), Waiting()
        self.plot = Plot("Accuracy over the epochs", form=percent, tick_form=exact_percent, floor=0.0, whole_x=True)
        self.plot.setObjectName("evaluate.epochs")
        self.plot.setMinimumHeight(px(_LEAST_HEIGHT))
        self.plot.add_curve("accuracy", CurveStyle("right", "accent"))
        self.plot.set_empty_text("Accuracies appear here as epochs are asked.")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(ControlBar([self.button]))
        for widget in (self.words, self.waiting):
            column.addWidget(widget)
        column.addWidget(self.plot, 1)
        self.button.clicked.connect(self.wanted)
        self.waiting.cancelled.connect(self.cancelled)
        explained_by(self, "evaluate#epochs-of-a-run")
        self.show_waiting(waiting=False)

    def show_scores(self, scores: Scores, words: str, why_not: str, last: int, shown: float | None) -> None:
        """Replace everything. `why_not` every epoch can be asked, "" if it can; `last`: of the kept epochs; `shown`:
        the one that the rest of the page is about, None if it is none of them."""
        self.words.setText(" ".join(filter(None, (words, why_not))))
        self._possible = not why_not
        self.plot.set_curve("accuracy", scores.epochs, scores.accuracies)
        self.plot.set_ranges((0.0, float(max(last, 1))))
        self.plot.set_marks(vertical=[] if shown is None else [Mark(shown, "shown", "doubt")])
        self.plot.refresh()
        self._allow()

    def begin(self, what: str) -> None:
        """It is being worked on."""
        self.waiting.begin(what)
        self.show_waiting(waiting=True)

    def show_waiting(self, *, waiting: bool) -> None:
        """Whether something is under way."""
        waited = self.waiting.cancel.hasFocus()
        self.waiting.setVisible(waiting)
        self._allow()
        if waited and not waiting:
            self.button.setFocus()  # where it was: Qt would hand it to the plot

    def _allow(self) -> None:
        self.button.setEnabled(self._possible and self.waiting.isHidden())
