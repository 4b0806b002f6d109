"""The trials of a sweep, one after another in the window's trainer."""

from __future__ import annotations

from pathlib import Path

import pytest

from cifar_gui.errors import DataError, TrainingError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run, list_runs
from cifar_gui.runs.axis import Axis
from cifar_gui.runs.sweep import Sweep
from cifar_gui.runs.sweep_files import FILE, SweepState, TrialState, create_sweep, state_of
from cifar_gui.runs.sweep_queue import SweepQueue
from cifar_gui.training.events import EpochReport

BASE = Recipe(
    network="mlp", network_settings={"hidden": 4}, data="tiny", epochs=2, batch_size=40, device="cpu",
    precision="float32", memory_format="contiguous",
)  # fmt: skip
SWEEP = Sweep(BASE, (Axis("lr", (0.01, 0.02, 0.04)),))


@pytest.fixture
def sweeps(window, tiny_data, monkeypatch):
    monkeypatch.setattr(window.context.session, "_load_data", lambda _source, _progress: tiny_data)
    return window.context.sweeps


@pytest.fixture
def folder(home: Path) -> Path:
    return create_sweep(SWEEP, "rates")


def ended(sweeps, qtbot) -> None:
    qtbot.waitUntil(lambda: sweeps.path is None)


def rates() -> list[tuple[str, float, str]]:
    return [(run.number, run.recipe.lr, run.status) for run in reversed(list_runs())]


def test_all_trials_are_trained_and_the_status_bar_counts_them(sweeps, folder, window, qtbot) -> None:
    seen: list[str] = []
    ways: list[tuple[bool, str]] = []
    sweeps.changed.connect(lambda: ways.append((sweeps.path is not None, sweeps.words)))
    window.context.session.event.connect(lambda _event: seen.append(window.activity.text()))
    sweeps.start(folder)
    ended(sweeps, qtbot)
    assert rates() == [("0001", 0.01, "completed"), ("0002", 0.02, "completed"), ("0003", 0.04, "completed")]
    assert {run.record.sweep for run in list_runs()} == {"rates"}
    counted = [next(each for each in seen if f"sweep {number} of 3 · epoch" in each) for number in (1, 2, 3)]
    assert len(counted) == 3
    assert all(each.endswith(" left of this run") for each in counted), "the sweep takes longer"
    assert ways == [(True, f"sweep {number} of 3") for number in (1, 1, 2, 3, 3)] + [(False, "")], (
        "the last is told, too"
    )
    text = window.context.messages.all[0].text
    assert text.startswith("Sweep rates is done: 3 runs. The best has ")


def test_who_stops_a_trial_stops_the_sweep_and_it_goes_on_in_the_middle(
    sweeps, folder, window, qtbot, monkeypatch
) -> None:
    keep = Run.record

    def stopping_in_the_second(run: Run, event: object) -> None:
        """On the trainer thread: seen from the window, so small a run may be over by then."""
        keep(run, event)
        if isinstance(event, EpochReport) and run.number == "0002" and event.epoch == 1:
            window.context.session._control.stop()

    with monkeypatch.context() as patch:
        patch.setattr(Run, "record", stopping_in_the_second)
        sweeps.start(folder)
        ended(sweeps, qtbot)
    assert rates() == [("0001", 0.01, "completed"), ("0002", 0.02, "stopped")]
    (message,) = window.context.messages.all
    assert message.text.startswith("Sweep rates has stopped after 1 of 3 runs.")
    message.actions[0][1]()
    assert message not in window.context.messages.all
    ended(sweeps, qtbot)
    assert [(number, status) for number, _rate, status in rates()] == [
        ("0001", "completed"), ("0002", "completed"), ("0003", "completed"),
    ]  # fmt: skip


def test_a_trial_that_fails_does_not_keep_the_others_from_being_trained(sweeps, folder, window, qtbot, monkeypatch):
    from cifar_gui.training import engine

    train = engine.train

    def fails_once(model, data, recipe, *others):
        yield from train(model, data, recipe, *others) if recipe.lr != 0.02 else _failing()

    def _failing():
        raise TrainingError("Too large for this machine.")
        yield

    monkeypatch.setattr(engine, "train", fails_once)
    sweeps.start(folder)
    ended(sweeps, qtbot)
    assert [status for _number, _rate, status in rates()] == ["completed", "failed", "completed"]
    assert window.context.messages.all[0].text.startswith("Sweep rates has ended. A run of it has failed")


