"""The button that opens a list of earlier runs, to be ticked if their curves are to lie under those on show."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton

from cifar_gui.ui.icons import icon
from cifar_gui.ui.train.earlier_list import EarlierList
from cifar_gui.ui.train.laid_under import MOST, LaidUnder

_NONE = "There is no other run yet that has finished an epoch."
_TIP = f"Lay the curves of up to {MOST} other runs under these"


class EarlierChooser(QToolButton):
    """Says how many runs are laid under, and lets people tick others.

    What was ticked is kept while the app runs: a run that cannot be laid under for now, because it is on show itself or
    in the trash, comes back with its place.

    Signals: chosen(LaidUnder) with those to be laid under now.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._offered: list[tuple[str, str]] = []
        self._wanted = LaidUnder()
        self.popup = EarlierList(self)
        self.popup.toggled.connect(lambda path: self._choose(self.laid_under.toggled(path)))
        self.popup.cleared.connect(lambda: self._choose(LaidUnder()))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIcon(icon("chevron-down"))
        self.clicked.connect(self._open)
        self._show(self.laid_under)

    @property
    def laid_under(self) -> LaidUnder:
        """Those that are wanted and can be had."""
        return self._wanted.among([path for path, _ in self._offered])

    def offer(self, runs: list[tuple[str, str]]) -> None:
        """(path, label) of the runs that can be laid under, the newest first. An open list stays as it is if it says so
        already."""
        if runs == self._offered:
            return
        before = self.laid_under
        self._offered = [*runs]
        now = self.laid_under
        self._show(now)
        if now != before:
            self.chosen.emit(now)

    def _choose(self, wanted: LaidUnder) -> None:
        if wanted != self._wanted:
            self._wanted = wanted
            self._show(wanted)
            self.chosen.emit(wanted)

    def _show(self, laid_under: LaidUnder) -> None:
        self.setText(laid_under.in_words())
        self.setAccessibleName(f"{laid_under.in_words()} under the curves")
        self.setEnabled(bool(self._offered))
        self.setToolTip(_TIP if self._offered else _NONE)
        self.popup.show_runs(self._offered, laid_under)

    def _open(self) -> None:
        self.popup.show_runs(self._offered, self.laid_under)  # in the colours of the theme as it is now
        self.popup.open_below(self)
