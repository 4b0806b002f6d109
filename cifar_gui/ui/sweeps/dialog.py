"""*Sweep*: asks which settings of a recipe are to be varied and how, says how much work that is, and starts it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui.errors import CifarGuiError, RecipeError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import RunSummary, list_runs
from cifar_gui.runs.sweep import GRID, MAX_AXES, RANDOM, Sweep
from cifar_gui.runs.sweep_pace import check_networks
from cifar_gui.ui.icons import icon
from cifar_gui.ui.sweeps.axis_row import AxisRow
from cifar_gui.ui.sweeps.form import (
    Assembled,
    AxisText,
    assembled,
    offered,
    proposal,
    proposed_name,
    size_words,
    takes_range,
)
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.fields import NumberField, TextField, mark_wrong
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.text import WrappedLabel, caption, muted, title

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_SOON_MS = 120
"""While somebody types, recipes are made for the last of the letters only."""

_WHAT = {
    GRID: "Every combination of these values is trained, one run after another.",
    RANDOM: "So many combinations are drawn at random, the same ones for the same seed.",
}
_WIDTH, _HEIGHT = 580, 470


class SweepDialog(QDialog):
    """Open it with `open`. `begun` is called with the folder of a sweep that has been started."""

    def __init__(
        self, context: Context, recipe: Recipe, about: str, parent: QWidget, begun: Callable[[Path], None]
    ) -> None:
        """`about`: the recipe in a few words."""
        super().__init__(parent)
        self._context, self._recipe, self._begun = context, recipe, begun
        self._runs: list[RunSummary] = []
        self._about = about
        self._closed = False  # then nothing of it is left, and what comes late from a worker is dropped
        self.found = Assembled(None, {})
        self.search = Segmented({GRID: "Grid", RANDOM: "Random"}.items())
        self.runs, self.seed, self.name = NumberField(whole=True), NumberField(whole=True), TextField()
        self.rows: list[AxisRow] = []
        self.add, self.start, self.close_button = (
            QPushButton("Vary another"),
            QPushButton("Start"),
            QPushButton("Cancel"),
        )
        self._what, self._size, self._problem = muted(wrap=True), WrappedLabel(), caption(wrap=True)
        self._drawing = QWidget()
        self._rows_layout = QVBoxLayout()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self.assemble)
        self._prepare()
        self._lay_out()
        self._connect()
        self.add_row("lr")
        self.rows[0].values.setFocus()
        context.jobs.run(list_runs, self._on_runs, key="sweep.pace")

    def add_row(self, setting: str = "") -> None:
        """Vary another setting, the first that is not varied yet if none is said."""
        varied = [row.setting.raw() for row in self.rows]
        options = offered(self._recipe)
        preferred = ("lr", "weight_decay", "batch_size", "epochs", *(name for name, _label in options))
        wanted = setting or next(name for name in preferred if name not in varied)
        row = AxisRow(options)
        row.put(proposal(wanted, self._recipe))
        row.edited.connect(self._soon.start)
        row.setting_chosen.connect(lambda: self._on_setting(row))
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._rows_layout.insertWidget(len(self.rows) - 1, row)
        self.assemble()

    def assemble(self) -> None:
        """Read the fields, and say what they come to or what is wrong with them."""
        self._soon.stop()  # else what is refused in a moment would be taken away by what was typed before
        search = self.search.current
        for number, row in enumerate(self.rows, start=1):
            row.setObjectName(f"sweep.row.{number}")  # one may have been removed before it
            row.show_range(ranged=search == RANDOM and takes_range(row.setting.raw(), self._recipe))
            row.remove.setEnabled(len(self.rows) > 1)
        texts = [row.text for row in self.rows]
        self.found = assembled(self._recipe, texts, search=search, runs=self.runs.raw(), seed=self.seed.raw())
        self._show(texts)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.assemble()  # Start may be disabled for what stood there a moment ago
        super().keyPressEvent(event)

    def _show(self, texts: list[AxisText]) -> None:
        problems = dict(self.found.problems)
        for row in self.rows:
            row.show_problem(problems.pop(row.setting.raw(), ""))
        for name, field in (("runs", self.runs), ("seed", self.seed)):
            mark_wrong(field, wrong=name in problems)
        rest = next(iter(problems.values()), "")
        self._problem.setText(rest)
        self._problem.setVisible(bool(rest))
        sweep = self.found.sweep
        self._what.setText(_WHAT[self.search.current])
        self._drawing.setVisible(self.search.current == RANDOM)
        self._size.setText("" if sweep is None else size_words(sweep, self._runs))
        self.name.setPlaceholderText(proposed_name(texts))
        is_full = len(self.rows) >= MAX_AXES
        self.add.setEnabled(not is_full)
        self.add.setToolTip(f"At most {MAX_AXES} settings can be varied at once" if is_full else "")
        busy = self._context.sweeps.why_not()
        self.start.setEnabled(sweep is not None and not busy)
        self.start.setToolTip(busy)

    def _on_start(self) -> None:
        """Networks that cannot be built are found out before anything is trained."""
        self.assemble()
        if (sweep := self.found.sweep) is not None:
            self.start.setEnabled(False)
            self._context.jobs.run(
                lambda: check_networks(sweep),
                lambda _nothing: self._go(sweep),
                self._on_refused,
                key="sweep.check",
                broken=self._on_broken,
            )

    def _go(self, sweep: Sweep) -> None:
        if not self._closed and self.found.sweep == sweep:  # else something else has been typed meanwhile
            name = self.name.raw().strip() or self.name.placeholderText()
            self.accept()
            self._context.sweeps.begin(sweep, name, self._begun)

    def _on_refused(self, error: CifarGuiError) -> None:
        if not self._closed:
            setting = error.setting if isinstance(error, RecipeError) else ""
            self.found = Assembled(None, {setting: str(error)})
            self._show([row.text for row in self.rows])

    def _on_broken(self) -> None:
        if not self._closed:
            self.assemble()  # it can be tried again

    def _on_runs(self, runs: list[RunSummary]) -> None:
        if not self._closed:
            self._runs = runs
            self.assemble()

    def _on_closed(self, _result: int) -> None:
        self._closed = True

    def _on_setting(self, row: AxisRow) -> None:
        row.put(proposal(row.setting.raw(), self._recipe))
        self.assemble()

    def _on_add(self) -> None:
        """The keyboard goes where one types next."""
        self.add_row()
        self.rows[-1].setting.setFocus()

    def _remove(self, row: AxisRow) -> None:
        place = self.rows.index(row)
        self.rows.remove(row)
        self._rows_layout.removeWidget(row)
        if row.isAncestorOf(self.focusWidget()):
            self.rows[min(place, len(self.rows) - 1)].setting.setFocus()  # else the keyboard would be gone with the row
        row.hide()  # it is deleted later
        row.deleteLater()
        self.assemble()

    def _prepare(self) -> None:
        self.setObjectName("sweep.dialog")
        self.setWindowTitle("Sweep")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        explained_by(self, "runs#sweeps")
        self.runs.put("12")
        self.seed.put("0")
        self.add.setIcon(icon("plus"))
        self.add.setProperty("flat", True)
        self.start.setProperty("primary", True)
        self.start.setDefault(True)
        self._problem.setProperty("bad", True)
        names = {"search": self.search, "runs": self.runs, "seed": self.seed, "name": self.name, "start": self.start}
        for name, widget in names.items():
            widget.setObjectName(f"sweep.{name}")
        for field, words in ((self.runs, "Number of runs"), (self.seed, "Seed of the draws"), (self.name, "Name")):
            field.setAccessibleName(words)
        for field in (self.runs, self.seed):
            field.setFixedWidth(px(64))

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(title("Sweep"), 1)
        above.addWidget(HelpButton("runs#sweeps", "what a sweep is"))
        kind = QHBoxLayout()
        kind.setSpacing(2 * SPACING)
        kind.addWidget(self.search)
        drawing = QHBoxLayout(self._drawing)
        drawing.setContentsMargins(0, 0, 0, 0)
        drawing.setSpacing(SPACING)
        for widget in (self.runs, muted("runs, seed"), self.seed):
            drawing.addWidget(widget)
        kind.addWidget(self._drawing)
        kind.addStretch(1)
        inner = QWidget()
        self._rows_layout = QVBoxLayout(inner)
        self._rows_layout.setContentsMargins(0, 0, 0, 0)
        self._rows_layout.setSpacing(SPACING)
        self._rows_layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._rows_layout.addStretch(1)
        named = QHBoxLayout()
        named.setSpacing(SPACING)
        label = muted("Name")
        label.setBuddy(self.name)
        named.addWidget(label)
        named.addWidget(self.name, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.close_button, self.start):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(16), px(20), px(16))
        column.setSpacing(px(12))
        column.addLayout(above)
        column.addWidget(
            muted(f"Trains {self._about} again and again, with other values of the settings below.", wrap=True)
        )
        column.addLayout(kind)
        column.addWidget(self._what)
        column.addWidget(VerticalScroll(inner), 1)
        column.addWidget(self._problem)
        column.addWidget(self._size)
        column.addLayout(named)
        column.addLayout(buttons)
        self.resize(px(_WIDTH), px(_HEIGHT))

    def _connect(self) -> None:
        self.search.chosen.connect(lambda _key: self.assemble())
        for field in (self.runs, self.seed):
            field.edited.connect(self._soon.start)
        self.add.clicked.connect(self._on_add)
        self.start.clicked.connect(self._on_start)
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(self._on_closed)


def ask_for_sweep(context: Context, recipe: Recipe, parent: QWidget, begun: Callable[[Path], None]) -> SweepDialog:
    """Open the dialog over a recipe. What it calls the recipe names network and data."""
    from cifar_gui.networks.base import NETWORKS

    network = NETWORKS.entry(recipe.network).label if recipe.network in NETWORKS else recipe.network
    data = dict(context.data.available()).get(recipe.data) or Path(recipe.data).name
    dialog = SweepDialog(context, recipe, f"{network} on {data}", parent, begun)
    dialog.open()
    return dialog
