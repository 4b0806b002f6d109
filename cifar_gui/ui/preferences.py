"""The preferences: what applies to the whole window, at once and without an OK, and where its files lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QGridLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui import paths
from cifar_gui.errors import reason
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.theme import SCHEMES, ZOOM_STEPS, px, theme
from cifar_gui.ui.widgets.text import caption, heading, muted, title
from cifar_gui.words import percent

FOLDERS: dict[str, Callable[[], Path]] = {
    "Data sets": paths.data_sets,
    "Runs": paths.runs,
    "Settings": paths.settings,
    "Cache": paths.cache,
    "Log": paths.logs,
}
_SCHEME_WORDS = {"system": "As the system", "light": "Light", "dark": "Dark"}


class Preferences(QDialog):
    """Colours, size and folders.

    Signals: scheme_chosen(str) one of SCHEMES; zoom_chosen(float).
    """

    scheme_chosen = Signal(str)
    zoom_chosen = Signal(float)

    def __init__(self, parent: QWidget, messages: Messages) -> None:
        super().__init__(parent)
        self._messages = messages
        self.setWindowTitle("Preferences")
        self.setObjectName("preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.scheme, self.zoom = QComboBox(), QComboBox()
        for each in SCHEMES:
            self.scheme.addItem(_SCHEME_WORDS[each], each)
        for step in ZOOM_STEPS:
            self.zoom.addItem(percent(step, 0), step)
        self.scheme.activated.connect(lambda: self.scheme_chosen.emit(self.scheme.currentData()))
        self.zoom.activated.connect(lambda: self.zoom_chosen.emit(self.zoom.currentData()))
        theme().changed.connect(self._show_look)
        self._show_look()
        self._lay_out()

    def restore_defaults(self) -> None:
        """The system's colours, at their normal size."""
        self.scheme_chosen.emit(SCHEMES[0])
        self.zoom_chosen.emit(1.0)

    def _show_look(self) -> None:
        """What is chosen now, also when it was chosen elsewhere."""
        self.scheme.setCurrentIndex(SCHEMES.index(theme().scheme))
        self.zoom.setCurrentIndex(min(range(len(ZOOM_STEPS)), key=lambda at: abs(ZOOM_STEPS[at] - theme().zoom)))

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(20), px(16), px(20), px(16))
        outer.setSpacing(px(12))
        outer.addWidget(title("Preferences"))
        outer.addWidget(heading("Appearance"))
        outer.addLayout(self._looks())
        outer.addSpacing(px(8))
        outer.addWidget(heading("Folders"))
        outer.addLayout(self._folders())
        note = caption("Set CIFAR_GUI_HOME before the start to keep all of these in one folder of your choice.")
        note.setWordWrap(True)
        outer.addWidget(note)
        outer.addStretch(1)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Close | kinds.RestoreDefaults)
        buttons.rejected.connect(self.reject)
        buttons.button(kinds.RestoreDefaults).clicked.connect(self.restore_defaults)
        outer.addWidget(buttons)
        self.resize(px(560), self.sizeHint().height())

    def _looks(self) -> QGridLayout:
        grid = _grid()
        for row, (name, box) in enumerate({"Colours": self.scheme, "Size of everything": self.zoom}.items()):
            label = muted(name)
            label.setBuddy(box)
            box.setAccessibleName(name)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1, Qt.AlignmentFlag.AlignLeft)
        return grid

    def _folders(self) -> QGridLayout:
        grid = _grid()
        for row, (name, place) in enumerate(FOLDERS.items()):
            path = caption(str(place()))
            path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            path.setWordWrap(True)
            button = QPushButton("Open")
            button.setAccessibleName(f"Open the folder: {name}")
            button.clicked.connect(lambda _checked=False, place=place: self._open(place()))
            grid.addWidget(muted(name), row, 0)
            grid.addWidget(path, row, 1)
            grid.addWidget(button, row, 2)
        return grid

    def _open(self, folder: Path) -> None:
        """Folders are made when first needed; one that is opened here is needed."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._messages.error(f"{folder} cannot be opened: {reason(error)}.")
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(px(24))
    grid.setVerticalSpacing(px(8))
    grid.setColumnMinimumWidth(0, px(120))
    grid.setColumnStretch(1, 1)
    return grid
