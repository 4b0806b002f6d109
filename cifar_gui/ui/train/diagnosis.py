"""What the curves mean, in plain words. A pure function over the history; free of Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cifar_gui.networks.base import NETWORKS, network_settings
from cifar_gui.recipe import Recipe
from cifar_gui.training.minutes import promise_kept
from cifar_gui.ui.train.expectation import Expectation, comparison
from cifar_gui.words import loss_words, percent, rounded

Series = Mapping[str, NDArray[np.float64]]
Tone = Literal["neutral", "good", "doubt", "bad"]
Kind = Literal[
    "empty", "early", "diverging", "chance", "unvalidated", "overfitting", "unsettled", "underfitting", "plateau",
    "slow", "dip", "modest", "learning",
]  # fmt: skip

RISING_EPOCHS = 2
"""So many epochs in a row of rising validation loss, under falling training loss, are called memorising."""

PATIENCE = 4
"""So many epochs without a better validation accuracy are called a standstill."""

_RECENT = 5  # reports

_STILL = 0.02
"""Training loss that has fallen by less than this share in `PATIENCE` epochs stands still."""

_ALIKE, _HIGH = 0.03, 0.9
"""So much better in training than in validation, or so good, a network has learned more than it can use."""

_RISEN = 0.1
"""A validation loss that stays so much above its lowest has risen, whatever it does from epoch to epoch."""

_SLOW, _NEAR_GUESSING = 0.02, 0.75
"""So small a share of the loss an epoch, while it is above so large a share of that of guessing, is slow."""

_GUESSING, _LITTLE = 1.25, 0.1
"""An accuracy of at most so many times that of guessing is no better than it; one that is less than so large a share of
the way from there to 100 % is little yet."""

FEW = 200
"""With fewer held-out pictures than this, accuracy strays by several points by chance (√(p (1 − p) / n))."""

_FIND_ONE = "“Find a learning rate” beside its field measures a good one."


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A headline, one or two sentences after it, and how good the news is."""

    kind: Kind
    tone: Tone
    headline: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Figures:
    """The columns of the history that the rules look at, validation without gaps."""

    train_loss: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    loss: NDArray[np.float64]  # validation, empty when trained on all data
    accuracy: NDArray[np.float64]
    lr: NDArray[np.float64]  # of each epoch's last step, empty if not known
    chance: float
    recipe: Recipe | None  # None: not known

    @property
    def gained(self) -> float:
        """Points of validation accuracy won in the last epoch."""
        return 100 * float(self.accuracy[-1] - self.accuracy[-2]) if len(self.accuracy) > 1 else 0.0

    @property
    def gap(self) -> float:
        """By how much training accuracy is above that of validation: what has been learned and cannot be used."""
        return float(self.train_accuracy[-1] - self.accuracy[-1])

    @property
    def change(self) -> str:
        """What validation accuracy did in the last epoch: "rose 1.9 points"."""
        if self.is_still:
            return "stayed where it was"
        return f"{'rose' if self.gained > 0 else 'fell'} {abs(self.gained):.1f} points"

    @property
    def is_still(self) -> bool:
        """Whether validation accuracy is, as it is written, what it was an epoch ago."""
        return len(self.accuracy) > 1 and round(abs(self.gained), 1) == 0

    @property
    def is_guessing(self) -> bool:
        """Whether held-out pictures are named no better than by guessing."""
        return bool(self.accuracy[-1] <= _GUESSING * self.chance)

    @property
    def has_learned_little(self) -> bool:
        """Whether that is better than guessing, but not by much."""
        return bool(self.accuracy[-1] < self.chance + _LITTLE * (1 - self.chance))

    @property
    def rate_is_high(self) -> bool:
        """Whether the schedule has not lowered the learning rate by much yet."""
        return len(self.lr) == 0 or bool(self.lr[-1] >= self.lr.max() / 2)


def diagnose(
    steps: Series,
    epochs: Series,
    *,
    classes: int,
    diverged: bool = False,
    begun: bool = False,
    ended: bool = False,
    recipe: Recipe | None = None,
    expected: Expectation | None = None,
    held_out: int | None = None,
) -> Diagnosis:
    """Say how a run is doing, from `History.steps` and `History.epochs` (columns of float64, NaN for what is missing).

    `classes` gives the accuracy of guessing; `diverged` is true when the engine gave up on the loss; `begun` when there
    is a run, even if nothing has been reported of it yet; `ended` when all its epochs have been trained; `recipe` says
    what makes training harder than validation and what was promised, `expected` what it should reach, and `held_out`
    how many pictures are, if that is known.
    """
    found = _judged(steps, epochs, classes, diverged, begun, recipe)
    accuracy = _finite(_column(epochs, "validation_accuracy"))
    words = [found.detail]
    if held_out and held_out < FEW and len(accuracy):
        one = f"{100 / held_out:.1f} points"
        words.append(f"Only {held_out} pictures are held out: one more or less is {one}, so small moves mean little.")
    if expected is not None and len(accuracy) and (ended or found.kind not in ("diverging", "early")):
        words.append(comparison(float(accuracy.max()), expected, ended=ended))
    if ended and recipe is not None:
        seconds = float(_column(epochs, "seconds").sum())
        words.append(promise_kept(recipe, seconds, float(accuracy[-1]) if len(accuracy) else None))
    return replace(found, detail=" ".join(filter(None, words)))


