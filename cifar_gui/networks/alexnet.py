"""AlexNet, the network that began it all, for 32×32.

After Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural Networks".
Five convolutions of 64, 192, 384, 256 and 256 maps (those of Krizhevsky 2014, arXiv 1404.5997, for one device), three
pools, three dense layers with dropout. Changed for 32×32: the stem is 3×3 with stride 1 in place of 11×11 with stride
4, which would leave 7×7 pixels of the picture; the 5×5 of the second layer is 3×3; dense layers have 512 units in
place of 4,096; batch norm stands in for local response normalisation.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from cifar_gui.networks.base import NETWORKS, check_share, check_whole
from cifar_gui.networks.blocks import conv_norm_relu, dense_head, muon_recipe, short_recipe

_BEST = muon_recipe("alexnet", 16, network_settings={"dropout": 0.3})
_TEXTBOOK = short_recipe("alexnet", 90).changed(
    preset="textbook", batch_size=128, micro_batch=128, lr=0.01, schedule="step", lr_decay=0.1,
    lr_step_epochs=30, label_smoothing=0.0, flip="random", cutout=0,
)  # fmt: skip


@NETWORKS.register(
    "alexnet",
    label="AlexNet",
    order=34,
    about="Five convolutions and three dense layers with dropout: the network that began it all in 2012. For 32×32 its "
    "stem has 3×3 kernels and stride 1, its dense layers 512 units, and batch norm.",
    reach=(0.90, 0.91),
    presets={"quick": _BEST.changed(preset="quick", epochs=6), "best": _BEST, "textbook": _TEXTBOOK},
)
def build(classes: int = 10, units: int = 512, dropout: float = 0.5) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes), through two dense layers of `units` units.

    4,618,186 parameters for ten classes, 169,284,608 multiply-adds."""
    check_whole("units", units, 1, 4096)
    check_share("dropout", dropout)
    return nn.Sequential(
        OrderedDict(
            conv1=conv_norm_relu(3, 64),
            pool1=nn.MaxPool2d(2),
            conv2=conv_norm_relu(64, 192),
            pool2=nn.MaxPool2d(2),
            conv3=conv_norm_relu(192, 384),
            conv4=conv_norm_relu(384, 256),
            conv5=conv_norm_relu(256, 256),
            pool5=nn.MaxPool2d(2),
            **dense_head(256 * 4 * 4, units, classes, dropout),
        )
    )
