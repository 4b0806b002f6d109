"""The training loop: what it reports, that it learns, and that it does what it is told."""

from __future__ import annotations

import math
import threading

import pytest
import torch
import torch.nn.functional as F

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.data.base import assemble
from cifar_gui.data.preprocess import standardise
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import DataError, DeviceError, MemoryShortage, TrainingError
from cifar_gui.inference.calibration import fit_temperature
from cifar_gui.networks.base import NETWORKS, build, presets
from cifar_gui.training import bench as bench_module
from cifar_gui.training.bench import Bench
from cifar_gui.training.control import Control
from cifar_gui.training.engine import new_model, train
from cifar_gui.training.events import (
    EpochReport,
    Finished,
    Paused,
    Resumed,
    ResumeState,
    SettingsChanged,
    SnapshotTaken,
    Started,
    StepReport,
)
from cifar_gui.training.schedule import fraction_at

from .conftest import QUICK


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_a_run_is_told_in_order(run):
    events = run()
    epoch = [StepReport] * 4 + [EpochReport, ResumeState]
    assert [type(event) for event in events] == [Started, *epoch * 3, Finished]
    started, finished = events[0], events[-1]
    assert (started.network, started.epochs, started.steps_per_epoch, started.first_step) == ("simple", 3, 4, 0)
    assert (started.training_pictures, started.validation_pictures) == (179, 21)
    assert started.parameters == sum(each.numel() for each in build("simple", 3).parameters())
    assert (started.precision, started.memory_format, started.device) == ("float32", "contiguous", "cpu")
    assert (finished.reason, finished.epoch, finished.message) == ("completed", 3, "")
    assert [event.step for event in of(events, StepReport)] == list(range(1, 13))


NARROW = {
    "alexnet": {"units": 64}, "zfnet": {"units": 64}, "vgg11": {"width": 8}, "vgg16": {"width": 8},
    "inception_v1": {"width": 0.15}, "inception_v2": {"width": 0.15},
    "resnet20": {"width": 8}, "resnet18": {"width": 8}, "airnet": {"size": "93"},
}  # fmt: skip
"""The larger networks learn the same with fewer maps, in a tenth of the time."""


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_network_learns_with_its_best_recipe(run, name):
    best = presets(name)["best"]
    # Gentler than on 45,000 pictures: warm-up is over after a few steps here.
    gentler = {"epochs": 4, "head_lr": 0.02, "bias_lr": 0.01} if name in ("alexnet", "zfnet") else {"epochs": 8}
    recipe = best.changed(
        **gentler,
        batch_size=30,
        micro_batch=30,
        lr=best.lr / 5,
        precision="float32",
        crop=0,
        network_settings={**best.network_settings, **NARROW.get(name, {})},
    )
    reports = of(run(recipe), EpochReport)
    assert reports[-1].train_loss < reports[0].train_loss
    assert max(report.validation_accuracy for report in reports) >= 0.9


def test_equal_seeds_give_equal_events_and_other_seeds_others(quick, run):
    recipe = quick.changed(network="keras1m")  # dropout draws, too
    first, second = run(recipe), run(recipe)
    assert [e for e in first if not isinstance(e, ResumeState)] == [e for e in second if not isinstance(e, ResumeState)]
    other = run(recipe.changed(seed=1))
    assert of(other, StepReport) != of(first, StepReport)


def test_the_global_random_state_neither_matters_nor_changes(run):
    torch.manual_seed(1)
    first = of(run(), EpochReport)
    torch.manual_seed(2)
    before = torch.get_rng_state()
    assert of(run(), EpochReport) == first
    assert torch.equal(torch.get_rng_state(), before)


