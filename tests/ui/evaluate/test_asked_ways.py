"""What is asked beyond a result, of a second network, of worse pictures, of near-duplicates: its views show what came
last of the result that is shown, whatever has been begun, given up, failed or shown before."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from cifar_gui.data.corruptions import CORRUPTIONS
from cifar_gui.data.duplicates import Twins
from cifar_gui.errors import CheckpointError
from cifar_gui.inference.robustness import Robustness
from cifar_gui.ui.background import Background
from cifar_gui.ui.evaluate import robustness_work, second_network, twins_work
from cifar_gui.ui.evaluate.compare_view import CompareView
from cifar_gui.ui.evaluate.comparison import Comparison
from cifar_gui.ui.evaluate.outcome import Outcome
from cifar_gui.ui.evaluate.robust import Measured
from cifar_gui.ui.evaluate.robustness_view import RobustnessView
from cifar_gui.ui.evaluate.robustness_work import RobustnessWork
from cifar_gui.ui.evaluate.second_network import SecondNetwork
from cifar_gui.ui.evaluate.twins import Found
from cifar_gui.ui.evaluate.twins_view import TwinsView
from cifar_gui.ui.evaluate.twins_work import TwinsWork
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.model_choices import ModelChoice

from ..in_words import in_words
from .conftest import Models

STEPS = {"compare": 60, "robustness": 24, "twins": 36}
OTHERS = [ModelChoice(name, name.title(), "", "shipped", Path(name)) for name in ("small", "large", "other")]
WAYS = [each.name for each in CORRUPTIONS]


class Asked:
    """A view and its work, whose answers come when they may, and as they are wanted."""

    view: Any
    work: Any

    def __init__(self, kind: str, qtbot: Any) -> None:
        self.kind, self.qtbot = kind, qtbot
        self.may_come, self.ends, self.faults = threading.Event(), "well", list[BaseException]()
        self.jobs, self.messages, models = Background(self.faults.append), Messages(), Models()
        models.offered = OTHERS
        self.context: Any = SimpleNamespace(jobs=self.jobs, messages=self.messages, models=models)
        self.parent = QWidget()
        qtbot.addWidget(self.parent)
        view, work = {
            "compare": (CompareView, SecondNetwork),
            "robustness": (RobustnessView, RobustnessWork),
            "twins": (TwinsView, TwinsWork),
        }[kind]
        self.view = view()
        qtbot.addWidget(self.view)
        self.view.resize(500, 500)
        self.view.show()
        self.work = work(self.context, self.view, self.parent)
        self.follow = self.work.forget if kind == "compare" else self.work.follow
        self.choice = {"compare": "choice", "robustness": "second"}.get(kind, "")

    def choose(self, key: str) -> None:
        """A second network, or whose near-duplicates are looked for."""
        if self.choice:
            getattr(self.view, self.choice).choose(key)
        elif self.view.split.raw() != key:
            self.view.split.setCurrentIndex(self.view.split.findData(key))

    @property
    def chosen(self) -> str:
        if not self.choice:
            return str(self.view.split.raw())
        found = getattr(self.view, self.choice).chosen
        return found.key if found is not None else ""

    def answering(self, answer: Callable[[], object]) -> Callable[[object], object]:
        """The work of a worker: it ends as is wanted when it is begun."""
        ends, may_come = self.ends, self.may_come
        may_come.clear()

        def work(_progress: object) -> object:
            may_come.wait(5)
            if ends == "fails":
                raise CheckpointError("The file is damaged.")
            return 1 / 0 if ends == "breaks" else answer()

        return work

    def settle(self) -> None:
        self.may_come.set()
        self.qtbot.waitUntil(lambda: self.jobs.idle)
        for _ in range(6):
            QApplication.sendPostedEvents()
            QApplication.processEvents()

    def end(self) -> None:
        self.may_come.set()
        self.jobs.shutdown()


def measured(model: str) -> Measured:
    worst = len(model) / 20
    return Measured((model, ""), model, Robustness(9, 0.9, {way: (0.8, 0.7, 0.6, 0.5, worst) for way in WAYS}))


def answer_by_hand(patch: pytest.MonkeyPatch, now: list[Asked]) -> None:
    """Whoever asks last in `now` is answered."""

    def second(first: Outcome, label: str) -> Outcome:
        question = replace(first.question, model=label)
        return replace(first, question=question, answers=(first.answers + len(label)) % 3)

    def look(search: Any) -> Any:
        twins = [Twins(0, 4, 0.9, False, search.data.name == "Tiny"), Twins(1, 2, 0.8, False, True)]
        return now[-1].answering(lambda: Found(search, twins[: 1 + (search.split == "test")]))

    patch.setattr(
        second_network,
        "compare",
        lambda first, _path, label: now[-1].answering(lambda: Comparison(first, second(first, label))),
    )
    patch.setattr(
        robustness_work,
        "measuring",
        lambda asked, other, _known: now[-1].answering(
            lambda: [
                replace(measured(asked.model), key=key_of(asked)),
                *([measured(other.model)] if other is not None else []),
            ]
        ),
    )
    patch.setattr(robustness_work, "key_of", key_of)
    patch.setattr(robustness_work, "examples", lambda *_given: {})
    patch.setattr(twins_work, "look", look)


def key_of(question: Any) -> tuple[str, str]:
    return question.model, question.split + question.data.name


class Walk(Asked):
    """What is done, and what a new view is to be told."""

    def __init__(self, kind: str, outcomes: list[Outcome], chance: random.Random, qtbot: Any) -> None:
        super().__init__(kind, qtbot)
        self.outcomes, self.chance = outcomes, chance
        self.outcome: Outcome | None = None
        self.result: str | None = None  # the choice of which the answer is shown
        self.known: set[object] = set()
        self.asking, self.told, self.far = "", 0, False

    def actions(self) -> list[Callable[[], object]]:
        if self.asking:
            return [self.cancel, self.cancel, self.progress, self.other_choice, self.show_result, self.show_result]
        return [self.show_result, self.other_choice, self.ask, self.ask, self.ask]

    def key(self, outcome: Outcome) -> object:
        """Of what is kept as long as the view lives."""
        return (outcome.question.data.name, self.chosen) if self.kind == "twins" else key_of(outcome.question)

    def kept(self) -> str | None:
        return self.chosen if self.kind == "twins" else ""

    def show_result(self) -> None:
        before, self.outcome = self.outcome, self.chance.choice(self.outcomes)
        chosen = self.chosen
        self.follow(self.outcome)
        same = before is not None and before.question.data is self.outcome.question.data and chosen == self.chosen
        if not (self.kind == "twins" and same):
            self.asking = ""
        if self.kind == "compare":
            self.result = None
        else:
            self.result = self.kept() if self.key(self.outcome) in self.known else None

    def other_choice(self) -> None:
        key = self.chance.choice(["test", "validation"] if self.kind == "twins" else ["small", "large", "other"])
        self.choose(key)
        if self.kind == "twins" and self.outcome is not None:
            self.asking = "" if self.view.waiting.isHidden() else self.asking
            self.result = key if self.key(self.outcome) in self.known else None

    def ask(self) -> None:
        endings = ["well", "well", "breaks", "fails", "fails"]
        self.ends = self.chance.choice(endings[:3] if self.kind == "twins" else endings)
        if self.view.button.isEnabled() and not self.view.button.isHidden() and self.outcome is not None:
            self.view.button.click()
            self.asking, self.begun, self.far, self.told = self.ends, self.chosen, False, 0

    def cancel(self) -> None:
        if self.asking:
            self.view.waiting.cancel.click()
            self.asking = ""

    def progress(self) -> None:
        if self.asking:
            self.view.waiting.show_progress(0.5, "Half of it")
            self.far = True

    def settle(self) -> None:
        broken = self.asking == "breaks"
        self.may_come.set()
        self.qtbot.waitUntil(lambda: self.jobs.idle and (bool(self.faults) or not broken))
        super().settle()
        if self.asking == "well" and self.outcome is not None:
            self.result = self.begun
            self.known.add(self.key(self.outcome))
        self.told = int(self.asking == "fails" or bool(self.told))
        self.asking = ""
        self.faults.clear()

    def fresh(self, now: list[Asked]) -> Asked:
        made = Asked(self.kind, self.qtbot)
        now.append(made)
        if self.outcome is not None:
            made.follow(self.outcome)
        chosen = self.chosen
        if self.result is not None:
            made.choose(self.result)
            made.view.button.click()
        made.settle()
        if self.asking:
            made.choose(self.begun)
            made.view.button.click()
            if self.far:
                made.view.waiting.show_progress(0.5, "Half of it")
        made.choose(chosen)
        now.pop()
        return made


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", ["compare", "robustness", "twins"])
def test_what_was_asked_last_looks_as_if_nothing_else_had_been(
    qtbot, make_outcome, tiny_data, assert_look_alike, monkeypatch, kind, seed
) -> None:
    made, chance = make_outcome([0, 1, 2, 0], [0, 1, 1, 2], [0.9, 0.8, 0.7, 0.6]), random.Random(seed)
    other = replace(tiny_data, name="Other", fingerprints=tuple("abcd"))
    others = {"model": "Another"}, {"split": "test"}, {"data": other}
    outcomes = [made, *(replace(made, question=replace(made.question, **each)) for each in others)]
    walk = Walk(kind, outcomes, chance, qtbot)
    now: list[Asked] = [walk]
    answer_by_hand(monkeypatch, now)
    for _ in range(STEPS[kind]):
        chance.choice(walk.actions())()
        if chance.random() < 0.4:
            walk.settle()
        if chance.random() < 0.3:
            continue
        fresh = walk.fresh(now)
        for _ in range(4):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        assert in_words(walk.view) == in_words(fresh.view)
        assert len(walk.messages.all) == walk.told
        if chance.random() < 0.2:
            assert_look_alike(walk.view, fresh.view)
        fresh.end()
    walk.end()
