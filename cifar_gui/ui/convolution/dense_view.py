"""The fully connected layer: for a class, each map's cells times their weights, and what all of it adds up to."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cifar_gui.explain.convolution import Numbers
from cifar_gui.explain.small_network import Walk
from cifar_gui.ui.convolution.cell_map import CellMap, MapContent
from cifar_gui.ui.convolution.cell_paint import Shades
from cifar_gui.ui.convolution.numbers import exact_text, signed, sum_text
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.side_by_side import SideBySide
from cifar_gui.ui.widgets.text import WrappedLabel, caption
from cifar_gui.ui.widgets.value_table import Cell, ValueTable

_WIDE = 720


class DenseView(QWidget):
    """Signals: class_chosen(int)."""

    class_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walk: Walk | None = None
        self._label = self._unit = 0
        self.classes = ValueTable(small=True, spreads=True)
        self.classes.setAccessibleName("Logits of the classes")
        self.shares = ValueTable(small=True, spreads=True)
        self.shares.setAccessibleName("What each map adds to the logit")
        self.maps = [CellMap() for _ in range(3)]
        self.sum = WrappedLabel()
        self._titles = [ElidedLabel("heading", greedy=False) for _ in range(3)]
        self._notes = [caption(wrap=True) for _ in range(3)]
        self._build()
        self.classes.rows_chosen.connect(self._on_class)

    def show_walk(self, walk: Walk, label: int, unit: int) -> None:
        """The logit of the class `label`, with the map `unit` in full."""
        if walk is not self._walk:
            self._walk = walk
            names = zip(walk.class_names, walk.logits.tolist(), strict=True)
            self.classes.show_rows(["class", "logit"], [[Cell(name, name), _number(value)] for name, value in names])
        self._label, self._unit = label, unit
        self.classes.selectRow(label)
        self._render(walk)

    def _build(self) -> None:
        left, middle, right = Panel("Logits"), Panel("One map of all"), Panel("All maps")
        middle.explain("convolution#from-maps-to-classes", "how maps become logits")
        left.body.addWidget(self.classes)
        right.body.addWidget(self.shares)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for place, each in enumerate(self.maps):
            grid.addWidget(self._titles[place], 0, place)
            grid.addWidget(each, 1, place)
            grid.addWidget(self._notes[place], 2, place)
        grid.setRowStretch(1, 1)
        middle.body.addLayout(grid, 1)
        middle.body.addWidget(self.sum)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(SideBySide([(left, 2), (middle, 5), (right, 2)], _WIDE))

    def _render(self, walk: Walk) -> None:
        label, unit = self._label, self._unit
        name = walk.class_names[label]
        values, weights = walk.pooled[unit], walk.weights[label, unit]
        products = values * weights
        shares = walk.shares(label)
        for place, (title, array, note) in enumerate(
            (
                (f"Map {unit}, pooled", values, "What was found where."),
                (f"× weights of {name}", weights, f"Amber: speaks for {name}. Blue: against it."),
                ("= products", products, f"Their sum: {sum_text(float(shares[unit]))}"),
            )
        ):
            self._titles[place].setText(title.upper())
            self._notes[place].setText(note)
            self.maps[place].setAccessibleName(title)
            self.maps[place].show_content(MapContent(array, _shades(array)))
        bias, logit = float(walk.dense_biases[label]), float(walk.logits[label])
        self.sum.setText(
            f"{sum_text(float(shares.sum()))} of all {len(shares)} maps {signed(bias)} of bias = {sum_text(logit)}, "
            f"the logit of {name}."
        )
        rows = [[Cell(str(place), f"map {place}"), _number(share)] for place, share in enumerate(shares.tolist())]
        self.shares.show_rows(["of", "sum"], [*rows, [Cell("bias", "bias"), _number(bias)]])
        self.shares.selectRow(unit)

    def _on_class(self, rows: tuple[int, ...]) -> None:
        if rows and rows[0] != self._label:
            self.class_chosen.emit(rows[0])


def _number(value: float) -> Cell:
    return Cell(value, sum_text(value), exact_text(value))


def _shades(values: Numbers) -> Shades:
    return Shades(float(np.abs(values).max(initial=0.0)))
