"""You against the network, on screen: the question, the result, or what is waited for; and its keys."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.ui.evaluate.game import Round
from cifar_gui.ui.evaluate.game_question import GameQuestion
from cifar_gui.ui.evaluate.game_result import GameResult
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.waiting import Waiting


class GamePanel(QWidget):
    """Signals: answered(int) with a class; back_wanted(); again_wanted(); left(); opened(Tile)."""

    answered = Signal(int)
    back_wanted = Signal()
    again_wanted = Signal()
    left = Signal()
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.question, self.result = GameQuestion(), GameResult()
        self.waiting = Waiting(centred=True)
        self.setObjectName("evaluate.game")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._stack = FrontStack()
        for front in (self.waiting, self.question, self.result):
            self._stack.addWidget(front)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.question.answered.connect(self.answered)
        self.result.again_wanted.connect(self.again_wanted)
        self.result.opened.connect(self.opened)
        self.waiting.cancelled.connect(self.left)
        for front in (self.question, self.result):
            front.back_wanted.connect(self.back_wanted)
            front.left.connect(self.left)

    def begin(self, what: str) -> None:
        """A round is being prepared."""
        self.waiting.begin(what)
        self._stack.setCurrentWidget(self.waiting)

    def show_round(self, played: Round) -> None:
        """As it stands now."""
        front = self.result if played.finished else self.question
        front.show_round(played)
        if front is not self._stack.currentWidget():
            self._stack.setCurrentWidget(front)
            self.setFocus()  # else whoever walks over the buttons stays where they are

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        front = self._stack.currentWidget()
        asks, waits = front is self.question, front is self.waiting
        if plain and asks and Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.answered.emit((key - Qt.Key.Key_1) % 10)
        elif plain and key == Qt.Key.Key_Backspace and not waits:  # an answer of the round before
            self.back_wanted.emit()
        elif plain and key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
