"""In which precision and memory format a network computes."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Precision:
    """A number format for the arithmetic (weights stay float32) and an order of the pixels in memory."""

    name: str = "float32"  # or "bfloat16"
    channels_last: bool = True

    @property
    def memory_format(self) -> torch.memory_format:
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """Inside it, convolutions and matrix products compute in this precision."""
        if self.name == "float32":
            return nullcontext()
        return torch.autocast(device.type, torch.bfloat16)
