"""GoogLeNet with Inception modules of the first and of the second kind, for 32×32.

After Szegedy et al. 2015, "Going Deeper with Convolutions", arXiv 1409.4842.
Nine modules, each of four branches side by side: 1×1, 3×3, 5×5 and a pool, the middle two behind a 1×1 that narrows
what comes in; widths as in their table 1. Changed for 32×32: the stem is a 3×3 convolution with stride 1, one pool, and
the 1×1 and 3×3 of the original, in place of 7×7 with stride 2 and two pools; local response normalisation is left out;
the two classifiers at the side, which only help to train, are a setting, off at first, and see 2×2 places through 256
units in place of 4×4 through 1,024. The second kind (Ioffe and Szegedy 2015, arXiv 1502.03167, and Szegedy et al. 2016,
arXiv 1512.00567) has batch norm after every convolution and two 3×3 in place of the 5×5.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cifar_gui.networks.base import NETWORKS, check_flag, check_number, check_share
from cifar_gui.networks.blocks import Dropout, conv_norm_relu, he, muon_recipe, short_recipe

STAGES = (
    ((64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64)),
    (
        (192, (96, 208), (16, 48), 64),
        (160, (112, 224), (24, 64), 64),
        (128, (128, 256), (24, 64), 64),
        (112, (144, 288), (32, 64), 64),
        (256, (160, 320), (32, 128), 128),
    ),
    ((256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)),
)
"""Of each module the maps of the 1×1, of the 3×3 and the 5×5 (narrowed to, then out of them), and of the pool."""

_SIDES = ("4a", "4d")
"""The modules behind which a side classifier looks. Modules are called as in their table 1: 3a to 5b."""

Widths = tuple[int, tuple[int, int], tuple[int, int], int]

# Without batch norm a rate of 0.05 is too high already. After the first of two epochs AdamW had 34 % of the training
# pictures right, Muon 47 %.
_V1 = muon_recipe("inception_v1", 16, lr=0.02, micro_batch=125, network_settings={"dropout": 0.2}).changed(
    batch_size=500, bias_lr=0.01, head_lr=0.01
)
_V2 = muon_recipe("inception_v2", 12, micro_batch=125).changed(head_lr=0.03)


class Inception(nn.ModuleDict):
    """One module: its branches by name. `norm`: of the second kind, with batch norm and two 3×3 in place of the 5×5."""

    def __init__(self, channels_in: int, widths: Widths, *, norm: bool) -> None:
        one, three, five, pool = widths
        unit = conv_norm_relu if norm else _conv_relu
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["1x1"] = unit(channels_in, one, 1)
        parts["3x3"] = _sequence(reduce=unit(channels_in, three[0], 1), conv=unit(three[0], three[1], 3))
        if norm:
            large = {"conv1": unit(five[0], five[1], 3), "conv2": unit(five[1], five[1], 3)}
        else:
            large = {"conv": unit(five[0], five[1], 5)}
        parts["5x5"] = _sequence(reduce=unit(channels_in, five[0], 1), **large)
        parts["pool"] = _sequence(max=nn.MaxPool2d(3, stride=1, padding=1), project=unit(channels_in, pool, 1))
        super().__init__(parts)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, H, W) → (N, sum of the branches' maps, H, W)."""
        return torch.cat([branch(x) for branch in self.values()], 1)


