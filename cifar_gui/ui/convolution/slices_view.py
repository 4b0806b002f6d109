"""The input of the small network: the picture, and its three slices as the network sees them."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cifar_gui.explain.small_network import Walk
from cifar_gui.ui.convolution.cell_map import CellMap, MapContent
from cifar_gui.ui.convolution.cell_paint import Shades
from cifar_gui.ui.convolution.numbers import sum_text
from cifar_gui.ui.convolution.setup import CHANNELS
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import WrappedLabel, heading


class SlicesView(QWidget):
    """Four maps; what is under the mouse in one is framed in all, with its numbers below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walk: Walk | None = None
        self._place = (0, 0)
        self.maps = [CellMap() for _ in range(1 + len(CHANNELS))]
        self.numbers = WrappedLabel()
        panel = Panel("Picture and slices")
        panel.explain("convolution#several-channels", "slices")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for place, (name, each) in enumerate(zip(("All three", *CHANNELS), self.maps, strict=True)):
            grid.addWidget(heading(name), 0, place)
            grid.addWidget(each, 1, place)
            each.setAccessibleName(name)
            each.pointed.connect(self._go)
            each.nudged.connect(lambda down, right: self._go(self._place[0] + down, self._place[1] + right))
        grid.setRowStretch(1, 1)
        panel.body.addLayout(grid, 1)
        panel.body.addWidget(self.numbers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(panel)

    def show_walk(self, walk: Walk) -> None:
        """Another picture, or other statistics."""
        self._walk = walk
        self._go(*self._place)

    def _go(self, row: int, column: int) -> None:
        walk = self._walk
        if walk is None:
            return
        height, width = walk.values.shape[1:]
        self._place = (min(max(row, 0), height - 1), min(max(column, 0), width - 1))
        shades = Shades(float(np.abs(walk.values).max()))
        for place, each in enumerate(self.maps):
            values = walk.values[max(place - 1, 0)]
            colours = walk.pixels.transpose(1, 2, 0) if place == 0 else None
            each.show_content(MapContent(values, shades, colours=colours, frame=(self._place, 1)))
        stats = walk.snapshot.card.stats
        words = [
            f"{name} ({walk.pixels[channel][self._place]} − {stats.mean[channel]:.1f}) / {stats.std[channel]:.1f} = "
            f"{sum_text(float(walk.values[channel][self._place]))}"
            for channel, name in enumerate(CHANNELS)
        ]
        self.numbers.setText(f"Row {self._place[0] + 1}, column {self._place[1] + 1}:  " + ",   ".join(words))
        for each in self.maps:
            each.setAccessibleDescription(self.numbers.text())