def _judged(
    steps: Series, epochs: Series, classes: int, diverged: bool, begun: bool, recipe: Recipe | None
) -> Diagnosis:
    step_loss = _column(steps, "loss")
    if diverged or (len(step_loss) > 0 and not np.isfinite(step_loss[-1])):
        return _no_number(step_loss, len(_column(epochs, "train_loss")), recipe)
    if _blew_up(step_loss, classes):
        return _running_away(step_loss, recipe)
    figures = _Figures(
        _column(epochs, "train_loss"),
        _column(epochs, "train_accuracy"),
        _finite(_column(epochs, "validation_loss")),
        _finite(_column(epochs, "validation_accuracy")),
        _column(epochs, "lr"),
        1 / max(classes, 1),
        recipe,
    )
    if len(figures.train_loss) == 0:
        return _before_first_epoch(step_loss, begun=begun)
    if len(figures.accuracy) == 0:
        return _unvalidated(figures)
    for rule in (_at_chance, _memorising, _stuck, _standstill, _first_epoch, _slow, _dip, _no_better, _augmented):
        if found := rule(figures):
            return found
    return _learning(figures)


def _column(series: Series, name: str) -> NDArray[np.float64]:
    return np.asarray(series[name], np.float64) if name in series else np.empty(0)


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[np.isfinite(values)]


def _blew_up(loss: NDArray[np.float64], classes: int) -> bool:
    """Whether the loss has stayed far above that of guessing after having been lower."""
    recent, guessing = loss[-_RECENT:], math.log(max(classes, 2))
    return len(loss) >= 10 and float(recent.min()) > max(1.5 * guessing, 2 * float(loss.min()))


def _no_number(loss: NDArray[np.float64], epochs: int, recipe: Recipe | None) -> Diagnosis:
    """The run has ended by it, whatever the curve looks like: a report that is no number is not drawn."""
    kept = "; the weights of the last whole epoch are kept" if epochs else ""
    return Diagnosis(
        "diverging",
        "bad",
        "The loss is no longer a number.",
        f"The steps were too large.{_lowest(loss)} {_advice(recipe)}{kept}.",
    )


def _running_away(loss: NDArray[np.float64], recipe: Recipe | None) -> Diagnosis:
    falling = float(loss[-1]) < float(loss[-_RECENT:].max())
    how = "the loss is still far above where it was" if falling else "each one makes things worse"
    detail = f"The steps are too large: {how}.{_lowest(loss)} {_advice(recipe)}."
    return Diagnosis("diverging", "bad", "The loss is running away.", detail)


def _lowest(loss: NDArray[np.float64]) -> str:
    finite = _finite(loss)
    return f" The lowest loss seen was {loss_words(finite.min(), 2)}." if len(finite) else ""


def _advice(recipe: Recipe | None) -> str:
    return f"Lower the learning rate{f' (now {rounded(recipe.lr)})' if recipe else ''} and start again"


def _before_first_epoch(loss: NDArray[np.float64], *, begun: bool) -> Diagnosis:
    if len(loss) == 0 and not begun:
        return Diagnosis("empty", "neutral", "Nothing is being trained.", "Press Start and watch the two curves.")
    if len(loss) >= 4 and loss[-1] < loss[0] - 0.1:
        moved = f"Training loss has come down from {loss_words(loss[0], 2)} to {loss_words(loss[-1], 2)}; "
        return Diagnosis(
            "early", "neutral", "Too early to say.", moved + "held-out pictures are looked at after each epoch."
        )
    return Diagnosis(
        "early",
        "neutral",
        "Too early to say.",
        "Held-out pictures are looked at after each epoch, and none is complete yet.",
    )


def _unvalidated(figures: _Figures) -> Diagnosis:
    return Diagnosis(
        "unvalidated",
        "neutral",
        "Nothing to judge by.",
        "This run learns from the held-out pictures too, so there is no validation. Training accuracy is "
        f"{percent(figures.train_accuracy[-1])}, which says little about new pictures.",
    )


