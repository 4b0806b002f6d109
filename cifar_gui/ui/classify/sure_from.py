"""From what probability on an answer is called sure: a button that says it, and a slider that changes it."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from cifar_gui.inference.trade import Trade, trade_words
from cifar_gui.inference.verdict import CONFIDENT, LEAST_SURE, MOST_SURE
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.bar import ShyButton
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.popup import Popup
from cifar_gui.ui.widgets.text import heading, muted
from cifar_gui.words import exact_percent

_WIDTH = 320
_TOPIC = "confidence#sure"
_NOT_MEASURED = "How many that would be was not measured of this network."


class SureFrom(ShyButton):
    """Opens the slider.

    Signals: changed(float) by the user, in steps of one per cent.
    """

    changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setIcon(icon("check"))
        self.setObjectName("classify.sure_from")
        self._value = CONFIDENT
        self._trade: Trade = ()
        self.popup = SurePopup(self)
        self.popup.slider.valueChanged.connect(self._on_slider)
        self.clicked.connect(lambda: self.popup.open_beside(self))
        explained_by(self, _TOPIC)
        self._show()

    @property
    def value(self) -> float:
        """In [`LEAST_SURE`, `MOST_SURE`]."""
        return self._value

    def put(self, value: float) -> None:
        """Without `changed`."""
        self._value = value
        self._show()

    def restore(self, value: object) -> None:
        """What was remembered, or anything else, which changes nothing. Without `changed`."""
        if isinstance(value, float) and math.isfinite(value) and LEAST_SURE <= value <= MOST_SURE:
            self.put(round(value, 2))

    def show_trade(self, trade: Trade) -> None:
        """What was measured of the network chosen, for every value."""
        self._trade = trade
        self._show()

    def _on_slider(self, percent: int) -> None:
        if percent / 100 != self._value:
            self.put(percent / 100)
            self.changed.emit(self._value)

    def _show(self) -> None:
        told = f"Sure from {exact_percent(self._value)}"
        self.setText(told)
        self.setToolTip(f"{told}: fewer answers and more of them right, or the other way round")
        self.popup.show_value(self._value, trade_words(self._trade, self._value) or _NOT_MEASURED)


class SurePopup(Popup):
    """The slider, what it trades, and the way back."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = heading()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(100 * LEAST_SURE), round(100 * MOST_SURE))
        self.slider.setPageStep(5)
        self.slider.setAccessibleName("Sure from, in per cent")
        self.slider.setObjectName("classify.sure_slider")
        self.words = muted(wrap=True)
        self.reset = QPushButton(f"Back to {exact_percent(CONFIDENT)}")
        self.reset.clicked.connect(self._reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(SPACING)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(HelpButton(_TOPIC, "when an answer is sure"))
        layout.addLayout(head)
        layout.addWidget(self.slider)
        layout.addWidget(self.words)
        layout.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignRight)

    def show_value(self, value: float, words: str) -> None:
        """Without a signal."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(100 * value))
        self.slider.blockSignals(False)
        self.title.setText(f"SURE FROM {exact_percent(value)}")
        self.title.setAccessibleName(f"Sure from {exact_percent(value)}")
        self.words.setText(words)
        self.slider.setAccessibleDescription(words)
        self.reset.setEnabled(value != CONFIDENT)

    def open_beside(self, button: QWidget) -> None:
        """With the slider in the keyboard's focus."""
        self.ensurePolished()
        self.setFixedWidth(px(_WIDTH))
        # as many lines as there may be, so that the window stays where it is while the figures change
        self.words.setFixedWidth(px(_WIDTH) - 4 * SPACING - 2)
        self.words.setFixedHeight(4 * self.words.fontMetrics().lineSpacing())
        self.show_beside(button)
        self.slider.setFocus()

    def _reset(self) -> None:
        self.slider.setValue(round(100 * CONFIDENT))
        self.slider.setFocus()
