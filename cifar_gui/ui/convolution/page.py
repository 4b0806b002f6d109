"""The operator, number by number; then a whole small network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.data.picture import PictureSource
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.learned_kernels import LearnedKernel, small_layers
from cifar_gui.explain.small_network import NETWORK, Walk, walk
from cifar_gui.networks.base import presets
from cifar_gui.ui.classify import file_dialogs
from cifar_gui.ui.convolution.guide import Guide
from cifar_gui.ui.convolution.input_panel import InputPanel
from cifar_gui.ui.convolution.learned_dialog import LearnedDialog
from cifar_gui.ui.convolution.lessons import Lesson
from cifar_gui.ui.convolution.operator_view import ALL, OperatorView
from cifar_gui.ui.convolution.pictures import Pictures, SmallPicture, sample_picture
from cifar_gui.ui.convolution.settings_panel import SettingsPanel
from cifar_gui.ui.convolution.setup import MOST_KERNEL, MOST_STRIDE, Place, Setup, from_state, to_state
from cifar_gui.ui.convolution.walk_view import WalkView
from cifar_gui.ui.convolution.walked_network import Found, find_network
from cifar_gui.ui.held_out import why_none
from cifar_gui.ui.page import Page
from cifar_gui.ui.widgets.bar import ControlBar
from cifar_gui.ui.widgets.columns import Columns
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.mime import accept_copy, picture_sources
from cifar_gui.ui.widgets.picture_file import write_by_suffix, write_png
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save
from cifar_gui.ui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData
    from cifar_gui.ui.context import Context

_WIDTHS = (216, 232)
_FILE_KINDS = {"PNG": ".png", "CSV": ".csv"}


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the operator shows: what a lesson sets up, and what is come back to after it."""

    setup: Setup
    reveals: bool  # whether the output was filled step by step
    place: Place  # of the window
    slice: int  # of the input, or ALL


