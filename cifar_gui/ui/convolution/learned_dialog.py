"""Asks which kernel of the chosen network to take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QVBoxLayout, QWidget

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.convolution import Numbers
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.learned_kernels import COLOURS, LearnedKernel, learned_kernel
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.pixels import PixelView
from cifar_gui.ui.widgets.text import caption


class LearnedDialog(QDialog):
    """Signals: kernel_chosen(LearnedKernel)."""

    kernel_chosen = Signal(object)

    def __init__(self, snapshot: ModelSnapshot, layers: Sequence[ConvLayer], parent: QWidget | None = None) -> None:
        """`layers`: at least one."""
        super().__init__(parent)
        self.setWindowTitle("Take a learned kernel")
        self._snapshot, self._layers = snapshot, list(layers)
        self.layer = ChoiceField(((each.name, each.label) for each in layers), whole=True)
        self.unit, self.channel = QSpinBox(), QSpinBox()
        self.picture = PixelView(132)
        self.picture.setAccessibleName("The kernel, magnified")
        self.note = caption(wrap=True)
        form = QFormLayout()
        form.addRow("Layer", self.layer)
        form.addRow("Filter", self.unit)
        form.addRow("Input channel", self.channel)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Take it")
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addLayout(form)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self.resize(px(360), px(380))
        self.layer.edited.connect(self._on_layer)
        self.unit.valueChanged.connect(lambda _value: self._show())
        self.channel.valueChanged.connect(lambda _value: self._show())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        first = next((each for each in layers if each.learned and each.shape[1] == COLOURS), None)
        first = first or next((each for each in layers if each.learned), layers[0])
        self.layer.put(first.name)
        self._on_layer()

    @property
    def chosen(self) -> LearnedKernel:
        """As the fields stand."""
        return learned_kernel(self._snapshot, self._layer(), self.unit.value(), self.channel.value())

    def accept(self) -> None:
        self.kernel_chosen.emit(self.chosen)
        super().accept()

    def _layer(self) -> ConvLayer:
        return next(each for each in self._layers if each.name == self.layer.raw())

    def _on_layer(self) -> None:
        filters, channels = self._layer().shape[:2]
        for field, count in ((self.unit, filters), (self.channel, channels)):
            field.setRange(0, count - 1)
            field.setSuffix(f" of 0–{count - 1}")
        self.channel.setEnabled(channels != COLOURS)
        self._show()

    def _show(self) -> None:
        layer, kernel = self._layer(), self.chosen
        size = " × ".join(map(str, layer.shape[2:]))
        if layer.shape[1] == COLOURS:
            note = "" if layer.learned else " Computed, not learned."
            self.note.setText(f"{size}, one slice each for red, green and blue.{note}")
        else:
            self.note.setText(f"{size}, one of {layer.shape[1]} slices: the filter adds up what all of them give.")
        self.picture.show_pixels(_pixels(kernel.kernel))


def _pixels(kernel: Numbers) -> np.ndarray:
    """(1 or 3, size, size) → uint8 (size, size, 3): 0 is mid-grey, the largest number black or white."""
    reach = float(np.abs(kernel).max(initial=0)) or 1.0
    levels = np.round(127.5 + 127.5 * kernel / reach).astype(np.uint8)
    return np.broadcast_to(levels, (3, *levels.shape[1:])).transpose(1, 2, 0)