def test_reported_losses_are_plain_cross_entropy_means(quick, run, tiny_data):
    recipe = quick.changed(epochs=1, label_smoothing=0.3, lr=1e-9, crop=0, flip="none", cutout=0)
    report = of(run(recipe), EpochReport)[0]
    model = new_model(recipe, 3)
    for split, loss, accuracy in (
        ("validation", report.validation_loss, report.validation_accuracy),
        ("train", report.train_loss, report.train_accuracy),
    ):
        part = tiny_data.split(split)
        logits = model(standardise(part.images, tiny_data.stats))
        expected = F.cross_entropy(logits, part.labels).item()
        # Of the 179 training pictures the last 19 of a shuffled epoch are dropped.
        assert loss == pytest.approx(expected, rel=1e-4 if split == "validation" else 0.05)
        assert accuracy == pytest.approx((logits.argmax(1) == part.labels).float().mean().item(), abs=0.06)


def test_micro_batches_change_nothing_but_memory(quick, run):
    whole = of(run(quick.changed(micro_batch=40)), EpochReport)
    parts = of(run(quick.changed(micro_batch=7)), EpochReport)
    for one, other in zip(whole, parts, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, rel=1e-4)


@pytest.mark.parametrize(("schedule", "share"), [("constant", 1.0), ("one_cycle", 0.3)])
def test_the_first_step_is_the_formula(quick, run, tiny_data, schedule, share):
    """One step of plain SGD on one batch of everything, against torch written out."""
    count = len(tiny_data.split("train"))
    recipe = quick.changed(
        epochs=1, batch_size=count, micro_batch=count, momentum=0.0, nesterov=False, crop=0, flip="none", cutout=0,
        label_smoothing=0.1, schedule=schedule, initial_lr=0.3, lr=0.05,
    )  # fmt: skip
    trained = of(run(recipe), EpochReport)[0].snapshot
    model, part = new_model(recipe, 3), tiny_data.split("train")
    F.cross_entropy(model(standardise(part.images, tiny_data.stats)), part.labels, label_smoothing=0.1).backward()
    for name, weight in model.named_parameters():
        torch.testing.assert_close(
            trained.weights[name], (weight - share * 0.05 * weight.grad).detach(), rtol=1e-4, atol=1e-6
        )


def test_a_run_with_lookahead_ends_on_its_average(quick, run):
    recipe = quick.changed(lookahead_every=5)  # the last of the twelve steps is none of the fifth ones
    *before, last = of(run(recipe), ResumeState)
    averages = {f"model.{name.removeprefix('slow.')}": name for name in last.tensors if name.startswith("slow.")}
    assert averages
    for live, average in averages.items():
        assert torch.equal(last.tensors[live], last.tensors[average])
        assert not torch.equal(before[-1].tensors[live], before[-1].tensors[average]), "it trains on between them"


def test_a_summed_loss_is_the_mean_times_the_batch(quick, run):
    mean = of(run(quick.changed(epochs=1)), EpochReport)[0].snapshot
    summed = of(run(quick.changed(epochs=1, loss_reduction="sum", lr=quick.lr / 40)), EpochReport)[0].snapshot
    for name, weight in mean.weights.items():
        torch.testing.assert_close(weight, summed.weights[name], rtol=1e-3, atol=1e-5)


def test_learning_rates_are_those_of_the_schedule(quick, run):
    for report in of(run(), StepReport):
        assert report.lr == quick.lr * fraction_at(quick, report.step - 1, 12, 4)


def test_a_snapshot_says_what_it_is_and_keeps_its_weights(quick, run, tiny_data):
    reports = of(run(), EpochReport)
    card = reports[1].snapshot.card
    assert (card.network, card.class_names, card.stats) == ("simple", tiny_data.class_names, tiny_data.stats)
    assert (card.epoch, card.step, card.recipe, card.data_name) == (2.0, 8, quick, "Tiny")
    assert card.trained_on == tiny_data.split("train").fingerprint
    figures = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    assert card.scores == {name: getattr(reports[1], name) for name in figures}
    assert reports[0].snapshot != reports[1].snapshot, "a copy, not the live weights"


