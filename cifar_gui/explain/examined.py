"""A network to be looked into: a copy of its own, so that hooks and gradients disturb nobody who asks it questions."""

from __future__ import annotations

import threading

import numpy as np
import torch
from torch import Tensor

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.decode import Pixels
from cifar_gui.data.preprocess import standardise
from cifar_gui.inference.calibration import Calibration


class Examined:
    """The network of a snapshot, without gradients of its weights. One look at a time: hold `lock`."""

    def __init__(self, snapshot: ModelSnapshot, precision: Precision | None = None) -> None:
        """In float32, unless many pictures are to be looked at. Raises CheckpointError if the weights do not fit the
        network the card names."""
        self.snapshot, self.precision = snapshot, precision or Precision()
        self.lock = threading.RLock()
        self._format = self.precision.memory_format
        self.model = rebuild(snapshot).requires_grad_(requires_grad=False).to(memory_format=self._format)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.snapshot.card.class_names

    @property
    def grey(self) -> Pixels:
        """uint8 (3, 1, 1): the mean colour of the training pictures, which tells a network least."""
        mean = np.array(self.snapshot.card.stats.mean, np.float64)
        level: Pixels = np.rint(mean).astype(np.uint8).reshape(3, 1, 1)
        return level

    def calibration(self, *, six_views: bool = False) -> Calibration:
        """What makes probabilities of its logits that mean what they say."""
        return Calibration.of(self.snapshot.card.calibration, six_views=six_views)

    def inputs(self, pixels: Pixels) -> Tensor:
        """uint8 (3, 32, 32) or (N, 3, 32, 32) → standardised float32 (N, 3, 32, 32)."""
        images = torch.from_numpy(np.ascontiguousarray(pixels)).view(-1, *pixels.shape[-3:])
        return standardise(images, self.snapshot.card.stats, self._format)

    def logits(self, inputs: Tensor) -> Tensor:
        """Standardised (N, 3, 32, 32) → calibrated logits (N, classes) of one view each, with gradients if wanted."""
        logits: Tensor = self.model(inputs)
        return self.calibration().logits(logits)
