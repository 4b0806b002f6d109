"""The Train page: what the session, the data and the runs say goes to the widgets, and what the user asks for back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.compute.device import DeviceStatus, devices
from cifar_gui.data.base import ImageData
from cifar_gui.recipe import Recipe
from cifar_gui.runs import RunSummary
from cifar_gui.training.events import EpochReport, Event, SettingsChanged, SnapshotTaken, StepReport
from cifar_gui.training.history import History
from cifar_gui.ui.context import Context
from cifar_gui.ui.own_design import remembered
from cifar_gui.ui.page import Page
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.train.controls import RunControls
from cifar_gui.ui.train.live_panel import LivePanel
from cifar_gui.ui.train.middle import Middle
from cifar_gui.ui.train.minutes_dialog import MinutesDialog
from cifar_gui.ui.train.recipe_panel import RecipePanel
from cifar_gui.ui.train.run_display import RunDisplay
from cifar_gui.ui.train.run_state import buttons
from cifar_gui.ui.train.shown_run import remembered_recipe
from cifar_gui.ui.trainer import Opened
from cifar_gui.ui.widgets.columns import Columns
from cifar_gui.words import choice_words


class TrainPage(Page):
    """Recipe on the left, curves in the middle, the wall and the forming filters on the right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.controls, self.recipe_panel, self.live = RunControls(), RecipePanel(), LivePanel(context)
        self.middle = Middle(context)
        self.plots, self.form = self.middle.plots, self.recipe_panel.form
        self.display = RunDisplay(self, context, self.controls, self.recipe_panel, self.middle)
        self.shown, self.runs = self.display.shown, self.display.runs
        self.form.own_design = lambda: remembered(context.settings)
        self._has_own_recipe = False  # remembered or edited, not the one that a new form begins with
        self._wanted = ""  # the button that waits to be pressed until runs and data are known
        self._lay_out()
        self._connect()
        self.form.set_sources(context.data.available())
        context.jobs.run(devices, self._on_devices, key="train.devices")
        self.runs.refresh()
        self._adopt_session()

    # What the shell tells

    def on_event(self, event: Event) -> None:
        if isinstance(event, StepReport):
            self.display.show_position(event.epoch)
        elif isinstance(event, EpochReport | SnapshotTaken) and self.isVisible():
            self.live.show_snapshot(event.snapshot)
            self.middle.layers.show_snapshot(event.snapshot)
        if self.shown.on_event(event):
            if isinstance(event, SettingsChanged):
                self.display.show_recipe()
            self.display.refresh()
        else:
            self.display.redraw_soon()

    def on_data(self, data: ImageData | None) -> None:
        if data is None:
            return
        self.form.set_sources(self.context.data.available())
        self._set_data(self.context.session.data if self._training else data)
        self.middle.on_loaded()
        self.display.redraw_soon()

    def on_theme(self) -> None:
        self.plots.diagnosis.draw()

    def page_shown(self) -> None:
        self.runs.refresh()
        self.recipe_panel.refresh()  # one's own design may be another by now
        self.middle.choose(self.form.last_valid.data)
        self.display.redraw_soon()
        self._watch()

    def page_hidden(self) -> None:
        self.live.watch(watching=False)

    def start_training(self) -> None:
        """Start, continue, or go on after a pause; waits until runs and data are known. What is in the way is shown."""
        if self.context.session.state == "paused":
            self.context.session.resume()
            return
        self._do("start")

    def one_more_epoch(self) -> None:
        self._do("one_more")

    def get_data(self, source: str = "") -> None:
        """Show the three ways to data, or use what is at the path `source`."""
        self.middle.show_cards()
        if source:
            self.middle.use(source)

    def save_state(self) -> dict[str, Any]:
        return {
            "recipe": self.shown.to_remember(self.form.last_valid, training=self._training).to_dict(),
            "columns": self.columns.save_state(),
            "smooth": self.plots.smooth.isChecked(),
            "log": self.plots.log.isChecked(),
            "more": self.form.more.isChecked(),
            "layers": self.middle.layers.toggle.isChecked(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        self.columns.restore_state(state.get("columns"))
        switches = {"smooth": self.plots.smooth, "log": self.plots.log, "more": self.form.more}
        for name, switch in {**switches, "layers": self.middle.layers.toggle}.items():
            switch.setChecked(state.get(name) is True)
        recipe = remembered_recipe(state.get("recipe"))
        if recipe is not None and self.context.session.state == "idle":
            self._fill_form(recipe)

    def keep(self) -> Callable[[], object]:
        state, recipe = self.save_state(), self.form.last_valid
        training, number = self._training, self.shown.number
        draft, copying = self.shown.draft, self.shown.copying

        def bring_back() -> None:
            self.restore_state(state)  # the recipe, too, unless a network trains
            if self._training and training and self.shown.number == number:
                self.shown.draft, self.shown.copying = draft, copying
                self._fill_form(recipe if copying else self.shown.recipe or recipe)
            elif self._training:
                self.shown.propose(recipe, training=True)
                self._fill_form(recipe)
            self.display.refresh()

        return bring_back

    def parts(self) -> dict[str, tuple[QWidget, ...]]:
        return {
            "train.settings": (self.form.folded,),
            "train.rates": (self.form.find_lr,),
            "train.sweep": (self.recipe_panel.sweep,),
        }

    @property
    def _training(self) -> bool:
        return self.context.session.state != "idle"

    # What the user asks for

    def press(self, name: str) -> None:
        """Do what a button says, if it may be pressed."""
        session = self.context.session
        if not buttons(self.display.situation)[name].enabled:
            return
        requests: dict[str, Callable[[], object]] = {
            "start": self._start_or_continue,
            "new_run": self._start_new,
            "pause": session.resume if session.state == "paused" else session.pause,
            "stop": session.stop,
            "one_more": lambda: session.one_more_epoch(self.runs.latest),
            "watch_live": self.context.models.watch_live,
            "find_lr": lambda: self.middle.show_rates(self.form.last_valid),
        }
        requests[name]()

    def _start_or_continue(self) -> None:
        if (run := self.runs.unfinished) is not None:
            self.context.session.continue_run(run.path)
        else:
            self._start_new()

    def _start_new(self) -> None:
        if (recipe := self.form.recipe) is not None:
            self.context.session.start(recipe)

    def _on_copy_toggled(self) -> None:
        recipe = self.shown.toggle_copy(self.form.last_valid)
        if recipe is not None:
            self._fill_form(recipe)
        self.display.refresh()

    def _on_edited(self) -> None:
        self._has_own_recipe = True
        if self.form.last_valid.data != self.middle.chosen.source:
            self.middle.choose(self.form.last_valid.data)
        self.middle.rates.show_recipe(self.form.last_valid)
        self.display.refresh()

    def _put_lr(self, lr: float) -> None:
        self._fill_form(self.form.last_valid.with_lr(lr))
        self.display.refresh()

    def _put_source(self, source: str) -> None:
        if self.middle.focusWidget() is self.focusWidget():  # the button of the card, which has gone
            self.controls.take_focus()
        self._fill_form(self.form.last_valid.changed(data=source))

    def _on_minutes_wanted(self) -> None:
        if self._training:
            self.context.messages.warn(
                "How fast this machine is cannot be seen while a network trains on it. Stop the run or let it end.",
                topic="training",
            )
            return
        if self.middle.rates.search.busy:
            self.context.messages.warn(
                "How fast this machine is cannot be seen while it looks for a learning rate. Wait, or cancel that.",
                topic="training",
            )
            return
        dialog = MinutesDialog(self.context.jobs, self.form.last_valid, self)
        dialog.chosen.connect(self._on_minutes_chosen)
        dialog.open()

    def _on_minutes_chosen(self, recipe: Recipe) -> None:
        self._fill_form(recipe)
        self.display.refresh()

    def _on_proposed(self, recipe: Recipe) -> None:
        """Another page has a recipe to look at: while a network trains it becomes the copy."""
        self.shown.propose(recipe, training=self._training)
        self._fill_form(recipe)
        self.display.refresh()

    def _fill_form(self, recipe: Recipe) -> None:
        """Another recipe comes into the form: see whether its data is there."""
        self._has_own_recipe = True
        self.recipe_panel.show_recipe(recipe)
        self.middle.rates.show_recipe(recipe)
        self.middle.choose(recipe.data)

    # What the session, the runs and the data say

    def _adopt_session(self) -> None:
        """Show a run that was begun before this page was built."""
        session = self.context.session
        if session.run is not None and session.recipe is not None:
            self._set_data(session.data)
            self._show_run(session.run.number, session.recipe, session.history)
        self._on_state(session.state)

    def _on_opened(self, opened: Opened) -> None:
        self.live.clear()
        self.middle.layers.clear()
        self._set_data(opened.data)
        self.middle.show_plots()
        self._show_run(opened.run.number, opened.recipe, self.context.session.history, len(opened.data.class_names))

    def _set_data(self, data: ImageData | None) -> None:
        self.live.set_data(data)
        self.middle.layers.set_data(data)

    def _show_run(self, number: str, recipe: Recipe, history: History, classes: int = 10) -> None:
        self.shown.show(number, recipe, history, classes=classes)
        self.display.show_recipe()
        self.display.refresh()

    def _on_state(self, state: str) -> None:
        self.shown.on_state(state)
        if state == "idle":
            self.display.show_position(None)
            self.runs.refresh()
        else:
            self.middle.rates.search.cancel()
        self.display.refresh()
        self._watch()

    def _on_runs(self) -> None:
        if self.shown.recipe is None:
            self.runs.load_unfinished(self._show_unfinished)
        self.display.refresh()
        self._do(self._wanted)

    def _on_data_known(self) -> None:
        self.display.refresh()
        self._do(self._wanted)

    def _do(self, name: str) -> None:
        """Press a button from afar, as soon as it is known what it would do; show what is in its way."""
        self._wanted = name
        if name and not self.middle.chosen.source:  # the page has not been shown yet, so nobody has looked
            self.middle.choose(self.form.last_valid.data)
        if not name or self.runs.all is None or not self.middle.chosen.known:
            return
        self._wanted = ""
        look = buttons(self.display.situation)[name]
        if look.enabled:
            self.press(name)
            return
        self.context.show_page("train")
        if name == "start" and self.form.recipe is None:
            self.form.focus_problem()
        if self.middle.shows_cards:  # they say it themselves
            self.middle.cards.setFocus()
        else:
            self.context.messages.warn(f"Nothing was started. {look.tip}", topic="training")

    def _show_unfinished(self, run: RunSummary, history: History) -> None:
        """After a stop, a crash or a kill the curves are there again, before anything is pressed."""
        if self.shown.recipe is None and run.recipe is not None:
            if not self._has_own_recipe:
                self._fill_form(run.recipe)
            self.shown.show(run.number, run.recipe, history, "not finished", run.record.classes)
            self.shown.held_out = run.record.validation_pictures
            self.display.refresh()

    def _on_devices(self, found: list[DeviceStatus]) -> None:
        self.form.set_devices([(each.name, choice_words(each.name)) for each in found if each.usable])

    def _watch(self) -> None:
        self.live.watch(watching=self.isVisible() and self.context.session.state == "running")

    def _lay_out(self) -> None:
        self.columns = Columns(
            self.recipe_panel, self.middle, self.live, titles=("Recipe", "Pictures"), widths=(280, 268)
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(2 * SPACING)
        layout.addWidget(self.controls)
        layout.addWidget(self.columns, 1)

    def _connect(self) -> None:
        session = self.context.session
        self.controls.pressed.connect(self.press)
        self.form.edited.connect(self._on_edited)
        self.form.data_wanted.connect(self.middle.show_cards)
        self.form.minutes_wanted.connect(self._on_minutes_wanted)
        self.form.lr_wanted.connect(lambda: self.press("find_lr"))
        self.form.lr_committed.connect(session.set_lr)
        self.form.epochs_committed.connect(session.set_epochs)
        self.recipe_panel.copy_toggled.connect(self._on_copy_toggled)
        self.recipe_panel.sweep_wanted.connect(lambda: self.context.sweep_over(self.form.last_valid))
        self.recipe_panel.look_wanted.connect(lambda: self.middle.show_look(self.form.last_valid))
        self.middle.source_chosen.connect(self._put_source)
        self.middle.changed.connect(self._on_data_known)
        self.middle.rates.used.connect(self._put_lr)
        self.middle.rates.search.busy_changed.connect(self.display.refresh)
        session.opened.connect(self._on_opened)
        session.state_changed.connect(self._on_state)
        session.recipe_proposed.connect(self._on_proposed)
        self.runs.changed.connect(self._on_runs)
