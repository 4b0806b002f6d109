"""A row of controls that makes do with less: buttons lose their words, then half of it goes into a second row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from cifar_gui.ui.theme import SPACING, px

_AIR = 6
"""What a button without words needs on top of its icon and its padding: Qt leaves 4 between icon and text."""


class ShyButton(QPushButton):
    """A button with an icon and words that can go without the words; `text()` stays what it is."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._is_wordless = False

    @property
    def is_wordless(self) -> bool:
        """Whether only its icon is shown."""
        return self._is_wordless

    def show_words(self, *, words: bool) -> None:
        """Show icon and words, or the icon alone. Without an icon the words stay."""
        wordless = not words and not self.icon().isNull() and bool(self.text())
        if wordless and not self.toolTip():
            self.setToolTip(self.text())
        if wordless != self._is_wordless:
            self._is_wordless = wordless
            self.updateGeometry()
            self.update()

    def full_width(self) -> int:
        """With its words."""
        return super().sizeHint().width()

    def least_width(self) -> int:
        """Without them, if it can do without."""
        full = self.full_width()
        if self.icon().isNull() or not self.text():
            return full
        return full - self.fontMetrics().horizontalAdvance(self.text().replace("&", "")) - px(_AIR) // 2

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self._is_wordless:
            hint.setWidth(self.least_width())
        return hint

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_wordless:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        with QPainter(self) as painter:
            self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)


class ControlBar(QWidget):
    """`left` and `right` in one row. Where there is no room, `ShyButton`s lose their words, the last ones first and the
    primary one last of all; then `right` goes into a second row if the bar `breaks`. It never asks for less than it
    then needs."""

    def __init__(
        self,
        left: Sequence[QWidget],
        right: Sequence[QWidget] = (),
        *,
        stretched: QWidget | None = None,
        breaks: bool = False,
        close: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`stretched`: the one of `left` that takes the room that is left over; `close`: `right` stands next
        to `left`, not at the other end."""
        super().__init__(parent)
        self._breaks = breaks and bool(right)
        self._rows = (QHBoxLayout(), QHBoxLayout())
        self._outer = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(SPACING)
        for row, widgets in zip(self._rows, (left, right), strict=True):
            row.setSpacing(SPACING)
            for widget in widgets:
                row.addWidget(widget, 1 if widget is stretched else 0)
            if stretched is None or row is self._rows[1]:
                row.addStretch(1)
        self._outer.addLayout(self._rows[0], 0 if close else 1)
        if right:
            self._outer.addLayout(self._rows[1], 1 if close else 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.installEventFilter(self)

    @property
    def is_broken(self) -> bool:
        """Whether it stands in two rows."""
        return self._outer.direction() == QBoxLayout.Direction.TopToBottom

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and event.type() == QEvent.Type.LayoutRequest:  # a text, or what is visible, has changed
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        rows = [self._width(row, words=False) for row in self._rows]
        least = max(rows) if self._breaks else self._joined(rows)
        return QSize(least, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        full = self._joined([self._width(row, words=True) for row in self._rows])
        return QSize(full, super().sizeHint().height())

    def _fit(self) -> None:
        room = self.width()
        broken = self._breaks and self._joined([self._width(row, words=False) for row in self._rows]) > room
        full = [self._width(row, words=True) for row in self._rows]
        if broken:
            for row, width in zip(self._rows, full, strict=True):
                _speak(_widgets(row), room - width)
        else:
            _speak([*_widgets(self._rows[0]), *_widgets(self._rows[1])], room - self._joined(full))
        if broken != self.is_broken:
            way = QBoxLayout.Direction.TopToBottom if broken else QBoxLayout.Direction.LeftToRight
            self._outer.setDirection(way)
            self.updateGeometry()

    def _joined(self, rows: list[int]) -> int:
        """The width of both rows side by side."""
        return sum(rows) + (self._outer.spacing() if all(rows) else 0)

    def _width(self, row: QHBoxLayout, *, words: bool) -> int:
        widths = [_width(widget, words=words) for widget in _widgets(row)]
        return sum(widths) + row.spacing() * max(len(widths) - 1, 0)


def _widgets(row: QHBoxLayout) -> list[QWidget]:
    """Those that are to be seen."""
    items = filter(None, map(row.itemAt, range(row.count())))
    return [widget for item in items if (widget := item.widget()) is not None and not widget.isHidden()]


def _width(widget: QWidget, *, words: bool) -> int:
    if isinstance(widget, ShyButton):
        return widget.full_width() if words else widget.least_width()
    elastic = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
    return max(0 if elastic else widget.sizeHint().width(), widget.minimumWidth())


def _speak(widgets: list[QWidget], spare: int) -> None:
    """Take the words from as many buttons as it takes; `spare` is negative where room is lacking."""
    shy = [widget for widget in reversed(widgets) if isinstance(widget, ShyButton)]
    for button in sorted(shy, key=lambda each: bool(each.property("primary"))):
        button.show_words(words=spare >= 0)
        if spare < 0:
            spare += button.full_width() - button.least_width()
