"""The middle of the Train page: the curves, or ways to data, a look at it, a search for a learning rate."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal

from cifar_gui.recipe import Recipe
from cifar_gui.ui.context import Context
from cifar_gui.ui.train.chosen_data import ChosenData
from cifar_gui.ui.train.get_data import GetData
from cifar_gui.ui.train.layer_panel import LayerPanel
from cifar_gui.ui.train.look_at_data import LookAtData
from cifar_gui.ui.train.plots import TrainingPlots
from cifar_gui.ui.train.rate_view import RateView
from cifar_gui.ui.widgets.front_stack import FrontStack

_NOT_HERE = "The data set of this recipe is not on this machine yet. Nothing is downloaded unless you ask for it."


class Middle(FrontStack):
    """Signals: source_chosen(str) when a data set belongs in the recipe; changed() when `problem` is known anew."""

    source_chosen = Signal(str)
    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.plots, self.cards, self.look = TrainingPlots(), GetData(context), LookAtData()
        self.rates = RateView(context)
        self.layers = LayerPanel(context.jobs)
        self.plots.lay_below(self.layers, self.layers.toggle)
        self.chosen = ChosenData(context.jobs, context.data, self)
        self._asked_for = False  # the user, not a missing data set, has brought the cards here
        self._reading = ""  # the source being read, to be put into the recipe if that succeeds
        self._to_look_at: Recipe | None = None  # when its data has been read
        for view in (self.plots, self.cards, self.look, self.rates):
            self.addWidget(view)
        self.cards.chosen.connect(self.use)
        self.cards.own.cancelled.connect(self._on_cancelled)
        for turning_back in (self.cards.closed, self.look.closed, self.rates.closed):
            turning_back.connect(self.show_plots)
        self.chosen.changed.connect(self._on_known)
        context.data.progress.connect(self._on_progress)
        context.data.failed.connect(self._on_failed)

    @property
    def problem(self) -> str:
        """Why the data of the recipe cannot be trained on, "" if it can."""
        return self.chosen.problem

    @property
    def shows_cards(self) -> bool:
        """Whether the ways to data are in front."""
        return self.currentWidget() is self.cards

    def choose(self, source: str) -> None:
        """The recipe names this data set: see whether it is there."""
        self.chosen.choose(source)

    def show_plots(self) -> None:
        """The curves."""
        self.setCurrentWidget(self.plots)

    def show_cards(self, why: str = "", *, can_go_back: bool = True) -> None:
        """The ways to data."""
        self._asked_for = can_go_back
        self.cards.download.refresh()
        self.cards.show_reason(why, can_go_back=can_go_back)
        self.setCurrentWidget(self.cards)

    def show_look(self, recipe: Recipe) -> None:
        """A look at the data of this recipe, as soon as it has been read."""
        library = self._context.data
        if library.current is None or library.current_source != recipe.data:
            self._to_look_at = recipe
            library.request(recipe.data)
            return
        self._to_look_at = None
        self.look.show_data(library.current, recipe)
        self.setCurrentWidget(self.look)

    def show_rates(self, recipe: Recipe) -> None:
        """A search for a learning rate, which begins at once unless it has been found already."""
        self.setCurrentWidget(self.rates)
        self.rates.open(recipe)

    def use(self, source: str) -> None:
        """Have a data set put into the recipe: at once if it comes by name, else when it has been read."""
        if source in dict(self._context.data.available()):
            self._put(source)
            return
        self._reading = source
        self.cards.own.show_progress(0.0, f"Looking at {Path(source).name}…")
        self._context.data.request(source)

    def on_loaded(self) -> None:
        """A data set has been read."""
        source = self._context.data.current_source
        if self._reading == source:
            self._reading = ""
            self.cards.own.show_progress(None, "")
            self._put(source)
        if self._to_look_at is not None and self._to_look_at.data == source:
            self.show_look(self._to_look_at)

    def _put(self, source: str) -> None:
        self.show_plots()
        self.source_chosen.emit(source)

    def _on_known(self) -> None:
        on_cards = self.currentWidget() is self.cards
        if self.problem and not on_cards:
            self.show_cards(_NOT_HERE if self.chosen.missing else self.problem, can_go_back=False)
        elif not self.problem and on_cards and not self._asked_for:
            self.show_plots()
        self.changed.emit()

    def _on_progress(self, share: float, what: str) -> None:
        if self._reading:
            self.cards.own.show_progress(share, what)

    def _on_failed(self, why: str) -> None:
        self._to_look_at = None
        if self._reading:
            self._reading = ""
            self.cards.own.show_problem(why)
        elif self.isVisible():
            self._context.messages.error(why)

    def _on_cancelled(self) -> None:
        self._reading = ""
        self._context.data.cancel()
        self.cards.own.show_progress(None, "Cancelled; nothing was kept.")
