"""In which precision a network answers quickest: worth finding out before many pictures are looked at."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision, choose_precision
from cifar_gui.data.preprocess import standardise
from cifar_gui.recipe import Recipe

TRIED = 64
"""Pictures with which it is found out."""


def quickest(snapshot: ModelSnapshot, images: Tensor, between: Callable[[], object] = lambda: None) -> Precision:
    """What is quickest on this machine without being wrong, by the probe that training uses; tried with some of these
    `images`, uint8 (N, 3, 32, 32). Takes as long as looking at a few thousand, but is kept for next time. `between`:
    called now and then; may raise Cancelled."""
    card = snapshot.card
    recipe = Recipe(network=card.network, network_settings=dict(card.network_settings))
    sample = standardise(images[:TRIED], card.stats)
    labels = torch.arange(len(sample)) % len(card.class_names)
    return choose_precision(recipe, rebuild(snapshot), sample, labels, between)
