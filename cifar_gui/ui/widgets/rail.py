"""The rail of pages on the left of the window."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import font, px, theme


class Rail(QFrame):
    """A button with icon and word for each page. Arrow keys move along it.

    Signals: page_chosen(str) with the page's name.
    """

    page_chosen = Signal(str)

    def __init__(self, pages: Iterable[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        """`pages`: (name, label, icon) in order."""
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setAccessibleName("Pages")
        self._buttons: dict[str, QToolButton] = {}
        self._shown: frozenset[str] = frozenset()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3, 8, 3, 8)
        layout.setSpacing(4)
        for name, label, icon_name in pages:
            self._buttons[name] = button = self._button(label, icon_name)
            button.clicked.connect(lambda _checked=False, name=name: self.page_chosen.emit(name))
            layout.addWidget(button)
        layout.addStretch(1)
        self.show_only(self._buttons)
        theme().changed.connect(self._resize)
        self._resize()

    def show_only(self, names: Iterable[str]) -> None:
        """Offer these pages, numbered in their order."""
        self._shown = frozenset(names)
        number = 0
        for name, button in self._buttons.items():
            number += name in self._shown
            keys = f" (Ctrl+{number})" if name in self._shown else ""
            button.setToolTip(f"{button.text()}{keys}")
            button.setVisible(name in self._shown or button.isChecked())

    def show_current(self, name: str) -> None:
        """Mark the page that is at the front. One that is not offered, but that something has led to, stands here as
        long as it is there."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)
        for each, button in self._buttons.items():
            button.setVisible(each in self._shown or button.isChecked())

    def button(self, name: str) -> QToolButton:
        """The button of a page."""
        return self._buttons[name]

    def _button(self, label: str, icon_name: str) -> QToolButton:
        button = QToolButton()
        button.setText(label)
        button.setIcon(icon(icon_name, "muted"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setCheckable(True)
        button.setAutoExclusive(True)
        button.setAccessibleName(label)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _resize(self) -> None:
        """All buttons are as wide as the longest word, which in the fonts of some systems is wider than most."""
        metrics = QFontMetrics(font(11))  # that of the stylesheet, which has not reached the buttons yet
        longest = max(metrics.horizontalAdvance(button.text()) for button in self._buttons.values())
        for button in self._buttons.values():
            button.setIconSize(QSize(px(22), px(22)))
            button.setFixedWidth(max(px(65) + 4, longest + px(3) + 4))  # the frame is 2 wide at any zoom
