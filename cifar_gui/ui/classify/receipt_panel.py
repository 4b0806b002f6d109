"""Why dog, not cat? What each unit of the last layer adds to the difference of the two logits, down to the total."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from cifar_gui.explain.receipt import DIGITS, Entry, Receipt
from cifar_gui.ui.theme import SPACING, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.ui.widgets.text import WrappedLabel, muted
from cifar_gui.ui.widgets.value_table import Cell, ValueTable
from cifar_gui.words import NOTHING, rounded

ROWS = 12
"""Contributions written out; the others stand in one row."""

_A_MILLION = math.log(1e6)

_BAR = 2
"""The column with the bars."""


class ReceiptPanel(QWidget):
    """A heading, the sum in a sentence, and the table that proves it."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = WrappedLabel()
        self.heading.setProperty("title", True)
        self.sum = muted(wrap=True)
        self.table = ValueTable(small=True, spreads=True)
        self.table.setAccessibleName("Contributions to the difference of the two logits")
        self._bars = _BarDelegate(self.table)
        self.table.setItemDelegateForColumn(_BAR, self._bars)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.heading)
        layout.addWidget(self.sum)
        layout.addWidget(self.table, 1)
        self.say("The receipt follows when there is an answer.")

    def show_receipt(self, receipt: Receipt) -> None:
        """Show the largest contributions, the rest in one row, and the total."""
        self.heading.setText(f"Why {receipt.winner}, not {receipt.other}?")
        self.sum.setText(in_words(receipt))
        self._bars.reach = max((abs(entry.contribution) for entry in receipt.entries), default=0.0)
        self.table.show_rows(titles(), rows(receipt))
        self.table.show()

    def say(self, why: str) -> None:
        """Why there is no receipt."""
        self.heading.setText("")
        self.sum.setText(why)
        self.table.hide()


def in_words(receipt: Receipt) -> str:
    """The difference, what it means for the probabilities, and what is added up."""
    total = receipt.written(0)[2]
    winner = round(receipt.logits[0] * 10**DIGITS)  # of the other, what makes the two differ by the total as written
    likelier, less = receipt.winner, receipt.other
    if receipt.difference < 0:
        likelier, less = less, likelier
    odds = odds_words(receipt.difference)
    seen = " All are means over the six views." if receipt.views == 6 else ""
    parts = "filter" if receipt.per_filter else "unit"
    return (
        f"The logit of {receipt.winner} is {_written(winner)}, that of {receipt.other} {_written(winner - total)}: "
        f"{likelier} is {odds} as likely as {less}. The difference, {_written(total)}, is exactly the sum of "
        f"what each {parts} of the last layer adds.{seen}"
    )


def odds_words(difference: float) -> str:
    """How many times as likely the one is whose logit differs by so much: "1,690 times"; "just" if it is the same."""
    difference = abs(difference)
    if difference > _A_MILLION:
        return "more than a million times"
    times = rounded(math.exp(difference))
    return "just" if times == "1" else f"{times} times"


def titles() -> list[str]:
    """Of the columns."""
    return ["from", "adds", "against · for", "answers", "weight"]


def rows(receipt: Receipt) -> list[list[Cell]]:
    """The rows of the table; as they are written, the second column adds up to its last row."""
    shown, rest, total = receipt.written(ROWS)
    table = [_row(entry, written) for entry, written in shown]
    others = receipt.entries[ROWS:]
    if others:
        exact = math.fsum(entry.contribution for entry in others)
        name = f"{len(others):,} others"
        table.append([Cell(name, name, muted=True), Cell(exact, _written(rest)), Cell(exact, ""), *_nothing(2)])
    difference = receipt.difference
    table.append(
        [
            Cell("together", "together", bold=True),
            Cell(difference, _written(total), f"{difference:.15g}", bold=True),
            *_nothing(3),
        ]
    )
    return table


def _row(entry: Entry, written: int) -> list[Cell]:
    weight, bias = entry.weight, entry.name == "bias"
    dash = Cell("", NOTHING, muted=True)
    return [
        Cell(entry.name, entry.name),
        Cell(entry.contribution, _written(written), f"{entry.contribution:.15g}"),
        Cell(entry.contribution, ""),
        dash if bias else Cell(entry.value, f"{entry.value:.3f}", f"{entry.value:.9g}"),
        dash if bias or weight is None else Cell(weight, f"{weight:+.3f}", f"{weight:.9g}"),
    ]


def _nothing(count: int) -> list[Cell]:
    return [Cell("", "")] * count


def _written(number: int) -> str:
    """A whole number of hundredths: 107 → "+1.07", −60 → "−0.60"."""
    return f"{number / 10**DIGITS:+.{DIGITS}f}".replace("-", "−")


class _BarDelegate(QStyledItemDelegate):
    """Paints a contribution as a bar from the middle: to the right for the winner, to the left for the other class."""

    reach = 0.0  # the largest absolute contribution

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        super().paint(painter, option, index)
        model = index.model()
        cell = model.rows[index.row()][index.column()]  # type: ignore[attr-defined]
        if not isinstance(cell.value, float) or not self.reach:
            return
        room = QRectF(option.rect).adjusted(px(6), px(4), -px(6), -px(4))
        middle, half = room.center().x(), room.width() / 2
        length = min(abs(cell.value) / self.reach, 1.0) * half
        colours = tokens()
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.accent if cell.value > 0 else colours.control_line)
        painter.drawRect(QRectF(middle if cell.value > 0 else middle - length, room.top(), length, room.height()))
        painter.setPen(colours.panel_line)
        painter.drawLine(round(middle), option.rect.top(), round(middle), option.rect.bottom())
        painter.restore()
