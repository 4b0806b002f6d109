"""What a network makes of pictures: calibrated logits, how familiar they look, and what each view of them says."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.inference.calibration import Calibration
from cifar_gui.inference.familiarity import Familiarity, energy
from cifar_gui.inference.features import WithFeatures
from cifar_gui.inference.forward import logits_of
from cifar_gui.inference.prediction import Standing
from cifar_gui.inference.threads import one_core
from cifar_gui.inference.views import mean_view, six_views

FEW_VIEWS = 42
"""Up to so many views are computed on one core: quick enough when idle, and not much slower while a network trains."""


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What a network makes of N inputs, looked at in V views."""

    logits: Tensor  # float32 (N, classes), calibrated: the mean over the views
    probabilities: Tensor  # float32 (N, classes)
    familiarity: Tensor  # float64 (N,): `Prediction.familiarity`
    favourites: Tensor  # int64 (N, V): the likeliest class of each view

    def parts(self, counts: list[int]) -> list[Seen]:
        """Of the first so many inputs, of the next so many, …"""
        columns = (self.logits, self.probabilities, self.familiarity, self.favourites)
        return [Seen(*part) for part in zip(*(torch.split(column, counts) for column in columns), strict=True)]


class Sight:
    """A network at work. May be used by several threads at once."""

    def __init__(self, snapshot: ModelSnapshot) -> None:
        """Raises CheckpointError if the weights do not fit the network the card names."""
        self._card = snapshot.card
        model = rebuild(snapshot).to(memory_format=Precision().memory_format)
        self._model = WithFeatures(model, len(self._card.class_names)).eval()
        self._familiarity = _familiarity_of(self._card, self._model.units)

    def see(self, inputs: Tensor, views: int, precision: Precision | None = None) -> Seen:
        """What it makes of uint8 (N, 3, 32, 32) in 1, 2 or 6 views: as it is, mirrored too, shifted too."""
        return self.understood(self.look(inputs, slice(views), precision), several=views > 1)

    def look(self, inputs: Tensor, which: slice, precision: Precision | None = None) -> Tensor:
        """uint8 (N, 3, 32, 32), and which of the `six_views` → float32 (views, N, values): what `understood` takes. In
        float32 unless `precision` says otherwise."""
        shown = six_views(inputs, which)
        views, shown = len(shown), shown.flatten(0, 1)
        with torch.inference_mode(), one_core() if len(shown) <= FEW_VIEWS else nullcontext():
            parts = list(logits_of(self._model, shown, self._card.stats, precision or Precision()))
        values = torch.cat(parts) if parts else torch.zeros(0, len(self._card.class_names))
        return values.view(views, len(inputs), values.shape[1])

    def understood(self, values: Tensor, *, several: bool) -> Seen:
        """What values (1, 2 or 6 views, N, …) mean, measured as the answer from one view is or as that from several."""
        calibration = Calibration.of(self._card.calibration, six_views=several)
        logits, features = self._model.split(mean_view(values))
        logits = calibration.logits(logits)
        favourites = self._model.split(values)[0].argmax(2).T
        return Seen(logits, calibration.probabilities(logits), self._how_familiar(logits, features), favourites)

    def standing(self, familiarity: float) -> Standing:
        """What a familiarity means. Of a network to which none was fitted nothing can be said against a picture."""
        if self._familiarity is None or familiarity >= 0:
            return "familiar"
        return "unusual" if familiarity >= self._familiarity.strange else "strange"

    def _how_familiar(self, logits: Tensor, features: Tensor) -> Tensor:
        return energy(logits) if self._familiarity is None else self._familiarity.of(logits, features)


def _familiarity_of(card: ModelCard, units: int) -> Familiarity | None:
    """None where there is none, or one that belongs to another network: then nothing is known of familiarity."""
    if len(card.familiarity) < 2:
        return None
    found = Familiarity.from_list(card.familiarity)
    return found if found.fits(len(card.class_names), units) else None
