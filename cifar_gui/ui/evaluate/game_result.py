"""How a round has ended: two scores, two small confusion matrices, and what either has missed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.evaluate.game import Player, Round, interval_words, missed, verdict_words
from cifar_gui.ui.evaluate.picture_list import PictureList
from cifar_gui.ui.evaluate.small_confusion import SmallConfusion
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.side_by_side import SideBySide
from cifar_gui.ui.widgets.text import caption, muted

_WIDE, _ROW = 640, 430
"""From which widths on both players, and a score and its matrix, stand beside each other; in pixels at zoom 1."""

_HOW_TO_READ = "Rows: what the pictures show. Columns: what was said, in the same order."


class GameResult(Panel):
    """Signals: again_wanted(); back_wanted(); left(); opened(Tile) with a picture that was missed."""

    again_wanted = Signal()
    back_wanted = Signal()
    left = Signal()
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__("You against the network")
        self.words = muted(wrap=True)
        self.you, self.network = _Side("you"), _Side("network")
        self.again = QPushButton("Another round")
        self.again.setProperty("primary", True)
        self.back, self.leave = ShyButton("Back"), ShyButton("Leave")
        self.back.setIcon(icon("undo"))
        self.leave.setIcon(icon("close"))
        self.back.setToolTip("Take back the last answer (Backspace)")
        self.leave.setToolTip("Back to the evaluation; the result is kept (Escape)")
        self.explain("evaluate#you-against-the-network", "the game")
        self.body.addWidget(self.words)
        self.body.addWidget(SideBySide([(self.you, 1), (self.network, 1)], _WIDE), 1)
        self.body.addWidget(caption(_HOW_TO_READ, wrap=True))
        self.body.addWidget(ControlBar([self.again, self.back, self.leave]))
        self.again.clicked.connect(self.again_wanted)
        self.back.clicked.connect(self.back_wanted)
        self.leave.clicked.connect(self.left)
        for side in (self.you, self.network):
            side.list.opened.connect(self.opened)

    def show_round(self, played: Round) -> None:
        """One that is finished."""
        self.words.setText(verdict_words(played))
        for side in (self.you, self.network):
            side.show_round(played)


class _Side(QWidget):
    """One of the two."""

    def __init__(self, player: Player) -> None:
        super().__init__()
        self._player = player
        self.name = ElidedLabel("heading")
        self.score, self.interval = QLabel(), muted(wrap=True)
        self.score.setProperty("verdict", True)
        self.confusion = SmallConfusion("Confusion matrix")
        self.missed, self.list = muted(wrap=True), PictureList()
        self.list.setToolTip("A click, or Enter, opens one on Classify")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        score = QWidget()
        figures = QVBoxLayout(score)
        figures.setContentsMargins(0, 0, 0, 0)
        figures.addWidget(self.score)
        figures.addWidget(self.interval)
        figures.addStretch(1)
        column.addWidget(self.name)
        column.addWidget(SideBySide([(score, 1), (self.confusion, 0)], _ROW))
        column.addWidget(self.missed)
        column.addWidget(self.list, 1)

    def show_round(self, played: Round) -> None:
        name = "You" if self._player == "you" else played.model
        right = int(played.right(self._player).sum())
        self.name.setText(name)
        self.score.setText(f"{right} of {len(played)}")
        self.score.setAccessibleName(f"Score: {name}")
        self.interval.setText(interval_words(played, self._player))
        self.confusion.show_counts(played.confusion(self._player), played.data.class_names)
        self.confusion.setAccessibleName(f"Confusion matrix: {name}")
        tiles = missed(played, self._player)
        self.missed.setText("Missed:" if tiles else "Missed none.")
        self.list.setAccessibleName(f"Missed: {name}")
        self.list.show_tiles(played.data, tiles)
