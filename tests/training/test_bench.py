"""What a run asks of its network and of its random numbers, and how its reports add up."""

from __future__ import annotations

from collections import ChainMap

import pytest
import torch
from torch import nn

from cifar_gui.compute.precision import Precision
from cifar_gui.data.preprocess import standardise
from cifar_gui.networks.base import build
from cifar_gui.training import engine as engine_module
from cifar_gui.training.bench import Bench
from cifar_gui.training.control import Control
from cifar_gui.training.engine import new_model, train
from cifar_gui.training.events import EpochReport, ResumeState, StepReport


class Curious(nn.Sequential):
    """A network that wants to know all that a network may ask for, and notes what it is told."""

    def __init__(self) -> None:
        super().__init__(*build("simple", 3).children())
        self.told: list[object] = []

    def fit_sample(self, images: torch.Tensor) -> None:
        self.told.append(images)

    def start_epoch(self, epoch: int) -> None:
        self.told.append(epoch)


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_a_network_sees_a_sample_first_and_is_told_of_each_epoch(quick, tiny_data):
    model = Curious()
    list(train(model, tiny_data, quick, Control()))
    sample, *epochs = model.told
    assert epochs == [1, 2, 3]
    # All pictures, for they are fewer than a sample: in any order, but standardised.
    expected = standardise(tiny_data.split("train").images, tiny_data.stats)
    assert sorted(sample.sum((1, 2, 3)).tolist()) == pytest.approx(sorted(expected.sum((1, 2, 3)).tolist()), abs=0.01)


def test_a_sample_is_as_large_as_it_may_be_and_drawn_from_all_pictures(quick, tiny_data, monkeypatch):
    monkeypatch.setattr("cifar_gui.training.bench.SAMPLE", 60)
    model = Curious()
    next(train(model, tiny_data, quick, Control()))
    first = standardise(tiny_data.split("train").images[:60], tiny_data.stats)
    assert model.told[0].shape == first.shape
    assert not torch.equal(model.told[0].sum((1, 2, 3)).sort().values, first.sum((1, 2, 3)).sort().values)


def test_a_run_that_goes_on_tells_its_epoch_again_and_shows_no_sample(quick, run, tiny_data):
    after_first_epoch = of(run(), ResumeState)[0]
    model = Curious()
    list(train(model, tiny_data, quick, Control(), after_first_epoch))
    assert model.told == [2, 3]


@pytest.fixture
def bench(quick, tiny_data):
    """Made as a run would make it, in a precision chosen already."""

    def make(*, channels_last: bool = False, **changes: object) -> Bench:
        recipe = quick.changed(**changes)
        return Bench(new_model(recipe, 3), tiny_data, recipe, Precision("float32", channels_last))

    return make


def test_every_epoch_sees_every_picture_once_in_an_order_of_its_own(bench):
    first, second = (bench().epoch_order(epoch).tolist() for epoch in (1, 2))
    assert sorted(first) == sorted(second) == list(range(179))
    assert first != second
    assert bench().epoch_order(1).tolist() == first
    assert bench(seed=1).epoch_order(1).tolist() != first


@pytest.mark.parametrize("channels_last", [False, True])
def test_weights_lie_in_memory_as_the_precision_says(bench, channels_last):
    weight = bench(channels_last=channels_last, network="keras1m").model[2].weight
    assert weight.is_contiguous(memory_format=torch.channels_last) is channels_last


@pytest.mark.parametrize("kind", [nn.Dropout, nn.Dropout2d])
def test_dropout_is_drawn_for_its_place_in_the_run(quick, tiny_data, kind):
    def loss(place: int) -> float:
        torch.manual_seed(0)
        model = nn.Sequential(kind(0.5), build("simple", 3))
        bench = Bench(model, tiny_data, quick, Precision("float32", False))
        torch.manual_seed(place * 7)  # whatever else has been drawn
        chosen = torch.arange(16)
        bench.forward_backward(chosen, bench.augmenter.draw(chosen, 1, 0), 16, place)
        return bench.take_sums()[0]

    assert loss(5) == loss(5)
    assert loss(5) != loss(6)


def test_no_two_micro_batches_have_the_same_place_and_no_two_steps_the_same_draws(run, monkeypatch):
    places, shifts, mirrored, forward = [], [], [], Bench.forward_backward

    def noting(bench, indices, draws, batch_size, place):
        places.append(place)
        shifts.append((*draws.shift_y.tolist(), *draws.shift_x.tolist()))
        mirrored.append(dict(zip(indices.tolist(), draws.mirrored.tolist(), strict=True)))
        forward(bench, indices, draws, batch_size, place)

    monkeypatch.setattr(Bench, "forward_backward", noting)
    run()
    assert len(places) == 3 * 4 * 3  # epochs, steps, micro-batches
    assert len(set(places)) == len(set(shifts)) == len(places)
    first, second = (dict(ChainMap(*mirrored[start : start + 12])) for start in (0, 12))
    both = first.keys() & second.keys()
    assert len(both) > 100
    assert all(first[each] is not second[each] for each in both), "alternating from epoch to epoch"


@pytest.mark.parametrize("steps_between", [1, 2])
def test_step_reports_add_up_to_the_epochs(run, monkeypatch, steps_between):
    monkeypatch.setattr(engine_module, "REPORTS_PER_EPOCH", 4 // steps_between)
    events = run()
    steps, epochs = of(events, StepReport), of(events, EpochReport)
    assert [report.step for report in steps] == list(range(steps_between, 13, steps_between))
    assert [report.epoch for report in steps] == [report.step / 4 for report in steps]
    share = 4 // steps_between
    for number, epoch in enumerate(epochs):
        own = steps[number * share : (number + 1) * share]
        assert epoch.train_loss == pytest.approx(sum(report.loss for report in own) / share)
        assert epoch.train_accuracy == pytest.approx(sum(report.accuracy for report in own) / share)
        assert epoch.lr == own[-1].lr


def test_the_last_step_of_an_epoch_is_reported_though_the_steps_do_not_divide(quick, run):
    reports = of(run(quick.changed(epochs=2, batch_size=1, network="mlp", network_settings={"hidden": 2})), StepReport)
    assert [report.step for report in reports] == [*range(2, 180, 3), *range(181, 359, 3)]
