"""Which class is taken for which, where pictures lie in folders named after classes: a button and what it opens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cifar_gui.ui.classify.results import Tally
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.bar import ShyButton
from cifar_gui.ui.widgets.confusion_table import ConfusionTable
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.popup import Popup
from cifar_gui.ui.widgets.text import caption, heading, muted

_TOPIC = "classify#many-pictures"
_HIGHEST, _WIDEST = 420, 620
"""Of the matrix, in pixels at zoom 1: of more classes it scrolls."""

_HOW_TO_READ = "Rows: the names of the folders. Columns: what the network said. A click shows the pictures."


class FolderConfusion(ShyButton):
    """Hidden while no folder is named after a class. Signals: pair_chosen(str, str): the pictures in folders of that
    class that were called so are to be seen."""

    pair_chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__("Confusion")
        self.setIcon(icon("evaluate"))
        self.setObjectName("classify.confusion")
        self.setToolTip("Which class is taken for which, the names of the folders being right")
        self._tally, self._class_names = Tally(), tuple[str, ...]()
        self.popup = ConfusionPopup(self)
        self.popup.table.cell_opened.connect(self._on_cell)
        self.clicked.connect(self._open)
        self.hide()

    def follow(self, tally: Tally, class_names: Sequence[str]) -> None:
        """What has been found by now, by a network of these classes."""
        self._tally, self._class_names = tally, tuple(class_names)
        self.setVisible(tally.folders_tell)
        if self.popup.isVisible():
            self._show()

    def _open(self) -> None:
        self._show()
        self.popup.open_beside(self)

    def _show(self) -> None:
        confusion = self._tally.confusion(self._class_names)
        self.popup.words.setText(f"{self._tally.agreed}. {confusion.words}")
        self.popup.table.show_confusion(confusion)

    def _on_cell(self, row: int, column: int) -> None:
        self.popup.close()
        confusion = self.popup.table.confusion
        assert confusion is not None  # it has been clicked
        self.pair_chosen.emit(confusion.class_names[row], confusion.class_names[column])


class ConfusionPopup(Popup):
    """The matrix, and what it says in words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.words, self.table = muted(wrap=True), ConfusionTable()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(SPACING)
        head = QHBoxLayout()
        head.addWidget(heading("As folders say"))
        head.addStretch(1)
        head.addWidget(HelpButton(_TOPIC, "many pictures"))
        layout.addLayout(head)
        layout.addWidget(self.words)
        layout.addWidget(self.table)
        self._how = caption(_HOW_TO_READ, wrap=True)
        layout.addWidget(self._how)

    def open_beside(self, button: QWidget) -> None:
        """As large as the matrix needs, with the keyboard in it."""
        self.ensurePolished()
        whole = self.table.whole_size()
        self.table.setFixedSize(min(whole.width(), px(_WIDEST)), min(whole.height(), px(_HIGHEST)))
        for label in (self.words, self._how):
            label.setFixedWidth(self.table.width())
        self.show_beside(button)
        self.table.setFocus()
