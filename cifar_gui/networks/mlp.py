"""The fully connected network: what a network can do without knowing that pixels have neighbours."""

from __future__ import annotations

from torch import nn

from cifar_gui.networks.base import NETWORKS, check_share, check_whole
from cifar_gui.networks.blocks import Dropout
from cifar_gui.recipe import Recipe

_TEXTBOOK = Recipe(
    network="mlp",
    preset="textbook",
    epochs=20,
    batch_size=128,
    micro_batch=128,
    optimiser="sgd",
    lr=0.01,
    schedule="constant",
    flip="none",
)

_BEST = Recipe(
    network="mlp",
    network_settings={"dropout": 0.2},
    preset="best",
    epochs=40,
    batch_size=250,
    micro_batch=250,
    optimiser="adamw",
    lr=1e-3,
    weight_decay=0.05,
    schedule="one_cycle",
    flip="random",
)


@NETWORKS.register(
    "mlp",
    label="Fully connected",
    order=70,
    about="3,072 inputs, 512 hidden units, ten outputs: each hidden unit alone has 3,072 weights, which is why images "
    "want convolutions.",
    reach=(0.55, 0.61),
    presets={"quick": _BEST.changed(preset="quick", epochs=8), "best": _BEST, "textbook": _TEXTBOOK},
)
def build(classes: int = 10, hidden: int = 512, dropout: float = 0.0) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes) through one hidden layer of `hidden` units.

    1,578,506 parameters for ten classes, 1,577,984 multiply-adds."""
    check_whole("hidden", hidden, 1, 32_000)
    check_share("dropout", dropout)
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(3 * 32 * 32, hidden),
        nn.ReLU(),
        Dropout(dropout),
        nn.Linear(hidden, classes),
    )
