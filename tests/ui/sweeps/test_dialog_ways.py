"""The sweep dialog says of what stands in it what it would say had that been filled in straight."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from cifar_gui.errors import CheckpointError, RecipeError
from cifar_gui.networks.base import presets
from cifar_gui.runs import RunSummary
from cifar_gui.runs.record import RunRecord
from cifar_gui.runs.sweep import GRID, RANDOM
from cifar_gui.ui.background import Background
from cifar_gui.ui.sweeps import dialog as module
from cifar_gui.ui.sweeps.dialog import SweepDialog
from cifar_gui.ui.sweeps.form import AxisText, proposed_name

from ..in_words import in_words

STEPS = 22
MOST = 3
"""Settings that can be varied at once: fewer than usual, so that it comes to that."""
BEST = presets("simple")["best"].changed(data="shapes", epochs=3)
OFFERED = ("lr", "weight_decay", "batch_size", "epochs")
"""In this order."""
CHOICES = (*OFFERED, "flip", "nesterov", "crop", "network_settings.filters")
TYPED = {
    "values": ["0.1, 0.2", "0.1, x", "", "1, 2, 3", "yes, no", "never"],
    "low": ["0.01", "9", "x", ""],
    "high": ["1", "2", "0.001", "y"],
}
REFUSALS: list[Exception | None] = [
    RecipeError("The learning rate is too high for this one.", "lr"),
    RecipeError("The seed is taken.", "seed"),
    CheckpointError("The disk is full."),
    ZeroDivisionError(),
]
MEASURED = RunSummary(
    Path("runs/0004"), "0004", "", "", BEST, RunRecord("completed", epochs_done=3, seconds=30.0, training_pictures=400),
    "completed", (),
)  # fmt: skip


@dataclass
class Row:
    """A setting, and what has been typed about it since it was chosen."""

    setting: str
    typed: dict[str, str | bool] = field(default_factory=dict)


@dataclass
class Filled:
    """What has been filled in last."""

    rows: list[Row] = field(default_factory=lambda: [Row("lr")])
    search: str = GRID
    runs: str = "12"
    seed: str = "0"
    name: str = ""
    refused: Exception | None = None  # and nothing has been changed since


def put(dialog: SweepDialog, row: int, typed: dict[str, str | bool]) -> None:
    """As if it were typed."""
    for name, value in typed.items():
        getattr(dialog.rows[row], name).put(value)
        getattr(dialog.rows[row], name).edited.emit()


class Walk:
    """A dialog, and what has been filled in."""

    def __init__(self, make: Callable[[], SweepDialog], context: Any, chance: random.Random, qtbot: Any) -> None:
        self.make, self.context, self.chance, self.qtbot = make, context, chance, qtbot
        self.dialog, self.filled = make(), Filled()

    def actions(self) -> list[Callable[[], object]]:
        return [
            self.type_values, self.type_values, self.choose_setting, self.add, self.add, self.remove,
            self.choose_search, self.type_number, self.type_number, self.type_name, self.start, self.start, self.train,
        ]  # fmt: skip

    def type_values(self) -> None:
        at = self.chance.randrange(len(self.filled.rows))
        name = self.chance.choice(["values", "values", "low", "high", "logarithmic"])
        value = self.chance.random() < 0.5 if name == "logarithmic" else self.chance.choice(TYPED[name])
        self.filled.rows[at].typed[name] = value
        put(self.dialog, at, {name: value})
        self.filled.refused = None

    def choose_setting(self) -> None:
        at, setting = self.chance.randrange(len(self.filled.rows)), self.chance.choice(CHOICES)
        box = self.dialog.rows[at].setting
        if box.raw() != setting:
            box.setCurrentIndex(box.findData(setting))
            self.filled.rows[at] = Row(setting)
            self.filled.refused = None

    def add(self) -> None:
        if len(self.filled.rows) < MOST:
            taken = [row.setting for row in self.filled.rows]
            self.filled.rows.append(Row(next(each for each in OFFERED if each not in taken)))
            self.dialog.add.click()
            self.filled.refused = None

    def remove(self) -> None:
        at = self.chance.randrange(len(self.filled.rows))
        if len(self.filled.rows) > 1:
            del self.filled.rows[at]
            self.filled.refused = None
        self.dialog.rows[at].remove.click()

    def choose_search(self) -> None:
        self.filled.search = self.chance.choice([GRID, RANDOM])
        self.dialog.search.button(self.filled.search).click()
        self.filled.refused = None

    def type_number(self) -> None:
        if self.filled.search == RANDOM:
            name, value = self.chance.choice(
                [("runs", "5"), ("runs", "many"), ("runs", "2"), ("seed", ""), ("seed", "3")]
            )
            setattr(self.filled, name, value)
            getattr(self.dialog, name).put(value)
            getattr(self.dialog, name).edited.emit()
            self.filled.refused = None

    def type_name(self) -> None:
        self.filled.name = self.chance.choice(["", "my rates"])
        self.dialog.name.setText(self.filled.name)

    def start(self) -> None:
        """Each network is tried first, and something is wrong with one."""
        self.settle()
        if self.dialog.start.isEnabled():
            self.context.refusal = self.chance.choice(REFUSALS)
            self.dialog.start.click()
            assert not self.dialog.start.isEnabled()
            self.settle()
            broken = isinstance(self.context.refusal, ZeroDivisionError)
            self.filled.refused = None if broken else self.context.refusal

    def train(self) -> None:
        """A run begins, or ends; the dialog says so with the next thing that is done there."""
        self.context.busy = self.chance.choice(["", "A run is under way: stop it first."])
        self.dialog.assemble()
        self.filled.refused = None

    def settle(self) -> None:
        jobs, broken = self.context.jobs, self.context.told
        self.qtbot.waitUntil(lambda: jobs.idle and not self.dialog._soon.isActive())
        if broken:
            self.qtbot.waitUntil(self.dialog.start.isEnabled)
            broken.clear()

    def fresh(self) -> SweepDialog:
        """Another one, filled in straight."""
        filled, made = self.filled, self.make()
        self.qtbot.waitUntil(lambda: self.context.jobs.idle)
        for row in filled.rows:
            made.add_row(row.setting)
        made.rows[0].remove.click()  # the one that it begins with
        made.search.button(filled.search).click()
        for at, row in enumerate(filled.rows):
            put(made, at, row.typed)
        for name in ("runs", "seed", "name"):
            getattr(made, name).put(getattr(filled, name))
        made.assemble()
        if filled.refused is not None:
            self.context.refusal = filled.refused
            made.start.click()
        self.qtbot.waitUntil(lambda: self.context.jobs.idle and not made._soon.isActive())
        return made


def marked(dialog: SweepDialog) -> list[bool]:
    """Whether each field is framed as wrong, and what every row is to be filled in with."""
    fields = [getattr(row, name) for row in dialog.rows for name in ("values", "low", "high")]
    wrong = [bool(each.property("wrong")) for each in (*fields, dialog.runs, dialog.seed)]
    return wrong + [bool(row._kinds.currentIndex()) for row in dialog.rows]


def assert_said(dialog: SweepDialog, filled: Filled) -> None:
    """What both could have wrong alike."""
    settings = [row.setting for row in filled.rows]
    assert [row.setting.raw() for row in dialog.rows] == settings
    assert dialog.name.placeholderText() == proposed_name([AxisText(each) for each in settings])
    assert (dialog._what.text(), dialog._drawing.isVisible()) == (module._WHAT[filled.search], filled.search == RANDOM)
    assert filled.refused is None or str(filled.refused) in in_words(dialog)
    assert dialog.add.isEnabled() == (len(settings) < MOST)


@pytest.fixture
def context(monkeypatch) -> Iterator[Any]:
    told: list[BaseException] = []
    jobs = Background(told.append)
    made = SimpleNamespace(jobs=jobs, refusal=None, busy="", told=told)
    made.sweeps = SimpleNamespace(why_not=lambda: made.busy)

    def check(_sweep: object) -> None:
        raise made.refusal

    monkeypatch.setattr(module, "check_networks", check)
    monkeypatch.setattr(module, "list_runs", lambda: [MEASURED])
    monkeypatch.setattr(module, "_SOON_MS", 1)
    monkeypatch.setattr(module, "MAX_AXES", MOST)
    yield made
    jobs.shutdown()


@pytest.mark.parametrize("seed", range(3))
def test_what_stands_in_the_dialog_looks_as_if_it_had_been_filled_in_straight(
    qtbot, context, assert_look_alike, seed
) -> None:
    parent, chance = QWidget(), random.Random(seed)
    qtbot.addWidget(parent)

    def make() -> SweepDialog:
        made = SweepDialog(context, BEST, "Simple CNN on shapes", parent, lambda _path: None)
        made.show()
        return made

    walk = Walk(make, context, chance, qtbot)
    for _ in range(STEPS):
        for _ in range(chance.randint(1, 2)):
            chance.choice(walk.actions())()
        if chance.random() < 0.4:
            continue
        walk.settle()
        fresh = walk.fresh()
        fresh.resize(walk.dialog.size())  # it may have grown for what was said
        for _ in range(4):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        assert in_words(walk.dialog) == in_words(fresh)
        assert (walk.dialog.found, marked(walk.dialog)) == (fresh.found, marked(fresh))

        assert_said(walk.dialog, walk.filled)
        if chance.random() < 0.3:
            for line in (*walk.dialog.findChildren(QLineEdit), *fresh.findChildren(QLineEdit)):
                line.deselect()  # as one is that the keyboard has come to
            assert_look_alike(walk.dialog, fresh)
        fresh.reject()
