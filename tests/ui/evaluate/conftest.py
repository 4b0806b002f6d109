"""The Evaluate page with a small network and a small data set, and outcomes made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, Signal

from cifar_gui.ui.background import Background
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.model_choices import ModelChoice

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData
    from cifar_gui.ui.evaluate.outcome import Outcome
    from cifar_gui.ui.evaluate.page import EvaluatePage

NAMES = ("bright", "dark", "striped")


class Models(QObject):
    """What the page uses of the model library."""

    choices_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.current = self.loaded = ModelChoice("shipped/small", "Small · shipped", "", "shipped", None)
        self.is_live = False
        self.chosen: list[str] = []
        self.offered: list[ModelChoice] = []

    def choices(self) -> list[ModelChoice]:
        return self.offered

    def choose(self, key: str) -> None:
        self.chosen.append(key)


def small_network(seed: int, trained_on: str = "", names: Sequence[str] = NAMES) -> ModelSnapshot:
    """A network that has learned nothing and is sure of itself all the same."""
    import torch

    from cifar_gui.checkpoint.card import ModelCard
    from cifar_gui.checkpoint.snapshot import capture
    from cifar_gui.data.statistics import CENTRED
    from cifar_gui.networks.base import build

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build("simple", len(names))
    with torch.no_grad():
        for parameter in list(model.parameters())[-2:]:
            parameter.mul_(30)
    return capture(model, ModelCard("simple", tuple(names), CENTRED, title=f"Small {seed}", trained_on=trained_on))


@pytest.fixture(scope="session")
def snapshot() -> ModelSnapshot:
    return small_network(1)


@pytest.fixture(scope="session")
def make_outcome(tiny_data: ImageData, snapshot: ModelSnapshot) -> Callable[..., Outcome]:
    """The outcome of answers and confidences that a test gives for the first pictures of the validation split."""
    import numpy as np
    import torch

    from cifar_gui.inference.evaluate import Evaluation, class_scores, confusion_matrix, wilson_interval
    from cifar_gui.ui.evaluate.outcome import Outcome, Question

    def make(labels: Sequence[int], answers: Sequence[int], confidence: Sequence[float], **changes: Any) -> Outcome:
        confusion = confusion_matrix(torch.tensor(answers), torch.tensor(labels), len(NAMES))
        right = int(confusion.diagonal().sum())
        found = Evaluation(
            class_names=NAMES,
            accuracy=right / len(labels),
            n=len(labels),
            interval=wilson_interval(right, len(labels)),
            per_class=class_scores(confusion, NAMES),
            confusion=tuple(tuple(row) for row in confusion.tolist()),
            loss=0.5,
            calibration_error=0.01,
            uncalibrated_error=0.03,
            views=1,
            seconds=2.0,
        )
        question = Question(snapshot, "Small · shipped", tiny_data, "validation", **changes)
        arrays = (np.array(labels), np.array(answers), np.array(confidence, np.float32))
        return Outcome(question, found, *arrays)

    return make


@pytest.fixture
def page(qtbot: Any, library: Any) -> Iterator[EvaluatePage]:
    """On its own, without a network and without pictures; `page.said`: what it asked of the window."""
    from cifar_gui.ui.evaluate.page import EvaluatePage

    jobs, said = Background(), []
    context = SimpleNamespace(
        models=Models(),
        data=library,
        jobs=jobs,
        session=SimpleNamespace(run=None),
        messages=Messages(),
        actions={"get_data": SimpleNamespace(trigger=lambda: said.append("get data"))},
        show_page=said.append,
        classify=said.append,
    )
    made = EvaluatePage(context)  # type: ignore[arg-type]
    made.said = said  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    made.resize(1200, 720)
    made.show()
    yield made
    jobs.shutdown()


@pytest.fixture
def held(page: EvaluatePage, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """To be called: what is begun from then on does not come to its end. Gives what the status bar says of it."""

    def hold() -> list[str]:
        doing: list[str] = []
        monkeypatch.setattr(page.context.jobs, "run", lambda *_given, **named: doing.append(named.get("doing", "")))
        return doing

    return hold


@pytest.fixture
def evaluated(page: EvaluatePage, qtbot: Any, tiny_data: ImageData, snapshot: ModelSnapshot) -> EvaluatePage:
    """With the result on the validation pictures."""
    page.on_data(tiny_data)
    page.on_model(snapshot)
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.outcome is not None)
    return page
