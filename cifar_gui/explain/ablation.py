"""What a network loses without one of its units: the accuracy of each class with it, and with its map held at 0.

A class that is switched off is never the answer: to its value before the softmax, 0 would be an answer like others."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import torch

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Progress, no_progress
from cifar_gui.errors import DataError
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.kept import Kept
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.response import Response, response_of, silenced
from cifar_gui.inference.forward import evaluating, logits_of

_PORTION = 125


@dataclass(frozen=True, slots=True)
class Ablation:
    """Accuracies are 0–1, on one view of each held-out picture."""

    layer: ConvLayer
    unit: int
    class_names: tuple[str, ...]
    before: tuple[float, ...]  # of each class; 0 for one without pictures
    after: tuple[float, ...]
    accuracy_before: float
    accuracy_after: float
    count: int  # pictures
    kind: str  # "held-out pictures"
    changed: int  # pictures that are called something else without the unit

    @property
    def losses(self) -> list[tuple[str, float]]:
        """Classes and by how much each gets worse, the worst first; what gets better is below 0."""
        both = zip(self.class_names, self.before, self.after, strict=True)
        return sorted(((name, before - after) for name, before, after in both), key=lambda each: -each[1])


def ablate(
    snapshot: ModelSnapshot, layer: ConvLayer, unit: int, pictures: HeldOut, progress: Progress = no_progress
) -> Ablation:
    """Switch one unit off, behind its activation. Raises DataError if the pictures are of other classes than the
    network's, and what `progress` raises. The answers of the whole network are kept."""
    names = snapshot.card.class_names
    if pictures.class_names != names:
        raise DataError(
            f"The network tells {len(names)} classes apart, but {pictures.name} has others. Choose the data set it was "
            "trained on."
        )
    key = (snapshot.digest, pictures.split.fingerprint)
    known = _KEPT.find(key) is not None
    share = 0.0 if known else 0.5

    def halved(first: float, part: float) -> Progress:
        return lambda done, what: progress(first + part * done, what)

    usual = _KEPT.get(key, lambda: _answers(snapshot, None, pictures, halved(0.0, 0.5)))
    response = response_of(snapshot, layer)
    off = _Off(response, unit, -torch.inf if layer.classes else 0.0)
    without = _answers(snapshot, off, pictures, halved(share, 1 - share))
    labels = pictures.split.labels
    return Ablation(
        layer=layer,
        unit=unit,
        class_names=names,
        before=_of_classes(usual, labels, len(names)),
        after=_of_classes(without, labels, len(names)),
        accuracy_before=float((usual == labels).double().mean()),
        accuracy_after=float((without == labels).double().mean()),
        count=len(labels),
        kind=pictures.kind,
        changed=int((usual != without).sum()),
    )


def _of_classes(answers: torch.Tensor, labels: torch.Tensor, classes: int) -> tuple[float, ...]:
    """The share of each class's pictures that is called right."""
    right = torch.bincount(labels[answers == labels], minlength=classes).double()
    return tuple((right / torch.bincount(labels, minlength=classes).clamp_min(1)).tolist())


_KEPT: Kept[torch.Tensor] = Kept(4_000_000, lambda kept: kept.nbytes)


@dataclass(frozen=True, slots=True)
class _Off:
    """A unit that is switched off."""

    response: Response
    unit: int
    silence: float  # what its map is held at


def _answers(snapshot: ModelSnapshot, off: _Off | None, pictures: HeldOut, progress: Progress) -> torch.Tensor:
    """int64 (N): what the network calls each picture, all of it or without a unit."""
    precision, images = Precision(), pictures.split.images
    model = rebuild(snapshot).to(memory_format=precision.memory_format)
    silence = silenced(model, off.response.answer, off.unit, off.silence) if off is not None else nullcontext()
    found = []
    progress(0.0, f"Classifying {len(images):,} pictures")
    with evaluating(model), silence:
        for done, logits in enumerate(logits_of(model, images, snapshot.card.stats, precision, _PORTION), start=1):
            found.append(logits.argmax(1))
            done = min(done * _PORTION, len(images))
            progress(done / len(images), f"Classified {done:,} of {len(images):,} pictures")
    return torch.cat(found)