@NETWORKS.register(
    "inception_v1",
    label="GoogLeNet, Inception V1",
    order=32,
    about="Nine Inception modules, each of 1×1, 3×3, 5×5 convolutions and a pool side by side, without batch norm. For "
    "32×32 its stem is 3×3 with stride 1 and one pool; its side classifiers are a setting.",
    reach=(0.86, 0.885),
    presets={
        "quick": _V1.changed(preset="quick", epochs=6),
        "best": _V1,
        "textbook": short_recipe("inception_v1", 100).changed(
            preset="textbook", batch_size=128, micro_batch=128, lr=0.01, schedule="step", lr_decay=0.96,
            lr_step_epochs=8, weight_decay=2e-4, label_smoothing=0.0, flip="random", cutout=0,
        ),
    },
)  # fmt: skip
def inception_v1(
    classes: int = 10, width: float = 1.0, dropout: float = 0.4, side_classifiers: bool = False
) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 5,976,122 parameters for ten classes, 391,620,608 multiply-adds.

    `width`: of all maps, as a share of the usual; `side_classifiers`: whether two more classifiers help to train."""
    return _googlenet(classes, width, dropout, norm=False, side=side_classifiers)


@NETWORKS.register(
    "inception_v2",
    label="GoogLeNet, Inception V2",
    order=33,
    about="Nine Inception modules with batch norm, in which two 3×3 convolutions stand for the 5×5. For 32×32 its stem "
    "is 3×3 with stride 1 and one pool.",
    reach=(0.925, 0.94),
    presets={
        "quick": _V2.changed(preset="quick", epochs=5),
        "best": _V2,
        "textbook": short_recipe("inception_v2", 60).changed(
            preset="textbook", batch_size=128, micro_batch=128, lr=0.045, schedule="exponential", lr_decay=0.94,
            weight_decay=2e-4, label_smoothing=0.0, flip="random", cutout=0,
        ),
    },
)  # fmt: skip
def inception_v2(
    classes: int = 10, width: float = 1.0, dropout: float = 0.2, side_classifiers: bool = False
) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 6,269,834 parameters for ten classes, 410,249,216 multiply-adds.

    Settings as of `inception_v1`."""
    return _googlenet(classes, width, dropout, norm=True, side=side_classifiers)


class GoogLeNet(nn.Sequential):
    """A sequence some of whose parts may be `_Side`s."""

    def side_logits(self) -> list[Tensor]:
        """As `networks.base.HasSideClassifiers` says."""
        return [part.take() for part in self if isinstance(part, _Side)]


class _Side(nn.Module):
    """Lets maps pass as they are; in training a classifier of its own looks at them."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(2),
            _conv_relu(channels, 128, 1),
            nn.Flatten(),
            he(nn.Linear(512, 256)),
            nn.ReLU(inplace=True),
            Dropout(0.7),
            nn.Linear(256, classes),
        )
        self._said: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W), unchanged."""
        if self.training:
            self._said = self.classifier(x)
        return x

    def take(self) -> Tensor:
        """(N, classes) logits for the last pictures; let go of, as the whole graph hangs on them."""
        if self._said is None:
            raise RuntimeError("no pictures have been passed through in training")
        said, self._said = self._said, None
        return said


def _googlenet(classes: int, width: float, dropout: float, *, norm: bool, side: bool) -> nn.Module:
    check_number("width", width, 0.05, 3)
    check_share("dropout", dropout)
    check_flag("side_classifiers", side)

    def wide(maps: int) -> int:
        return max(round(maps * width), 1)

    unit = conv_norm_relu if norm else _conv_relu
    channels = wide(192)
    parts: OrderedDict[str, nn.Module] = OrderedDict(
        conv1=unit(3, wide(64), 3),
        pool1=_halving(),
        conv2_reduce=unit(wide(64), wide(64), 1),
        conv2=unit(wide(64), channels, 3),
    )
    for number, stage in enumerate(STAGES, start=3):
        if number > 3:
            parts[f"pool{number - 1}"] = _halving()
        for letter, (one, three, five, pool) in zip("abcde", stage, strict=False):
            widths = wide(one), (wide(three[0]), wide(three[1])), (wide(five[0]), wide(five[1])), wide(pool)
            name = f"{number}{letter}"
            parts[name] = Inception(channels, widths, norm=norm)
            channels = widths[0] + widths[1][1] + widths[2][1] + widths[3]
            if side and name in _SIDES:
                parts[f"side_{name}"] = _Side(channels, classes)
    parts |= {"pool5": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "dropout": Dropout(dropout)}
    parts["dense"] = nn.Linear(channels, classes)
    return GoogLeNet(parts)


def _halving() -> nn.Module:
    return nn.MaxPool2d(3, stride=2, padding=1)


def _conv_relu(channels_in: int, channels: int, kernel: int) -> nn.Sequential:
    """Convolution with bias, padded so that the size stays, ReLU."""
    return _sequence(conv=he(nn.Conv2d(channels_in, channels, kernel, padding=kernel // 2)), act=nn.ReLU(inplace=True))


def _sequence(**parts: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(parts))
