"""The training loop: a plain generator of events. No Qt, no threads; what steers it comes through a `Control`.

    data resident on the device ─ augment (uint8) ─ standardise ─ forward, backward ─ step ─→ events

Everything random is drawn for its place in the run (seed, epoch, step), so a run that was stopped goes on bit for bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager

import torch
from torch import Tensor, nn

from cifar_gui.checkpoint.snapshot import weights_digest
from cifar_gui.data.base import ImageData
from cifar_gui.errors import MemoryShortage, TrainingError
from cifar_gui.networks.layer_table import total_parameters
from cifar_gui.recipe import Recipe
from cifar_gui.training.bench import Bench, Validation, new_model
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
from cifar_gui.training.ranks import ALONE, Ranks
from cifar_gui.training.resume import Position, pack, precision_of, unpack
from cifar_gui.training.schedule import fraction_at
from cifar_gui.words import grouped

__all__ = ["new_model", "plain_errors", "train"]

REPORTS_PER_EPOCH = 50


def train(
    model: nn.Module,
    data: ImageData,
    recipe: Recipe,
    control: Control,
    resume: ResumeState | None = None,
    ranks: Ranks = ALONE,
) -> Generator[Event, None, None]:
    """Train `model` in place, yielding events; `control` is read after every micro-batch, in validation too. A run
    that goes on from `resume` trains as many epochs in all as `recipe` says. Where several `ranks` train along, each
    passes equal data, recipe and resume, and `control` is read after every step.

    Raises DataError when there is nothing to train on or the run to resume had other pictures, DeviceError when the
    recipe's device cannot be used, TrainingError when memory runs out or a device is lost."""
    with plain_errors(recipe):
        began = time.perf_counter()
        bench = Bench(model, data, recipe, precision_of(resume) if resume else None, ranks)
        position = unpack(resume, bench) if resume else Position(recipe.epochs)
        yield _started(bench, position, time.perf_counter() - began)
        if position.lr_scale != 1:  # the recipe of a run that goes on does not know that it was changed while it ran
            yield SettingsChanged(position.step, recipe.lr * position.lr_scale, position.epochs)
        yield from _Training(bench, position, ranks.control(control)).events()


