"""Accuracy as pictures are made worse, as curves, and one picture to see how much worse that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget

from cifar_gui.ui.evaluate.picture_strip import PictureStrip
from cifar_gui.ui.evaluate.robust import LABELS, Examples, Measured, comparison_words, loss_words
from cifar_gui.ui.icons import icon
from cifar_gui.ui.model_choices import ModelChoice
from cifar_gui.ui.network_choice import NetworkChoice
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.help_button import explained_by
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle
from cifar_gui.ui.widgets.text import muted
from cifar_gui.ui.widgets.waiting import Waiting
from cifar_gui.words import exact_percent, percent

_HINT = "How much does it still recognise if pictures are noisy, blurred, brighter or darker, shifted, turned?"
_LOOKS = {
    "noise": ("run_1", Qt.PenStyle.SolidLine, "square"),
    "blur": ("run_2", Qt.PenStyle.DashLine, "triangle"),
    "brightness": ("run_3", Qt.PenStyle.DotLine, "diamond"),
    "jpeg": ("run_4", Qt.PenStyle.DashDotLine, "wedge"),
    "shift": ("run_5", Qt.PenStyle.DashDotDotLine, "dot"),
    "rotation": ("run_6", Qt.PenStyle.SolidLine, "star"),
}
"""Colour, line and shape of each way."""

_CURVES = {**LABELS, "brightness": "bright"}
"""What stands at the end of a curve and above a column of the table, where there is little room."""

_SECOND = "second"
_LEAST_HEIGHT = 150
_EMPTY = np.empty(0)


class RobustnessView(QWidget):
    """Signals: wanted(ModelChoice | None) with the second network, if any; cancelled(); seen() when it comes to the
    front; another_wanted() when another picture is to be the example."""

    wanted = Signal(object)
    cancelled = Signal()
    seen = Signal()
    another_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._measured: Sequence[Measured] = ()
        self._examples: Examples = {}
        self.second = NetworkChoice("Second network", nobody="No second network")
        self.button = QPushButton("Measure")
        self.button.setToolTip("Ask about the pictures in every way and strength")
        self.words, self.waiting = muted(_HINT, wrap=True), Waiting()
        self.plot = Plot(
            "Robustness", x_label="strength", form=percent, tick_form=exact_percent, floor=0.0, whole_x=True
        )
        self.plot.setObjectName("evaluate.robustness")
        self.plot.set_empty_text("The curves appear here.")
        self.table = QToolButton()
        self.way = ChoiceField([(name, label[:1].upper() + label[1:]) for name, label in LABELS.items()], whole=True)
        self.another = ShyButton("Another picture")
        self.strip = PictureStrip("One picture at the five strengths")
        self._add_curves()
        self._lay_out()
        self.button.clicked.connect(lambda: self.wanted.emit(self.second.chosen))
        self.waiting.cancelled.connect(self.cancelled)
        self.way.edited.connect(self._show_way)
        self.another.clicked.connect(self.another_wanted)
        self.clear("")

    @property
    def measured(self) -> Sequence[Measured]:
        """What is shown: one network, or two."""
        return self._measured

    def offer(self, choices: Sequence[ModelChoice]) -> None:
        """These can be chosen as the second one."""
        self.second.offer(choices)

    def clear(self, sample: str) -> None:
        """Nothing has been measured; `sample` says what would be looked at."""
        self._measured = ()
        self.words.setText(" ".join(filter(None, (_HINT, sample))))
        self._draw()
        self._show(waiting=False)

    def begin(self, what: str) -> None:
        """It is being worked on."""
        self.waiting.begin(what)
        self._show(waiting=True)

    def end(self) -> None:
        """It is not worked on any more: what was shown before is shown again."""
        self._show(waiting=False)

    def show_measured(self, measured: Sequence[Measured], sample: str) -> None:
        """The network, and the second one if there is one."""
        self._measured = measured
        first, *others = measured
        self.words.setText(" ".join([loss_words(first), *(comparison_words(first, each) for each in others), sample]))
        self._draw()
        self._show(waiting=False)

    def show_examples(self, examples: Examples) -> None:
        """Another picture, in every way and strength; none for an empty one."""
        self._examples = examples
        self._show_way()

    def picture(self) -> QImage:
        """What is shown, for a file."""
        return self.plot.image() if self._measured else self.grab().toImage()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit()

    def _show(self, *, waiting: bool) -> None:
        asked, waited = self.button.hasFocus(), self.waiting.cancel.hasFocus()
        self.waiting.setVisible(waiting)
        self.words.setVisible(not waiting)
        self.button.setEnabled(not waiting)
        self.table.setEnabled(bool(self._measured))
        if asked and waiting:
            self.waiting.cancel.setFocus()  # Qt would hand it to the table
        elif waited and not waiting:
            self.button.setFocus()

    def _show_way(self) -> None:
        self.strip.show_examples(self._examples.get(self.way.raw(), ()))
        self._draw_second()
        self.plot.refresh()

    def _draw(self) -> None:
        for way in _LOOKS:
            self.plot.set_curve(way, *(self._measured[0].curve(way) if self._measured else (_EMPTY, _EMPTY)))
        self._draw_second()
        self.plot.set_ranges((0.0, 5.0))
        self.plot.refresh()

    def _draw_second(self) -> None:
        """Of a second network only the way that is looked at: twelve curves nobody could tell apart."""
        if len(self._measured) < 2:
            self.plot.set_curve(_SECOND, _EMPTY, _EMPTY)
            return
        second, way = self._measured[1], self.way.raw()
        self.plot.relabel(_SECOND, f"2nd, {_CURVES[way]}")
        self.plot.set_curve(_SECOND, *second.curve(way))

    def _add_curves(self) -> None:
        for way, (colour, line, shape) in _LOOKS.items():
            self.plot.add_curve(way, CurveStyle(_CURVES[way], colour, line, shape=shape))
        self.plot.add_curve(_SECOND, CurveStyle("second", "accent", Qt.PenStyle.DashLine, shape="bar"))

    def _lay_out(self) -> None:
        self.table.setCheckable(True)
        self.table.setIcon(icon("table"))
        self.table.setAccessibleName("Show the numbers as a table")
        self.table.setToolTip("Show the numbers as a table")
        self.table.toggled.connect(lambda shown: self.plot.show_table(shown=shown))
        self.way.setAccessibleName("Way to make the picture worse")
        self.another.setIcon(icon("shuffle"))
        self.plot.setMinimumHeight(px(_LEAST_HEIGHT))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(ControlBar([self.second, self.button, self.table], stretched=self.second))
        for widget in (self.words, self.waiting):
            column.addWidget(widget)
        column.addWidget(self.plot, 1)
        column.addWidget(ControlBar([self.way], [self.another], breaks=True))
        column.addWidget(self.strip)
        explained_by(self, "evaluate#robustness")
