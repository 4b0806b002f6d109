"""A page in columns, whose side panels become tabs where the window is narrow, and stand above it where it is tiny."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QWidget

from cifar_gui.ui.theme import px, theme

NARROW = 1200
"""Windows narrower than this, at zoom 1, show one side panel at a time."""

_RAIL = 76
_SCALE = 1000
_LEAST, _MOST = 60, 1200
"""Widths of a side panel that are believed when restored, in pixels at zoom 1."""


class _Splitter(QSplitter):
    """Asks for the width of its widest child only: `Columns` stacks them where there is no room side by side."""

    def minimumSizeHint(self) -> QSize:
        widest = max((_least_width(self.widget(place)) for place in range(self.count())), default=0)
        return QSize(widest, super().minimumSizeHint().height())


class _Tabs(QTabWidget):
    """As wide as its widest panel needs, and as high as the one in front."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _index: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        hint, front = super().minimumSizeHint(), self.currentWidget()
        if front is not None:
            hint.setHeight(self.tabBar().sizeHint().height() + front.minimumSizeHint().height())
        return hint


class Columns(QWidget):
    """Left panel, middle, right panel with draggable borders; left or right may be missing (None).

    Where the window is narrow the side panels share one column as tabs; the middle stays. `titles` name the tabs.
    Where there is no room for two columns, they stand one above the other.

    Signals: rearranged() when they stand another way.
    """

    rearranged = Signal()

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
        self._left, self._middle, self._right = left, middle, right
        self._titles = [title for side, title in zip((left, right), titles, strict=True) if side is not None]
        self._widths = widths
        self._narrow: bool | None = None
        self.tabs = _Tabs()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.hide()
        self.splitter = _Splitter(Qt.Orientation.Horizontal)
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
        self._scale = px(_SCALE)
        theme().changed.connect(self._on_theme)
        self.splitter.splitterMoved.connect(lambda _position, _index: self._note_widths())
        self._arrange(narrow=False, stacked=False)
        self.installEventFilter(self)

    @property
    def is_narrow(self) -> bool:
        """Whether the side panels are tabs now."""
        return bool(self._narrow)

    @property
    def is_stacked(self) -> bool:
        """Whether they stand one above the other."""
        return self.splitter.orientation() == Qt.Orientation.Vertical

    def show_side(self, side: QWidget) -> None:
        """Bring a side panel to the front, where they are tabs."""
        if self.is_narrow:
            self.tabs.setCurrentWidget(side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rearrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and event.type() == QEvent.Type.LayoutRequest:  # a panel needs another width
            self._rearrange()
        return super().eventFilter(watched, event)

    def _rearrange(self) -> None:
        if theme().is_pushing:
            return  # Qt would crash: it is walking from widget to widget. `_on_theme` follows
        narrow = len(self._sides) == 2 and (self.width() < px(NARROW - _RAIL - 40) or self._lacks_room(self._sides))
        sides = [max(self._sides, key=_least_width)] if narrow else self._sides
        self._arrange(narrow=narrow, stacked=self._lacks_room(sides))

    def _lacks_room(self, sides: Sequence[QWidget]) -> bool:
        needed = sum(map(_least_width, [*sides, self._middle])) + len(sides) * self.splitter.handleWidth()
        return needed > self.width()

    def bring_to_front(self, side: QWidget) -> None:
        """Show one of the side panels, where they are tabs."""
        if self.tabs.indexOf(side) >= 0:
            self.tabs.setCurrentWidget(side)

    def save_state(self) -> str:
        """Widths of the left and right panel at zoom 1, for `restore_state`."""
        self._note_widths()
        return f"{self._widths[0]} {self._widths[1]}"

    def restore_state(self, state: object) -> None:
        """What `save_state` gave; anything else is ignored."""
        words = state.split() if isinstance(state, str) else []
        if len(words) != 2 or not all(map(str.isdecimal, words)):
            return
        left, right = map(int, words)
        sides = ((self._left, left), (self._right, right))
        if all(side is None or _LEAST <= width <= _MOST for side, width in sides):  # no panel, no width to speak of
            self._widths = (left, right)
            self._set_widths()

    def _note_widths(self) -> None:
        """Remember where the user has dragged the borders to, as long as there are columns on screen."""
        sizes = self.splitter.sizes()
        if self.is_narrow or self.is_stacked or not self.isVisible() or sum(sizes) == 0:
            return
        left = round(sizes[0] / self._zoom) if self._left is not None else self._widths[0]
        right = round(sizes[-1] / self._zoom) if self._right is not None else self._widths[1]
        self._widths = (left, right)

    def _arrange(self, *, narrow: bool, stacked: bool) -> None:
        if narrow == self._narrow and stacked == self.is_stacked:
            return
        self.splitter.setOrientation(Qt.Orientation.Vertical if stacked else Qt.Orientation.Horizontal)
        if narrow != self._narrow:
            self._narrow = narrow
            if narrow:
                self._make_tabs()
            elif self.tabs.count():
                self._make_columns()
        self._set_widths()
        self.rearranged.emit()

    def _on_theme(self) -> None:
        """Side panels grow and shrink with the zoom."""
        grown = px(_SCALE) != self._scale
        self._scale, self._zoom = px(_SCALE), theme().zoom
        self._rearrange()
        if grown:
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
        if self.is_stacked:
            return  # as high as they need and wish to be
        left, right = (px(width) for width in self._widths)
        total = max(self.width(), left + right + 1)
        if self.is_narrow:
            self.splitter.setSizes([max(left, right), total - max(left, right)])
            return
        sizes = [left if self._left is not None else 0, 0, right if self._right is not None else 0]
        sizes[1] = total - sum(sizes)
        self.splitter.setSizes([size for size in sizes if size])


def _least_width(widget: QWidget | None) -> int:
    return 0 if widget is None else max(widget.minimumSizeHint().width(), widget.minimumWidth())
