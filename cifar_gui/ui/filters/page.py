"""What the filters of every convolution layer look like, now and epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.errors import CifarGuiError, DataError
from cifar_gui.explain.base import Subject
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.layers import ConvLayer, architecture_of, class_layer, filter_layers, first_learned_layer
from cifar_gui.ui.epoch_bar import EpochBar
from cifar_gui.ui.epoch_replay import EpochReplay
from cifar_gui.ui.filters.answers import Answer, Answers
from cifar_gui.ui.filters.detail import UnitDetail
from cifar_gui.ui.filters.grid_panel import GridPanel
from cifar_gui.ui.filters.layer_list import LayerList
from cifar_gui.ui.filters.material import Material
from cifar_gui.ui.filters.pace import Pace
from cifar_gui.ui.filters.picture_choice import PictureChoice
from cifar_gui.ui.filters.unit_control import UnitControl
from cifar_gui.ui.held_out import HeldOutPictures
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.model_choices import LIVE
from cifar_gui.ui.page import Page
from cifar_gui.ui.widgets.columns import Columns
from cifar_gui.ui.widgets.empty import EmptyState
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.tab_order import follow_layouts

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData
    from cifar_gui.ui.context import Context

_LIVE_MS = 500
"""While it trains, pictures are drawn anew at most so often."""


class FiltersPage(Page):
    """Layers on the left, their filters in the middle, the chosen one on the right, the epochs below."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._snapshot: ModelSnapshot | None = None
        self._answered: Answer | None = None  # what the grid shows
        self._wanted_layer = ""  # name of the layer that is shown, or is to be as soon as there is one of that name
        self._wanted_unit: int | None = None  # of that layer, as soon as it is shown
        self._visible = False
        self._dirty = False  # whether the layers of the snapshot are yet to be found
        self._lacks_pictures = False  # what is wanted needs a data set, and there is none
        self._listed = ""  # the architecture whose layers are in the list
        self.layers = LayerList()
        self.layers.setObjectName("filters.layers")
        self.grid_panel = GridPanel()
        self.choice = PictureChoice()
        self.material = Material(context, self)
        self.held_out = HeldOutPictures(context, self)
        self.detail = UnitDetail()
        self._answers = Answers()
        self._drawing = LongWork(context.jobs, "filters.grid", self)
        self._unit = UnitControl(context, self.detail, self.material, self.held_out, self)
        self.epochs = EpochBar()
        self.epochs.slider.setObjectName("filters.epoch")
        self._replay = EpochReplay(context, self.epochs, self)
        self._pace = Pace(self._look, _LIVE_MS, self)
        self._live = QTimer(self)
        self._live.setInterval(_LIVE_MS)
        self._live.timeout.connect(self._on_live_tick)
        self._build()
        self._connect()

    def on_model(self, snapshot: ModelSnapshot | None) -> None:
        self._snapshot = snapshot
        if snapshot is None or not self._visible:  # else they are looked for again now
            self.context.jobs.cancel("filters.layers")
        self._dirty = True
        if not (self._visible and self.grid_panel.slow):  # else when what takes long is there
            self.epochs.arrived()
        self._replay.set_snapshot(snapshot)
        if self._visible:
            self._pace.ask() if self._is_live() else self._pace.now()

    def on_data(self, data: ImageData | None) -> None:
        self.material.on_data(data)
        if data is not None and self._lacks_pictures:
            self._on_held_out()
        else:
            self._offer_these_pictures()
        self._show_unit()

    def page_shown(self) -> None:
        self._visible = True
        self.material.ensure_subject()
        self._replay.show()
        self._follow_training()
        if self._dirty or self._snapshot is None:
            self._pace.now()

    def page_hidden(self) -> None:
        self._visible = False
        self._live.stop()
        self._pace.cancel()
        self.epochs.stop()
        self._dirty = self._dirty or self._drawing.running
        self.context.jobs.cancel("filters.layers")
        self._drawing.cancel()
        self._unit.stop()

    def save_state(self) -> dict[str, Any]:
        return {
            **self.grid_panel.save_state(),
            "layer": self._wanted_layer,
            "columns": self._columns.save_state(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        self._wanted_layer = str(state.get("layer", ""))
        self._columns.restore_state(state.get("columns"))
        self.grid_panel.restore_state(state)

    def keep(self) -> Callable[[], object]:
        restore = super().keep()

        def bring_back() -> None:
            restore()
            self._dirty = True
            if self._visible:
                self._pace.now()

        return bring_back

    def parts(self) -> dict[str, tuple[QWidget, ...]]:
        return {"filters.picture": (self.choice,)}

    def show_layer(self, name: str, unit: int | None = None) -> None:
        if name:
            self._wanted_layer, self._wanted_unit = name, unit
            self.layers.choose(name)
            self._choose_wanted_unit()

    def copy(self) -> None:
        """The numbers where they have the focus, else the grid; where neither is to be seen, it is said why not."""
        if self.detail.numbers.hasFocus():
            self.detail.numbers.copy_rows()
        elif why_not := self._why_no_grid():
            self.tell(f"Nothing is copied: {why_not}")
        else:
            self.grid_panel.copy_picture()

    def save(self) -> None:
        """The grid as a PNG; where there is none to be seen, it is said why not."""
        if why_not := self._why_no_grid():
            self.tell(f"Nothing is saved: {why_not}")
        else:
            self.grid_panel.save_picture()

    def _why_no_grid(self) -> str:
        """Why there is no grid to copy or save, as the end of a sentence; "" if there is one."""
        if self._stack.currentWidget() is not self._content:
            return "no network is shown."
        if self.grid_panel.is_waiting:
            return "the pictures are still being worked out."
        return "" if not self.grid_panel.picture().isNull() else "no pictures are shown."

    # --- building

    def _build(self) -> None:
        panel = Panel("Layers")
        panel.explain("filters#the-layers", "the layers")
        panel.body.addWidget(self.layers, 1)
        panel.body.addWidget(self.choice)
        self._columns = Columns(panel, self.grid_panel, self.detail, titles=("Layers", "Filter"), widths=(196, 262))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self._columns, 1)
        column.addWidget(self.epochs)
        self._content = content
        self._empty = QWidget()
        QVBoxLayout(self._empty)
        self._stack = FrontStack()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        self.layers.layer_chosen.connect(self._on_layer_chosen)
        self.grid_panel.wanted.connect(self._request_pictures)
        self.grid_panel.cancelled.connect(self._on_given_up)
        self.grid_panel.covered.connect(self._on_grid_covered)
        self.grid_panel.unit_chosen.connect(lambda _unit: self._show_unit())
        self._unit.layer_examined.connect(self.grid_panel.show_findings)
        self._drawing.progressed.connect(self.grid_panel.show_progress)
        for moved in (self.grid_panel.refilled, self._columns.rearranged):
            moved.connect(lambda: follow_layouts(self._content))
        follow_layouts(self._content)
        self._connect_material()
        self.grid_panel.saved.connect(self._on_saved)
        self.grid_panel.save_failed.connect(self._on_save_failed)
        self.context.session.state_changed.connect(lambda _state: self._follow_training())

    def _connect_material(self) -> None:
        self.choice.random_wanted.connect(self.material.take_random)
        self.choice.opened.connect(self.material.open)
        self.choice.refused.connect(self.context.messages.warn)
        self.material.subject_changed.connect(self._on_subject)
        self.held_out.came.connect(self._on_held_out)
        self.held_out.missing.connect(self._say_no_pictures)

    # --- what is shown

    def _look(self) -> None:
        """Find the layers of the snapshot on a worker, then show them."""
        snapshot = self._snapshot
        if snapshot is None:
            self._show_empty(
                "filters",
                "No network yet",
                "Choose a model above, or train one: its filters appear here as they form.",
                "Train a network",
            )
            return

        def on_found(found: tuple[list[ConvLayer], ConvLayer, ConvLayer | None]) -> None:
            self._dirty = snapshot is not self._snapshot
            self._listed = architecture_of(snapshot)
            self._on_layers(*found)

        self.context.jobs.run(
            lambda: (filter_layers(snapshot), class_layer(snapshot), first_learned_layer(snapshot)),
            on_found,
            key="filters.layers",
        )

    def _on_layers(self, filters: list[ConvLayer], classes: ConvLayer, first: ConvLayer | None) -> None:
        layers = [*filters, classes]
        chosen = next(
            (layer for layer in layers if self._wanted_layer in (layer.name, layer.label)), first or layers[0]
        )
        self.layers.show_layers(layers, chosen)
        self._stack.setCurrentWidget(self._content)
        self._on_layer_chosen(chosen)

    def _on_layer_chosen(self, layer: ConvLayer) -> None:
        if self._wanted_layer not in (layer.name, layer.label):
            self._wanted_unit = None
        self._wanted_layer = layer.key
        self.grid_panel.set_layer(layer)
        if self._is_live() and self.grid_panel.slow and self._shows_wanted():
            # a fresh snapshot comes twice a second: what takes long waits to be asked
            self.grid_panel.offer_to_renew("These pictures are of an earlier moment of the training")
        else:
            self._request_pictures()

    def _shows_wanted(self) -> bool:
        """Whether the grid shows, or is being worked out for, what is wanted, of this network or one before it."""
        answer, request = self._answered, self.grid_panel.request()
        if self._drawing.running:
            return True
        if answer is None or request is None or answer.view != self.grid_panel.view:
            return False
        return (answer.request.layer, answer.request.order) == (request.layer, request.order)

    def _request_pictures(self) -> None:
        snapshot, panel = self._snapshot, self.grid_panel
        request = panel.request()
        if snapshot is None or request is None or self._listed != architecture_of(snapshot):
            return  # of another network, whose layers are being looked for, this is asked again when they are there
        self._drawing.cancel()
        self._lacks_pictures = False
        if panel.needs_picture:
            if self.material.subject is None:
                self.material.ensure_subject()  # what follows asks again
                return
            request = replace(request, picture=self.material.subject)
        if panel.needs_pictures:
            pictures = self._wanted_pictures(snapshot)
            if pictures is None:
                return
            request = replace(request, pictures=pictures)
        view = panel.view
        self._drawing.start(
            lambda progress: self._answers.answer(snapshot, view, request, progress),
            self._on_pictures,
            self._on_failed,
            doing=panel.doing,
        )

    def _wanted_pictures(self, snapshot: ModelSnapshot) -> HeldOut | None:
        """The held-out pictures; if there are none yet, they are asked for, or it is said why there are none."""
        try:
            pictures = self.held_out.of(snapshot.card)
        except DataError as error:
            self._say_no_pictures(str(error))
            return None
        if pictures is None:
            self.grid_panel.show_waiting("Reading the validation pictures")
            self.held_out.ask(snapshot.card)
        return pictures

    def _on_held_out(self) -> None:
        """There are the pictures that were lacking; nothing long is begun for a page that nobody sees."""
        if self._visible:
            self._request_pictures()
        else:
            self._dirty = True

    def _offer_these_pictures(self) -> None:
        """If what is shown was found among other held-out pictures than there are now."""
        shown = self._answered.request.pictures if self._answered is not None else None
        if self._answered is None or shown is None:
            return
        now = self.held_out.known(self._answered.snapshot.card)
        if now is not None and now.split.fingerprint != shown.split.fingerprint:
            self.grid_panel.offer_to_renew(f"This was found among the pictures of {shown.name}, not of {now.name}")

    def _say_no_pictures(self, why: str) -> None:
        self.epochs.stop()
        self._lacks_pictures = True
        get_data = self.context.actions["get_data"].trigger
        self.grid_panel.show_empty("data", "This needs pictures", why, "Get data", get_data)

    def _on_failed(self, error: CifarGuiError) -> None:
        self.epochs.stop()
        self.grid_panel.show_empty("filters", "Not possible", str(error), "Try again", self._request_pictures)

    def _on_given_up(self) -> None:
        self._drawing.cancel()
        self.material.give_up()
        self.held_out.give_up()
        self.context.data.cancel()
        self.epochs.stop()
        self.grid_panel.show_empty(
            "filters",
            "Not worked out",
            "It was given up. What has been worked out once is there at once the next time.",
            "Try again",
            self._request_pictures,
        )

    def _on_grid_covered(self) -> None:
        """A unit of another layer or network would be taken for one of what is being worked out."""
        request, snapshot = self.grid_panel.request(), self._snapshot
        if request is not None and snapshot is not None and not self._unit.is_of(snapshot, request.layer):
            self._answered = None
            self._unit.stop()
            self._show_unit()

    def _on_subject(self, subject: Subject) -> None:
        self.choice.show_subject(subject)
        if not self._visible:
            self._dirty = True  # while somebody paints on Classify, one comes with every stroke
        elif self.grid_panel.needs_picture:
            self._request_pictures()
        else:
            self._show_unit()

    def _on_pictures(self, answer: Answer) -> None:
        self._answered = answer
        self.grid_panel.show_sheet(answer.sheet)
        self._choose_wanted_unit()
        self._offer_these_pictures()
        self.epochs.arrived()
        self._show_unit()

    def _choose_wanted_unit(self) -> None:
        answer = self._answered
        if self._wanted_unit is not None and answer is not None and answer.request.layer.name == self._wanted_layer:
            self.grid_panel.grid.choose(self._wanted_unit)
            self._wanted_unit = None

    def _show_unit(self) -> None:
        """What can be said of the chosen unit."""
        self._unit.show(self._answered, self.grid_panel.grid.chosen)

    def _show_empty(self, symbol: str, title: str, text: str, label: str, page: str = "train") -> None:
        layout = self._empty.layout()
        while layout is not None and (item := layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        state = EmptyState(symbol, title, text, label, lambda: self.context.show_page(page))
        if layout is not None:
            layout.addWidget(state)
        self._stack.setCurrentWidget(self._empty)

    # --- epochs and training

    def _is_live(self) -> bool:
        current = self.context.models.current
        return current is not None and current.key == LIVE

    def _follow_training(self) -> None:
        """Ask for fresh snapshots while they are wanted and can come."""
        if self._visible and self.context.session.state == "running":
            self._live.start()
        else:
            self._live.stop()

    def _on_live_tick(self) -> None:
        if self._is_live():
            self.context.session.request_snapshot()

    def _on_saved(self, path: Path) -> None:
        self.context.messages.info(f"The grid was saved as {path.name}.")

    def _on_save_failed(self, path: Path) -> None:
        self.context.messages.error(
            f"{path.name} could not be written to {path.parent}. Check that the folder is there and may be written to."
        )
