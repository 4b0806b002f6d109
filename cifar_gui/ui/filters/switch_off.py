"""What the network loses without the chosen unit, when asked."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui.explain.ablation import Ablation
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.text import caption, heading
from cifar_gui.ui.widgets.waiting import Waiting
from cifar_gui.words import percent

_SWITCH = "Switch it off"
_NAMED = 3
"""Classes that lose, and gain, are named up to so many."""


class SwitchOff(QWidget):
    """A button, then progress, then the result in words. Signals: wanted(); cancelled()."""

    wanted = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Ablation | None = None
        self.button = QPushButton(_SWITCH)
        self.button.setToolTip("Classify the validation pictures without this filter, and compare class by class")
        self.button.clicked.connect(self.wanted)
        self.waiting = Waiting()
        self.waiting.cancelled.connect(self.cancelled)
        self.text = caption(wrap=True)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(heading("Without it"))
        column.addWidget(self.text)
        column.addWidget(self.waiting)
        column.addLayout(row)
        self.show_nothing()

    def show_nothing(self) -> None:
        """As before it was asked for."""
        self.result = None
        self.text.setText("What would the network lose if this unit said nothing?")
        self.button.setText(_SWITCH)
        self._show(working=False, button=True)

    def show_waiting(self) -> None:
        """It has been asked for."""
        self.waiting.begin("Classifying the validation pictures")
        self.text.clear()
        self._show(working=True, button=False)

    def show_progress(self, share: float, what: str) -> None:
        """How far it is, 0–1."""
        self.waiting.show_progress(share, what)

    def show_result(self, result: Ablation) -> None:
        """What came of it."""
        self.result = result
        self.text.setText(in_words(result))
        self._show(working=False, button=False)

    def show_moment(self, moment: str) -> None:
        """The result, if there is one, is of a moment of the training that has passed: "epoch 3.2"."""
        if self.result is not None:
            self.text.setText(f"As of {moment}: {in_words(self.result)}")
            self.button.setText("Renew")
            self._show(working=False, button=True)

    def _show(self, *, working: bool, button: bool) -> None:
        self.waiting.setVisible(working)
        self.button.setVisible(button)
        self.text.setVisible(not working)


def in_words(result: Ablation) -> str:
    """Both accuracies, then the classes that lose or gain most."""
    lines = [
        f"{percent(result.accuracy_after)} right instead of {percent(result.accuracy_before)} of {result.count:,} "
        f"{result.kind}; {result.changed:,} {'is' if result.changed == 1 else 'are'} called something else."
    ]
    losses = [(name, loss) for name, loss in result.losses if abs(loss) >= 0.0005]
    worse = [_points(name, loss, "−") for name, loss in losses if loss > 0][:_NAMED]
    better = [_points(name, -loss, "+") for name, loss in reversed(losses) if loss < 0][:_NAMED]
    if worse:
        lines.append(f"Worse: {', '.join(worse)} points.")
    if better:
        lines.append(f"Better: {', '.join(better)} points.")
    if not losses:
        lines.append("No class gains or loses.")
    return "\n".join(lines)


def _points(name: str, share: float, sign: str) -> str:
    return f"{name} {sign}{100 * share:.1f}"
