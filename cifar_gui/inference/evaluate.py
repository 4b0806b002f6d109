"""How good is a network on a whole split: accuracy and its interval, each class, the confusion matrix, the loss, and
how far it is to be believed."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Progress, Split
from cifar_gui.errors import DataError
from cifar_gui.inference.calibration import Calibration
from cifar_gui.inference.reliability import calibration_error, reliability
from cifar_gui.inference.views import mean_logits_of

Z_95 = 1.959963984540054
"""Of a normal variable, 95 % lie within this many standard deviations of its mean."""


_CHUNK = {"cpu": 100}
"""Pictures at a time, where it is not 500: a slow device is asked often whether it is to give up."""


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How one class fared; shares are 0–1, and None where there was nothing to count."""

    precision: float | None  # of the pictures called this, how many were
    recall: float | None  # of the pictures of this, how many were called so
    count: int  # pictures of this class


@dataclass(frozen=True, eq=False, slots=True)
class Evaluation:
    """A network's result on one split."""

    class_names: tuple[str, ...]
    accuracy: float  # 0–1
    n: int  # pictures
    interval: tuple[float, float]  # 95 %, Wilson
    per_class: dict[str, ClassScore]
    confusion: tuple[tuple[int, ...], ...]  # rows: what they are; columns: what they were called
    loss: float  # mean cross-entropy in nats, of the plain, uncalibrated logits
    calibration_error: float  # expected, 0–1, of the calibrated probabilities
    uncalibrated_error: float  # the same of the plain logits
    views: int  # 1 or 6
    seconds: float
    probabilities: Tensor | None = field(default=None, repr=False)  # calibrated, float32 (n, classes), if kept

    @property
    def images_per_second(self) -> float:
        return self.n / self.seconds if self.seconds > 0 else 0.0


def evaluate(
    snapshot: ModelSnapshot,
    split: Split,
    *,
    six_views: bool = False,
    progress: Progress | None = None,
    keep_probabilities: bool = False,
    class_names: Sequence[str] | None = None,
    device: torch.device | str = "cpu",
    precision: Precision | None = None,
) -> Evaluation:
    """Classify every picture of `split` and compare with its labels, in float32 unless `precision` says otherwise.

    `progress` may raise Cancelled. `class_names`, those of the data set, must be the network's if given. Raises
    DataError if the split is empty or its classes are not the network's.
    """
    _check(snapshot, split, class_names)
    begun = time.perf_counter()
    model = rebuild(snapshot).to(device)
    logits = _all_logits(model, snapshot, split, six_views, progress, precision or Precision(), torch.device(device))
    seconds = time.perf_counter() - begun
    calibration = Calibration.of(snapshot.card.calibration, six_views=six_views)
    probabilities = calibration.probabilities(calibration.logits(logits))
    confusion = confusion_matrix(logits.argmax(1), split.labels, len(snapshot.card.class_names))
    right = int(confusion.diagonal().sum())
    return Evaluation(
        class_names=snapshot.card.class_names,
        accuracy=right / len(split),
        n=len(split),
        interval=wilson_interval(right, len(split)),
        per_class=class_scores(confusion, snapshot.card.class_names),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        loss=float(F.cross_entropy(logits.double(), split.labels)),
        calibration_error=_calibration_error(probabilities, split.labels),
        uncalibrated_error=_calibration_error(torch.softmax(logits, 1), split.labels),
        views=6 if six_views else 1,
        seconds=seconds,
        probabilities=probabilities if keep_probabilities else None,
    )


def wilson_interval(right: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """Where the true share lies if `right` of `n` were right (Wilson 1927); (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share = right / n
    middle = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max((middle - reach) / scale, 0.0), min((middle + reach) / scale, 1.0)


def confusion_matrix(answers: Tensor, labels: Tensor, classes: int) -> Tensor:
    """int64 (classes, classes): how many of row were called column."""
    return torch.bincount(labels * classes + answers, minlength=classes * classes).view(classes, classes)


def class_scores(confusion: Tensor, class_names: Sequence[str]) -> dict[str, ClassScore]:
    """Precision and recall of each class from the (classes, classes) confusion matrix."""
    right, called, true = (each.tolist() for each in (confusion.diagonal(), confusion.sum(0), confusion.sum(1)))
    return {
        name: ClassScore(_share(right[i], called[i]), _share(right[i], true[i]), true[i])
        for i, name in enumerate(class_names)
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _calibration_error(probabilities: Tensor, labels: Tensor) -> float:
    said = probabilities.max(1)
    return calibration_error(reliability(said.values.numpy(), (said.indices == labels).numpy()))


def _check(snapshot: ModelSnapshot, split: Split, class_names: Sequence[str] | None) -> None:
    known = snapshot.card.class_names
    if len(split) == 0:
        raise DataError(f"There are no pictures in the {split.name} split; choose another one.")
    if class_names is not None and (problem := other_classes(known, class_names)):
        raise DataError(f"{problem} Choose a network that has learned these classes, or pictures of its own.")
    if int(split.labels.max()) >= len(known):
        raise DataError(f"The data set has more classes than the {len(known)} that the network knows.")


def other_classes(known: Sequence[str], asked: Sequence[str]) -> str:
    """Why a network that knows some classes cannot be asked about pictures of others; "" if they are the same."""
    if tuple(asked) == tuple(known):
        return ""
    has = _some(asked)
    if len(asked) == len(known) and set(asked).isdisjoint(known):
        has = has.replace(" classes", " others", 1)
    return f"The network knows {_some(known)}, but the data set has {has}."


def _some(names: Sequence[str]) -> str:
    return f"{len(names)} classes ({', '.join(names[:4])}{', …' if len(names) > 4 else ''})"


def _all_logits(
    model: torch.nn.Module,
    snapshot: ModelSnapshot,
    split: Split,
    six_views: bool,
    progress: Progress | None,
    precision: Precision,
    device: torch.device,
) -> Tensor:
    model = model.to(memory_format=precision.memory_format)
    parts: list[Tensor] = []
    done = 0
    chunk = _CHUNK.get(device.type, 500)
    with torch.inference_mode():
        images, stats, views = split.images.to(device), snapshot.card.stats, 6 if six_views else 1
        for logits in mean_logits_of(model, images, stats, precision, views, chunk):
            parts.append(logits.cpu())
            done += len(logits)
            if progress is not None:
                progress(done / len(split), f"{done:,} of {len(split):,} pictures")
    return torch.cat(parts)
