"""One picture of a round, magnified, and a button for each class."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.evaluate.game import Round, key_of
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING, px, theme
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.pixels import PixelView
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.side_by_side import SideBySide
from cifar_gui.ui.widgets.text import caption, muted

_LEAST, _SIDE, _WIDE, _WIDEST, _LEAST_ANSWERS = 128, 320, 620, 760, 190
"""Sizes in pixels at zoom 1. A picture that is magnified more is harder to recognise, not easier."""

_HOW = "Keys: {} answer, Backspace takes back, Escape leaves."


class GameQuestion(Panel):
    """Nothing tells the answer. Signals: answered(int) with a class; back_wanted(); left()."""

    answered = Signal(int)
    back_wanted = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__("You against the network")
        self.opponent, self.count = muted(wrap=True), muted()
        self.picture = PixelView(_SIDE)
        self.buttons: list[QPushButton] = []
        self._names: tuple[str, ...] = ()
        self._answers = QWidget()
        self._grid = QGridLayout(self._answers)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACING)
        self.back, self.leave = ShyButton("Back"), ShyButton("Leave")
        self.back.setIcon(icon("undo"))
        self.leave.setIcon(icon("close"))
        self.back.setToolTip("Take back the last answer (Backspace)")
        self.leave.setToolTip("Back to the evaluation; the round is kept (Escape)")
        self.back.clicked.connect(self.back_wanted)
        self.leave.clicked.connect(self.left)
        self.header.addWidget(self.count)
        self.explain("evaluate#you-against-the-network", "the game")
        scroll = VerticalScroll(self._answers, _LEAST_ANSWERS)
        self._board = SideBySide([(self.picture, 1), (scroll, 1)], _WIDE)
        self._middle = QWidget()
        column = QVBoxLayout(self._middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        self._how = caption(wrap=True)
        for part in (self.opponent, self._board, self._how, ControlBar([self.back, self.leave])):
            column.addWidget(part)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._middle, 1000)  # as wide as it may be
        row.addStretch(1)
        self.body.addStretch(1)
        self.body.addLayout(row)
        self.body.addStretch(2)
        theme().changed.connect(self._set_sizes)
        self._set_sizes()

    def show_round(self, played: Round) -> None:
        """The next picture of a round that is not finished."""
        number = len(played.yours) + 1
        self.opponent.setText(f"What is it? {played.model} has answered already; both scores come at the end.")
        self.count.setText(f"Picture {number} of {len(played)}")
        self.picture.show_pixels(played.picture)
        self.picture.setAccessibleName(f"Picture {number} of {len(played)}")
        self.back.setEnabled(number > 1)
        self._offer(played.data.class_names)

    def _set_sizes(self) -> None:
        self.picture.setMinimumSize(px(_LEAST), px(_LEAST))
        self.picture.setMaximumWidth(px(_SIDE))
        self._middle.setMaximumWidth(px(_WIDEST))

    def _offer(self, names: tuple[str, ...]) -> None:
        if names == self._names:
            return
        self._names = names
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        self._how.setText(_HOW.format("1 to 9 and 0" if len(names) > 9 else f"1 to {len(names)}"))
        rows = -(-len(names) // 2)
        for answer, name in enumerate(names):
            button = QPushButton(f"{key_of(answer)}  {name}".strip())
            button.setProperty("listed", True)
            button.setAccessibleName(name)
            button.clicked.connect(lambda _on=False, answer=answer: self.answered.emit(answer))
            self._grid.addWidget(button, answer % rows, answer // rows)
            self.buttons.append(button)
        self._grid.setRowStretch(rows, 1)
