"""Everything that can be set: the input, the kernel, how the window slides, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cifar_gui.explain.activations import ACTIVATIONS
from cifar_gui.explain.convolution import Numbers
from cifar_gui.explain.kernels import PRESETS, preset_of, typed_number
from cifar_gui.ui.convolution.kernel_editor import KernelEditor
from cifar_gui.ui.convolution.number_slider import NumberSlider
from cifar_gui.ui.convolution.numbers import cell_text, dropped_words, formula
from cifar_gui.ui.convolution.setup import (
    MOST_KERNEL,
    MOST_PADDING,
    MOST_POOL,
    MOST_STRIDE,
    POOLINGS,
    Setup,
)
from cifar_gui.ui.icons import icon
from cifar_gui.ui.widgets.fields import ChoiceField, SwitchField, mark_wrong
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import WrappedLabel, caption, heading

_TYPED, _LEARNED = "typed", "learned"


class SettingsPanel(Panel):
    """Shows a setup and asks for another one. Signals: changed(Setup); learned_wanted() a kernel of a network is."""

    changed = Signal(object)
    learned_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Kernel", parent)
        self._setup = Setup()
        self._make_fields()
        self.explain("convolution#the-kernel", "kernels")
        self._lay_out()
        self._connect()
        self.show_setup(self._setup)

    def show_setup(self, setup: Setup) -> None:
        """Fill the fields without `changed`. What is being typed stays as it is typed."""
        if setup.bias not in (self._setup.bias, _meant(self.bias.text())):
            self._say_bias("")  # another one has come, such as that of a learned kernel
        self._setup = setup
        preset = preset_of(setup.kernel)
        options = [(key, each.label) for key, each in PRESETS.items()]
        if not preset:
            key, label = (_LEARNED, setup.kernel_name) if setup.kernel_name else (_TYPED, "Own numbers")
            options.append((key, label))
            preset = key
        self.preset.set_options(options)
        self.preset.put(preset)
        self.preset.setToolTip(PRESETS[preset].help if preset in PRESETS else setup.kernel_name)
        self.kernel.show_kernel(setup.kernel)
        self.flip.put(setup.flip)
        self.kernel_size.show_value(setup.kernel.shape[-1])
        self.stride.show_value(setup.stride)
        self.padding.show_value(setup.padding)
        self._show_bias(setup.bias)
        self.activation.put(setup.activation)
        self.pooling.put(setup.pooling)
        self.pool_size.show_value(setup.pool_size)
        self.pool_size.setEnabled(setup.pooling != "none")
        self._show_formula(setup)

    # Building

    def _make_fields(self) -> None:
        self.preset = ChoiceField()
        self.preset.setObjectName("convolution.preset")
        self.preset.setAccessibleName("Kernel to begin with")
        self.kernel = KernelEditor()
        self.flip = SwitchField()
        self.flip.setText("Flip kernel")
        self.flip.setToolTip(
            "Turn the kernel upside down and back to front, as the textbook's convolution does. Networks do not: what "
            "they compute is, strictly, the cross-correlation."
        )
        self.learned = QPushButton("From a layer…")
        self.learned.setIcon(icon("filters"))
        self.learned.setToolTip("Take a kernel that the chosen network has learned")
        self.kernel_size = NumberSlider("Kernel size", 1, MOST_KERNEL, "Cells of the window across and down")
        self.stride = NumberSlider("Stride", 1, MOST_STRIDE, "Cells that the window moves at each step")
        self.stride.setObjectName("convolution.stride")
        self.padding = NumberSlider("Padding", 0, MOST_PADDING, "Zeros that are put around the input on each side")
        self.padding.setObjectName("convolution.padding")
        self.formula = WrappedLabel()
        self.formula.setAccessibleName("Size of the output")
        self.dropped = caption(wrap=True)
        self.bias = QLineEdit()
        self.bias.setAccessibleName("Bias")
        self.bias.setToolTip("A number that is added to every sum")
        self.bias_problem = WrappedLabel()
        self.bias_problem.setProperty("bad", True)
        self.bias_problem.hide()
        self.activation = ChoiceField(((key, label) for key, (label, _) in ACTIVATIONS.items()), whole=True)
        self.activation.setAccessibleName("Activation")
        self.activation.setToolTip("What every output goes through: ReLU turns negative ones into 0")
        self.pooling = ChoiceField(POOLINGS.items(), whole=True)
        self.pooling.setAccessibleName("Pooling")
        self.pooling.setToolTip("What follows: one number for each block of the output, its largest or its mean")
        self.pool_size = NumberSlider("Size of the blocks that are pooled", 2, MOST_POOL, "Cells of a block")

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.preset, self.kernel, self.flip, self.learned):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(heading("The window"))
        column.addLayout(_rows([("Size", self.kernel_size), ("Stride", self.stride), ("Padding", self.padding)]))
        column.addWidget(caption("Size of the output: (input + 2·padding − kernel) / stride + 1", wrap=True))
        column.addWidget(self.formula)
        column.addWidget(self.dropped)
        column.addSpacing(8)
        column.addWidget(heading("And then"))
        rows = [("Bias", self.bias), ("", self.bias_problem), ("Activation", self.activation)]
        column.addLayout(_rows([*rows, ("Pooling", self.pooling), ("Blocks", self.pool_size)]))
        column.addStretch(1)
        self.body.addWidget(VerticalScroll(inside), 1)

    def _connect(self) -> None:
        self.preset.edited.connect(self._on_preset)
        self.kernel.edited.connect(self._on_kernel)
        self.learned.clicked.connect(self.learned_wanted)
        self.flip.edited.connect(lambda: self._change(flip=self.flip.raw()))
        self.kernel_size.changed.connect(lambda size: self._put(self._setup.with_kernel_size(size)))
        self.stride.changed.connect(lambda stride: self._change(stride=stride))
        self.padding.changed.connect(lambda padding: self._change(padding=padding))
        self.bias.textEdited.connect(self._on_bias)
        self.activation.edited.connect(lambda: self._change(activation=self.activation.raw()))
        self.pooling.edited.connect(lambda: self._change(pooling=self.pooling.raw()))
        self.pool_size.changed.connect(lambda size: self._change(pool_size=size))

    # What the user does

    def _change(self, **changes: object) -> None:
        self._put(replace(self._setup, **changes))  # type: ignore[arg-type]

    def _put(self, setup: Setup) -> None:
        self.show_setup(setup)
        self.changed.emit(setup)

    def _on_preset(self) -> None:
        key = self.preset.raw()
        if key in PRESETS:
            kernel = PRESETS[key].kernel[None].repeat(len(self._setup.kernel), axis=0)
            bias = 0.0 if self._setup.kernel_name else self._setup.bias  # that of a learned kernel goes with it
            self._put(replace(self._setup, kernel=kernel, kernel_name="", bias=bias))

    def _on_kernel(self, kernel: Numbers) -> None:
        self._put(replace(self._setup, kernel=kernel, kernel_name=""))

    def _on_bias(self, text: str) -> None:
        try:
            bias = typed_number(text)
        except ValueError as error:
            self._say_bias(str(error))
            return
        self._say_bias("")
        self._change(bias=bias)

    def _show_bias(self, bias: float) -> None:
        """What is being typed with the same meaning stays as it is typed."""
        if self.bias_problem.isHidden() and _meant(self.bias.text()) != bias:
            self.bias.setText(cell_text(bias))

    def _say_bias(self, problem: str) -> None:
        mark_wrong(self.bias, wrong=bool(problem))
        self.bias.setAccessibleDescription(problem)
        self.bias_problem.setText(f"{problem} Until then it counts as before." if problem else "")
        self.bias_problem.setVisible(bool(problem))

    def _show_formula(self, setup: Setup) -> None:
        geometry = setup.geometry
        self.formula.setText(formula(geometry.height, geometry.kernel, geometry.stride, geometry.padding))
        _tint(self.formula, "" if geometry.fits else "bad")
        words = dropped_words(setup)
        self.dropped.setText(words)
        self.dropped.setVisible(bool(words))


def _meant(text: str) -> float | None:
    """The number that a text is, None if it is none."""
    try:
        return typed_number(text)
    except ValueError:
        return None


def _tint(label: QLabel, colour: str) -> None:
    label.setProperty("bad", colour == "bad")
    label.style().unpolish(label)
    label.style().polish(label)


def _rows(rows: Sequence[tuple[str, QWidget]]) -> QGridLayout:
    """Names and what they name; without a name it stands across."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(8)
    for place, (name, widget) in enumerate(rows):
        if not name:
            grid.addWidget(widget, place, 0, 1, 2)
            continue
        label = QLabel(name)
        label.setBuddy(widget)
        grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(widget, place, 1)
    grid.setColumnStretch(1, 1)
    return grid
