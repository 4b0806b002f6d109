"""The one model chooser: a button in the corner of the menu bar, with a menu of everything that can be chosen."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.model_choices import ModelChoice, joined
from cifar_gui.ui.models import ModelLibrary
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.text import muted

_MAX_RUNS = 6
"""With the shipped models, as many as there is room for on a screen of 640 lines: more would begin a second column."""

_GROUPS = (("live", "In training"), ("shipped", "Shipped"), ("opened", "Opened"), ("runs", "Runs"))


class ModelChooser(QToolButton):
    """Says which network the window looks at, and lets one choose another."""

    def __init__(self, models: ModelLibrary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model.chooser")
        self.setAccessibleName("Model")
        self.setToolTip("The network that every page looks at (Ctrl+M)")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._models = models
        self._is_short = False
        self.word = muted("Model")
        self.word.setBuddy(self)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        models.choices_changed.connect(self._show_current)
        self._show_current()

    def be_short(self, *, short: bool) -> None:
        """Name the network without saying what it scores, and do without the word before it."""
        if short != self._is_short:
            self._is_short = short
            self.word.setHidden(short)
            self._show_current()

    def fill(self) -> QMenu:
        """The menu, with today's choices."""
        self._fill()
        return self._menu

    def _show_current(self) -> None:
        current = self._models.current
        if current is None:
            self.setText("No model  ▾")
            return
        whole = joined(current.label, current.detail)
        self.setText((current.label if self._is_short else whole) + "  ▾")
        self.setAccessibleDescription(whole)

    def _fill(self) -> None:
        self._menu.clear()
        choices = self._models.choices()
        for group, label in _GROUPS:
            own = [choice for choice in choices if choice.group == group]
            if not own:
                continue
            self._add_heading(label)
            if group == "runs":
                self._add_runs(own)
            else:
                for choice in own:
                    self._menu.addAction(self._action(choice, self._menu))
        if self._menu.isEmpty():
            nothing = self._menu.addAction("No network here yet: train one")
            nothing.setEnabled(False)

    def _add_heading(self, text: str) -> None:
        """What `addSection` would do if Fusion drew the text of sections."""
        if not self._menu.isEmpty():
            self._menu.addSeparator()
        self._menu.addAction(text).setEnabled(False)

    def _add_runs(self, choices: list[ModelChoice]) -> None:
        """Best, last and epochs of the newest run; one line for each of the others, as a sweep makes dozens of them;
        older runs than half a dozen in a submenu of their own."""
        runs = [list(own) for _name, own in groupby(choices, key=lambda each: each.key.split("/")[1])]
        self._add_run(runs[0], self._menu, runs[0][0].about)
        for own in runs[1:_MAX_RUNS]:
            self._fold_run(own, self._menu)
        if len(runs) > _MAX_RUNS:
            older = self._menu.addMenu(f"{len(runs) - _MAX_RUNS} older runs")
            for own in runs[_MAX_RUNS:]:
                self._fold_run(own, older)

    def _fold_run(self, choices: list[ModelChoice], menu: QMenu) -> None:
        """One line, with what there is of the run behind it."""
        best = choices[0]
        if len(choices) == 1:
            self._add_run(choices, menu, best.about)
            return
        folded = menu.addMenu(_text(best.label.split(" · ")[0], best.detail, best.about))
        if self._models.current is not None and self._models.current.key in [choice.key for choice in choices]:
            folded.setIcon(icon("check"))
        self._add_run(choices, folded)

    def _add_run(self, choices: list[ModelChoice], menu: QMenu, about: str = "") -> None:
        """`about`: what the run is, said once, with its first network."""
        epochs = [choice for choice in choices if "/epoch/" in choice.key]
        for choice in choices:
            if choice not in epochs:
                menu.addAction(self._action(choice, menu, about))
                about = ""
        if epochs:
            submenu = menu.addMenu(icon("clock", "muted"), f"{epochs[0].label.split(' · ')[0]} · epochs")
            for choice in epochs:
                submenu.addAction(self._action(choice, submenu))

    def _action(self, choice: ModelChoice, parent: QWidget, about: str = "") -> QAction:
        action = QAction(_text(choice.label, choice.detail, about), parent)
        action.setCheckable(True)
        action.setChecked(self._models.current is not None and self._models.current.key == choice.key)
        action.triggered.connect(lambda: self._models.choose(choice.key))
        return action


def _text(*parts: str) -> str:
    """For a menu, with an ampersand where people wrote one."""
    return joined(*parts).replace("&", "&&")


def chooser_corner(models: ModelLibrary) -> tuple[QWidget, ModelChooser]:
    """The word "Model" and the chooser, for the corner of the menu bar."""
    corner = QWidget()
    layout = QHBoxLayout(corner)
    layout.setContentsMargins(0, 1, 8, 1)
    layout.setSpacing(SPACING)
    chooser = ModelChooser(models)
    layout.addWidget(chooser.word)
    layout.addWidget(chooser)
    return corner, chooser
