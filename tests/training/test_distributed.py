"""Several processes that train one network: what one process would do, step for step. Here they are threads, each with
its own network, that exchange through gloo as processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import torch
import torch.distributed as dist

from cifar_gui.compute.device import ChosenDevice
from cifar_gui.data.base import ImageData
from cifar_gui.errors import CifarGuiError, DeviceError, TrainingError
from cifar_gui.networks.blocks import Dropout
from cifar_gui.recipe import Recipe
from cifar_gui.training import distributed
from cifar_gui.training.bench import Bench
from cifar_gui.training.control import Control
from cifar_gui.training.distributed import Group, joined
from cifar_gui.training.engine import new_model, train
from cifar_gui.training.events import (
    EpochReport,
    Event,
    Paused,
    Resumed,
    ResumeState,
    SettingsChanged,
    SnapshotTaken,
    StepReport,
)
from cifar_gui.training.ranks import ALONE, even_micro_batch, share

PATIENCE = timedelta(minutes=2)
LONGEST = timedelta(minutes=2)
"""So long a test's ranks may go on meeting; most end in a second."""


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


class EndingGroup(Group):
    """Ranks that wait for a pause to end meet all the while, so that none is ever missed: here they end after all."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._end = time.monotonic() + LONGEST.total_seconds()

    def largest(self, numbers: list[float]) -> list[float]:
        *most, over = super().largest([*numbers, time.monotonic() > self._end])
        if over:
            raise CifarGuiError(f"The ranks still meet after {LONGEST}: they wait for something that does not come.")
        return most


def at_once(count: int, work: Callable[[Group], Any], patience: timedelta = PATIENCE) -> list[Any]:
    """What `work` gives in each of `count` ranks; the error of the first that fails."""
    store = dist.HashStore()

    def rank(number: int) -> Any:
        try:
            return work(EndingGroup(dist.ProcessGroupGloo(store, number, count, patience), store, number))
        except CifarGuiError as error:
            return error.with_traceback(None)  # whose frames would keep the connections open that a process closes

    with ThreadPoolExecutor(count) as pool:
        results = list(pool.map(rank, range(count)))
    for result in results:
        if isinstance(result, CifarGuiError):
            raise result
    return results


class Together:
    """Runs the engine in several ranks, doing something to the control of each at chosen events."""

    def __init__(self, data: ImageData) -> None:
        self.data = data

    def __call__(
        self,
        recipe: Recipe,
        count: int = 2,
        at_event: Callable[[int, Event, Control], Any] = lambda rank, event, control: None,
        resume: ResumeState | None = None,
    ) -> list[list[Event]]:
        models = [new_model(recipe, len(self.data.class_names)) for _ in range(count)]

        def rank(group: Group) -> list[Event]:
            events, control = [], Control()
            own = group.state_from_first(resume if group.rank == 0 else None)
            for event in train(models[group.rank], self.data, recipe, control, own, group):
                events.append(event)
                at_event(group.rank, event, control)
            return events

        return at_once(count, rank)


@pytest.fixture(autouse=True)
def _no_dropout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads share torch's random numbers, which processes do not."""
    monkeypatch.setattr(Dropout, "forward", lambda _layer, values: values)


@pytest.fixture
def together(tiny_data: ImageData) -> Together:
    return Together(tiny_data)


def assert_as_one(several: list[Event], one: list[Event]) -> None:
    """The same steps, but for the order in which numbers were added."""
    for ours, theirs in zip(of(several, StepReport), of(one, StepReport), strict=True):
        assert (ours.step, ours.lr) == (theirs.step, theirs.lr)
        assert ours.loss == pytest.approx(theirs.loss, abs=1e-4)
    for ours, theirs in zip(of(several, EpochReport), of(one, EpochReport), strict=True):
        assert ours.train_loss == pytest.approx(theirs.train_loss, abs=1e-4)
        assert ours.validation_loss == pytest.approx(theirs.validation_loss, abs=1e-3)
        for name, weight in theirs.snapshot.weights.items():
            torch.testing.assert_close(ours.snapshot.weights[name], weight, rtol=1e-3, atol=1e-4)


# Shares


