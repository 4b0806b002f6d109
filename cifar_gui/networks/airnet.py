"""AirNet: a small, very fast network behind a whitening stem.

After Keller Jordan's airbench (arXiv 2404.00498) and its ancestors, Page's cifar10-fast and tysam-code's hlb-CIFAR10;
written from their description.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cifar_gui.networks.base import NETWORKS, Rung, check_flag, check_number
from cifar_gui.recipe import Recipe
from cifar_gui.words import given

SIZES: dict[str, tuple[tuple[int, int, int], int]] = {
    "93": ((64, 128, 128), 2),
    "94": ((64, 256, 256), 2),
    "95": ((128, 384, 384), 2),
    "96": ((128, 384, 512), 3),
}
"""Name (about the accuracy reached, in percent) → widths of the three blocks, convolutions in each."""

STEM_BIAS_EPOCHS = 3
"""The stem's bias is trained for the first epochs only; after them the stem is a constant."""

_MUON = Recipe(
    network="airnet",
    preset="best",
    epochs=12,
    batch_size=2000,
    micro_batch=500,
    optimiser="muon",
    lr=0.24,
    bias_lr=0.053,
    head_lr=0.67,
    momentum=0.6,
    weight_decay=2e-6 * 2000,
    decoupled_decay=True,
    schedule="linear",
    loss_reduction="sum",
    label_smoothing=0.2,
    crop=2,
    flip="alternating",
    cutout=8,  # on the validation pictures 94.4 % instead of 93.9 % with six views, after 12 epochs
)

# Published as 11.5 per 1,024 examples with the gain of the momentum, 1 + 1/(1 − 0.85), still to be divided out.
_SGD_LR = 11.5 / (1024 * (1 + 1 / (1 - 0.85)))

_SGD = Recipe(
    network="airnet",
    preset="textbook",
    network_settings={"unit_head": False},
    epochs=10,
    batch_size=1000,
    micro_batch=500,
    optimiser="sgd",
    lr=_SGD_LR,
    bias_lr=64 * _SGD_LR,
    momentum=0.85,
    weight_decay=0.0153 * 1000 / (1024 * (1 + 1 / (1 - 0.85))),
    decoupled_decay=True,
    lookahead_every=5,
    schedule="one_cycle",
    warm_up=0.23,
    initial_lr=0.2,
    final_lr=0.07,
    loss_reduction="sum",
    label_smoothing=0.2,
    crop=2,
    flip="alternating",
)


_SMALL = _MUON.changed(preset="quick", epochs=4, network_settings={"size": "93"})

LADDER = (
    Rung(_SMALL, ((1, 0.690), (2, 0.823), (4, 0.886), (8, 0.916))),
    Rung(_MUON.changed(network_settings={"size": "94"}), ((12, 0.932),)),
    Rung(_MUON.changed(network_settings={"size": "95"}, epochs=18, cutout=12), ((18, 0.944),)),
)
"""Measured by `cifar-gui train --network airnet --preset quick|best --epochs N`: each a run of its own to its end. The
last with `--set network_settings.size=95 --set cutout=12`."""


class Block(nn.Module):
    """3×3 convolution, 2×2 max-pool, then one or two more convolutions, each with batch norm and GELU.

    With three convolutions the last is added to what the first gave."""

    def __init__(self, channels_in: int, channels: int, depth: int, batch_norm_weight: float) -> None:
        super().__init__()
        self.conv1 = _conv(channels_in, channels)
        self.pool = nn.MaxPool2d(2)
        self.norm1 = _norm(channels, batch_norm_weight)
        self.gelu1 = nn.GELU()
        self.conv2 = _conv(channels, channels)
        self.norm2 = _norm(channels, batch_norm_weight)
        self.gelu2 = nn.GELU()
        self.residual = depth == 3
        if self.residual:
            self.conv3 = _conv(channels, channels)
            self.norm3 = _norm(channels, batch_norm_weight)
            self.gelu3 = nn.GELU()

    def forward(self, images: Tensor) -> Tensor:
        first = self.gelu1(self.norm1(self.pool(self.conv1(images))))
        second = self.gelu2(self.norm2(self.conv2(first)))
        if not self.residual:
            return second  # type: ignore[no-any-return]
        return self.gelu3(self.norm3(self.conv3(second)) + first)  # type: ignore[no-any-return]


