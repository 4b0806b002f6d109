"""Events as a training tells them, without a training."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from cifar_gui import paths
from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.checkpoint.state import ResumeState
from cifar_gui.data.statistics import CENTRED
from cifar_gui.networks.base import build
from cifar_gui.recipe import Recipe
from cifar_gui.training.events import EpochReport, Event, Finished, Started, StepReport

RECIPE = Recipe(network="simple", data="shapes", epochs=4)
STEPS = 10


@pytest.fixture(autouse=True)
def runs_folder(tmp_path, monkeypatch):
    """Runs of a test go to a folder of its own."""
    monkeypatch.setattr(paths, "runs", lambda: tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def recipe() -> Recipe:
    return RECIPE


def snapshot_after(epoch: int, recipe: Recipe) -> ModelSnapshot:
    with torch.random.fork_rng():
        torch.manual_seed(epoch)
        card = ModelCard("simple", tuple("abcdefghij"), CENTRED, recipe=recipe, epoch=epoch)
        return capture(build("simple", 10), card)


def started(first_step: int = 0, epochs: int = 4) -> Started:
    return Started("simple", 31_126, epochs, STEPS, first_step, "cpu", "float32", "contiguous", 400, 40)


def epoch_events(epoch: int, accuracy: float, *, is_best: bool, recipe: Recipe = RECIPE) -> Iterator[Event]:
    """Two step reports, the epoch's report, and its resume state."""
    for step in (epoch * STEPS - 5, epoch * STEPS):
        yield StepReport(step, step / STEPS, 2 / step, accuracy, 0.1, 1000.0)
    snapshot = snapshot_after(epoch, recipe)
    yield EpochReport(epoch, epoch * STEPS, 1.5, 0.4, 1.25, accuracy, 0.1, is_best, snapshot, 2.0, 1000.0)
    yield ResumeState(epoch * STEPS, {"weight": torch.full((3,), float(epoch))}, {"epoch": epoch})


def story(accuracies: tuple[float, ...] = (0.5, 0.7, 0.6), reason: str = "stopped") -> Iterator[Event]:
    """A run of as many epochs, from the beginning to the end."""
    yield started()
    best = 0.0
    for epoch, accuracy in enumerate(accuracies, start=1):
        yield from epoch_events(epoch, accuracy, is_best=accuracy > best)
        best = max(best, accuracy)
    yield Finished(reason, len(accuracies), 2)  # type: ignore[arg-type]


@pytest.fixture
def tell():
    """The functions above, for tests: `tell.story()`, `tell.started(20)`, `tell.epoch_events(…)`."""

    class Tell:
        story = staticmethod(story)
        started = staticmethod(started)
        epoch_events = staticmethod(epoch_events)
        snapshot_after = staticmethod(lambda epoch, recipe=RECIPE: snapshot_after(epoch, recipe))

    return Tell
