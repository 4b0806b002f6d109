"""A run that was stopped goes on bit for bit, wherever it was stopped."""

from __future__ import annotations

import copy

import pytest
import torch

from cifar_gui.checkpoint.files import load_resume_state, save_resume_state
from cifar_gui.data.base import assemble
from cifar_gui.errors import CheckpointError, DataError
from cifar_gui.training.bench import Bench
from cifar_gui.training.control import Control
from cifar_gui.training.engine import new_model, train
from cifar_gui.training.events import (
    EpochReport,
    Event,
    Finished,
    Paused,
    Resumed,
    ResumeState,
    SettingsChanged,
    Started,
    StepReport,
)

SAID_ONCE = (Started, Finished, ResumeState, Paused, Resumed)
"""What belongs to the telling, not to the run."""

RECIPES = {
    "sgd": {},
    "adam and dropout": {"network": "keras1m", "optimiser": "adam", "lr": 1e-3},
    "muon and batch norm": {"network": "airnet", "network_settings": {"size": "93"}, "optimiser": "muon", "lr": 0.1},
    "lookahead": {"lookahead_every": 3, "schedule": "one_cycle"},
    "all data": {"all_data": True},
}


def told(events: list[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, SAID_ONCE)]


def stopping_at(micro_batch: int) -> Control:
    """A control that asks to stop after so many micro-batches."""

    class Counting(Control):
        count = 0

        def take_snapshot_request(self) -> bool:  # read once after every micro-batch
            self.count += 1
            if self.count == micro_batch:
                self.stop()
            return False

    return Counting()


@pytest.mark.parametrize("name", RECIPES)
def test_stopped_anywhere_and_resumed_is_the_straight_run(run, quick, tmp_path, name):
    recipe = quick.changed(**{"epochs": 2, **RECIPES[name]})
    straight = run(recipe)
    for micro_batch in (1, 5, 12, 13, 20):  # in a step, between steps, at an epoch's end
        before = run(recipe, control=stopping_at(micro_batch))
        assert before[-1].reason == "stopped"
        save_resume_state(before[-2], tmp_path / "resume.safetensors")
        after = run(recipe, resume=load_resume_state(tmp_path / "resume.safetensors"))
        assert told(before) + told(after) == told(straight), micro_batch


def test_stopped_ten_times_is_still_the_straight_run(run, quick):
    events, resume = [], None
    for _ in range(10):
        part = run(quick, control=stopping_at(3), resume=resume)
        events += told(part)
        resume = part[-2]
    events += told(run(quick, resume=resume))
    assert events == told(run(quick))


def test_stopped_between_two_reports_the_next_tells_of_both_parts(run, quick, monkeypatch):
    monkeypatch.setattr("cifar_gui.training.engine.REPORTS_PER_EPOCH", 1)
    straight = run(quick)
    for micro_batch in (2, 3, 7):
        before = run(quick, control=stopping_at(micro_batch))
        assert told(before) + told(run(quick, resume=before[-2])) == told(straight), micro_batch


def test_a_run_that_was_killed_goes_on_from_its_last_epoch(run, quick):
    straight = run(quick)
    first_epoch = next(event for event in straight if isinstance(event, ResumeState))
    assert told(run(quick, resume=first_epoch)) == [event for event in told(straight) if event.step > first_epoch.step]


def test_stopped_in_validation_it_is_done_again(run, quick, monkeypatch):
    straight, control, validate = run(quick), Control(), Bench.validate

    def stopping(bench):
        for chunk in validate(bench):
            control.stop()
            yield chunk

    monkeypatch.setattr(Bench, "validate", stopping)
    before = run(quick, control=control)
    monkeypatch.undo()
    assert before[-2].values["position"]["trained"] is True
    assert told(before) + told(run(quick, resume=before[-2])) == told(straight)


def test_a_learning_rate_changed_while_running_is_remembered(run, quick):
    def steer(event, control):
        if isinstance(event, StepReport) and event.step == 1:
            control.set_lr(0.005)
        if isinstance(event, StepReport) and event.step == 6:
            control.stop()

    stopped = run(quick, at_event=steer)
    rest = run(quick, resume=stopped[-2])
    assert rest[1] == SettingsChanged(6, pytest.approx(0.005), 3), "told anew to those who know the recipe only"
    assert max(event.lr for event in rest if isinstance(event, StepReport)) <= 0.005