def _at_chance(figures: _Figures) -> Diagnosis | None:
    accuracy = float(figures.accuracy[-1])
    best = max(float(figures.accuracy.max()), float(figures.train_accuracy.max()))
    if not figures.is_guessing or best > 1.5 * figures.chance:
        return None
    return Diagnosis(
        "chance",
        "doubt",
        "Not learning yet.",
        f"Validation accuracy is {percent(accuracy)}, no better than guessing ({percent(figures.chance)}). "
        f"If it stays there, the learning rate is far too high or far too low. {_FIND_ONE}",
    )


def _memorising(figures: _Figures) -> Diagnosis | None:
    trend = _risen_on_the_whole(figures) or _risen_steadily(figures)  # the longer view before the shorter
    if not trend or figures.train_loss[-1] > figures.loss[-1] or figures.gap <= _ALIKE:
        return None
    return Diagnosis(
        "overfitting",
        "doubt",
        "Memorising (overfitting).",
        f"Validation loss has risen {trend} while training loss falls. The best epoch, {_best(figures)}, is kept; more "
        "augmentation or weight decay puts this off.",
    )


def _risen_steadily(figures: _Figures) -> str:
    """For how long validation loss has risen without a break under falling training loss; "" if it has not."""
    rising = _rising_tail(figures.loss)
    falling = len(figures.train_loss) > rising and figures.train_loss[-1] < figures.train_loss[-1 - rising]
    return f"for {rising} epochs" if rising >= RISING_EPOCHS and falling else ""


def _risen_on_the_whole(figures: _Figures) -> str:
    """From where validation loss has risen, up and down, while training loss fell; "" if it has not, or without a
    break."""
    lowest = int(np.argmin(figures.loss))
    since = figures.loss[lowest + 1 :]
    if _rising_tail(figures.loss) == len(since):
        return ""
    if len(since) < PATIENCE or since[-2:].min() < (1 + _RISEN) * figures.loss[lowest]:
        return ""
    if figures.train_loss[-1] >= figures.train_loss[lowest]:
        return ""
    return f"since epoch {lowest + 1}, from {loss_words(figures.loss[lowest], 2)} to {loss_words(since[-1], 2)},"


def _rising_tail(values: NDArray[np.float64]) -> int:
    """How many steps in a row the series has been rising at its end."""
    rising = np.diff(values) > 0
    return len(rising) if rising.all() else int(np.argmin(rising[::-1]))


def _stuck(figures: _Figures) -> Diagnosis | None:
    """Training itself stands still, and is hardly better than validation: nothing is memorised, nothing learned."""
    losses = figures.train_loss[-1 - PATIENCE :]
    trained = figures.train_accuracy[-1]
    if len(losses) <= PATIENCE or losses[-1] < (1 - _STILL) * losses[0] or trained > _HIGH or figures.gap > _ALIKE:
        return None
    if figures.rate_is_high and np.count_nonzero(np.diff(losses) > 0) > 1:
        return Diagnosis(
            "unsettled",
            "doubt",
            "Not settling.",
            f"Training loss goes up and down and has hardly fallen for {PATIENCE} epochs: the learning rate is too "
            "high for what is left to learn. Lower it three to ten times, or let a schedule do so.",
        )
    return Diagnosis(
        "underfitting",
        "neutral",
        "It learns no more than this (underfitting).",
        f"Training accuracy stands still at {percent(trained)} and validation is about as good. A larger network, less "
        "augmentation or dropout, or another optimiser would get further; more epochs would not.",
    )


def _standstill(figures: _Figures) -> Diagnosis | None:
    since = len(figures.accuracy) - _best(figures)
    if since < PATIENCE:
        return None
    if figures.accuracy[-1] == 1:
        return Diagnosis(
            "plateau",
            "good",
            "Nothing left to improve.",
            f"All held-out pictures have been named rightly since epoch {_best(figures)} or so. Harder ones, or more "
            "of them, would show whether it can do better.",
        )
    return Diagnosis(
        "plateau",
        "doubt",
        "No longer improving.",
        f"Validation accuracy has not passed the {percent(figures.accuracy.max())} of epoch {_best(figures)} for "
        f"{since} epochs. If the learning rate is still high, it may yet; otherwise this is what the recipe gives.",
    )


def _first_epoch(figures: _Figures) -> Diagnosis | None:
    if len(figures.accuracy) > 1:
        return None
    return Diagnosis(
        "early",
        "neutral",
        "Off to a start.",
        f"After one epoch {percent(figures.accuracy[-1])} of the held-out pictures are named rightly; guessing "
        f"would give {percent(figures.chance)}. A trend needs two more.",
    )


