"""Every run there is: continue one, compare several, tidy up."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QByteArray, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cifar_gui import paths
from cifar_gui.errors import CifarGuiError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run, empty_old, is_trash_empty, move_to_trash, restore
from cifar_gui.runs.trash import KEPT_DAYS
from cifar_gui.training.events import EpochReport, Event, SettingsChanged, Started
from cifar_gui.ui.page import Page
from cifar_gui.ui.runs.card_dialog import CardDialog
from cifar_gui.ui.runs.card_facts import CardFacts, read_card
from cifar_gui.ui.runs.commands import Commands
from cifar_gui.ui.runs.compare import STYLES, ComparePanel, RunCurves
from cifar_gui.ui.runs.details import DetailsPanel
from cifar_gui.ui.runs.histories import Histories
from cifar_gui.ui.runs.model import RunsModel
from cifar_gui.ui.runs.rows import RunRow, all_tags, matching, read_rows
from cifar_gui.ui.runs.table import RunTable
from cifar_gui.ui.runs.transfers import Transfers
from cifar_gui.ui.sweeps.desk import SweepDesk
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.columns import Columns
from cifar_gui.ui.widgets.empty import EmptyState
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

T = TypeVar("T")

_REFRESH_MS = 250
"""Epochs of a fast training are shown at most so often."""

_ALL_IN_TRASH = "There is no run. What was moved to the trash is still there, and can be taken back."


class RunsPage(Page):
    """The table above; below it the curves of the selected runs and what there is to say of them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._visible = False
        self._rows: list[RunRow] = []  # all that were read
        self._histories = Histories()
        self._wanted: set[Path] = set()  # to be selected once they have been read
        self._told: dict[str, set[str]] = {}  # messages that runs are in the trash → their names
        self._changes: deque[Callable[[], Callable[[], None]]] = deque()  # to be made, in this order
        self._writing = threading.Lock()
        self.model = RunsModel()
        self.table = RunTable(self.model)
        self.transfers = Transfers(self, context, self._on_arrived)
        self.commands = Commands(context.actions, self._handlers(), self.table)
        self.filter = self.commands.filter
        self.sweeps = SweepDesk(self, context, self._show_run, self._propose)
        self.compare = ComparePanel()
        self.details = DetailsPanel()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        self.setFocusProxy(self.table)  # and not "Train run 0007 one epoch more", one touch of the space bar from it
        self._lay_out()
        self._connect()
        context.jobs.run(empty_old, lambda _count: None, lambda _error: None)

    def refresh(self) -> None:
        """Read the run folders again, off the GUI thread."""
        if self.commands.view.current == "sweeps":
            self.sweeps.refresh()
            return
        labels, trash = dict(self.context.data.available()), self.commands.shows_trash
        show = partial(self._on_rows, in_trash=trash)  # another view may have been chosen when they come
        self.context.jobs.run(lambda: read_rows(labels, trash=trash), show, key="runs.list")

    def on_event(self, event: Event) -> None:
        if isinstance(event, Started | EpochReport | SettingsChanged) and self._visible and not self._soon.isActive():
            self._soon.start()

    def page_shown(self) -> None:
        self._visible = True
        self.refresh()

    def page_hidden(self) -> None:
        self._visible = False
        self._soon.stop()
        self.details.leave()

    def save_state(self) -> dict[str, Any]:
        return {
            "measure": self.compare.measure.current,
            "splitter": bytes(self._splitter.saveState().toBase64().data()).decode(),
            "columns": self._columns.save_state(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        self.compare.choose(str(state.get("measure", "")))
        self._splitter.restoreState(QByteArray.fromBase64(str(state.get("splitter", "")).encode()))
        self._columns.restore_state(state.get("columns"))

    def parts(self) -> dict[str, tuple[QWidget, ...]]:
        return {"runs.sweeps": (self.commands.view.button("sweeps"),)}

    def import_run(self, path: Path | None = None) -> None:
        self.transfers.import_run(path)

    def sweep_over(self, recipe: Recipe) -> None:
        self.sweeps.ask(recipe)

    def copy(self) -> None:
        """The rows of what is in front, as text; where the keyboard is in the settings that differ, these."""
        if self.commands.view.current == "sweeps":
            self.sweeps.view.copy()
        elif self.details.differences.hasFocus():
            self.details.differences.copy_rows()
        elif self.model.rows:
            self.table.copy_rows()
        else:
            self.tell("Nothing is copied: the table shows no runs.")

    # What is shown

    def _on_rows(self, rows: list[RunRow], *, in_trash: bool) -> None:
        self.model.editable = not in_trash
        self._rows = rows
        all_in_trash = not in_trash and not rows and not is_trash_empty()
        why = "The trash is empty." if in_trash else _ALL_IN_TRASH if all_in_trash else ""
        self.details.say_why_nothing("" if rows else why)
        self.filter.offer(all_tags(rows))
        if self._wanted & {row.path for row in rows}:
            if not self._wanted & {row.path for row in matching(rows, *self.filter.wanted)}:
                self.filter.clear()  # what is to be seen would be hidden
            self._show_rows()
            self.table.select(self._wanted)
            self._wanted = set()
        else:
            self._show_rows()
        if self.commands.view.current != "sweeps":
            some = bool(rows) or in_trash or all_in_trash or paths.is_folder(paths.sweeps())
            self._stack.setCurrentWidget(self._content if some else self._empty)

    def _show_rows(self) -> None:
        """Those of the runs that the filter lets through."""
        shown = matching(self._rows, *self.filter.wanted)
        self.table.show_rows(shown)
        self.filter.count(len(shown), len(self._rows))

    def _on_chosen(self, rows: list[RunRow]) -> None:
        self.commands.show_selection(rows, self.context.session.state)
        self.details.show_rows(rows, editable=self.model.editable)
        shown = [row.summary for row in rows[: len(STYLES)]]
        self.context.jobs.run(
            lambda: self._histories.curves_of(shown),
            lambda curves: self._on_curves(curves, len(rows)),
            key="runs.curves",
        )

    def _on_curves(self, curves: list[RunCurves], selected: int) -> None:
        self.compare.show_runs([each for each in curves if each.history.epoch_rows], selected)

    def _on_state(self) -> None:
        self.sweeps.view.show_buttons()
        self.commands.show_selection(self.table.selected(), self.context.session.state)
        if self._visible:
            self._soon.start()

    # What is done

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "resume": self._continue,
            "use": self._use,
            "duplicate": self._duplicate,
            "same_weights": self._same_weights,
            "sweep": self._sweep,
            "rename": lambda: self.table.rename(),
            "card": self._make_card,
            "export": self._export,
            "open_folder": self._open_folder,
            "trash": self._move_to_trash,
            "restore": lambda: self._restore([row.path for row in self.table.selected()]),
        }

    def _only(self) -> RunRow | None:
        rows = self.table.selected()
        return rows[0] if len(rows) == 1 else None

    def _continue(self) -> None:
        if (row := self._only()) is not None:
            self.context.show_page("train")
            self.context.session.continue_run(row.path, row.summary.epochs_to_add)

    def _use(self) -> None:
        row = self._only()
        if row is not None and (path := row.summary.model_path) is not None:
            self.context.models.choose_file(path)

    def _duplicate(self) -> None:
        row = self._only()
        if row is not None and row.summary.recipe is not None:
            self._propose(row.summary.recipe)

    def _same_weights(self) -> None:
        if (row := self._only()) is not None and row.summary.recipe is not None:
            self._propose(row.summary.recipe)
            self.context.messages.info(
                f"The recipe on Train is that of run {row.summary.number}. As long as you leave its network, its seed "
                "and its data as they are, a new run starts from the same weights: change anything else, and compare "
                "the two on Runs."
            )

    def _propose(self, recipe: Recipe) -> None:
        self.context.show_page("train")  # first: a page hears of recipes once it has been built
        self.context.session.recipe_proposed.emit(recipe)

    def _sweep(self) -> None:
        row = self._only()
        if row is not None and row.summary.recipe is not None:
            self.sweep_over(row.summary.recipe)

    def _show_run(self, run: Path) -> None:
        self._wanted = {run}
        self._choose_view("runs")

    def _choose_view(self, view: str) -> None:
        """One of the runs, the sweeps and the trash."""
        self.commands.show_view(view)

    def _on_view(self, view: str) -> None:
        self.sweeps.views.choose(view)
        if view == "sweeps":
            self.details.leave()
            self._stack.setCurrentWidget(self.sweeps.view)
        else:
            self._stack.setCurrentWidget(self._content)
        self.refresh()

    def _make_card(self) -> None:
        if (row := self._only()) is not None:
            self.context.jobs.run(
                lambda: read_card(row),
                lambda facts: self._show_card(row, facts),
                key="runs.card",
                doing="Making the card…",
            )

    def _show_card(self, row: RunRow, facts: CardFacts) -> None:
        CardDialog(self.context, facts, row.summary.number, self).open()

    def _export(self) -> None:
        if (row := self._only()) is not None:
            self.transfers.export(row)

    def _open_folder(self) -> None:
        if (row := self._only()) is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.path)))

    def _rename(self, row: RunRow, name: str) -> None:
        self._in_turn(lambda: Run.open(row.path).rename(name), lambda _result: self._show_everywhere(""))

    def _note(self, row: RunRow, notes: str) -> None:
        self._change(lambda: Run.open(row.path).set_notes(notes))

    def _tag(self, row: RunRow, tags: str) -> None:
        self._change(lambda: Run.open(row.path).set_tags(tags.split(",")))

    def _change(self, work: Callable[[], object]) -> None:
        """Write something on a worker, then show it."""
        self._in_turn(work, lambda _result: self.refresh())

    def _in_turn(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Do something to runs on a worker. Each change is made, in its turn, however fast they follow each other, and
        even if the window closes."""
        self._changes.append(lambda: partial(done, work()))
        self.context.jobs.run(self._do_next, lambda show: show(), self._on_failed, owed=True)

    def _do_next(self) -> Callable[[], None]:
        """On a worker: there are several, and a change that is older must not be made later. Returns how to show it."""
        with self._writing:
            return self._changes.popleft()()

    def _on_failed(self, error: Exception) -> None:
        self.context.messages.error(str(error))
        self.refresh()

    def _move_to_trash(self) -> None:
        paths = [row.path for row in self.table.selected()]
        self.details.leave()  # what has been typed goes with the run
        self._in_turn(lambda: _each(move_to_trash, paths), self._on_moved)

    def _on_moved(self, moved: tuple[list[Path], str]) -> None:
        places, problem = moved
        if places:
            names = ", ".join(path.name for path in places)
            what = f"Run {names} is" if len(places) == 1 else f"Runs {names} are"
            text = f"{what} in the trash now, and will be deleted after {KEPT_DAYS} days."
            self._told[text] = {path.name for path in places}
            self.context.messages.info(text, ("Undo", lambda: self._restore(places)))
        self._show_everywhere(problem)

    def _restore(self, places: list[Path]) -> None:
        self._in_turn(lambda: _each(restore, places), self._on_restored)

    def _on_restored(self, moved: tuple[list[Path], str]) -> None:
        places, problem = moved
        self._wanted = set(places)
        for text in [text for text, names in self._told.items() if names & {path.name for path in places}]:
            self.context.messages.dismiss(text)  # it is not true any more, whichever way they have been taken back
            del self._told[text]
        self._show_everywhere(problem)

    def _on_arrived(self, run: Path) -> None:
        self._show_run(run)
        self._show_everywhere("")

    def _show_everywhere(self, problem: str) -> None:
        """Show what there is now, here and where networks are chosen."""
        if problem:
            self.context.messages.error(problem)
        self.context.models.refresh()
        self.refresh()

    # Building

    def _lay_out(self) -> None:
        top = Panel()
        top.body.addWidget(self.commands)
        top.body.addWidget(self.transfers.row)
        top.body.addWidget(self.table, 1)
        self.details.setMinimumWidth(px(240))
        self._columns = Columns(None, self.compare, self.details, widths=(0, 336))
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setHandleWidth(2 * SPACING)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(top)
        self._splitter.addWidget(self._columns)
        self._splitter.setSizes([330, 330])
        self._content = self._splitter
        self._empty = EmptyState(
            "runs",
            "No runs yet",
            "Every training is kept here with its recipe, its curves and its networks: to continue it, to compare it "
            "with others, to look at its filters epoch by epoch.",
            "Train a network",
            lambda: self.context.show_page("train"),
        )
        self._stack = FrontStack()
        self._stack.addWidget(self._content)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.sweeps.view)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        self.table.chosen.connect(self._on_chosen)
        self.model.renamed.connect(self._rename)
        self.model.noted.connect(self._note)
        self.details.noted.connect(self._note)
        self.model.tagged.connect(self._tag)
        self.details.tagged.connect(self._tag)
        self.filter.changed.connect(self._show_rows)
        self.commands.view_chosen.connect(self._on_view)
        self.sweeps.views.chosen.connect(self._choose_view)
        self.context.sweeps.changed.connect(self._on_state)
        self.context.session.state_changed.connect(lambda _state: self._on_state())


def _each(move: Callable[[Path], Path], paths: list[Path]) -> tuple[list[Path], str]:
    """Where each of `paths` has been moved to, and what to say of the first that could not be."""
    moved, problem = [], ""
    for path in paths:
        try:
            moved.append(move(path))
        except CifarGuiError as error:
            problem = problem or str(error)
    return moved, problem
