"""Row 15: when the loss or a weight is no longer a number, the run stops, says which setting to lower, and its files
keep the last good weights."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from cifar_gui.checkpoint.files import load_resume_state, load_snapshot
from cifar_gui.data.base import ImageData
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run
from cifar_gui.training import bench
from cifar_gui.training.control import Control
from cifar_gui.training.engine import new_model, train
from cifar_gui.training.events import EpochReport, Event, Finished, ResumeState

RECIPE = Recipe(
    network="simple", data="tiny", epochs=6, batch_size=40, micro_batch=40, lr=0.02, precision="float32",
    memory_format="contiguous", device="cpu",
)  # fmt: skip
STEPS = 4  # of an epoch
GOOD = 2  # epochs before it goes wrong

Sabotage = Callable[[nn.Module, Control], None]


def a_learning_rate_of_a_million(_model: nn.Module, control: Control) -> None:
    control.set_lr(1e6)


def a_weight_that_is_nan(model: nn.Module, _control: Control) -> None:
    with torch.no_grad():
        next(model.parameters()).view(-1)[0] = float("nan")


def a_statistic_that_is_nan(model: nn.Module, _control: Control) -> None:
    """Batch norm's own figures are no parameters: only validation uses them, and the files keep them."""
    next(each for each in model.modules() if isinstance(each, nn.BatchNorm1d)).running_mean[0] = float("nan")


def a_weight_that_is_infinite(model: nn.Module, _control: Control) -> None:
    with torch.no_grad():
        list(model.parameters())[-1].view(-1)[0] = float("inf")


def trained(data: ImageData, recipe: Recipe, sabotage: Sabotage) -> tuple[Run, list[Event]]:
    """A run that is sabotaged after its second epoch, as it is on disk, and what it told."""
    control, events = Control(), []
    model = new_model(recipe, len(data.class_names))
    with Run.create(recipe) as run:
        for event in train(model, data, recipe, control):
            run.record(event)
            events.append(event)
            if isinstance(event, ResumeState) and event.step == GOOD * STEPS:
                sabotage(model, control)
    return run, events


def tensors_of(run: Run) -> dict[str, Tensor]:
    """Every floating-point tensor in every file of the run."""
    files = {path.stem: load_snapshot(path).weights for path in (run.best_path, run.last_path)}
    files |= {f"epoch {epoch}": load_snapshot(run.epoch_path(epoch)).weights for epoch in run.kept_epochs()}
    files["resume"] = load_resume_state(run.layout.resume).tensors
    named = {f"{file} {name}": each for file, tensors in files.items() for name, each in tensors.items()}
    return {name: each for name, each in named.items() if each.is_floating_point()}


def is_stopped_with_the_last_good_weights(run: Run, events: list[Event]) -> None:
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.reason == run.summary().status == "diverged"
    assert "Lower the learning rate" in finished.message
    assert run.summary().record.message == finished.message
    assert [event.epoch for event in events if isinstance(event, EpochReport)] == run.kept_epochs() == [1, GOOD]
    assert load_snapshot(run.last_path).card.epoch == GOOD
    assert [name for name, each in tensors_of(run).items() if not each.isfinite().all()] == []
    assert all(math.isfinite(value) for row in run.history().step_rows for value in row)


@pytest.mark.parametrize(
    "sabotage",
    [a_learning_rate_of_a_million, a_weight_that_is_nan, a_weight_that_is_infinite],
    ids=lambda sabotage: sabotage.__name__,
)
def test_the_last_good_weights_are_kept(tiny_data: ImageData, sabotage: Sabotage) -> None:
    is_stopped_with_the_last_good_weights(*trained(tiny_data, RECIPE, sabotage))


def test_statistics_that_are_no_numbers_are_not_kept_either(tiny_data: ImageData) -> None:
    recipe = RECIPE.changed(network="handmade")
    is_stopped_with_the_last_good_weights(*trained(tiny_data, recipe, a_statistic_that_is_nan))


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_loss_that_is_no_number_stops_the_run(
    tiny_data: ImageData, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    """The weights may still be numbers: an infinite loss has no gradient to say otherwise."""

    def infinite(_model: nn.Module, _control: Control) -> None:
        take_sums = bench.Bench.take_sums
        monkeypatch.setattr(bench.Bench, "take_sums", lambda bench: (value, take_sums(bench)[1]))

    is_stopped_with_the_last_good_weights(*trained(tiny_data, RECIPE, infinite))


def test_a_stop_does_not_put_the_good_weights_out_of_the_way(tiny_data: ImageData) -> None:
    """Between two reports nobody has noticed yet that a weight is no number."""

    def break_and_stop(model: nn.Module, control: Control) -> None:
        a_weight_that_is_nan(model, control)
        control.stop()

    is_stopped_with_the_last_good_weights(*trained(tiny_data, RECIPE, break_and_stop))


def test_a_run_stopped_for_nan_goes_on_from_its_last_good_epoch(tiny_data: ImageData) -> None:
    path = trained(tiny_data, RECIPE, a_weight_that_is_nan)[0].path
    run = Run.open(path)
    state = run.resume_state()
    assert state is not None
    with run:
        for event in train(new_model(run.recipe, 3), tiny_data, run.recipe, Control(), state):
            run.record(event)
    assert run.summary().status == "completed"
    assert run.kept_epochs() == [1, 2, 3, 4, 5, 6]
