"""Loss and accuracy as they develop, with earlier runs under them, and what they mean in words."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from cifar_gui.recipe import Recipe
from cifar_gui.training.history import History
from cifar_gui.ui.icons import icon, icon_pixmap
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.train.diagnosis import Diagnosis, diagnose
from cifar_gui.ui.train.earlier_chooser import EarlierChooser
from cifar_gui.ui.train.earlier_curves import EarlierRun, add_earlier_curves, earlier_reach, set_earlier_curves
from cifar_gui.ui.train.expectation import Expectation
from cifar_gui.ui.widgets.bar import ControlBar
from cifar_gui.ui.widgets.curves import smoothed, thinned
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle, Mark
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import WrappedLabel
from cifar_gui.words import exact_percent, loss_on_axis, loss_words, percent

_SMOOTHING = 0.8  # weight of the past when the curve is smoothed
_LEAST_WIDTH, _LEAST_HEIGHT, _READABLE = 248, 84, 140
"""Of a plot in pixels at zoom 1; `_READABLE` where other things stand below, which can be scrolled to."""

_LEAST_SHOWN = 280
_TONES = {
    "good": ("check", "good"),
    "doubt": ("warning", "doubt"),
    "bad": ("error", "bad"),
    "neutral": ("info", "muted"),
}


class TrainingPlots(QWidget):
    """Two plots and the diagnosis.

    What runs can be laid under is for `earlier` to say, and what curves they have for `show_earlier`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loss = Plot("Loss", form=loss_words, tick_form=loss_on_axis, floor=0.0)
        self.accuracy = Plot("Accuracy", form=percent, tick_form=exact_percent, floor=0.0)
        self._plots = ((self.loss, "loss"), (self.accuracy, "accuracy"))
        self._history = History()
        self._epochs, self._classes, self._diverged = 1, 10, False
        self._recipe: Recipe | None = None
        self._expected: Expectation | None = None
        self._held_out: int | None = None
        self._begun = self._ended = False
        self.smooth = QCheckBox("Smooth")
        self.log = QCheckBox("Log")
        self.earlier = EarlierChooser()
        self.diagnosis = DiagnosisBar()
        for plot, name in self._plots:
            plot.setObjectName(f"train.{name}_plot")
            _add_curves(plot)
            plot.set_empty_text("Curves appear here as the network learns.")
        self._lay_out()
        self._keep_readable(beside_a_table=False)
        self.show_history(History(), epochs=1, classes=10)

    def show_history(
        self,
        history: History,
        *,
        epochs: int,
        classes: int,
        diverged: bool = False,
        begun: bool = False,
        ended: bool = False,
        recipe: Recipe | None = None,
        expected: Expectation | None = None,
        held_out: int | None = None,
    ) -> None:
        """Draw a run so far. `epochs` are planned, `classes` say what guessing gives, `begun`: whether there is one,
        `ended`: whether all of it has been trained, `expected`: what it should reach, `held_out`: how many pictures
        are, if that is known."""
        self._begun, self._ended = begun, ended
        self._recipe, self._expected, self._held_out = recipe, expected, held_out
        self._history, self._epochs, self._classes, self._diverged = history, max(epochs, 1), classes, diverged
        self._draw()

    def show_earlier(self, runs: Sequence[EarlierRun]) -> None:
        """Lay these runs under this one, and no others."""
        for plot, measure in self._plots:
            set_earlier_curves(plot, measure, runs)
        self._draw()

    def lay_below(self, panel: QWidget, toggle: QToolButton) -> None:
        """A panel under the diagnosis, and beside that what folds it. Unfolded it takes nothing away from the plots:
        where there is too little room for all, they scroll."""
        self.diagnosis.add_beside(toggle)
        self._column.addWidget(panel)
        toggle.toggled.connect(lambda shown: self._keep_readable(beside_a_table=shown))
        toggle.clicked.connect(lambda _shown: QTimer.singleShot(0, self, lambda: self._bring_into_view(panel)))

    def _bring_into_view(self, panel: QWidget) -> None:
        """What has just been unfolded, once it has its place."""
        if panel.isVisible():
            self._scroll.ensureWidgetVisible(panel, 0, 0)

    def _keep_readable(self, *, beside_a_table: bool) -> None:
        """Curves are no lower than can be read. Without anything below they rather shrink a little than scroll."""
        for plot, _measure in self._plots:
            plot.setMinimumSize(px(_LEAST_WIDTH), px(_READABLE if beside_a_table else _LEAST_HEIGHT))

    def _draw(self) -> None:
        steps, epochs = self._history.steps, self._history.epochs
        strength = _SMOOTHING if self.smooth.isChecked() else 0.0
        for plot, name in self._plots:
            x, y = thinned(steps["epoch"], steps[name])
            plot.set_curve("raw", x, y if strength else np.full(len(x), np.nan))
            plot.set_curve("train", x, smoothed(y, strength))
            plot.set_curve("validation", epochs["epoch"], epochs[f"validation_{name}"])
        self._mark(epochs)
        earlier = earlier_reach(self.loss)
        reach = float(max(self._epochs, *epochs["epoch"], earlier))
        has_loss = len(steps["epoch"]) or earlier
        self.loss.set_ranges((0.0, reach), None if has_loss else (0.0, 1.15 * math.log(max(self._classes, 2))))
        self.accuracy.set_ranges((0.0, reach), (0.0, 1.0))
        self.loss.refresh()
        self.accuracy.refresh()
        self.diagnosis.show_diagnosis(
            diagnose(
                steps,
                epochs,
                classes=self._classes,
                diverged=self._diverged,
                begun=self._begun,
                ended=self._ended,
                recipe=self._recipe,
                expected=self._expected,
                held_out=self._held_out,
            )
        )

    def _mark(self, epochs: dict[str, np.ndarray]) -> None:
        """Chance across both plots, and the best epoch."""
        chance = 1 / max(self._classes, 1)
        self.loss.set_marks(horizontal=[Mark(-math.log(chance), f"guessing {-math.log(chance):.2f}")])
        self.accuracy.set_marks(horizontal=[Mark(chance, f"guessing {percent(chance, 0)}")])
        accuracy = epochs["validation_accuracy"]
        if len(accuracy) and np.isfinite(accuracy).any():
            best = int(np.nanargmax(accuracy))
            where = float(epochs["epoch"][best])
            self.loss.set_marks(vertical=[Mark(where, "", "good")])
            self.accuracy.set_marks(vertical=[Mark(where, f"best {percent(accuracy[best])}", "good")])
        else:
            self.loss.set_marks(vertical=[])
            self.accuracy.set_marks(vertical=[])

    def _lay_out(self) -> None:
        inside = QWidget()
        layout = self._column = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * SPACING)
        loss, accuracy = Panel("Loss"), Panel("Accuracy")
        self._make_controls()
        beside = [self.earlier, menu_button(self.loss), HelpButton("loss", "the loss plot")]
        loss.fill_header(ControlBar([self.smooth, self.log], beside, breaks=True))
        accuracy.header.addWidget(menu_button(self.accuracy))
        accuracy.explain("accuracy", "the accuracy plot")
        explained_by(loss, "loss")
        for panel, (plot, _measure) in zip((loss, accuracy), self._plots, strict=True):
            panel.body.addWidget(plot)
            layout.addWidget(panel, 1)
        layout.addWidget(self.diagnosis)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = VerticalScroll(inside, _LEAST_SHOWN)
        outer.addWidget(self._scroll)

    def _make_controls(self) -> None:
        self.smooth.setToolTip("Average the training curve over its last reports; the raw one stays behind it, pale")
        self.log.setToolTip("Logarithmic loss axis: small improvements late in a run become visible")
        self.earlier.setObjectName("train.earlier")
        self.smooth.setObjectName("train.smooth")
        self.log.setObjectName("train.log")
        self.smooth.toggled.connect(lambda _on: self._draw())
        self.log.toggled.connect(lambda on: self.loss.set_log(log=on))


