"""A button for an action of the window: it does and says what the action does and says."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QToolButton

from cifar_gui.ui.icons import icon
from cifar_gui.ui.widgets.bar import ShyButton


def action_button(action: QAction, words: str, symbol: str, *, labelled: bool) -> QAbstractButton:
    """With words beside its icon, or without, and then they begin its tool tip."""
    button: QAbstractButton = ShyButton(words) if labelled else QToolButton()
    button.setIcon(icon(symbol))
    button.setAccessibleName(words)
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip() if labelled else f"{words}: {action.toolTip()}")

    action.changed.connect(follow)
    follow()
    return button
