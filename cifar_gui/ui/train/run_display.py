"""Puts the run on show into the widgets: its title, the buttons, its recipe and how far it is, and the curves."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from cifar_gui import paths
from cifar_gui.data.cifar10 import is_original
from cifar_gui.ui.context import Context
from cifar_gui.ui.train.controls import RunControls
from cifar_gui.ui.train.earlier import RunsWatch, read_earlier
from cifar_gui.ui.train.earlier_curves import EarlierRun
from cifar_gui.ui.train.expectation import expectation
from cifar_gui.ui.train.laid_under import LaidUnder
from cifar_gui.ui.train.middle import Middle
from cifar_gui.ui.train.recipe_panel import RecipePanel
from cifar_gui.ui.train.run_state import Situation, buttons
from cifar_gui.ui.train.shown_run import ShownRun

_REDRAW_MS = 60  # the curves are drawn at most 17 times a second


class RunDisplay:
    """Shows what `shown` and `runs` say, when told to; draws no curves while the page is hidden."""

    def __init__(
        self, page: QWidget, context: Context, controls: RunControls, panel: RecipePanel, middle: Middle
    ) -> None:
        self._page, self._context = page, context
        self._controls, self._panel, self._middle = controls, panel, middle
        self.shown = ShownRun()
        self.runs = RunsWatch(context.jobs, page)
        self._redraw = QTimer(page)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(_REDRAW_MS)
        self._redraw.timeout.connect(self._draw)
        context.models.choices_changed.connect(self.refresh)
        middle.plots.earlier.chosen.connect(self._on_earlier_chosen)

    @property
    def situation(self) -> Situation:
        """What the buttons depend on, as of now."""
        problem = "" if self._panel.form.recipe is not None else "Correct the marked fields of the recipe first."
        session, runs = self._context.session, self.runs
        situation = self.shown.situation(
            session.state,
            runs.unfinished,
            runs.latest,
            problem or self._middle.problem,
            is_there=self._is_there(),
        )
        finding = self._middle.rates.search.busy
        return replace(situation, live=self._context.models.is_live, finding=finding)

    def _is_there(self) -> bool:
        """Whether the run on show has not gone to the trash since. The list of runs does not know a new one at once."""
        run = self._context.session.run
        if run is not None and run.number == self.shown.number:
            return self._context.session.state != "idle" or paths.is_folder(run.path)
        return self.runs.has(self.shown.number)

    def refresh(self) -> None:
        """Say which run this is, name and allow the buttons, lock the fields, say why what cannot be pressed, offer the
        other runs to be laid under this one, and draw its curves soon."""
        situation = self.situation
        self._controls.show_situation(situation)
        titles = self.shown.titles(dict(self._context.data.available()), is_there=self._is_there())
        self._controls.show_title(*titles)
        looks = buttons(situation)
        self._panel.show_copy(looks["edit_copy"])
        self._panel.form.show_find_lr(looks["find_lr"])
        self._panel.form.set_locked(locked=situation.state != "idle" and not situation.copying)
        self._middle.plots.earlier.offer(self.runs.comparable(but=self.shown.number))
        self.redraw_soon()

    def show_recipe(self) -> None:
        """The recipe that is trained, unless a copy is being edited."""
        if self.shown.recipe is not None and not self.shown.copying:
            self._panel.show_recipe(self.shown.recipe)
            self._middle.choose(self.shown.recipe.data)

    def show_position(self, epoch: float | None) -> None:
        """How far the run has come; None: nothing trains."""
        self._panel.schedule.show_position(None if epoch is None else self.shown.position(epoch))

    def redraw_soon(self) -> None:
        """Draw the curves there are by now."""
        if self._page.isVisible() and not self._redraw.isActive():
            self._redraw.start()

    def _draw(self) -> None:
        shown = self.shown
        recipe = shown.recipe or self._panel.form.last_valid
        self._note_data()
        self._middle.plots.show_history(
            shown.history,
            epochs=recipe.epochs,
            classes=shown.classes,
            diverged=shown.diverged,
            begun=shown.recipe is not None,
            ended=shown.ended,
            recipe=recipe,
            expected=expectation(recipe, is_cifar10=shown.is_cifar10),
            held_out=shown.held_out,
        )

    def _note_data(self) -> None:
        """What the pictures of the run on show are: its curves stay when another data set is chosen for the next."""
        library, shown = self._context.data, self.shown
        of_run = shown.recipe is None or shown.recipe.data == library.current_source
        data = self._context.session.data or (library.current if of_run else None)
        if data is not None:
            shown.classes, shown.is_cifar10 = len(data.class_names), is_original(data)
            shown.held_out = len(data.split("validation"))

    def _on_earlier_chosen(self, laid_under: LaidUnder) -> None:
        self._context.jobs.run(lambda: read_earlier(laid_under), self._show_earlier, key="train.earlier")

    def _show_earlier(self, found: tuple[list[EarlierRun], list[str]]) -> None:
        runs, problems = found
        self._middle.plots.show_earlier(runs)
        for problem in problems:
            self._context.messages.error(problem, topic="train.earlier")
        if not problems:
            self._context.messages.resolve("train.earlier")
