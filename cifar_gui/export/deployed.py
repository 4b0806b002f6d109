"""A network as others use it: bytes of pictures in, probabilities out. What belongs to it goes with it."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.inference.calibration import Calibration

CHUNK = 250
"""Pictures answered at a time, so that a thousand need no more memory than these."""


class Deployed(nn.Module):
    """uint8 (N, 3, 32, 32) → float32 (N, classes): standardised, one view, calibrated."""

    mean: Tensor
    std: Tensor

    def __init__(self, snapshot: ModelSnapshot) -> None:
        """Raises CheckpointError if the weights do not fit the network the card names."""
        super().__init__()
        card = snapshot.card
        self.network = rebuild(snapshot).requires_grad_(requires_grad=False)
        self.calibration = Calibration.of(card.calibration, six_views=False)
        for name, values in (("mean", card.stats.mean), ("std", card.stats.std)):
            self.register_buffer(name, torch.tensor(values).view(-1, 1, 1))
        self.eval()

    def forward(self, images: Tensor) -> Tensor:
        logits = self.network((images.float() - self.mean) / self.std)
        return self.calibration.probabilities(self.calibration.logits(logits))

    def answers(self, inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """As `forward`, a few pictures at a time."""
        with torch.inference_mode():
            return torch.cat([self(part) for part in torch.split(torch.from_numpy(inputs), CHUNK)]).numpy()