def test_a_snapshot_says_what_was_chosen_of_its_network(quick, run):
    report = of(run(quick.changed(epochs=1, network_settings={"filters": 4}, all_data=True)), EpochReport)[0]
    assert report.snapshot.card.network_settings == {"filters": 4}
    assert report.snapshot.card.scores == {"train_loss": report.train_loss, "train_accuracy": report.train_accuracy}
    assert rebuild(report.snapshot)[0].out_channels == 4


def test_a_snapshot_is_calibrated_on_the_held_out_pictures(quick, run, tiny_data):
    snapshot = of(run(quick.changed(label_smoothing=0.4)), EpochReport)[-1].snapshot
    part = tiny_data.split("validation")
    model = rebuild(snapshot)
    with torch.inference_mode():
        logits = model(standardise(part.images, tiny_data.stats))
    expected = fit_temperature(logits, part.labels)
    assert snapshot.card.calibration == {"temperature": pytest.approx(expected, rel=1e-3)}
    assert of(run(quick.changed(all_data=True)), EpochReport)[-1].snapshot.card.calibration == {}


def test_the_best_epoch_is_the_first_with_the_highest_validation_accuracy(quick, run):
    events = run(quick.changed(epochs=6))
    accuracies = [report.validation_accuracy for report in of(events, EpochReport)]
    assert events[-1].best_epoch == accuracies.index(max(accuracies)) + 1
    best_so_far = [accuracy > max(accuracies[:index], default=-1) for index, accuracy in enumerate(accuracies)]
    assert [report.is_best for report in of(events, EpochReport)] == best_so_far


def test_all_data_means_more_pictures_and_no_validation(quick, run, tiny_data):
    events = run(quick.changed(all_data=True, epochs=1))
    report = of(events, EpochReport)[0]
    assert (events[0].training_pictures, events[0].validation_pictures) == (200, 0)
    assert (report.validation_loss, report.validation_accuracy) == (None, None)
    assert report.snapshot.card.trained_on == tiny_data.training(all_data=True).fingerprint
    assert report.is_best


def test_pixels_may_be_centred_as_in_textbooks(quick, run):
    assert of(run(quick.changed(epochs=1, pixel_scaling="centre")), EpochReport)[0].snapshot.card.stats == CENTRED


def test_a_batch_larger_than_the_data_is_all_of_it(quick, run):
    assert run(quick.changed(batch_size=5000, micro_batch=5000))[0].steps_per_epoch == 1


# Being told


def test_stop_is_obeyed_after_one_micro_batch(run):
    control = Control()
    control.stop()
    events = run(control=control)
    assert [type(event) for event in events] == [Started, ResumeState, Finished]
    assert events[1].values["position"]["micro"] == 1
    assert events[-1].reason == "stopped"


def test_stop_is_obeyed_within_validation(run, monkeypatch, tiny_data):
    monkeypatch.setattr(bench_module, "VALIDATION_CHUNK", 5)
    control = Control()
    chunks = []

    def counting(*arguments, **settings):
        for logits in logits_of(*arguments, **settings):
            chunks.append(logits)
            control.stop()
            yield logits

    logits_of = bench_module.logits_of
    monkeypatch.setattr(bench_module, "logits_of", counting)
    events = run(control=control)
    assert len(chunks) == 1
    assert [type(event) for event in events[-2:]] == [ResumeState, Finished]
    assert not of(events, EpochReport), "an epoch that is not validated is not reported"
    assert events[-2].values["position"]["trained"] is True


@pytest.mark.parametrize(("ask", "told"), [("pause", [Paused, Resumed]), ("request_snapshot", [SnapshotTaken])])
def test_what_is_asked_for_during_validation_is_done_there(run, monkeypatch, ask, told):
    monkeypatch.setattr(bench_module, "VALIDATION_CHUNK", 5)
    control, logits_of, asked = Control(), bench_module.logits_of, []

    def asking(*arguments, **settings):
        for logits in logits_of(*arguments, **settings):
            if not asked:
                asked.append(ask)
                getattr(control, ask)()
            yield logits

    def go_on(event, control):
        if isinstance(event, Paused):
            control.resume()

    monkeypatch.setattr(bench_module, "logits_of", asking)
    kinds = [type(event) for event in run(control=control, at_event=go_on)]
    assert kinds[5 : 6 + len(told)] == [*told, EpochReport]


