"""How good the network is: one large number, what it stands for, and each class."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel

from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.evaluate.telling import TITLES, accuracy_words, class_rows, interval_words
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.figure import figure
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import muted
from cifar_gui.ui.widgets.value_table import ValueTable
from cifar_gui.words import duration, loss_words

_INTERVAL = "On all pictures like these its accuracy lies there, with 95 % confidence."


class ScorePanel(Panel):
    """Signals: class_chosen(str) with the name of a class whose row has been selected."""

    class_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("Result")
        self.accuracy = QLabel()
        self.accuracy.setProperty("verdict", True)
        self.accuracy.setAccessibleName("Accuracy")
        self.interval = muted(wrap=True)
        self.interval.setToolTip(_INTERVAL)
        self.seen = QLabel("Seen in training")
        self.seen.setProperty("doubt", True)
        self.seen.setToolTip("The network has learned from these pictures: on others it will be right less often.")
        self.subject = ElidedLabel("caption")
        self.loss, self.speed, self.time = QLabel(), QLabel(), QLabel()
        self.table = ValueTable(small=True, spreads=True, sortable=True)
        self.table.setObjectName("evaluate.table")
        self.table.setAccessibleName("Precision and recall of each class")
        self.table.rows_chosen.connect(self._on_rows_chosen)
        self._lay_out()

    def show_outcome(self, outcome: Outcome) -> None:
        """Replace everything; the order of the table stays as the user has sorted it, and a class stays chosen."""
        found = outcome.evaluation
        self.accuracy.setText(accuracy_words(outcome))
        self.interval.setText(interval_words(outcome))
        self.accuracy.setAccessibleDescription(self.interval.text())
        self.seen.setVisible(outcome.question.seen)
        self.subject.setText(outcome.question.words)
        self.loss.setText(loss_words(found.loss))
        self.speed.setText(f"{found.images_per_second:,.0f}")
        self.time.setText(duration(found.seconds))
        self.table.renew_rows(TITLES, class_rows(outcome))

    def _on_rows_chosen(self, rows: tuple[int, ...]) -> None:
        if len(rows) == 1:
            self.class_chosen.emit(str(self.table.rows[rows[0]][0].value))

    def _lay_out(self) -> None:
        self.fill_header(self.subject)
        self.header.addWidget(HelpButton("evaluate#the-result", "accuracy, precision and recall"))
        explained_by(self, "evaluate#the-result")
        figures = QHBoxLayout()
        figures.setSpacing(0)
        for number, words in ((self.loss, "loss"), (self.speed, "pictures/s"), (self.time, "in all")):
            figures.addWidget(figure(number, words))
        figures.addStretch(1)
        self.body.addWidget(self.accuracy)
        self.body.addWidget(self.seen)
        self.body.addWidget(self.interval)
        self.body.addLayout(figures)
        self.body.addWidget(self.table, 1)