def _add_curves(plot: Plot) -> None:
    """The same in both plots, drawn in this order over those of earlier runs."""
    plot.add_curve("raw", CurveStyle("training, not smoothed", "accent", labelled=False))
    plot.add_curve("train", CurveStyle("training", "accent"))
    plot.add_curve("validation", CurveStyle("validation", "doubt", Qt.PenStyle.DashLine))
    add_earlier_curves(plot)


def menu_button(plot: Plot) -> QToolButton:
    """A small button with what can be done with a plot."""
    button = QToolButton()
    button.setProperty("flat", True)
    button.setIcon(icon("export"))
    button.setToolTip(f"Copy, save or read the numbers of the {plot.title.lower()} plot")
    button.setAccessibleName(f"{plot.title} plot: copy, save, show as table")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(plot.menu(button))
    return button


class DiagnosisBar(Panel):
    """One line of plain words under the plots. Its label is `train.diagnosis`."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = QLabel()
        self.label = WrappedLabel()
        self.label.setObjectName("train.diagnosis")
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self._icon.setMinimumHeight(px(36))  # two lines, most of the time: the plots above do not jump
        row = QHBoxLayout()
        row.setSpacing(SPACING + 4)
        row.addWidget(self._icon, 0)
        row.addWidget(self.label, 1)
        self._row = row
        self.body.addLayout(row)
        self._shown: Diagnosis | None = None

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What is shown."""
        return self._shown

    def add_beside(self, widget: QWidget) -> None:
        """On the right of the words."""
        self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)

    def show_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Say this; nothing happens if it has been said already."""
        if diagnosis == self._shown:
            return
        self._shown = diagnosis
        self.draw()

    def draw(self) -> None:
        """Take colours anew."""
        if self._shown is None:
            return
        name, colour = _TONES[self._shown.tone]
        self._icon.setPixmap(icon_pixmap(name, colour, 16))
        self.label.setText(f"<b>{html.escape(self._shown.headline)}</b> {html.escape(self._shown.detail)}")
        self.label.setAccessibleName(f"{self._shown.headline} {self._shown.detail}")