def _slow(figures: _Figures) -> Diagnosis | None:
    losses = figures.train_loss[-RISING_EPOCHS - 1 :]
    falls = -np.diff(losses)
    is_slow = len(falls) == RISING_EPOCHS and bool((falls > 0).all()) and falls.mean() < _SLOW * losses[-1]
    if not is_slow or losses[-1] < _NEAR_GUESSING * -math.log(figures.chance) or not figures.rate_is_high:
        return None
    return Diagnosis(
        "slow",
        "doubt",
        "Learning very slowly.",
        f"Training loss falls steadily, but only by {loss_words(falls.mean())} an epoch, and at "
        f"{loss_words(losses[-1], 2)} it is still near that of guessing: the learning rate is probably too low. "
        f"{_FIND_ONE}",
    )


def _dip(figures: _Figures) -> Diagnosis | None:
    if figures.gained >= 0 or figures.is_still:
        return None
    usual = (
        "Swings like this are usual while the learning rate is high."
        if figures.rate_is_high
        else "The learning rate is low by now: it takes just a few pictures between two classes to do that."
    )
    return Diagnosis(
        "dip",
        "neutral",
        "A step back.",
        f"Validation accuracy {figures.change} last epoch, from its {percent(figures.accuracy[-2])}. {usual}",
    )


def _no_better(figures: _Figures) -> Diagnosis | None:
    """It has been better, or training is: something has been learned, and held-out pictures do not show it."""
    if not figures.is_guessing:
        return None
    trained, best = figures.train_accuracy[-1], figures.accuracy.max()
    if trained > 2 * figures.chance:
        why = f"; training accuracy is {percent(trained)}: what it learns does not hold for pictures it has not seen."
    elif best > 1.5 * figures.chance:
        why = f", and it has been {percent(best)}. The learning rate is probably too high. {_FIND_ONE}"
    else:
        why = f"; training accuracy is {percent(trained)}: little has been learned yet."
    return Diagnosis(
        "chance",
        "doubt",
        "No better than guessing.",
        f"Validation accuracy is {percent(figures.accuracy[-1])}, guessing gives {percent(figures.chance)}{why}",
    )


def _augmented(figures: _Figures) -> Diagnosis | None:
    if figures.accuracy[-1] <= figures.train_accuracy[-1] or figures.loss[-1] >= figures.train_loss[-1]:
        return None
    if figures.has_learned_little:
        return None
    why = ", and ".join([*_hindrances(figures.recipe), "training is counted while the network still learns"])
    return Diagnosis(
        "modest",
        "good",
        "Learning well.",
        f"Validation accuracy {figures.change} last epoch. Validation is better than training because {why}: normal.",
    )


def _hindrances(recipe: Recipe | None) -> list[str]:
    """What the recipe does that makes training harder than validation."""
    if recipe is None:
        return []
    done = {"cropped": recipe.crop > 0, "flipped": recipe.flip != "none", "blanked in part": recipe.cutout > 0}
    words = [word for word, is_done in done.items() if is_done]
    how = " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
    hindrances = [f"training pictures are {how}"] if how else []
    return [*hindrances, "units drop out in training"] if _drops_out(recipe) else hindrances


def _drops_out(recipe: Recipe) -> bool:
    if recipe.network not in NETWORKS:  # a run of another version's
        return False
    own = network_settings(recipe.network) | dict(recipe.network_settings)
    return any("dropout" in key and isinstance(value, int | float) and value > 0 for key, value in own.items())


def _learning(figures: _Figures) -> Diagnosis:
    both = figures.loss[-1] <= figures.loss[-2] and figures.train_loss[-1] <= figures.train_loss[-2]
    trend = "training and validation loss still fall together." if both else "the losses no longer fall in every epoch."
    moving = both or not figures.is_still
    if moving and figures.has_learned_little:
        return Diagnosis(
            "learning",
            "neutral",
            "Better than guessing, not by much yet.",
            f"Validation accuracy is {percent(figures.accuracy[-1])}, guessing gives {percent(figures.chance)}. It "
            f"{figures.change} last epoch; {trend}",
        )
    return Diagnosis(
        "learning",
        "good" if moving else "neutral",
        "Learning well." if moving else "Hardly moving.",
        f"Validation accuracy {figures.change} last epoch; {trend}",
    )


def _best(figures: _Figures) -> int:
    """The epoch, from 1, with the highest validation accuracy; of equal ones the first."""
    return int(np.argmax(figures.accuracy)) + 1