def test_a_pause_waits_until_resumed(quick, run):
    def steer(event, control):
        if isinstance(event, StepReport) and event.step == 2:
            control.pause()
        if isinstance(event, Paused):
            threading.Timer(0.01, control.resume).start()

    events = run(at_event=steer)
    (paused,), (resumed,) = of(events, Paused), of(events, Resumed)
    assert paused.step == resumed.step == 2
    assert paused.lr == quick.lr * fraction_at(quick, 2, 12, 4)
    assert of(events, EpochReport) == of(run(), EpochReport), "a pause changes nothing"


def test_what_is_changed_in_a_pause_counts_from_the_next_step(quick, run):
    def steer(event, control):
        if isinstance(event, StepReport) and event.step == 2:
            control.pause()
        if isinstance(event, Paused):
            control.set_lr(quick.lr / 2)
            control.set_epochs(1)
            control.resume()

    events = run(at_event=steer)
    assert [type(event) for event in events[3:7]] == [Paused, SettingsChanged, Resumed, StepReport]
    assert events[4] == SettingsChanged(2, quick.lr / 2, 1)
    assert events[6].lr == pytest.approx(quick.lr / 2 * fraction_at(quick, 2, 4, 4))


def test_a_learning_rate_is_changed_from_the_recipes_each_time(quick, run):
    def steer(event, control):
        if isinstance(event, StepReport) and event.step in (1, 2):
            control.set_lr(quick.lr / 2)

    assert [event.lr for event in of(run(at_event=steer), SettingsChanged)] == [quick.lr / 2] * 2


def test_after_the_last_epoch_nothing_is_waited_for(run):
    def steer(event, control):
        if isinstance(event, StepReport) and event.step == 9:
            control.pause_after_epoch()
        if isinstance(event, Paused):
            control.stop()

    events = run(at_event=steer)
    assert not of(events, Paused)
    assert events[-1].reason == "completed"


def test_stop_ends_a_pause(run):
    def steer(event, control):
        if isinstance(event, StepReport):
            control.pause()
        if isinstance(event, Paused):
            control.stop()

    events = run(at_event=steer)
    assert [type(event) for event in events[-3:]] == [Paused, ResumeState, Finished], "it did not go on in between"
    assert events[-1].reason == "stopped"


def test_who_stops_and_pauses_at_once_stops(run):
    control = Control()
    control.pause()
    control.stop()
    assert [type(event) for event in run(control=control)] == [Started, ResumeState, Finished]


def test_one_more_epoch_pauses_at_its_end(run):
    def steer(event, control):
        if isinstance(event, Started):
            control.pause_after_epoch()
        if isinstance(event, Paused):
            control.stop()

    events = run(at_event=steer)
    assert [report.epoch for report in of(events, EpochReport)] == [1]
    assert of(events, Paused)[0].step == 4


def test_a_new_learning_rate_scales_the_rest_of_the_schedule(quick, run):
    def steer(event, control):
        if isinstance(event, StepReport) and event.step == 6:
            control.set_lr(0.002)

    events = run(at_event=steer)
    (change,) = of(events, SettingsChanged)
    assert (change.step, change.lr, change.epochs) == (6, 0.002, 3)
    lowered = quick.changed(lr=0.002)
    for report in of(events, StepReport):
        recipe = lowered if report.step > change.step else quick
        assert report.lr == pytest.approx(recipe.lr * fraction_at(recipe, report.step - 1, 12, 4))


def test_more_or_fewer_epochs_can_be_asked_for_while_running(run):
    def more(event, control):
        if isinstance(event, StepReport) and event.step == 1:
            control.set_epochs(5)

    def fewer(event, control):
        if isinstance(event, EpochReport) and event.epoch == 1:
            control.set_epochs(1)

    assert run(at_event=more)[-1] == Finished("completed", 5, run(at_event=more)[-1].best_epoch)
    assert run(at_event=fewer)[-1] == Finished("completed", 1, 1)


