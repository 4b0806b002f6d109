"""The work bench of a run: network, pictures and optimiser on their device, and the arithmetic done with them.

Nothing here decides when to stop or what to report; that is the engine's.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.compute.precision import Precision, choose_precision
from cifar_gui.data.augment import Augmenter, Draws, generator, stream_seed
from cifar_gui.data.base import ImageData
from cifar_gui.data.preprocess import standardise
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import DataError
from cifar_gui.inference.calibration import fit_temperature
from cifar_gui.inference.forward import evaluating, logits_of
from cifar_gui.networks.base import SIDE_WEIGHT, FollowsEpochs, HasSideClassifiers, LearnsFromSample, build
from cifar_gui.recipe import Recipe
from cifar_gui.training.optimisers import Lookahead, Optimiser
from cifar_gui.training.ranks import ALONE, Ranks, even_micro_batch, share

_MICRO_BATCHES_PER_STEP = 1 << 16  # more than any step has: numbers micro-batches within a run

SAMPLE = 5000
"""Training pictures that a network such as AirNet may look at before the first step."""

VALIDATION_CHUNK = 500


def new_model(recipe: Recipe, classes: int) -> nn.Module:
    """The recipe's network with the first weights that its seed gives, whatever was drawn before."""
    with _seeded(stream_seed(recipe.seed, "weights")):
        return build(recipe.network, classes, recipe.network_settings)


@dataclass(frozen=True, slots=True)
class Validation:
    """How good a network is on the held-out pictures; all None where there are none."""

    loss: float | None = None  # mean cross-entropy in nats
    accuracy: float | None = None  # 0–1
    temperature: float | None = None  # by which its logits should be divided to mean what they say


