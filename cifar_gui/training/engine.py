"""The training loop: a plain generator of events. No Qt, no threads; what steers it comes through a `Control`.

    data resident on the device ─ augment (uint8) ─ standardise ─ forward, backward ─ step ─→ events

Everything random is drawn for its place in the run (seed, epoch, step), so a run that was stopped goes on bit for bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.compute.device import choose_device
from cifar_gui.compute.precision import Precision, choose_precision
from cifar_gui.data.augment import Augmenter, generator, stream_seed
from cifar_gui.data.base import ImageData
from cifar_gui.data.preprocess import standardise
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import DataError, TrainingError
from cifar_gui.inference.forward import evaluating, logits_of
from cifar_gui.networks.base import FollowsEpochs, LearnsFromSample, build
from cifar_gui.networks.layer_table import total_parameters
from cifar_gui.recipe import Recipe
from cifar_gui.training.control import Control
from cifar_gui.training.events import (
    EpochReport,
    Event,
    Finished,
    FinishReason,
    Paused,
    Resumed,
    ResumeState,
    SettingsChanged,
    SnapshotTaken,
    Started,
    StepReport,
)
from cifar_gui.training.optimisers import Lookahead, Optimiser
from cifar_gui.training.schedule import fraction_at

REPORTS_PER_EPOCH = 50
SAMPLE = 5000
"""Training pictures that a network such as AirNet may look at before the first step."""
VALIDATION_CHUNK = 500


def new_model(recipe: Recipe, classes: int) -> nn.Module:
    """The recipe's network with the first weights that its seed gives, whatever was drawn before."""
    with seeded(stream_seed(recipe.seed, "weights")):
        return build(recipe.network, classes, recipe.network_settings)


def train(
    model: nn.Module, data: ImageData, recipe: Recipe, control: Control, resume: ResumeState | None = None
) -> Generator[Event, None, None]:
    """Train `model` in place, yielding events; `control` is read after every micro-batch, in validation too.

    Raises DataError when there are fewer pictures than a batch needs, DeviceError when the recipe's device cannot be
    used, TrainingError when memory runs out or a device is lost."""
    with _plain_errors(recipe):
        run = _Training(model, data, recipe, control, resume)
        yield from run.events()


@dataclass(slots=True)
class _Position:
    """Where a run is, and what it has counted since the epoch began. JSON-able, and part of every resume state."""

    epoch: int = 1  # the one being trained, from 1
    step: int = 0  # optimiser steps done
    micro: int = 0  # micro-batches of the next step whose gradients are summed already
    trained: bool = False  # all steps of the epoch are done, its validation is not
    best_accuracy: float = -1.0
    best_epoch: int = 0
    lr_scale: float = 1.0  # asked for while running, relative to the recipe's
    epochs: int = 0  # to be done in all
    seconds: float = 0.0  # of training in this epoch


