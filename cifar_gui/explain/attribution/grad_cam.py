"""Grad-CAM: where, in late maps of the network, lies what the class is computed from.

After Selvaraju et al. 2017, "Grad-CAM", eqs. 1 and 2, without the ReLU, so that what speaks against is seen too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cifar_gui.data.base import Progress, no_progress
from cifar_gui.data.decode import Pixels
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.attribution.base import ATTRIBUTIONS, Attribution
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.names import readable_names
from cifar_gui.inference.threads import one_core

_LEAST = 4
"""Maps of fewer places across or down say hardly more than "somewhere"."""


@ATTRIBUTIONS.register("grad_cam", label="Grad-CAM", order=2)
def grad_cam(examined: Examined, pixels: Pixels, target: int, progress: Progress = no_progress) -> Attribution:
    """The last maps that still have at least 4 × 4 places, each weighted by the mean gradient of the class's logit.
    Raises CifarGuiError for a network without maps."""
    progress(0.0, "Following the gradient")
    with examined.lock, one_core(), torch.enable_grad(), _recorded_maps(examined.model) as found:
        score = examined.logits(examined.inputs(pixels).requires_grad_())[0, target]
        layer, maps = _latest(found)
        (slopes,) = torch.autograd.grad(score, maps)
    weighted = (slopes.mean((2, 3), keepdim=True) * maps.detach()).sum(1, keepdim=True)
    size = list(pixels.shape[-2:])
    values = F.interpolate(weighted, size=size, mode="bilinear", align_corners=False)[0, 0].numpy()
    down, across = maps.shape[2:]
    label = _label(examined.model, layer)
    class_name = examined.class_names[target]
    caption = f"From the {down} × {across} places of {label}, spread over the picture."
    note = f"Amber: where the maps of {label} raise the logit of {class_name}. Blue: where they lower it."
    return Attribution(values.astype(np.float32), class_name, caption, note)


@contextmanager
def _recorded_maps(model: nn.Module) -> Iterator[list[tuple[str, Tensor]]]:
    """The maps (N, C, h, w) that come out of each part of a network inside the block, in the order of computation."""
    found: list[tuple[str, Tensor]] = []

    def note(name: str, output: object) -> None:
        if isinstance(output, Tensor) and output.dim() == 4:
            found.append((name, output))

    handles = [
        module.register_forward_hook(lambda _module, _inputs, output, name=name: note(name, output))
        for name, module in model.named_modules()
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def _latest(found: list[tuple[str, Tensor]]) -> tuple[str, Tensor]:
    if not found:
        raise CifarGuiError(
            "Grad-CAM looks at the maps of a convolution, and this network has none. Choose occlusion instead."
        )
    fine = [each for each in found if min(each[1].shape[2:]) >= _LEAST]
    return fine[-1] if fine else found[-1]


def _label(model: nn.Module, layer: str) -> str:
    """What people call the part of the network with this path."""
    names = [name for name, module in model.named_modules() if name and not isinstance(module, nn.Sequential)]
    names = names if layer in names else [layer]
    kinds = [type(model.get_submodule(name)).__name__ for name in names]
    return readable_names(names, kinds)[names.index(layer)]
