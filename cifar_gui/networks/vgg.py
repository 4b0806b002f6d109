"""VGG (Simonyan and Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition", arXiv
1409.1556), for 32×32: configurations A and D of their table 1.

Nothing but 3×3 convolutions and pools. Changed for 32×32: five pools leave one pixel, so the two dense layers of 4,096
units, made for 7×7, are left out, and batch norm stands after every convolution.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from cifar_gui.networks.base import NETWORKS
from cifar_gui.networks.blocks import conv_norm_relu, short_recipe
from cifar_gui.recipe import Recipe

A = ((64,), (128,), (256, 256), (512, 512), (512, 512))
D = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))

_ABOUT = (
    "{convolutions} convolutions of 3×3 and nothing but pools between them, and one dense layer. For 32×32 the two "
    "dense layers of 4,096 units are left out, and there is batch norm. It should reach {reach} %."
)


def _presets(network: str, epochs: int) -> dict[str, Recipe]:
    best = short_recipe(network, epochs)
    textbook = best.changed(
        preset="textbook", epochs=74, batch_size=256, micro_batch=256, lr=0.01, schedule="step", lr_decay=0.1,
        lr_step_epochs=25, label_smoothing=0.0, flip="random", cutout=0,
    )  # fmt: skip
    return {"quick": best.changed(preset="quick", epochs=max(epochs // 4, 3)), "best": best, "textbook": textbook}


@NETWORKS.register(
    "vgg11",
    label="VGG-11",
    order=30,
    about=_ABOUT.format(convolutions="Eight", reach="92–93"),
    presets=_presets("vgg11", 25),
)
def vgg11(classes: int = 10, dropout: float = 0.0) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 9,228,362 parameters for ten classes."""
    return _vgg(A, classes, dropout)


@NETWORKS.register(
    "vgg16",
    label="VGG-16",
    order=31,
    about=_ABOUT.format(convolutions="Thirteen", reach="93–94"),
    presets=_presets("vgg16", 25),
)
def vgg16(classes: int = 10, dropout: float = 0.0) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 14,724,042 parameters for ten classes."""
    return _vgg(D, classes, dropout)


def _vgg(stages: Sequence[Sequence[int]], classes: int, dropout: float) -> nn.Module:
    """Stages of convolutions with so many maps each, a pool after each stage."""
    layers: list[nn.Module] = []
    channels_in = 3
    for stage in stages:
        for channels in stage:
            layers.append(conv_norm_relu(channels_in, channels))
            channels_in = channels
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(dropout), nn.Linear(channels_in, classes))
