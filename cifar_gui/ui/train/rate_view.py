"""*Find a learning rate*: the loss as the rate rises, the rate that it suggests, and why."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from cifar_gui.recipe import Recipe
from cifar_gui.training.lr_finder import Suggestion, Tried, holds_for, rate_range, suggest
from cifar_gui.ui.context import Context
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.train.plots import menu_button
from cifar_gui.ui.train.rate_search import RateSearch
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle, Mark
from cifar_gui.ui.widgets.text import WrappedLabel, caption, muted, title
from cifar_gui.words import grouped, loss_on_axis, loss_words, rounded

_WHAT = (
    "A network with this recipe's first weights is trained for a hundred steps or so (400 of small batches, 30 if they "
    "are slow) while the learning rate rises. At first little happens, then the loss falls, and in the end it runs "
    "away. The network is thrown away."
)
_LEGEND = "Smooth line: the loss averaged over the last steps. Jagged line: the loss of each batch."
_STALE = "The recipe has been changed since, so this may not hold for it any more."
_USE = "Put this rate into the recipe; those of biases and heads, where they have their own, keep their proportion"
_WAITING = "Reading the pictures and building the network…"


class RateView(QWidget):
    """Searches when opened, and again when asked to.

    Signals: used(float) with a rate that belongs in the recipe; closed() when the user turns back.
    """

    used = Signal(float)
    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("train.rates")
        self.search = RateSearch(context.jobs, context.data, self)
        self.suggestion: Suggestion | None = None  # of the last search that came to its end
        self._searched: Recipe | None = None  # what that was for
        self._recipe = Recipe()  # what is in the form
        self.plot = Plot("Loss", x_label="rate", form=loss_words, tick_form=loss_on_axis, floor=0.0, log_x=True)
        self.progress, self.status, self.answer = QProgressBar(), caption(wrap=True), WrappedLabel()
        self.back, self.cancel = ShyButton("Back to the curves"), QPushButton("Cancel")
        self.use, self.again = QPushButton("Use"), QPushButton("Find again")
        self._prepare()
        self._lay_out()
        self._connect()
        self._refresh()

    def open(self, recipe: Recipe) -> None:
        """Search for a rate for this recipe, unless it has been found or is being looked for."""
        self._recipe = recipe
        holds = self._searched is not None and holds_for(self._searched, recipe)
        if holds and (self.search.running or self.suggestion is not None):
            self._refresh()
        else:
            self._begin()

    def show_recipe(self, recipe: Recipe) -> None:
        """Another recipe is in the form: mark its rate, and say if what was found does not hold for it."""
        self._recipe = recipe
        self._refresh()

    def _begin(self) -> None:
        self._searched, self.suggestion = self._recipe, None
        self._draw(())
        self.plot.set_ranges(rate_range(self._recipe), (0.0, 3.0))
        self._say(_WAITING)
        self.search.start(self._recipe)
        self._refresh()

    def _on_tried(self, tried: tuple[Tried, ...]) -> None:
        if not tried:
            return
        self._draw(tried)
        last = tried[-1]
        self.progress.setRange(0, last.steps)
        self.progress.setValue(last.step)
        self._say(f"Step {last.step} of {last.steps}, at a rate of {rounded(last.lr, 2)}")

    def _on_ended(self, cancelled: bool) -> None:
        if cancelled:
            self._say("Cancelled. The recipe is as it was.")
        else:
            self.suggestion = suggest(self._tried)
            self._say("")
        self._refresh()

    def _on_failed(self, why: str) -> None:
        self._say(why)
        self._refresh()

    def _on_use(self) -> None:
        if self.suggestion is not None and self.suggestion.lr is not None:
            self.used.emit(self.suggestion.lr)

    def _on_back(self) -> None:
        self.search.cancel()
        self.closed.emit()

    # What is shown

    def _draw(self, tried: tuple[Tried, ...]) -> None:
        self._tried = tried
        rates = np.array([each.lr for each in tried], np.float64)
        self.plot.set_curve("batches", rates, np.array([each.loss for each in tried], np.float64))
        self.plot.set_curve("smoothed", rates, np.array([each.smoothed for each in tried], np.float64))
        if tried:
            self.plot.set_ranges(rate_range(self._searched or self._recipe), seen_losses(tried))
        self.plot.refresh()

    def _say(self, text: str) -> None:
        self.status.setText(text)
        if not self.search.running:
            self.progress.setRange(0, 0)

    def _refresh(self) -> None:
        """Show what can be done now, the answer, and where on the axis the recipe is."""
        running, found = self.search.running, self.suggestion
        lr = found.lr if found is not None else None
        holds = self._searched is not None and holds_for(self._searched, self._recipe)
        for widget, visible in (
            (self.progress, running),
            (self.cancel, running),
            (self.status, bool(self.status.text())),
            (self.answer, found is not None),
            (self.again, not running),
            (self.use, lr is not None),
        ):
            widget.setVisible(visible)
        if found is not None:
            self.answer.setText(answer(found, holds=holds))
        if lr is not None:
            is_used = lr == self._recipe.lr
            self.use.setText(f"Use {grouped(lr)}")
            self.use.setEnabled(holds and not is_used)
            self.use.setToolTip(_STALE if not holds else "The recipe says so already." if is_used else _USE)
        marks = [] if lr is None else [Mark(lr, f"{grouped(lr)}", "good")]
        if lr != self._recipe.lr:
            marks.append(Mark(self._recipe.lr, f"recipe {rounded(self._recipe.lr)}"))
        self.plot.set_marks(vertical=marks)
        self.plot.refresh()

    def _prepare(self) -> None:
        self.plot.setObjectName("train.rate_plot")
        self.plot.setMinimumSize(px(248), px(120))
        self.plot.set_empty_text("The curve appears here as rates are tried.")
        self.plot.add_curve("batches", CurveStyle("each batch", "muted", under=True))
        self.plot.add_curve("smoothed", CurveStyle("smoothed"))
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the search")
        self.answer.setObjectName("train.rate_answer")
        self.answer.setTextFormat(Qt.TextFormat.RichText)
        self.use.setProperty("primary", True)
        self.cancel.setToolTip("End the search; the recipe stays as it is")
        self.again.setToolTip("Search anew, for the recipe as it is now")
        for button, name in ((self.use, "use"), (self.again, "again"), (self.cancel, "cancel"), (self.back, "back")):
            button.setObjectName(f"train.rates.{name}")
        self.back.setProperty("flat", True)
        self.back.setIcon(icon("chevron-left"))
        self.cancel.setIcon(icon("stop"))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * SPACING)
        layout.addWidget(ControlBar([title("Find a learning rate")], [self.back], breaks=True))
        layout.addWidget(muted(_WHAT, wrap=True))
        panel = Panel("Loss against learning rate")
        panel.header.addWidget(menu_button(self.plot))
        panel.header.addWidget(HelpButton("learning-rate#finding-one", "how a learning rate is found"))
        explained_by(self, "learning-rate#finding-one")
        panel.body.addWidget(self.plot, 1)
        panel.body.addWidget(caption(_LEGEND, wrap=True))
        layout.addWidget(panel, 1)
        below = Panel()
        below.body.addWidget(self.answer)
        below.body.addWidget(self.status)
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        for widget in (self.progress, self.use, self.again, self.cancel):
            row.addWidget(widget, 1 if widget is self.progress else 0)
        row.addStretch(0)
        below.body.addLayout(row)
        layout.addWidget(below)

    def _connect(self) -> None:
        self.search.tried.connect(self._on_tried)
        self.search.ended.connect(self._on_ended)
        self.search.failed.connect(self._on_failed)
        self.cancel.clicked.connect(self.search.cancel)
        self.back.clicked.connect(self._on_back)
        self.again.clicked.connect(self._begin)
        self.use.clicked.connect(self._on_use)


def seen_losses(tried: Sequence[Tried]) -> tuple[float, float]:
    """The losses to show: from below the lowest to somewhat above the first, not up to where it ran away."""
    return 0.9 * min(each.loss for each in tried), 1.3 * tried[0].loss


def answer(found: Suggestion, *, holds: bool) -> str:
    """What was found, as rich text."""
    headline = "No rate to suggest." if found.lr is None else f"{grouped(found.lr)} is a good rate to begin with."
    return f"<b>{headline}</b> {html.escape(found.reason if holds else _STALE)}"