class _Training:
    """The state of one run; `events` is its whole life."""

    def __init__(
        self, model: nn.Module, data: ImageData, recipe: Recipe, control: Control, resume: ResumeState | None
    ) -> None:
        began = time.perf_counter()
        self.recipe, self.control = recipe, control
        self.class_names, self.data_name = data.class_names, data.name
        self.split = data.training(all_data=recipe.all_data)
        held_out = data.split("validation")
        self.batch_size = min(recipe.batch_size, len(self.split))
        self.micro_batch = min(recipe.micro_batch, self.batch_size)
        if len(self.split) < 1:
            raise DataError(f"{data.name} has no training pictures.")
        self.steps_per_epoch = len(self.split) // self.batch_size
        self.stats = CENTRED if recipe.pixel_scaling == "centre" else data.stats
        self.device = choose_device(recipe.device).device
        self.images, self.labels = self.split.images.to(self.device), self.split.labels.to(self.device)
        validate = not recipe.all_data and len(held_out) > 0
        self.validation_images = held_out.images[: len(held_out) if validate else 0].to(self.device)
        self.validation_labels = held_out.labels[: len(held_out) if validate else 0].to(self.device)
        self.model = model.to(self.device)
        self.precision = self._choose_precision(resume)
        self.model.to(memory_format=self.precision.memory_format)
        self.augmenter = Augmenter(recipe, len(self.split), data.stats.mean, self.device)
        self.optimiser = Optimiser(self.model, recipe)
        self.at = _Position(epochs=recipe.epochs)
        self.sums = torch.zeros(2, device=self.device)  # loss, right answers: this report
        self.epoch_sums = torch.zeros(2, device=self.device)  # and this epoch
        if resume is None and isinstance(self.model, LearnsFromSample):
            self._fit_sample(self.model)
        # Lookahead copies the weights it starts from, so it comes after they are set.
        self.lookahead = Lookahead(self.model, recipe.lookahead_every) if recipe.lookahead_every else None
        if resume is not None:
            self._load(resume)
        self.has_dropout = any(isinstance(each, nn.Dropout | nn.Dropout2d) for each in self.model.modules())
        self.idle_seconds = 0.0
        self.setup_seconds = time.perf_counter() - began

    # The life of a run

    def events(self) -> Iterator[Event]:
        yield self._started()
        while self.at.epoch <= self.at.epochs:
            if isinstance(self.model, FollowsEpochs):
                self.model.start_epoch(self.at.epoch)
            if not self.at.trained and not (yield from self._train_epoch()):
                return
            report = yield from self._finish_epoch()
            if report is None:
                return
            if reason := self._reason_to_end(report):
                yield Finished(reason, report.epoch, self.at.best_epoch, self._explain(reason))
                return
            if self.at.epoch <= self.at.epochs and not (yield from self._obey()):
                return
        yield Finished("completed", self.at.epoch - 1, self.at.best_epoch)

    def _started(self) -> Started:
        return Started(
            network=self.recipe.network,
            parameters=total_parameters(self.model),
            epochs=self.at.epochs,
            steps_per_epoch=self.steps_per_epoch,
            first_step=self.at.step,
            device=str(self.device),
            precision=self.precision.name,
            memory_format="channels_last" if self.precision.channels_last else "contiguous",
            training_pictures=len(self.split),
            validation_pictures=len(self.validation_labels),
            seconds=self.setup_seconds,
        )

    def _train_epoch(self) -> Generator[Event, None, bool]:
        """The steps that are left of the current epoch. False when stopped or diverged; then all has been said."""
        order = torch.randperm(
            len(self.split),
            generator=generator(self.recipe.seed, "order", self.at.epoch, self.device),
            device=self.device,
        )
        every = max(1, self.steps_per_epoch // REPORTS_PER_EPOCH)
        first = self.at.step - (self.at.epoch - 1) * self.steps_per_epoch
        since, clock = self.at.step, time.perf_counter()
        for index in range(first, self.steps_per_epoch):
            batch = order[index * self.batch_size : (index + 1) * self.batch_size]
            if not (yield from self._train_step(batch)):
                return False
            if (index + 1) % every == 0 or index + 1 == self.steps_per_epoch:
                report = self._report(self.at.step - since, clock)
                since, clock, self.idle_seconds = self.at.step, time.perf_counter(), 0.0
                if not math.isfinite(report.loss):
                    yield Finished("diverged", self.at.epoch - 1, self.at.best_epoch, self._explain("diverged"))
                    return False
                yield report
                self.idle_seconds += time.perf_counter() - clock
        self.at.trained = True
        return True

    def _train_step(self, batch: Tensor) -> Generator[Event, None, bool]:
        """One optimiser step over the pictures with indices `batch`, a micro-batch at a time. False when stopped."""
        draws = self.augmenter.draw(batch, self.at.epoch, self.at.step)
        starts = range(0, len(batch), self.micro_batch)
        for number, start in enumerate(starts):
            if number < self.at.micro:
                continue  # done before the run was stopped; its gradients are loaded
            part = slice(start, min(start + self.micro_batch, len(batch)))
            inputs = self.augmenter.apply(self.images.index_select(0, batch[part]), draws.part(part.start, part.stop))
            self._forward_backward(inputs, self.labels[batch[part]], len(batch), number)
            self.at.micro = number + 1
            if self.at.micro == len(starts):
                self._step()
            if not (yield from self._obey()):
                return False
        return True

    def _forward_backward(self, images: Tensor, labels: Tensor, batch_size: int, number: int) -> None:
        recipe = self.recipe
        if self.has_dropout:
            torch.manual_seed(stream_seed(recipe.seed, "dropout", self.at.step * 1024 + number))
        inputs = standardise(images, self.stats, self.precision.memory_format)
        with self.precision.autocast(self.device):
            logits = self.model(inputs)
        logits = logits.float()
        plain = F.cross_entropy(logits, labels, reduction="sum")
        loss = plain
        if recipe.label_smoothing:
            loss = F.cross_entropy(logits, labels, reduction="sum", label_smoothing=recipe.label_smoothing)
        (loss if recipe.loss_reduction == "sum" else loss / batch_size).backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            self.sums += torch.stack([plain, (logits.argmax(1) == labels).sum()])

    def _step(self) -> None:
        self.optimiser.step(self._fraction())
        self.at.step += 1
        self.at.micro = 0
        if self.lookahead:
            self.lookahead.after_step(self.at.step, self.total_steps)

    def _report(self, steps: int, clock: float) -> StepReport:
        """Means since the last report, at `clock`: the loop's only host synchronisation."""
        loss, right = (self.sums / (steps * self.batch_size)).tolist()
        seconds = time.perf_counter() - clock - self.idle_seconds  # pauses and the consumer's time do not count
        self.at.seconds += seconds
        self.epoch_sums += self.sums
        self.sums.zero_()
        return StepReport(
            step=self.at.step,
            epoch=self.at.step / self.steps_per_epoch,
            loss=loss,
            accuracy=right,
            lr=self._lr(self.at.step - 1),
            images_per_second=steps * self.batch_size / max(seconds, 1e-9),
        )

    def _finish_epoch(self) -> Generator[Event, None, EpochReport | None]:
        """Validate, report, keep what is needed to go on. None when stopped or diverged."""
        validated = yield from self._validate()
        if validated is None:
            return None
        loss, accuracy = validated
        if not self._is_finite():
            yield Finished("diverged", self.at.epoch - 1, self.at.best_epoch, self._explain("diverged"))
            return None
        is_best = accuracy is None or accuracy > self.at.best_accuracy
        if is_best:
            self.at.best_accuracy, self.at.best_epoch = (accuracy or 0.0), self.at.epoch
        report = self._epoch_report(loss, accuracy, is_best=is_best)
        self.at.epoch += 1
        self.at.trained, self.at.seconds = False, 0.0
        self.epoch_sums.zero_()
        self.control.end_of_epoch()
        yield report
        yield self._resume_state()
        return report

    def _validate(self) -> Generator[Event, None, tuple[float | None, float | None] | None]:
        """Mean cross-entropy and accuracy on the held-out pictures, (None, None) without any; None when stopped."""
        count = len(self.validation_labels)
        if not count:
            return None, None
        sums = torch.zeros(2, device=self.device)
        start = 0
        chunks = logits_of(self.model, self.validation_images, self.stats, self.precision, VALIDATION_CHUNK)
        with evaluating(self.model):
            for logits in chunks:
                labels = self.validation_labels[start : start + len(logits)]
                loss = F.cross_entropy(logits, labels, reduction="sum")
                sums += torch.stack([loss, (logits.argmax(1) == labels).sum()])
                start += len(logits)
                if self.control.stopping:
                    break
        if self.control.stopping:
            yield from self._stop()
            return None
        loss, right = (sums / count).tolist()
        return loss, right

    def _is_finite(self) -> bool:
        """Whether every weight is still a number: a validation loss may hide one that is not behind a pooling layer."""
        return bool(torch.stack([each.detach().sum().isfinite() for each in self.model.parameters()]).all())

    # What the control asks for

    def _obey(self) -> Generator[Event, None, bool]:
        """Do what was asked for since the last micro-batch. False when asked to stop; then all has been said."""
        control, began = self.control, time.perf_counter()
        if control.take_snapshot_request():
            yield SnapshotTaken(self.at.step, self._epochs_done(), self._snapshot({}))
        yield from self._change_settings()
        if control.paused and not control.stopping:
            yield Paused(self.at.step, self._lr(self.at.step))
            while control.paused and not control.stopping:
                control.wait_while_paused()
                yield from self._change_settings()
            if not control.stopping:
                yield Resumed(self.at.step)
        if control.stopping:
            yield from self._stop()
            return False
        self.idle_seconds += time.perf_counter() - began
        return True

    def _change_settings(self) -> Iterator[Event]:
        changes = self.control.take_changes()
        if changes.lr is None and changes.epochs is None:
            return
        if changes.lr is not None:
            self.at.lr_scale = changes.lr / self.recipe.lr
        if changes.epochs is not None:
            self.at.epochs = changes.epochs
        yield SettingsChanged(self.at.step, self.recipe.lr * self.at.lr_scale, self.at.epochs)

    def _stop(self) -> Iterator[Event]:
        yield self._resume_state()
        yield Finished("stopped", self.at.epoch - 1, self.at.best_epoch)

    def _reason_to_end(self, report: EpochReport) -> FinishReason | None:
        patience = self.recipe.early_stopping
        if patience and report.validation_accuracy is not None and report.epoch - self.at.best_epoch >= patience:
            return "early"
        return None

    def _explain(self, reason: FinishReason) -> str:
        if reason == "early":
            return (
                f"Stopped early: the validation accuracy has not risen for {self.recipe.early_stopping} epochs. "
                f"The best epoch was {self.at.best_epoch}."
            )
        lr = self.recipe.lr * self.at.lr_scale
        return (
            f"The loss is no longer a number (epoch {self.at.epoch}, step {self.at.step}): the steps were too large. "
            f"Lower the learning rate (now {lr:g}) and start again; the weights of the last whole epoch are kept."
        )

    # What is kept

    def _epoch_report(self, loss: float | None, accuracy: float | None, *, is_best: bool) -> EpochReport:
        pictures = self.steps_per_epoch * self.batch_size
        train_loss, train_accuracy = (self.epoch_sums / pictures).tolist()
        scores = {"train_loss": train_loss, "train_accuracy": train_accuracy}
        if loss is not None and accuracy is not None:
            scores |= {"validation_loss": loss, "validation_accuracy": accuracy}
        return EpochReport(
            epoch=self.at.epoch,
            step=self.at.step,
            train_loss=train_loss,
            train_accuracy=train_accuracy,
            validation_loss=loss,
            validation_accuracy=accuracy,
            lr=self._lr(self.at.step - 1),
            is_best=is_best,
            snapshot=self._snapshot(scores),
            seconds=self.at.seconds,
            images_per_second=pictures / max(self.at.seconds, 1e-9),
        )

    def _snapshot(self, scores: dict[str, float]) -> ModelSnapshot:
        card = ModelCard(
            network=self.recipe.network,
            class_names=self.class_names,
            stats=self.stats,
            network_settings=dict(self.recipe.network_settings),
            recipe=self.recipe,
            data_name=self.data_name,
            trained_on=self.split.fingerprint,
            epoch=self._epochs_done(),
            step=self.at.step,
            scores=scores,
        )
        return capture(self.model, card)

    def _resume_state(self) -> ResumeState:
        tensors = {f"model.{name}": _copy(value) for name, value in self.model.state_dict().items()}
        tensors |= {f"optimiser.{name}": value for name, value in self.optimiser.state().items()}
        if self.lookahead:
            tensors |= {f"slow.{name}": _copy(value) for name, value in self.lookahead.slow.items()}
        if self.at.micro:
            gradients = {name: each.grad for name, each in self.model.named_parameters() if each.grad is not None}
            tensors |= {f"gradient.{name}": _copy(value) for name, value in gradients.items()}
        tensors |= {"sums": _copy(self.sums), "epoch_sums": _copy(self.epoch_sums)}
        position = {name: getattr(self.at, name) for name in _Position.__slots__}
        values = {
            "position": position,
            "precision": self.precision.name,
            "channels_last": self.precision.channels_last,
            "trained_on": self.split.fingerprint,
            "recipe_epochs": self.recipe.epochs,
        }
        return ResumeState(self.at.step, tensors, values)

    def _load(self, state: ResumeState) -> None:
        """Go on from `state`. Raises DataError when it belongs to other training pictures."""
        if state.values["trained_on"] != self.split.fingerprint:
            raise DataError(
                f"This run was trained on other pictures than {self.data_name} has now, so it cannot go on with them. "
                "Choose the data it began with, or start a new run."
            )
        named = _by_prefix(state.tensors)
        self.model.load_state_dict(named.get("model", {}))
        self.optimiser.load(named.get("optimiser", {}))
        if self.lookahead:
            self.lookahead.slow = {name: value.to(self.device) for name, value in named.get("slow", {}).items()}
        for name, parameter in self.model.named_parameters():
            if name in named.get("gradient", {}):
                parameter.grad = named["gradient"][name].to(self.device).clone(memory_format=torch.preserve_format)
        self.sums.copy_(state.tensors["sums"])
        self.epoch_sums.copy_(state.tensors["epoch_sums"])
        self.at = _Position(**state.values["position"])
        if self.recipe.epochs != state.values["recipe_epochs"]:  # asked for more epochs since
            self.at.epochs = self.recipe.epochs

    # Small things

    @property
    def total_steps(self) -> int:
        return self.at.epochs * self.steps_per_epoch

    def _fraction(self, step: int | None = None) -> float:
        where = self.at.step if step is None else step
        return self.at.lr_scale * fraction_at(self.recipe, where, self.total_steps, self.steps_per_epoch)

    def _lr(self, step: int) -> float:
        return self.recipe.lr * self._fraction(step)

    def _epochs_done(self) -> float:
        return self.at.step / self.steps_per_epoch

    def _choose_precision(self, resume: ResumeState | None) -> Precision:
        if resume is not None:  # a run goes on in the precision it began with
            return Precision(resume.values["precision"], resume.values["channels_last"])
        sample = self.images[: min(self.micro_batch, 64)]
        inputs = standardise(sample, self.stats)
        return choose_precision(self.recipe, self.model, inputs, self.labels[: len(sample)])

    def _fit_sample(self, model: LearnsFromSample) -> None:
        chosen = torch.randperm(len(self.split), generator=generator(self.recipe.seed, "sample"))[:SAMPLE]
        model.fit_sample(standardise(self.images[chosen.to(self.device)], self.stats))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, torch's global generator starts from `seed`; afterwards it is as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


@contextmanager
def _plain_errors(recipe: Recipe) -> Iterator[None]:
    """Turn torch's out-of-memory and lost-device errors into sentences."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise TrainingError(
            f"The memory of the GPU is not enough for micro-batches of {recipe.micro_batch}. Lower the micro-batch and "
            "continue; batches stay as large as they are."
        ) from error
    except torch.AcceleratorError as error:
        raise TrainingError(
            "The GPU failed during the training. What was saved is safe: restart the program and continue the run."
        ) from error


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", copy=True)


def _by_prefix(tensors: Any) -> dict[str, dict[str, Tensor]]:
    named: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        prefix, _, rest = name.partition(".")
        named.setdefault(prefix, {})[rest] = tensor
    return named
