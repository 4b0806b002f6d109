"""What can be done with the selected runs: actions, their buttons, and why some are not possible now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from cifar_gui.ui.actions import Actions, ActionText
from cifar_gui.ui.icons import icon
from cifar_gui.ui.runs.filter_bar import FilterBar
from cifar_gui.ui.runs.rows import RunRow, continue_words, why_not_continue
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.action_button import action_button
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.segmented import Segmented

TEXTS = {
    "resume": ActionText("&Continue", "play", "Go on with this run where it stopped, or train one epoch more"),
    "use": ActionText("&Use this model", "model", "Look at this run's best network on all pages"),
    "duplicate": ActionText("&Duplicate recipe", "copy", "Begin a new run with the same settings, to change some"),
    "same_weights": ActionText(
        "Start again from the same &weights", "redo", "Begin a new run with its network and seed, and change the rest"
    ),
    "sweep": ActionText("S&weep…", "samples", "Train this recipe with many values of some of its settings"),
    "rename": ActionText("Re&name", "rename", "Give the run a name", ("F2",)),
    "card": ActionText(
        "Save run &card…", "picture", "Curves, filters and result as one picture, with the recipe in it"
    ),
    "export": ActionText("&Export…", "export", "Write the run as one file, for another machine"),
    "open_folder": ActionText("&Open folder", "folder", "Show the run's files"),
    "trash": ActionText("Move to &trash", "trash", "Kept in the trash for 30 days", ("Delete", "Backspace")),
    "restore": ActionText("&Restore", "undo", "Take the selected runs back from the trash"),
}
VIEWS = {"runs": "Runs", "sweeps": "Sweeps", "trash": "Trash"}
_LABELLED = ("use", "duplicate", "sweep", "restore")
_IN_TRASH = ("restore", "open_folder")


class Commands(QWidget):
    """Two rows over the table, buttons and which runs are to be seen; the same actions for keys and the context menu.

    Signals: view_chosen(str), one of `VIEWS`.
    """

    view_chosen = Signal(str)

    def __init__(self, actions: Actions, handlers: dict[str, Callable[[], object]], table: QWidget) -> None:
        """`handlers`: what each of `TEXTS` does. Keys work while the table has the focus."""
        super().__init__()
        self._actions = actions
        self._buttons: dict[str, QAbstractButton] = {}
        self.resume = ShyButton("Continue")
        self.filter = FilterBar()
        self.view = Segmented(VIEWS.items())
        for name, text in TEXTS.items():
            action = actions.add(f"runs.{name}", text, handlers[name])
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            table.addAction(action)
        self._lay_out()
        self.view.chosen.connect(self._on_view)
        self.resume.clicked.connect(self.action("resume").trigger)
        self._on_view("runs")

    @property
    def shows_trash(self) -> bool:
        return self.view.current == "trash"

    def action(self, name: str) -> QAction:
        """One of `TEXTS`."""
        return self._actions[f"runs.{name}"]

    def show_selection(self, rows: Sequence[RunRow], session_state: str) -> None:
        """Allow what is possible with these runs, and say of the rest why it is not."""
        one = "" if len(rows) == 1 else "Select one run."
        row = rows[0] if len(rows) == 1 else None
        damaged = one or ("" if row and row.summary.recipe else "The recipe of this run is damaged.")
        busy = "A run that is being trained stays where it is: stop it first."
        training = "The run is being trained: stop it first." if row and row.summary.running else ""
        why_not = {
            "resume": "Take the run back from the trash first."
            if self.shows_trash
            else why_not_continue(rows, session_state),
            "use": one or ("" if row and row.summary.model_path else "No epoch of this run has been finished."),
            **dict.fromkeys(("duplicate", "same_weights", "sweep", "rename"), damaged),
            "card": damaged or ("" if row and row.summary.model_path else "No epoch of this run has been finished."),
            "export": training or damaged,
            "open_folder": one,
            "trash": busy if any(row.summary.running for row in rows) else "" if rows else "Select runs.",
            "restore": "" if rows else "Select runs.",
        }
        for name, reason in why_not.items():
            self._actions.allow(f"runs.{name}", reason)
        self.action("resume").setText("&" + continue_words(rows))
        self.resume.setText(continue_words(rows))
        self.resume.setEnabled(not why_not["resume"])
        self.resume.setToolTip(why_not["resume"] or TEXTS["resume"].tip)

    def show_view(self, view: str) -> None:
        """Another one of `VIEWS`, chosen elsewhere."""
        self.view.choose(view)
        self._on_view(view)

    def _on_view(self, view: str) -> None:
        in_trash = view == "trash"
        for name in TEXTS:
            self.action(name).setVisible((name in _IN_TRASH) if in_trash else name != "restore")
        for name, button in self._buttons.items():
            button.setVisible(self.action(name).isVisible())
        self.resume.setVisible(not in_trash)
        self.view_chosen.emit(view)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        self.resume.setObjectName("runs.resume")
        self.resume.setProperty("primary", True)
        self.resume.setIcon(icon("play", "on_accent"))
        buttons = {name: self._button(name) for name in TEXTS if name != "resume"}
        first = [button for name, button in buttons.items() if name in _LABELLED]
        others = [button for name, button in buttons.items() if name not in _LABELLED]
        layout.addWidget(ControlBar([self.resume, *first], [self.view], breaks=True))
        explained = HelpButton("runs", "what can be done with runs")
        layout.addWidget(ControlBar([self.filter], [*others, explained], stretched=self.filter, breaks=True))

    def _button(self, name: str) -> QAbstractButton:
        """Those in `_LABELLED` have words."""
        button = action_button(self.action(name), _words(name), TEXTS[name].icon, labelled=name in _LABELLED)
        button.setObjectName(f"runs.{name}")
        self._buttons[name] = button
        return button


def _words(name: str) -> str:
    return TEXTS[name].text.replace("&", "")
