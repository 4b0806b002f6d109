"""The confusion matrix with what it says in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.confusion_table import ConfusionTable
from cifar_gui.ui.widgets.help_button import explained_by
from cifar_gui.ui.widgets.text import caption, muted

_HOW_TO_READ = (
    "Rows: what the pictures show. Columns: what the network said. Stronger colour: a larger share of the row."
)


class ConfusionPanel(QWidget):
    """Signals: cell_opened(int, int) with a row and a column."""

    cell_opened = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.words = muted(wrap=True)
        self.table = ConfusionTable()
        self.table.setObjectName("evaluate.confusion")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self.words)
        column.addWidget(self.table, 1)
        column.addWidget(caption(_HOW_TO_READ, wrap=True))
        self.table.cell_opened.connect(self.cell_opened)
        explained_by(self, "evaluate#the-confusion-matrix")

    def show_outcome(self, outcome: Outcome) -> None:
        """Replace everything."""
        self.words.setText(outcome.confusion.words)
        self.table.show_confusion(outcome.confusion)
