"""Play, step, speed: what moves the window by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.bar import ShyButton

SPEEDS = (1, 2, 4, 8, 16, 32)
"""Places a second."""

_USUAL = 1


class Player(QWidget):
    """Signals: stepped(int) so many places on; restarted() back to the first place; played(bool) begun or ended."""

    stepped = Signal(int)
    restarted = Signal()
    played = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(lambda: self.stepped.emit(1))
        self.play = ShyButton("Play")
        self.play.setCheckable(True)
        self.play.setToolTip("Let the window slide by itself (Space)")
        self.restart = _button("undo", "Back to the first place, and forget where the window has been (Home)")
        self.back = _button("chevron-left", "One place back")
        self.step = _button("chevron-right", "One place on")
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setRange(0, len(SPEEDS) - 1)
        self.speed.setValue(_USUAL)
        self.speed.setFixedWidth(px(88))
        self.speed.setAccessibleName("Speed")
        self.where = QLabel()
        self.where.setProperty("muted", True)
        self.where.setToolTip("The place of the window, row by row, and how many there are")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.play, self.restart, self.back, self.step, self.speed, self.where):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.play.toggled.connect(self._on_toggled)
        self.restart.clicked.connect(self.restarted)
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.step.clicked.connect(lambda: self.stepped.emit(1))
        self.speed.valueChanged.connect(self._on_speed)
        self._on_speed(_USUAL)
        self._draw()

    @property
    def is_playing(self) -> bool:
        return self.play.isChecked()

    def stop(self) -> None:
        """Harmless if it does not play."""
        self.play.setChecked(False)

    def show_place(self, number: int, count: int) -> None:
        """Say where the window is; 0 of 0: nowhere."""
        self.where.setText(f"{number} of {count}" if count else "")
        self.where.setAccessibleName(f"Place {number} of {count}" if count else "No place")
        for widget in (self.play, self.restart, self.back, self.step):
            widget.setEnabled(count > 0)
        if not count:
            self.stop()

    def _on_speed(self, value: int) -> None:
        self._timer.setInterval(1000 // SPEEDS[value])
        self.speed.setToolTip(f"Speed: {SPEEDS[value]} a second")

    def _on_toggled(self, on: bool) -> None:
        if on:
            self._timer.start()
        else:
            self._timer.stop()
        self._draw()
        self.played.emit(on)

    def _draw(self) -> None:
        self.play.setText("Pause" if self.is_playing else "Play")
        self.play.setIcon(icon("pause" if self.is_playing else "play"))


def _button(symbol: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(symbol))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button
