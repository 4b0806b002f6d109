"""A row of joined buttons of which one is down."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from cifar_gui.ui.theme import font


class _Segment(QPushButton):
    """Has room for its words in bold, as they are while it is down: a style sheet measures them as they are now."""

    def sizeHint(self) -> QSize:
        usual, bold = (QFontMetrics(font(bold=bold)).horizontalAdvance(self.text()) for bold in (False, True))
        return super().sizeHint() + QSize(max(bold - usual, 0), 0)


class Segmented(QFrame):
    """One of a few options. Options are keys, or (key, label) pairs. Arrow keys move between them.

    Signals: chosen(str) when the user picks another one.
    """

    chosen = Signal(str)

    def __init__(self, options: Iterable[str | tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("segmented", True)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        for option in options:
            key, label = option if isinstance(option, tuple) else (option, option)
            button = _Segment(label)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            layout.addWidget(button)
        if self._buttons:
            next(iter(self._buttons.values())).setChecked(True)

    @property
    def current(self) -> str:
        """The key of the option that is down, "" if there is none."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, key: str) -> None:
        """Press an option without emitting `chosen`. Unknown keys change nothing."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def release(self) -> None:
        """Have none of them down, without emitting `chosen`."""
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)

    def button(self, key: str) -> QPushButton:
        """The button of an option, to disable it or to give it a tool tip."""
        return self._buttons[key]
