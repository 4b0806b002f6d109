"""The right side of the Train page: held-out pictures and forming filters, following the network as it learns."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout
from torch import Tensor

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import ImageData
from cifar_gui.inference.classifier import Classifier
from cifar_gui.ui.context import Context
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.train.forming_filters import Forming, FormingFilters, look_at
from cifar_gui.ui.train.wall import CAPACITY, Wall
from cifar_gui.ui.train.wall_rows import chosen
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import caption, heading

_PERIOD_MS = 1000
_SHARE = 0.03  # of the time may go into looking, however slow the machine: training comes first


@dataclass(frozen=True, eq=False, slots=True)
class Looked:
    """What a worker has seen in one snapshot."""

    probabilities: NDArray[np.float32] | None  # (N, classes); None when the network has other classes
    forming: Forming
    seconds: float


def look(snapshot: ModelSnapshot, images: Tensor | None, class_names: tuple[str, ...]) -> Looked:
    """Classify the wall's pictures, uint8 (N, 3, 32, 32), by one view, and picture the filters. For a worker."""
    began = time.perf_counter()
    probabilities = None
    if images is not None and snapshot.card.class_names == class_names:
        probabilities = Classifier(snapshot, six_views=False).classify_inputs(images).numpy()
    forming = look_at(snapshot)
    return Looked(probabilities, forming, time.perf_counter() - began)


class LivePanel(Panel):
    """While `watch`ing a training it asks for a snapshot about once a second, and never faster than it can look."""

    def __init__(self, context: Context) -> None:
        super().__init__("Held out")
        self.setMinimumWidth(px(256))
        self._context = context
        self._images: Tensor | None = None
        self._class_names: tuple[str, ...] = ()
        self._data: ImageData | None = None
        self._waiting: ModelSnapshot | None = None  # the newest, while an earlier one is looked at
        self._busy, self._rested = False, True
        self.wall, self.filters = Wall(), FormingFilters()
        self.wall.set_empty_text("Pictures the network does not learn from appear here once there is data.")
        self.filters.set_empty_text("They form here while the network learns.")
        self._said, self._filter_caption, self._stem = caption(), caption(), caption(wrap=True)
        self.header.addWidget(self._said)
        self.explain("train#the-wall", "the wall of held-out pictures")
        self.body.addWidget(self.wall, 1)
        self.body.addSpacing(SPACING)
        row = QHBoxLayout()
        row.addWidget(heading("First-layer filters"))
        row.addStretch(1)
        row.addWidget(self._filter_caption)
        row.addWidget(HelpButton("train#filters-as-they-form", "the filters as they form"))
        self.body.addLayout(row)
        self.body.addWidget(self.filters)
        self.body.addWidget(self._stem)
        self._stem.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD_MS)
        self._timer.timeout.connect(self._on_tick)

    def watch(self, *, watching: bool) -> None:
        """Follow the training, or rest: when the page is hidden or nothing trains."""
        if watching and not self._timer.isActive():
            self._timer.start()
        elif not watching:
            self._timer.stop()
            self._look_at_newest()

    def set_data(self, data: ImageData | None) -> None:
        """Take the wall's pictures from the held-out ones of this data set."""
        if data is self._data or data is None:
            return
        self._data = data
        split = data.split("validation")
        positions = chosen(split.labels[:2000].tolist(), CAPACITY)
        self._images, self._class_names = split.images[positions].clone(), data.class_names
        labels = split.labels[positions].tolist()
        self.wall.set_pictures(self._images.numpy(), labels, data.class_names)
        self._said.setText("")
        self._said.setToolTip(
            f"{len(positions)} of {len(split):,} pictures that are kept from the network. All of them are counted, "
            "and as many are shown as there is room for."
        )

    def show_snapshot(self, snapshot: ModelSnapshot) -> None:
        """Look at the network as it was in this snapshot, off the GUI thread; of several that come fast, at the newest.

        What is being looked at is always shown: where epochs are shorter than a look, nothing else would ever be.
        """
        self._waiting = snapshot
        if self._rested or not self._timer.isActive():
            self._look_at_newest()

    def _look_at_newest(self) -> None:
        if self._busy or self._waiting is None:
            return
        snapshot, self._waiting = self._waiting, None
        images, names = self._images, self._class_names
        self._busy, self._rested = True, False
        self._context.jobs.run(
            lambda: look(snapshot, images, names),
            self._on_looked,
            self._on_failed,
            key="train.live",
            broken=self._on_broken,
        )

    def clear(self) -> None:
        """A new run begins: nothing has been said, nothing has formed."""
        self._context.jobs.cancel("train.live")
        self._waiting, self._busy, self._rested = None, False, True
        self.wall.show_probabilities(None)
        self.filters.show_forming(None)
        self._say_of_filters(Forming(None, "", ""))
        self._said.setText("")

    def _on_tick(self) -> None:
        self._rested = True
        if self._waiting is not None:
            self._look_at_newest()
        elif not self._busy:
            self._context.session.request_snapshot()

    def _on_looked(self, looked: Looked) -> None:
        self._busy = False
        self._timer.setInterval(max(_PERIOD_MS, round(1000 * looked.seconds / _SHARE)))
        self.wall.show_probabilities(looked.probabilities)
        if looked.probabilities is not None:
            right = self.wall.right
            self._said.setText(f"{right[0]} of {right[1]} right")
        self.filters.show_forming(looked.forming)
        self._say_of_filters(looked.forming)
        if not self._timer.isActive():
            self._look_at_newest()

    def _say_of_filters(self, forming: Forming) -> None:
        self._filter_caption.setText(forming.caption)
        self._stem.setText(forming.stem)
        self._stem.setVisible(bool(forming.stem))

    def _on_broken(self) -> None:
        self._busy = False

    def _on_failed(self, error: Exception) -> None:
        self._on_broken()
        self._context.messages.warn(str(error))
