"""The strip that leads through the tour, or says what to try in an experiment."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.convolution.lessons import TOUR, Lesson
from cifar_gui.ui.icons import icon
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import WrappedLabel, caption


class Guide(Panel):
    """Signals: lesson_wanted(Lesson) another step of the tour; ended() the strip is to go."""

    lesson_wanted = Signal(object)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.title = WrappedLabel()
        self.title.setProperty("title", True)
        self.text = WrappedLabel()
        self.counter = caption()
        self.back = QPushButton("Back")
        self.next = QPushButton("Next")
        self.next.setProperty("primary", True)
        self.end = QPushButton("Done")
        self.end.setIcon(icon("close"))
        self.end.setToolTip("Back to what was set up before")
        self._step = 0
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.title)
        words.addWidget(self.text)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.counter)
        for button in (self.back, self.next, self.end):
            buttons.addWidget(button)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addLayout(buttons)
        self.body.addLayout(row)
        self.back.clicked.connect(lambda: self._go(self._step - 1))
        self.next.clicked.connect(lambda: self._go(self._step + 1))
        self.end.clicked.connect(self.ended)

    def begin_tour(self) -> None:
        """From its first step."""
        self._go(0)

    def show_experiment(self, lesson: Lesson) -> None:
        """An idea by itself."""
        self._show(lesson)
        for widget in (self.counter, self.back, self.next):
            widget.hide()
        self.end.setFocus()

    def _go(self, step: int) -> None:
        if step >= len(TOUR):
            self.ended.emit()
            return
        self._step = max(step, 0)
        self._show(TOUR[self._step])
        for widget in (self.counter, self.back, self.next):
            widget.show()
        self.counter.setText(f"{self._step + 1} of {len(TOUR)}")
        self.back.setEnabled(self._step > 0)
        self.next.setText("Finish" if self._step == len(TOUR) - 1 else "Next")
        self.next.setFocus()
        self.lesson_wanted.emit(TOUR[self._step])

    def _show(self, lesson: Lesson) -> None:
        self.title.setText(lesson.title)
        self.text.setText(lesson.text)
        self.setAccessibleName(f"{lesson.title}: {lesson.text}")
