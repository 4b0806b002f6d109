"""The middle of the Evaluate page: one outcome, seen in several ways."""

from __future__ import annotations

from PySide6.QtGui import QImage

from cifar_gui.ui.evaluate.compare_view import CompareView
from cifar_gui.ui.evaluate.confusion_panel import ConfusionPanel
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.evaluate.trust_view import TrustView
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.segmented import Segmented

VIEWS = {"confusion": "Confusion", "reliability": "Reliability", "compare": "Compare"}
_EXPLAINED = {
    "confusion": "evaluate#the-confusion-matrix",
    "reliability": "evaluate#reliability",
    "compare": "evaluate#two-networks",
}


class ViewsPanel(Panel):
    """The view in front is what is saved as a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.choice = Segmented(VIEWS.items())
        self.choice.setAccessibleName("View")
        self.confusion = ConfusionPanel()
        self.trust = TrustView()
        self.compare = CompareView()
        self._help = HelpButton(_EXPLAINED["confusion"], "what is shown here")
        self._stack = FrontStack()
        for view in (self.confusion, self.trust, self.compare):
            self._stack.addWidget(view)
        self.header.insertWidget(0, self.choice)
        self.header.addWidget(self._help)
        self.body.addWidget(self._stack, 1)
        self.choice.chosen.connect(self._on_chosen)

    def show_outcome(self, outcome: Outcome) -> None:
        """Replace everything that is about one network alone."""
        self.confusion.show_outcome(outcome)
        self.trust.show_outcome(outcome)

    def choose(self, view: str) -> None:
        """Bring one of `VIEWS` to the front; others change nothing."""
        if view in VIEWS:
            self.choice.choose(view)
            self._on_chosen(view)

    def picture(self) -> QImage:
        """What is in front, for a file."""
        if self.choice.current == "confusion":
            return self.confusion.table.picture()
        return self._stack.grab().toImage()

    def _on_chosen(self, view: str) -> None:
        self._stack.setCurrentIndex(list(VIEWS).index(view))
        self._help.topic = _EXPLAINED[view]
