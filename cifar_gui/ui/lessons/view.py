"""The lesson on the screen: a bar with its title and the way out, and its text beside the page or above it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from cifar_gui.ui.help.page_view import PageView
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING, px, theme
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by

_BESIDE_FROM = 1100
"""Pixels at zoom 1: in a narrower window the text stands above the page."""

_WIDTH, _HEIGHT = 320, 190
"""Of the text, beside and above, at zoom 1."""


class LessonView(QWidget):
    """Stands around the pages; without a lesson nothing of it is to be seen.

    Signals: leave_wanted(); link_chosen(str) in the text.
    """

    leave_wanted = Signal()
    link_chosen = Signal(str)

    def __init__(self, pages: QWidget) -> None:
        super().__init__()
        self._pages = pages
        self.title = ElidedLabel("title")
        self.text_button = QPushButton("Text")
        self.leave_button = QPushButton("Leave the lesson")
        self.text = PageView()
        self.bar = self._make_bar()
        self._split = QSplitter()
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.text)
        self._split.addWidget(pages)
        self._split.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self._split, 1)
        self.text.setAccessibleName("The text of the lesson")
        self.text.setObjectName("lesson.text")
        self.text.setMinimumSize(1, 1)
        explained_by(self.text, "lessons")
        self.text_button.toggled.connect(self.text.setVisible)
        self.leave_button.clicked.connect(self.leave_wanted)
        self.text.anchorClicked.connect(lambda link: self.link_chosen.emit(link.toString()))
        theme().changed.connect(self._on_theme)
        self._split.installEventFilter(self)
        self.clear()

    def show_lesson(self, title: str, text: str) -> None:
        """Show the bar, and the text if there is one."""
        self.title.setText(title)
        self.text.show_page(text)
        self.bar.show()
        self.text_button.setVisible(bool(text.strip()))
        self.text_button.setChecked(bool(text.strip()))
        self._arrange(afresh=True)

    def clear(self) -> None:
        """There is no lesson any more."""
        self.bar.hide()
        self.text_button.setChecked(False)
        self.text.hide()

    @property
    def is_beside(self) -> bool:
        """Whether the text stands beside the page, and not above it."""
        return self._split.orientation() == Qt.Orientation.Horizontal

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._split and event.type() == QEvent.Type.Resize:
            self._arrange(afresh=False)
        return super().eventFilter(watched, event)

    def _arrange(self, *, afresh: bool) -> None:
        """`afresh`: with the usual sizes, wherever the border has been dragged to."""
        beside = self.width() >= px(_BESIDE_FROM)
        if not afresh and beside == self.is_beside:
            return
        self._split.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
        whole, text = (self.width(), px(_WIDTH)) if beside else (self.height(), px(_HEIGHT))
        self._split.setSizes([text, max(whole - text, 1)])

    def _on_theme(self) -> None:
        self.text.draw_again()
        self._arrange(afresh=True)

    def _make_bar(self) -> QFrame:
        bar = QFrame()
        bar.setObjectName("lesson.bar")
        bar.setAccessibleName("Lesson")
        self.text_button.setCheckable(True)
        self.text_button.setIcon(icon("lesson"))
        self.text_button.setToolTip("Show or hide what the lesson says")
        self.leave_button.setIcon(icon("close"))
        self.leave_button.setToolTip("Everything is again as it was before the lesson")
        row = QHBoxLayout(bar)
        row.setContentsMargins(2 * SPACING, SPACING, 2 * SPACING, SPACING)
        row.setSpacing(SPACING)
        row.addWidget(self.title, 1)
        row.addWidget(HelpButton("lessons", "lessons"))
        row.addWidget(self.text_button)
        row.addWidget(self.leave_button)
        bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return bar
