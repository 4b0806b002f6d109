"""ZFNet: AlexNet after a look at its filters, for 32×32.

After Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", arXiv 1311.2901.
Smaller kernels and strides than AlexNet has in the first layers, so that less is lost there, and more maps: 96, 256,
384, 384 and 256 as in their table 1. Changed for 32×32: the stem is 5×5 with stride 1 in place of 7×7 with stride 2
(the 5×5 with stride 2 of the second layer is theirs), two pools of three, dense layers of 512 units in place of
4,096, and batch norm in place of contrast normalisation.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from cifar_gui.networks.base import NETWORKS, check_share, check_whole
from cifar_gui.networks.blocks import conv_norm_relu, dense_head, muon_recipe, short_recipe

_BEST = muon_recipe("zfnet", 16, network_settings={"dropout": 0.3})
_TEXTBOOK = short_recipe("zfnet", 70).changed(
    preset="textbook", batch_size=128, micro_batch=128, lr=0.01, schedule="step", lr_decay=0.1,
    lr_step_epochs=25, label_smoothing=0.0, flip="random", cutout=0,
)  # fmt: skip


@NETWORKS.register(
    "zfnet",
    label="ZFNet",
    order=35,
    about="AlexNet with smaller kernels and strides where its filters had lost detail, found by looking at them. For "
    "32×32 its stem is 5×5 with stride 1, its dense layers have 512 units, and there is batch norm.",
    reach=(0.895, 0.91),
    presets={"quick": _BEST.changed(preset="quick", epochs=6), "best": _BEST, "textbook": _TEXTBOOK},
)
def build(classes: int = 10, units: int = 512, dropout: float = 0.5) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes), through two dense layers of `units` units.

    6,086,378 parameters for ten classes, 247,239,680 multiply-adds."""
    check_whole("units", units, 1, 4096)
    check_share("dropout", dropout)
    return nn.Sequential(
        OrderedDict(
            conv1=conv_norm_relu(3, 96, 5),
            pool1=nn.MaxPool2d(3, stride=2, padding=1),
            conv2=conv_norm_relu(96, 256, 5, stride=2),
            conv3=conv_norm_relu(256, 384),
            conv4=conv_norm_relu(384, 384),
            conv5=conv_norm_relu(384, 256),
            pool5=nn.MaxPool2d(3, stride=2, padding=1),
            **dense_head(256 * 4 * 4, units, classes, dropout),
        )
    )
