"""The rail of pages on the left of the window."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import font, px, theme

_TALL, _LOW = 52, 34
"""What the stylesheet makes of a button with its word and of one without: pixels at zoom 1, without the frame."""

_FRAME = 4
"""Pixels of a button's frame, both sides together, at any zoom."""

_STYLES = {False: Qt.ToolButtonStyle.ToolButtonTextUnderIcon, True: Qt.ToolButtonStyle.ToolButtonIconOnly}


class Rail(QFrame):
    """A button with icon and word for each page. Arrow keys move along it. Where it is not tall enough, at a high zoom
    on a small screen, the icons stand alone.

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
        self._compact = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3, 8, 3, 8)
        layout.setSpacing(4)
        for name, label, icon_name in pages:
            self._buttons[name] = button = self._button(label, icon_name)
            button.clicked.connect(lambda _checked=False, name=name: self.page_chosen.emit(name))
            layout.addWidget(button)
        layout.addStretch(1)
        self.show_only(self._buttons)
        theme().changed.connect(self._fit)
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
        self._fit()

    def show_current(self, name: str) -> None:
        """Mark the page that is at the front. One that is not offered, but that something has led to, stands here as
        long as it is there."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)
        for each, button in self._buttons.items():
            button.setVisible(each in self._shown or button.isChecked())
        self._fit()

    @property
    def is_compact(self) -> bool:
        """Whether the icons stand alone, for want of height."""
        return self._compact

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def button(self, name: str) -> QToolButton:
        """The button of a page."""
        return self._buttons[name]

    def _button(self, label: str, icon_name: str) -> QToolButton:
        button = QToolButton()
        button.setText(label)
        button.setIcon(icon(icon_name, "muted"))
        button.setToolButtonStyle(_STYLES[False])
        button.setCheckable(True)
        button.setAutoExclusive(True)
        button.setAccessibleName(label)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _fit(self) -> None:
        """Words under the icons if there is height for all of them."""
        count = sum(not button.isHidden() for button in self._buttons.values())
        compact = self.height() < count * (px(_TALL) + _FRAME + px(4)) + px(12)
        if compact != self._compact:
            self._compact = compact
            self.setProperty("compact", compact)
            for button in self._buttons.values():
                button.setToolButtonStyle(_STYLES[compact])
                button.style().unpolish(button)
                button.style().polish(button)
        self._resize()

    def _resize(self) -> None:
        """All buttons are as wide as the longest word, which in the fonts of some systems is wider than most."""
        metrics = QFontMetrics(font(11))  # that of the stylesheet, which has not reached the buttons yet
        longest = max(metrics.horizontalAdvance(button.text()) for button in self._buttons.values())
        for button in self._buttons.values():
            button.setIconSize(QSize(px(22), px(22)))
            button.setFixedWidth(px(_LOW) + _FRAME if self._compact else max(px(65), longest + px(3)) + _FRAME)
