"""What is done with sweeps on the Runs page: new ones, going on with one, deleting one with its runs or without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from cifar_gui.errors import CifarGuiError
from cifar_gui.recipe import Recipe
from cifar_gui.runs.summary import RunSummary, list_runs
from cifar_gui.runs.sweep_files import SweepState, empty_old_sweeps, list_sweeps
from cifar_gui.runs.trash import KEPT_DAYS, move_to_trash, restore
from cifar_gui.ui.runs.commands import VIEWS
from cifar_gui.ui.sweeps.dialog import SweepDialog, ask_for_sweep
from cifar_gui.ui.sweeps.view import SweepsView
from cifar_gui.ui.widgets.question import Role, ask
from cifar_gui.ui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context


class SweepDesk:
    """`view` and `views`, the row of views in it; reads the sweeps when told to."""

    def __init__(
        self,
        parent: QWidget,
        context: Context,
        show_run: Callable[[Path], None],
        propose: Callable[[Recipe], None],
    ) -> None:
        """`show_run` is called with a run that is to be seen among the others, `propose` with a recipe for Train."""
        self._parent, self._context = parent, context
        self.views = Segmented(VIEWS.items())
        self.view = SweepsView(context, self.views)
        self.dialog: SweepDialog | None = None  # the last that was opened
        self.view.new_wanted.connect(self._on_new)
        self.view.start_wanted.connect(context.sweeps.start)
        self.view.delete_wanted.connect(self._on_delete)
        self.view.run_wanted.connect(show_run)
        self.view.recipe_wanted.connect(propose)
        context.jobs.run(empty_old_sweeps, lambda _count: None, lambda _error: None)

    def refresh(self) -> None:
        """Read the sweeps and their runs again, off the GUI thread."""
        self._context.jobs.run(list_sweeps, self.view.show_states, key="sweeps.list")

    def ask(self, recipe: Recipe) -> None:
        """Open the dialog over a recipe; what it starts is shown."""
        self.dialog = ask_for_sweep(self._context, recipe, self._parent, self._on_begun)

    def _on_begun(self, path: Path) -> None:
        self.view.choose(path)
        self._context.show_page("runs")
        if self.views.current != "sweeps":
            self.views.chosen.emit("sweeps")
        self.refresh()

    def _on_new(self) -> None:
        """Over the recipe of the sweep that is chosen, or else of the newest run."""
        state = self.view.current
        if state is not None and state.sweep is not None:
            self.ask(state.sweep.recipe)
        else:
            self._context.jobs.run(list_runs, self._ask_newest, key="sweeps.new")

    def _ask_newest(self, runs: list[RunSummary]) -> None:
        self.ask(next((run.recipe for run in runs if run.recipe is not None), Recipe()))

    def _on_delete(self, state: SweepState) -> None:
        answer = ask_before_deleting(self._parent, state)
        if answer != "stay":
            runs = [run.path for run in state.runs] if answer == "all" else []
            self._context.jobs.run(
                lambda: _moved([(path, "Run") for path in runs] + [(state.path, "Sweep")]),
                lambda moved: self._on_deleted(state.name, *moved),
                owed=True,
            )

    def _on_deleted(self, name: str, places: list[Path], problem: str) -> None:
        if problem:
            self._context.messages.error(problem)
        if places:
            runs = len(places) - 1
            with_runs = "" if not runs else " with its run" if runs == 1 else f" with its {runs} runs"
            text = f"Sweep {name} is in the trash now{with_runs}, and will be deleted after {KEPT_DAYS} days."
            self._context.messages.info(text, ("Undo", lambda: self._undo(text, places)))
        self._after_moving()

    def _undo(self, text: str, places: list[Path]) -> None:
        self._context.messages.dismiss(text)
        self._context.jobs.run(lambda: _back(places), self._on_back, owed=True)

    def _on_back(self, problem: str) -> None:
        if problem:
            self._context.messages.error(problem)
        self._after_moving()

    def _after_moving(self) -> None:
        self._context.models.refresh()
        self.refresh()


def ask_before_deleting(parent: QWidget, state: SweepState) -> str:
    """What shall go to the trash: "all", the "sweep" alone, or nothing: "stay"."""
    count = len(state.runs)
    answers = {"sweep": ("The sweep &alone" if count else "&Delete it", Role.AcceptRole)}
    if count:
        answers["all"] = (f"With {'its run' if count == 1 else f'its {count} runs'}", Role.DestructiveRole)
    answers["stay"] = ("&Cancel", Role.RejectRole)
    details = f"What is deleted is kept in the trash for {KEPT_DAYS} days."
    title, text = "Delete a sweep", f"Delete the sweep {state.name}?"
    return ask(parent, "sweeps.deleting", title, text, details, answers, usual="stay")


def _moved(wanted: list[tuple[Path, str]]) -> tuple[list[Path], str]:
    """For a worker: move all of them to the trash, or none, and then say why. Where they are now, and the reason."""
    places: list[Path] = []
    for path, what in wanted:
        try:
            places.append(move_to_trash(path, what))
        except CifarGuiError as error:  # one of a folder that cannot be written to, too
            for place in places:
                restore(place)
            return [], str(error)
    return places, ""


def _back(places: list[Path]) -> str:
    """For a worker: take all of them back that can be; why the first of the others cannot, or ""."""
    problems = []
    for place in places:
        try:
            restore(place)
        except CifarGuiError as error:
            problems.append(str(error))
    return problems[0] if problems else ""
