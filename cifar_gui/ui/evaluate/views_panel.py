"""The middle of the Evaluate page: one outcome, seen in several ways."""

from __future__ import annotations

from PySide6.QtGui import QImage

from cifar_gui.ui.evaluate.confusion_panel import ConfusionPanel
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.panel import Panel


class ViewsPanel(Panel):
    """The view in front is what is copied and saved as a picture."""

    def __init__(self) -> None:
        super().__init__("Confusion")
        self.confusion = ConfusionPanel()
        self.header.addWidget(HelpButton("evaluate#the-confusion-matrix", "the confusion matrix"))
        self.body.addWidget(self.confusion, 1)

    def show_outcome(self, outcome: Outcome) -> None:
        """Replace everything."""
        self.confusion.show_outcome(outcome)

    def picture(self) -> QImage:
        """What is in front, for a file."""
        return self.confusion.table.picture()
