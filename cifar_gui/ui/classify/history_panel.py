"""The history strip in its panel, with the counter that numbers the pictures of the session."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy

from cifar_gui.inference.verdict import CONFIDENT, judged
from cifar_gui.ui.classify.answers import Answer, Question
from cifar_gui.ui.classify.history_strip import HistoryEntry, HistoryStrip
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import muted

_CAPTIONS_FROM, _SMALL_BELOW = 600, 500
"""Heights of the page, in pixels at zoom 1."""


class HistoryPanel(Panel):
    """Remembers the pictures of this session.

    Signals: entry_chosen(HistoryEntry) when the user wants to come back to one.
    """

    entry_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._last = 0
        self._sure_from = CONFIDENT
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(14, 6, 14, 6)
            layout.setSpacing(0)
        self.strip = HistoryStrip()
        self.strip.entry_chosen.connect(self.entry_chosen)
        self.clear_button = QPushButton("Clear")
        self.clear_button.setIcon(icon("trash"))
        self.clear_button.setToolTip("Forget the pictures of this session; no file is touched")
        self.clear_button.clicked.connect(self.clear)
        self._nothing = muted("The pictures you classify are collected here.", wrap=True)
        self._stack = FrontStack()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.strip)
        row = QHBoxLayout()
        row.addWidget(self._stack, 1)
        row.addWidget(self.clear_button)
        self.body.addLayout(row)
        self.clear()

    def next_number(self) -> int:
        """A number for a picture not seen before, from 1."""
        self._last += 1
        return self._last

    def entry(self, number: int) -> HistoryEntry | None:
        """The entry with this number, unless it has been forgotten."""
        return next((entry for entry in self.strip.entries if entry.number == number), None)

    def put(self, entry: HistoryEntry) -> None:
        """Add an entry, or replace the one with the same number."""
        self.strip.put(entry)
        self._stack.setCurrentWidget(self.strip)
        self.clear_button.setEnabled(True)

    def renew(self, question: Question, answer: Answer) -> None:
        """Note crop, thumbnail and verdict of a picture that was asked about, unless it has been forgotten."""
        old = self.entry(question.number)
        if old is not None:
            entry = replace(old, crop=answer.crop, thumbnail=answer.thumbnail)
            if answer.prediction is not None:
                entry = replace(entry, prediction=judged(answer.prediction, self._sure_from), model=question.model)
            self.strip.renew(entry)  # another picture may be shown by now, or looked for with the arrow keys

    def judge(self, sure_from: float) -> None:
        """Answers of at least this probability are sure, those there are and those to come."""
        self._sure_from = sure_from
        for entry in self.strip.entries:
            if entry.prediction is not None:
                self.strip.renew(replace(entry, prediction=judged(entry.prediction, sure_from)))

    def clear(self) -> None:
        """Forget all."""
        self.strip.clear()
        self._stack.setCurrentWidget(self._nothing)
        self.clear_button.setEnabled(False)

    def fit(self, page_height: int) -> None:
        """Take less of a low page: first the captions go, then the thumbnails become small."""
        self.strip.set_form(captions=page_height >= px(_CAPTIONS_FROM), small=page_height < px(_SMALL_BELOW))

    def on_theme(self) -> None:
        """Lay out anew for another zoom."""
        self.strip.scheduleDelayedItemsLayout()
        self.strip.updateGeometry()
