"""The pictures of this session as a row of thumbnails with verdict and network; click one to come back to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cifar_gui.data.picture import Crop, PictureSource
from cifar_gui.inference.prediction import Prediction
from cifar_gui.ui.classify.badge import state_colour
from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.widgets.indexes import AnyIndex
from cifar_gui.words import modest_percent

LIMIT = 200
"""Older pictures are forgotten beyond this many."""

_THUMBNAIL, _SMALL, _CELL = 64, 32, 96


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A picture that was looked at: enough to open it again just as it was."""

    number: int  # counts the pictures opened in this session
    source: PictureSource
    crop: Crop
    thumbnail: QImage = field(compare=False, repr=False)  # of the crop
    prediction: Prediction | None = None
    model: str = ""  # what the chooser called the network

    @property
    def is_proposed(self) -> bool:
        """Whether the crop is not the user's."""
        return self.prediction is None or self.prediction.crops > 1

    @property
    def headline(self) -> str:
        """The verdict, short enough to stand under a thumbnail."""
        return self.prediction.verdict.headline.removeprefix("probably ") if self.prediction else "…"

    @property
    def description(self) -> str:
        """For screen readers and the tool tip."""
        verdict = "no answer yet"
        if self.prediction is not None:
            verdict = f"{self.prediction.verdict.headline}, {modest_percent(self.prediction.probability, 1)}"
        return f"{self.source.name}: {verdict}" + (f" · {self.model}" if self.model else "")


class HistoryModel(QAbstractListModel):
    """The entries, newest first."""

    ENTRY = Qt.ItemDataRole.UserRole

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[HistoryEntry] = []

    def put(self, entry: HistoryEntry) -> int:
        """Add an entry in front, or replace the one of the same number. Returns its row."""
        for row, old in enumerate(self.entries):
            if old.number == entry.number:
                self.entries[row] = entry
                self.dataChanged.emit(self.index(row), self.index(row))
                return row
        self.beginInsertRows(QModelIndex(), 0, 0)
        self.entries.insert(0, entry)
        self.endInsertRows()
        if len(self.entries) > LIMIT:
            self.beginRemoveRows(QModelIndex(), LIMIT, len(self.entries) - 1)
            del self.entries[LIMIT:]
            self.endRemoveRows()
        return 0

    def clear(self) -> None:
        self.beginResetModel()
        self.entries.clear()
        self.endResetModel()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return entry.description
        return entry if role == self.ENTRY else None


class _HistoryDelegate(QStyledItemDelegate):
    """`captions`, and how large the thumbnails are, are set by the list."""

    captions = True
    side = _THUMBNAIL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        entry = index.data(HistoryModel.ENTRY)
        if not isinstance(entry, HistoryEntry):
            return
        colours = tokens()
        rect = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, rect.top() + px(4), px(self.side), px(self.side))
        box.moveLeft(round(rect.center().x() - box.width() / 2))
        _draw_thumbnail(painter, box, entry.thumbnail)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus):
            painter.setPen(QPen(colours.accent, px(2)))
            painter.drawRoundedRect(box.adjusted(-px(3), -px(3), px(3), px(3)), px(2), px(2))
        if self.captions:
            self._draw_captions(painter, rect, box, entry)
        painter.restore()

    @staticmethod
    def _draw_captions(painter: QPainter, rect: QRectF, box: QRectF, entry: HistoryEntry) -> None:
        colours = tokens()
        metrics = QFontMetrics(font(11))
        painter.setFont(font(11))
        line = QRectF(rect.left() + px(2), box.bottom() + px(5), rect.width() - px(4), metrics.height())
        doubtful = entry.prediction is not None and entry.prediction.verdict.confidence != "confident"
        painter.setPen(
            state_colour(entry.prediction.verdict.confidence) if entry.prediction and doubtful else colours.text
        )
        _draw_line(painter, line, entry.headline)
        painter.setPen(colours.muted)
        _draw_line(painter, line.translated(0, metrics.height()), entry.model)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return self.cell()

    def cell(self) -> QSize:
        """Room for a thumbnail and two lines of caption, in pixels now."""
        if self.captions:
            return QSize(px(_CELL), px(self.side) + 2 * QFontMetrics(font(11)).height() + px(14))
        return QSize(px(self.side + 12), px(self.side + 8))


def _draw_thumbnail(painter: QPainter, box: QRectF, thumbnail: QImage) -> None:
    small = thumbnail.width() <= 32
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not small)
    painter.drawImage(box, thumbnail)


def _draw_line(painter: QPainter, line: QRectF, text: str) -> None:
    text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
    painter.drawText(line, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, text)


class HistoryStrip(QListView):
    """Thumbnails in a row, newest first.

    Signals: entry_chosen(HistoryEntry) on a click or Return.
    """

    entry_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = HistoryModel()
        self.setModel(self._model)
        self._delegate = _HistoryDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setObjectName("classify.history")
        self.setAccessibleName("Pictures of this session")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._on_activated)
        self.activated.connect(self._on_activated)

    @property
    def entries(self) -> list[HistoryEntry]:
        """Newest first."""
        return list(self._model.entries)

    def put(self, entry: HistoryEntry) -> None:
        """Add or renew an entry, and mark it as the one shown."""
        row = self._model.put(entry)
        self.setCurrentIndex(self._model.index(row))

    def mark(self, number: int) -> None:
        """Mark the entry with this number as the one shown; one that has been forgotten changes nothing."""
        for row, entry in enumerate(self._model.entries):
            if entry.number == number:
                self.setCurrentIndex(self._model.index(row))

    def renew(self, entry: HistoryEntry) -> None:
        """Replace an entry, whichever is shown."""
        self._model.put(entry)

    def clear(self) -> None:
        """Forget all."""
        self._model.clear()

    def set_form(self, *, captions: bool, small: bool) -> None:
        """With captions or without, with thumbnails of 64 or 32 pixels."""
        side = _SMALL if small else _THUMBNAIL
        if (captions, side) != (self._delegate.captions, self._delegate.side):
            self._delegate.captions, self._delegate.side = captions, side
            self.scheduleDelayedItemsLayout()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(px(400), self._delegate.cell().height() + px(10))  # and a scroll bar

    def minimumSizeHint(self) -> QSize:
        return QSize(px(100), self.sizeHint().height())

    def _on_activated(self, index: QModelIndex) -> None:
        entry = index.data(HistoryModel.ENTRY)
        if isinstance(entry, HistoryEntry):
            self.entry_chosen.emit(entry)