@pytest.mark.parametrize(("ranks", "first", "end"), [(1, 0, 3), (2, 0, 4), (3, 0, 7), (2, 3, 4), (4, 1, 3), (5, 2, 2)])
def test_shares_are_stretches_that_hold_every_micro_batch_once(ranks, first, end):
    shares = [share(rank, ranks, first, end) for rank in range(ranks)]
    assert [number for each in shares for number in each] == list(range(first, end))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize(
    ("wanted", "batch_size", "ranks", "pictures"),
    [
        (500, 2000, 1, 500), (16, 40, 1, 16),  # alone it is what was wanted
        (500, 2000, 2, 500), (16, 40, 3, 16),  # as many for each
        (500, 2000, 3, 334), (40, 40, 2, 20), (16, 40, 2, 10), (100, 100, 8, 13),
        (50, 50, 100, 1),
    ],
)  # fmt: skip
def test_micro_batches_are_so_small_that_each_rank_has_as_many(wanted, batch_size, ranks, pictures):
    assert even_micro_batch(wanted, batch_size, ranks) == pictures


# One process, or several

NORMS = {"network": "resnet20", "network_settings": {"width": 4}}
"""Small, and with batch norm."""

RECIPES = {
    "sgd": {},
    "summed loss and smoothing": {"loss_reduction": "sum", "lr": 0.0005, "label_smoothing": 0.2},
    "adam": {"optimiser": "adam", "lr": 1e-3},
    "batch norm, muon, lookahead and a stem that freezes": {
        "network": "airnet", "network_settings": {"size": "93"}, "optimiser": "muon", "lr": 0.02, "lookahead_every": 3,
        "epochs": 2, "bias_lr": 0.01, "head_lr": 0.1, "batch_size": 60,
        "memory_format": "channels_last",
    },
    "residual blocks": {**NORMS, "epochs": 2},
    "side classifiers": {
        "network": "inception_v1", "epochs": 1, "lr": 1e-3,
        "network_settings": {"width": 0.1, "side_classifiers": True},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", RECIPES)
def test_two_ranks_train_as_one_process_with_their_micro_batches(run, together, quick, name, monkeypatch):
    monkeypatch.setattr("cifar_gui.networks.airnet.STEM_BIAS_EPOCHS", 1)
    recipe = quick.changed(**{"micro_batch": 10, **RECIPES[name]})
    first, second = together(recipe)
    assert_as_one(first, run(recipe))
    kinds = (StepReport, EpochReport)
    assert [each for each in first if isinstance(each, kinds)] == [each for each in second if isinstance(each, kinds)]


@pytest.mark.parametrize(("count", "micro_batch"), [(2, 20), (3, 14), (5, 8)])
def test_where_micro_batches_do_not_come_out_even_they_are_smaller(run, together, quick, count, micro_batch):
    recipe = quick.changed(epochs=1, **NORMS)
    assert_as_one(together(recipe.changed(micro_batch=40), count)[0], run(recipe.changed(micro_batch=micro_batch)))


def test_there_may_be_more_ranks_than_pictures_in_a_batch(run, together, quick):
    recipe = quick.changed(batch_size=2, micro_batch=1, epochs=1)
    assert_as_one(together(recipe, 3)[0], run(recipe))


def test_held_out_pictures_are_shared_out_and_judged_together(run, together, quick, monkeypatch):
    monkeypatch.setattr("cifar_gui.training.bench.VALIDATION_CHUNK", 4)  # 21 of them: 11 for each of two, 7 of three
    recipe = quick.changed(epochs=1, micro_batch=10, lr=1e-9)
    (alone,) = of(run(recipe), EpochReport)
    for count in (2, 3):
        (report,) = of(together(recipe, count)[0], EpochReport)
        assert report.validation_accuracy == alone.validation_accuracy
        assert report.validation_loss == pytest.approx(alone.validation_loss, rel=1e-5)


def test_all_ranks_begin_with_the_weights_and_the_precision_of_the_first(tiny_data, quick):
    recipes = [quick.changed(memory_format="channels_last"), quick.changed(seed=1)]
    models = [new_model(recipe, 3) for recipe in recipes]

    def begin(group: Group) -> Bench:
        return Bench(models[group.rank], tiny_data, recipes[group.rank], None, group)

    first, second = at_once(2, begin)
    assert second.precision == first.precision
    for name, weight in first.model.state_dict().items():
        assert torch.equal(second.model.state_dict()[name], weight)


# Being told, and going on


@pytest.mark.parametrize("asked", [0, 1])
def test_what_one_is_asked_all_do_after_the_same_step(run, together, quick, asked):
    def steer(rank, event, control):
        if rank == asked and isinstance(event, StepReport) and event.step == 3:
            control.set_lr(quick.lr / 2)
            control.set_epochs(2)
            control.request_snapshot()

    recipe = quick.changed(micro_batch=20)
    for events in together(recipe, at_event=steer):
        assert of(events, SettingsChanged) == [SettingsChanged(3, quick.lr / 2, 2)]
        assert [event.step for event in of(events, SnapshotTaken)] == [3]
        assert events[-1].epoch == 2


@pytest.mark.parametrize("asked", [0, 1])
def test_stopped_by_any_rank_the_run_goes_on_with_any_number(run, together, quick, asked):
    def steer(rank, event, control):
        if rank == asked and isinstance(event, StepReport) and event.step == 3:
            control.stop()

    recipe = quick.changed(epochs=2, micro_batch=20, lr=0.002, lookahead_every=3, **NORMS)
    straight = run(recipe)
    stopped = together(recipe, at_event=steer)
    for events in stopped:
        assert (events[-1].reason, events[-2].step) == ("stopped", 3)
    first = stopped[0]
    for rest in (run(recipe, resume=first[-2]), together(recipe, 2, resume=first[-2])[0]):
        assert_as_one(first + rest, straight)


@pytest.mark.parametrize("micro_batches", [1, 2, 3])
def test_a_step_that_one_process_began_is_gone_on_with_by_several(run, together, quick, micro_batches):
    class Stopping(Control):
        def take_snapshot_request(self) -> bool:  # read once after every micro-batch
            nonlocal micro_batches
            micro_batches -= 1
            if micro_batches == 0:
                self.stop()
            return False

    # One step, of four micro-batches, which three ranks would begin otherwise.
    recipe = quick.changed(epochs=1, batch_size=160, micro_batch=45, **NORMS)
    straight, before = run(recipe), run(recipe, control=Stopping())
    assert before[-2].values["position"]["micro"] > 0
    assert_as_one(together(recipe, 3, resume=before[-2])[0], straight)


def test_a_pause_is_everybodys_and_nobody_is_taken_for_lost(together, quick, monkeypatch):
    monkeypatch.setattr(distributed, "_PAUSE_BEAT", 0.001)
    beats = 0

    def agree(control):
        nonlocal beats
        agree_as_ever(control)
        if control.paused and control._group.rank == 0:
            beats += 1
            if beats == 5:
                control._asked.resume()

    agree_as_ever = distributed.SharedControl.agree
    monkeypatch.setattr(distributed.SharedControl, "agree", agree)

    def steer(rank, event, control):
        if rank == 0 and isinstance(event, EpochReport) and event.epoch == 1:
            control.pause()

    for events in together(quick.changed(epochs=2), at_event=steer):
        assert [event.step for event in of(events, Paused)] == [event.step for event in of(events, Resumed)] == [4]
        assert events[-1].reason == "completed"
    assert beats == 5


def test_a_pause_planned_for_the_end_of_an_epoch_comes_there(together, quick):
    def steer(rank, event, control):
        if rank == 0 and isinstance(event, StepReport) and event.step == 2:
            control.pause_after_epoch()
        if rank == 0 and isinstance(event, Paused):
            control.stop()

    for events in together(quick, at_event=steer):
        assert [event.step for event in of(events, Paused)] == [4]
        assert events[-1].reason == "stopped"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"lr": 1e6, "momentum": 0.9}, "diverged"), ({"early_stopping": 1, "lr": 1e-9, "epochs": 5}, "early")],
)
def test_all_ranks_end_for_the_same_reason_at_the_same_step(run, together, quick, changes, reason):
    recipe = quick.changed(micro_batch=20, **changes)
    alone = run(recipe)[-1]
    assert alone.reason == reason
    assert [events[-1] for events in together(recipe)] == [alone, alone]


