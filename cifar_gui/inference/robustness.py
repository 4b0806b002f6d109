"""How well a network still recognises pictures that have been made worse, a little and a lot."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Progress, Split, no_progress
from cifar_gui.data.corruptions import CORRUPTIONS
from cifar_gui.inference.evaluate import evaluate

SAMPLE = 1000
"""Pictures that are looked at: the 95 % interval of an accuracy is then ± 3 points at most."""


@dataclass(frozen=True, slots=True)
class Robustness:
    """Accuracies, 0–1, of one view each."""

    n: int  # pictures
    intact: float
    corrupted: dict[str, tuple[float, ...]]  # name of the corruption → accuracy for the strengths 1–5


def robustness(
    snapshot: ModelSnapshot,
    split: Split,
    *,
    sample: int = SAMPLE,
    progress: Progress = no_progress,
    precision: Precision | None = None,
    device: torch.device | str = "cpu",
) -> Robustness:
    """Classify the same `sample` pictures of `split` intact and made worse in every way.

    `progress` may raise Cancelled. Raises DataError if the split is empty or has more classes than the network; whether
    they are the same ones is for the caller to know."""
    some = split.some(sample)
    steps = 1 + sum(len(each.amounts) for each in CORRUPTIONS)
    done = 0

    def accuracy(images: Split, doing: str) -> float:
        nonlocal done
        progress(done / steps, doing)
        begun = done

        def within(share: float, _pictures: str) -> None:
            progress((begun + share) / steps, doing)

        done += 1
        return evaluate(snapshot, images, progress=within, precision=precision, device=device).accuracy

    intact = accuracy(some, "the pictures as they are")
    corrupted = {
        each.name: tuple(
            accuracy(
                dataclasses.replace(some, images=each.apply(some.images, strength)),
                f"{each.label.lower()}, {each.words(strength)}",
            )
            for strength in range(1, len(each.amounts) + 1)
        )
        for each in CORRUPTIONS
    }
    return Robustness(len(some), intact, corrupted)
