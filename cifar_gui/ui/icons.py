"""Icons drawn for the app, tinted to the theme and tinted anew when it changes."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QBuffer, QByteArray, QSize
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QImageReader, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QTabBar

from cifar_gui import paths
from cifar_gui.ui.theme import theme, tokens

_SIZES = (16, 24)
_drawn: dict[int, tuple[str, str]] = {}  # cache key of an icon handed out → its name and colour
_current: dict[tuple[str, str], QIcon] = {}  # those of the theme as it is now


def icon(name: str, colour: str = "text") -> QIcon:
    """The icon in resources/icons/<name>.svg in a token's colour ("muted", "on_accent", "bad", …).

    On buttons, actions, tabs and combo boxes it follows the theme. Checked, it takes the accent colour; disabled, grey.
    """
    key = (name, colour)
    if key not in _current:
        _current[key] = _draw(name, colour)
        _drawn[_current[key].cacheKey()] = key
    return _current[key]


def icon_pixmap(name: str, colour: str = "muted", size: int = 16) -> QPixmap:
    """The icon as a picture `size` pixels wide at zoom 1, for labels and painting. Does not follow the theme."""
    return _tinted(_shape(name, theme().px(size)), getattr(tokens(), colour))


def retint() -> None:
    """Draw every icon in use anew. Called by the window when the theme has changed."""
    _current.clear()
    actions: set[QAction] = set()
    for widget in QApplication.allWidgets():
        actions.update(widget.actions())
        if isinstance(widget, QAbstractButton):
            _retint_one(widget)
        elif isinstance(widget, QTabBar):
            for index in range(widget.count()):
                if fresh := _fresh(widget.tabIcon(index)):
                    widget.setTabIcon(index, fresh)
        elif isinstance(widget, QComboBox):
            for index in range(widget.count()):
                if fresh := _fresh(widget.itemIcon(index)):
                    widget.setItemIcon(index, fresh)
    for action in actions:
        _retint_one(action)


def _retint_one(target: QAbstractButton | QAction) -> None:
    if fresh := _fresh(target.icon()):
        target.setIcon(fresh)


def _fresh(old: QIcon) -> QIcon | None:
    """The same icon in today's colours; None for icons that are not ours."""
    key = _drawn.get(old.cacheKey())
    return icon(*key) if key else None


def _draw(name: str, colour: str) -> QIcon:
    result, colours = QIcon(), tokens()
    normal = QColor(getattr(colours, colour))
    checked = normal if colour == "on_accent" else colours.accent
    disabled = normal if colour == "on_accent" else colours.control_line
    for size in _SIZES:
        shape = _shape(name, theme().px(size))
        result.addPixmap(_tinted(shape, normal), QIcon.Mode.Normal, QIcon.State.Off)
        result.addPixmap(_tinted(shape, checked), QIcon.Mode.Normal, QIcon.State.On)
        result.addPixmap(_tinted(shape, disabled), QIcon.Mode.Disabled, QIcon.State.Off)
    return result


def _shape(name: str, length: int) -> QPixmap:
    """The icon in black, `length` device-independent pixels wide, as sharp as the sharpest screen."""
    ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    side = round(length * ratio)
    file = QBuffer()
    file.setData(_source(name))
    reader = QImageReader(file, QByteArray(b"svg"))  # the first QSvgRenderer takes 15 ms of the window's launch
    reader.setScaledSize(QSize(side, side))
    pixmap = QPixmap.fromImageReader(reader)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _tinted(shape: QPixmap, colour: QColor) -> QPixmap:
    result = QPixmap(shape)
    with QPainter(result) as painter:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(result.rect(), colour)
    return result


@cache
def _source(name: str) -> bytes:
    source = (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return source.replace("currentColor", "#000000").encode()