# What goes wrong


def test_a_rank_that_leaves_is_missed_in_a_sentence(together, quick):
    def leave(rank, event, _control):
        if rank == 1 and isinstance(event, EpochReport):
            raise CifarGuiError("Leaving.")

    with pytest.raises(TrainingError, match=r"has ended, or does not answer \(.+\)\..+cifar-gui train --resume"):
        together(quick, at_event=leave)


def test_a_rank_that_hangs_is_missed_in_time():
    at_rest = []

    def work(group: Group) -> None:
        if group.rank:
            at_rest.append(group)  # its connections stay
        else:
            group.largest([1.0])

    with pytest.raises(TrainingError, match="does not answer"):
        at_once(2, work, timedelta(seconds=1))
    assert at_rest


def test_ranks_that_go_on_meeting_for_ever_are_ended(monkeypatch):
    monkeypatch.setitem(globals(), "LONGEST", timedelta(seconds=0.1))

    def work(group: Group) -> None:
        while True:
            group.largest([0.0])

    with pytest.raises(CifarGuiError, match="wait for something that does not come"):
        at_once(2, work)


def test_who_waits_for_the_first_to_load_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(distributed, "LOADING", timedelta(0))
    store = dist.HashStore()
    alone = Group(dist.ProcessGroupGloo(store, 0, 1, PATIENCE), store, 0)
    alone.count = 2
    with pytest.raises(TrainingError, match="nothing was heard for 0:00:00"):
        alone.meet()


