"""The 1,084,234-parameter network of many Keras tutorials: two pairs of convolutions, then two dense layers."""

from __future__ import annotations

from torch import nn

from cifar_gui.networks.base import NETWORKS, check_number, check_share
from cifar_gui.networks.blocks import Dropout
from cifar_gui.recipe import Recipe

_TEXTBOOK = Recipe(
    network="keras1m",
    preset="textbook",
    epochs=10,
    batch_size=32,
    micro_batch=32,
    optimiser="adamax",
    lr=5e-3,
    schedule="exponential",
    lr_decay=0.9,
    pixel_scaling="centre",
    flip="none",
)

_BEST = Recipe(
    network="keras1m",
    preset="best",
    epochs=40,
    batch_size=250,
    micro_batch=125,  # a quarter faster than in one piece on two cores, and the same without batch norm
    optimiser="sgd",
    lr=0.05,
    momentum=0.9,
    weight_decay=5e-4,
    schedule="one_cycle",
    warm_up=0.25,
    crop=2,
    flip="alternating",
)


@NETWORKS.register(
    "keras1m",
    label="Keras CNN, 1 M",
    order=40,
    about="Conv 16, conv 32, pool, conv 32, conv 64, pool, dense 256, dense 10 with LeakyReLU and dropout: the "
    "tutorial network of myCIFAR10Keras. As in the textbook it reaches about 78–80 %. Made for 32×32.",
    reach=(0.83, 0.86),
    presets={"quick": _BEST.changed(preset="quick", epochs=8), "best": _BEST, "textbook": _TEXTBOOK},
)
def build(classes: int = 10, conv_dropout: float = 0.25, dense_dropout: float = 0.5, slope: float = 0.1) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 1,084,234 parameters for ten classes, 13,289,984 multiply-adds.

    Most of the parameters are in the first dense layer. `slope` of the LeakyReLUs for negative values, from 0 (they are
    cut off) to 1 (nothing is)."""
    check_share("conv_dropout", conv_dropout)
    check_share("dense_dropout", dense_dropout)
    check_number("slope", slope, 0, 1)
    return nn.Sequential(
        _conv(3, 16, slope),
        nn.LeakyReLU(slope),
        _conv(16, 32, slope),
        nn.LeakyReLU(slope),
        nn.MaxPool2d(2),
        Dropout(conv_dropout),
        _conv(32, 32, slope),
        nn.LeakyReLU(slope),
        _conv(32, 64, slope),
        nn.LeakyReLU(slope),
        nn.MaxPool2d(2),
        Dropout(conv_dropout),
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, 256),
        nn.LeakyReLU(slope),
        Dropout(dense_dropout),
        nn.Linear(256, classes),
    )


def _conv(channels_in: int, channels: int, slope: float) -> nn.Conv2d:
    """3×3, same size, with He et al.'s initialisation for the LeakyReLU that follows (arXiv 1502.01852)."""
    conv = nn.Conv2d(channels_in, channels, 3, padding=1)
    nn.init.kaiming_normal_(conv.weight, a=slope)
    return conv