def test_without_its_data_no_trial_is_tried(sweeps, folder, window, qtbot, monkeypatch) -> None:
    tried: list[str] = []

    def missing(source: str, _progress: object) -> object:
        tried.append(source)
        raise DataError("There are no pictures.")

    monkeypatch.setattr(window.context.session, "_load_data", missing)
    sweeps.start(folder)
    ended(sweeps, qtbot)
    assert (tried, rates()) == (["tiny"], [])
    assert "There are no pictures." in [message.text for message in window.context.messages.all]


def test_it_is_not_begun_while_something_trains_and_the_window_closes_in_the_middle(sweeps, home, window, qtbot):
    folder = create_sweep(Sweep(BASE.changed(epochs=400), SWEEP.axes), "long")  # nobody waits for its end
    window.context.session.start(BASE.changed(epochs=400))
    sweeps.start(folder)
    assert (sweeps.path, window.context.messages.all[0].text) == (None, "A run is under way: stop it first.")
    window.context.session.stop()
    qtbot.waitUntil(lambda: window.context.session.state == "idle")
    sweeps.start(folder)
    assert "A run is under way: stop it first." not in [each.text for each in window.context.messages.all]
    qtbot.waitUntil(lambda: window.context.session.state == "running")
    window.close_now()
    assert sweeps.path is None
    assert not state_of(folder).finished


def test_a_stop_ends_the_trial_under_way_before_its_time(sweeps, home, window, qtbot) -> None:
    path = create_sweep(Sweep(BASE.changed(epochs=4000), SWEEP.axes), "long")  # nobody waits for its end
    sweeps.start(path)
    qtbot.waitUntil(lambda: window.context.session.state == "running")
    sweeps.stop()
    ended(sweeps, qtbot)
    assert rates() == [("0001", 0.01, "stopped")]


def test_a_stop_in_the_window_ends_the_sweep_even_if_the_trial_is_over_by_then(sweeps, folder, window, qtbot) -> None:
    window.context.session.event.connect(lambda event: sweeps.stop() if isinstance(event, EpochReport) else None)
    sweeps.start(folder)
    ended(sweeps, qtbot)
    assert [number for number, _rate, _status in rates()] == ["0001"]
    assert "Sweep rates has stopped" in window.context.messages.all[0].text


def test_a_stop_while_the_sweep_is_being_read_is_not_forgotten(sweeps, folder, window, qtbot) -> None:
    sweeps.start(folder)
    sweeps.stop()
    ended(sweeps, qtbot)
    assert rates() == []
    assert "Sweep rates has stopped after 0 of 3 runs." in window.context.messages.all[0].text


def test_a_run_that_the_user_begins_between_two_trials_delays_the_sweep_and_no_trial_is_left_out(
    sweeps, folder, window, qtbot
) -> None:
    waiting = [BASE.changed(lr=0.5)]
    sweeps.changed.connect(lambda: waiting and window.context.session.start(waiting.pop()))
    sweeps.start(folder)
    ended(sweeps, qtbot)
    assert [rate for _number, rate, status in rates() if status == "completed"] == [0.5, 0.01, 0.02, 0.04]
    assert "Sweep rates is done" in window.context.messages.all[0].text


def test_a_trial_that_cannot_be_gone_on_with_is_told_and_the_others_are_trained(sweeps, folder, window, qtbot) -> None:
    with Run.create(state_of(folder).trials[0].trial.recipe, sweep="rates") as run:
        run.failed("The power went off.")
    run.layout.resume.write_bytes(b"damaged")
    sweeps.start(folder)
    ended(sweeps, qtbot)
    assert [status for _number, _rate, status in rates()] == ["failed", "completed", "completed"]
    (message,) = window.context.messages.all
    assert message.text.startswith("Sweep rates has ended. A run of it has failed or train elsewhere. Run 0001: ")
    assert str(run.layout.resume) in message.text


def test_what_kept_one_sweep_from_going_on_is_not_told_of_the_next(sweeps, home, window, qtbot, monkeypatch) -> None:
    from cifar_gui.training import engine

    def fails(*_anything):
        raise TrainingError("Too large for this machine.")
        yield

    single = Sweep(BASE, (Axis("lr", (0.01,)),))
    with Run.create(single.trials()[0].recipe, sweep="first") as run:
        run.failed("The power went off.")
    run.layout.resume.write_bytes(b"damaged")
    sweeps.start(create_sweep(single, "first"))
    ended(sweeps, qtbot)
    assert "Run 0001: " in window.context.messages.all[0].text
    monkeypatch.setattr(engine, "train", fails)
    sweeps.start(create_sweep(single, "second"))
    ended(sweeps, qtbot)
    (told,) = (each.text for each in window.context.messages.all if each.text.startswith("Sweep second"))
    assert told == "Sweep second has ended. A run of it has failed or train elsewhere; why stands in its table."


