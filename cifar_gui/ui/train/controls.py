"""The row of buttons above the Train page, and which run this is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.train.run_state import Situation, buttons
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.elided import ElidedLabel

_ICONS = {"start": "play", "new_run": "plus", "pause": "pause", "stop": "stop", "one_more": "", "watch_live": "live"}


class RunControls(QWidget):
    """Signals: pressed(str) with "start", "new_run", "pause", "stop", "one_more" or "watch_live"."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.buttons = {name: self._button(name) for name in _ICONS}
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setObjectName("train.run_title")
        bold = QFont()
        bold.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(bold)
        self.subtitle = ElidedLabel()
        self.subtitle.setProperty("muted", True)
        first = [self.buttons[name] for name in ("start", "new_run", "pause", "stop", "one_more")]
        bar = ControlBar([*first, self.title, self.subtitle], [self.buttons["watch_live"]], stretched=self.subtitle)
        layout.addWidget(bar)
        self.show_situation(Situation())

    def show_situation(self, now: Situation) -> None:
        """Name, allow and explain the buttons."""
        focused = next((each for each in (self, *self.buttons.values()) if each.hasFocus()), None)
        for name, look in buttons(now).items():
            if name not in self.buttons:
                continue
            button = self.buttons[name]
            button.setText(look.text)
            button.setAccessibleName(look.text)
            button.setToolTip(look.tip)
            if button.underMouse() and button.statusTip() != look.tip:  # Qt tells the tip only when the mouse comes
                QApplication.sendEvent(button, QStatusTipEvent(look.tip))
            button.setStatusTip(look.tip)
            button.setAccessibleDescription(look.tip)
            button.setEnabled(look.enabled)
            button.setVisible(look.visible)
        self.buttons["pause"].setIcon(icon("play" if now.state == "paused" else "pause"))
        if focused is self or (focused is not None and not _can_be_pressed(focused)):
            self.take_focus()

    def show_title(self, title: str, subtitle: str) -> None:
        """Which run this is, and what it trains."""
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.subtitle.setText(subtitle)

    def take_focus(self) -> None:
        """Where a button was pressed that is none any more, the keyboard goes on here: Qt would hand it to whatever
        follows on the page. While nothing can be pressed, it waits."""
        ways = (self.buttons[name] for name in ("pause", "start", "new_run"))
        next((each for each in ways if _can_be_pressed(each)), self).setFocus()

    def _button(self, name: str) -> QPushButton:
        button = ShyButton()
        button.setObjectName(f"train.{name}")
        if _ICONS[name]:
            button.setIcon(icon(_ICONS[name], "on_accent" if name == "start" else "text"))
        button.setProperty("primary", name == "start")
        button.clicked.connect(lambda: self.pressed.emit(name))
        return button


def _can_be_pressed(button: QWidget) -> bool:
    return button.isEnabled() and button.isVisible()
