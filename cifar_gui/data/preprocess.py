"""Any picture → the network's input: the one path for training, evaluation, classification and export."""

from __future__ import annotations

import torch
from torch import Tensor

from cifar_gui.data.statistics import ChannelStats


def standardise(
    images: Tensor, stats: ChannelStats, memory_format: torch.memory_format = torch.contiguous_format
) -> Tensor:
    """uint8 (N, 3, H, W) in [0, 255] → float32 of the same shape, mean 0 and deviation 1 per channel by `stats`.

    Raises ValueError when the channel count differs from that of `stats`."""
    if images.shape[1] != len(stats.mean):
        raise ValueError(f"{images.shape[1]} channels cannot be standardised with statistics of {len(stats.mean)}")
    mean = torch.tensor(stats.mean, device=images.device).view(1, -1, 1, 1)
    std = torch.tensor(stats.std, device=images.device).view(1, -1, 1, 1)
    return images.to(torch.float32, memory_format=memory_format).sub_(mean).div_(std)
