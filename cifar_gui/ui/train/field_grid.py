"""Labelled fields one under another, each with room for a sentence that says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from cifar_gui.ui.theme import px
from cifar_gui.ui.typed import Raw
from cifar_gui.ui.widgets.fields import ChoiceField, Field, mark_wrong
from cifar_gui.ui.widgets.text import caption, muted

_OBJECT_NAMES = {"data": "train.dataset"}
"""Fields whose object name is not simply "train.<setting>"."""


class FieldGrid(QWidget):
    """Signals: edited(str) with the name of the field that the user has changed."""

    edited = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self._labels: dict[str, QLabel] = {}
        self._problems: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)

    def add(self, name: str, label: str, help: str, field: Field, beside: QWidget | None = None) -> None:
        """One more row at the end. What stands `beside` a field goes with it."""
        field.setObjectName(_OBJECT_NAMES.get(name, f"train.{name}"))
        field.setAccessibleName(label)
        field.setAccessibleDescription(help)
        field.edited.connect(lambda: self.edited.emit(name))
        words, problem = muted(label), caption(wrap=True)
        words.setBuddy(field)
        words.setMinimumHeight(px(32))
        problem.setProperty("bad", True)
        problem.hide()
        if not isinstance(field, ChoiceField):  # a choice knows its width
            field.setMinimumWidth(px(80))
        row = self._grid.rowCount()
        self._grid.addWidget(words, row, 0)
        self._grid.addWidget(field, row, 1, 1, 1 if beside else 2)
        if beside is not None:
            self._grid.addWidget(beside, row, 2)
        self._grid.addWidget(problem, row + 1, 0, 1, 3)
        self.fields[name], self._labels[name], self._problems[name] = field, words, problem
        self.set_tip(name, help)

    def set_tip(self, name: str, tip: str) -> None:
        """The tool tip of a field and of its label."""
        self.fields[name].setToolTip(tip)
        self._labels[name].setToolTip(tip)

    def remove(self, names: Iterable[str]) -> None:
        """Take rows away."""
        for name in names:
            for widget in (self.fields.pop(name), self._labels.pop(name), self._problems.pop(name)):
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()

    def raws(self) -> dict[str, Raw]:
        """What each field holds."""
        return {name: field.raw() for name, field in self.fields.items()}

    def put(self, raws: Mapping[str, Raw]) -> None:
        """Fill fields without emitting `edited`; names that are not here are passed over."""
        for name, raw in raws.items():
            if name in self.fields:
                self.fields[name].put(raw)

    def first_problem(self) -> QWidget | None:
        """The first field that is marked as wrong."""
        wrong = (name for name, label in self._problems.items() if label.text())
        return next((self.fields[name] for name in wrong), None)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it, and nothing at the others."""
        for name, label in self._problems.items():
            text = problems.get(name, "")
            label.setText(text)
            label.setVisible(bool(text))
            mark_wrong(self.fields[name], wrong=bool(text))
