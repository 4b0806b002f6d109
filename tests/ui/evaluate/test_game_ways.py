"""You against the network: what is seen follows from the round as it stands, whatever has been played before."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cifar_gui.data.base import ImageData
from cifar_gui.ui.evaluate import game_work
from cifar_gui.ui.evaluate.game import Round, begin
from cifar_gui.ui.evaluate.game_panel import GamePanel
from cifar_gui.ui.evaluate.page import EvaluatePage
from cifar_gui.ui.model_choices import ModelChoice

from ..in_words import in_words
from .conftest import NAMES, small_network

STEPS = 44
LENGTH = 3
FOUR = (*NAMES, "plain")
NETWORKS = [
    (ModelChoice("file/0", "Small", "", "opened", None), small_network(0)),
    (ModelChoice("file/1", "Small", "", "opened", None), small_network(1)),  # another of the same name
    (ModelChoice("file/2", "Of four", "", "opened", None), small_network(2, names=FOUR)),
]


@dataclass
class Preparing:
    """A round that is on its way."""

    network: int
    data: ImageData
    places: tuple[int, ...]
    breaks: bool  # by a fault of the app


class Walk:
    """What is done on the page, and what is to be seen after it."""

    def __init__(self, page: EvaluatePage, data: list[ImageData], chance: random.Random, qtbot: Any, patch: Any):
        self.page, self.all_data, self.chance, self.qtbot = page, data, chance, qtbot
        self.network, self.data = 0, None
        self.round: Round | None = None
        self.against = ""
        self.preparing: Preparing | None = None
        self.playing = self.reads = False
        self.told = ""
        self.faults: list[BaseException] = []
        self.drawn: tuple[int, ...] = ()
        self.played: dict[str, set[int]] = {}
        self.breaks = False
        self.may_come = threading.Event()
        patch.setattr(game_work, "draw", self.draw)
        patch.setattr(game_work, "begin", self.work)
        patch.setattr(page.context.jobs, "_unexpected", self.faults.append)

    def draw(self, data: ImageData, played: set[int], _random: object) -> tuple[int, ...]:
        """Others each time, so that no two rounds are alike."""
        split = data.split("validation")
        assert played == self.played.get(split.fingerprint, set())
        first = (self.drawn[0] + 1) if self.drawn else 0
        self.drawn = tuple((first + each) % len(split) for each in range(LENGTH))
        return self.drawn

    def work(self, *given: Any) -> Callable[[], Round]:
        """What prepares a round: it does not come before it is waited for."""
        made = (lambda: 1 / 0) if self.breaks else begin(*given)
        self.may_come.clear()
        return lambda: (self.may_come.wait(5), made())[1]

    def actions(self) -> list[Callable[[], object]]:
        leaving = [self.leave] if self.playing else [self.open] * 10
        playing = [self.answer] * 8 + [self.back] * 3 + [self.again] * 4
        now = [self.choose_network] + [self.choose_data] * (5 if self.reads else 1)
        if self.told:
            now *= 8  # whether it is still said
        if self.preparing is not None:
            leaving *= 8
        return [*now, *leaving, *playing, self.fault]

    def choose_network(self) -> None:
        knows_four = self.data is not None and self.data.class_names == FOUR
        self.network, self.told = self.chance.choice([2, 2, 0] if knows_four else [0, 1, 0, 1, 2]), ""
        models = self.page.context.models
        models.current = models.loaded = NETWORKS[self.network][0]
        self.page.on_model(NETWORKS[self.network][1])

    def choose_data(self) -> None:
        data, library = self.chance.choice(self.all_data * 2 + self.all_data[:2] * 2), self.page.context.data
        if self.data is None and self.chance.random() < 0.3:
            library.failed.emit("There are no pictures.")
            if self.reads:
                self.refuse("There are no pictures.")
            return
        self.told = self.told if data is self.data else ""
        self.data = library.current = data
        self.page.on_data(data)
        library.loaded.emit(data)
        if self.reads:
            self.reads = False
            self.begin()

    def open(self) -> None:
        choice, network = NETWORKS[self.network]
        data = self.data.for_classes(network.card.class_names) if self.data is not None else None
        if self.round is not None and self.round.data is data and self.against == choice.key:
            self.page.controls.game.click()
            self.playing = True
        else:
            self.breaks = self.chance.random() < 0.3
            self.page.controls.game.click()
            self.begin()

    def begin(self) -> None:
        """It has been asked for a round."""
        self.told, self.playing = "", True
        if self.data is None:
            self.reads = True
        elif not len(self.data.split("validation")):
            self.refuse(f"{self.data.name} ")
        else:
            self.preparing = Preparing(self.network, self.data, self.drawn, self.breaks)

    def refuse(self, why: str) -> None:
        self.playing, self.reads, self.preparing, self.told = False, False, None, why

    def settle(self) -> None:
        self.may_come.set()
        broken = self.preparing is not None and self.preparing.breaks
        self.qtbot.waitUntil(lambda: self.page.context.jobs.idle and (bool(self.faults) or not broken))
        for _ in range(4):
            QApplication.processEvents()
        made, self.preparing, self.breaks = self.preparing, None, False
        self.faults.clear()
        if made is None:
            return
        choice, network = NETWORKS[made.network]
        if made.breaks:
            self.playing = False
        elif network.card.class_names != (data := made.data.for_classes(network.card.class_names)).class_names:
            self.refuse("classes")
        else:
            self.round, self.against = begin(network, choice.label, data, made.places)(), choice.key
            self.played.setdefault(made.data.split("validation").fingerprint, set()).update(made.places)

    @property
    def at_a_question(self) -> bool:
        return self.playing and not self.reads and self.preparing is None and self.round is not None

    def answer(self) -> None:
        answer = self.chance.randrange(4)
        if self.at_a_question and not self.round.finished and self.chance.random() < 0.7:
            answer = self.round.labels[len(self.round.yours)]
        if self.playing:
            self.qtbot.keyClick(self.page.game_panel, Qt.Key(Qt.Key.Key_1 + answer))
        if self.at_a_question:
            self.round = self.round.answered(answer)

    def back(self) -> None:
        if self.playing:
            self.qtbot.keyClick(self.page.game_panel, Qt.Key.Key_Backspace)
        if self.at_a_question:
            self.round = self.round.undone()

    def leave(self) -> None:
        if self.reads or self.preparing is not None:
            self.page.game_panel.waiting.cancel.click()
        else:
            self.qtbot.keyClick(self.page.game_panel, Qt.Key.Key_Escape)
        self.playing, self.reads, self.preparing, self.breaks = False, False, None, False

    def again(self) -> None:
        if self.at_a_question and self.round.finished:
            self.page.game_panel.result.again.click()
            self.begin()

    def fault(self) -> None:
        """The next round breaks, if one is being begun by then."""
        self.breaks = self.preparing is None

    def check(self, assert_look_alike: Callable[..., None]) -> None:
        texts = [each.text for each in self.page.context.messages.all]
        assert len(texts) == bool(self.told)
        assert self.told in "".join(texts)
        assert self.page.controls.isHidden() == self.playing == self.page.game_panel.isVisible()
        assert self.page.controls.game.isEnabled()
        if not self.playing:
            return
        fresh, shown = GamePanel(), self.page.game_panel
        self.qtbot.addWidget(fresh)
        fresh.resize(shown.size())
        fresh.show()
        if self.reads:
            fresh.begin("Reading the pictures")
        elif self.preparing is not None:
            fresh.begin(f"{NETWORKS[self.preparing.network][0].label} looks at {LENGTH} pictures")
        else:
            fresh.show_round(self.round)
            assert shown.question.back.isEnabled() == bool(self.round.yours) or self.round.finished
        for _ in range(4):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        assert in_words(shown) == in_words(fresh)
        if self.chance.random() < 0.1 and self.preparing is None:
            assert_look_alike(shown, fresh)
        fresh.close()


@pytest.fixture
def all_data(tiny_data: ImageData) -> list[ImageData]:
    """Other pictures, one class more, none held out."""
    other = replace(tiny_data, name="Other", images=255 - tiny_data.images, fingerprints=tuple("abcd"))
    four = replace(tiny_data, name="Four", class_names=FOUR, fingerprints=tuple("efgh"))
    train, validation, test = tiny_data.counts
    none = replace(tiny_data, name="None held out", counts=(train + validation, 0, test))
    return [tiny_data, other, four, none]


@pytest.mark.parametrize("seed", range(3))
def test_a_round_looks_as_if_no_other_had_been_played(
    page, qtbot, all_data, assert_look_alike, monkeypatch, seed
) -> None:
    walk = Walk(page, all_data, random.Random(seed), qtbot, monkeypatch)
    walk.choose_network()
    for _ in range(STEPS):
        walk.chance.choice(walk.actions())()
        if walk.chance.random() < 0.6:
            walk.settle()
        walk.check(assert_look_alike)
    walk.settle()
    walk.check(assert_look_alike)
