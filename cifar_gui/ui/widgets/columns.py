"""A page in columns, whose side panels become tabs where the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QWidget

from cifar_gui.ui.theme import px, theme

NARROW = 1200
"""Windows narrower than this, at zoom 1, show one side panel at a time."""

_RAIL = 76
_LEAST, _MOST = 60, 1200
"""Widths of a side panel that are believed when restored, in pixels at zoom 1."""


class Columns(QWidget):
    """Left panel, middle, right panel with draggable borders; left or right may be missing (None).

    Where the window is narrow the side panels share one column as tabs; the middle stays. `titles` name the tabs.
    """

    def __init__(
        self,
        left: QWidget | None,
        middle: QWidget,
        right: QWidget | None,
        *,
        titles: tuple[str, str] = ("Settings", "Details"),
        widths: tuple[int, int] = (232, 268),
        parent: QWidget | None = None,
    ) -> None:
        """`widths`: of the left and right panel to begin with, in pixels at zoom 1."""
        super().__init__(parent)
        self._sides = [side for side in (left, right) if side is not None]
        self._left, self._right = left, right
        self._titles = [title for side, title in zip((left, right), titles, strict=True) if side is not None]
        self._widths = widths
        self._narrow: bool | None = None
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.hide()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(16)
        self.splitter.setChildrenCollapsible(False)
        for widget in (left, middle, right):
            if widget is not None:
                self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(self.splitter.indexOf(middle), 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)
        self._zoom = theme().zoom
        theme().changed.connect(self._on_theme)
        self.splitter.splitterMoved.connect(lambda _position, _index: self._note_widths())
        self._arrange(narrow=False)

    @property
    def is_narrow(self) -> bool:
        """Whether the side panels are tabs now."""
        return bool(self._narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(narrow=self._wants_tabs())

    def _wants_tabs(self) -> bool:
        return self.width() < px(NARROW - _RAIL - 40)

    def show_side(self, side: QWidget) -> None:
        """Bring a side panel to the front where they are tabs."""
        if self.is_narrow:
            self.tabs.setCurrentWidget(side)

    def save_state(self) -> str:
        """Widths of the left and right panel at zoom 1, for `restore_state`."""
        self._note_widths()
        return f"{self._widths[0]} {self._widths[1]}"

    def restore_state(self, state: object) -> None:
        """What `save_state` gave; anything else is ignored."""
        words = state.split() if isinstance(state, str) else []
        if len(words) == 2 and all(word.isdecimal() and _LEAST <= int(word) <= _MOST for word in words):
            self._widths = (int(words[0]), int(words[1]))
            self._set_widths()

    def _note_widths(self) -> None:
        """Remember where the user has dragged the borders to, as long as there are columns on screen."""
        sizes = self.splitter.sizes()
        if self.is_narrow or not self.isVisible() or sum(sizes) == 0:
            return
        left = round(sizes[0] / self._zoom) if self._left is not None else self._widths[0]
        right = round(sizes[-1] / self._zoom) if self._right is not None else self._widths[1]
        self._widths = (left, right)

    def _arrange(self, *, narrow: bool) -> None:
        narrow = narrow and len(self._sides) == 2
        if narrow == self._narrow:
            return
        self._narrow = narrow
        if narrow:
            self._make_tabs()
        elif self.tabs.count():
            self._make_columns()
        self._set_widths()

    def _on_theme(self) -> None:
        """Side panels grow and shrink with the zoom."""
        if theme().zoom != self._zoom:
            self._zoom = theme().zoom
            self._arrange(narrow=self._wants_tabs())
            self._set_widths()

    def _make_tabs(self) -> None:
        for side, title in zip(self._sides, self._titles, strict=True):
            self.tabs.addTab(side, title)
        self.splitter.insertWidget(0, self.tabs)
        self.tabs.show()

    def _make_columns(self) -> None:
        left, right = self._sides
        self.splitter.insertWidget(0, left)
        self.splitter.addWidget(right)
        left.show()
        right.show()
        self.tabs.hide()
        self.tabs.setParent(self)

    def _set_widths(self) -> None:
        left, right = (px(width) for width in self._widths)
        total = max(self.width(), left + right + 1)
        if self.is_narrow:
            self.splitter.setSizes([max(left, right), total - max(left, right)])
            return
        sizes = [left if self._left is not None else 0, 0, right if self._right is not None else 0]
        sizes[1] = total - sum(sizes)
        self.splitter.setSizes([size for size in sizes if size])
