"""Which of the runs the table shows: those with a tag, or with some words in them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.fields import ChoiceField, TextField
from cifar_gui.ui.widgets.text import caption

_ANY = ""


class FilterBar(QWidget):
    """Signals: changed() when others are wanted."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tag = TextField(), ChoiceField([(_ANY, "Any tag")], whole=True)
        self._count = caption()
        self._lay_out()
        self.text.textChanged.connect(lambda _text: self.changed.emit())
        self.tag.edited.connect(self.changed)

    @property
    def wanted(self) -> tuple[str, str]:
        """The words and the tag, each "" if there is none."""
        return self.text.raw(), self.tag.raw()

    def offer(self, tags: Sequence[str]) -> None:
        """The tags to choose from; one that no run has any more is not asked for any longer."""
        self.tag.set_options([(_ANY, "Any tag"), *((tag, tag) for tag in tags)])
        self.tag.setVisible(bool(tags))

    def clear(self) -> None:
        """Let all runs through."""
        self.tag.put(_ANY)
        self.text.clear()

    def count(self, shown: int, there: int) -> None:
        """Say how many of the runs are shown, where it is not all of them."""
        self._count.setText("" if shown == there else f"{shown} of {there} runs")

    def _lay_out(self) -> None:
        self.text.setObjectName("runs.filter")
        self.text.setAccessibleName("Filter the runs")
        self.text.setPlaceholderText("Filter by name, network, settings, tags or notes")
        self.text.setClearButtonEnabled(True)
        self.text.setMaximumWidth(px(360))
        self.tag.setObjectName("runs.tag_filter")
        self.tag.setAccessibleName("Tag that the runs shall have")
        self.tag.setMaximumWidth(px(200))
        self.tag.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.text, 2)
        layout.addWidget(self.tag)
        layout.addWidget(self._count)
        layout.addStretch(1)
