"""Where pictures are dropped: first an invitation with samples, then the picture with its crop."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from cifar_gui.ui.classify.crop_view import CropView
from cifar_gui.ui.classify.samples import SampleRow
from cifar_gui.ui.icons import icon_pixmap
from cifar_gui.ui.theme import SPACING, px, theme, tokens
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.mime import accept_copy, picture_sources
from cifar_gui.ui.widgets.text import muted, title


class DropArea(QFrame):
    """Takes drops of pictures, folders and pictures from web pages.

    Signals: dropped(Dropped) for every drop, also those that hold nothing of use: the refusals say why.
    """

    dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("classify.drop")
        self.setAccessibleName("Drop zone for pictures")
        self.setAcceptDrops(True)
        self._lit = False
        self.samples = SampleRow()
        self.crop_view = CropView()
        self.crop_view.focus_changed.connect(self.update)
        self._invitation = _Invitation(self.samples)
        self._stack = FrontStack()
        margin = SPACING // 2
        layout = QVBoxLayout(self)
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.addWidget(self._stack)
        self._stack.addWidget(self._invitation)
        self._stack.addWidget(self.crop_view)

    @property
    def is_inviting(self) -> bool:
        """Whether there is no picture yet."""
        return self._stack.currentWidget() is self._invitation

    def invite(self) -> None:
        """Show the invitation and the samples."""
        self._stack.setCurrentWidget(self._invitation)

    def show_picture(self) -> None:
        """Show the crop view."""
        self._stack.setCurrentWidget(self.crop_view)

    def light_up(self, *, on: bool) -> None:
        """Show that a drop here would be taken."""
        if on != self._lit:
            self._lit = on
            self.update()

    def sizeHint(self) -> QSize:
        """It takes what is left: what stands beside it is not to be squeezed for its sake."""
        return self.minimumSizeHint()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.light_up(on=True)
        accept_copy(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        accept_copy(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.light_up(on=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.light_up(on=False)
        found = picture_sources(event.mimeData())
        accept_copy(event)
        self.dropped.emit(found)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            focused = self.crop_view.hasFocus()
            pen = QPen(
                colours.accent if self._lit or focused else colours.panel_line, px(2) if self._lit or focused else 1
            )
            if self._lit or not focused:
                pen.setDashPattern([3, 3] if self._lit else [4, 4])
            painter.setPen(pen)
            if self._lit:
                painter.setBrush(colours.accent_ground)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(8), px(8))


class _Invitation(QWidget):
    """What to do here, and something to do it with. The drawings are as large as there is room for."""

    def __init__(self, samples: SampleRow) -> None:
        super().__init__()
        self._samples = samples
        self._picture = QLabel()
        self._heading = title("Drop a picture here")
        drawing = " — or see what the network says to a drawing:" if samples.buttons else "."
        self._text = muted(f"Or paste one, or open one{drawing}", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, SPACING, 0, SPACING)
        self._layout.setSpacing(SPACING)
        self._layout.addStretch(2)
        for widget in (self._picture, self._heading):
            self._layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        self._layout.addWidget(self._text)
        self._layout.addWidget(samples)
        self._layout.addStretch(3)
        theme().changed.connect(self._draw)
        self._draw()

    def minimumSizeHint(self) -> QSize:
        least = self._samples.least_size()
        return QSize(max(least.width(), self._heading.sizeHint().width()), self._words() + least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _words(self) -> int:
        """The height of all that is always there, but for the drawings."""
        gaps = 2 * self._layout.contentsMargins().top() + 2 * self._layout.spacing()
        return self._heading.sizeHint().height() + self._text.minimumSizeHint().height() + gaps

    def _arrange(self) -> None:
        height = self.height() - self._words()
        picture = self._picture.sizeHint().height() + self._layout.spacing()
        pictured = self._samples.fit(self.width(), height - picture, height)
        self._picture.setVisible(pictured)

    def _draw(self) -> None:
        self._picture.setPixmap(icon_pixmap("picture", "control_line", 40))
        if self.isVisible():
            self._arrange()
