"""Colours, type and zoom. One `Theme` for the application; widgets that paint themselves ask `tokens()` and `px()`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from cifar_gui.ui.stylesheet import stylesheet
from cifar_gui.ui.tokens import DARK, LIGHT, Tokens

SPACING = 8
"""Everything stands on a grid of eights, in pixels at zoom 1."""

SCHEMES = ("system", "light", "dark")
ZOOM_STEPS = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5)

_TEXT, _CAPTION, _VERDICT = 13, 11, 34


@dataclass(frozen=True)
class Look:
    """What the theme is made from."""

    scheme: str = "system"
    zoom: float = 1.0
    presenting: bool = False


class Theme(QObject):
    """Follows the system's light or dark scheme unless told otherwise.

    Signals: changed() after colours or zoom have changed and the application's stylesheet has been set.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._look = Look()
        self._building = False
        self._applied: tuple[bool, float] | None = None
        self.is_pushing = False  # into all widgets, one after the other: none must get another parent meanwhile
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: self.apply())

    @property
    def scheme(self) -> str:
        """ "system", "light" or "dark"."""
        return self._look.scheme

    @property
    def zoom(self) -> float:
        """0.8 to 2.5."""
        return self._look.zoom

    @property
    def presenting(self) -> bool:
        """Full screen for a projector: curves are three pixels wide then."""
        return self._look.presenting

    @property
    def curve_width(self) -> int:
        """Width of plotted curves in pixels."""
        return 3 if self.presenting else 1

    @property
    def is_dark(self) -> bool:
        if self._look.scheme == "system":
            return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._look.scheme == "dark"

    @property
    def tokens(self) -> Tokens:
        return DARK if self.is_dark else LIGHT

    def set_look(self, scheme: str | None = None, zoom: float | None = None, presenting: bool | None = None) -> None:
        """Change what is given; out-of-range zooms are brought into range, unknown schemes are the system's."""
        look = self._look
        wanted = scheme if scheme is not None else look.scheme
        self._look = Look(
            scheme=wanted if wanted in SCHEMES else "system",
            zoom=min(max(zoom if zoom is not None else look.zoom, ZOOM_STEPS[0]), ZOOM_STEPS[-1]),
            presenting=look.presenting if presenting is None else presenting,
        )
        if look.presenting != self._look.presenting:
            self._applied = None
        self.apply()

    def zoom_by(self, steps: int) -> None:
        """The next zoom in or out of a fixed row."""
        nearest = min(range(len(ZOOM_STEPS)), key=lambda i: abs(ZOOM_STEPS[i] - self.zoom))
        self.set_look(zoom=ZOOM_STEPS[min(max(nearest + steps, 0), len(ZOOM_STEPS) - 1)])

    def px(self, length: float) -> int:
        """A length at zoom 1 → pixels now."""
        return round(length if self._building else length * self.zoom)

    @contextmanager
    def built_at_zoom_one(self) -> Iterator[None]:
        """Inside it `px` does not scale: a new page is built at zoom 1 and scaled as a whole afterwards."""
        self._building = True
        try:
            yield
        finally:
            self._building = False

    def apply(self) -> None:
        """Push colours, font and stylesheet into the application, if they have changed."""
        wanted = (self.is_dark, self.zoom)
        application = QApplication.instance()
        if wanted == self._applied or not isinstance(application, QApplication):
            return
        self._applied = wanted
        self.is_pushing = True
        try:
            self._push(application)
        finally:
            self.is_pushing = False
        self.changed.emit()

    def _push(self, application: QApplication) -> None:
        if application.style().name() != "fusion":
            application.setStyle("fusion")
        application.setPalette(palette_of(self.tokens))
        application.setFont(self._font())
        application.setStyleSheet(stylesheet(self.tokens, self.zoom))
        _push_into_pyqtgraph(self.tokens)

    def _font(self) -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        if QGuiApplication.platformName() in ("offscreen", "minimal") and "Inter" in QFontDatabase.families():
            font = QFont("Inter")  # these platforms have no interface font of their own
        font.setPixelSize(round(_TEXT * self.zoom))
        font.setFeature(QFont.Tag.fromString("tnum"), 1)  # numbers do not dance
        return font


@cache
def theme() -> Theme:
    """The application's theme. Needs a QApplication from its first call on."""
    return Theme()


def tokens() -> Tokens:
    """The colours as they are now; ask again after `theme().changed`."""
    return theme().tokens


def px(length: float) -> int:
    """A length at zoom 1 → pixels now. For what is painted or sized by hand; stylesheets scale by themselves."""
    return theme().px(length)


def font(size: int = _TEXT, *, bold: bool = False) -> QFont:
    """The interface font at `size` pixels (13 text, 11 caption, 34 verdict) at zoom 1, for painting."""
    result = QFont(QApplication.font())
    result.setPixelSize(px(size))
    result.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return result


def palette_of(colours: Tokens) -> QPalette:
    """The same colours for what Fusion paints without a stylesheet."""
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in {
        role.Window: colours.ground,
        role.WindowText: colours.text,
        role.Base: colours.panel,
        role.AlternateBase: colours.ground,
        role.Text: colours.text,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.on_accent,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.muted,
        role.Link: colours.accent,
        role.Accent: colours.accent,
        role.Mid: colours.panel_line,
        role.Dark: colours.control_line,
    }.items():
        palette.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, colours.control_line)
    return palette


def _push_into_pyqtgraph(colours: Tokens) -> None:
    """Plots made from now on use these colours. Before pyqtgraph is imported there is nothing to push into."""
    pyqtgraph = sys.modules.get("pyqtgraph")
    if pyqtgraph is not None:
        pyqtgraph.setConfigOptions(background=QColor(colours.plot_ground), foreground=QColor(colours.muted))


def prepare_pyqtgraph() -> None:
    """To be called after importing pyqtgraph, before the first plot: its colours and its fast settings."""
    import pyqtgraph

    pyqtgraph.setConfigOptions(antialias=False, useOpenGL=False, imageAxisOrder="row-major")
    _push_into_pyqtgraph(tokens())