class AirNet(nn.Module):
    """Whitening stem, three blocks, linear head. (N, 3, 32, 32) → (N, classes)."""

    def __init__(
        self, classes: int, widths: tuple[int, int, int], depth: int, batch_norm_weight: float, *, unit_head: bool
    ) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 24, kernel_size=2)
        self.stem.weight.requires_grad_(False)
        self.stem_gelu = nn.GELU()
        ins = (24, *widths[:2])
        self.blocks = nn.Sequential(
            *(Block(before, width, depth, batch_norm_weight) for before, width in zip(ins, widths, strict=True))
        )
        self.pool = nn.MaxPool2d(3)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(widths[2], classes, bias=False)
        self.output_scale = 1 / widths[2] if unit_head else 1 / 9
        if unit_head:
            with torch.no_grad():
                self.head.weight.div_(self.head.weight.std())

    def forward(self, images: Tensor) -> Tensor:
        features = self.blocks(self.stem_gelu(self.stem(images)))
        logits: Tensor = self.head(self.flatten(self.pool(features)))
        return logits * self.output_scale

    def fit_sample(self, images: Tensor) -> None:
        """Set the stem to whiten the 2×2×3 patches of `images`, standardised float (n, 3, 32, 32).

        Its 24 filters are the eigenvectors of the patches' covariance over sqrt(eigenvalue + 5e-4), and their
        negatives. Worked out on the CPU: Apple's GPUs have no float64."""
        products = torch.zeros(12, 12, dtype=torch.float64)
        count = 0
        for part in torch.split(images, 250):  # all at once would need 1 GB for a moment
            patches = nn.functional.unfold(part.cpu().double(), 2)  # (n, 12, 31 · 31)
            products += (patches @ patches.mT).sum(0)
            count += len(patches) * patches.shape[2]
        values, vectors = torch.linalg.eigh(products / count)
        filters = (vectors / (values + 5e-4).sqrt()).T.flip(0).reshape(12, 3, 2, 2)
        with torch.no_grad():
            self.stem.weight.copy_(torch.cat([filters, -filters]))

    def start_epoch(self, epoch: int) -> None:
        """Train the stem's bias in the first epochs only."""
        self.stem.bias.requires_grad_(epoch <= STEM_BIAS_EPOCHS)  # type: ignore[union-attr]


def _conv(channels_in: int, channels: int) -> nn.Conv2d:
    """3×3, same size, without bias; the first filters start as the identity of their input."""
    conv = nn.Conv2d(channels_in, channels, 3, padding=1, bias=False)
    with torch.no_grad():
        nn.init.dirac_(conv.weight[:channels_in])
    return conv


def _norm(channels: int, batch_norm_weight: float) -> nn.BatchNorm2d:
    """Only the bias is trained: the scale before a convolution with free weights would be one scale too many."""
    norm = nn.BatchNorm2d(channels, eps=1e-12, momentum=batch_norm_weight)
    norm.weight.requires_grad_(False)
    return norm


@NETWORKS.register(
    "airnet",
    label="AirNet",
    order=10,
    about="A whitening stem and three blocks, made for speed: minutes on two CPU cores (after airbench, 2024). Made "
    "for 32×32, so nothing had to be changed.",
    reach=(0.925, 0.94),
    presets={"quick": _SMALL, "best": _MUON, "textbook": _SGD},
    ladder=LADDER,
)
def build(classes: int = 10, size: str = "94", batch_norm_weight: float = 0.12, unit_head: bool = True) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). 1,972,792 parameters for ten classes, 118,147,360 multiply-adds.

    `size` is one of `SIZES`. `batch_norm_weight`: of the newest micro-batch in the running statistics, 0.001 to 1; 0.12
    for four micro-batches of 500 forgets as fast as 0.4 for one batch of 2,000. `unit_head`: the head starts with
    deviation 1 and the output is divided by its width (Muon recipe), otherwise default weights and 1/9 (SGD recipe)."""
    name = size if isinstance(size, str) else given(size)  # TOML reads 96 as a number
    if name not in SIZES:
        raise ValueError(f"size must be one of {', '.join(SIZES)}, not {given(size)}")
    check_number("batch_norm_weight", batch_norm_weight, 0.001, 1)
    check_flag("unit_head", unit_head)
    widths, depth = SIZES[name]
    return AirNet(classes, widths, depth, batch_norm_weight, unit_head=unit_head)
