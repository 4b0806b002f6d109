"""A network with all that belongs to it."""

from __future__ import annotations

import numpy as np
import torch

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.export.deployed import Deployed
from cifar_gui.inference.classifier import Classifier


def test_it_answers_bytes_with_what_the_classifier_says(snapshot: ModelSnapshot) -> None:
    inputs = torch.randint(0, 256, (260, 3, 32, 32), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    expected = Classifier(snapshot, six_views=False).classify_inputs(inputs).numpy()
    found = Deployed(snapshot).answers(inputs.numpy())
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-6)
    assert np.ptp(found, axis=0).max() > 0.2  # the calibration has something to change