def test_a_sweep_that_was_cut_off_is_offered_at_the_next_start(sweeps, folder, window, qtbot) -> None:
    def offered() -> list[str]:
        sweeps.offer_cut_off()
        qtbot.waitUntil(lambda: window.context.jobs.idle)
        return [each.text for each in window.context.messages.all]

    assert offered() == [], "nothing of it has begun"
    with Run.create(state_of(folder).trials[0].trial.recipe, sweep="rates") as run:
        pass
    run.layout.history.touch()  # as it is while the run trains
    assert offered() == ["Sweep rates was cut off after 0 of 3 runs."]
    window.context.messages.all[0].actions[0][1]()
    assert offered() == [], "it is under way"
    ended(sweeps, qtbot)
    assert [status for _number, _rate, status in rates()] == ["completed"] * 3
    assert all("cut off" not in text for text in offered()), "it is finished"


def test_what_is_stopped_while_no_sweep_is_under_way_does_not_end_the_next(sweeps, folder, window, qtbot) -> None:
    sweeps.stop()
    sweeps.start(folder)
    ended(sweeps, qtbot)
    assert len(rates()) == 3


@pytest.mark.parametrize(
    ("done", "of", "stopped", "told"),
    [
        (1, 1, False, "Sweep rates is done: 1 run. The best has 40.0 % of the held-out pictures right."),
        (2, 2, True, "Sweep rates is done: 2 runs. The best has 50.0 % of the held-out pictures right."),
        (0, 1, True, "Sweep rates has stopped after 0 of 1 run."),
        (1, 3, True, "Sweep rates has stopped after 1 of 3 runs. The best so far has 40.0 % of the held-out pictures "
         "right."),
        (1, 2, False, "Sweep rates has ended. A run of it has failed or train elsewhere; why stands in its table."),
        (0, 2, False, "Sweep rates has ended. 2 runs of it have failed or train elsewhere; why stands in its table."),
    ],
)  # fmt: skip
def test_how_a_sweep_has_ended_is_told_with_the_number_of_its_runs(sweeps, window, make_run, done, of, stopped, told):
    trials = Sweep(BASE, (Axis("lr", tuple(0.01 * (each + 1) for each in range(of))),)).trials()
    for each in range(done):
        make_run((0.3, 0.4 + 0.1 * each))
    runs = [*reversed(list_runs()), *(None for _ in range(of))]
    state = SweepState(
        Path("rates"), None, tuple(TrialState(each, run) for each, run in zip(trials, runs, strict=False))
    )
    sweeps._stopping = stopped
    sweeps._report(state)
    (message,) = window.context.messages.all
    assert message.text == told
    assert [words for words, _do in message.actions] == ([] if done == of else ["Resume" if stopped else "Try again"])
    sweeps._stopping = False


@pytest.mark.parametrize("step", ["open", "next"])
def test_after_a_fault_of_the_app_a_sweep_can_be_started_again(
    sweeps, folder, window, qtbot, monkeypatch, step
) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(window.context.jobs, "_unexpected", told.append)
    with monkeypatch.context() as broken:
        broken.setattr(SweepQueue, step, lambda _queue: 1 / 0)
        sweeps.start(folder)
        qtbot.waitUntil(lambda: bool(told) and sweeps.path is None)
    assert (sweeps.words, sweeps.why_not()) == ("", "")
    sweeps.start(folder)
    sweeps.stop()
    ended(sweeps, qtbot)
    assert [each.text for each in window.context.messages.all] == ["Sweep rates has stopped after 0 of 3 runs."]


def test_a_sweep_that_makes_no_sense_is_told_until_another_is_started(sweeps, folder, window, qtbot) -> None:
    damaged = create_sweep(SWEEP, "damaged")
    (damaged / FILE).write_text("axes = 1", encoding="utf-8")
    sweeps.start(damaged)
    ended(sweeps, qtbot)
    (message,) = window.context.messages.all
    assert (message.severity, "sweep.toml has 'axes'" in message.text, sweeps.why_not()) == ("error", True, "")
    sweeps.start(folder)
    assert window.context.messages.all == []
    sweeps.stop()
    ended(sweeps, qtbot)
