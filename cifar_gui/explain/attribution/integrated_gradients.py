"""Integrated gradients: what each pixel adds on the way from a plain grey square to the picture.

After Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks", eq. 1.
"""

from __future__ import annotations

import numpy as np
import torch

from cifar_gui.data.base import Progress, no_progress
from cifar_gui.data.decode import Pixels
from cifar_gui.explain.attribution.base import ATTRIBUTIONS, Attribution
from cifar_gui.explain.examined import Examined
from cifar_gui.inference.threads import one_core
from cifar_gui.words import true_minus

STEPS = 48
"""Points on the way, in the middle of as many equal parts."""

_BATCH = 16


@ATTRIBUTIONS.register("integrated_gradients", label="Integrated gradients", order=3)
def integrated_gradients(
    examined: Examined, pixels: Pixels, target: int, progress: Progress = no_progress, *, steps: int = STEPS
) -> Attribution:
    """x · ∫ ∂logit/∂x along the line from grey (standardised 0), summed over the colours: the map adds up to what the
    logit of the class gained on the way, exactly for a linear network, nearly for others."""
    picture = examined.inputs(pixels)
    slopes = torch.zeros_like(picture)
    shares = (torch.arange(steps) + 0.5) / steps
    with examined.lock, one_core():
        for start in range(0, steps, _BATCH):
            progress(start / steps, "Following the gradient")
            with torch.enable_grad():
                on_the_way = (shares[start : start + _BATCH].view(-1, 1, 1, 1) * picture).requires_grad_()
                score = examined.logits(on_the_way)[:, target].sum()
                slopes += torch.autograd.grad(score, on_the_way)[0].sum(0)
        with torch.inference_mode():
            ends = examined.logits(torch.cat([torch.zeros_like(picture), picture]))[:, target]
    values = (slopes / steps * picture)[0].sum(0).numpy().astype(np.float32)
    name, gained = examined.class_names[target], float(ends[1] - ends[0])
    caption = true_minus(
        f"From grey to this picture the logit gains {gained:+.2f}; the pixels add up to {values.sum():+.2f}."
    )
    note = f"Amber pixels raise the logit of {name} on the way, blue ones lower it."
    return Attribution(values, name, caption, note)
