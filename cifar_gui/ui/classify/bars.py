"""One bar for each class. It is a list, so that keys and screen readers can walk through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cifar_gui.inference.prediction import Prediction
from cifar_gui.ui.classify.opinion import Beside, Opinion
from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.words import NOTHING, modest_percent

_ROW, _LOWEST_ROW, _FEWEST_ROWS = 25, 16, 5
_TRACK = 12
_TRACKS_OF_TWO, _LEAST_TRACK = (10, 4), 40
_LONGEST_NAME = 150  # longer names of classes are shortened
_WORTH_READING = 0.005
_LEAST_DRAWN = 0.0005
"""What is written as < 0.1 % has no bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One class and its probability. `colour` is the class's place in the palette, `leads` marks the largest, `chosen`
    the one the user asks about."""

    name: str
    probability: float | None  # None before there is an answer
    colour: int
    leads: bool
    chosen: bool = False
    beside: Beside | None = None  # what another network says

    @property
    def percentage(self) -> str:
        """With one decimal: "93.1 %"; a dash before there is an answer."""
        return NOTHING if self.probability is None else modest_percent(self.probability, 1)


def bar_order(prediction: Prediction, kept: Sequence[str] = ()) -> tuple[str, ...]:
    """Classes by falling probability; or in the order `kept`, if that names the same classes."""
    if kept and sorted(kept) == sorted(prediction.class_names):
        return tuple(kept)
    return tuple(name for name, _ in prediction.top(len(prediction.class_names)))


def bars_of(
    prediction: Prediction, order: Sequence[str], chosen: str = "", opinion: Opinion | None = None
) -> list[Bar]:
    """The bars of a prediction in the given order of classes, with what another network says of each."""
    places = {name: place for place, name in enumerate(prediction.class_names)}
    leader, shares = prediction.label, prediction.probabilities
    return [
        Bar(
            name,
            shares[places[name]],
            places[name],
            leads=name == leader,
            chosen=name == chosen,
            beside=opinion.on(name) if opinion is not None else None,
        )
        for name in order
    ]


class BarsModel(QAbstractListModel):
    """The bars, in display order. The text of a row is what a screen reader says: "dog, 93.1 %"."""

    BAR = Qt.ItemDataRole.UserRole

    def __init__(self) -> None:
        super().__init__()
        self._bars: list[Bar] = []

    def show_bars(self, bars: list[Bar]) -> None:
        """Replace the bars; where the classes are the same, the keyboard stays on the class that it is on."""
        names, before = [bar.name for bar in bars], [bar.name for bar in self._bars]
        if sorted(names) != sorted(before):
            self.beginResetModel()
            self._bars = bars
            self.endResetModel()
            return
        if names == before:
            self._bars = bars
            if bars:
                self.dataChanged.emit(self.index(0), self.index(len(bars) - 1))
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        self._bars = bars
        self.changePersistentIndexList(kept, [self.index(names.index(before[each.row()])) for each in kept])
        self.layoutChanged.emit()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._bars)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        bar = self._bars[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            beside = f", {bar.beside.spoken}" if bar.beside is not None else ""
            return f"{bar.name}, {bar.percentage}{beside}{', chosen' if bar.chosen else ''}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return bar.name if bar.probability is None else f"{bar.name}: {bar.probability:.6g}"
        return bar if role == self.BAR else None


class BarDelegate(QStyledItemDelegate):
    """Paints name, bar and percentage, and where two networks are compared the other's, thin and grey below.
    `row_height` and `of_two` are set by the list."""

    row_height = _ROW
    of_two = False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        bar = index.data(BarsModel.BAR)
        if not isinstance(bar, Bar):
            return
        colours = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRectF(option.rect).adjusted(px(2), 0, -px(2), 0)
        if bar.chosen:
            _ground(painter, QRectF(option.rect))
        if option.state & QStyle.StateFlag.State_HasFocus:
            _ring(painter, QRectF(option.rect))
        names, numbers = _widths(index)
        seconds = numbers if self.of_two else 0
        names = max(0, min(names, int(row.width()) - numbers - seconds - px(24) - px(_LEAST_TRACK)))
        painter.setFont(font(bold=bar.leads))
        painter.setPen(colours.text)
        middle = Qt.AlignmentFlag.AlignVCenter
        name = painter.fontMetrics().elidedText(bar.name, Qt.TextElideMode.ElideRight, names)
        painter.drawText(row, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(colours.text if bar.leads else colours.muted)
        painter.drawText(row.adjusted(0, 0, -seconds, 0), middle | Qt.AlignmentFlag.AlignRight, bar.percentage)
        room = row.width() - names - numbers - seconds - px(24)
        track = QRectF(row.left() + names + px(12), 0, room, px(_TRACKS_OF_TWO[0] if self.of_two else _TRACK))
        below = px(_TRACKS_OF_TWO[1]) + 1 if self.of_two else 0
        track.moveTop(row.center().y() - (track.height() + below) / 2)
        _draw_bar(painter, track, bar.probability or 0.0, colours.class_colour(bar.colour))
        if bar.beside is not None and self.of_two:
            _draw_second(painter, row, track, bar.beside)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(px(100), self.row_height)


def _draw_bar(painter: QPainter, track: QRectF, share: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens().raised)
    painter.drawRoundedRect(track, px(3), px(3))
    if share >= _LEAST_DRAWN:
        filled = QRectF(track.topLeft(), track.size())
        filled.setWidth(max(float(px(2)), track.width() * share))
        radius = min(float(px(3)), filled.width() / 2)
        painter.setBrush(colour)
        painter.drawRoundedRect(filled, radius, radius)


def _draw_second(painter: QPainter, row: QRectF, above: QRectF, beside: Beside) -> None:
    """The other network's percentage at the end of the `row`, its bar below the one `above`."""
    colours = tokens()
    painter.setFont(font(11))
    painter.setPen(colours.muted)
    painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, beside.percentage)
    if beside.share is None:
        return
    track = QRectF(above.left(), above.bottom() + 1, above.width(), px(_TRACKS_OF_TWO[1]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(track, colours.raised)
    if beside.share >= _LEAST_DRAWN:
        track.setWidth(max(float(px(2)), track.width() * beside.share))
        painter.fillRect(track, colours.muted)


def _ground(painter: QPainter, of: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens().accent_ground)
    painter.drawRoundedRect(of.adjusted(1, 1, -1, -1), px(4), px(4))


def _ring(painter: QPainter, around: QRectF) -> None:
    painter.setPen(tokens().accent)
    painter.setBrush(tokens().accent_ground)
    painter.drawRoundedRect(around.adjusted(1, 1, -1, -1), px(4), px(4))


def _widths(index: AnyIndex) -> tuple[int, int]:
    """Room for the longest name and the widest number, in pixels: the same for every row."""
    metrics = QFontMetrics(font(bold=True))
    model = index.model()
    bars = [model.index(row, 0).data(BarsModel.BAR) for row in range(model.rowCount())]
    longest = max((metrics.horizontalAdvance(bar.name) for bar in bars), default=0)
    return min(longest, px(_LONGEST_NAME)), metrics.horizontalAdvance("> 99.9 %")


class Bars(QListView):
    """One row for each class, sorted by probability for a new picture or network, kept in order while they change.

    Signals: class_chosen(str) when a class was clicked, or Enter pressed on it: the one asked about, "" when the same
    one was chosen again and none is.
    """

    class_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order: tuple[str, ...] = ()
        self._chosen = ""
        self._prediction: Prediction | None = None
        self._opinion: Opinion | None = None
        self._model = BarsModel()
        self.setModel(self._model)
        self._delegate = BarDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setObjectName("classify.bars")
        self.setAccessibleName("Probability of each class")
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._on_chosen)

    @property
    def chosen(self) -> str:
        """The class the user asks about, "" for none in particular."""
        return self._chosen

    def show_prediction(self, prediction: Prediction, *, keep_order: bool, keep_chosen: bool = False) -> None:
        """Show the probabilities. `keep_order`: the same network says it of the same picture as before, so rows stay
        where the eye left them, and the class that is asked about stays chosen; `keep_chosen`: only that stays."""
        self._order = bar_order(prediction, self._order if keep_order else ())
        self._prediction = prediction
        if not (keep_order or keep_chosen) or self._chosen not in self._order:
            self._chosen = ""
        self._show_bars()
        self.set_row_height()
        self.setAccessibleDescription(summary(prediction))

    def compare(self, opinion: Opinion | None, *, of_two: bool) -> None:
        """What another network says of the same; None while it says nothing. Its place is kept as long as there are
        bars `of_two`."""
        self._opinion = opinion
        self._show_bars()
        if of_two != self._delegate.of_two:
            self._delegate.of_two = of_two
            self.viewport().update()

    def show_classes(self, names: Sequence[str]) -> None:
        """Show what a network knows, before there is an answer."""
        self._order, self._chosen, self._prediction, self._opinion = (), "", None, None
        self._model.show_bars([Bar(name, None, place, leads=False) for place, name in enumerate(names)])
        self.set_row_height()
        self.setAccessibleDescription("No picture yet.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._on_chosen(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _on_chosen(self, index: AnyIndex) -> None:
        bar = index.data(BarsModel.BAR)
        if not isinstance(bar, Bar) or self._prediction is None:
            return
        self._chosen = "" if bar.name == self._chosen else bar.name
        self._show_bars()
        self.class_chosen.emit(self._chosen)

    def _show_bars(self) -> None:
        if self._prediction is not None:
            self._model.show_bars(bars_of(self._prediction, self._order, self._chosen, self._opinion))

    def minimumSizeHint(self) -> QSize:
        """A few rows; the rest is scrolled to."""
        return QSize(px(180), px(_FEWEST_ROWS * _LOWEST_ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_row_height()

    def set_row_height(self) -> None:
        """Rows move together a little before a scroll bar is needed."""
        room = self.viewport().height() // max(1, self._model.rowCount())
        height = max(px(_LOWEST_ROW), min(px(_ROW), room))
        if height != self._delegate.row_height:
            self._delegate.row_height = height
            self.scheduleDelayedItemsLayout()

    def names(self) -> tuple[str, ...]:
        """The classes in the order shown."""
        return self._order


def summary(prediction: Prediction) -> str:
    """The bars in words: every class with half a per cent or more."""
    worth = [(name, share) for name, share in prediction.top(len(prediction.class_names)) if share >= _WORTH_READING]
    return ", ".join(f"{name} {modest_percent(share, 1)}" for name, share in worth) + "."
