"""The middle of the Evaluate page: one outcome, seen in several ways."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage

from cifar_gui.ui.evaluate import comparison, robust, telling, trust, twins
from cifar_gui.ui.evaluate.compare_view import CompareView
from cifar_gui.ui.evaluate.confusion_panel import ConfusionPanel
from cifar_gui.ui.evaluate.epochs_view import EpochsView
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.evaluate.robustness_view import RobustnessView
from cifar_gui.ui.evaluate.trust_view import TrustView
from cifar_gui.ui.evaluate.twins_view import TwinsView
from cifar_gui.ui.icons import icon
from cifar_gui.ui.widgets.bar import ShyButton
from cifar_gui.ui.widgets.curves import as_csv as curves_as_csv
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.panel import Panel

VIEWS = {
    "confusion": "Confusion",
    "reliability": "Reliability",
    "robustness": "Robustness",
    "compare": "Two networks",
    "epochs": "Epochs of a run",
    "twins": "Near-duplicates",
}
_EXPLAINED = {
    "confusion": ("evaluate#the-confusion-matrix", "the confusion matrix"),
    "reliability": ("evaluate#reliability", "the reliability diagram"),
    "robustness": ("evaluate#robustness", "the curves of robustness"),
    "compare": ("evaluate#two-networks", "the comparison of two networks"),
    "epochs": ("evaluate#epochs-of-a-run", "accuracy over the epochs"),
    "twins": ("evaluate#near-duplicates", "near-duplicates"),
}


class ViewsPanel(Panel):
    """The view in front is what is saved as a picture. Signals: save_wanted()."""

    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice = ChoiceField(VIEWS.items(), whole=True)
        self.choice.setAccessibleName("View")
        self.confusion = ConfusionPanel()
        self.trust = TrustView()
        self.robustness = RobustnessView()
        self.compare = CompareView()
        self.epochs = EpochsView()
        self.twins = TwinsView()
        views = (self.confusion, self.trust, self.robustness, self.compare, self.epochs, self.twins)
        self._views = dict(zip(VIEWS, views, strict=True))
        self._help = HelpButton(*_EXPLAINED["confusion"])
        self._stack = FrontStack()
        for view in self._views.values():
            self._stack.addWidget(view)
        self.header.insertWidget(0, self.choice)
        self.save_button = ShyButton("Save…")
        self.save_button.setIcon(icon("export"))
        self.save_button.setToolTip("Save the numbers as CSV, or what is shown as a picture (Ctrl+S)")
        self.save_button.clicked.connect(self.save_wanted)
        self.header.addWidget(self.save_button)
        self.header.addWidget(self._help)
        self.body.addWidget(self._stack, 1)
        self.choice.edited.connect(self._show_chosen)

    @property
    def current(self) -> str:
        """Which of `VIEWS` is in front."""
        return self.choice.raw()

    def show_outcome(self, outcome: Outcome) -> None:
        """Replace everything that follows from one outcome alone."""
        self.confusion.show_outcome(outcome)
        self.trust.show_outcome(outcome)

    def choose(self, view: str) -> None:
        """Bring one of `VIEWS` to the front; others change nothing."""
        if view in VIEWS:
            self.choice.put(view)
            self._show_chosen()

    def numbers(self, outcome: Outcome) -> str:
        """What is in front as CSV; the classes and their confusion where it has no numbers of its own."""
        if self.current == "reliability" and self.trust.found is not None:
            return trust.as_csv(self.trust.found)
        if self.current == "compare" and self.compare.found is not None:
            return comparison.as_csv(self.compare.found)
        if self.current == "robustness" and self.robustness.measured:
            return robust.as_csv(self.robustness.measured)
        if self.current == "twins" and self.twins.found is not None:
            return twins.as_csv(self.twins.found)
        if self.current == "epochs" and (curves := self.epochs.plot.curves()):
            return curves_as_csv(curves, "epoch")
        return telling.as_csv(outcome)

    def picture(self) -> QImage:
        """What is in front, for a file."""
        if self.current == "confusion":
            return self.confusion.table.picture()
        if self.current == "robustness":
            return self.robustness.picture()
        return self._stack.grab().toImage()

    def _show_chosen(self) -> None:
        self._stack.setCurrentWidget(self._views[self.current])
        self._help.point_to(*_EXPLAINED[self.current])
