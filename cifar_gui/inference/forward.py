"""The forward pass over many pictures: used by validation while training, by evaluation and by the classifier alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from cifar_gui.compute.precision import Precision
from cifar_gui.data.preprocess import standardise
from cifar_gui.data.statistics import ChannelStats

Ask = Callable[[], None]
"""Called again and again by what takes long; raises Cancelled if that is to end."""


@contextmanager
def evaluating(model: nn.Module) -> Iterator[nn.Module]:
    """The model in evaluation mode, without gradients; afterwards it is as it was."""
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield model
    finally:
        model.train(was_training)


def gathered(parts: Iterable[Tensor], ask: Ask | None = None) -> Tensor:
    """All parts as one. `ask` is called before each, and raises to give up."""
    found = []
    for part in parts:
        if ask is not None:
            ask()
        found.append(part)
    return torch.cat(found)


def logits_of(
    model: nn.Module, images: Tensor, stats: ChannelStats, precision: Precision, chunk: int = 500
) -> Iterator[Tensor]:
    """uint8 (N, 3, 32, 32), on the model's device → float32 (≤ chunk, classes), a chunk at a time, so that a
    consumer can stop in between. The model should be `evaluating`."""
    for start in range(0, len(images), chunk):
        inputs = standardise(images[start : start + chunk], stats, precision.memory_format)
        with precision.autocast(images.device):
            logits = model(inputs)
        yield logits.float()
