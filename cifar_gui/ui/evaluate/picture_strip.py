"""One picture several times in a row, each with what was done to it above and what was said of it below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cifar_gui.ui.evaluate.robust import Example
from cifar_gui.ui.icons import icon_pixmap
from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.widgets.framed import place_in
from cifar_gui.ui.widgets.pixels import qimage_of

_SIDE, _WORDS, _MARK, _LEAST = 64, 16, 12, 52
"""Of a picture, of a line of words, of a tick or cross, and the least width of all this, in pixels at zoom 1."""


class PictureStrip(QWidget):
    """Spread over the width there is."""

    def __init__(self, name: str) -> None:
        """`name`: for screen readers."""
        super().__init__()
        self._name = name
        self._shown: Sequence[Example] = ()
        self._images: list[QImage] = []
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.installEventFilter(self)
        theme().changed.connect(self.updateGeometry)

    @property
    def examples(self) -> Sequence[Example]:
        """What is shown."""
        return self._shown

    def show_examples(self, shown: Sequence[Example]) -> None:
        """Replace them."""
        self._shown = shown
        self._images = [qimage_of(each.pixels) for each in shown]
        self.setAccessibleDescription("; ".join(each.words for each in shown))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(6 * px(_SIDE + 8), px(_SIDE + 3 * _WORDS))

    def minimumSizeHint(self) -> QSize:
        return QSize(6 * px(_LEAST), self.sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and isinstance(event, QHelpEvent):
            found = next((n for n in range(len(self._shown)) if self._cell(n).contains(QPointF(event.pos()))), None)
            QToolTip.showText(event.globalPos(), "" if found is None else self._shown[found].words, self)
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(font(11))
            for number, example in enumerate(self._shown):
                self._paint(painter, self._cell(number), self._images[number], example)

    def _cell(self, number: int) -> QRectF:
        width = self.width() / max(len(self._shown), 1)
        return QRectF(number * width, 0, width, self.height())

    def _paint(self, painter: QPainter, cell: QRectF, image: QImage, example: Example) -> None:
        above = QRectF(cell.left(), cell.top(), cell.width(), px(_WORDS))
        painter.setPen(tokens().muted)
        painter.drawText(above, Qt.AlignmentFlag.AlignCenter, self._fitting(painter, example.strength, cell.width()))
        middle = QRectF(cell.left(), above.bottom(), cell.width(), px(_SIDE))
        painter.drawImage(place_in(middle, image.size(), self.devicePixelRatioF()), image)
        below = QRectF(cell.left(), middle.bottom(), cell.width(), px(_WORDS))
        self._paint_answer(painter, below, example)
        painter.setPen(tokens().muted)
        painter.drawText(below.translated(0, px(_WORDS)), Qt.AlignmentFlag.AlignCenter, example.sure)

    def _paint_answer(self, painter: QPainter, line: QRectF, example: Example) -> None:
        mark = px(_MARK) + px(3)
        room = line.width() - mark - px(4)
        words = QFontMetricsF(painter.font()).elidedText(example.answer, Qt.TextElideMode.ElideRight, room)
        left = line.left() + (line.width() - mark - QFontMetricsF(painter.font()).horizontalAdvance(words)) / 2
        symbol, colour = ("check", "good") if example.right else ("close", "bad")
        place = QRectF(left, line.center().y() - px(_MARK) / 2, px(_MARK), px(_MARK)).toRect()
        painter.drawPixmap(place, icon_pixmap(symbol, colour, _MARK))
        painter.setPen(tokens().text)
        painter.drawText(QRectF(left + mark, line.top(), line.right() - left, line.height()), _LEFT, words)

    def _fitting(self, painter: QPainter, words: str, width: float) -> str:
        return QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideMiddle, width)


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
