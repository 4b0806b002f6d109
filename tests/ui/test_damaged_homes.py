"""Row 16: whatever is damaged in settings and run folders, the window starts, and says what is lost."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from cifar_gui.app import create_window
from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.statistics import CENTRED
from cifar_gui.networks.base import build
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run
from cifar_gui.training.events import EpochReport, Finished, ResumeState, Started, StepReport
from cifar_gui.ui import messages
from cifar_gui.ui.main_window import MainWindow
from cifar_gui.ui.page import PAGES

RECIPE = Recipe(network="mlp", data="shapes", epochs=4)
RUNS = 9  # in each home, beside the settings: ten damaged files or more
TEXTS = ("recipe.toml", "run.json", "notes.json", "history.csv")

NASTY: list[Any] = [
    None, True, -1, 0, 3, 10**30, 1e308, -0.5, "", "9" * 400, "\u202e\x00", "AAAA", "nan", [], [[]], {}, {"": {}},
    ["page"], {"network": 5}, "runs/0001/best",
]  # fmt: skip
"""Values that are JSON, but hardly ever what is expected in their place."""


def mutilated(content: bytes, chance: random.Random) -> bytes:
    """What happens to files: cut short, emptied, overwritten, numbers out of all bounds, bits turned round."""
    place = chance.randrange(len(content))
    digits = [at for at, each in enumerate(content) if chr(each).isdigit()]
    at = chance.choice(digits or [place])
    number = chance.choice([b"1e999", b"-1e999", b"nan", b"inf", b"-7", b"9" * 30, b"1e308", b'"x"', b""])
    return chance.choice(
        [
            content[:place],
            bytes(len(content)),
            content[:place] + bytes(chance.randrange(256) for _ in range(20)) + content[place:],
            content[:at] + number + content[at + 1 :],
            content[:at] + number + content[at + 1 :],  # the likeliest to be read without a complaint
            content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :],
        ]
    )


def with_nasty_values(settings: Any, chance: random.Random) -> Any:
    """The same settings with about one value in six replaced."""
    if isinstance(settings, dict) and (not settings or chance.random() > 1 / 12):
        return {name: with_nasty_values(value, chance) for name, value in settings.items()}
    return chance.choice(NASTY) if chance.random() < 1 / 6 else settings


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder in good order: two epochs of four."""
    card = ModelCard("mlp", tuple("abcdefghij"), CENTRED, recipe=RECIPE, epoch=1)
    snapshot = capture(build("mlp", 10), card)
    path = tmp_path_factory.mktemp("whole") / "run"
    with Run.create_at(path, RECIPE) as run:
        run.record(Started("mlp", 1000, 4, 10, 0, "cpu", "float32", "contiguous", 400, 40))
        for epoch in (1, 2):
            run.record(StepReport(10 * epoch, float(epoch), 1.5, 0.5, 0.1, 1000.0))
            run.record(EpochReport(epoch, 10 * epoch, 1.5, 0.4, 1.25, 0.5, 0.1, True, snapshot, 2.0, 1000.0))
            run.record(ResumeState(10 * epoch, {"weight": torch.ones(3)}, {"epoch": epoch}))
        run.record(Finished("stopped", 2, 2))
        run.rename("a name")
    return path


@pytest.fixture
def remembered(window: MainWindow, home: Path) -> dict[str, Any]:
    """The settings of a window in which every page has been looked at."""
    for name in PAGES.names():
        window.show_page(name)
    window.close_now()
    settings: dict[str, Any] = json.loads((home / "settings" / "window.json").read_text())
    return settings


def damage(home: Path, whole: Path, remembered: dict[str, Any], chance: random.Random) -> None:
    """Damaged settings, in half of the homes readable ones, and damaged runs."""
    shutil.rmtree(home)
    (home / "settings").mkdir(parents=True)
    text = json.dumps(with_nasty_values(remembered, chance)).encode()
    unreadable = mutilated(text, chance) if chance.random() < 0.5 else text
    (home / "settings" / "window.json").write_bytes(unreadable)
    for number in range(1, RUNS + 1):
        run = home / "runs" / f"{number:04d}"
        shutil.copytree(whole, run)
        for name in chance.sample(TEXTS, chance.choice([1, 1, 2])):
            (run / name).write_bytes(mutilated((run / name).read_bytes(), chance))


def look_at_everything(window: MainWindow, until: Callable[[Callable[[], bool]], None]) -> int:
    """Show every page, and every run on its page. Returns how many runs are damaged."""
    window.resize(1280, 800)
    window.show()
    until(window.context.torch_ready)
    for name in PAGES.names():
        window.show_page(name)
        until(lambda: window.context.jobs.idle)
        window.grab()
    page: Any = window.show_page("runs")
    until(lambda: len(page.model.rows) == RUNS)
    for row in page.model.rows:
        page.table.select({row.path})
        until(lambda: window.context.jobs.idle)
        window.grab()
    page.table.selectAll()
    until(lambda: window.context.jobs.idle)
    window.grab()
    return sum(row.summary.status == "damaged" for row in page.model.rows)


@pytest.mark.parametrize("homes", [3, pytest.param(100, marks=pytest.mark.soak)])
def test_the_window_starts_in_every_damaged_home(
    qtbot: Any, home: Path, whole: Path, remembered: dict[str, Any], monkeypatch: pytest.MonkeyPatch, homes: int
) -> None:
    """Every home has ten damaged files at least. An exception anywhere, or a message that tells of one, fails."""
    monkeypatch.setattr(messages, "_LIMIT", 1000)  # so that none of them gives way to later ones
    set_aside = damaged = 0
    for number in range(homes):
        damage(home, whole, remembered, random.Random(number))
        window = create_window()
        try:
            damaged += look_at_everything(window, qtbot.waitUntil)
            told = [message.text for message in window.context.messages.all]
            assert not [text for text in told if "app itself" in text], number
            bad = list((home / "settings").glob("*.bad"))
            assert bool(bad) == any("settings could not be read" in text for text in told), number
            set_aside += len(bad) + len(list(home.glob("runs/*/*.bad")))
        finally:
            window.close_now()
            window.deleteLater()
            QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)  # now: there are many to come
        assert json.loads((home / "settings" / "window.json").read_text())
    assert set_aside > homes
    assert damaged < homes * RUNS
