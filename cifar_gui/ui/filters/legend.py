"""How to read the colours of a grid."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cifar_gui.explain import colours
from cifar_gui.explain.base import Legend
from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.widgets.pixels import qimage_of

_STRIP, _HEIGHT = 96, 11


class LegendStrip(QWidget):
    """A strip of colours between the names of its ends: what is lowest, zero in the middle, what is highest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._legend: Legend | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend")
        theme().changed.connect(self.updateGeometry)
        self.hide()

    def show_legend(self, legend: Legend | None) -> None:
        """None hides it."""
        if legend == self._legend:
            return
        self._legend = legend
        self.setVisible(legend is not None)
        if legend is not None:
            self.setToolTip(legend.note)
            self.setAccessibleDescription(f"From {legend.low} over 0 to {legend.high}. {legend.note}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._legend is None:
            return QSize(0, 0)
        return QSize(sum(self._text_widths()) + px(_STRIP) + px(12), px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._legend is None:
            return
        with QPainter(self) as painter:
            painter.setFont(font(11))
            painter.setPen(tokens().muted)
            low, _high = self._text_widths()
            strip = QRectF(low + px(6), (self.height() - px(_HEIGHT)) // 2, px(_STRIP), px(_HEIGHT))
            whole = QRectF(self.rect())
            centre = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(whole, Qt.AlignmentFlag.AlignLeft | centre, self._legend.low)
            painter.drawText(whole, Qt.AlignmentFlag.AlignRight | centre, self._legend.high)
            if self._legend.kind == "signed":
                painter.drawImage(strip, qimage_of(colours.signed_strip(64)))
            else:
                self._rgb(painter, strip)

    def _text_widths(self) -> tuple[int, int]:
        metrics = QFontMetrics(font(11))
        if self._legend is None:
            return 0, 0
        return metrics.horizontalAdvance(self._legend.low), metrics.horizontalAdvance(self._legend.high)

    @staticmethod
    def _rgb(painter: QPainter, strip: QRectF) -> None:
        """Three thin strips: red, green and blue around grey, as in the pictures."""
        height = (strip.height() - 2) / 3
        for channel in range(3):
            band = QRectF(strip.left(), strip.top() + channel * (height + 1), strip.width(), height)
            gradient = QLinearGradient(band.topLeft(), band.topRight())
            for position, value in ((0.0, 1), (0.5, colours.ZERO), (1.0, 255)):
                levels = [colours.ZERO] * 3
                levels[channel] = value
                gradient.setColorAt(position, QColor(*levels))
            painter.fillRect(band, gradient)
