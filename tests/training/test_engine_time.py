"""What a run says of its time: training counts, waiting for anything else does not."""

from __future__ import annotations

import time

import pytest

from cifar_gui.training import engine as engine_module
from cifar_gui.training.bench import Bench
from cifar_gui.training.control import Control
from cifar_gui.training.engine import new_model, train
from cifar_gui.training.events import EpochReport, Paused, StepReport


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_a_pause_between_epochs_is_not_training_time(quick, run, monkeypatch):
    """Pausing is made to take an hour by a clock that leaps."""
    leap = 0.0
    real = time.perf_counter
    monkeypatch.setattr(engine_module.time, "perf_counter", lambda: real() + leap)

    def steer(event, control):
        nonlocal leap
        if isinstance(event, EpochReport) and event.epoch == 1:
            control.pause()
        if isinstance(event, Paused):
            leap += 3600
            control.resume()

    events = run(quick, at_event=steer)
    assert len(of(events, Paused)) == 1
    for report in of(events, EpochReport):
        assert 0 < report.seconds < 3600
        assert report.images_per_second < 1e7
    assert all(report.images_per_second < 1e7 for report in of(events, StepReport))


@pytest.fixture
def seconds_are_steps(monkeypatch):
    """A clock that goes on by one second in each optimiser step, and stands still otherwise."""
    now, step = 0.0, Bench.step

    def ticking(*arguments, **settings):
        nonlocal now
        now += 1
        step(*arguments, **settings)

    monkeypatch.setattr(Bench, "step", ticking)
    monkeypatch.setattr(engine_module.time, "perf_counter", lambda: now)


@pytest.mark.usefixtures("seconds_are_steps")
@pytest.mark.parametrize("where", [StepReport, Paused])
def test_what_happens_between_two_steps_is_not_training_time(run, where, monkeypatch):
    """Whoever takes the events takes his time, or the user goes to lunch."""
    late, clock = 0.0, engine_module.time.perf_counter
    monkeypatch.setattr(engine_module.time, "perf_counter", lambda: clock() + late)

    def steer(event, control):
        nonlocal late
        if isinstance(event, where):
            late += 100
        if isinstance(event, StepReport) and where is Paused:
            control.pause()
        if isinstance(event, Paused):
            control.resume()

    events = run(at_event=steer)
    assert seconds_of(events) == [(1, 4.0, 40.0), (2, 4.0, 40.0), (3, 4.0, 40.0)]
    assert {report.images_per_second for report in of(events, StepReport)} == {40.0}


def test_the_time_before_the_first_step_is_told(quick, tiny_data, monkeypatch):
    now = iter(range(0, 1000, 5))
    monkeypatch.setattr(engine_module.time, "perf_counter", lambda: float(next(now)))
    assert next(train(new_model(quick, 3), tiny_data, quick, Control())).seconds == 5.0


def seconds_of(events):
    return [(report.epoch, report.seconds, report.images_per_second) for report in of(events, EpochReport)]


@pytest.mark.usefixtures("seconds_are_steps")
def test_the_seconds_of_an_epoch_begin_anew(run):
    assert seconds_of(run()) == [(1, 4.0, 40.0), (2, 4.0, 40.0), (3, 4.0, 40.0)]  # four steps of 40 pictures


@pytest.mark.usefixtures("seconds_are_steps")
@pytest.mark.parametrize("step", [2, 4, 6])
def test_a_run_that_goes_on_counts_the_seconds_of_its_epoch_on(run, step):
    def steer(event, control):
        if isinstance(event, StepReport) and event.step == step:
            control.stop()

    stopped = run(at_event=steer)
    rest = run(resume=stopped[-2])
    assert seconds_of(stopped) + seconds_of(rest) == [(1, 4.0, 40.0), (2, 4.0, 40.0), (3, 4.0, 40.0)]
