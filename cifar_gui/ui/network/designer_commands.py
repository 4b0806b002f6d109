"""What can be done with a design: actions, their keys and buttons, and why some are not possible now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from cifar_gui.networks.design import KINDS, Layer
from cifar_gui.ui.actions import ACTIONS, Actions, ActionText
from cifar_gui.ui.icons import icon
from cifar_gui.ui.network.design_model import DesignModel
from cifar_gui.ui.widgets.action_button import action_button
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton

TEXTS = {
    "add": ActionText("&Add layer…", "plus", "Add a layer after the selected one", ("Ins",)),
    "duplicate": ActionText("&Duplicate layer", "duplicate", "The selected layer once more", ("Ctrl+D",)),
    "remove": ActionText("&Remove layer", "trash", "Take the selected layer away", ("Delete",)),
    "up": ActionText("Move layer &up", "arrow-up", "The selected layer before the one above", ("Alt+Up",)),
    "down": ActionText("Move layer &down", "arrow-down", "The selected layer behind the one below", ("Alt+Down",)),
}
_HISTORY = ("undo", "redo")
"""The window's own actions, as every page may have something to undo."""


class DesignerCommands(ControlBar):
    """A row of buttons over the list, and the same actions for keys and the list's context menu. What *Undo* and *Redo*
    do is the page's.

    Signals: layer_wanted(type) with the kind of layer to add; requested(str) with another of `TEXTS`.
    """

    layer_wanted = Signal(object)
    requested = Signal(str)

    def __init__(self, actions: Actions, rows: QWidget) -> None:
        self._actions = actions
        for name, text in TEXTS.items():
            action = actions.add(f"network.{name}", text, self._handler(name))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            rows.addAction(action)
        rows.addActions([actions[name] for name in _HISTORY])
        self.add = ShyButton("Add layer")
        buttons = [self._button(name, TEXTS[name]) for name in TEXTS if name != "add"]
        super().__init__([self.add, *buttons], [self._button(name, ACTIONS[name]) for name in _HISTORY], breaks=True)
        self.menu = QMenu(self)
        self._fill_menu()
        self.add.setMenu(self.menu)
        self.add.setIcon(icon("plus"))
        self.add.setToolTip(TEXTS["add"].tip)
        self.add.setObjectName("network.designer.add")
        rows.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def action(self, name: str) -> QAction:
        """One of `TEXTS`, or "undo" or "redo"."""
        return self._actions[name if name in _HISTORY else f"network.{name}"]

    def show_state(self, model: DesignModel) -> None:
        """Allow what is possible with this design, and say of the rest why it is not."""
        none = "" if model.rows else "There is no layer yet."
        why_not = {
            "duplicate": none,
            "remove": none,
            "up": none or ("" if model.selected > 0 else "It is the first layer."),
            "down": none or ("" if model.selected < len(model.rows) - 1 else "It is the last layer."),
        }
        for name, reason in why_not.items():
            self._actions.allow(f"network.{name}", reason)
        self.show_history(model)

    def show_history(self, model: DesignModel) -> None:
        """Allow *Undo* and *Redo* as far as there is something, and say what it is."""
        for name, words, none in (
            ("undo", model.undo_words, "Nothing has been changed yet."),
            ("redo", model.redo_words, "Nothing has been undone."),
        ):
            self._actions.allow(name, "" if words else none)
            if words:
                self.action(name).setToolTip(words)
                self.action(name).setStatusTip(words)

    def _handler(self, name: str) -> Callable[[], object]:
        return (lambda: self.add.showMenu()) if name == "add" else (lambda: self.requested.emit(name))

    def _button(self, name: str, text: ActionText) -> QWidget:
        words = text.text.replace("&", "")
        button = action_button(self.action(name), words, text.icon, labelled=False)
        button.setObjectName(f"network.designer.{name}")
        return button

    def _fill_menu(self) -> None:
        self.menu.setToolTipsVisible(True)
        for kind in KINDS.values():
            action = self.menu.addAction(kind.label)
            action.setToolTip(kind.__doc__ or "")
            action.triggered.connect(lambda _checked=False, kind=kind: self._want(kind))

    def _want(self, kind: type[Layer]) -> None:
        self.layer_wanted.emit(kind)