def test_a_snapshot_can_be_had_at_any_step(run):
    def steer(event, control):
        if isinstance(event, StepReport) and event.step == 5:
            control.request_snapshot()

    (taken,) = of(run(at_event=steer), SnapshotTaken)
    assert taken.epoch == taken.step / 4
    assert taken.snapshot.card.step == taken.step


def test_early_stopping_ends_the_run_and_says_so(quick, run):
    events = run(quick.changed(epochs=40, early_stopping=2))
    finished, reports = events[-1], of(events, EpochReport)
    assert finished.reason == "early"
    assert len(reports) == finished.best_epoch + 2
    assert f"has not risen for 2 epochs. The best epoch was {finished.best_epoch}." in finished.message


def test_without_validation_nothing_ends_early(quick, run):
    assert run(quick.changed(all_data=True, early_stopping=1))[-1].reason == "completed"


# Going wrong


@pytest.mark.parametrize("change", [{"lr": 1e6}, {"lr": 1e6, "all_data": True}, {"lr": 1e5, "optimiser": "muon"}])
def test_a_run_that_diverges_stops_and_says_which_setting_to_lower(quick, run, change):
    events = run(quick.changed(epochs=30, network="keras1m", loss_reduction="sum", **change))
    assert events[-1].reason == "diverged"
    assert "Lower the learning rate" in events[-1].message
    assert all(math.isfinite(event.loss) for event in of(events, StepReport))
    for report in of(events, EpochReport):
        assert all(weight.isfinite().all() for weight in report.snapshot.weights.values())


def test_weights_that_are_no_numbers_are_noticed_at_once(quick, tiny_data):
    model = new_model(quick, 3)
    with torch.no_grad():
        model[0].weight[0, 0, 0, 0] = float("nan")
    events = list(train(model, tiny_data, quick, Control()))
    assert [type(event) for event in events] == [Started, Finished]
    assert events[-1].reason == "diverged"


def test_the_learning_rate_to_lower_is_the_one_in_force(quick, run, tiny_data):
    model = new_model(quick, 3)
    events = train(model, tiny_data, quick, control := Control())
    for event in events:
        if isinstance(event, StepReport) and event.step == 6:
            control.set_lr(0.5)
            with torch.no_grad():
                model[0].weight.fill_(float("nan"))
    assert event.reason == "diverged"
    assert (event.epoch, event.best_epoch > 0) == (1, True)
    assert "(epoch 2, step 7)" in event.message
    assert "Lower the learning rate (now 0.5)" in event.message


def test_nothing_to_train_on_is_refused_in_words(quick):
    images = torch.zeros(4, 3, 32, 32, dtype=torch.uint8)
    empty = assemble("Empty", images, torch.tensor([0, 1, 0, 1]), ("a", "b"), test=torch.ones(4, dtype=torch.bool))
    with pytest.raises(DataError, match="Empty has no training pictures"):
        list(train(build("simple", 2), empty, quick, Control()))


