"""Beside the curves: facts and notes of one run, or the settings in which several differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from cifar_gui.ui.runs.rows import RunRow, differing, facts, weights_words
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import WrappedLabel, caption, heading, muted
from cifar_gui.ui.widgets.value_table import Cell, ValueTable

_NOTHING = "Select a run to see what it was made with; several to compare them."


class DetailsPanel(Panel):
    """What there is to say about the selection.

    Signals: noted(RunRow, str) when the notes of a run have been edited and left; tagged(RunRow, str) when its tags
    have.
    """

    noted = Signal(object, str)
    tagged = Signal(object, str)

    def __init__(self) -> None:
        super().__init__("Run")
        self._row: RunRow | None = None
        self._handed_over: str | None = None  # of its notes
        self._facts = QFormLayout()
        self._message = muted(wrap=True)
        self.notes = QPlainTextEdit()
        self.tags = QLineEdit()
        self.weights = muted(wrap=True)
        self.differences = ValueTable()
        self._same = muted("These runs have the same settings.", wrap=True)
        self._rest = caption("Everything else is the same in all of them.", wrap=True)
        self._pages = FrontStack()
        self._nothing = muted(_NOTHING, wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pages.addWidget(self._nothing)
        self._pages.addWidget(self._one())
        self._pages.addWidget(self._several())
        self.body.addWidget(self._pages, 1)
        self.show_rows([])

    def show_rows(self, rows: Sequence[RunRow], *, editable: bool = True) -> None:
        """Tell of these runs. Notes that are being typed are not disturbed; `editable`: whether any can be."""
        self._pages.setCurrentIndex(min(len(rows), 2))
        if len(rows) == 1:
            self._show_one(rows[0])
            for field in (self.notes, self.tags):
                field.setEnabled(editable and rows[0].summary.recipe is not None)
            return
        self.leave()
        self._row = None
        self.set_title("Settings that differ" if rows else "Run")
        if rows:
            self._show_several(rows)

    def say_why_nothing(self, why: str = "") -> None:
        """What stands here while no run is selected; "" for how to select one."""
        self._nothing.setText(why or _NOTHING)

    def leave(self) -> None:
        """Hand over notes and tags that have been typed, once."""
        if self._row is None or not self.notes.isEnabled():
            return
        if self.tags.isModified():
            self.tags.setModified(False)
            self.tagged.emit(self._row, self.tags.text())
        text, before = self.notes.toPlainText(), self._handed_over
        if text != (self._row.summary.notes if before is None else before):
            self._handed_over = text
            self.noted.emit(self._row, text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.notes and event.type() == QEvent.Type.FocusOut:
            self.leave()
        return super().eventFilter(watched, event)

    def _show_one(self, row: RunRow) -> None:
        before: Path | None = self._row.path if self._row else None
        if before != row.path:
            self.leave()
        if before != row.path or row.summary.notes == self._handed_over:
            self._handed_over = None  # it has been written: what is written counts from here on, whoever changes it
        typed = self.notes.toPlainText() if self._row else ""
        untouched = self._row is None or typed == self._row.summary.notes
        if before != row.path or untouched:
            self.notes.setPlainText(row.summary.notes)
        if before != row.path or not self.tags.isModified():
            self.tags.setText(", ".join(row.summary.tags))
        self._row = row
        self.set_title(f"Run {row.summary.number}")
        self._message.setText(row.summary.record.message)
        self._message.setVisible(bool(row.summary.record.message))
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, value in facts(row):
            label = WrappedLabel(value)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addRow(muted(name), label)

    def _show_several(self, rows: Sequence[RunRow]) -> None:
        table = differing(rows)
        cells = [
            [Cell(name, name, muted=True), *(Cell(value, value, value) for value in values)] for name, values in table
        ]
        self.differences.show_rows(["Setting", *(row.summary.number for row in rows)], cells)
        self.differences.resizeColumnsToContents()
        self.weights.setText(weights_words(rows))
        self.weights.setVisible(bool(self.weights.text()))
        self.differences.setVisible(bool(table))
        self._same.setVisible(not table)
        self._rest.setVisible(bool(table))

    def _one(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        self._facts.setHorizontalSpacing(2 * SPACING)
        self._facts.setVerticalSpacing(4)
        self._facts.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.notes.setObjectName("runs.notes")
        self.notes.setAccessibleName("Notes on this run")
        self.notes.setPlaceholderText("What was tried here, and what came of it")
        self.notes.setTabChangesFocus(True)
        self.notes.setMinimumHeight(px(48))
        self.notes.installEventFilter(self)
        self.tags.setObjectName("runs.tags")
        self.tags.setAccessibleName("Tags of this run, separated by commas")
        self.tags.setPlaceholderText("Words, separated by commas")
        self.tags.editingFinished.connect(self.leave)
        layout.addWidget(self._message)
        layout.addLayout(self._facts)
        layout.addSpacing(SPACING)
        tags = QHBoxLayout()
        tags.setSpacing(2 * SPACING)
        tags.addWidget(muted("Tags"))
        tags.addWidget(self.tags, 1)
        layout.addLayout(tags)
        layout.addWidget(heading("Notes"))
        layout.addWidget(self.notes, 1)
        return VerticalScroll(page)

    def _several(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        self.differences.setObjectName("runs.differences")
        self.differences.verticalHeader().setDefaultSectionSize(px(26))
        self.differences.setAccessibleName("Settings in which the selected runs differ")
        layout.addWidget(self.weights)
        layout.addWidget(self._same)
        layout.addWidget(self.differences, 1)
        layout.addWidget(self._rest)
        layout.addStretch()  # for where there is no table
        return page
