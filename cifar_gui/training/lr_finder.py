"""The learning rate finder: a short run in which the rate rises, and what its losses say. No Qt, no threads.

Leslie Smith's "LR range test" (2017, arXiv 1506.01186, section 3.3), smoothed and ended as Sylvain Gugger does it
("How do you find a good learning rate", 2018; fastai): on the recipe's own batches, a network with its first weights is
trained for about a hundred steps while the rate rises exponentially from where nothing happens to where the loss runs
away. The network is thrown away.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from cifar_gui.data.base import ImageData
from cifar_gui.recipe import Recipe
from cifar_gui.training.bench import Bench, new_model
from cifar_gui.training.control import Control
from cifar_gui.training.engine import plain_errors
from cifar_gui.words import grouped, loss_words, rounded

PATIENCE = 60.0
"""Seconds that a search should take at most. A network that is too slow for `_FEWEST` steps takes longer."""

_FEWEST, _USUAL, _MOST = 30, 100, 400
"""Steps: of a slow network, of most, and of one whose batches are so small that their losses say little."""

_PICTURES = 25_000  # where batches are small, as many steps as it takes to see so many
_TIMED = 3  # steps after which it is known how slow the network is

_WINDOW = 0.05  # of all steps: so far back the smoothed loss remembers
_RAN_AWAY = 4.0  # times the lowest loss: Gugger's
_NINE_TENTHS = 0.9
_STEPS_TO_SHOW = 5  # that a rate is too high; with the usual number of steps it doubles meanwhile
_FALL = 0.03  # by less than this share of it, a loss has not fallen
_SURE = 6.0  # nor by less than so many times what chance makes of the smoothed loss

_RANGES = {"sgd": (1e-4, 10.0), "muon": (1e-4, 10.0)}
_ADAPTIVE = (1e-6, 1.0)  # steps of Adam's family are about as long as the rate, whatever the gradient
_BESIDE = 10.0  # so many times more and less than its own rate are tried whatever the recipe

_NO_END = 1 << 40  # Lookahead averages late in a run only, and this is the beginning of one

_IRRELEVANT = {
    "lr", "bias_lr", "head_lr", "epochs", "schedule", "warm_up", "initial_lr", "final_lr", "lr_decay",
    "lr_step_epochs", "early_stopping", "preset",
}  # fmt: skip
"""What may be another without a rate that was found being wrong."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One optimiser step of the search."""

    step: int  # from 1
    steps: int  # there will be, unless the loss runs away before
    lr: float  # of this step; those of biases and heads keep their proportion to it
    loss: float  # of the batch before the step, mean cross-entropy in nats, without label smoothing
    smoothed: float  # exponential moving average, without a bias at the start


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The rate to take, None if none can be named, and why: a sentence or two."""

    lr: float | None
    reason: str


def find_lr(data: ImageData, recipe: Recipe, control: Control) -> Generator[Tried, None, None]:
    """Try rising rates on the recipe's network, as it would be at the beginning of its run, and tell each step.

    Ends when the highest rate has been tried, when the loss has run away, or within a micro-batch when `control` is
    asked to stop. Raises DataError, DeviceError and TrainingError as `train` does."""
    with plain_errors(recipe):
        bench = Bench(new_model(recipe, len(data.class_names)), data, recipe, None)
        bench.start_epoch(1)
        yield from _sweep(bench, control)


def rate_range(recipe: Recipe) -> tuple[float, float]:
    """The lowest and the highest rate to try: what the optimiser may want, and a decade each way of the recipe's."""
    low, high = _RANGES.get(recipe.optimiser, _ADAPTIVE)
    if recipe.optimiser == "sgd" and recipe.loss_reduction == "sum":  # gradients are as many times longer
        low, high = low / recipe.batch_size, high / recipe.batch_size
    return min(low, recipe.lr / _BESIDE), max(high, recipe.lr * _BESIDE)


