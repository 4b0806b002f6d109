"""Beside the picture: what the network sees of it, as large as there is room for, and proposals for the crop."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.pixels import PixelView
from cifar_gui.ui.widgets.text import heading, muted

INPUT = 32
"""Pixels of the network's input, across and down."""

_LEAST, _MOST = 3, 14  # times that the input is magnified, the least one at zoom 1


class InputSide(QWidget):
    """Magnifies by a whole number. Where there is little room the hint goes first."""

    def __init__(self) -> None:
        super().__init__()
        self._room = _MOST * INPUT
        self.view = PixelView(7 * INPUT)
        self.view.setObjectName("classify.input")
        self.view.setAccessibleName("What the network sees: the crop, reduced to 32 by 32 pixels")
        self.centre_button, self.whole_button = QPushButton("Centre"), QPushButton("Whole")
        self.centre_button.setToolTip("Look at the largest square in the middle (C)")
        self._heading = heading("What the network sees")
        self._hint = muted("32 × 32 pixels. Drag the frame to choose what it looks at; arrow keys nudge it.", wrap=True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACING)
        proposals = QHBoxLayout()
        proposals.setSpacing(SPACING)
        proposals.addWidget(self.centre_button)
        proposals.addWidget(self.whole_button)
        proposals.addStretch(1)
        for widget in (self._heading, self.view, self._hint):
            self._layout.addWidget(widget)
        self._layout.addLayout(proposals)
        self._layout.addStretch(1)

    def set_room(self, width: int) -> None:
        """As much of the width may be taken."""
        if width != self._room:
            self._room = width
            self.arrange()

    def arrange(self) -> None:
        """Find the sizes anew: the room, or the zoom, has changed."""
        ratio, old = self.devicePixelRatioF(), self.view.width()
        room = min(self._room, self.height() - self._others())
        times = max(self._least_times(), min(_MOST, int(room * ratio / INPUT)))
        side = round(times * INPUT / ratio)
        self.view.setFixedSize(side, side)
        width = max(side, self.minimumSizeHint().width())
        left = self.height() - self._others() - side - self._layout.spacing()
        self._hint.setVisible(left >= self._hint.heightForWidth(width))
        if side != old:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(max(self.view.width(), self.minimumSizeHint().width()), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """With the input as small as it may be: it grows into what there is, and must be able to shrink again."""
        side = round(self._least_times() * INPUT / self.devicePixelRatioF())
        buttons = self.centre_button.sizeHint().width() + self.whole_button.sizeHint().width() + px(SPACING)
        width = max(side, self._heading.sizeHint().width(), buttons)
        return QSize(width, side + self._others())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def _least_times(self) -> int:
        return max(1, int(px(_LEAST * INPUT) * self.devicePixelRatioF()) // INPUT)

    def _others(self) -> int:
        """Height of what is above and below the input."""
        return self._heading.sizeHint().height() + self.centre_button.sizeHint().height() + 2 * px(SPACING)
