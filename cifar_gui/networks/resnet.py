"""ResNets: blocks that add to what goes round them.

After He et al. 2016, "Deep Residual Learning for Image Recognition", arXiv 1512.03385.
ResNet-20 is the one they made for CIFAR-10 (section 4.2): a 3×3 stem, three stages of three blocks with 16, 32 and 64
maps, mean over the pixels; changed: where the size changes the way round is a 1×1 convolution (their option B) in place
of padding with zeros. ResNet-18 is the smallest of those for ImageNet (table 1: four stages of two blocks with 64 to
512 maps); changed for 32×32: the stem is 3×3 with stride 1 and without a pool in place of 7×7 with stride 2 and a pool.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from torch import nn

from cifar_gui.networks.base import NETWORKS, check_whole
from cifar_gui.networks.blocks import Residual, conv_norm_relu, muon_recipe, short_recipe
from cifar_gui.recipe import Recipe


def _presets(network: str, best: Recipe) -> dict[str, Recipe]:
    textbook = short_recipe(
        network, 180, preset="textbook", batch_size=128, micro_batch=128, lr=0.1, weight_decay=1e-4, schedule="step",
        lr_decay=0.1, lr_step_epochs=60, nesterov=False, label_smoothing=0.0, flip="random", cutout=0,
    )  # fmt: skip
    return {"quick": best.changed(preset="quick", epochs=max(best.epochs // 5, 3)), "best": best, "textbook": textbook}


@NETWORKS.register(
    "resnet20",
    label="ResNet-20",
    order=20,
    about="Nine blocks of two 3×3 convolutions, each with a shortcut around it: the ResNet that its authors made for "
    "these pictures. Small and slow to learn for its size. Made for 32×32.",
    reach=(0.91, 0.925),
    presets=_presets("resnet20", short_recipe("resnet20", 50, label_smoothing=0.0, cutout=0)),
)
def resnet20(classes: int = 10, width: int = 16) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 272,474 parameters for ten classes, 40,813,184 multiply-adds.

    `width`: maps of the first stage, doubled by each of the next two."""
    return _resnet(width, [width, 2 * width, 4 * width], 3, classes)


@NETWORKS.register(
    "resnet18",
    label="ResNet-18",
    order=21,
    about="Eight blocks of two 3×3 convolutions, each with a shortcut around it. For 32×32 its stem is 3×3 with stride "
    "1 and has no pool. The most exact of the textbook networks here, and the slowest.",
    reach=(0.935, 0.945),
    presets=_presets("resnet18", muon_recipe("resnet18", 14, micro_batch=125).changed(head_lr=0.03)),
)
def resnet18(classes: int = 10, width: int = 64) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 11,173,962 parameters for ten classes, 555,422,720 multiply-adds.

    `width`: maps of the first stage, doubled by each of the next three."""
    return _resnet(width, [width, 2 * width, 4 * width, 8 * width], 2, classes)


def _resnet(stem: int, stages: Sequence[int], blocks: int, classes: int) -> nn.Module:
    """Stages with so many maps, of so many blocks each; the second and later ones begin with stride 2."""
    check_whole("width", stem, 1, 128)
    parts: OrderedDict[str, nn.Module] = OrderedDict(stem=conv_norm_relu(3, stem))
    channels_in = stem
    for number, channels in enumerate(stages, start=1):
        strides = [1 if number == 1 else 2, *[1] * (blocks - 1)]
        made = []
        for stride in strides:
            made.append(Residual(channels_in, channels, stride))
            channels_in = channels
        parts[f"stage{number}"] = nn.Sequential(*made)
    parts["pool"], parts["flatten"] = nn.AdaptiveAvgPool2d(1), nn.Flatten()
    parts["head"] = nn.Linear(channels_in, classes)
    return nn.Sequential(parts)
