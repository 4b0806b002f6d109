"""What a training run tells its consumer. Events are values: immutable, on the CPU, comparable by meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cifar_gui.checkpoint.state import ResumeState as ResumeState  # an event that can be stored

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot

FinishReason = Literal["completed", "stopped", "early", "diverged"]


@dataclass(frozen=True, slots=True)
class Started:
    """The first event of every run, after the data is resident and the precision chosen."""

    network: str
    parameters: int
    epochs: int
    steps_per_epoch: int
    first_step: int  # optimiser steps already done: 0, or where a resumed run goes on
    device: str  # "cpu", "cuda:0"
    precision: str  # "float32" or "bfloat16"
    memory_format: str  # "channels_last" or "contiguous"
    training_pictures: int
    validation_pictures: int  # 0 when trained on all data
    seconds: float = field(default=0.0, compare=False)  # set-up: data to the device, probes, stem
    first_weights: str = ""  # digest of those before the first step, hex; "" of a run that goes on
    classes: int = 10  # of its pictures


@dataclass(frozen=True, slots=True)
class StepReport:
    """A few times a second at most: means over the steps since the last report."""

    step: int  # optimiser steps so far, from 1
    epoch: float  # epochs so far, fractional
    loss: float  # mean cross-entropy in nats, without label smoothing
    accuracy: float  # 0–1, on the augmented training pictures
    lr: float  # learning rate of the last step
    images_per_second: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class EpochReport:
    """After each epoch. Validation figures are None when trained on all data."""

    epoch: int  # from 1
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    lr: float  # learning rate of the epoch's last step
    is_best: bool  # highest validation accuracy so far (without validation: the latest)
    snapshot: ModelSnapshot
    seconds: float = field(default=0.0, compare=False)  # training only, validation not counted
    images_per_second: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """The network as it is now, because `Control.request_snapshot` asked for it."""

    step: int
    epoch: float
    snapshot: ModelSnapshot


@dataclass(frozen=True, slots=True)
class Paused:
    """The engine waits for `Control.resume`. `lr` is what the next step would use."""

    step: int
    lr: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """The engine goes on after a pause."""

    step: int


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """A learning rate or number of epochs changed while running took effect before step `step` + 1."""

    step: int
    lr: float  # the new peak learning rate
    epochs: int


@dataclass(frozen=True, slots=True)
class Calibrating:
    """All epochs are done; what the run keeps is made honest, which takes some seconds."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event. `message` is a sentence for the user, "" when there is nothing to explain."""

    reason: FinishReason
    epoch: int  # whole epochs done
    best_epoch: int  # 0 if no epoch was finished
    message: str = ""


Event = (
    Started | StepReport | EpochReport | SnapshotTaken | Paused | Resumed | SettingsChanged | ResumeState | Calibrating
    | Finished
)  # fmt: skip
