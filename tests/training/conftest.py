"""A recipe that trains in a moment, and short ways to run one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cifar_gui.data.base import ImageData
from cifar_gui.recipe import Recipe
from cifar_gui.training.control import Control
from cifar_gui.training.engine import new_model, train
from cifar_gui.training.events import Event, ResumeState

QUICK = Recipe(
    network="simple", epochs=3, batch_size=40, micro_batch=16, lr=0.02, crop=2, flip="alternating", cutout=4,
    precision="float32", memory_format="contiguous", device="cpu",
)  # fmt: skip
"""179 training pictures: four steps of three micro-batches to an epoch, the last of eight pictures only."""


class Runner:
    """Runs the engine on small data, doing something to the control at chosen events."""

    def __init__(self, data: ImageData) -> None:
        self.data = data

    def __call__(
        self,
        recipe: Recipe = QUICK,
        at_event: Callable[[Event, Control], Any] | None = None,
        resume: ResumeState | None = None,
        control: Control | None = None,
    ) -> list[Event]:
        control = control or Control()
        model = new_model(recipe, len(self.data.class_names))
        events = []
        for event in train(model, self.data, recipe, control, resume):
            events.append(event)
            if at_event:
                at_event(event, control)
        return events


@pytest.fixture
def run(tiny_data: ImageData) -> Runner:
    return Runner(tiny_data)


@pytest.fixture
def quick() -> Recipe:
    return QUICK
