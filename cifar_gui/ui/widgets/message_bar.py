"""The bar at the top of the page: what happened, why, what to do; details folded and copyable."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cifar_gui.ui.icons import icon, icon_pixmap
from cifar_gui.ui.messages import Action, Message, Messages
from cifar_gui.ui.theme import SPACING, px, theme

_COLOURS = {"error": "bad", "warning": "doubt", "info": "accent"}


class MessageBar(QFrame):
    """Shows the newest of `Messages`, and how many more there are; they unfold. Hidden when there are none."""

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message.bar")
        self.setAccessibleName("Messages")
        self._messages = messages
        self._unfolded = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 8, 16, 0)
        self._layout.setSpacing(SPACING)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        messages.changed.connect(self.refresh)
        theme().changed.connect(self.refresh)
        self.refresh()

    def text(self) -> str:
        """Every message, also those that are folded away, a line each."""
        return "\n".join(message.text for message in self._messages.all)

    def refresh(self) -> None:
        """Build the bars anew."""
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        messages = self._messages.all
        self._unfolded = self._unfolded and len(messages) > 1
        for number, message in enumerate(messages if self._unfolded else messages[:1]):
            bar = _Bar(message, more="" if number or len(messages) < 2 else self._more(len(messages) - 1))
            bar.dismissed.connect(self._messages.dismiss)
            bar.more_wanted.connect(self._on_more)
            self._layout.addWidget(bar)
        self.setVisible(bool(messages))

    def _more(self, others: int) -> str:
        return "Fewer" if self._unfolded else f"{others} more"

    def _on_more(self) -> None:
        self._unfolded = not self._unfolded
        self.refresh()


class _Bar(QFrame):
    """One message. `more` is the label of a button for the other messages, if there is to be one.

    Signals: dismissed(str) with its text; more_wanted().
    """

    dismissed = Signal(str)
    more_wanted = Signal()

    def __init__(self, message: Message, more: str) -> None:
        super().__init__()
        self._message = message
        self.setProperty("message", True)
        self.setProperty("severity", message.severity)
        self.setAccessibleName(f"{message.severity}: {message.text}")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 8, 8, 8)
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        outer.addLayout(row)
        sign = QLabel()
        sign.setPixmap(icon_pixmap(message.severity, _COLOURS[message.severity], 18))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text_label(), 1)
        for action in message.actions:
            row.addWidget(self._action_button(action), 0, Qt.AlignmentFlag.AlignTop)
        if message.details:
            self._add_details(row, outer)
        if more:
            row.addWidget(self._more_button(more), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._close_button(), 0, Qt.AlignmentFlag.AlignTop)

    def _text_label(self) -> QLabel:
        times = f"  (×{self._message.count})" if self._message.count > 1 else ""
        label = QLabel(self._message.text + times)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setMinimumHeight(px(26))
        return label

    def _action_button(self, action: Action) -> QPushButton:
        label, callback = action
        button = QPushButton(label)

        def on_clicked() -> None:
            self.dismissed.emit(self._message.text)
            callback()

        button.clicked.connect(on_clicked)
        return button

    def _more_button(self, label: str) -> QPushButton:
        button = QPushButton(label)
        button.setObjectName("message.more")
        button.setProperty("flat", True)
        button.setAccessibleName(f"{label}: earlier messages")
        button.clicked.connect(self.more_wanted)
        return button

    def _close_button(self) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setIcon(icon("close", "muted"))
        button.setToolTip("Dismiss")
        button.setAccessibleName("Dismiss this message")
        button.clicked.connect(lambda: self.dismissed.emit(self._message.text))
        return button

    def _add_details(self, row: QHBoxLayout, outer: QVBoxLayout) -> None:
        details = QPlainTextEdit(self._message.details)
        details.setReadOnly(True)
        details.setMaximumHeight(px(160))
        details.setAccessibleName("Details")
        details.hide()
        toggle = QPushButton("Details")
        toggle.setCheckable(True)
        toggle.toggled.connect(details.setVisible)
        copy = QPushButton("Copy")
        copy.setIcon(icon("copy"))
        text = f"{self._message.text}\n\n{self._message.details}"
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        row.addWidget(toggle, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        outer.addWidget(details)
