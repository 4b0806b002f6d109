"""Can the confidence be believed, and what is gained by withholding doubtful answers?"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.evaluate.trust import Trust, coverage_words, reliability_words, trust
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle, Mark
from cifar_gui.ui.widgets.text import heading, muted
from cifar_gui.words import exact_percent, percent

_STEPS = 1000
_AT_FIRST = 700
_LEAST_HEIGHT = 96


class TrustView(QWidget):
    """The reliability diagram above, coverage against accuracy below."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Trust | None = None
        self.reliability = Plot("Reliability", x_label="% sure", form=percent, tick_form=exact_percent, floor=0.0)
        self.reliability.setObjectName("evaluate.reliability")
        self.reliability.add_curve("even", CurveStyle("as said", "muted", Qt.PenStyle.DashLine))
        self.reliability.add_curve("bins", CurveStyle("is right", "accent"))
        self.coverage = Plot("Coverage", x_label="% answered", form=percent, tick_form=exact_percent, floor=0.0)
        self.coverage.add_curve("accuracy", CurveStyle("right", "accent"))
        self.words, self.answered = muted(wrap=True), muted(wrap=True)
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(0, _STEPS)
        self.threshold.setValue(_AT_FIRST)
        self.threshold.setPageStep(_STEPS // 20)
        self.threshold.setAccessibleName("Doubt threshold")
        self.threshold.setToolTip("Answers less sure than this are withheld")
        self.threshold.valueChanged.connect(lambda _value: self._show_threshold())
        self._lay_out()

    def show_outcome(self, outcome: Outcome) -> None:
        """Replace everything; the threshold stays."""
        self.found = found = trust(outcome)
        said, right = found.points
        low = float(said.min())
        self.reliability.set_curve("even", np.array([low, 100.0]), np.array([low / 100, 1.0]))
        self.reliability.set_curve("bins", said, right)
        self.reliability.set_ranges((low, 100.0))
        self.reliability.refresh()
        self.words.setText(reliability_words(found))
        self.coverage.set_curve("accuracy", 100 * found.coverage.share, found.coverage.accuracy)
        self.coverage.set_ranges((0.0, 100.0))
        self._show_threshold()

    def _show_threshold(self) -> None:
        if self.found is None:
            return
        threshold = self.threshold.value() / _STEPS
        self.answered.setText(coverage_words(self.found.coverage, threshold))
        self.threshold.setAccessibleDescription(self.answered.text())
        share, _accuracy = self.found.coverage.at(threshold)
        self.coverage.set_marks(vertical=[Mark(100 * share, f"≥ {percent(threshold)} sure", "doubt")])
        self.coverage.refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        for plot in (self.reliability, self.coverage):
            plot.setMinimumHeight(px(_LEAST_HEIGHT))
        head = QHBoxLayout()
        head.addWidget(heading("If it kept silent when in doubt"))
        head.addStretch(1)
        head.addWidget(HelpButton("evaluate#coverage", "coverage"))
        column.addWidget(self.words)
        column.addWidget(self.reliability, 1)
        column.addLayout(head)
        column.addWidget(self.answered)
        column.addWidget(self.threshold)
        column.addWidget(self.coverage, 1)
        explained_by(self, "evaluate#reliability")
        explained_by(self.coverage, "evaluate#coverage")
        explained_by(self.threshold, "evaluate#coverage")
