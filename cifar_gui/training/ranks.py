"""What the training loop asks of the other processes that train along. Here there are none.

epoch's order, augmentation ─ drawn alike in every process ─ each its share of a step's micro-batches ─┐
one optimiser step, the same everywhere ← gradients, losses and batch norm's statistics added up ←────┘
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from cifar_gui.compute.device import choose_device
from cifar_gui.training.control import Control
from cifar_gui.training.events import ResumeState


class Ranks:
    """One process alone: all of every batch is its own, and there is nobody to agree with.

    `distributed.Group` is the same for several; what these methods promise holds for both."""

    rank = 0  # the number of this process; the first keeps the run and is told what to do
    count = 1

    def device(self, wanted: str) -> torch.device:
        """The device to compute on for a recipe's `device`. Raises DeviceError."""
        return choose_device(wanted).device

    def control(self, asked: Control) -> Control:
        """What the engine reads for what this process is asked."""
        return asked

    def from_first(self, values: dict[str, Any]) -> dict[str, Any]:
        """What the first process passed here, JSON-able, in every process."""
        return values

    def meet(self) -> None:
        """Once: wait until all processes have their pictures."""

    def state_from_first(self, state: ResumeState | None) -> ResumeState | None:
        """The resume state that the first process passed here, in every process."""
        return state

    def copy_from_first(self, model: nn.Module) -> None:
        """Give every process the weights that the first has."""

    def begin_step(self, model: nn.Module, sums: Tensor) -> None:
        """Before the first micro-batch of an optimiser step."""

    def end_step(self, model: nn.Module, sums: Tensor, later: int) -> None:
        """Add up gradients, `sums` and batch norm's statistics over all processes, so that each has what one process
        would have. `later`: how many micro-batches of the step come after this process's share."""

    def check_equal(self, model: nn.Module) -> None:
        """Raises TrainingError unless all processes have the same weights, bit for bit."""

    def part(self, images: Tensor) -> Tensor:
        """Those of the (N, …) pictures to be judged that are this process's to look at."""
        return images

    def joined(self, chunks: Iterator[Tensor], _pictures: int) -> Iterator[Tensor]:
        """The logits of all `_pictures` from those of every process's `part`, a chunk at a time."""
        return chunks


ALONE = Ranks()


def even_micro_batch(wanted: int, batch_size: int, ranks: int) -> int:
    """Pictures in a micro-batch so that `ranks` processes get equally many of a batch: `wanted`, or less where it does
    not come out even."""
    pieces = -(-batch_size // wanted)
    return wanted if pieces % ranks == 0 else -(-batch_size // (-(-pieces // ranks) * ranks))


def share(rank: int, ranks: int, first: int, end: int) -> range:
    """Which of the micro-batches from `first` to before `end` are for process `rank` of `ranks`: one stretch each, in
    the order of their numbers."""
    count = end - first
    return range(first + count * rank // ranks, first + count * (rank + 1) // ranks)
