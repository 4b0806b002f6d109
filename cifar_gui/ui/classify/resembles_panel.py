"""Resembles: the training pictures that the network finds most like the one shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cifar_gui.ui.theme import SPACING, px, theme
from cifar_gui.ui.widgets.empty import EmptyState
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.pixels import magnified, qimage_of
from cifar_gui.ui.widgets.text import muted

if TYPE_CHECKING:
    from cifar_gui.data.decode import Pixels

_SIDE = 64
"""Of a picture, in pixels at zoom 1: twice its own size."""


@dataclass(frozen=True, eq=False, slots=True)
class Alike:
    """A training picture, uint8 (3, 32, 32), its label, and how like it is (at most 1)."""

    pixels: Pixels
    label: str
    likeness: float


class ResemblesPanel(QWidget):
    """Either the pictures, or why there are none yet with one button.

    Signals: wanted() when the button of the moment is pressed.
    """

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._alike: Sequence[Alike] = ()
        self.note = muted(wrap=True)
        self.pictures = QListWidget()
        self.pictures.setAccessibleName("Training pictures most like this one")
        self.pictures.setViewMode(QListView.ViewMode.IconMode)
        self.pictures.setMovement(QListView.Movement.Static)
        self.pictures.setResizeMode(QListView.ResizeMode.Adjust)
        self.pictures.setUniformItemSizes(True)
        self.pictures.setFrameShape(QFrame.Shape.NoFrame)
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self.note)
        column.addWidget(self.pictures, 1)
        self._found = found
        self.empty = EmptyState("search", "Resembles", "", "Look", self.wanted.emit)
        self._stack = FrontStack()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(found)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack, 1)
        layout.addWidget(HelpButton("classify#resembles", "what resembles it"), 0, Qt.AlignmentFlag.AlignTop)
        explained_by(self, "classify#resembles")
        theme().changed.connect(self._draw)

    @property
    def is_showing(self) -> bool:
        """Whether there are pictures to be seen."""
        return self._stack.currentWidget() is self._found

    def show_alike(self, alike: Sequence[Alike], note: str) -> None:
        """Show pictures, the likest first."""
        self._alike = alike
        self.note.setText(note)
        self._draw()
        self._stack.setCurrentWidget(self._found)

    def say(self, heading: str, text: str, button: str = "") -> None:
        """Why there is nothing to see, and what the button does about it."""
        self.empty.title_label.setText(heading)
        self.empty.text_label.setText(text)
        self.empty.button.setText(button)
        self.empty.button.setVisible(bool(button))
        self._stack.setCurrentWidget(self.empty)

    def _draw(self) -> None:
        side, ratio = px(_SIDE), self.devicePixelRatioF()
        self.pictures.clear()
        self.pictures.setIconSize(QSize(side, side))
        self.pictures.setGridSize(QSize(side + px(24), side + px(30)))
        for each in self._alike:
            picture = QPixmap.fromImage(magnified(qimage_of(each.pixels.transpose(1, 2, 0)), round(side * ratio)))
            picture.setDevicePixelRatio(ratio)
            item = QListWidgetItem(QIcon(picture), f"{each.label} {each.likeness:.2f}")
            item.setToolTip(f"{each.label}; likeness {each.likeness:.4f}, 1 would be the same to the network")
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.pictures.addItem(item)


def summary(labels: Sequence[str], count: int, data_name: str, *, learned: bool) -> str:
    """What the pictures have in common, and where they are from."""
    most = ", ".join(f"{number} {label}" for label, number in Counter(labels).most_common(3))
    seen = "which it has learned from" if learned else "which it may not have learned from"
    return f"Nearest of the {count:,} training pictures of {data_name}, {seen}, in what its last layer reads: {most}."
