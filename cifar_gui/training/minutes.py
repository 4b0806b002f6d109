"""*I have N minutes*: which network for how many epochs, what that promises, and whether the promise was kept.

A network may come with a ladder of rungs, small to large: recipes, and the accuracy each was measured to reach after
so many epochs. This machine is asked for the rest, the time, by training each rung for a moment.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cifar_gui.data.base import ImageData
from cifar_gui.errors import Cancelled
from cifar_gui.networks.base import NETWORKS, Rung
from cifar_gui.recipe import Recipe, settings
from cifar_gui.training.bench import VALIDATION_CHUNK, Bench, new_model
from cifar_gui.training.engine import plain_errors
from cifar_gui.words import counted, duration, percent

PROBE_SECONDS = 2.0
"""So long each rung is trained at least, after a micro-batch to warm up."""

MEASURED_WITH = 45_000
"""Pictures: what CIFAR-10 has without those held out. With so many the rungs were measured."""

TIME_TOLERANCE = 0.15
"""A run that takes so much more than was promised has still kept its promise; one that takes less by so much was ready
sooner."""

ACCURACY_TOLERANCE = 0.01
"""A run that reaches so much less has still kept it: about what another seed changes."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a recipe takes on this machine, in seconds."""

    set_up: float
    epoch: float  # of training
    validation: float  # after each epoch
    slow_epochs: int = 0  # at the beginning, in which more of the network learns than later
    slow_extra: float = 0.0  # what each of those takes besides

    def training(self, epochs: int) -> float:
        """So many epochs, validation and set-up not counted."""
        return epochs * self.epoch + min(epochs, self.slow_epochs) * self.slow_extra

    def total(self, epochs: int) -> float:
        """From Start to the end."""
        return self.set_up + self.training(epochs) + epochs * self.validation

    def epochs_in(self, seconds: float) -> int:
        """How many whole epochs fit."""
        quick = (seconds - self.total(self.slow_epochs)) / (self.epoch + self.validation) + self.slow_epochs
        slow = (seconds - self.set_up) / (self.epoch + self.slow_extra + self.validation)
        return max(0, math.floor(quick if slow > self.slow_epochs else slow))


@dataclass(frozen=True, slots=True)
class Offer:
    """What fits into the time: a recipe that carries its promise, and how long all of it takes, in seconds."""

    recipe: Recipe
    seconds: float
    in_time: bool  # False: even the smallest takes longer, and this is it
    is_best: bool = False  # whether nothing better is known, however long one has


Probe = Callable[[Recipe], Pace]


def rungs(like: Recipe, pictures: int) -> list[Rung]:
    """Those of all networks, the smallest first, for the data, the device and the rest of what surrounds a recipe.

    `pictures` to learn from: of fewer than the rungs were measured with more epochs are needed for as many steps."""
    found: list[Rung] = [rung for entry in NETWORKS for rung in entry.details.get("ladder", ())]
    found.sort(key=lambda rung: rung.reached[-1][1])
    times = MEASURED_WITH / max(pictures, 1)
    return [Rung(rung.recipe.placed_as(like), _for_epochs(rung.reached, times)) for rung in found]


def _for_epochs(reached: Sequence[tuple[int, float]], times: float) -> tuple[tuple[int, float], ...]:
    """What is reached after so many `times` as many epochs; of those that round to the same number the last."""
    most = settings()["epochs"].high or math.inf
    return tuple({int(min(max(round(count * times), 1), most)): accuracy for count, accuracy in reached}.items())


def plan(minutes: float, ladder: Sequence[Rung], probe: Probe, *, is_cifar10: bool) -> Offer:
    """The most exact network that can be trained in so many minutes. Larger rungs are probed only while smaller ones
    leave time for them; `is_cifar10`: whether what the rungs were measured on is trained, so that accuracies can be
    promised.

    Raises ValueError unless `minutes` is a number above 0."""
    if not 0 < minutes < math.inf:
        raise ValueError("minutes must be a number above 0")
    best: tuple[float, Offer] | None = None
    for rung in ladder:
        pace = probe(rung.recipe)
        least, most = rung.reached[0][0], rung.reached[-1][0]
        epochs = min(pace.epochs_in(60 * minutes), most)
        if epochs < least and best is not None:
            break
        accuracy = expected_accuracy(rung, max(epochs, least))
        if best is None or accuracy > best[0]:
            can_promise = is_cifar10 and not rung.recipe.all_data  # of held-out pictures, where any are
            recipe = _promising(rung.recipe, max(epochs, least), pace, accuracy if can_promise else None)
            is_best = rung is ladder[-1] and epochs >= most
            best = accuracy, Offer(recipe, pace.total(recipe.epochs), in_time=epochs >= least, is_best=is_best)
        if epochs < most:
            break  # the next one is slower: it would be cut shorter still
    if best is None:
        raise ValueError("no network comes with a ladder")
    return best[1]


def _promising(recipe: Recipe, epochs: int, pace: Pace, accuracy: float | None) -> Recipe:
    """The recipe for so many epochs, with what is promised of it."""
    return recipe.changed(
        preset="minutes",
        epochs=epochs,
        promised_minutes=round(pace.training(epochs) / 60, 3),
        promised_accuracy=None if accuracy is None else round(accuracy, 3),
    )


