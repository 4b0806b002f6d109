"""Choosing one network more, out of those that have a file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from cifar_gui.ui.model_choices import ModelChoice
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.fields import ElidedChoice

_BESIDE = 28
"""Pixels at zoom 1 beside a name in the list: its padding, and a scroll bar."""


class NetworkChoice(ElidedChoice):
    """All that the window's chooser offers, but for the one in training. With a first entry that is none, if wanted."""

    def __init__(self, name: str, nobody: str = "") -> None:
        """`name`: for screen readers; `nobody`: what the entry that is none says, "" for no such entry."""
        super().__init__()
        self._offered: list[ModelChoice] = []
        self._nobody = nobody
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(14)
        if nobody:
            self.addItem(nobody)
        self._is_asked_for = False  # what stands there was chosen by a person
        self.activated.connect(self._on_activated)

    @property
    def chosen(self) -> ModelChoice | None:
        """None if there is none, or none is wanted."""
        return self._at(self.currentIndex())

    def choose(self, key: str) -> None:
        """The one with this key, or none if it is not offered; nobody is told."""
        same = [place for place in range(self.count()) if (found := self._at(place)) is not None and found.key == key]
        self.setCurrentIndex(same[0] if same else 0)

    def showPopup(self) -> None:
        """The list is as wide as its longest name: there they are told apart."""
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + px(_BESIDE))
        super().showPopup()

    def offer(self, choices: Sequence[ModelChoice]) -> None:
        """These can be chosen; the chosen one stays if it is among them."""
        offered = [each for each in choices if each.path is not None]
        if offered == self._offered:
            return  # perhaps the list is open
        kept, self._offered = self.chosen, offered
        self.clear()
        if self._nobody:
            self.addItem(self._nobody)
        for each in offered:
            self.addItem(each.line, each)
        self.choose(kept.key if kept is not None else "")

    def propose_beside(self, first: ModelChoice) -> None:
        """Until a person has chosen: another of the kind of `first`, as that most likely knows the same classes."""
        if not self._is_asked_for:
            alike = (each for each in self._offered if each.group == first.group and each.key != first.key)
            if (found := next(alike, None)) is not None:
                self.choose(found.key)

    def _on_activated(self) -> None:
        self._is_asked_for = True

    def _at(self, place: int) -> ModelChoice | None:
        found = self.itemData(place)
        return found if isinstance(found, ModelChoice) else None