class _Training:
    """The course of one run. Its generators return False or None when the run is over; then all has been said."""

    def __init__(self, bench: Bench, position: Position, control: Control) -> None:
        self.bench, self.at, self.control = bench, position, control
        self.recipe = bench.recipe
        self._idle_seconds = 0.0  # paused, or in the consumer's hands, since the last report

    def events(self) -> Iterator[Event]:
        at = self.at
        while at.epoch <= at.epochs:
            self.bench.start_epoch(at.epoch)
            if not at.trained and not (yield from self._train_epoch()):
                return
            report = yield from self._finish_epoch()
            if report is None:
                return
            if self._should_end_early(report):
                yield self._finished("early")
                return
            self.control.agree()
            yield from self._change_settings()  # more epochs may have been asked for during the last one's validation
            if at.epoch <= at.epochs and not (yield from self._obey()):
                return
        yield self._finished("completed")

    def _train_epoch(self) -> Generator[Event, None, bool]:
        """The steps that are left of the current epoch."""
        bench, at = self.bench, self.at
        order = bench.epoch_order(at.epoch)
        every = max(1, bench.steps_per_epoch // REPORTS_PER_EPOCH)  # optimiser steps between two reports
        last = at.epoch * bench.steps_per_epoch
        clock, self._idle_seconds = time.perf_counter(), 0.0  # a pause between epochs is nobody's training time
        while at.step < last:
            first = (at.step % bench.steps_per_epoch) * bench.batch_size
            if not (yield from self._train_step(order[first : first + bench.batch_size])):
                return False
            if (last - at.step) % every == 0:  # counted from the end, so that the last step is reported
                report = self._report(clock)
                clock, self._idle_seconds = time.perf_counter(), 0.0
                if not math.isfinite(report.loss):
                    yield self._finished("diverged")
                    return False
                yield report
                self._idle_seconds += time.perf_counter() - clock
            self.control.agree()
            if not (yield from self._obey()):  # only now: a step that was due to be reported has been
                return False
        at.trained = True
        return True

    def _train_step(self, batch: Tensor) -> Generator[Event, None, bool]:
        """One optimiser step over the pictures with indices `batch`, a micro-batch at a time."""
        bench, at = self.bench, self.at
        for left in bench.gradients(batch, at.epoch, at.step, at.micro):  # those before were done when it was stopped
            at.micro += 1
            if left and not (yield from self._obey()):
                return False
        bench.step(self._fraction(at.step), at.step + 1, self._total_steps())
        at.step, at.micro = at.step + 1, 0
        at.unreported += 1
        return True

    def _finish_epoch(self) -> Generator[Event, None, EpochReport | None]:
        """Validate, report, hand out what is needed to go on."""
        at = self.at
        validation = yield from self._validate()
        if validation is None:
            return None
        if not self.bench.is_finite():
            yield self._finished("diverged")
            return None
        self.bench.ranks.check_equal(self.bench.model)
        accuracy = validation.accuracy
        is_best = accuracy is None or accuracy > at.best_accuracy
        if is_best:
            at.best_accuracy, at.best_epoch = accuracy or 0.0, at.epoch
        report = self._epoch_report(validation, is_best=is_best)
        at.epoch, at.trained, at.seconds = at.epoch + 1, False, 0.0
        self.control.end_of_epoch()
        yield report
        yield pack(self.bench, at)
        return report

    def _validate(self) -> Generator[Event, None, Validation | None]:
        """How good the network is on the held-out pictures, if there are any."""
        if not self.bench.validation_pictures:
            return Validation()
        logits = []
        with closing(self.bench.validate()) as chunks:
            for chunk in chunks:
                logits.append(chunk)
                self.control.agree()
                if not (yield from self._obey()):
                    return None
        return self.bench.judged(torch.cat(logits))

    # What the control asks for

    def _obey(self) -> Generator[Event, None, bool]:
        """Do what was asked for since the last micro-batch. False when asked to stop."""
        control, at, began = self.control, self.at, time.perf_counter()
        if control.take_snapshot_request():
            yield SnapshotTaken(at.step, at.step / self.bench.steps_per_epoch, self.bench.snapshot(at.step, {}))
        yield from self._change_settings()
        if control.paused and not control.stopping:
            yield Paused(at.step, self._lr(at.step))
            control.wait_while_paused()
            yield from self._change_settings()
            if not control.stopping:
                yield Resumed(at.step)
        if control.stopping:
            yield from self._stop()
            return False
        self._idle_seconds += time.perf_counter() - began
        return True

    def _change_settings(self) -> Iterator[Event]:
        changes = self.control.take_changes()
        if changes.lr is not None:
            self.at.lr_scale = changes.lr / self.recipe.lr
        if changes.epochs is not None:
            self.at.epochs = changes.epochs
        if changes.lr is not None or changes.epochs is not None:
            yield SettingsChanged(self.at.step, self.recipe.lr * self.at.lr_scale, self.at.epochs)

    def _stop(self) -> Iterator[Event]:
        if not self.bench.is_finite():  # gone since the last report: the state saved before is worth more
            yield self._finished("diverged")
            return
        yield pack(self.bench, self.at)
        yield self._finished("stopped")

    def _should_end_early(self, report: EpochReport) -> bool:
        """Trained on all data every epoch is the best, so that this never comes."""
        patience = self.recipe.early_stopping
        return bool(patience) and report.epoch - self.at.best_epoch >= patience

    # What is reported

    def _report(self, clock: float) -> StepReport:
        """Means over the steps since the last report, which was at `clock`."""
        bench, at = self.bench, self.at
        pictures = bench.batch_size * at.unreported
        at.unreported = 0
        loss, right = bench.take_sums()
        seconds = time.perf_counter() - clock - self._idle_seconds
        at.seconds += seconds
        return StepReport(
            step=at.step,
            epoch=at.step / bench.steps_per_epoch,
            loss=loss / pictures,
            accuracy=right / pictures,
            lr=self._lr(at.step - 1),
            images_per_second=pictures / max(seconds, 1e-9),
        )

    def _epoch_report(self, validation: Validation, *, is_best: bool) -> EpochReport:
        bench, at = self.bench, self.at
        pictures = bench.steps_per_epoch * bench.batch_size
        train_loss, train_right = bench.take_epoch_sums()
        scores = {"train_loss": train_loss / pictures, "train_accuracy": train_right / pictures}
        if validation.loss is not None and validation.accuracy is not None:
            scores |= {"validation_loss": validation.loss, "validation_accuracy": validation.accuracy}
        return EpochReport(
            epoch=at.epoch,
            step=at.step,
            train_loss=scores["train_loss"],
            train_accuracy=scores["train_accuracy"],
            validation_loss=validation.loss,
            validation_accuracy=validation.accuracy,
            lr=self._lr(at.step - 1),
            is_best=is_best,
            snapshot=bench.snapshot(at.step, scores, validation.temperature),
            seconds=at.seconds,
            images_per_second=pictures / max(at.seconds, 1e-9),
        )

    def _finished(self, reason: FinishReason) -> Finished:
        at = self.at
        message = ""
        if reason == "early":
            message = (
                f"Stopped early: the validation accuracy has not risen for {self.recipe.early_stopping} epochs. "
                f"The best epoch was {at.best_epoch}."
            )
        elif reason == "diverged":
            lr = self.recipe.lr * at.lr_scale
            message = (
                f"The loss is no longer a number (epoch {at.epoch}, step {at.step}): the steps were too large. "
                f"Lower the learning rate (now {grouped(lr)}) and start again; the weights of the last whole epoch are "
                "kept."
            )
        return Finished(reason, at.epoch - 1, at.best_epoch, message)

    # Small things

    def _total_steps(self) -> int:
        return self.at.epochs * self.bench.steps_per_epoch

    def _fraction(self, step: int) -> float:
        share = fraction_at(self.recipe, step, self._total_steps(), self.bench.steps_per_epoch)
        return self.at.lr_scale * share

    def _lr(self, step: int) -> float:
        return self.recipe.lr * self._fraction(step)


def _started(bench: Bench, position: Position, seconds: float) -> Started:
    return Started(
        network=bench.recipe.network,
        parameters=total_parameters(bench.model),
        epochs=position.epochs,
        steps_per_epoch=bench.steps_per_epoch,
        first_step=position.step,
        device=str(bench.device),
        precision=bench.precision.name,
        memory_format="channels_last" if bench.precision.channels_last else "contiguous",
        training_pictures=len(bench.split),
        validation_pictures=bench.validation_pictures,
        seconds=seconds,
        classes=len(bench.class_names),
        first_weights="" if position.step or position.micro else weights_digest(bench.model.state_dict()).hex(),
    )


@contextmanager
def plain_errors(recipe: Recipe) -> Iterator[None]:
    """Turn torch's out-of-memory and lost-device errors, and what batch norm cannot learn from, into sentences."""
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise TrainingError(
            "Batch norm needs more than one value of each channel at a time, and the last micro-batch of each step has "
            "one picture only. Choose another batch size or micro-batch, so that two pictures at least are left."
        ) from error
    except (RuntimeError, MemoryError) as error:
        if device := _short_of_memory(error):
            raise MemoryShortage(recipe.micro_batch, device) from error
        if isinstance(error, torch.AcceleratorError):
            raise TrainingError(
                "The GPU failed during the training. What was saved is safe: restart the program and continue the run."
            ) from error
        raise


def _short_of_memory(error: Exception) -> str:
    """Whose memory ran out, "" if it was something else. Only CUDA's own allocator has an error of its own for it."""
    words = str(error)
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in words or "bad_alloc" in words:
        return "this computer"
    if isinstance(error, torch.OutOfMemoryError) or "out of memory" in words or "ALLOC_FAILED" in words:
        return "the GPU"
    return ""
