"""What several textbook networks are built of."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

import torch
from torch import Tensor, nn

from cifar_gui.recipe import Recipe

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


def short_recipe(network: str, epochs: int, **changes: object) -> Recipe:
    """The "best" preset of the networks with batch norm: few epochs, a high learning rate that rises and falls once
    (Smith and Topin 2018, "Super-Convergence"), and pictures that are shifted, flipped and partly blanked."""
    recipe = Recipe(
        network=network,
        preset="best",
        epochs=epochs,
        batch_size=500,
        micro_batch=250,
        optimiser="sgd",
        lr=0.2,
        momentum=0.9,
        weight_decay=5e-4,
        schedule="one_cycle",
        warm_up=0.25,
        label_smoothing=0.1,
        crop=4,
        flip="alternating",
        cutout=8,
    )
    return recipe.changed(**changes) if changes else recipe


def muon_recipe(network: str, epochs: int, **changes: object) -> Recipe:
    """As `short_recipe`, with Muon for the filters: for networks that learn too little in as few epochs. On the
    validation pictures AlexNet came to 89 % in sixteen epochs instead of 85 %."""
    return short_recipe(
        network, epochs,
        batch_size=1000, optimiser="muon", bias_lr=0.05, head_lr=0.1, momentum=0.6, warm_up=0.15, **changes,
    )  # fmt: skip


def conv_norm_relu(channels_in: int, channels: int, kernel: int = 3, *, stride: int = 1) -> nn.Sequential:
    """Convolution without bias, padded so that stride 1 keeps the size, batch norm, ReLU."""
    return nn.Sequential(
        OrderedDict(
            conv=he(nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, bias=False)),
            norm=nn.BatchNorm2d(channels),
            act=nn.ReLU(inplace=True),
        )
    )


def dense_head(inputs: int, units: int, classes: int, dropout: float) -> OrderedDict[str, nn.Module]:
    """What AlexNet and ZFNet end with: two dense layers behind dropout, and the logits; their sixth to eighth layer.
    (N, C, H, W) of `inputs` values each → (N, classes)."""
    return OrderedDict(
        flatten=nn.Flatten(),
        dropout6=Dropout(dropout),
        dense6=he(nn.Linear(inputs, units)),
        act6=nn.ReLU(inplace=True),
        dropout7=Dropout(dropout),
        dense7=he(nn.Linear(units, units)),
        act7=nn.ReLU(inplace=True),
        dense8=nn.Linear(units, classes),
    )


def he(layer: Layer) -> Layer:
    """The layer with the initialisation that keeps variances through ReLUs (He et al. 2015, arXiv 1502.01852)."""
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class Dropout(nn.Dropout):
    """Dropout (Srivastava et al. 2014) that costs a sixth on CPUs: torch draws its masks there one value after another,
    a uniform number for each, on all but one maker's processors. The share is kept to 1/65,536."""

    def forward(self, values: Tensor) -> Tensor:
        """(…) → the same shape."""
        if not self.training or self.p in (0, 1) or values.device.type != "cpu":
            return super().forward(values)
        words = torch.empty(-(-values.numel() // 4), dtype=torch.int64).random_(-(2**63), None)  # 4 × 16 random bits
        drawn = words.view(torch.int16)[: values.numel()]
        factors = torch.empty_like(values, requires_grad=False)  # dense, in the order in memory of the values
        factors.as_strided((values.numel(),), (1,)).copy_(drawn >= round(self.p * 2**16) - 2**15)
        return values * factors.div_(1 - self.p)


class Residual(nn.Module):
    """Two 3×3 convolutions and a way round them (He et al. 2016, arXiv 1512.03385)."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.first = conv_norm_relu(channels_in, channels, stride=stride)
        self.second = nn.Sequential(
            OrderedDict(conv=he(nn.Conv2d(channels, channels, 3, padding=1, bias=False)), norm=nn.BatchNorm2d(channels))
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                OrderedDict(
                    conv=he(nn.Conv2d(channels_in, channels, 1, stride, bias=False)), norm=nn.BatchNorm2d(channels)
                )
            )
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, H, W) → (N, C, H/stride, W/stride)."""
        summed: Tensor = self.second(self.first(x)) + self.shortcut(x)
        result: Tensor = self.act(summed)
        return result
