"""How signals fare through the layers of the network in training, folded below the plots."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import ImageData
from cifar_gui.explain.signals import Finding, LayerSignals, judge, layer_signals
from cifar_gui.ui.background import Background
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import WrappedLabel
from cifar_gui.ui.widgets.value_table import Cell, ValueTable
from cifar_gui.words import percent

SAMPLE = 64
"""Training pictures that are passed through: enough for a mean, and a fraction of a second."""

TITLES = ("Layer", "Gradient ÷ weights", "Weights", "Answers", "Silent")
_NOTHING = "Appears after the next epoch, or as soon as the network is looked at while it learns."
_WHY = "A step moves the weights by about the learning rate times this"


class LayerPanel(Panel):
    """A sentence and a row for each layer; computed only while it is unfolded. `toggle` folds and unfolds it."""

    def __init__(self, jobs: Background) -> None:
        super().__init__()
        self._jobs = jobs
        self._snapshot: ModelSnapshot | None = None
        self._looked_at: ModelSnapshot | None = None  # of which the table is
        self._data: ImageData | None = None
        self.toggle = QToolButton()
        self.words = WrappedLabel(_NOTHING)
        self.table = ValueTable(small=True, spreads=True)
        self._lay_out()
        explained_by(self, "signals")
        self.hide()

    def set_data(self, data: ImageData | None) -> None:
        """Whose pictures are passed through."""
        if data is not self._data:
            self._data, self._looked_at = data, None
            self._look()

    def show_snapshot(self, snapshot: ModelSnapshot) -> None:
        """The network as it is now."""
        self._snapshot = snapshot
        self._look()

    def clear(self) -> None:
        """Another run begins."""
        self._jobs.cancel("train.layers")
        self._snapshot = self._looked_at = None
        self.words.setText(_NOTHING)
        self.table.show_rows(TITLES, [])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def _look(self) -> None:
        snapshot, data = self._snapshot, self._data
        if not self.isVisible() or snapshot is None or data is None or snapshot is self._looked_at:
            return
        if tuple(data.class_names) != tuple(snapshot.card.class_names):  # the data of another run
            return
        self._looked_at = snapshot
        self._jobs.run(lambda: _signals_of(snapshot, data), self._on_signals, key="train.layers")

    def _on_signals(self, found: tuple[list[LayerSignals], Finding]) -> None:
        layers, finding = found
        self.words.setText(f"{finding.headline} {finding.detail}")
        self.table.renew_rows(TITLES, rows_of(layers))

    def _on_toggled(self, shown: bool) -> None:
        self.toggle.setIcon(icon("chevron-down" if shown else "chevron-right"))
        self.setVisible(shown)

    def _lay_out(self) -> None:
        self.toggle.setText("Layers")
        self.toggle.setObjectName("train.layers")
        self.toggle.setProperty("flat", True)
        self.toggle.setCheckable(True)
        self.toggle.setToolButtonStyle(self.toggle.toolButtonStyle().ToolButtonTextBesideIcon)
        self.toggle.setToolTip("How gradients and activations fare from layer to layer")
        self.toggle.setIcon(icon("chevron-right"))
        self.toggle.toggled.connect(self._on_toggled)
        self.table.setAccessibleName("Gradients and activations of every layer")
        self.table.setMinimumHeight(px(108))
        self.table.show_rows(TITLES, [])
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(HelpButton("signals", "gradients and activations"))
        self.body.addLayout(row)
        self.body.addWidget(self.table)


def rows_of(layers: Sequence[LayerSignals]) -> list[list[Cell]]:
    """A row for each layer."""
    return [
        [
            Cell(each.name, each.name),
            Cell(each.ratio, f"{each.ratio:.2g}", f"{_WHY}: root mean square {each.gradient:.3g} ÷ {each.weight:.3g}"),
            Cell(each.weight, f"{each.weight:.2g}", "Root mean square of its weights"),
            Cell(each.activation, f"{each.activation:.2g}", "Root mean square of what it hands on"),
            Cell(each.silent, percent(each.silent, 0), "Share of what it hands on that is 0"),
        ]
        for each in layers
    ]


def _signals_of(snapshot: ModelSnapshot, data: ImageData) -> tuple[list[LayerSignals], Finding]:
    """For a worker: from pictures all over the training split, as it may be sorted by class."""
    split = data.split("train")
    chosen = torch.linspace(0, len(split) - 1, min(SAMPLE, len(split))).long()
    layers = layer_signals(snapshot, split.images[chosen], split.labels[chosen])
    return layers, judge(layers)