class Bench:
    """Everything a run computes with. Sums are kept on the device; reading them is the caller's decision."""

    def __init__(
        self, model: nn.Module, data: ImageData, recipe: Recipe, precision: Precision | None, ranks: Ranks = ALONE
    ) -> None:
        """`precision` is that of the run that goes on. For a new run it is None: then it is chosen, and the network may
        look at a sample of the pictures.

        Raises DataError without training pictures, DeviceError for an unusable device."""
        self.recipe, self.ranks = recipe, ranks
        self.split = data.training(all_data=recipe.all_data)
        if not len(self.split):
            raise DataError(f"{data.name} has no training pictures. Choose another data set.")
        self.class_names, self.data_name = data.class_names, data.name
        self.batch_size = min(recipe.batch_size, len(self.split))
        self.micro_batch = even_micro_batch(min(recipe.micro_batch, self.batch_size), self.batch_size, ranks.count)
        self.steps_per_epoch = len(self.split) // self.batch_size  # a last partial batch is dropped
        self.stats = CENTRED if recipe.pixel_scaling == "centre" else data.stats
        self.device = ranks.device(recipe.device)
        self.images, self.labels = self.split.images.to(self.device), self.split.labels.to(self.device)
        held_out = data.split("validation")
        kept = 0 if recipe.all_data else len(held_out)
        self.validation_images = held_out.images[:kept].to(self.device)
        self.validation_labels = held_out.labels[:kept].to(self.device)
        self.model = model.to(self.device)
        self.precision = precision or Precision(**ranks.from_first(asdict(self._choose_precision())))
        self.model.to(memory_format=self.precision.memory_format)
        if precision is None and isinstance(model, LearnsFromSample):
            self._fit_sample(model)
        ranks.copy_from_first(self.model)
        self.augmenter = Augmenter(recipe, len(self.split), data.stats.mean, self.device)
        self.optimiser = Optimiser(self.model, recipe)
        self.lookahead = Lookahead(self.model, recipe.lookahead_every) if recipe.lookahead_every else None
        self.sums = torch.zeros(2, device=self.device)  # loss and right answers since they were taken
        self.epoch_sums = torch.zeros(2, device=self.device)  # the same since the epoch began
        self._later = 0  # micro-batches of this step that other processes pass through after those here
        self._has_dropout = any(isinstance(each, nn.Dropout | nn.Dropout2d) for each in model.modules())

    @property
    def validation_pictures(self) -> int:
        return len(self.validation_labels)

    def epoch_order(self, epoch: int) -> Tensor:
        """The training pictures' indices in the order in which `epoch` sees them, int64 (N,)."""
        random = generator(self.recipe.seed, "order", epoch, self.device)
        return torch.randperm(len(self.split), generator=random, device=self.device)

    def start_epoch(self, epoch: int) -> None:
        """Tell the network, if it wants to know. Harmless when told twice."""
        if isinstance(self.model, FollowsEpochs):
            self.model.start_epoch(epoch)

    def gradients(self, batch: Tensor, epoch: int, step: int, first: int = 0) -> Iterator[int]:
        """Add the gradients of the pictures with indices `batch`, a micro-batch at a time and those before `first` left
        out, for optimiser step `step`, counted from 0; of several processes each adds those of its share. Yields after
        each how many are left here."""
        draws = self.augmenter.draw(batch, epoch, step)
        size = self.recipe.micro_batch if first else self.micro_batch  # one process began what is half done
        starts = range(0, len(batch), size)
        self.ranks.begin_step(self.model, self.sums)
        own = share(self.ranks.rank, self.ranks.count, first, len(starts))
        self._later = len(starts) - own.stop
        for number in own:
            start, stop = starts[number], min(starts[number] + size, len(batch))
            place = step * _MICRO_BATCHES_PER_STEP + number
            self.forward_backward(batch[start:stop], draws.part(start, stop), len(batch), place)
            yield own.stop - number - 1

    def forward_backward(self, indices: Tensor, draws: Draws, batch_size: int, place: int) -> None:
        """Add the gradients of one micro-batch, the pictures with these `indices`, int64 (B,), to those there are.

        `place` numbers micro-batches within the run: it seeds dropout."""
        if self._has_dropout:
            torch.manual_seed(stream_seed(self.recipe.seed, "dropout", place))
        labels = self.labels.index_select(0, indices)
        images = self.augmenter.apply(self.images.index_select(0, indices), draws)
        inputs = standardise(images, self.stats, self.precision.memory_format)
        with self.precision.autocast(self.device):
            logits = self.model(inputs)
        logits = logits.float()
        plain = F.cross_entropy(logits, labels, reduction="sum")
        loss = self._smoothed(logits, labels) if self.recipe.label_smoothing else plain
        if isinstance(self.model, HasSideClassifiers):
            for said in self.model.side_logits():
                loss = loss + SIDE_WEIGHT * self._smoothed(said.float(), labels)
        (loss if self.recipe.loss_reduction == "sum" else loss / batch_size).backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            self.sums += torch.stack([plain, (logits.argmax(1) == labels).sum()])

    def _smoothed(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss to be made small, summed over the pictures."""
        return F.cross_entropy(logits, labels, reduction="sum", label_smoothing=self.recipe.label_smoothing)

    def step(self, fraction: float, step: int, total_steps: int) -> None:
        """Optimiser step number `step`, from 1, with every learning rate at `fraction` of its largest."""
        self.ranks.end_step(self.model, self.sums, self._later)
        self.optimiser.step(fraction)
        if self.lookahead:
            self.lookahead.after_step(step, total_steps)

    def take_sums(self) -> tuple[float, float]:
        """Loss (unsmoothed, in nats) and right answers, summed over pictures, since this was last called.

        The loop's only host synchronisation."""
        loss, right = self.sums.tolist()
        self.epoch_sums += self.sums
        self.sums.zero_()
        return loss, right

    def take_epoch_sums(self) -> tuple[float, float]:
        """The same since the epoch began."""
        loss, right = self.epoch_sums.tolist()
        self.epoch_sums.zero_()
        return loss, right

    def validate(self) -> Generator[Tensor, None, None]:
        """Logits of the held-out pictures, float32 (≤ chunk, classes) on the device, a chunk at a time."""
        with evaluating(self.model):
            part = self.ranks.part(self.validation_images)
            own = logits_of(self.model, part, self.stats, self.precision, VALIDATION_CHUNK)
            yield from self.ranks.joined(own, self.validation_pictures)

    def judged(self, logits: Tensor) -> Validation:
        """How good these logits of all held-out pictures are."""
        loss = float(F.cross_entropy(logits, self.validation_labels))
        accuracy = float((logits.argmax(1) == self.validation_labels).sum()) / len(logits)
        # A NaN has no best temperature, and the run is over anyway.
        fitted = fit_temperature(logits.cpu(), self.validation_labels.cpu()) if math.isfinite(loss) else None
        return Validation(loss, accuracy, fitted)

    def is_finite(self) -> bool:
        """Whether every weight is still a number, and every statistic that batch norm keeps."""
        kept = [*self.model.parameters(), *self.model.buffers()]
        return bool(torch.stack([each.detach().sum().isfinite() for each in kept]).all())

    def snapshot(self, step: int, scores: dict[str, float], temperature: float | None = None) -> ModelSnapshot:
        """The network after `step` optimiser steps, copied to the CPU; calibrated if its `temperature` is known."""
        card = ModelCard(
            network=self.recipe.network,
            class_names=self.class_names,
            stats=self.stats,
            network_settings=dict(self.recipe.network_settings),
            recipe=self.recipe,
            data_name=self.data_name,
            trained_on=self.split.fingerprint,
            epoch=step / self.steps_per_epoch,
            step=step,
            scores=scores,
            calibration={} if temperature is None else {"temperature": temperature},
        )
        return capture(self.model, card)

    def _choose_precision(self) -> Precision:
        count = min(self.micro_batch, 64)
        return choose_precision(
            self.recipe, self.model, standardise(self.images[:count], self.stats), self.labels[:count]
        )

    def _fit_sample(self, model: LearnsFromSample) -> None:
        chosen = torch.randperm(len(self.split), generator=generator(self.recipe.seed, "sample"))[:SAMPLE]
        model.fit_sample(standardise(self.images[chosen.to(self.device)], self.stats))


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Inside, torch's global generator starts from `seed`; afterwards it is as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
