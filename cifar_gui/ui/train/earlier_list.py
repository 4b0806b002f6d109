"""The list of earlier runs with a tick at each that lies under the curves, and a sample of its line."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.theme import SPACING, px, tokens
from cifar_gui.ui.train.earlier_curves import LOOKS
from cifar_gui.ui.train.laid_under import FULL, MOST, LaidUnder
from cifar_gui.ui.widgets.plot_shapes import draw_shape
from cifar_gui.ui.widgets.popup import Popup
from cifar_gui.ui.widgets.text import caption

_PATH = Qt.ItemDataRole.UserRole
_SAMPLE = (36, 16)  # pixels at zoom 1
_CAN_BE_TICKED = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
_ROWS = 8  # to be seen at once


class EarlierList(Popup):
    """The runs with their ticks, what there is to say about them, and a way to take all away.

    Signals: toggled(str) with the path of a run, cleared() when none is to be laid under any more.
    """

    toggled = Signal(str)
    cleared = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.runs = _TickList()
        self.runs.setAccessibleName("Earlier runs, to be laid under the curves")
        self.runs.setObjectName("train.earlier_runs")
        self.runs.ticked.connect(self.toggled)
        self.note = caption(wrap=True)
        self.clear = QPushButton("Take all away")
        self.clear.setObjectName("train.earlier_clear")
        self.clear.clicked.connect(self.cleared)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(self.runs)
        layout.addWidget(self.note)
        layout.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignRight)

    def show_runs(self, runs: list[tuple[str, str]], laid_under: LaidUnder) -> None:
        """These runs, ticked where they are laid under. Where there is no room for more, the others cannot be."""
        self.runs.show_rows([(path, label, laid_under.place_of(path)) for path, label in runs], full=laid_under.is_full)
        self.note.setText(FULL if laid_under.is_full else f"Up to {MOST}. Dotted: training; dash and dot: validation.")
        self.clear.setEnabled(bool(laid_under.runs))

    def open_below(self, button: QWidget) -> None:
        """Right-aligned with what opens it, within the screen."""
        self.runs.setIconSize(QSize(*map(px, _SAMPLE)))
        rows = min(max(self.runs.count(), 2), _ROWS)
        self.ensurePolished()
        self.setFixedWidth(px(340))
        self.note.setFixedWidth(px(340) - 2 * SPACING - 2)
        self.runs.setFixedHeight(rows * self.runs.sizeHintForRow(0) + px(4))
        self.show_beside(button)
        self.runs.setFocus()


class _TickList(QListWidget):
    """A click anywhere on a line, the space bar and Enter tick it.

    Signals: ticked(str) with the path in the line.
    """

    ticked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemClicked.connect(self._tick)

    def show_rows(self, rows: list[tuple[str, str, int | None]], *, full: bool) -> None:
        """(path, label, place) of each run. Lines that are there already are only marked anew: the reader stays."""
        shown = [(self.item(row).data(_PATH), self.item(row).text()) for row in range(self.count())]
        if shown != [(path, label) for path, label, _ in rows]:
            self._fill(rows)
        for row, (_, _, place) in enumerate(rows):
            item, ticked = self.item(row), place is not None
            item.setIcon(_sample(place))
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            item.setFlags(_CAN_BE_TICKED if ticked or not full else Qt.ItemFlag.NoItemFlags)

    def _fill(self, rows: list[tuple[str, str, int | None]]) -> None:
        self.clear()
        for path, label, _ in rows:
            item = QListWidgetItem(label, self)
            item.setData(_PATH, path)
            item.setToolTip(label)
        self.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._tick(item)
        else:
            super().keyPressEvent(event)

    def _tick(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.ticked.emit(item.data(_PATH))


def _sample(place: int | None) -> QIcon:
    """A piece of the line with the shape at its end; without a place nothing, but as wide."""
    width, height = map(px, _SAMPLE)
    picture = QPixmap(2 * width, 2 * height)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    if place is not None:
        name, shape = LOOKS[place]
        colour, end = getattr(tokens(), name), QPointF(width - px(8), height / 2)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour, 1.5, Qt.PenStyle.DashDotLine))
            painter.drawLine(QPointF(px(2), height / 2), end)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            draw_shape(painter, shape, end, px(3.5))
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)  # else tinted
    return icon
