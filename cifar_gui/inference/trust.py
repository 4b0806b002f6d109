"""What makes the answers of a network honest, fitted once on pictures that it has not learned from: calibrations, and
how familiar a picture must look for an answer to be sure, or for there to be one at all. And what comes of it: how many
answers are sure, and how many of those right, wherever one draws the line.

Nothing here looks at a photo: thresholds come from held-out pictures and from pictures of nothing (`data.outliers`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import ImageData
from cifar_gui.data.outliers import outliers
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.errors import DataError
from cifar_gui.inference.calibration import Calibration, fit_calibration
from cifar_gui.inference.familiarity import Familiarity, fit_familiarity
from cifar_gui.inference.features import WithFeatures
from cifar_gui.inference.forward import Ask, gathered
from cifar_gui.inference.reliability import coverage
from cifar_gui.inference.verdict import CONFIDENT, LEAST_SURE, MOST_SURE
from cifar_gui.inference.views import mean_logits_of, mean_view, views_of

EVERY_PICTURE = 2**31

FEWEST = 100
"""Held-out pictures without which nothing is fitted."""

EACH_KIND = 5
"""For each kind of pictures of nothing there is one picture where so many held-out ones are looked at."""

STRANGE_SHARE = 0.05
"""Of the held-out pictures are less familiar than what is called strange."""

FOOLED_SHARE = 0.10
"""Of the pictures of nothing may be answered with confidence."""

THRESHOLDS = tuple(percent / 100 for percent in range(round(100 * LEAST_SURE), round(100 * MOST_SURE) + 1))
"""From what probability on people may call an answer sure."""


@dataclass(frozen=True, eq=False, slots=True)
class _Group:
    """What a network makes of pictures of one sort and their mirror images, as the classifier looks at the squares of a
    photo that decide: calibrated logits, features and probabilities."""

    logits: Tensor
    features: Tensor
    probabilities: Tensor

    def part(self, which: Tensor) -> tuple[Tensor, Tensor]:
        return self.logits[which], self.features[which]


def trusted(
    snapshot: ModelSnapshot, data: ImageData, most: int = EVERY_PICTURE, ask: Ask | None = None
) -> ModelSnapshot:
    """The same network with calibrations and, if there are at least `FEWEST` validation pictures, its familiarity and
    what is traded by another threshold (`ModelCard.trade`).

    Looks at `most` of the validation pictures at most. Raises DataError if there are none, or if the network has
    learned from them, and whatever `ask` raises, which is called again and again."""
    split = data.split("validation").some(most)
    if len(split) == 0:
        raise DataError(f"{data.name} has no validation pictures to calibrate on.")
    card = snapshot.card
    if data.was_trained_on("validation", card.trained_on):
        raise DataError("This network has learned from the validation pictures; calibrating on them would flatter it.")
    model = WithFeatures(rebuild(snapshot), len(card.class_names)).eval()
    plain, mirrored, several = _held_out(model, split.images, card.stats, ask)
    one, six = (fit_calibration(logits, split.labels) for logits in (plain, several))
    calibration = {**card.calibration, **one.kept(six_views=False), **six.kept(six_views=True)}
    card = replace(card, calibration=calibration)
    if len(split) < FEWEST:
        return ModelSnapshot(card, snapshot.weights)
    nothing = torch.cat(list(outliers(data.split("train").some(len(split) // EACH_KIND).images).values()))
    with torch.inference_mode():
        of_nothing = gathered(mean_logits_of(model, nothing, card.stats, Precision(), views=2), ask)
    known, others = (_group(model, values, card) for values in (mirrored, of_nothing))
    familiarity = _familiarity(known, others)
    trade = _trade(known, split.labels, familiarity)
    return ModelSnapshot(replace(card, familiarity=tuple(familiarity.to_list()), trade=trade), snapshot.weights)


def _held_out(
    model: WithFeatures, images: Tensor, stats: ChannelStats, ask: Ask | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Logits from one view, values from it and its mirror image, logits from six views: all from one pass."""
    plain, mirrored, several = [], [], []
    with torch.inference_mode():
        for values in views_of(model, images, stats, Precision()):
            if ask is not None:
                ask()
            logits, _ = model.split(values)
            plain.append(logits[0].clone())  # a part would keep the whole alive
            mirrored.append(mean_view(values[:2]))
            several.append(mean_view(logits))
    return torch.cat(plain), torch.cat(mirrored), torch.cat(several)


def _group(model: WithFeatures, values: Tensor, card: ModelCard) -> _Group:
    calibration = Calibration.of(card.calibration, six_views=True)
    logits, features = model.split(values)
    logits = calibration.logits(logits)
    return _Group(logits, features, calibration.probabilities(logits))


def _familiarity(known: _Group, others: _Group) -> Familiarity:
    """Fitted on three quarters of the pictures; the last quarter says where its zero lies, and what is strange."""
    known_last, others_last = (torch.arange(len(each.logits)) % 4 == 3 for each in (known, others))
    fitted = fit_familiarity(known.part(~known_last), others.part(~others_last))
    fooled = others_last & (others.probabilities.amax(1) >= CONFIDENT)
    limits = _limits(fitted.of(*known.part(known_last)), fitted.of(*others.part(fooled)), int(others_last.sum()))
    return fitted.moved(*limits)


def _limits(known: Tensor, fooled: Tensor, others: int) -> tuple[float, float]:
    """From what familiarity on an answer may be sure, and below what a picture is strange.

    `fooled`: the familiarity of those of the `others` pictures of nothing that a class is given with confidence. No
    more than half of the `known` are kept from a sure answer, however easily a network is fooled."""
    strange = float(known.quantile(STRANGE_SHARE))
    allowed = int(FOOLED_SHARE * others)
    ranked = fooled.sort(descending=True).values
    wanted = float(ranked[allowed]) if len(ranked) > allowed else strange
    return min(max(wanted, strange), float(known.median())), strange


def _trade(known: _Group, labels: Tensor, familiarity: Familiarity) -> tuple[tuple[float, float, float], ...]:
    """Of held-out pictures: what share is answered with confidence, and what share of those rightly, for each threshold
    that people may choose. A picture that is not familiar is answered with confidence at none."""
    familiar = familiarity.of(known.logits, known.features) >= 0
    best = known.probabilities[familiar].max(1)
    found = coverage(best.values.cpu().numpy(), (best.indices == labels[familiar]).cpu().numpy())
    share = float(familiar.double().mean())
    rows = ((threshold, *found.at(threshold)) for threshold in THRESHOLDS)
    return tuple((threshold, round(share * answered, 4), round(right, 4)) for threshold, answered, right in rows)
