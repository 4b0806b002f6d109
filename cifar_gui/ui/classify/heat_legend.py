"""How to read the colours of the heat map."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.ui.theme import font, px, theme, tokens

_STRIP, _HEIGHT, _GAP = 64, 10, 6


class HeatLegend(QWidget):
    """A strip of colours between "against" and "for", grey in the middle."""

    ENDS = ("against", "for")

    def __init__(self) -> None:
        super().__init__()
        self._strip = QImage()
        self._class = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colours of the heat map")
        theme().changed.connect(self.updateGeometry)

    def show_strip(self, strip: QImage, class_name: str, note: str) -> None:
        """The colours from what speaks against a class to what speaks for it."""
        self._strip, self._class = strip, class_name
        self.setToolTip(note)
        self.setAccessibleDescription(f"Blue speaks against {class_name}, amber speaks for it. {note}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sum(self._widths()) + px(_STRIP + 2 * _GAP), px(18))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        low, _high = self._widths()
        with QPainter(self) as painter:
            painter.setFont(font(11))
            painter.setPen(tokens().muted)
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(self.rect(), middle, self.ENDS[0])
            strip = QRectF(low + px(_GAP), (self.height() - px(_HEIGHT)) / 2, px(_STRIP), px(_HEIGHT))
            painter.drawImage(strip, self._strip)
            left = round(strip.right()) + px(_GAP)
            room = self.rect().adjusted(left, 0, 0, 0)
            words = f"{self.ENDS[1]} {self._class}"
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, middle, shown)

    def _widths(self) -> tuple[int, int]:
        metrics = QFontMetrics(font(11))
        return metrics.horizontalAdvance(self.ENDS[0]), metrics.horizontalAdvance(self.ENDS[1])
