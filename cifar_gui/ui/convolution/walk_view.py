"""A whole small network on one picture, layer by layer, every number of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.explain.base import ImageGrid
from cifar_gui.explain.convolution import Numbers
from cifar_gui.explain.small_network import POOL, Walk
from cifar_gui.ui.convolution.answer_view import AnswerView
from cifar_gui.ui.convolution.cell_paint import Shades
from cifar_gui.ui.convolution.dense_view import DenseView
from cifar_gui.ui.convolution.operator_view import OperatorView
from cifar_gui.ui.convolution.setup import Setup
from cifar_gui.ui.convolution.slices_view import SlicesView
from cifar_gui.ui.convolution.stages import STAGES, StageStrip, stages_of
from cifar_gui.ui.icons import icon
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.image_grid import ImageGridView, sheet_of
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.side_by_side import SideBySide
from cifar_gui.ui.widgets.text import WrappedLabel, caption

_MAPS = 148
"""Of the list of maps, the least width and height."""

_WIDE = 600

_CONVOLVES = ("conv", "relu", "pool")


class WalkView(QWidget):
    """Signals: train_wanted(); open_wanted(), held_out_wanted() another picture."""

    train_wanted = Signal()
    open_wanted = Signal()
    held_out_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walk: Walk | None = None
        self._label = 0  # the class that is looked at: the true one, if it is known
        self._known = False
        self._asked: tuple[str, str, bytes, tuple[str, ...]] | None = None  # the picture, its label, the classes
        self.stage = "conv"
        self.stages = StageStrip()
        self.note = WrappedLabel()
        self.which = caption(wrap=True)
        self.train = ShyButton("Train it")
        self.train.setProperty("primary", True)
        self.train.setToolTip("A few minutes on the Train page: then these numbers mean something")
        self.open, self.held_out = ShyButton("Open…"), ShyButton("Held-out picture")
        self.open.setIcon(icon("open"))
        self.held_out.setIcon(icon("shuffle"))
        self.maps = ImageGridView()
        self.maps.setAccessibleName("Maps of this layer")
        self.operator, self.slices = OperatorView(beside=True), SlicesView()
        self.dense, self.answer = DenseView(), AnswerView()
        for name in ("arithmetic", "input", "output"):  # those names belong to the operator by itself
            getattr(self.operator, name).setObjectName(f"convolution.network.{name}")
        self._build()
        self._connect()

    @property
    def walk(self) -> Walk | None:
        return self._walk

    @property
    def convolves(self) -> bool:
        """Whether a layer is at the front through which the window slides."""
        return self.stage in _CONVOLVES

    @property
    def numbers(self) -> Numbers:
        """(rows, columns) of the layer at the front; empty as long as there is no network."""
        return numbers_of(self._walk, self.stage, self.maps.chosen or 0) if self._walk is not None else np.zeros((0, 0))

    def in_words(self) -> str:
        """What is at the front as text: the arithmetic of the window, or the number of each class."""
        if self._walk is None or self.stage == "input":
            return self.note.text()
        if self.convolves:
            return self.operator.in_words()
        lines = zip(self._walk.class_names, self.numbers[:, 0].tolist(), strict=True)
        return "".join(f"{name}\t{value!r}\n" for name, value in lines)

    def show_walk(self, walk: Walk, title: str, picture: str, label: str, *, trained: bool) -> None:
        """`label`: the class that somebody says the picture is of, or ""."""
        self._walk = walk
        asked = (picture, label, walk.pixels.tobytes(), walk.class_names)  # names of files are often the same
        if asked != self._asked:  # else what the user has said of this very picture stays
            self._known = label in walk.class_names
            self._label = walk.class_names.index(label) if self._known else 0
        self._asked = asked
        if not self._known:
            self._label = int(walk.logits.argmax())
        words = f"Network: {title}." if trained else "This network has not been trained: its numbers are random."
        self.which.setText(f"{words} Picture: {picture}.")
        self.train.setVisible(not trained)
        kernel = walk.kernels.shape[-1]
        self.stages.show_stages(stages_of(walk.volumes, kernel, len(walk.class_names)), self.stage)
        self.show_stage(self.stage)

    def show_stage(self, key: str) -> None:
        """Bring a layer to the front, at once or as soon as there is a network. Unknown keys change nothing."""
        if key not in STAGES:
            return
        self.stage = key
        self.stages.choose(key)
        if self._walk is not None:
            self.note.setText(self.stages.button(key).stage.text)
            self._render(self._walk)

    def allow_held_out(self, why_not: str) -> None:
        """Why there is no held-out picture, "" if there is one."""
        self.held_out.setEnabled(not why_not)
        self.held_out.setToolTip(why_not or "A picture that was held out from training")

    # Building

    def _build(self) -> None:
        above = Panel("The layers")
        above.explain("convolution#a-whole-network", "the layers of the network")
        above.body.addWidget(self.stages)
        words, buttons = QWidget(), ControlBar([self.train, self.open, self.held_out])
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.note)
        column.addWidget(self.which)
        above.body.addWidget(SideBySide([(words, 1), (buttons, 0)], _WIDE))
        self._list = Panel("Maps")
        self._list.explain("convolution#a-whole-network", "the maps of a layer")
        self._list.body.addWidget(self.maps)
        self._list.setMinimumSize(_MAPS, _MAPS)
        self._stack = FrontStack()
        for view in (self.slices, self.operator, self.dense, self.answer):
            self._stack.addWidget(view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(above)
        layout.addWidget(SideBySide([(self._list, 1), (self._stack, 7)], _WIDE), 1)

    def _connect(self) -> None:
        self.stages.chosen.connect(self.show_stage)
        self.maps.unit_chosen.connect(lambda _unit: self._render_front())
        self.dense.class_chosen.connect(self._on_class)
        self.answer.class_chosen.connect(self._on_class)
        self.train.clicked.connect(self.train_wanted)
        self.open.clicked.connect(self.open_wanted)
        self.held_out.clicked.connect(self.held_out_wanted)

    def _on_class(self, label: int) -> None:
        self._label, self._known = label, True
        self._render_front()

    # What is shown

    def _render(self, walk: Walk) -> None:
        stage = self.stage
        maps = {"conv": walk.maps, "relu": walk.rectified, "pool": walk.pooled, "dense": walk.pooled}.get(stage)
        self._list.setVisible(maps is not None)
        if maps is not None:
            self.maps.show_sheet(sheet_of(_grid(maps), stage))
        self._render_front()

    def _render_front(self) -> None:
        walk, stage = self._walk, self.stage
        if walk is None:
            return
        unit = self.maps.chosen or 0
        self.operator.player.setVisible(self.convolves and self.isVisible())
        if not self.convolves:
            self.operator.player.stop()
        if stage == "input":
            self.slices.show_walk(walk)
            self._stack.setCurrentWidget(self.slices)
        elif stage in _CONVOLVES:
            self.operator.show_setup(setup_of(walk, unit, stage))
            self._stack.setCurrentWidget(self.operator)
        elif stage == "dense":
            self.dense.show_walk(walk, self._label, unit)
            self._stack.setCurrentWidget(self.dense)
        else:
            self.answer.show_walk(walk, self._label, known=self._known)
            self._stack.setCurrentWidget(self.answer)


def numbers_of(walk: Walk, stage: str, unit: int) -> Numbers:
    """(rows, columns): the map of a unit; of the input its slices one below the other; of the last layers a row for
    each class, with its logit or its probability."""
    volumes = {"conv": walk.maps, "relu": walk.rectified, "pool": walk.pooled}
    if stage in volumes:
        one: Numbers = volumes[stage][unit]
        return one
    if stage == "input":
        return walk.values.reshape(-1, walk.values.shape[-1])
    return (walk.logits if stage == "dense" else walk.probabilities)[:, None]


def setup_of(walk: Walk, unit: int, stage: str) -> Setup:
    """A filter of the network as the operator by itself, as far as a stage: "conv", "relu" or "pool"."""
    return Setup(
        picture=walk.pixels,
        picture_name="The picture, standardised",
        draws=False,
        coloured=True,
        stats=walk.snapshot.card.stats,
        kernel=walk.kernels[unit],
        kernel_name=f"filter {unit}",
        bias=float(walk.biases[unit]),
        padding=walk.kernels.shape[-1] // 2,
        activation="none" if stage == "conv" else "relu",
        pooling="max" if stage == "pool" else "none",
        pool_size=POOL,
    )


def _grid(maps: Numbers) -> ImageGrid:
    """(units, rows, columns) as tiles, all on one scale."""
    shades = Shades(float(np.abs(maps).max(initial=0.0)))
    colours = np.stack([shades.pixels(each) for each in maps])
    tiles = np.concatenate([colours, np.full((*colours.shape[:3], 1), 255, np.uint8)], axis=3)
    units = tuple(range(len(maps)))
    return ImageGrid("maps", "maps", tiles, units, tuple(f"map {unit}" for unit in units), "")
