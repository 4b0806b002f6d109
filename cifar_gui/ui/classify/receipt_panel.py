"""Why dog, not cat? What each unit that the last layer reads adds to the difference of two logits, and the total."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from cifar_gui.explain.receipt import Receipt
from cifar_gui.ui.classify.receipt_pictures import RowPictures
from cifar_gui.ui.classify.receipt_rows import BARS, SPARE, in_words, rows, titles
from cifar_gui.ui.theme import SPACING, px, tokens
from cifar_gui.ui.widgets.bar import ControlBar
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.ui.widgets.text import WrappedLabel, muted
from cifar_gui.ui.widgets.value_table import CELL, ValueTable
from cifar_gui.ui.widgets.waiting import Waiting

_BAR = 14
"""Height of a bar at most, in pixels at zoom 1."""


class ReceiptPanel(QWidget):
    """A heading, the sum in a sentence, the table that proves it, and offers of what its rows may show besides.

    Signals: filter_wanted(ConvLayer, int) when a row is to be looked at on the Filters page.
    """

    filter_wanted = Signal(object, int)

    def __init__(self) -> None:
        super().__init__()
        self._pictures: Sequence[RowPictures] = ()
        self.heading = WrappedLabel()
        self.heading.setProperty("title", True)
        self.sum = muted(wrap=True)
        self.table = ValueTable(small=True, spreads=True, pictures=True, spare=SPARE)
        self.table.setAccessibleName("Contributions to the difference of the two logits")
        self.table.clicked.connect(self._on_clicked)
        self.table.activated.connect(self._open)
        self._bars = _BarDelegate(self.table)
        self._bars_at = -1
        self.tops = Offer("Find top pictures", "Look for the held-out picture that excites each of these units most")
        self.ideals = Offer("Draw ideal inputs", "Draw what each of these units would like best to see")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        above = QHBoxLayout()
        above.addWidget(self.heading, 1)
        above.addWidget(HelpButton("attribution#the-receipt", "the receipt"), 0, Qt.AlignmentFlag.AlignTop)
        explained_by(self, "attribution#the-receipt")
        layout.addLayout(above)
        layout.addWidget(self.sum)
        layout.addWidget(self.table, 1)
        for offer in (self.tops, self.ideals):
            layout.addWidget(offer.waiting)
        layout.addWidget(ControlBar([self.tops.button], [self.ideals.button], breaks=True, close=True))
        self.say("The receipt follows when there is an answer.")

    def show_receipt(self, receipt: Receipt, pictures: Sequence[RowPictures], squares: int = 1) -> None:
        """Show the largest contributions, with a picture or more beside each; the rest in one row, and the total.
        `squares`: as in `in_words`."""
        self._pictures = pictures
        self.heading.setText(f"Why {receipt.winner}, not {receipt.other}?")
        self.sum.setText(in_words(receipt, squares))
        self._bars.reach = max((abs(entry.contribution) for entry in receipt.entries), default=0.0)
        self._put_bars(titles(pictures).index(BARS))
        self.table.renew_rows(titles(pictures), rows(receipt, pictures))
        can_open = any(row.filter is not None for row in pictures)
        shape = Qt.CursorShape.PointingHandCursor if can_open else Qt.CursorShape.ArrowCursor
        self.table.viewport().setCursor(shape)
        self.table.show()

    def say(self, why: str) -> None:
        """Why there is no receipt."""
        self._pictures = ()
        self.heading.setText("")
        self.sum.setText(why)
        self.table.hide()
        for offer in (self.tops, self.ideals):
            offer.show_state(offered=False)

    def _put_bars(self, column: int) -> None:
        """Pictures come and go to the left of them."""
        if column != self._bars_at:
            self.table.setItemDelegateForColumn(self._bars_at, None)  # type: ignore[arg-type]
            self.table.setItemDelegateForColumn(column, self._bars)
            self._bars_at = column

    def _on_clicked(self, index: QModelIndex) -> None:
        """With a key held down rows are selected, to be copied."""
        if not QGuiApplication.keyboardModifiers():
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        row = self._pictures[index.row()] if index.row() < len(self._pictures) else RowPictures()
        if row.filter is not None:
            self.filter_wanted.emit(*row.filter)


class Offer:
    """A button that begins long work, and what is shown in its place meanwhile."""

    def __init__(self, text: str, tip: str) -> None:
        self.button = QPushButton(text)
        self.button.setToolTip(tip)
        self.waiting = Waiting(low=True)
        self.show_state(offered=False)

    def show_state(self, *, offered: bool, doing: str = "") -> None:
        """Whether there is anything to offer, and what is being done about it."""
        self.button.setVisible(offered and not doing)
        if doing and self.waiting.isHidden():
            self.waiting.begin(doing)
        self.waiting.setVisible(bool(doing))


class _BarDelegate(QStyledItemDelegate):
    """Paints a contribution as a bar from the middle: to the right for the winner, to the left for the other class."""

    reach = 0.0  # the largest absolute contribution

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        super().paint(painter, option, index)
        value = index.data(CELL).value
        if not isinstance(value, float) or not self.reach:
            return
        room = QRectF(option.rect).adjusted(px(6), px(4), -px(6), -px(4))
        middle, half = room.center().x(), room.width() / 2
        high = min(room.height(), px(_BAR))
        length = min(abs(value) / self.reach, 1.0) * half
        colours = tokens()
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.positive if value > 0 else colours.negative)
        left = middle if value > 0 else middle - length
        painter.drawRect(QRectF(left, room.center().y() - high / 2, length, high))
        painter.setPen(colours.panel_line)
        painter.drawLine(round(middle), option.rect.top(), round(middle), option.rect.bottom())
        painter.restore()