def expected_accuracy(rung: Rung, epochs: int) -> float:
    """Of the validation pictures, 0–1: between two measured numbers of epochs on a line over their logarithm."""
    logarithms, accuracies = zip(*((math.log(count), accuracy) for count, accuracy in rung.reached), strict=True)
    return float(np.interp(math.log(epochs), logarithms, accuracies))


def measure_pace(recipe: Recipe, data: ImageData, is_cancelled: Callable[[], bool] = lambda: False) -> Pace:
    """Train for a moment on this machine and see how long it takes. Raises Cancelled, and what `train` raises."""
    with plain_errors(recipe):
        began = time.perf_counter()
        bench = Bench(new_model(recipe, len(data.class_names)), data, recipe, None)
        set_up = time.perf_counter() - began
        slow_epochs = _epochs_unlike_the_last(bench, recipe.epochs)
        first = _epoch_seconds(bench, 1, is_cancelled)
        last = _epoch_seconds(bench, recipe.epochs, is_cancelled) if slow_epochs else first
        return Pace(set_up, last, _validation_seconds(bench), slow_epochs, max(first - last, 0.0))


def _epochs_unlike_the_last(bench: Bench, epochs: int) -> int:
    """How many epochs at the beginning train other weights than the last one does: AirNet's first also its stem's."""

    def learning(epoch: int) -> list[bool]:
        bench.start_epoch(epoch)
        return [each.requires_grad for each in bench.model.parameters()]

    last = learning(epochs)
    return next(epoch for epoch in range(1, epochs + 1) if learning(epoch) == last) - 1


def _epoch_seconds(bench: Bench, epoch: int, is_cancelled: Callable[[], bool]) -> float:
    """How long the training of such an epoch takes, from a moment of it."""
    bench.start_epoch(epoch)
    batch = bench.epoch_order(epoch)[: bench.batch_size]
    next(bench.gradients(batch, epoch, 0))
    bench.take_sums()  # waits until it has really been computed
    pictures, began = 0, time.perf_counter()
    while time.perf_counter() - began < PROBE_SECONDS:
        for _left in bench.gradients(batch, epoch, 0):
            if is_cancelled():
                raise Cancelled
        bench.step(1e-6, 1, 1)
        bench.take_sums()
        pictures += len(batch)
    return (time.perf_counter() - began) / pictures * bench.steps_per_epoch * bench.batch_size


def _validation_seconds(bench: Bench) -> float:
    if not bench.validation_pictures:
        return 0.0
    chunks = bench.validate()
    began = time.perf_counter()
    next(chunks).sum().item()
    chunks.close()
    return (time.perf_counter() - began) * bench.validation_pictures / min(VALIDATION_CHUNK, bench.validation_pictures)


# Words


def network_words(recipe: Recipe) -> str:
    """What is trained: "AirNet (size 93)"."""
    own = ", ".join(f"{key} {value}" for key, value in recipe.network_settings.items())
    label = NETWORKS.entry(recipe.network).label
    return f"{label} ({own})" if own else label


def in_words(offer: Offer, minutes: float) -> str:
    """What is promised, in a sentence or two."""
    recipe = offer.recipe
    told = f"{network_words(recipe)}, {counted(recipe.epochs, 'epoch')}: ready in about {duration(offer.seconds)}"
    if recipe.promised_minutes is not None:
        told += f", {duration(60 * recipe.promised_minutes)} of it training"
    if recipe.all_data:
        told += ". How good it gets cannot be told without held-out pictures."
    elif recipe.promised_accuracy is None:
        told += ". How good it gets can be promised for CIFAR-10 only."
    else:
        told += f", with about {percent(recipe.promised_accuracy)} of the held-out pictures named rightly."
    if not offer.in_time:
        return f"Nothing worth having is ready in {duration(60 * minutes)} on this machine. The shortest is {told}"
    if offer.is_best:
        told += " More time would not make it better."
    return told


def promise_kept(recipe: Recipe, seconds: float, accuracy: float | None) -> str:
    """Whether a run that has ended kept what its recipe promised; "" if that promised nothing.

    `seconds` of training, validation not counted; `accuracy` of the validation pictures, 0–1, NaN if there are none."""
    if recipe.promised_minutes is None:
        return ""
    promised = 60 * recipe.promised_minutes
    time_kept = seconds <= (1 + TIME_TOLERANCE) * promised
    words = [f"{duration(promised)} of training were promised and it took {duration(seconds)}"]
    all_kept = time_kept
    if recipe.promised_accuracy is not None and accuracy is not None and math.isfinite(accuracy):
        all_kept = time_kept and accuracy >= recipe.promised_accuracy - ACCURACY_TOLERANCE
        words.append(f"{percent(recipe.promised_accuracy)} and it reached {percent(accuracy)}")
    sooner = ", and sooner" if seconds < (1 - TIME_TOLERANCE) * promised else ""
    return f"{f'Promise kept{sooner}' if all_kept else 'Promise not kept'}: {', '.join(words)}."
