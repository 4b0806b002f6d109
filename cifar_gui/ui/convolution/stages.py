"""The layers of the small network as a row of volumes, each to be clicked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QSizePolicy, QWidget

from cifar_gui.ui.theme import font, px, tokens
from cifar_gui.ui.tokens import mixed

_HIGH, _LARGEST, _SHEETS = 54, 28, 5
_PICTURE = 48
"""Width of the drawing beside the words."""

_SIZE_OF_INPUT = 32


_NAMES = {
    "input": "INPUT",
    "conv": "CONV",
    "relu": "RELU",
    "pool": "POOL",
    "dense": "FC",
    "softmax": "SOFTMAX",
    "loss": "LOSS",
}

STAGES = tuple(_NAMES)
"""Their keys, in the order of computation."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One of them."""

    key: str
    name: str
    shape: tuple[int, ...]  # height, width, depth; or one number
    text: str  # what it does, in a sentence or two

    @property
    def shape_text(self) -> str:
        """ "32×32×12"."""
        return "×".join(map(str, self.shape))


class StageButton(QAbstractButton):
    """A stack of sheets for a volume, a row of cells for a few numbers; the name and the size below."""

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self.setCheckable(True)
        self.setToolTip(stage.text)
        self.setText(stage.name)
        self.setAccessibleName(f"{stage.name}, {stage.shape_text}")
        self.setAccessibleDescription(stage.text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        name = QFontMetricsF(font(13, bold=True)).horizontalAdvance(self.stage.name)
        shape = QFontMetricsF(font(11)).horizontalAdvance(self.stage.shape_text)
        return QSize(int(max(name, shape)) + px(_PICTURE + 12), px(_HIGH))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            around = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            if self.isChecked() or self.underMouse():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colours.accent_ground if self.isChecked() else colours.raised)
                painter.drawRoundedRect(around, px(8), px(8))
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(colours.accent, 2))
                painter.drawRoundedRect(around, px(8), px(8))
            self._paint_volume(painter)
            beside = QRectF(self._left() + px(_PICTURE), px(10), self.width(), px(18))
            how = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.setFont(font(13, bold=True))
            painter.setPen(colours.accent_text if self.isChecked() else colours.text)
            painter.drawText(beside, how, self.stage.name)
            painter.setFont(font(11))
            painter.setPen(colours.muted)
            painter.drawText(beside.translated(0, px(17)), how, self.stage.shape_text)

    def _left(self) -> float:
        """Where drawing and words begin, together in the middle."""
        return (self.width() - self.sizeHint().width()) / 2 + px(4)

    def _paint_volume(self, painter: QPainter) -> None:
        colours, shape = tokens(), self.stage.shape
        middle = QPointF(self._left() + px(_PICTURE) / 2, self.height() / 2)
        painter.setPen(QPen(colours.accent, 1))
        painter.setBrush(mixed(colours.panel, colours.accent, 0.2))
        if len(shape) == 3:
            side = px(_LARGEST) * max(shape[0] / _SIZE_OF_INPUT, 0.2)
            sheets = min(shape[2], _SHEETS)
            for sheet in reversed(range(sheets)):
                shift = (sheet - (sheets - 1) / 2) * px(2.5)
                painter.drawRect(QRectF(middle.x() - side / 2 + shift, middle.y() - side / 2 - shift, side, side))
            return
        count = min(shape[0], 10)
        cell = px(3.6)
        for number in range(count):
            top = middle.y() + (number - count / 2) * cell
            painter.drawRect(QRectF(middle.x() - cell / 2, top, cell, cell))


class StageStrip(QWidget):
    """Signals: chosen(str) with the key of a stage."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Layers of the network")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, StageButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(px(4))
        self._columns = 0

    @property
    def current(self) -> str:
        """The key of the stage that is chosen, "" if there is none."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def show_stages(self, stages: Sequence[Stage], chosen: str) -> None:
        """Replace them all, unless they are the same ones."""
        if [button.stage for button in self._buttons.values()] == list(stages):
            return
        for button in self._buttons.values():
            self._group.removeButton(button)
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {stage.key: StageButton(stage) for stage in stages}
        for key, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
        self._columns = 0
        self._arrange()
        self.choose(chosen)

    def choose(self, key: str) -> None:
        """Without `chosen`."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def button(self, key: str) -> StageButton:
        return self._buttons[key]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest button: the others go into further rows."""
        return QSize(self._widest(), self._grid.minimumSize().height())

    def _widest(self) -> int:
        return max((button.sizeHint().width() for button in self._buttons.values()), default=0)

    def _fitting(self) -> int:
        """So many in a row: all, or about as many in each of several rows."""
        count, gap = len(self._buttons), self._grid.spacing()
        widths = [button.sizeHint().width() for button in self._buttons.values()]
        if sum(widths) + gap * (count - 1) <= self.width():
            return max(count, 1)
        most = max((self.width() + gap) // (self._widest() + gap), 1)
        rows = math.ceil(count / most)
        return math.ceil(count / rows)

    def _arrange(self) -> None:
        columns = self._fitting()
        if columns == self._columns:
            return
        self._columns = columns
        for place, button in enumerate(self._buttons.values()):
            self._grid.addWidget(button, *divmod(place, columns))
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Arrows from each to the next."""
        with QPainter(self) as painter:
            painter.setPen(QPen(tokens().control_line, 1.4))
            buttons = list(self._buttons.values())
            for one, other in pairwise(buttons):
                if one.y() != other.y():
                    continue  # it goes on in the next row
                x, y = (one.geometry().right() + other.geometry().left()) / 2 + 0.5, one.geometry().center().y()
                painter.drawLine(QPointF(x - px(2), y - px(3)), QPointF(x + px(1), y))
                painter.drawLine(QPointF(x - px(2), y + px(3)), QPointF(x + px(1), y))


def stages_of(volumes: Sequence[tuple[int, ...]], kernel: int, classes: int) -> list[Stage]:
    """Of the small network, with these volumes: input, convolution, ReLU, pooling, logits."""
    given, conv, relu, pool, _logits = volumes
    size, cells = f"{kernel} × {kernel} × {given[2]}", pool[0] * pool[1] * pool[2]
    learned = conv[2] * (kernel * kernel * given[2] + 1)
    texts = _TEXTS | {
        "conv": f"{conv[2]} filters of {size} numbers and a bias slide over the input, each into a map of its own: "
        f"{learned:,} numbers are learned here.",
        "dense": f"Fully connected: each class has a weight for every one of the {cells:,} cells. All products are "
        f"added up, and a bias: that is its logit. {classes * (cells + 1):,} numbers are learned here.",
    }
    shapes = (given, conv, relu, pool, (classes,), (classes,), (1,))
    return [Stage(key, _NAMES[key], shape, texts[key]) for key, shape in zip(STAGES, shapes, strict=True)]


_TEXTS = {
    "input": "Three slices of numbers, from 0 to 255. The network sees them standardised: minus the mean of the "
    "channel, divided by its deviation.",
    "relu": "What is below 0 becomes 0, all else stays as it is. Nothing is learned here.",
    "pool": "Of each block of 2 × 2 the largest is kept: a quarter of the numbers. Nothing is learned here.",
    "softmax": "e to the power of each logit, divided by their sum: numbers from 0 to 1 that add up to 1.",
    "loss": "How wrong the answer is: −ln of the probability of the true class. Training moves all the numbers that "
    "are learned so that it becomes smaller.",
}
"""What those do whose numbers need not be told."""
