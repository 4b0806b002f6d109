"""A run in the middle, as values: what is needed to go on bit for bit, and how it is put back on the bench."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from cifar_gui.compute.precision import Precision
from cifar_gui.errors import CheckpointError, DataError
from cifar_gui.training.bench import Bench
from cifar_gui.training.events import ResumeState


@dataclass(slots=True)
class Position:
    """Where a run is, and what it remembers."""

    epochs: int  # to be done in all
    epoch: int = 1  # the one being trained, from 1
    step: int = 0  # optimiser steps done
    unreported: int = 0  # of these, those since the last step report
    micro: int = 0  # micro-batches of the next step whose gradients are summed already
    trained: bool = False  # all steps of the epoch are done, but not its validation
    best_accuracy: float = -1.0
    best_epoch: int = 0
    lr_scale: float = 1.0  # asked for while running, relative to the recipe's learning rate
    seconds: float = 0.0  # of training in this epoch


def pack(bench: Bench, position: Position) -> ResumeState:
    """The state of the run, copied to the CPU: weights, optimiser, averages, sums and any gradients half summed."""
    tensors = _prefixed("model", bench.model.state_dict())
    tensors |= _prefixed("optimiser", bench.optimiser.state())
    if bench.lookahead:
        tensors |= _prefixed("slow", bench.lookahead.slow)
    if position.micro:
        gradients = {name: each.grad for name, each in bench.model.named_parameters() if each.grad is not None}
        tensors |= _prefixed("gradient", gradients)
    tensors |= _prefixed("sums", {"report": bench.sums, "epoch": bench.epoch_sums})
    values = {
        "position": asdict(position),
        "precision": asdict(bench.precision),
        "micro_batch": bench.micro_batch,
        "trained_on": bench.split.fingerprint,
    }
    return ResumeState(position.step, tensors, values)


def precision_of(state: ResumeState) -> Precision:
    """A run goes on in the precision it began with, whatever a probe would say today."""
    with _one_of_ours():
        return Precision(**state.values["precision"])


def unpack(state: ResumeState, bench: Bench) -> Position:
    """Put a run back on the bench, to be trained for the epochs of the bench's recipe in all. Raises DataError when it
    was trained on other pictures, CheckpointError when the state is not one that `pack` made for this network."""
    with _one_of_ours():
        if state.values["trained_on"] != bench.split.fingerprint:
            raise DataError(
                f"This run was trained on other pictures than {bench.data_name} has now, so it cannot go on with them. "
                "Choose the data it began with, or start a new run."
            )
        bench.model.load_state_dict(_part(state, "model"))
        bench.optimiser.load(_part(state, "optimiser"))
        if bench.lookahead:
            bench.lookahead.slow = {name: value.to(bench.device) for name, value in _part(state, "slow").items()}
        position = Position(**state.values["position"])
        now = min(bench.recipe.micro_batch, bench.batch_size)  # of one process, and only one leaves a step half done
        _fit_micro_batches(position, state.values.get("micro_batch", now), now)
        gradients = _part(state, "gradient") if position.micro else {}
        for name, parameter in bench.model.named_parameters():
            if name in gradients:
                parameter.grad = torch.empty_like(parameter).copy_(gradients[name])
        sums = _part(state, "sums")
        bench.sums.copy_(sums["report"])
        bench.epoch_sums.copy_(sums["epoch"])
        position.epochs = bench.recipe.epochs  # a run keeps there what was asked for while it ran, and since
    return position


def _fit_micro_batches(position: Position, before: int, now: int) -> None:
    """Count what is done of a step in micro-batches of another size. Where they do not come out even the step begins
    anew: a few pictures count twice in its report, which is no harm."""
    done, rest = divmod(position.micro * before, now)
    position.micro = 0 if rest else done


@contextmanager
def _one_of_ours() -> Iterator[None]:
    """Turn what a state of another version or network runs into into a sentence."""
    try:
        yield
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            "This run cannot go on: its saved state is of another version or another network. Its models can still be "
            "used; start a new run with the same recipe."
        ) from error


def _prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": value.detach().to("cpu", copy=True) for name, value in tensors.items()}


def _part(state: ResumeState, prefix: str) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name.removeprefix(start): value.clone() for name, value in state.tensors.items() if name.startswith(start)}