class ConvolutionPage(Page):
    """Input on the left, maps and arithmetic in the middle, kernel on the right; the whole network behind."""

    takes_pictures = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._snapshot: ModelSnapshot | None = context.models.snapshot
        self._before: _Scene | None = None  # what a tour or an experiment began with
        self.setup = Setup()
        self.pictures = Pictures(context, self)
        self.views = Segmented([("operator", "The operator"), ("network", "A whole network")])
        self.guide = Guide()
        self.operator = OperatorView()
        self.input_panel = InputPanel()
        self.settings = SettingsPanel()
        self.network = WalkView()
        self._visible = False
        self._is_stale = True  # another network or picture has come since the walk was shown
        self._build()
        self._connect()
        self.setAcceptDrops(True)
        self.on_data(context.data.current)

    # --- what the window tells

    def on_model(self, snapshot: ModelSnapshot | None) -> None:
        self._snapshot = snapshot
        stats = snapshot.card.stats if snapshot is not None else CENTRED
        self.input_panel.set_stats(stats)
        if self._before is not None:  # what is come back to after a lesson, too
            self._before = replace(self._before, setup=self._before.setup.seen_with(stats))
        self._offer_held_out()
        self._is_stale = True
        if self._visible:
            self._walk()

    def on_data(self, data: ImageData | None) -> None:
        self.pictures.on_data(data)
        self._offer_held_out()

    def on_theme(self) -> None:
        self._is_stale = True  # the maps of its layers are drawn in the colours of the theme
        self._walk()

    def page_shown(self) -> None:
        self._visible = True
        self._walk()

    def page_hidden(self) -> None:
        self._visible = False
        self.operator.player.stop()
        self.network.operator.player.stop()

    def open_pictures(self, sources: list[PictureSource]) -> None:
        self.pictures.open(sources)

    def ask_to_fetch(self, links: tuple[str, ...]) -> None:
        self.pictures.ask_to_fetch(links)

    def save_state(self) -> dict[str, Any]:
        now = self._before or self._now()
        return {
            "setup": to_state(now.setup),
            "view": self.views.current,
            "stage": self.network.stage,
            "columns": self._columns.save_state(),
            "place": list(now.place),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        saved = state.get("setup")
        self.show_setup(from_state(saved if isinstance(saved, dict) else {}))
        self._columns.restore_state(state.get("columns"))
        self.network.show_stage(str(state.get("stage", "")))
        self._show_view(str(state.get("view", "")))
        place = state.get("place")
        if isinstance(place, list) and len(place) == 2 and all(isinstance(each, int) for each in place):
            self.operator.go((place[0], place[1]))

    def parts(self) -> dict[str, tuple[QWidget, ...]]:
        return {"convolution.network": (self.views.button("network"),)}

    # --- what the user does

    def show_setup(self, setup: Setup) -> None:
        """Show another setup everywhere."""
        self.setup = setup
        self.input_panel.show_setup(setup)
        self.settings.show_setup(setup)
        self.operator.show_setup(setup)

    def copy(self) -> None:
        """What is in front, as a picture and as text."""
        mime = QMimeData()
        mime.setImageData(self._front.grab().toImage())
        mime.setText(self._front.in_words())
        QGuiApplication.clipboard().setMimeData(mime)

    def save(self) -> None:
        """Ask where and save the picture, or the numbers of the output or of the layer in front."""
        if self._front is self.network and self.network.walk is None:
            self.tell("Nothing is saved: no picture has gone through the network yet.")
            return
        path = ask_where_to_save(self, "Save the picture", "convolution.png", _FILE_KINDS)
        if path is None:
            return
        image = self._front.grab().toImage()
        writers = {".png": lambda path: write_png(path, image), ".csv": self._write_numbers}
        try:
            write_by_suffix(path, writers, "what this page shows")
        except CifarGuiError as error:
            self.context.messages.error(str(error))
            return
        self.context.messages.info(f"What the page shows was saved as {path.name}.")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        accept_copy(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        accept_copy(event)
        if not self.context.open_elsewhere(picture_sources(event.mimeData()).sources):
            self.pictures.take(event.mimeData())

    @property
    def _front(self) -> OperatorView | WalkView:
        """What is copied and saved."""
        return self.network if self.views.current == "network" else self.operator

    # --- building

    def _build(self) -> None:
        self.guide.hide()
        bar = ControlBar([self.views], [self.operator.player, self.network.operator.player], breaks=True, close=True)
        self._columns = Columns(
            self.input_panel, self.operator, self.settings, titles=("Input", "Kernel"), widths=_WIDTHS
        )
        self._stack = FrontStack()
        self._stack.addWidget(self._columns)
        self._stack.addWidget(self.network)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(bar)
        layout.addWidget(self.guide)
        layout.addWidget(self._stack, 1)
        self._show_view("operator")

    def _connect(self) -> None:
        panel, operator = self.input_panel, self.operator
        for part in (panel.changed, self.settings.changed, operator.drawn):
            part.connect(self.show_setup)
        self.settings.learned_wanted.connect(self._on_learned_wanted)
        panel.slice_chosen.connect(self._on_slice)
        self.settings.kernel.slice_chosen.connect(self._on_kernel_slice)
        panel.pen_chosen.connect(self._on_pen)
        panel.reveals_chosen.connect(lambda on: operator.set_reveals(reveals=on))
        panel.shown_wanted.connect(self.pictures.take_shown)
        panel.open_wanted.connect(self._on_open_wanted)
        panel.paste_wanted.connect(lambda: self.pictures.take(file_dialogs.clipboard()))
        panel.held_out_wanted.connect(self.pictures.take_held_out)
        panel.start_wanted.connect(lambda: self.show_setup(_with_that_of(Setup(), self.setup)))
        panel.tour_wanted.connect(self.begin_tour)
        panel.experiment_wanted.connect(self._on_experiment)
        self.pictures.taken.connect(self._on_picture)
        self.context.picture.changed.connect(self._offer_shown)
        self._offer_shown()
        self.views.chosen.connect(self._show_view)
        network = self.network
        network.train_wanted.connect(self._on_train)
        network.open_wanted.connect(panel.open_wanted)
        network.held_out_wanted.connect(panel.held_out_wanted)
        self.guide.lesson_wanted.connect(self.set_up)
        self.guide.ended.connect(self.end_guide)

    # --- the tour and the experiments

    def begin_tour(self) -> None:
        """Set up its first step."""
        self._keep()
        self.guide.show()
        self.guide.begin_tour()

    def show_experiments(self) -> None:
        """Bring the list of them into sight, with the keyboard on the first."""
        self._show_view("operator")
        self._columns.show_side(self.input_panel)
        self.input_panel.show_experiments()

    def set_up(self, lesson: Lesson) -> None:
        """Show what a lesson is about, whatever is in front: the strip that leads there is always in sight. Pictures
        stay at hand."""
        self._show_view("operator")
        self._begin_with(
            _Scene(_with_that_of(lesson.setup(), self.setup), lesson.reveals, place=lesson.place, slice=ALL)
        )

    def end_guide(self) -> None:
        """Back to what was set up before."""
        self.guide.hide()
        if self._before is not None:
            before, self._before = self._before, None
            self._begin_with(before)

    def _begin_with(self, wanted: _Scene) -> None:
        """Nothing has been visited yet but the place itself."""
        self.operator.walker.restart()
        self.show_setup(wanted.setup)
        self._reveal(reveals=wanted.reveals)
        self._on_slice(wanted.slice)
        self.input_panel.show_slice(wanted.slice)
        self.operator.walker.visited.clear()
        self.operator.go(wanted.place)

    def _on_experiment(self, lesson: Lesson) -> None:
        self._keep()
        self.guide.show()
        self.guide.show_experiment(lesson)
        self.set_up(lesson)

    def _keep(self) -> None:
        if self._before is None:  # else one lesson follows another
            self._before = self._now()

    def _now(self) -> _Scene:
        view = self.operator
        return _Scene(
            self.setup, view.reveals, place=view.walker.place, slice=view.slice if self.setup.coloured else ALL
        )

    def _reveal(self, *, reveals: bool) -> None:
        self.input_panel.show_reveals(reveals=reveals)
        self.operator.set_reveals(reveals=reveals)

    # --- the whole network

    def _show_view(self, key: str) -> None:
        """Bring the operator or the whole network to the front."""
        self.views.choose(key)
        walks = self.views.current == "network"
        self._stack.setCurrentWidget(self.network if walks else self._columns)
        self.operator.player.setVisible(not walks)
        self.operator.player.stop()
        self.network.operator.player.stop()
        self.network.operator.player.setVisible(walks and self.network.convolves)
        self._walk()

    def _walk(self) -> None:
        """Through the small network, if it is to be seen and something has changed."""
        if not (self._is_stale and self._visible and self.views.current == "network"):
            return
        self._is_stale = False
        models, chosen, setup = self.context.models, self._snapshot, self.setup
        label = models.loaded.label if models.loaded is not None else ""  # what is chosen may yet have to be loaded
        choices = models.choices()
        known = (
            SmallPicture(setup.picture, setup.picture_name, setup.picture_label) if setup.picture is not None else None
        )
        self.context.jobs.run(
            lambda: _walked(find_network(chosen, label, choices), known or sample_picture()),
            self._on_walked,
            key="convolution.walk",
            broken=self._on_no_walk,
        )

    def _on_walked(self, found: tuple[Walk, Found, SmallPicture]) -> None:
        walk, network, picture = found
        self.network.show_walk(walk, network.title, picture.name, picture.label, trained=network.trained)

    def _on_no_walk(self) -> None:
        """The next time that it is looked at, it is tried again."""
        self._is_stale = True

    def _on_train(self) -> None:
        self.context.show_page("train")  # first: a page hears of recipes once it has been built
        self.context.session.recipe_proposed.emit(presets(NETWORK)["quick"])

    # --- kernels and pictures

    def _on_open_wanted(self) -> None:
        self.pictures.open(file_dialogs.ask_for_pictures(self))

    def _on_slice(self, place: int) -> None:
        self.operator.show_slice(place)
        if place != ALL:
            self.settings.kernel.choose_slice(place)

    def _on_kernel_slice(self, place: int) -> None:
        self.operator.show_slice(place)
        self.input_panel.show_slice(place)

    def _on_pen(self, value: int) -> None:
        self.operator.pen = float(value)

    def _on_picture(self, picture: SmallPicture) -> None:
        self.show_setup(_with_picture(self.setup, picture))
        if self._before is not None:  # opened during a lesson, it stays when that is done
            self._before = replace(self._before, setup=_with_picture(self._before.setup, picture))
        self._is_stale = True
        self._walk()

    def _offer_shown(self) -> None:
        self.input_panel.offer_shown(self.context.picture.name)

    def _offer_held_out(self) -> None:
        why_not = why_none(self.context.data.current, self._snapshot)
        self.input_panel.allow_held_out(why_not)
        self.network.allow_held_out(why_not)

    def _on_learned_wanted(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            self.context.messages.info("No network is chosen: choose one at the top right, or train one.")
            return
        self.context.jobs.run(
            lambda: small_layers(snapshot, MOST_KERNEL),
            lambda layers: self._ask_for_kernel(snapshot, layers),
            key="convolution.layers",
        )

    def _ask_for_kernel(self, snapshot: ModelSnapshot, layers: list[ConvLayer]) -> None:
        if snapshot is not self._snapshot or not self._visible:
            return  # another network has been chosen since, or another page: nobody asks about this one any more
        if not layers:
            self.context.messages.info(
                f"The chosen network has no convolution of {MOST_KERNEL} × {MOST_KERNEL} or less to take from. "
                "Choose another one at the top right."
            )
            return
        dialog = LearnedDialog(snapshot, layers, self)
        dialog.kernel_chosen.connect(lambda learned: self._on_learned(snapshot, learned))
        dialog.open()

    def _on_learned(self, snapshot: ModelSnapshot, learned: LearnedKernel) -> None:
        """Pictures are then seen as the network sees them that it is of: the kernel was made for that."""
        stats = snapshot.card.stats if len(learned.kernel) > 1 else self.setup.stats
        self.show_setup(
            replace(
                self.setup,
                coloured=len(learned.kernel) > 1,
                kernel=learned.kernel,
                kernel_name=learned.label,
                bias=learned.bias,
                flip=False,
                stride=min(learned.stride, MOST_STRIDE),
                stats=stats,
            )
        )

    def _write_numbers(self, path: Path) -> None:
        numbers = self.network.numbers if self._front is self.network else self.setup.output
        rows = [",".join(f"{value:.17g}" for value in row) for row in numbers.tolist()]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _walked(found: Found, picture: SmallPicture) -> tuple[Walk, Found, SmallPicture]:
    return walk(found.snapshot, picture.pixels), found, picture


def _with_that_of(wanted: Setup, now: Setup) -> Setup:
    """Another setup with the picture that is at hand."""
    return replace(wanted, picture=now.picture, picture_name=now.picture_name, picture_label=now.picture_label)


def _with_picture(setup: Setup, picture: SmallPicture) -> Setup:
    """The same with this picture in place of the drawing, or of the picture before."""
    return replace(setup, picture=picture.pixels, picture_name=picture.name, picture_label=picture.label, draws=False)