def test_a_completed_run_can_be_given_more_epochs(run, quick):
    completed = run(quick)
    last = [event for event in completed if isinstance(event, ResumeState)][-1]
    assert told(run(quick, resume=last)) == []
    more = run(quick.changed(epochs=5), resume=last)
    assert [event.epoch for event in more if isinstance(event, EpochReport)] == [4, 5]
    assert all(event.lr > 0 for event in more if isinstance(event, StepReport)), "the schedule is planned anew"


@pytest.mark.parametrize("before", [{}, {"recipe_epochs": 3}], ids=["as saved now", "as saved before"])
def test_a_run_shortened_while_it_trained_goes_on_to_what_its_recipe_says(run, quick, before):
    control = Control()
    control.set_epochs(2)
    shortened = run(quick, control=control)
    assert shortened[-1].epoch == 2
    last = [event for event in shortened if isinstance(event, ResumeState)][-1]
    rest = run(quick, resume=ResumeState(last.step, last.tensors, {**last.values, **before}))
    assert [event.epoch for event in rest if isinstance(event, EpochReport)] == [3]


def test_a_run_does_not_go_on_with_other_pictures(run, quick, tiny_data):
    state = next(event for event in run(quick) if isinstance(event, ResumeState))
    other = assemble(
        "Other",
        tiny_data.images.flip(3),
        tiny_data.labels,
        tiny_data.class_names,
        test=torch.zeros(len(tiny_data.labels), dtype=torch.bool),
    )
    with pytest.raises(DataError, match="trained on other pictures than Other has now"):
        list(train(new_model(quick, 3), other, quick, Control(), state))


def test_a_run_goes_on_in_the_precision_it_began_with(run, quick):
    half = run(quick.changed(precision="bfloat16", memory_format="channels_last"), control=stopping_at(2))
    rest = run(quick, resume=half[-2])  # whatever today's probe or recipe would say
    assert (rest[0].precision, rest[0].memory_format) == ("bfloat16", "channels_last")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tensors, values: values.pop("position"),
        lambda tensors, values: values.pop("precision"),
        lambda tensors, values: values["position"].update(wings=2),
        lambda tensors, values: tensors.pop("model.0.weight"),
        lambda tensors, values: tensors.update({"model.0.weight": torch.zeros(2, 2)}),
        lambda tensors, values: tensors.update({"optimiser.nonsense": torch.zeros(1)}),
        lambda tensors, values: tensors.update({"optimiser.9.0.momentum_buffer": torch.zeros(1)}),
        lambda tensors, values: tensors.pop("sums.epoch"),
    ],
)
def test_a_state_of_another_version_is_refused_in_words(run, quick, spoil):
    state = next(event for event in run(quick.changed(epochs=1)) if isinstance(event, ResumeState))
    tensors, values = dict(state.tensors), copy.deepcopy(dict(state.values))
    spoil(tensors, values)
    with pytest.raises(CheckpointError, match="This run cannot go on"):
        run(quick, resume=ResumeState(state.step, tensors, values))


# In smaller pieces than before


@pytest.fixture
def plain(quick):
    """Nothing that looks at a micro-batch as a whole: pieces of another size add up to the same."""
    return quick.changed(network="mlp", network_settings={"hidden": 8}, batch_size=40, micro_batch=20, epochs=1)


@pytest.mark.parametrize(
    ("stopped_after", "size"),
    [(1, 10), (1, 20), (1, 8), (2, 10), (3, 5)],
    ids=["half a step, pieces that come out even", "the same", "pieces that do not", "between steps", "a later step"],
)
def test_a_run_can_go_on_in_other_micro_batches(run, plain, stopped_after, size):
    straight = run(plain)[-3]
    resume = run(plain, control=stopping_at(stopped_after))[-2]
    after = run(plain.changed(micro_batch=size), resume=resume)
    assert isinstance(straight, EpochReport)
    assert after[-3].step == straight.step
    assert after[-3].validation_loss == pytest.approx(straight.validation_loss, abs=1e-4)


def test_a_state_that_does_not_say_its_micro_batch_is_taken_as_it_is(run, plain):
    resume = run(plain, control=stopping_at(1))[-2]
    values = {name: value for name, value in resume.values.items() if name != "micro_batch"}
    after = run(plain, resume=ResumeState(resume.step, resume.tensors, values))
    assert after[-3] == run(plain)[-3]