def test_weights_that_come_apart_end_the_run_before_anything_is_kept(together, quick):
    def spoil(rank, event, control):
        if isinstance(event, EpochReport):
            kept.append(event)

    kept: list[Event] = []
    models: list[torch.nn.Module] = []
    end_step = Group.end_step

    def drifting(group, model, sums, later):
        end_step(group, model, sums, later)
        models.append(model)
        if group.rank == 1 and len(models) > 4:
            with torch.no_grad():
                next(model.parameters()).view(-1)[0] += 1e-3

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Group, "end_step", drifting)
        with pytest.raises(TrainingError, match="no longer have the same weights"):
            together(quick, at_event=spoil)
    assert kept == []


# Devices, and the environment


def chosen(monkeypatch, gpus: int) -> None:
    def choose(wanted: str) -> ChosenDevice:
        if int(wanted.removeprefix("cuda:")) >= gpus:
            raise DeviceError(f"{wanted} cannot be used.")
        return ChosenDevice(torch.device(wanted), "")

    monkeypatch.setattr(distributed, "choose_device", choose)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: None)
    monkeypatch.setattr(Group, "_nccl", lambda group: None)


@pytest.mark.parametrize(
    ("wanted", "gpus", "devices"),
    [
        ("auto", 2, ["cuda:0", "cuda:1"]),
        ("cuda", 2, ["cuda:0", "cuda:1"]),
        ("auto", 0, ["cpu", "cpu"]),
        ("cpu", 2, ["cpu", "cpu"]),
    ],
)
def test_each_rank_has_a_gpu_of_its_own_or_all_have_none(monkeypatch, wanted, gpus, devices):
    chosen(monkeypatch, gpus)
    assert [str(each) for each in at_once(2, lambda group: group.device(wanted))] == devices


@pytest.mark.parametrize(
    ("wanted", "gpus", "words"),
    [("auto", 1, "Not every process has a GPU"), ("cuda:1", 2, "cannot share cuda:1"), ("cuda", 0, "cuda:0 cannot")],
)
def test_devices_that_do_not_go_round_are_refused(monkeypatch, wanted, gpus, words):
    chosen(monkeypatch, gpus)
    with pytest.raises(DeviceError, match=words):
        at_once(2, lambda group: group.device(wanted))


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"},
        {"WORLD_SIZE": "4"},
        {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "many"},
    ],
)
def test_without_the_launcher_a_process_is_alone(monkeypatch, environment):
    for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with joined() as ranks:
        assert ranks is ALONE
    assert not dist.is_initialized()
