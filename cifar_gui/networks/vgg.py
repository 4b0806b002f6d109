"""VGG: nothing but 3×3 convolutions and pools, for 32×32.

Configurations A and D of table 1 of Simonyan and Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale
Image Recognition", arXiv 1409.1556. Changed for 32×32: five pools leave one pixel, so the two dense layers of 4,096
units, made for 7×7, are left out, and batch norm stands after every convolution.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from torch import nn

from cifar_gui.networks.base import NETWORKS, check_share, check_whole
from cifar_gui.networks.blocks import Dropout, conv_norm_relu, muon_recipe, short_recipe
from cifar_gui.recipe import Recipe

A, D = (1, 1, 2, 2, 2), (2, 2, 3, 3, 3)
"""Convolutions in each of the five stages."""

_GROWTH = (1, 2, 4, 8, 8)
"""Maps of each stage, as a multiple of the first one's."""

_ABOUT = (
    "{convolutions} convolutions of 3×3 and nothing but pools between them, and one dense layer. For 32×32 the two "
    "dense layers of 4,096 units are left out, and there is batch norm."
)


def _presets(network: str, epochs: int) -> dict[str, Recipe]:
    best = muon_recipe(network, epochs).changed(head_lr=0.03)
    textbook = short_recipe(network, epochs).changed(
        preset="textbook", epochs=74, batch_size=256, micro_batch=256, lr=0.01, schedule="step", lr_decay=0.1,
        lr_step_epochs=25, label_smoothing=0.0, flip="random", cutout=0,
    )  # fmt: skip
    return {"quick": best.changed(preset="quick", epochs=max(epochs // 4, 3)), "best": best, "textbook": textbook}


@NETWORKS.register(
    "vgg11",
    label="VGG-11",
    order=30,
    about=_ABOUT.format(convolutions="Eight"),
    reach=(0.91, 0.925),
    presets=_presets("vgg11", 20),
)
def vgg11(classes: int = 10, width: int = 64, dropout: float = 0.0) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 9,228,362 parameters for ten classes, 152,769,536 multiply-adds.

    `width`: maps of the first stage; the others have two, four, eight and eight times as many."""
    return _vgg(A, classes, width, dropout)


@NETWORKS.register(
    "vgg16",
    label="VGG-16",
    order=31,
    about=_ABOUT.format(convolutions="Thirteen"),
    reach=(0.92, 0.935),
    presets=_presets("vgg16", 15),
)
def vgg16(classes: int = 10, width: int = 64, dropout: float = 0.0) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 14,724,042 parameters for ten classes, 313,201,664 multiply-adds.

    `width` as in `vgg11`."""
    return _vgg(D, classes, width, dropout)


def _vgg(stages: Sequence[int], classes: int, width: int, dropout: float) -> nn.Module:
    """Stages of so many convolutions, a pool after each stage."""
    check_whole("width", width, 1, 128)
    check_share("dropout", dropout)
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    channels_in = 3
    for number, (convolutions, growth) in enumerate(zip(stages, _GROWTH, strict=True), start=1):
        channels = width * growth
        inputs = [channels_in, *[channels] * (convolutions - 1)]
        parts[f"conv{number}"] = nn.Sequential(*(conv_norm_relu(each, channels) for each in inputs))
        parts[f"pool{number}"] = nn.MaxPool2d(2)
        channels_in = channels
    parts |= {"flatten": nn.Flatten(), "dropout": Dropout(dropout), "dense": nn.Linear(channels_in, classes)}
    return nn.Sequential(parts)
