"""Occlusion: cover a part of the picture with grey and see what the network then says.

After Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cifar_gui.data.base import Progress, no_progress
from cifar_gui.data.decode import Pixels
from cifar_gui.explain.attribution.base import ATTRIBUTIONS, Attribution
from cifar_gui.explain.examined import Examined
from cifar_gui.inference.threads import one_core
from cifar_gui.words import modest_percent

OCCLUSION = "occlusion"
"""What this way of asking is registered as: the one that also knows what would change the answer."""

PATCH, STRIDE = 8, 4
"""Side of the grey square and how far it moves, in pixels."""

_BATCH = 16
"""Pictures between two chances to give up."""


@dataclass(frozen=True, eq=False, slots=True)
class Covered:
    """What the network says of a picture as it is, and with a grey square on each of N places."""

    corners: tuple[tuple[int, int], ...]  # (N) left and top of each square
    patch: int  # side of the squares, in pixels
    plain: NDArray[np.float32]  # (classes) calibrated logits of the picture as it is
    logits: NDArray[np.float32]  # (N, classes) of the covered ones


def cover(
    examined: Examined, pixels: Pixels, progress: Progress = no_progress, *, patch: int = PATCH, stride: int = STRIDE
) -> Covered:
    """Slide a grey square over uint8 (3, 32, 32) and ask each time. `progress` may raise Cancelled."""
    size = pixels.shape[-1]
    places = [*range(0, size - patch, stride), size - patch]
    corners = tuple((left, top) for top in places for left in places)
    pictures = np.repeat(pixels[None], len(corners) + 1, axis=0)
    for picture, (left, top) in zip(pictures, corners, strict=False):  # the last one stays as it is
        picture[:, top : top + patch, left : left + patch] = examined.grey
    answers: list[Tensor] = []
    with examined.lock, torch.inference_mode(), one_core():
        for start in range(0, len(pictures), _BATCH):
            progress(start / len(pictures), "Covering the picture part by part")
            answers.append(examined.logits(examined.inputs(pictures[start : start + _BATCH])))
    logits = torch.cat(answers).numpy()
    return Covered(corners, patch, logits[-1], logits[:-1])


def occlusion_map(covered: Covered, target: int, class_name: str, size: int = 32) -> Attribution:
    """How much of the class's log-odds is lost, on average, by the squares that cover each pixel."""
    before = float(log_odds(covered.plain, target))
    lost = before - log_odds(covered.logits, target)
    total, count = np.zeros((size, size)), np.zeros((size, size))
    for (left, top), loss in zip(covered.corners, lost, strict=True):
        place = np.s_[top : top + covered.patch, left : left + covered.patch]
        total[place] += loss
        count[place] += 1
    values = (total / np.maximum(count, 1)).astype(np.float32)
    note = f"Amber: covering it with grey makes {class_name} less likely. Blue: more likely."
    return Attribution(values, class_name, _caption(before, float(lost.max()), class_name), note)


def _caption(before: float, lost: float, class_name: str) -> str:
    """What the strongest place to cover takes from the class's log-odds, in probabilities."""
    first, last = share(before), share(before - lost)
    if modest_percent(first).startswith("<"):
        return f"With nothing covered, {class_name} has {modest_percent(first)}: there is hardly anything to take."
    if first - last < HARDLY:
        return f"Whichever place is covered, {class_name} stays at {at_least(min(first, last))}."
    return f"Covering the strongest place takes {class_name} from {modest_percent(first)} to {modest_percent(last)}."


HARDLY = 0.01
"""A change of a probability by less than a point would be told as one "from > 99 % to 99 %"."""


def at_least(probability: float) -> str:
    """ "60 % or more", "> 99 %" """
    text = modest_percent(probability)
    return text if text.startswith(">") else f"{text} or more"


def log_odds(logits: NDArray[np.float32], target: int) -> NDArray[np.float64]:
    """(…, classes) → (…): log(p / (1 − p)) of a class, which unlike p does not come to rest at 1."""
    values = logits.astype(np.float64)
    others = np.delete(values, target, axis=-1)
    if not others.shape[-1]:
        return values[..., target]
    odds: NDArray[np.float64] = values[..., target] - np.logaddexp.reduce(others, axis=-1)
    return odds


def share(odds: float) -> float:
    """The probability that belongs to log-odds."""
    return float(np.exp(-np.logaddexp(0.0, -odds)))


@ATTRIBUTIONS.register(OCCLUSION, label="Occlusion", order=1)
def occlusion(examined: Examined, pixels: Pixels, target: int, progress: Progress = no_progress) -> Attribution:
    """What is lost when a part of the picture is covered."""
    return occlusion_map(cover(examined, pixels, progress), target, examined.class_names[target], pixels.shape[-1])