def suggest(tried: Sequence[Tried]) -> Suggestion:
    """What the losses say: the rate at which the smoothed loss has gone nine tenths of its way down, but at most half
    of that of the lowest loss, and at most the one tried a few steps before: too high a rate takes some to show.

    Measured on CIFAR-10 with Adam and SGD (simple, lenet, mlp; batches of 250 and 32, 2 or 3 epochs, one-cycle, one
    seed) beside rates half a decade apart: it named 0.0005 to 0.03, and validation came out at most 2 points below the
    best of those rates, four times of seven at it or above. A tenth of the rate lost 3 to 16 points; ten times the rate
    ended in NaN twice and lost 10 to 25 points with LeNet. The usual rules did worse: a tenth of the rate of the lowest
    loss came out 2 to 10 points below, and the steepest descent moved by a factor of six with the smoothing.

    For keras1m with SGD it names 0.07 where the preset has 0.05. That held in a run of 8 epochs and ended in NaN in one
    of 2, whose warm-up is half an epoch. With 50 and with 30 steps, as for slow networks, it names 0.3 to 1.3 and 0.2
    to 0.8 times the rate of 100 steps. Of 1,000 made-up searches in which nothing is learned, 14 name a rate.
    """
    window = max(1, round(_WINDOW * tried[0].steps)) if tried else 0
    if len(tried) <= 2 * window:
        return Suggestion(None, f"No rate can be named: only {len(tried)} steps were made.")
    start = statistics.median(each.loss for each in tried[: 2 * window])  # rates are too low to change anything
    settled = tried[window:]  # before that, the average is of a few batches
    lowest = min(settled, key=lambda each: each.smoothed)
    seen = f"from {rounded(tried[0].lr, 1)} to {rounded(tried[-1].lr, 1)}"
    if start - lowest.smoothed < max(_FALL * start, _SURE * _noise(tried[: lowest.step], window)):
        return Suggestion(
            None,
            f"No rate can be named: the loss has not fallen at any {seen}. Either the network needs more steps to show "
            "anything, or something else in the recipe keeps it from learning.",
        )
    enough = start - _NINE_TENTHS * (start - lowest.smoothed)
    done = next(each for each in settled if each.smoothed <= enough)
    clear = min(lowest.lr / 2, tried[max(lowest.step - 1 - _STEPS_TO_SHOW, 0)].lr)
    lr = _round(min(done.lr, clear))
    change = f"from {loss_words(start, 2)} to {loss_words(lowest.smoothed, 2)}"
    falls = f"The loss falls {change} at a rate of {rounded(lowest.lr, 2)}"
    if tried[-1].smoothed > start:
        falls += " and runs away beyond it"
    return Suggestion(lr, f"{falls}. {_why(lr, done.lr, clear)}")


def _round(lr: float) -> float:
    """As a person would name it: 0.03, 0.015. Nobody knows it better than that."""
    two_digits = f"{lr:.2g}"
    return float(two_digits if two_digits.lstrip("0.").startswith("1") else f"{lr:.1g}")


def _noise(tried: Sequence[Tried], window: int) -> float:
    """By how much the smoothed loss strays because no two batches are alike, as a standard deviation."""
    batches = statistics.pstdev(each.loss - each.smoothed for each in tried)
    return batches * math.sqrt(1 / (2 * window - 1))


def _why(lr: float, done: float, clear: float) -> str:
    if done <= clear:
        return f"At {grouped(lr)} nine tenths of the fall are done."
    return f"{grouped(lr)} keeps clear of that: any nearer, a whole run might not hold out."


def holds_for(searched: Recipe, recipe: Recipe) -> bool:
    """Whether what was found for one recipe is good for another: they differ in nothing that the search would see."""
    return set(searched.differences(recipe)) <= _IRRELEVANT


def affordable(planned: int, seconds: float) -> int:
    """How many of the `planned` steps to make if each takes so many `seconds`."""
    return max(min(planned, int(PATIENCE / max(seconds, 1e-9))), min(planned, _FEWEST))


def _sweep(bench: Bench, control: Control) -> Iterator[Tried]:
    lr, high = rate_range(bench.recipe)
    steps = min(max(_PICTURES // bench.batch_size, _USUAL), _MOST)
    average, best, times = _Average(), math.inf, []
    for step, (epoch, batch) in enumerate(_batches(bench), start=1):
        began = time.perf_counter()
        for _left in bench.gradients(batch, epoch, step - 1):
            if control.stopping:
                return
        loss = bench.take_sums()[0] / len(batch)
        smoothed = average.of(loss, 1 / max(_WINDOW * steps, 1))
        if not math.isfinite(loss):
            return
        bench.step(lr / bench.recipe.lr, step, _NO_END)
        times.append(time.perf_counter() - began)
        if step == _TIMED:
            steps = affordable(steps, min(times))  # the first ones take longer
        yield Tried(step, steps, lr, loss, smoothed)
        best = min(best, smoothed)
        if step >= steps or smoothed > _RAN_AWAY * best:
            return
        lr *= (high / lr) ** (1 / (steps - step))


def _batches(bench: Bench) -> Iterator[tuple[int, Tensor]]:
    """The batches of the recipe's run, epoch after epoch: its number, and the indices of the pictures."""
    epoch = 0
    while True:
        epoch += 1
        order = bench.epoch_order(epoch)
        for number in range(bench.steps_per_epoch):
            yield epoch, order[number * bench.batch_size : (number + 1) * bench.batch_size]


class _Average:
    """Exponential moving average, divided by the weight it has seen so that it does not begin at zero."""

    def __init__(self) -> None:
        self._sum = self._weight = 0.0

    def of(self, value: float, share: float) -> float:
        """The average with one more `value`, which counts for a `share`."""
        self._sum += share * (value - self._sum)
        self._weight += share * (1 - self._weight)
        return self._sum / self._weight
