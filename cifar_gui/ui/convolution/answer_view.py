"""The end of the walk: logits become probabilities, and the probability of the true class becomes the loss."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cifar_gui.explain.small_network import Walk
from cifar_gui.ui.convolution.numbers import exact_text, sum_text
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.side_by_side import SideBySide
from cifar_gui.ui.widgets.text import WrappedLabel, muted, title
from cifar_gui.ui.widgets.value_table import Cell, ValueTable
from cifar_gui.words import MINUS, loss_words, modest_percent

_WIDE = 600


class AnswerView(QWidget):
    """Signals: class_chosen(int) the picture is said to be of another class."""

    class_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = ValueTable(spreads=True)
        self.table.setAccessibleName("From logits to probabilities")
        self.truth = ChoiceField()
        self.truth.setAccessibleName("The true class")
        self.formula, self.result = title(), title()
        self.loss_formula, self.loss_result = title(), title()
        self.remark = muted(wrap=True)
        self._build()
        self.truth.edited.connect(lambda: self.class_chosen.emit(int(self.truth.raw())))

    def show_walk(self, walk: Walk, label: int, *, known: bool) -> None:
        """`label`: the true class; `known`: somebody has said that it is."""
        rest = walk.logits - walk.logits.max()
        powers = np.exp(rest)
        rows = [
            [
                Cell(name, name, bold=place == label),
                _cell(walk.logits[place]),
                _cell(powers[place]),
                Cell(float(share), modest_percent(float(share), 1), exact_text(float(share)), bold=place == label),
            ]
            for place, (name, share) in enumerate(zip(walk.class_names, walk.probabilities.tolist(), strict=True))
        ]
        titles = ["class", "logit", "e^(logit − largest)", "probability"]
        self.table.renew_rows(titles, rows)
        self.truth.set_options((str(place), name) for place, name in enumerate(walk.class_names))
        self.truth.put(str(label))
        name, share = walk.class_names[label], float(walk.probabilities[label])
        total = sum_text(float(powers.sum()))
        self.formula.setText(f"{sum_text(float(powers[label]))} / {total}")
        self.result.setText(f"= {modest_percent(share, 1)}")
        self.loss_formula.setText(f"{MINUS}ln {share:.4g}")
        self.loss_result.setText(f"= {loss_words(walk.loss(label))}")
        chance = loss_words(float(np.log(len(walk.class_names))))
        said = "" if known else f"Nobody has said what this picture shows: {name} is the network's own answer. "
        self.remark.setText(
            f"{said}A network that knows nothing, and gives every class the same probability, has a loss of {chance}; "
            "one that is right and certain has 0."
        )

    def _build(self) -> None:
        left, right = Panel("Softmax"), Panel("Cross-entropy loss")
        left.explain("confidence#softmax", "softmax")
        right.explain("loss#the-formula", "the cross-entropy loss")
        left.body.addWidget(self.table)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(QLabel("The picture shows a"))
        column.addWidget(self.truth)
        column.addSpacing(8)
        for words, formula, result in (
            ("Its probability: e to the power of its logit, over the sum of all of these", self.formula, self.result),
            ("The loss, in nats", self.loss_formula, self.loss_result),
        ):
            column.addWidget(WrappedLabel(words))
            row = QHBoxLayout()
            row.addWidget(formula)
            row.addWidget(result)
            row.addStretch(1)
            column.addLayout(row)
            column.addSpacing(8)
        column.addWidget(self.remark)
        column.addStretch(1)
        right.body.addLayout(column)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(SideBySide([(left, 3), (right, 2)], _WIDE))


def _cell(value: float) -> Cell:
    return Cell(float(value), sum_text(float(value)), exact_text(float(value)))
