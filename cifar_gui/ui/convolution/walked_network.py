"""Which small network is walked through: the chosen one, one of a run, or one that has learned nothing. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import load_snapshot, read_card
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.small_network import NETWORK, suits
from cifar_gui.networks.base import build
from cifar_gui.ui.model_choices import ModelChoice

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
"""Of a network that has learned nothing: those of CIFAR-10, as ever."""


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """A network and what people call it."""

    snapshot: ModelSnapshot
    title: str
    trained: bool


def find_network(chosen: ModelSnapshot | None, label: str, choices: Sequence[ModelChoice]) -> Found:
    """The chosen network if it is such a one, else the first among the choices, else one with random numbers. For a
    worker: files are read."""
    if chosen is not None and suits(chosen):
        return Found(chosen, label, trained=True)
    for choice in choices:
        if choice.path is None:
            continue
        try:
            if read_card(choice.path).network == NETWORK:
                return Found(load_snapshot(choice.path), choice.label, trained=True)
        except CifarGuiError:
            continue  # a damaged file is told of when it is chosen; here another one does as well
    return Found(untrained(), "untrained", trained=False)


def untrained() -> ModelSnapshot:
    """As it is before its first step of training: always the same random numbers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = build(NETWORK, len(CLASSES))
    return capture(model, ModelCard(NETWORK, CLASSES, CENTRED))
