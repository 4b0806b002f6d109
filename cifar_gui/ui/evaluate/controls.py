"""What is to be evaluated: which pictures, one view or six, and what is to be known before."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton

from cifar_gui.data.base import SplitName
from cifar_gui.ui.evaluate.standing import CHOICES, Standing
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.help_button import explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.text import WrappedLabel, muted

_TIP = "Ask the network about every one of these pictures"


class Controls(Panel):
    """Signals: split_chosen(str); run_wanted(); game_wanted(); way_taken() when what is offered as a way out is
    wanted."""

    split_chosen = Signal(str)
    run_wanted = Signal()
    game_wanted = Signal()
    way_taken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.split = Segmented(CHOICES.items())
        self.split.setAccessibleName("Pictures")
        self.six_views = QCheckBox("Six views")
        self.six_views.setToolTip("Average the answers to six slightly shifted and mirrored copies: better, and slower")
        self.run = ShyButton("Run")
        self.run.setObjectName("evaluate.run")
        self.run.setIcon(icon("play", "on_accent"))
        self.run.setProperty("primary", True)
        self.game = ShyButton("You against it")
        self.game.setObjectName("evaluate.play")
        self.game.setIcon(icon("keyboard"))
        self.game.setToolTip("Twenty held-out pictures: who recognises more, you or the network?")
        self.note = muted(wrap=True)
        self.way = QPushButton()
        self.stale = WrappedLabel()
        self.stale.setProperty("doubt", True)
        self._lay_out()
        self.split.chosen.connect(self.split_chosen)
        self.run.clicked.connect(self.run_wanted)
        self.game.clicked.connect(self.game_wanted)
        self.way.clicked.connect(self.way_taken)

    def choose(self, split: SplitName | None) -> None:
        """Press a split, or none, without telling anybody."""
        if split is None:
            self.split.release()
        else:
            self.split.choose(split)

    def show_standing(self, found: Standing, way: str) -> None:
        """What can be said of what is chosen; `way`: the words on the button for the way out, "" for none."""
        self.note.setText(found.text)
        self.note.setProperty("muted", not found.doubtful)
        self.note.setProperty("doubt", found.doubtful)
        self.note.style().polish(self.note)
        self.run.setEnabled(not found.why_not)
        self.run.setToolTip(found.why_not or _TIP)
        taken = self.way.hasFocus() and not way
        self.way.setText(way)
        self.way.setVisible(bool(way))
        if taken and self.run.isEnabled():
            self.run.setFocus()  # Qt would hand the keyboard to whatever follows on the page

    def show_stale(self, words: str) -> None:
        """That what is shown below is of something else; "" if it is not."""
        self.stale.setText(words)
        self.stale.setVisible(bool(words))

    def _lay_out(self) -> None:
        explained_by(self, "evaluate#which-pictures")
        self.body.addWidget(ControlBar([self.split, self.six_views], [self.run, self.game], close=True, breaks=True))
        row = QHBoxLayout()
        row.setSpacing(2 * SPACING)
        row.addWidget(self.note, 1)
        row.addWidget(self.way)
        self.body.addLayout(row)
        self.body.addWidget(self.stale)
        self.stale.hide()
        self.way.hide()