def test_a_device_that_is_not_there_is_refused_in_words(quick, tiny_data):
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    recipe = quick.changed(device="cuda")
    with pytest.raises(DeviceError, match="cuda"):
        list(train(new_model(recipe, 3), tiny_data, recipe, Control()))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (torch.OutOfMemoryError("CUDA"), "The memory of the GPU is not enough.+Go on with micro-batches of"),
        (torch.AcceleratorError("CUDA error: out of memory", 2), "The memory of the GPU is not enough"),
        (torch.AcceleratorError("CUDA error: unspecified launch failure", 719), "The GPU failed.+restart the program"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 5.50 GB, …)"), "The memory of the GPU is not enough"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling …"), "The memory of the GPU is not enough"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), "The memory of the GPU is not enough"),
        (RuntimeError("std::bad_alloc"), "The memory of this computer is not enough"),
        (MemoryError(), "The memory of this computer is not enough"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_device_that_fails_is_explained(quick, tiny_data, monkeypatch, error, words):
    def fail(*_):
        raise error

    monkeypatch.setattr(bench_module.Bench, "forward_backward", fail)
    with pytest.raises(TrainingError, match=words):
        list(train(new_model(quick, 3), tiny_data, quick, Control()))


def test_a_computer_whose_memory_is_too_small_is_not_called_a_gpu(quick, tiny_data, monkeypatch):
    monkeypatch.setattr(bench_module.Bench, "forward_backward", lambda *_: torch.empty(10**15))
    with pytest.raises(MemoryShortage, match="The memory of this computer is not enough for micro-batches of"):
        list(train(new_model(quick, 3), tiny_data, quick, Control()))


def test_a_micro_batch_too_small_for_batch_norm_is_explained(quick, tiny_data):
    lonely = quick.changed(network="handmade", batch_size=33)  # two micro-batches of 16 pictures, one of 1
    with pytest.raises(TrainingError, match=r"the last micro-batch of each step has one picture only"):
        list(train(new_model(lonely, 3), tiny_data, lonely, Control()))


@pytest.mark.parametrize("kind", [RuntimeError, ValueError])
def test_a_fault_of_another_kind_is_left_as_it_is(quick, tiny_data, monkeypatch, kind):
    def fail(*_):
        raise kind("a fault in the app")

    monkeypatch.setattr(bench_module.Bench, "forward_backward", fail)
    with pytest.raises(kind, match=r"^a fault in the app$"):
        list(train(new_model(quick, 3), tiny_data, quick, Control()))


@pytest.mark.parametrize(("tried", "left", "way_out"), [(125, 62, "micro-batches of 62:"), (1, 0, "smaller network.")])
def test_memory_that_is_short_names_the_next_smaller_micro_batch(tried, left, way_out):
    error = MemoryShortage(tried, "the GPU")
    assert error.micro_batch == left
    assert f"not enough for micro-batches of {tried}." in str(error)
    assert way_out in str(error)


def test_closing_the_generator_says_nothing_more(quick, tiny_data):
    events = train(new_model(quick, 3), tiny_data, quick, Control())
    assert isinstance(next(events), Started)
    events.close()
    assert list(events) == []


def test_more_epochs_asked_for_during_the_last_validation_are_trained(quick, run, monkeypatch):
    control, validate, validated = Control(), Bench.validate, []

    def asking(bench):
        yield from validate(bench)
        validated.append(bench)
        if len(validated) == quick.epochs:
            control.set_epochs(quick.epochs + 1)

    monkeypatch.setattr(Bench, "validate", asking)
    assert run(quick, control=control)[-1].epoch == quick.epochs + 1


def test_a_run_says_which_weights_it_starts_from_and_one_that_goes_on_says_nothing(run):
    def first(**changes):
        return next(iter(run(QUICK.changed(epochs=1, **changes)))).first_weights

    assert first() == first(lr=0.3, optimiser="adam", flip="none"), "whatever is done with them"
    assert len({first(), first(seed=1), first(network="mlp"), first(network_settings={"filters": 4})}) == 4
    state = of(run(), ResumeState)[0]
    assert run(resume=state)[0].first_weights == ""


def test_weights_that_come_of_the_pictures_are_told_apart_by_them(run, tiny_data):
    recipe = QUICK.changed(network="airnet", network_settings={"size": "93"}, epochs=1)
    same = next(train(new_model(recipe, 3), tiny_data, recipe, Control()))
    other = assemble(
        "Other", 255 - tiny_data.images, tiny_data.labels, tiny_data.class_names, test=torch.arange(240) >= 200
    )
    different = next(train(new_model(recipe, 3), other, recipe, Control()))
    assert same.first_weights == next(train(new_model(recipe, 3), tiny_data, recipe, Control())).first_weights
    assert same.first_weights != different.first_weights
