"""A whole number from a short range: a slider with its value beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from cifar_gui.ui.theme import px


class NumberSlider(QWidget):
    """Signals: changed(int) by the user."""

    changed = Signal(int)

    def __init__(self, name: str, low: int, high: int, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(low, high)
        self.slider.setPageStep(1)
        self.slider.setToolTip(tip)
        self.slider.setAccessibleName(name)
        self.slider.setAccessibleDescription(tip)
        self.number = QLabel(str(low))
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.number.setMinimumWidth(px(20))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.number)
        self.setFocusProxy(self.slider)
        self.slider.valueChanged.connect(self._on_changed)

    @property
    def value(self) -> int:
        return self.slider.value()

    def show_value(self, value: int) -> None:
        """Without `changed`."""
        self.slider.blockSignals(True)
        self.slider.setValue(value)
        self.slider.blockSignals(False)
        self.number.setText(str(value))

    def _on_changed(self, value: int) -> None:
        self.number.setText(str(value))
        self.changed.emit(value)
