"""The Train page: what the session, the data and the runs say goes to the widgets, and what the user asks for back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from cifar_gui.compute.device import DeviceStatus, devices
from cifar_gui.data.base import ImageData
from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import NETWORKS
from cifar_gui.recipe import Recipe
from cifar_gui.training.events import EpochReport, Event, Finished, Paused, SettingsChanged, SnapshotTaken, StepReport
from cifar_gui.training.history import History
from cifar_gui.ui.context import Context
from cifar_gui.ui.page import Page
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.train.controls import RunControls
from cifar_gui.ui.train.earlier import RunsWatch, load_history
from cifar_gui.ui.train.form_model import words
from cifar_gui.ui.train.live_panel import LivePanel
from cifar_gui.ui.train.middle import Middle
from cifar_gui.ui.train.recipe_panel import RecipePanel
from cifar_gui.ui.train.run_state import Situation, buttons
from cifar_gui.ui.trainer import Opened
from cifar_gui.ui.widgets.columns import Columns

_REDRAW_MS = 60  # the curves are drawn at most 17 times a second


class TrainPage(Page):
    """Recipe on the left, curves in the middle, the wall and the forming filters on the right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.controls, self.recipe_panel, self.live = RunControls(), RecipePanel(), LivePanel(context)
        self.middle = Middle(context)
        self.plots, self.form = self.middle.plots, self.recipe_panel.form
        self.runs = RunsWatch(context.jobs, self)
        self.situation = Situation()
        self._history = History()  # of the run on show
        self._trained: Recipe | None = None  # by that run, with what was changed while it ran
        self._draft: Recipe | None = None  # edited while a network trains
        self._diverged = self._then_pause = self._start_wanted = False
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(_REDRAW_MS)
        self._lay_out()
        self._connect()
        self.form.set_sources(context.data.available())
        context.jobs.run(devices, self._on_devices, key="train.devices")
        self.runs.refresh()
        self._adopt_session()

    # What the shell tells

    def on_event(self, event: Event) -> None:
        if isinstance(event, StepReport):
            self._show_position(event.epoch)
            self._redraw_soon()
        elif isinstance(event, EpochReport | SnapshotTaken):
            self._redraw_soon()
            if self.isVisible():
                self.live.show_snapshot(event.snapshot)
        elif isinstance(event, Paused):
            self._show_title(f"paused; the next learning rate is {event.lr:.3g}")
            self._set(lr=event.lr)
        elif isinstance(event, SettingsChanged):
            self._on_settings_changed(event)
        elif isinstance(event, Finished):
            self._diverged = event.reason == "diverged"
            self._show_title(event.message or _ENDS[event.reason])
            self._redraw_soon()

    def on_data(self, data: ImageData | None) -> None:
        if data is None:
            return
        self.form.set_sources(self.context.data.available())
        self.live.set_data(data)
        self.middle.on_loaded()
        self._redraw_soon()

    def on_theme(self) -> None:
        self.plots.diagnosis.draw()

    def page_shown(self) -> None:
        self.runs.refresh()
        self.middle.choose(self.form.last_valid.data)
        self._redraw_soon()
        self._watch()

    def page_hidden(self) -> None:
        self.live.watch(watching=False)

    def start_training(self) -> None:
        """Start, continue, or go on after a pause; waits for the list of runs if it is not there yet."""
        if self.context.session.state == "paused":
            self.context.session.resume()
        elif self.runs.all is None:
            self._start_wanted = True
        else:
            self.press("start")

    def get_data(self, source: str = "") -> None:
        """Show the three ways to data, or use what is at the path `source`."""
        self.middle.show_cards()
        if source:
            self.middle.use(source)

    def save_state(self) -> dict[str, Any]:
        return {
            "recipe": (self._draft or self.form.last_valid).to_dict(),
            "columns": self.columns.save_state(),
            "smooth": self.plots.smooth.isChecked(),
            "log": self.plots.log.isChecked(),
            "more": self.form.more.isChecked(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        self.columns.restore_state(state.get("columns"))
        for name, switch in (("smooth", self.plots.smooth), ("log", self.plots.log), ("more", self.form.more)):
            switch.setChecked(state.get(name) is True)
        recipe = _recipe_in(state.get("recipe"))
        if recipe is not None and self.context.session.state == "idle":
            self.recipe_panel.show_recipe(recipe)
            self.middle.choose(recipe.data)

    # What the user asks for

    def press(self, name: str) -> None:
        """Do what a button says, if it may be pressed."""
        session = self.context.session
        if not buttons(self.situation)[name].enabled:
            return
        requests: dict[str, Callable[[], object]] = {
            "start": self._start_or_continue,
            "new_run": self._start_new,
            "pause": session.resume if session.state == "paused" else session.pause,
            "stop": session.stop,
            "one_more": self._one_more,
            "watch_live": self.context.models.watch_live,
        }
        requests[name]()

    def _start_or_continue(self) -> None:
        run = self.runs.unfinished
        if run is None:
            self._start_new()
        else:
            self.context.session.continue_run(run.path)

    def _start_new(self) -> None:
        recipe = self.form.recipe
        if recipe is not None:
            self.context.session.start(recipe)

    def _one_more(self) -> None:
        """One epoch of the run under way, or, when nothing trains, of the newest one."""
        session, latest = self.context.session, self.runs.latest
        if session.state != "idle":
            session.one_more_epoch()
        elif latest is not None:
            self._then_pause = latest.unfinished
            session.continue_run(latest.path, extra_epochs=0 if latest.unfinished else 1)

    def _on_copy_toggled(self) -> None:
        copying = not self.situation.copying
        if not copying:
            self._draft = self.form.last_valid
        recipe = (self._draft or self._trained) if copying else self._trained
        if recipe is not None:
            self.recipe_panel.show_recipe(recipe)
        self._set(copying=copying)

    def _on_edited(self) -> None:
        if self.form.last_valid.data != self.middle.chosen.source:
            self.middle.choose(self.form.last_valid.data)
        self._refresh()

    def _on_earlier_chosen(self, path: str) -> None:
        if not path:
            self.plots.show_earlier(None)
            return
        label = Path(path).name
        self.context.jobs.run(
            lambda: load_history(Path(path)),
            lambda history: self.plots.show_earlier(history, label),
            key="train.earlier",
        )

    def _put_source(self, source: str) -> None:
        self.recipe_panel.show_recipe(self.form.last_valid.changed(data=source))
        self.middle.choose(source)

    # What the session, the runs and the data say

    def _adopt_session(self) -> None:
        """Show a run that was begun before this page was built."""
        session = self.context.session
        if session.run is not None and session.recipe is not None:
            self._show_run(session.run.number, session.recipe, session.history)
        self._on_state(session.state)

    def _on_opened(self, opened: Opened) -> None:
        self._diverged = False
        self.live.clear()
        self.live.set_data(opened.data)
        self.middle.show_plots()
        self._show_run(opened.run.number, opened.recipe, self.context.session.history)

    def _show_run(self, number: str, recipe: Recipe, history: History) -> None:
        self._history, self._trained = history, recipe
        if not self.situation.copying:
            self.recipe_panel.show_recipe(recipe)
        self.plots.offer_earlier(self.runs.comparable(but=number))
        self._set(run=number)
        self._show_title("")
        self._redraw_soon()

    def _on_state(self, state: str) -> None:
        if state == "running" and self._then_pause:
            self._then_pause = False
            self.context.session.one_more_epoch()
        if state == "idle":
            self._then_pause = False
            self._show_position(None)
            self.runs.refresh()
        if state in ("starting", "running"):
            self._show_title("")
        copying = self.situation.copying and state != "idle"
        self._set(state=state, copying=copying, lr=self.situation.lr if state == "paused" else None)
        self._watch()

    def _on_settings_changed(self, event: SettingsChanged) -> None:
        if self._trained is None:
            return
        self._trained = self._trained.changed(lr=event.lr, epochs=event.epochs)
        if not self.situation.copying:
            self.recipe_panel.show_recipe(self._trained)
            self.form.set_locked(locked=True)
        self._redraw_soon()

    def _on_runs(self) -> None:
        self.plots.offer_earlier(self.runs.comparable(but=self.situation.run if self._trained else ""))
        unfinished, latest = self.runs.unfinished, self.runs.latest
        if self._trained is None and unfinished is not None and unfinished.recipe is not None:
            self._show_unfinished(unfinished.path, unfinished.number, unfinished.recipe)
        self._set(
            unfinished=(unfinished.number, unfinished.epochs_done, unfinished.epochs_planned) if unfinished else None,
            run=self.situation.run or (latest.number if latest else ""),
        )
        if self._start_wanted:
            self._start_wanted = False
            self.press("start")

    def _show_unfinished(self, path: Path, number: str, recipe: Recipe) -> None:
        """After a stop, a crash or a kill the curves are there again, before anything is pressed."""

        def show(history: History) -> None:
            if self._trained is None:
                self._history, self._trained = history, recipe
                self._set(run=number)
                self._show_title("not finished")
                self._redraw_soon()

        self.context.jobs.run(lambda: load_history(path), show, lambda _error: None, key="train.unfinished")

    def _on_devices(self, found: list[DeviceStatus]) -> None:
        self.form.set_devices([(each.name, words(each.name)) for each in found if each.usable])

    # Showing it

    def _set(self, **changes: Any) -> None:
        self.situation = replace(self.situation, **changes)
        self._refresh()

    def _refresh(self) -> None:
        """Name and allow the buttons, lock the fields, and say why something cannot be pressed."""
        problem = "" if self.form.recipe is not None else "Correct the marked fields of the recipe first."
        self.situation = replace(self.situation, problem=problem or self.middle.problem)
        self.controls.show_situation(self.situation)
        self.recipe_panel.show_copy(buttons(self.situation)["edit_copy"])
        self.form.set_locked(locked=self.situation.state != "idle" and not self.situation.copying)

    def _show_title(self, note: str) -> None:
        recipe, number = self._trained, self.situation.run
        if recipe is None or not number:
            self.controls.show_title("", "")
            return
        data = dict(self.context.data.available()).get(recipe.data, Path(recipe.data).name)
        settings = {"custom": "own settings"}.get(recipe.preset, f"{recipe.preset} preset")
        what = f"{NETWORKS.entry(recipe.network).label} on {data}, {settings}"
        self.controls.show_title(f"Run {number}", f"{what} · {note}" if note else what)

    def _show_position(self, epoch: float | None) -> None:
        epochs = self._trained.epochs if self._trained else 1
        show = epoch is not None and not self.situation.copying
        self.recipe_panel.schedule.show_position(epoch / epochs if show and epoch is not None else None)

    def _redraw_soon(self) -> None:
        if self.isVisible() and not self._redraw.isActive():
            self._redraw.start()

    def _draw(self) -> None:
        data, recipe = self.context.data.current, self._trained or self.form.last_valid
        classes = len(data.class_names) if data is not None else 10
        self.plots.show_history(self._history, epochs=recipe.epochs, classes=classes, diverged=self._diverged)

    def _watch(self) -> None:
        self.live.watch(watching=self.isVisible() and self.context.session.state == "running")

    def _lay_out(self) -> None:
        self.columns = Columns(
            self.recipe_panel, self.middle, self.live, titles=("Recipe", "Pictures"), widths=(256, 268)
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(2 * SPACING)
        layout.addWidget(self.controls)
        layout.addWidget(self.columns, 1)

    def _connect(self) -> None:
        session = self.context.session
        self._redraw.timeout.connect(self._draw)
        self.controls.pressed.connect(self.press)
        self.form.edited.connect(self._on_edited)
        self.form.data_wanted.connect(self.middle.show_cards)
        self.form.lr_committed.connect(session.set_lr)
        self.form.epochs_committed.connect(session.set_epochs)
        self.recipe_panel.copy_toggled.connect(self._on_copy_toggled)
        self.recipe_panel.look_wanted.connect(lambda: self.middle.show_look(self.form.last_valid))
        self.plots.earlier_chosen.connect(self._on_earlier_chosen)
        self.middle.source_chosen.connect(self._put_source)
        self.middle.changed.connect(self._refresh)
        session.opened.connect(self._on_opened)
        session.state_changed.connect(self._on_state)
        self.runs.changed.connect(self._on_runs)


_ENDS = {
    "completed": "finished",
    "stopped": "stopped; everything is kept",
    "early": "stopped early: no better epoch came",
    "diverged": "stopped: the loss ran away",
}


def _recipe_in(value: object) -> Recipe | None:
    """The recipe remembered, if it still makes sense."""
    if not isinstance(value, dict):
        return None
    try:
        recipe = Recipe.from_dict(value)
    except (RecipeError, TypeError):
        return None
    return recipe if recipe.network in NETWORKS else None
