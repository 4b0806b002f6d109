"""Where pictures are dropped: first an invitation with samples, then the picture with its crop."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QLabel, QStackedLayout, QVBoxLayout, QWidget

from cifar_gui.ui.classify.crop_view import CropView
from cifar_gui.ui.classify.samples import SampleRow
from cifar_gui.ui.icons import icon_pixmap
from cifar_gui.ui.theme import SPACING, px, theme, tokens
from cifar_gui.ui.widgets.mime import picture_sources
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
        self._stack = QStackedLayout(self)
        margin = SPACING // 2
        self._stack.setContentsMargins(margin, margin, margin, margin)
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
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.crop_view.hasFocus()
        pen = QPen(colours.accent if self._lit or focused else colours.panel_line, px(2) if self._lit or focused else 1)
        if self._lit or not focused:
            pen.setDashPattern([3, 3] if self._lit else [4, 4])
        painter.setPen(pen)
        if self._lit:
            painter.setBrush(colours.accent_ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(8), px(8))
        painter.end()


def accept_copy(event: QDragMoveEvent | QDropEvent) -> None:
    """Take a drag as a copy: what is dropped stays where it came from. Also what turns out to hold no picture is
    taken, because only then can the refusal be shown."""
    if event.possibleActions() & Qt.DropAction.CopyAction:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
    else:
        event.acceptProposedAction()


class _Invitation(QWidget):
    """What to do here, and something to do it with."""

    def __init__(self, samples: SampleRow) -> None:
        super().__init__()
        self._picture = QLabel()
        heading = title("Drop a picture here")
        drawing = " — or see what the network says to a drawing:" if samples.buttons else "."
        text = muted(f"Or paste one, or open one{drawing}", wrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACING)
        layout.addStretch(2)
        for widget in (self._picture, heading):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(text)
        layout.addSpacing(SPACING)
        layout.addWidget(samples)
        layout.addStretch(3)
        theme().changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self._picture.setPixmap(icon_pixmap("picture", "control_line", 40))
